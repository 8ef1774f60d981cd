"""The base of every channel's settings: the types of their fields, and how forms and documents read them.

Imports pydantic, so only code that reads a config.toml imports this module.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic.fields import FieldInfo

from action_returns.channels.base import Channel

_HOST: Final = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?"
)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_REFERENCE: Final = re.compile(r"keyring|env:[A-Za-z_][A-Za-z0-9_]*|file:.+")


def _check_host(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        if not _HOST.fullmatch(text):
            raise ValueError("a plain host name such as batch.impact.com, without ftp:// or a folder") from None
    return text


def _check_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("one e-mail address such as returns@example.com")
    return text


def _check_fingerprint(text: str) -> str:
    if not _FINGERPRINT.fullmatch(text):
        raise ValueError(
            "SHA256: and 43 letters, as ssh-keygen -l shows it; leave it out and action-returns probe asks"
        )
    return text


def _check_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line without control characters")
    return text


def _check_reference(text: SecretStr) -> SecretStr:
    if not _REFERENCE.fullmatch(text.get_secret_value()):
        raise ValueError("keyring, env:NAME or file:PATH; never the password itself (it is not repeated here)")
    return text


Host: TypeAlias = Annotated[str, AfterValidator(_check_host)]
Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]
Address: TypeAlias = Annotated[str, AfterValidator(_check_address)]
Line: TypeAlias = Annotated[str, Field(max_length=200), AfterValidator(_check_line)]
Fingerprint: TypeAlias = Annotated[str, AfterValidator(_check_fingerprint)]
Folder: TypeAlias = Annotated[Path, Field(strict=False)]
Secret: TypeAlias = Annotated[SecretStr, AfterValidator(_check_reference)]
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
    """Declare one setting of a channel, with all that forms and documents show of it.

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


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a channel, as forms and documents read it.

    Args:
        key: its name in config.toml.
        label: a few words, shown beside the field.
        description: one sentence.
        example: a value as it is written in a form.
        is_required: whether it has no default.
        default: the default as it is written in a form, ``""`` where there is none.
        suggestion: what the settings window shows first.
        choices: the allowed values, empty where a value is typed.
        asked: where it is asked for.
        cleared_by: keys of settings whose change removes this one.
    """

    key: str
    label: str
    description: str
    example: str
    is_required: bool
    default: str
    suggestion: str
    choices: tuple[str, ...]
    asked: Asked
    cleared_by: tuple[str, ...]
    _type: Any

    @property
    def is_password(self) -> bool:
        """Whether it says where a password is kept; forms have a field of their own for that."""
        return self._type is SecretStr

    @property
    def is_flag(self) -> bool:
        """Whether it is true or false in config.toml, and yes or no in a form."""
        return self._type is bool

    def value(self, text: str) -> object:
        """Return the value for config.toml; text that does not fit stays text, and the reader of the file refuses it."""
        if self._type is int and text.isascii() and text.isdigit():
            return int(text)
        if self._type is bool:
            return {"yes": True, "true": True, "no": False, "false": False}.get(text, text)
        return text


class Table(BaseModel):
    """A table of config.toml: unknown keys and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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
    def settings(cls) -> tuple[Setting, ...]:
        """Return every setting but ``kind``, in the order of the class."""
        return tuple(_describe(key, info) for key, info in cls.model_fields.items() if key != "kind")

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

    @model_validator(mode="after")
    def _check_plain_is_accepted(self) -> Self:
        if self.security == "plain" and not self.accept_plaintext:
            raise ValueError(
                'security = "plain" sends the password and the data unencrypted; set accept_plaintext = true beside '
                "it if that is really meant, or use an encrypted connection"
            )
        return self


def password_reader(reference: SecretStr, read_secret: ReadSecret) -> Callable[[], str]:
    """Return a function that reads the password when it is called."""
    return partial(read_secret, reference.get_secret_value())


def _describe(key: str, info: FieldInfo) -> Setting:
    extra: Any = info.json_schema_extra or {}
    kind, choices = _type_and_choices(info.annotation)
    default = "" if info.is_required() or info.default is None else _as_text(info.default)
    return Setting(
        key=key,
        label=info.title or key,
        description=info.description or "",
        example=str((info.examples or [""])[0]),
        is_required=info.is_required(),
        default=default,
        suggestion=default or extra.get("suggestion", ""),
        choices=choices,
        asked=extra.get("asked", "always"),
        cleared_by=tuple(extra.get("cleared_by", ())),
        _type=kind,
    )


def _type_and_choices(annotation: Any) -> tuple[Any, tuple[str, ...]]:
    """Return the Python type of a field without None and Annotated, and the values it allows where they are listed."""
    if get_origin(annotation) in {Union, UnionType}:
        (annotation,) = (part for part in get_args(annotation) if part is not NoneType)
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Literal:
        return str, tuple(get_args(annotation))
    return annotation, ("no", "yes") if annotation is bool else ()


def _as_text(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
