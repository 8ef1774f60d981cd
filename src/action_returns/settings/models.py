"""The shape of config.toml. Loaded only where there is such a file: pydantic costs a tenth of a second."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from action_returns.batch.amounts import amount_text, cents_of_text
from action_returns.batch.context import DEFAULT_POLICY, Policy, ReasonKind

_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?"
)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_REFERENCE = re.compile(r"keyring|env:[A-Za-z_][A-Za-z0-9_]*|file:.+")


def _host(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        if not _HOST.fullmatch(text):
            raise ValueError("a plain host name such as batch.impact.com, without ftp:// or a folder") from None
    return text


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("one e-mail address such as returns@example.com")
    return text


def _fingerprint(text: str) -> str:
    if not _FINGERPRINT.fullmatch(text):
        raise ValueError(
            "SHA256: and 43 letters, as ssh-keygen -l shows it; leave it out and action-returns probe asks"
        )
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line without control characters")
    return text


def _reference(text: SecretStr) -> SecretStr:
    if not _REFERENCE.fullmatch(text.get_secret_value()):
        raise ValueError("keyring, env:NAME or file:PATH; never the password itself (it is not repeated here)")
    return text


Host: TypeAlias = Annotated[str, AfterValidator(_host)]
Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]
Address: TypeAlias = Annotated[str, AfterValidator(_address)]
Line: TypeAlias = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
Fingerprint: TypeAlias = Annotated[str, AfterValidator(_fingerprint)]
Folder: TypeAlias = Annotated[Path, Field(strict=False)]
Secret: TypeAlias = Annotated[SecretStr, AfterValidator(_reference)]
"""Where a password is kept. SecretStr, so that a password written here by mistake never shows in an error."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Connection(_Table):
    host: Host
    security: str
    accept_plaintext: bool = False

    @model_validator(mode="after")
    def _plain_is_accepted(self) -> Self:
        if self.security == "plain" and not self.accept_plaintext:
            raise ValueError(
                'security = "plain" sends the password and the data unencrypted; set accept_plaintext = true beside '
                "it if that is really meant, or use an encrypted connection"
            )
        return self


class FtpSettings(_Connection):
    """An FTP server, with TLS unless plain was accepted."""

    kind: Literal["ftp"]
    port: Port = 21
    security: Literal["explicit-tls", "implicit-tls", "plain"] = "explicit-tls"
    username: Line
    password: Secret
    directory: Line = "/"
    upload: Literal["direct", "temp-rename"] = "direct"


class SftpSettings(_Table):
    """An SFTP server with a pinned host key."""

    kind: Literal["sftp"]
    host: Host
    port: Port = 22
    username: Line
    password: Secret | None = None
    private_key: Folder | None = None
    host_key: Fingerprint | None = None
    directory: Line = "/"
    upload: Literal["direct", "temp-rename"] = "direct"

    @model_validator(mode="after")
    def _somebody_can_sign_in(self) -> Self:
        if self.password is None and self.private_key is None:
            raise ValueError("password, private_key (the path of the file), or both")
        return self


class EmailSettings(_Connection):
    """A mail server that takes the file as an attachment."""

    kind: Literal["email"]
    port: Port = 587
    security: Literal["starttls", "implicit-tls", "plain"] = "starttls"
    username: Line | None = None
    password: Secret | None = None
    sender: Address
    recipient: Address
    subject: Line | None = None

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together: give both, or leave both out")
        return self


class OutboxSettings(_Table):
    """A folder that somebody or something else takes the file from."""

    kind: Literal["outbox"]
    directory: Folder


class DraftSettings(_Table):
    """A draft message for the user's own mail program."""

    kind: Literal["draft"]
    directory: Folder
    sender: Address | None = None
    recipient: Address | None = None
    subject: Line | None = None


ChannelSettings: TypeAlias = Annotated[
    FtpSettings | SftpSettings | EmailSettings | OutboxSettings | DraftSettings, Field(discriminator="kind")
]


class Profile(_Table):
    """One account: its rules and the way to its receiver."""

    environment: Literal["live", "test"]
    reasons: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")], Literal["modify", "reverse", "either"]] = (
        Field(default_factory=lambda: {code: kind.value for code, kind in DEFAULT_POLICY.reasons.items()}, min_length=1)
    )
    action_id_pattern: str | None = None
    max_amount: str = amount_text(DEFAULT_POLICY.max_cents)
    time_zone: str = "UTC"
    ledger: str = "sqlite"
    ledger_password: Secret | None = None
    channel: ChannelSettings

    @field_validator("action_id_pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"a regular expression; this one breaks off: {error}") from None
        return pattern

    @field_validator("max_amount")
    @classmethod
    def _is_an_amount(cls, text: str) -> str:
        if cents_of_text(text) is None:
            raise ValueError('an amount in quotes with at most two decimals, such as "999999.99"')
        return text

    @field_validator("ledger")
    @classmethod
    def _is_a_place(cls, ledger: str) -> str:
        if ledger != "sqlite":
            from action_returns.ledger.location import parse_team_url

            parse_team_url(ledger)
        return ledger

    @model_validator(mode="after")
    def _this_machine_asks_for_no_password(self) -> Self:
        if self.ledger == "sqlite" and self.ledger_password is not None:
            raise ValueError(
                'ledger_password belongs to a team\'s ledger: set ledger = "postgresql://..." or leave it out'
            )
        return self

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("a time zone such as America/Los_Angeles or UTC") from None
        return name

    def policy(self) -> Policy:
        """Give the account's rules."""
        return Policy(
            reasons=MappingProxyType({code: ReasonKind(kind) for code, kind in self.reasons.items()}),
            action_id_pattern=self.action_id_pattern,
            max_cents=cents_of_text(self.max_amount) or 0,
        )

    def zone(self) -> tzinfo:
        """Give the time zone in which lock dates without an offset are read."""
        return ZoneInfo(self.time_zone)


class ConfigFile(_Table):
    """All of config.toml."""

    default_profile: str | None = None
    profiles: Mapping[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")], Profile] = Field(default_factory=dict)
