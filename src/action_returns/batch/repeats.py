"""Find actions that stand in a batch more than once, and tell identical rows from rows that contradict each other.

Two rows of one action are identical when they hold the same amount in cents and the same reason, each as a safe
correction would read it. What cannot be read is compared as it stands: a row with a blank or unreadable amount
contradicts a row with another one, because the program cannot know which of them the user means.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import compress, count
from typing import Final, NamedTuple

from action_returns.batch.amounts import Cents, cents_of_text
from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import Columns, display_cell
from action_returns.batch.context import ReasonKind

_CHUNK: Final = 64


class Repeats(NamedTuple):
    """Actions that stand in more than one row.

    Args:
        groups: normal form of an ActionId -> positions of its rows, ascending, two at least.
        conflicts: those of them whose rows contradict each other.
    """

    groups: Mapping[str, Sequence[int]]
    conflicts: AbstractSet[str]

    def later_rows(self) -> list[int]:
        """Return the positions of the rows that repeat an identical row further up."""
        return [at for key, rows in self.groups.items() if key not in self.conflicts for at in rows[1:]]

    def contradicting_rows(self) -> list[int]:
        """Return the positions of the rows that contradict another row of the same action."""
        return [at for key in self.conflicts for at in self.groups[key]]


NO_REPEATS: Final = Repeats({}, frozenset())


def find_repeats(keys: Sequence[str | None], content_of: Callable[[int], Hashable]) -> Repeats:
    """Return the actions that stand in more than one row.

    Args:
        keys: normal form of the ActionId of each row, None where there is none.
        content_of: position -> amount and reason of the row; asked only for rows of repeated actions.
    """
    repeated = {keys[at] for at in later_occurrences(keys)}
    if not repeated:
        return NO_REPEATS
    groups: dict[str, list[int]] = defaultdict(list)
    for at in positions_in(keys, repeated):
        groups[keys[at]].append(at)  # type: ignore[index]  # None is never repeated
    conflicts = frozenset(key for key, rows in groups.items() if len(set(map(content_of, rows))) > 1)
    return Repeats(dict(groups), conflicts)


def later_occurrences(keys: Sequence[str | None]) -> list[int]:
    """Return the positions of every key that stands further up already; None is no key."""
    earlier: set[str | None] = set()
    repeated = []
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        if earlier.isdisjoint(chunk):
            before = len(earlier)
            earlier.update(chunk)
            if len(earlier) - before == len(chunk):
                continue
            earlier.difference_update(chunk)
        for position, key in enumerate(chunk, start):
            if key is None:
                continue
            if key in earlier:
                repeated.append(position)
            earlier.add(key)
    return repeated


def positions_in(keys: Sequence[str | None], facts: Container[str | None]) -> list[int]:
    """Return the positions of the keys that are among the facts."""
    return list(compress(count(), map(facts.__contains__, keys)))


def content_reader(
    columns: Columns, rules: CellRules, percentages: AbstractSet[int]
) -> Callable[[int], tuple[Cents | str, str]]:
    """Return the function that reads amount and reason of a row, for comparing it with others.

    Args:
        columns: the raw cells.
        rules: reads single cells by the account's policy.
        percentages: positions of the amounts that are shown as percentages.
    """

    def read(position: int) -> tuple[Cents | str, str]:
        cell = columns.amount[position]
        cents = rules.amount(cell)
        if position in percentages:
            cents = f"{display_cell(cell)} as a percentage"
        elif isinstance(cents, str):
            corrected = rules.fix(cents, cell)
            exact = None if corrected is None else cents_of_text(corrected)
            cents = display_cell(cell) if exact is None else exact
        reason = columns.reason[position]
        kind = rules.reason(reason)
        good = reason if isinstance(kind, ReasonKind) else rules.fix(kind, reason)
        return cents, display_cell(reason) if good is None else str(good)

    return read
