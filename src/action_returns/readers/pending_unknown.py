"""Count what a pending download does not tell, and return it in sentences: unknown is never taken for 0."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from action_returns.batch.cells import quote
from action_returns.readers.amount_column import AmountColumn, Unread
from action_returns.readers.headers import FIELD_WORDS

_OPTIONAL: Final = {
    "amount": "whether an amount is above the current one, unchanged, or was 0",
    "locks_at": "whether the time to change an action is over",
}
"""Field that a download may lack -> what could not be checked then."""
_NAMED: Final = 3


class Unknown:
    """What is unknown of the actions that were read.

    Args:
        name: the file.
        fields: the fields that have a column.
    """

    def __init__(self, name: str, fields: Collection[str]) -> None:
        self.lock_dates_missing = 0
        self.lock_dates_unread = 0
        self.words_left_out = 0
        self.amounts: Mapping[Unread, list[object]] = defaultdict(list)
        """Why a current amount is unknown -> the cells."""
        self._name = name
        self._fields = fields

    def notes(self, column: AmountColumn, differing: Collection[str]) -> Iterator[str]:
        """Return one sentence for each thing that is unknown.

        Args:
            column: the amounts.
            differing: ActionIds that stand there twice with different facts.
        """
        name = self._name
        for field, what in _OPTIONAL.items():
            if field not in self._fields:
                yield f"{name} has no column for the {FIELD_WORDS[field]}, so it could not be checked {what}."
        if "locks_at" in self._fields:
            if self.lock_dates_missing:
                yield f"{_have(self.lock_dates_missing)} no lock date in {name}: {_until(self.lock_dates_missing)}"
            if self.lock_dates_unread:
                yield f"{_have(self.lock_dates_unread)} a lock date in {name} that cannot be read: {_until(self.lock_dates_unread)}"
        if "amount" in self._fields:
            yield from self._amounts(column)
        if differing:
            stand = "1 action stands" if len(differing) == 1 else f"{len(differing):,} actions stand"
            yield f"{stand} in {name} twice with different facts ({first_three(differing)}); what differs was not used."
        if self.words_left_out:
            yield f"{self.words_left_out:,} of the order IDs and partners in {name} are no texts and were left out."

    def _amounts(self, column: AmountColumn) -> Iterator[str]:
        if column.is_contradictory():
            point, comma = (column.proven[sign].strip() for sign in ".,")
            yield (
                f'{self._name} writes amounts in two ways: "{point}" with a decimal point, "{comma}" with a decimal comma. '
                "So none of them was read: what the actions are worth now is unknown. Download Pending Actions again, in "
                "one number format."
            )
        for reason, cells in self.amounts.items():
            if reason is not Unread.UNSETTLED or not column.is_contradictory():
                example = "" if reason is Unread.BLANK else f" ({quote(cells[0])})"
                yield f"{_have(len(cells))} {reason}{example} in {self._name}: what {_are(len(cells))} worth now is unknown."


def _until(number: int) -> str:
    return f"until when {'it' if number == 1 else 'they'} can be changed is unknown."


def _are(number: int) -> str:
    return "it is" if number == 1 else "they are"


def _have(number: int) -> str:
    return "1 action has" if number == 1 else f"{number:,} actions have"


def first_three(names: Collection[str]) -> str:
    """Return at most three names and the number of the others."""
    listed = sorted(names)
    return ", ".join(listed[:_NAMED]) + (f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else "")
