"""The result of a check: findings in row order, the rows that may be sent and corrections."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, overload

from action_returns.batch import amounts
from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import (
    COLUMN_NAMES,
    Cell,
    ColumnName,
    Columns,
    ReadyRows,
    display_cell,
    quote_sheet,
)
from action_returns.batch.context import Context, Policy
from action_returns.batch.repeats import Repeats
from action_returns.batch.rule import Case, OtherRows, Rule, Severity
from action_returns.batch.rules import RULE_BY_CODE, RULES


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth a look.

    Args:
        row: the row number a person sees; for CSV the line on which the record starts.
        column: ActionId, Amount or Reason.
        cell: address such as ``Actions!B7``, None for CSV.
        severity: error or warning.
        code: name of the rule.
        found: what the cell shows.
        message: what is wrong, why it matters, what to do.
        fix: text that may safely stand there instead, None where there is none.
    """

    row: int
    column: ColumnName
    cell: str | None
    severity: Severity
    code: str
    found: str
    message: str
    fix: str | None


class FindingIndex:
    """Positions of all findings, packed into one integer each to save memory: there may be three million."""

    __slots__ = ("_packed",)
    _RULE_BITS = 6
    _COLUMN_BITS = 2
    _INDEX: Final = {rule.code: index for index, rule in enumerate(RULES)}
    assert len(RULES) <= 1 << _RULE_BITS, "there are more rules than _RULE_BITS can number"  # noqa: S101

    def __init__(self, packed: Sequence[int] = ()) -> None:
        self._packed = array("Q", packed)

    @classmethod
    def number(cls, code: str, column: ColumnName) -> int:
        """Return the number of a rule in a column; add ``position << SHIFT`` to it."""
        return COLUMN_NAMES.index(column) << cls._RULE_BITS | cls._INDEX[code]

    SHIFT: Final = _RULE_BITS + _COLUMN_BITS

    def __len__(self) -> int:
        return len(self._packed)

    def by_rule(self) -> list[tuple[Rule, Sequence[int]]]:
        """Return each rule that found something, in the order of the catalogue, and where its findings stand here."""
        mask = (1 << self._RULE_BITS) - 1
        found: defaultdict[int, array[int]] = defaultdict(lambda: array("Q"))
        for at, number in enumerate(self._packed):
            found[number & mask].append(at)
        return [(RULES[index], found[index]) for index in sorted(found)]

    def of(self, code: str) -> Iterator[int]:
        """Return the positions of the findings of a rule, in row order."""
        index, bits = self._INDEX[code], (1 << self._RULE_BITS) - 1
        return (number >> self.SHIFT for number in self._packed if number & bits == index)

    def __getitem__(self, at: int) -> tuple[int, ColumnName, Rule]:
        number = self._packed[at]
        column = COLUMN_NAMES[number >> self._RULE_BITS & (1 << self._COLUMN_BITS) - 1]
        return number >> self.SHIFT, column, RULES[number & (1 << self._RULE_BITS) - 1]


class CheckResult(Sequence[Finding]):
    """What a check found. As a sequence: the findings in row order, then ActionId, Amount, Reason.

    Findings are worded when they are asked for, so a batch with millions of them stays small.
    """

    def __init__(
        self,
        columns: Columns,
        rules: CellRules,
        context: Context,
        index: FindingIndex,
        counts: Mapping[str, int],
        has_error: bytearray,
        others: OtherRows,
        repeats: Repeats,
    ) -> None:
        self.columns = columns
        self.context = context
        self.counts = {code: counts[code] for code in RULE_BY_CODE if code in counts}
        self._rules = rules
        self._index = index
        self._has_error = has_error
        self._others = others
        self._repeats = repeats

    @property
    def policy(self) -> Policy:
        """The rules of the account that were applied."""
        return self._rules.policy

    @property
    def rows(self) -> int:
        """How many rows were checked."""
        return len(self.columns)

    @property
    def ready(self) -> int:
        """How many rows have no error."""
        return self._has_error.count(0)

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return self._of(Severity.ERROR)

    @property
    def warnings(self) -> int:
        """How many findings are warnings."""
        return self._of(Severity.WARNING)

    def _of(self, severity: Severity) -> int:
        return sum(number for code, number in self.counts.items() if RULE_BY_CODE[code].severity is severity)

    def __len__(self) -> int:
        return len(self._index)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        if isinstance(index, slice):
            return [self._finding(*self._index[at]) for at in range(*index.indices(len(self)))]
        return self._finding(*self._index[index])

    def __iter__(self) -> Iterator[Finding]:
        return (self._finding(*self._index[at]) for at in range(len(self)))

    def by_rule(self) -> list[tuple[Rule, Sequence[int]]]:
        """Return each rule that found something, errors first, and the indexes of its findings in row order."""
        return sorted(self._index.by_rule(), key=lambda found: found[0].severity is Severity.WARNING)

    def rows_of(self, indexes: Sequence[int]) -> list[int]:
        """Return the sheet rows of findings, each row once, from top to bottom.

        Args:
            indexes: the indexes of the findings, in row order.
        """
        rows = self.columns.rows
        return list(dict.fromkeys(rows[self._index[index][0]] for index in indexes))

    def case(self, index: int) -> tuple[Rule, Case]:
        """Return the rule and the case of a finding, for the rule's other texts."""
        at, column, rule = self._index[index]
        return rule, self._case(at, self._cells(column)[at])

    def instruction(self, index: int, help_with_it: str = "") -> str:
        """Return what to do about a finding, then what is wrong and why; for a place beside its cell.

        Args:
            index: of the finding.
            help_with_it: a sentence that follows what to do, such as which button does it.
        """
        rule, case = self.case(index)
        return rule.instruction(case, help_with_it)

    def fixable(self) -> Iterator[tuple[int, Finding]]:
        """Return position and finding where the rule has safe corrections; the finding's ``fix`` may still be None."""
        packed = (self._index[at] for at in range(len(self)))
        return ((at, self._finding(at, column, rule)) for at, column, rule in packed if rule.safe_fix)

    @property
    def safe_corrections(self) -> int:
        """How many cells have a safe correction."""
        packed = (self._index[at] for at in range(len(self)))
        found = ((rule, self._cells(column)[at]) for at, column, rule in packed if rule.safe_fix)
        return sum(self._rules.fix(rule.code, cell) is not None for rule, cell in found)

    def ready_with(self, code: str) -> list[int]:
        """Return the positions of the ready rows that have a finding of a rule."""
        return [at for at in self._index.of(code) if not self._has_error[at]] if code in self.counts else []

    def ready_warnings(self, without: Container[int] = ()) -> dict[str, int]:
        """Return how many ready rows have each warning, rule by rule in the order of the catalogue.

        Args:
            without: sheet rows that do not count.
        """
        rows, has_error = self.columns.rows, self._has_error
        found: Counter[str] = Counter()
        for at, _, rule in (self._index[at] for at in range(len(self._index))):
            if rule.severity is Severity.WARNING and not has_error[at] and rows[at] not in without:
                found[rule.code] += 1
        return {code: found[code] for code in self.counts if code in found}

    def repeats(self) -> dict[str, list[int]]:
        """Return the rows of every action that stands in more than one row with the same amount and reason.

        Returns:
            The ActionId, in its corrected form -> its sheet rows, from top to bottom.
        """
        return self._rows_of(key for key in self._repeats.groups if key not in self._repeats.conflicts)

    def conflicts(self) -> dict[str, list[int]]:
        """Return the rows of every action whose rows contradict each other, in the same form."""
        return self._rows_of(key for key in self._repeats.groups if key in self._repeats.conflicts)

    def _rows_of(self, actions: Iterable[str]) -> dict[str, list[int]]:
        rows = self.columns.rows
        return {key: [rows[at] for at in self._repeats.groups[key]] for key in actions}

    def ready_rows(self) -> ReadyRows:
        """Return the rows that may be sent, in sheet order, with their amounts in integer cents."""
        columns, has_error = self.columns, self._has_error
        at = range(len(columns)) if not any(has_error) else [i for i, bad in enumerate(has_error) if not bad]
        read = amounts.exact_cents
        return ReadyRows(
            action_ids=[columns.action_id[i] for i in at],  # type: ignore[misc]  # a row without errors holds texts
            cents=[read(columns.amount[i]) for i in at],  # type: ignore[arg-type]
            reasons=[columns.reason[i] for i in at],  # type: ignore[misc]
            rows=[columns.rows[i] for i in at],
        )

    def _finding(self, at: int, column: ColumnName, rule: Rule) -> Finding:
        columns = self.columns
        cell = self._cells(column)[at]
        row = columns.rows[at]
        address = None
        if columns.letters is not None:
            letter = columns.letters[COLUMN_NAMES.index(column)]
            address = f"{quote_sheet(columns.sheet or '')}!{letter}{row}"
        return Finding(
            row=row,
            column=column,
            cell=address,
            severity=rule.severity,
            code=rule.code,
            found=display_cell(cell),
            message=rule.message(self._case(at, cell)),
            fix=self._rules.fix(rule.code, cell),
        )

    def _cells(self, column: ColumnName) -> Sequence[Cell]:
        columns = self.columns
        return (columns.action_id, columns.amount, columns.reason)[COLUMN_NAMES.index(column)]

    def _case(self, at: int, cell: Cell) -> Case:
        return Case(at, cell, self.columns, self.policy, self.context, self._others, self._rules.amount)


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction.

    Args:
        row: the row number a person sees.
        column: the column it is in.
        code: the rule that asked for it.
        before: what the cell showed.
        after: what it shows now.
    """

    row: int
    column: ColumnName
    code: str
    before: str
    after: str


def apply_corrections(report: CheckResult) -> tuple[Columns, list[Correction]]:
    """Apply every safe correction of a check.

    Returns:
        New columns, in which only the cells of the changes differ, and the changes in row order. Check them again:
        a corrected id may turn out to be a duplicate.
    """
    columns = report.columns
    cells: dict[ColumnName, list[Cell]] = {
        name: list(column)
        for name, column in zip(COLUMN_NAMES, (columns.action_id, columns.amount, columns.reason), strict=True)
    }
    changes = []
    for at, finding in report.fixable():
        if finding.fix is not None:
            cells[finding.column][at] = finding.fix
            changes.append(Correction(finding.row, finding.column, finding.code, finding.found, finding.fix))
    fixed = replace(columns, action_id=cells["ActionId"], amount=cells["Amount"], reason=cells["Reason"])
    return fixed, changes
