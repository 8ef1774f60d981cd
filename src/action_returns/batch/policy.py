"""What an account allows: its reason codes, its ids and the amount above which it wants to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class ReasonKind(StrEnum):
    """What a reason code does to an action."""

    MODIFY = "modify"
    """The action gets a new total above 0."""
    REVERSE = "reverse"
    """The action is taken back; its amount is 0."""
    EITHER = "either"
    """The amount decides."""


DEFAULT_REASONS: Mapping[str, ReasonKind] = MappingProxyType(
    {"ORDER_UPDATE": ReasonKind.MODIFY, "REJECTED": ReasonKind.REVERSE}
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one account.

    Args:
        reasons: every reason code that may be sent, spelled exactly, and what it does.
        action_id_pattern: when given, an ActionId that does not match it as a whole is an error.
        max_cents: an amount above this many cents is worth a warning.
    """

    reasons: Mapping[str, ReasonKind] = field(default_factory=lambda: DEFAULT_REASONS)
    action_id_pattern: str | None = None
    max_cents: int = 99_999_999


DEFAULT_POLICY = Policy()
