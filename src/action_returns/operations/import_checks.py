"""Check the new rows of an import by the rules of a batch before they are shown: a row with an error is no row."""

from action_returns.batch.amounts import amount_text
from action_returns.batch.cells import Columns
from action_returns.batch.check import check
from action_returns.batch.context import Policy
from action_returns.batch.rule import Severity
from action_returns.returns.preview import Group, LeftOrder, NewRow, Preview


def without_errors(preview: Preview, policy: Policy) -> Preview:
    """Return the preview without the rows that a batch could not have, such as those of web actions; they are to decide.

    Args:
        preview: what becomes of every order.
        policy: the account's rules.
    """
    rows = preview.rows
    columns = Columns(
        [row.action_id for row in rows],
        [amount_text(row.cents) for row in rows],
        [row.reason for row in rows],
        rows=range(len(rows)),
    )
    report = check(columns, policy)
    if report.ready == len(rows):
        return preview
    errors = {one.row: one.message for one in reversed(list(report)) if one.severity is Severity.ERROR}
    left = [_left(rows[at], message) for at, message in errors.items()]
    lines = sorted((*preview.left, *left), key=lambda one: one.line)
    return Preview([row for at, row in enumerate(rows) if at not in errors], lines)


def _left(row: NewRow, message: str) -> LeftOrder:
    return LeftOrder(
        row.order,
        row.line,
        Group.TO_DECIDE,
        "order-unknown",
        f"Order {row.order} belongs to the action {row.action_id}, which no batch of mobile actions can have. {message}",
        (row.action_id,),
        row.refunded,
    )
