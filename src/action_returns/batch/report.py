"""What a check found: findings in row order, and the rows that may be sent."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
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
    quote,
    quote_sheet,
)
from action_returns.batch.context import Context, PendingAction, PendingDownload, Policy
from action_returns.batch.rules import RULE_BY_CODE, RULES, Rule, Severity


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


@dataclass(frozen=True, slots=True)
class DuplicateInfo:
    """Facts about other rows that some messages name.

    Args:
        first_of: normal form of a repeated ActionId -> position of the row where it stands first.
        key_of: position -> normal form of its ActionId, for the repeated rows.
        main_campaign: the campaign most rows belong to, ``""`` when there is none.
    """

    first_of: Mapping[str, int]
    key_of: Mapping[int, str]
    main_campaign: str


class FindingIndex:
    """Where which rule spoke, one machine integer each: a batch may have three million findings."""

    __slots__ = ("_marks",)
    _RULE_BITS = 6
    _COLUMN_BITS = 2
    _INDEX: Final = {rule.code: index for index, rule in enumerate(RULES)}

    def __init__(self, marks: Sequence[int] = ()) -> None:
        self._marks = array("Q", marks)

    @classmethod
    def number(cls, code: str, column: ColumnName) -> int:
        """Give the number that stands for a rule in a column; add ``position << SHIFT`` to it."""
        return COLUMN_NAMES.index(column) << cls._RULE_BITS | cls._INDEX[code]

    SHIFT: Final = _RULE_BITS + _COLUMN_BITS

    def __len__(self) -> int:
        return len(self._marks)

    def of(self, code: str) -> Iterator[int]:
        """Give the positions where a rule spoke, in row order."""
        wanted, bits = self._INDEX[code], (1 << self._RULE_BITS) - 1
        return (mark >> self.SHIFT for mark in self._marks if mark & bits == wanted)

    def __getitem__(self, at: int) -> tuple[int, ColumnName, Rule]:
        mark = self._marks[at]
        column = COLUMN_NAMES[mark >> self._RULE_BITS & (1 << self._COLUMN_BITS) - 1]
        return mark >> self.SHIFT, column, RULES[mark & (1 << self._RULE_BITS) - 1]


class CheckResult(Sequence[Finding]):
    """What a check found. As a sequence: the findings in row order, then ActionId, Amount, Reason.

    Findings are worded when they are asked for, so a batch with millions of them stays small.
    """

    def __init__(
        self,
        columns: Columns,
        judge: CellRules,
        context: Context,
        hits: FindingIndex,
        counts: Mapping[str, int],
        unready: bytearray,
        neighbours: DuplicateInfo,
    ) -> None:
        self.columns = columns
        self.context = context
        self.counts = {code: counts[code] for code in RULE_BY_CODE if code in counts}
        self._judge = judge
        self._hits = hits
        self._unready = unready
        self._neighbours = neighbours

    @property
    def policy(self) -> Policy:
        """The rules of the account that were applied."""
        return self._judge.policy

    @property
    def rows(self) -> int:
        """How many rows were checked."""
        return len(self.columns)

    @property
    def ready(self) -> int:
        """How many rows have no error."""
        return self._unready.count(0)

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
        return len(self._hits)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        if isinstance(index, slice):
            return [self._worded(*self._hits[at]) for at in range(*index.indices(len(self)))]
        return self._worded(*self._hits[index])

    def __iter__(self) -> Iterator[Finding]:
        return (self._worded(*self._hits[at]) for at in range(len(self)))

    def fixable(self) -> Iterator[tuple[int, Finding]]:
        """Give position and finding wherever a rule knows safe fixes; the finding's own ``fix`` may still be None."""
        marks = (self._hits[at] for at in range(len(self)))
        return ((at, self._worded(at, column, rule)) for at, column, rule in marks if rule.safe_fix)

    def ready_with(self, code: str) -> list[int]:
        """Give the positions of the ready rows about which a rule spoke."""
        return [at for at in self._hits.of(code) if not self._unready[at]] if code in self.counts else []

    def repeats(self) -> dict[str, list[int]]:
        """Return the rows of every action that stands in more than one row, by the rules of the account.

        Returns:
            The ActionId, repaired where it holds a blank or a small m -> its sheet rows, from top to bottom.
        """
        rows = self.columns.rows
        groups = {key: [rows[first]] for key, first in self._neighbours.first_of.items()}
        for at, key in self._neighbours.key_of.items():
            groups[key].append(rows[at])
        return groups

    def ready_rows(self) -> ReadyRows:
        """Give the rows that may be sent, in sheet order, with their amounts in integer cents."""
        columns, unready = self.columns, self._unready
        at = range(len(columns)) if not any(unready) else [i for i, bad in enumerate(unready) if not bad]
        read = amounts.exact_cents
        return ReadyRows(
            action_ids=[columns.action_id[i] for i in at],  # type: ignore[misc]  # a row without errors holds texts
            cents=[read(columns.amount[i]) for i in at],  # type: ignore[arg-type]
            reasons=[columns.reason[i] for i in at],  # type: ignore[misc]
            rows=[columns.rows[i] for i in at],
        )

    def _worded(self, at: int, column: ColumnName, rule: Rule) -> Finding:
        columns = self.columns
        index = COLUMN_NAMES.index(column)
        cell: Cell = (columns.action_id, columns.amount, columns.reason)[index][at]
        row = columns.rows[at]
        address = None
        if columns.letters is not None:
            address = f"{quote_sheet(columns.sheet or '')}!{columns.letters[index]}{row}"
        return Finding(
            row=row,
            column=column,
            cell=address,
            severity=rule.severity,
            code=rule.code,
            found=display_cell(cell),
            message=rule.message(self._facts(at, cell, rule)),
            fix=self._judge.fix(rule.code, cell),
        )

    def _facts(self, at: int, cell: Cell, rule: Rule) -> dict[str, object]:
        facts: dict[str, object] = {"found": quote(cell), "reasons": ", ".join(self.policy.reasons)}
        action_id = self.columns.action_id[at]
        match rule.code:
            case "id-duplicate":
                first = self._neighbours.first_of[self._neighbours.key_of[at]]
                facts["first_row"] = self.columns.rows[first]
            case "id-mixed-campaigns":
                facts["campaign"] = str(action_id).split(".", 2)[1]
                facts["main_campaign"] = self._neighbours.main_campaign
            case "amount-large":
                facts["limit"] = amounts.amount_text(self.policy.max_cents)
            case "reason-amount-mismatch":
                facts["amount"] = quote(self.columns.amount[at])
            case "limit-reached" | "limit-near":
                facts["count"] = f"{self.context.sent[str(action_id)].times:,}"
            case "already-sent":
                row = self._judge.amount(self.columns.amount[at]), self.columns.reason[at]
                facts["batch"] = self.context.sent[str(action_id)].rows[row]  # type: ignore[index]  # found there before
            case "amount-above-original" | "action-locked" if self.context.pending is not None:
                facts.update(_pending_facts(self.context.pending.actions[str(action_id)], self.context.now))
        return facts


def _pending_facts(action: PendingAction, now: datetime | None) -> dict[str, object]:
    current = "" if action.cents is None else amounts.amount_text(action.cents)
    if action.locks_at is not None and now is not None and action.locks_at <= now:
        return {"current": current, "lock": f"locked on {action.locks_at:%Y-%m-%d at %H:%M %Z}"}
    return {"current": current, "lock": f"has the state {action.state}, which takes no more changes"}


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
    """Apply every safe fix of a report.

    Returns:
        New columns, in which only the cells of the changes differ, and the changes in row order. Check them again:
        a repaired id may turn out to be a duplicate.
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


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of the rows that may be sent.

    Args:
        rows: rows that may be sent.
        reversals: those with amount 0.
        changes: those with a new total above 0.
        new_total_cents: sum of the new totals.
        reasons: reason code -> rows.
        known: rows whose current amount the pending download tells; None without a download.
        effect_cents: sum of new minus current amount over the known rows (negative: the orders are worth less).
        currency: the download's currency, None when it does not say.
    """

    rows: int
    reversals: int
    changes: int
    new_total_cents: int
    reasons: Mapping[str, int]
    known: int | None = None
    effect_cents: int | None = None
    currency: str | None = None


def summarise(rows: ReadyRows, pending: PendingDownload | None = None) -> Summary:
    """Add up the rows; with a pending download also what the change is worth."""
    reversals = sum(cents == 0 for cents in rows.cents)
    known = effect = None
    if pending is not None:
        current = [
            (cents, action.cents)
            for action_id, cents in zip(rows.action_ids, rows.cents, strict=True)
            if (action := pending.actions.get(action_id)) is not None and action.cents is not None
        ]
        known, effect = len(current), sum(new - old for new, old in current)
    return Summary(
        rows=len(rows),
        reversals=reversals,
        changes=len(rows) - reversals,
        new_total_cents=sum(rows.cents),
        reasons=dict(Counter(rows.reasons)),
        known=known,
        effect_cents=effect,
        currency=None if pending is None else pending.currency,
    )
