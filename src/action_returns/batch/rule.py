"""One finding there can be: its code, its column, its texts and the facts that the texts name.

The entries themselves are the catalogue in :mod:`action_returns.batch.rules`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple

from action_returns.batch.amounts import Cents
from action_returns.batch.cells import Cell, ColumnName, Columns, quote
from action_returns.batch.context import Context, PendingAction, Policy, SentAction

_names_in: Final = re.compile(r"\{([a-z_]+)\}").findall


class Severity(StrEnum):
    """An error keeps its row from being sent, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class OtherRows(NamedTuple):
    """Facts about other rows that some texts name.

    Args:
        keys: normal form of the ActionId of each row.
        groups: normal form of a repeated ActionId -> positions of its rows, ascending.
        main_campaign: the campaign most rows belong to, ``""`` when there is none.
        main_currency: the currency most rows are in, ``""`` when none is known.
    """

    keys: Sequence[str | None]
    groups: Mapping[str, Sequence[int]]
    main_campaign: str
    main_currency: str = ""


class Case(NamedTuple):
    """One finding whose text is needed: its cell, and what the check knows about the row.

    Args:
        position: 0-based position of the row in the columns.
        cell: the raw cell.
        columns: the whole batch.
        policy: the account's rules.
        context: the download and what was sent before.
        others: facts about other rows.
        read_amount: reads a cell of the Amount column: cents, or the code of its error.
    """

    position: int
    cell: Cell
    columns: Columns
    policy: Policy
    context: Context
    others: OtherRows
    read_amount: Callable[[object], Cents | str]

    @property
    def action_id(self) -> str:
        """The ActionId of the row, as its cell holds it."""
        return str(self.columns.action_id[self.position])

    @property
    def positions_of_action(self) -> Sequence[int]:
        """The positions of the rows of its action, from top to bottom; only for rules about repeated actions."""
        return self.others.groups[self.others.keys[self.position] or ""]

    @property
    def pending(self) -> PendingAction:
        """The action as the download has it; only for rules that compare with the download."""
        assert self.context.pending is not None  # noqa: S101  # such a rule is not applied without a download
        return self.context.pending.actions[self.action_id]

    @property
    def currency_of_action(self) -> str:
        """The currency of the action in the download, ``""`` when it is not known."""
        pending = self.context.pending
        return "" if pending is None else pending.currency_of(self.action_id)

    @property
    def sent(self) -> SentAction:
        """What was sent for the action before; only for rules that compare with earlier batches."""
        return self.context.sent[self.action_id]


class Fact(NamedTuple):
    """One placeholder of a rule's texts.

    Args:
        value: returns what stands in its place in one case.
        in_general: what stands in its place where there is no case: in the Dictionary, and above a list of rows.
        of_batch: whether it is the same in every row of a batch, so that it may also stand above a list of rows.
    """

    value: Callable[[Case], object]
    in_general: str
    of_batch: bool = False


_FACTS_OF_EVERY_RULE: Final[Mapping[str, Fact]] = MappingProxyType(
    {
        "found": Fact(lambda case: quote(case.cell), "The cell"),
        "reasons": Fact(lambda case: ", ".join(case.policy.reasons), "the codes on Reasons", of_batch=True),
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One finding there can be about a cell or a row.

    Args:
        code: its name, for machines and for searching.
        column: the column it is about; None when it is about any cell that holds it.
        severity: error or warning.
        title: a few words, for tables.
        what: what is wrong; may name ``{found}``, ``{reasons}`` and the placeholders in ``facts``.
        why: why it matters.
        todo: what to do.
        safe_fix: whether a correction can be offered that cannot change the meaning.
        facts: the other placeholders of the texts.
        beside: what a list of rows shows beside each cell, for the facts that differ from row to row.

    Raises:
        ValueError: when a text names a placeholder without a fact.
    """

    code: str
    column: ColumnName | None
    severity: Severity
    title: str
    what: str
    why: str
    todo: str
    safe_fix: bool = False
    facts: Mapping[str, Fact] = field(default_factory=dict)
    beside: str = ""

    def __post_init__(self) -> None:
        try:
            self.in_general(f"{self.what} {self.why} {self.todo} {self.beside}")
        except KeyError as placeholder:
            raise ValueError(f"the rule {self.code} has no fact for its placeholder {placeholder}") from None

    def message(self, case: Case) -> str:
        """Return what is wrong, why it matters and what to do, in one line."""
        return self.in_case(f"{self.what} {self.why} {self.todo}", case)

    def instruction(self, case: Case, help_with_it: str = "") -> str:
        """Return what to do, then what is wrong and why it matters; for a place beside the cell, so without its value.

        Args:
            case: the case.
            help_with_it: a sentence that follows what to do, such as which button does it.
        """
        what = self.what.replace("{found}", f"This {self.column}") if self.what.startswith("{found}") else self.what
        return self.in_case(" ".join(filter(None, (self.todo, help_with_it, what, self.why))), case)

    def in_case(self, text: str, case: Case) -> str:
        """Return one of the rule's texts with its placeholders filled in for one case."""
        facts = self.facts
        return text.format_map(
            {name: (facts.get(name) or _FACTS_OF_EVERY_RULE[name]).value(case) for name in _placeholders(text)}
        )

    def in_batch(self, text: str, case: Case) -> str:
        """Return one of the rule's texts as it holds for every row of a batch that the rule found.

        Args:
            text: the text.
            case: any of these rows.
        """
        return text.format_map(
            {name: fact.value(case) if fact.of_batch else fact.in_general for name, fact in self._every_fact()}
        )

    def in_general(self, text: str) -> str:
        """Return one of the rule's texts with its placeholders filled in for no case in particular."""
        return text.format_map({name: fact.in_general for name, fact in self._every_fact()})

    def _every_fact(self) -> Iterator[tuple[str, Fact]]:
        yield from _FACTS_OF_EVERY_RULE.items()
        yield from self.facts.items()


@cache
def _placeholders(text: str) -> tuple[str, ...]:
    """Return the names of the facts that a text names: a check may word three million findings."""
    return tuple(_names_in(text))
