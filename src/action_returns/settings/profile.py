"""The shape of config.toml. Imported only where there is such a file: pydantic costs a tenth of a second."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializeAsAny,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from action_returns.batch.amounts import amount_text, cents_of_text
from action_returns.batch.context import (
    DEFAULT_POLICY,
    DEFAULT_REASONS,
    DEFAULT_RESULTS_AFTER_HOURS,
    Policy,
    ReasonKind,
)
from action_returns.channels import KINDS, settings_class
from action_returns.channels.settings_base import (
    Allowed,
    ChannelSettings,
    Folder,
    Secret,
    Table,
    may_hold_password,
    setting,
)
from action_returns.settings.api import ApiSettings

UNKNOWN_KIND: Final = "unknown_channel_kind"
"""Type of the validation error for a channel whose kind is missing or not registered."""


def _read_channel(table: object) -> object:
    """Return the settings of a channel, with the class that is registered for its kind."""
    if not isinstance(table, Mapping):
        return table
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise PydanticCustomError(UNKNOWN_KIND, "unknown kind of channel")
    return settings_class(kind).model_validate(table)


def _check_pattern(pattern: str) -> str:
    if may_hold_password(pattern):
        raise ValueError("a regular expression, and no address of a server")
    try:
        re.compile(pattern)
    except re.error as error:
        why = "" if "'" in error.msg else f" ({error.msg})"  # with a name of a group in quotes, it repeats the text
        raise ValueError(f"a regular expression; this one breaks off at letter {(error.pos or 0) + 1}{why}") from None
    return pattern


_AMOUNT_TEXT: Final = 'an amount in quotes with at most two decimals, such as "999999.99"'


def _check_amount(text: str) -> str:
    if cents_of_text(text) is None:
        raise ValueError(_AMOUNT_TEXT)
    return text


_ZONE_TEXT: Final = "a time zone such as America/Los_Angeles or UTC"


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(_ZONE_TEXT) from None
    return name


def _check_ledger(ledger: str) -> str:
    if ledger != "sqlite":
        from action_returns.ledger.location import parse_team_url

        parse_team_url(ledger)
    return ledger


NAME_TEXT: Final = "1 to 64 letters, digits, _ or -"
"""What the name of a profile may be."""
CODE_TEXT: Final = "1 to 64 letters, digits, _ or -, and no - in front"
"""What a reason code may be: the file that leaves holds no text that a spreadsheet program takes for a formula."""

Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$"), Allowed(NAME_TEXT)]
Code: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$")]
Pattern: TypeAlias = Annotated[
    str, AfterValidator(_check_pattern), Allowed("a regular expression that the whole ActionId has to match")
]
AmountText: TypeAlias = Annotated[str, AfterValidator(_check_amount), Allowed(_AMOUNT_TEXT)]
Zone: TypeAlias = Annotated[str, AfterValidator(_check_zone), Allowed(_ZONE_TEXT)]
LedgerPlace: TypeAlias = Annotated[
    str,
    AfterValidator(_check_ledger),
    Allowed("sqlite, or a team's database in the shape postgresql://USER@HOST:PORT/DATABASE"),
]
ReasonUse: TypeAlias = Literal["reverse", "modify", "either", "off"]
Reasons: TypeAlias = Annotated[
    dict[Code, ReasonUse],
    Allowed('codes, each with "reverse", "modify", "either" or "off", such as { RETURNED = "reverse" }'),
]
Hours: TypeAlias = Annotated[int, Field(ge=0, le=168), Allowed("a whole number of hours from 0 to 168")]
WORD_TEXT: Final = "1 to 200 visible characters, as the shop's export writes the reason"
"""What a shop's word for a reason may be."""


def _check_word(word: str) -> str:
    if not word.strip() or not word.isprintable() or may_hold_password(word):
        raise ValueError(WORD_TEXT)
    return word


ReturnReasons: TypeAlias = Annotated[
    dict[Annotated[str, Field(max_length=200), AfterValidator(_check_word)], str],
    Allowed('words of a shop in quotes, each with a reason code of the profile, such as { "Too small" = "REJECTED" }'),
]


EventType: TypeAlias = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,20}$"),
    Allowed('the number of an event type in quotes, such as "9026" (ActionTrackerId)'),
]


class Profile(Table):
    """One account: its rules and the way to its receiver."""

    environment: Literal["live", "test"] = setting(
        "Environment",
        "Whether the account is real. There is no default. A test profile really uploads, too; what it sent is kept "
        "apart from what live profiles sent, unless it leads to the same receiver as one of them.",
        example="live",
    )
    account: Name | None = setting(
        "Account",
        "What profiles of one account sent counts for all of them, so that no row goes out twice. Left out, all live "
        "profiles are one account, and a test profile is one of its own.",
        example="acme",
        default=None,
    )
    reasons: Reasons = setting(
        "Reason codes",
        "Codes added to the two that every account has, ORDER_UPDATE (modify) and REJECTED (reverse). `reverse` goes "
        "with the amount 0, `modify` with an amount above 0, `either` with both; `off` takes a code away.",
        example='{ RETURNED = "reverse" }',
        default={},
    )
    return_reasons: ReturnReasons = setting(
        "Reason codes of a shop's words",
        "Which code an import writes for a word in the export's column of reasons, however that is capitalised. A code "
        "that goes with 0 only is not written for a partial refund. Other words are asked about where several codes fit.",
        example='{ "Too small" = "REJECTED" }',
        default={},
    )
    action_id_pattern: Pattern | None = setting(
        "Pattern of ActionIds",
        "Every ActionId that does not match it is an error; left out, other shapes are only warned about.",
        example=r"M\.[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,15}",
        default=None,
    )
    max_amount: AmountText = setting(
        "Largest usual amount",
        "An amount above it is a warning.",
        example="500.00",
        default=amount_text(DEFAULT_POLICY.max_cents),
    )
    max_raise: AmountText = setting(
        "Largest raise without a typed amount",
        "Rows that raise order value by more than this in all are sent only after the amount was typed, or with "
        "--max-raise. Returns lower order value; what a shifted decimal point raises is usually more than this.",
        example="250.00",
        default=amount_text(DEFAULT_POLICY.max_raise_cents),
    )
    results_after_hours: Hours = setting(
        "Hours until results are certain",
        "How long the network may take for a file. An amount that is unchanged in a list from before that tells nothing yet.",
        example="48",
        default=DEFAULT_RESULTS_AFTER_HOURS,
    )
    time_zone: Zone = setting(
        "Time zone",
        "The zone in which lock dates of a pending download are read that tell none.",
        example="America/Los_Angeles",
        default="UTC",
    )
    approval: bool = setting(
        "Approval of a second person",
        "With `true`, another person has to approve the exact file before it is sent (docs/approval.md). In a team's "
        "database the users of the database tell who is another person.",
        example="true",
        default=False,
    )
    reset_event_type: EventType | None = setting(
        "Event type of reset files",
        "The ActionTrackerId of the actions, where the account takes reset files. Then `undo` writes such a file, which is "
        "uploaded by hand in the network. Left out, it makes rows with new totals for `send`.",
        example="9026",
        default=None,
    )
    ledger: LedgerPlace = setting(
        "Ledger",
        "Where the record of every batch is kept: sqlite is a file on this computer, a database is shared by a team.",
        example="postgresql://ann@db.example.com/returns",
        default="sqlite",
    )
    ledger_password: Secret | None = setting(
        "Password of the ledger",
        "Where the password of the team's database is kept.",
        example="keyring",
        default=None,
    )
    ledger_ca_file: Folder | None = setting(
        "Certificate of the ledger's own authority",
        "A PEM file with certificates that are trusted for the team's database, beside those that this computer trusts.",
        example="~/authority.pem",
        default=None,
    )
    api: ApiSettings | None = None
    channel: Annotated[SerializeAsAny[ChannelSettings], BeforeValidator(_read_channel)]

    @field_validator("reasons")
    @classmethod
    def _check_a_code_is_left(cls, reasons: dict[str, ReasonUse]) -> dict[str, ReasonUse]:
        if not _in_use(reasons):
            raise ValueError("every reason code is off, so that no row could be sent; leave at least one")
        return reasons

    @field_validator("return_reasons")
    @classmethod
    def _check_the_codes_exist(cls, words: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        reasons = info.data.get("reasons")
        if reasons is not None and not set(words.values()) <= (codes := _in_use(reasons)).keys():
            raise ValueError(
                f"a word stands for a code that the profile does not have; its codes are {', '.join(codes)}"
            )
        return words

    @model_validator(mode="after")
    def _check_what_belongs_to_a_team(self) -> Self:
        for key in ("ledger_password", "ledger_ca_file"):
            if self.ledger == "sqlite" and getattr(self, key) is not None:
                raise ValueError(f'{key} belongs to a team\'s ledger: set ledger = "postgresql://..." or leave it out')
        if self.ledger_ca_file is not None:
            from action_returns.ledger.location import parse_team_url

            named = parse_team_url(self.ledger).encryption.get("sslrootcert")
            if named is not None and Path(named) != self.ledger_ca_file.expanduser():
                raise ValueError(
                    "ledger_ca_file and sslrootcert in the address of the ledger name different certificates; leave "
                    "sslrootcert out of the address"
                )
        return self

    def policy(self) -> Policy:
        """Return the rules of the account."""
        return Policy(
            reasons=MappingProxyType(_in_use(self.reasons)),
            action_id_pattern=self.action_id_pattern,
            max_cents=cents_of_text(self.max_amount) or 0,
            max_raise_cents=cents_of_text(self.max_raise) or 0,
            return_reasons=MappingProxyType(self.return_reasons),
        )

    def zone(self) -> tzinfo:
        """Return the time zone in which lock dates without an offset are read."""
        return ZoneInfo(self.time_zone)


class ConfigFile(Table):
    """All of config.toml."""

    default_profile: Name | None = setting(
        "Default profile",
        "The profile of commands without `--profile`; with only one profile it may be left out.",
        example="acme",
        default=None,
    )
    profiles: Mapping[Name, Profile] = Field(default_factory=dict)


def _in_use(reasons: Mapping[str, ReasonUse]) -> dict[str, ReasonKind]:
    """Return the codes that may be sent: the two standard ones and those of the profile, without those that are off."""
    merged: dict[str, str] = {**DEFAULT_REASONS, **reasons}
    return {code: ReasonKind(use) for code, use in merged.items() if use != "off"}
