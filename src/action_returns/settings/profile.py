"""The shape of config.toml. Imported only where there is such a file: pydantic costs a tenth of a second."""

import re
from collections.abc import Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SerializeAsAny, field_validator, model_validator
from pydantic_core import PydanticCustomError

from action_returns.batch.amounts import amount_text, cents_of_text
from action_returns.batch.context import DEFAULT_POLICY, Policy, ReasonKind
from action_returns.channels import KINDS, settings_class
from action_returns.channels.settings_base import ChannelSettings, Secret, Table

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


class Profile(Table):
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
    channel: Annotated[SerializeAsAny[ChannelSettings], BeforeValidator(_read_channel)]

    @field_validator("action_id_pattern")
    @classmethod
    def _check_pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"a regular expression; this one breaks off: {error}") from None
        return pattern

    @field_validator("max_amount")
    @classmethod
    def _check_amount(cls, text: str) -> str:
        if cents_of_text(text) is None:
            raise ValueError('an amount in quotes with at most two decimals, such as "999999.99"')
        return text

    @field_validator("ledger")
    @classmethod
    def _check_ledger(cls, ledger: str) -> str:
        if ledger != "sqlite":
            from action_returns.ledger.location import parse_team_url

            parse_team_url(ledger)
        return ledger

    @model_validator(mode="after")
    def _check_ledger_password(self) -> Self:
        if self.ledger == "sqlite" and self.ledger_password is not None:
            raise ValueError(
                'ledger_password belongs to a team\'s ledger: set ledger = "postgresql://..." or leave it out'
            )
        return self

    @field_validator("time_zone")
    @classmethod
    def _check_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("a time zone such as America/Los_Angeles or UTC") from None
        return name

    def policy(self) -> Policy:
        """Return the rules of the account."""
        return Policy(
            reasons=MappingProxyType({code: ReasonKind(kind) for code, kind in self.reasons.items()}),
            action_id_pattern=self.action_id_pattern,
            max_cents=cents_of_text(self.max_amount) or 0,
        )

    def zone(self) -> tzinfo:
        """Return the time zone in which lock dates without an offset are read."""
        return ZoneInfo(self.time_zone)


class ConfigFile(Table):
    """All of config.toml."""

    default_profile: str | None = None
    profiles: Mapping[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")], Profile] = Field(default_factory=dict)
