"""Collect what the rows of a pending download say of their actions, many rows in one go."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import Any, Final, TypeAlias

from action_returns.batch.amounts import Cents
from action_returns.batch.cells import display_cell, strip_white_space
from action_returns.batch.context import PendingAction
from action_returns.errors import FileError
from action_returns.readers.amount_column import AmountColumn, Unread
from action_returns.readers.pending_unknown import Unknown

Facts: TypeAlias = tuple[Any, datetime | None, str | None, str | None, str | None, str | None, Any]
"""What one row says of its action, in the order of PendingAction; the amounts as they are written, for only the whole
column tells how to read them."""
FIELDS: Final = ("amount", "locks_at", "state", "order_id", "partner", "currency", "original_amount")
_TEXTS: Final = frozenset({str, NoneType})


def is_blank(cell: object) -> bool:
    """Return whether a cell holds nothing but white space."""
    return cell is None or (isinstance(cell, str) and not strip_white_space(cell))


def word_of(cell: Any) -> str | None:
    """Return an order id or a partner as a text; None for a blank cell and for what is none."""
    if isinstance(cell, str):
        return cell if cell.isalnum() and cell.isascii() else strip_white_space(cell) or None
    return display_cell(cell) if isinstance(cell, float) else None


def words_of(cells: Sequence[Any]) -> Sequence[str | None]:
    """Return every cell as :func:`word_of` does. One look at all of them is faster than one at each."""
    if set(map(type, cells)) == {str} and "" not in cells and (joined := "".join(cells)).isalnum() and joined.isascii():
        return cells
    return list(map(word_of, cells))


class PendingFacts:
    """What was read of each action that is kept.

    Args:
        name: the file.
        unknown: counts what the rows do not tell.
        moment_of: returns the moment of a lock date, None when it is none.
    """

    def __init__(self, name: str, unknown: Unknown, moment_of: Callable[[Any], datetime | None]) -> None:
        self.found: dict[str, Facts] = {}
        self.differing: dict[str, list[Facts]] = {}
        """ActionId -> what its rows say, of the actions whose rows do not all say the same."""
        self._name = name
        self._unknown = unknown
        self._moment_of = moment_of
        self._moments: dict[Any, datetime | None] = {}
        self._words: dict[str | None, str | None] = {None: None}

    def add(self, ids: Sequence[str], cells: Sequence[Sequence[Any]]) -> None:
        """Read some rows.

        Args:
            ids: their ActionIds.
            cells: the cells of each of :data:`FIELDS`.

        Raises:
            FileError: a state is not a text.
        """
        amounts, dates, states, orders, partners, currencies, originals = cells
        columns = (
            amounts,
            self._moment_ofs(dates),
            self._strip(states) if _TEXTS.issuperset(map(type, states)) else list(map(self._state, states, ids)),
            self._read_words(orders),
            self._strip(partners) if _TEXTS.issuperset(map(type, partners)) else self._read_words(partners),
            self._strip(currencies),
            originals,
        )
        facts = list(zip(*columns, strict=True))
        different = dict(zip(ids, facts, strict=True))
        if len(different) == len(ids) and self.found.keys().isdisjoint(different):
            self.found |= different
            return
        for action_id, one in zip(ids, facts, strict=True):
            before = self.found.setdefault(action_id, one)
            if before is not one and before != one:
                self.differing.setdefault(action_id, [before]).append(one)

    def _moment_ofs(self, dates: Sequence[Any]) -> list[datetime | None]:
        known = self._moments
        for date in set(dates).difference(known):
            known[date] = self._moment_of(date)
        moments = [known[date] for date in dates]
        if None in moments:
            unread = [date for date, moment in zip(dates, moments, strict=True) if moment is None]
            missing = sum(map(is_blank, unread))
            self._unknown.lock_dates_missing += missing
            self._unknown.lock_dates_unread += len(unread) - missing
        return moments

    def _strip(self, words: Sequence[str | None]) -> list[str | None]:
        """Return words that many rows have, without white space around them; None for a blank one."""
        known = self._words
        for word in set(words).difference(known):
            known[word] = strip_white_space(word or "") or None
        return [known[word] for word in words]

    def _state(self, cell: Any, action_id: str) -> str | None:
        if cell is None or isinstance(cell, str):
            return strip_white_space(cell or "") or None
        if isinstance(cell, float):
            return display_cell(cell)
        raise FileError(  # ['APPROVED'] from JSON would hide that the action is locked
            "pending-states-bad",
            f"{self._name} has a state that is not a text, for the action {action_id}, so it is unknown whether "
            "that action can still be changed. Download Pending Actions again.",
        )

    def _read_words(self, cells: Sequence[Any]) -> Sequence[str | None]:
        words = words_of(cells)
        if words is not cells:
            self._unknown.words_left_out += sum(
                word is None and cell is not None and not isinstance(cell, str)
                for word, cell in zip(words, cells, strict=True)
            )
        return words

    def actions(self, column: AmountColumn, currency: str | None) -> Mapping[str, PendingAction]:
        """Return the actions, and forget what was read. What the rows of an action do not agree on is left out.

        Args:
            column: how amounts are written.
            currency: what all of them are in, None when that is not known.
        """
        ids = list(self.found)
        actions = dict(zip(ids, self._read(list(self.found.values()), column, currency, counts=True), strict=True))
        self.found.clear()
        for action_id, several in list(self.differing.items()):
            # It is unknown which of them is true; what they agree on is kept.
            first, *others = self._read(several, column, currency, counts=False)
            agreed = {
                key: fact for key, fact in first._asdict().items() if all(getattr(o, key) == fact for o in others)
            }
            actions[action_id] = PendingAction(**agreed)
            if all(other == first for other in others):
                del self.differing[action_id]
        return actions

    def _read(
        self, facts: Sequence[Facts], column: AmountColumn, currency: str | None, *, counts: bool
    ) -> Iterable[PendingAction]:
        if not facts:
            return ()
        amounts, *others, originals = zip(*facts, strict=True)
        cents: list[Cents | Unread | None] = list(column.read_all(amounts, currency))
        if not _are_read(cents):
            for at, (amount, read) in enumerate(zip(amounts, cents, strict=True)):
                if isinstance(read, Unread):
                    if counts:
                        self._unknown.amounts[read].append(amount)
                    cents[at] = None
        before: list[Cents | Unread | None] = [None] * len(originals)
        if any(originals):
            # An import does without one that cannot be read; no row is checked with it.
            before = [None if isinstance(read, Unread) else read for read in column.read_all(originals, currency)]
        return map(PendingAction._make, zip(cents, *others, before, strict=True))


def _are_read(cents: Sequence[Any]) -> bool:
    return Unread not in set(map(type, cents))
