"""The rows that may be sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadyRows:
    """Rows without an error, in sheet order, as columns of equal length.

    Args:
        action_ids: the ids, exactly as they stood there.
        cents: the new order totals in integer cents; 0 reverses.
        reasons: the reason codes.
        rows: the row number a person sees beside each; empty when the rows come from elsewhere.
    """

    action_ids: Sequence[str]
    cents: Sequence[int]
    reasons: Sequence[str]
    rows: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.action_ids)

    def __iter__(self) -> Iterator[tuple[str, int, str]]:
        return zip(self.action_ids, self.cents, self.reasons, strict=True)
