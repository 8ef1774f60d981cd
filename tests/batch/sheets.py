"""Small sheets for the tests: a good row, with what the test is about put in its place."""

from datetime import UTC, datetime

from action_returns.batch.cells import Columns
from action_returns.batch.check import check
from action_returns.batch.context import Context, PendingAction, PendingDownload

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD_ID = "M.8882.4808.1063415"


def one_row(action_id=GOOD_ID, amount=0.0, reason="REJECTED", **more):
    return Columns([action_id], [amount], [reason], [2], **more)


def rows_of(*cells, first=2, **more):
    ids, amounts, reasons = map(list, zip(*cells, strict=True))
    return Columns(ids, amounts, reasons, range(first, first + len(cells)), **more)


def codes(columns, *rest):
    """What was said, in the order it is said."""
    return [(finding.row, finding.column, finding.code) for finding in check(columns, *rest)]


def download(action_id=GOOD_ID, now=NOW, **facts):
    """A context whose download holds one action."""
    return Context(PendingDownload({action_id: PendingAction(**facts)}, 1, NOW), now)


def label(value):
    """A short name for a case, in ASCII."""
    return "a huge number" if isinstance(value, int) and abs(value) > 10**300 else ascii(value)[:40]
