"""The base of every channel's settings, and the types of their fields.

Imports pydantic, so only code that reads a config.toml imports this module.
"""

import os
import posixpath
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from action_returns.channels.base import Channel

if TYPE_CHECKING:
    from action_returns.batch.cells import ReadyRows
    from action_returns.channels.setting import Setting

HOST_NAME: Final = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?"
)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_PRIVATE_KEY: Final = re.compile(r"-----BEGIN|[\r\n]")
_REFERENCE: Final = re.compile(r"keyring|env:[A-Za-z_][A-Za-z0-9_]*|file:.+")
_CHANGED: Final = re.compile(r"(?s)(?:file:)?(?:[A-Za-z]:|\\).*[\x00-\x1f]")
r"""A path of Windows that was written as ``"C:\temp"``: in double quotes, TOML takes ``\t`` for a tab."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a key of config.toml may hold, in words: errors and docs/config.md show it.

    Args:
        text: after "allowed is".
    """

    text: str


_HOST_TEXT: Final = "a plain host name such as batch.impact.com, without ftp:// or a folder"
_ADDRESS_TEXT: Final = "one e-mail address such as returns@example.com"
_FINGERPRINT_TEXT: Final = (
    "SHA256: and 43 letters, as ssh-keygen -l shows it; leave it out and action-returns probe asks"
)
_LINE_TEXT: Final = (
    "one line of at most 200 characters, without control characters, and no address such as ftp://me@host"
)
_SID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
_SID_TEXT: Final = "1 to 64 letters and digits, as the network shows it; the auth token has its own key"
_USER_TEXT: Final = (
    "the user name alone, one line of at most 200 characters without a colon; the password has its own key"
)
_FOLDER_TEXT: Final = r"a path in quotes, single ones where it has a \; ~ is your home folder"
_SECRET_TEXT: Final = "keyring, env:NAME or file:PATH; never the password itself"  # noqa: S105  # says so itself


def _check_host(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        if not HOST_NAME.fullmatch(text):
            raise ValueError(_HOST_TEXT) from None
    return text


def _check_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(_ADDRESS_TEXT)
    return text


def _check_fingerprint(text: str) -> str:
    if not _FINGERPRINT.fullmatch(text):
        raise ValueError(_FINGERPRINT_TEXT)
    return text


def may_hold_password(text: str) -> bool:
    """Return whether a text has a user and what may be a password before a host (``me:…@host``), or is a private key."""
    return _PRIVATE_KEY.search(text) is not None or any(map(_names_user_of_host, text.split()))


def _names_user_of_host(word: str) -> bool:
    colon = word.find(":")
    is_drive = colon == 1 and word[2:3] in {"\\", "/"}
    return colon >= 0 and not is_drive and "@" in word[colon:]


def _check_line(text: str) -> str:
    if not text.isprintable() or may_hold_password(text):
        raise ValueError(_LINE_TEXT)
    return text


def _check_user(text: str) -> str:
    # No system allows a colon in a name (RFC 7617, 2; passwd(5)): what follows it is the password.
    if not text.isprintable() or ":" in text or may_hold_password(text):
        raise ValueError(_USER_TEXT)
    return text


def _check_sid(text: str) -> str:
    if not _SID.fullmatch(text):
        raise ValueError(_SID_TEXT)
    return text


def _check_folder(path: Path) -> Path:
    try:
        path.expanduser()
    except RuntimeError:  # ~NAME, and there is no user of that name
        raise ValueError(_FOLDER_TEXT) from None
    if may_hold_password(str(path)) or _CHANGED.match(str(path)):
        raise ValueError(_FOLDER_TEXT)
    return path


def _check_reference(text: SecretStr) -> SecretStr:
    if not is_password_reference(text.get_secret_value()):
        raise ValueError(rf"{_SECRET_TEXT} (it is not repeated here); a PATH with \ stands in single quotes")
    return text


def is_password_reference(text: str) -> bool:
    """Return whether a text says where a password is kept; any other text may be the password itself."""
    return _REFERENCE.fullmatch(text) is not None and _CHANGED.match(text) is None


Host: TypeAlias = Annotated[str, AfterValidator(_check_host), Allowed(_HOST_TEXT)]
Port: TypeAlias = Annotated[int, Field(ge=1, le=65535), Allowed("a whole number from 1 to 65535")]
Address: TypeAlias = Annotated[str, AfterValidator(_check_address), Allowed(_ADDRESS_TEXT)]
Line: TypeAlias = Annotated[str, Field(max_length=200), AfterValidator(_check_line), Allowed(_LINE_TEXT)]
Fingerprint: TypeAlias = Annotated[str, AfterValidator(_check_fingerprint), Allowed(_FINGERPRINT_TEXT)]
AccountSid: TypeAlias = Annotated[str, AfterValidator(_check_sid), Allowed(_SID_TEXT)]
UserName: TypeAlias = Annotated[str, Field(max_length=200), AfterValidator(_check_user), Allowed(_USER_TEXT)]
Folder: TypeAlias = Annotated[Path, Field(strict=False), AfterValidator(_check_folder), Allowed(_FOLDER_TEXT)]
Secret: TypeAlias = Annotated[SecretStr, AfterValidator(_check_reference), Allowed(_SECRET_TEXT)]
"""Where a password is kept. SecretStr, so that a password written here by mistake never shows in an error."""

ReadSecret: TypeAlias = Callable[[str], str]
"""Returns the password that a reference (``keyring``, ``env:NAME``, ``file:PATH``) names."""

Asked: TypeAlias = Literal["always", "in the window", "never"]

REQUIRED: Final[Any] = ...
"""The default of a setting that has none."""


def setting(
    label: str,
    description: str,
    *,
    example: str,
    default: Any = REQUIRED,
    asked: Asked = "always",
    suggestion: str = "",
    cleared_by: tuple[str, ...] = (),
) -> Any:
    """Declare one setting of a channel or profile, with all that forms and documents show of it.

    Args:
        label: a few words, shown beside the field.
        description: one sentence for docs/config.md.
        example: a value as it is written in a form.
        default: the value when the key is left out.
        asked: ``always`` by ``profile add`` and the settings window, only ``in the window``, or ``never``: then the
            user writes it into config.toml.
        suggestion: text that the settings window shows first where there is no default.
        cleared_by: keys of settings; the settings window removes this setting when one of them changes.
    """
    extra: dict[str, Any] = {"asked": asked, "suggestion": suggestion, "cleared_by": list(cleared_by)}
    return Field(default, title=label, description=description, examples=[example], json_schema_extra=extra)


def name_check_setting() -> Any:
    """Declare the setting that decides what happens where a server does not show whether a file name is taken."""
    return setting(
        "Check of the name",
        "`required` sends only where the server shows that no file has the name, or creates a file only where none has it (SFTP); "
        "`when-possible` also where it does neither, and a file of another sender could be replaced.",
        example="required",
        default="required",
        asked="in the window",
    )


class Table(BaseModel):
    """A table of config.toml: unknown keys and values of another type are errors."""

    # A validator is built when a table is read: most base classes never need one.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    @classmethod
    def settings(cls) -> "tuple[Setting, ...]":
        """Return every setting that is declared with :func:`setting`, in the order of the class."""
        from action_returns.channels.setting import describe

        return tuple(describe(key, info) for key, info in cls.model_fields.items() if info.description)


class ChannelSettings(Table):
    """The settings of one kind of channel.

    A subclass has the field ``kind: Literal["NAME"]`` and declares every other field with :func:`setting`.
    """

    kind: str

    def open(self, read_secret: ReadSecret) -> Channel:
        """Return the channel. Nothing is connected yet, and a password is read when it is needed.

        Raises:
            action_returns.errors.ConfigError: when a package that the channel needs is not installed.
        """
        raise NotImplementedError

    def check_files(self) -> None:
        """Check the files of this computer that the settings name, as far as that is possible without connecting.

        Raises:
            action_returns.errors.ConfigError: when one cannot be used.
        """

    def receiver(self) -> str:
        """Return who gets the files, in one text: two channels with the same text lead to the same receiver.

        It holds what tells receivers apart and nothing else: where two spellings mean the same, one of them. The ledger
        records it with each batch, so a text that was once returned must not change.
        """
        raise NotImplementedError

    def refusals(self, rows: "ReadyRows") -> str:  # noqa: ARG002  # a file takes every row
        """Return which rows the channel cannot send, why, and what to do; ``""`` when it can send them all.

        Args:
            rows: the rows that would be sent.
        """
        return ""

    @property
    def password_reference(self) -> str | None:
        """Where its password is kept (``keyring``, ``env:NAME``, ``file:PATH``); None where it has none."""
        password: SecretStr | None = getattr(self, "password", None)
        return None if password is None else password.get_secret_value()

    @classmethod
    def needs_password(cls, values: Mapping[str, object]) -> bool:  # noqa: ARG003  # some kinds decide by them
        """Return whether a channel with these values needs a password.

        Args:
            values: key -> value; values that are not set are absent or None.
        """
        field = cls.model_fields.get("password")
        return field is not None and field.is_required()

    @classmethod
    def takes_password(cls) -> bool:
        """Return whether a password may belong to this kind of channel."""
        return "password" in cls.model_fields


class EncryptedServer(ChannelSettings):
    """A server that is encrypted unless the user accepted plain in writing."""

    host: Host
    port: Port
    security: str
    accept_plaintext: bool = setting(
        "Accept plain, unencrypted?",
        'Must be true beside security = "plain": then password and rows can be read on the way.',
        example="no",
        default=False,
        asked="in the window",
    )
    ca_file: Folder | None = setting(
        "Certificate of your own authority",
        "A PEM file with certificates that are trusted for this server, beside those that this computer trusts.",
        example="~/authority.pem",
        default=None,
        asked="in the window",
    )

    def check_files(self) -> None:
        """Check the file of certificates, where one is named and the connection is encrypted."""
        if self.ca_file is not None and self.security != "plain":
            from action_returns.trusted_certificates import read_certificates

            read_certificates(self.ca_file, "ca_file")

    @model_validator(mode="after")
    def _check_plain_is_accepted(self) -> Self:
        if self.security == "plain" and not self.accept_plaintext:
            raise ValueError(
                'security = "plain" sends the password and the data unencrypted; set accept_plaintext = true beside '
                "it if that is really meant, or use an encrypted connection"
            )
        return self


def server_receiver(kind: str, host: str, port: int, user: str, directory: str) -> str:
    """Return the receiver of files that a user uploads to a folder of a server.

    ``returns`` and ``/returns/`` are one folder: at most servers for uploads they are, and to take two folders for one
    keeps rows back that the user can still send, while to take one folder for two would send them twice.
    """
    try:
        host = ip_address(host).compressed
    except ValueError:
        host = host.lower().rstrip(".")
    folder = posixpath.normpath("/" + directory.strip("/"))
    return f"{kind} {user} at {host} port {port}, folder {folder}"


def mail_receiver(recipient: str) -> str:
    """Return the receiver of files that go to an address by mail, through whichever server."""
    return f"mail to {recipient.lower()}"


def api_receiver(account_sid: str, host: str, port: int) -> str:
    """Return the receiver of changes that go to an account of the network's API."""
    return f"api account {account_sid} at {host.lower().rstrip('.')} port {port}"


def folder_receiver(kind: str, directory: Path) -> str:
    """Return the receiver of files that are written into a folder of this computer."""
    # Without a look at the disk, which resolve() takes: a network folder that is away would hold up every check.
    path = os.path.normcase(os.path.abspath(directory))  # noqa: PTH100
    if sys.platform == "darwin":  # names there are one, however their case and their accents are written
        path = unicodedata.normalize("NFC", path.casefold())
    return f"{kind} {path}"


def password_reader(reference: SecretStr, read_secret: ReadSecret) -> Callable[[], str]:
    """Return a function that reads the password when it is called."""
    return partial(read_secret, reference.get_secret_value())
