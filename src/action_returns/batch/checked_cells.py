"""The batch after its single cells were checked: what the rules for rows start from, and what they return."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from action_returns.batch.amounts import Cents
from action_returns.batch.cell_rules import CellRules, Code
from action_returns.batch.cells import ColumnName, Columns
from action_returns.batch.context import ReasonKind
from action_returns.batch.repeats import Repeats


@dataclass(slots=True, eq=False, repr=False)
class CheckedCells:
    """The batch after its single cells were checked: what the rules for rows start from.

    Args:
        columns: the raw cells.
        rules: reads single cells by the account's policy.
        id_codes: position -> code of the finding about its ActionId.
        bad_ids: positions whose ActionId has an error.
        keys: normal form of every ActionId, None where there is none; " M.1.2.3" and "M.1.2.3" are one action.
        repeats: the actions that stand in more than one row.
        other_campaigns: positions of usual ids that do not belong to the campaign of most rows.
        suspects: position, amount in cents and kind of reason of the rows that have an amount and that the column scan
            did not find plainly good; a code instead of the kind where the reason has an error.
        percentages: positions of the amounts that are shown as percentages, which is an error.
        main_currency: the currency most rows are in, ``""`` when none is known.
        rows_with_amount_finding: positions about whose amount an earlier rule for rows has a finding.
    """

    columns: Columns
    rules: CellRules
    id_codes: Mapping[int, Code]
    bad_ids: AbstractSet[int]
    keys: Sequence[str | None]
    repeats: Repeats
    other_campaigns: Sequence[int]
    suspects: Sequence[tuple[int, Cents, ReasonKind | Code]] = ()
    percentages: AbstractSet[int] = frozenset()
    main_currency: str = ""
    rows_with_amount_finding: set[int] = field(default_factory=set)

    def amount(self, position: int) -> Cents | Code:
        """Return the amount of a row in exact cents, or the code of its error."""
        return "amount-percent" if position in self.percentages else self.rules.amount(self.columns.amount[position])


class Found(NamedTuple):
    """The rows that break one rule.

    Args:
        code: the code of the rule.
        positions: the 0-based positions of the rows.
        column: where the finding is shown, when the rule's entry names no column.
    """

    code: Code
    positions: Sequence[int]
    column: ColumnName | None = None


RowFindings: TypeAlias = Iterator[Found]
