"""Check the new rows of an import by the rules of a batch before they are shown: a row with an error is no row."""

from collections.abc import Sequence
from dataclasses import replace

from action_returns.batch.amounts import amount_text
from action_returns.batch.cells import Columns
from action_returns.batch.check import check
from action_returns.batch.context import Context
from action_returns.batch.report import CheckResult, Finding
from action_returns.batch.rule import Severity
from action_returns.returns.known import Known
from action_returns.returns.preview import Group, LeftOrder, NewRow, Preview

_TAKES_NO_CHANGE = frozenset({"action-locked", "limit-reached"})
"""Codes of findings that say that the action cannot be changed any more."""


def columns_of(rows: Sequence[NewRow]) -> Columns:
    """Return rows of an import as the columns of a batch, numbered from 1."""
    return Columns(
        [row.action_id for row in rows],
        [amount_text(row.cents) for row in rows],
        [row.reason for row in rows],
        rows=range(1, len(rows) + 1),
    )


def check_rows(preview: Preview, known: Known) -> tuple[Preview, CheckResult]:
    """Return the preview without the rows that could not be sent, such as those of web actions, and the check of the others.

    Args:
        preview: what becomes of every order.
        known: what the import knows: the account's rules, the download, what was sent before.
    """
    context = Context(pending=known.pending, now=known.now, sent=known.sent)
    report = check(columns_of(preview.rows), known.policy, context)
    if report.ready == len(preview.rows):
        return preview, report
    errors: dict[int, Finding] = {}
    for finding in report:
        if finding.severity is Severity.ERROR:
            errors.setdefault(finding.row, finding)
    left = [_left(preview.rows[row - 1], finding) for row, finding in errors.items()]
    good = replace(
        preview,
        rows=[row for number, row in enumerate(preview.rows, 1) if number not in errors],
        left=sorted((*preview.left, *left), key=lambda one: one.line),
    )
    return good, check(columns_of(good.rows), known.policy, context)


def _left(row: NewRow, error: Finding) -> LeftOrder:
    return LeftOrder(
        row.order,
        row.line,
        Group.TO_DECIDE,
        "action-locked" if error.code in _TAKES_NO_CHANGE else "order-unknown",
        f"Order {row.order} belongs to the action {row.action_id}, for which no row can be sent. {error.message}",
        (row.action_id,),
        row.refunded,
    )
