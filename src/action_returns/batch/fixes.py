"""Safe corrections: those that cannot change what a row means. Offered, shown, never silent."""

from dataclasses import dataclass, replace

from action_returns.batch.columns import COLUMN_NAMES, Cell, ColumnName, Columns
from action_returns.batch.report import Report


@dataclass(frozen=True, slots=True)
class Change:
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


def apply_safe_fixes(report: Report) -> tuple[Columns, list[Change]]:
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
            changes.append(Change(finding.row, finding.column, finding.code, finding.found, finding.fix))
    fixed = replace(columns, action_id=cells["ActionId"], amount=cells["Amount"], reason=cells["Reason"])
    return fixed, changes
