"""Import a shop's returns export: read it, find the action of each order, compute the new totals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from action_returns.batch.amounts import Cents
from action_returns.batch.cells import Columns
from action_returns.batch.context import PendingDownload
from action_returns.files import Paths
from action_returns.operations.account import Account
from action_returns.readers.exports import read_export
from action_returns.returns.export import ReturnedOrders, ShopExport
from action_returns.returns.join import match_orders
from action_returns.returns.new_totals import Choices, Known, decide
from action_returns.returns.orders import understand
from action_returns.returns.preview import Preview
from action_returns.returns.source import Field


@dataclass(frozen=True, slots=True)
class ImportAnswers:
    """What the user answers about one export.

    Args:
        columns: field -> header, where the user names the column.
        choices: tolerance, reasons and whether the network's amounts are without tax and shipping.
    """

    columns: Mapping[Field, str] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)


@dataclass(frozen=True, slots=True)
class Imported:
    """An import before anything is written.

    Args:
        export: the file as it was read.
        found: its orders.
        pending: the pending download that the orders were looked for in.
        preview: what becomes of every order.
    """

    export: ShopExport
    found: ReturnedOrders
    pending: PendingDownload
    preview: Preview


def preview_import(
    file: Path,
    account: Account,
    paths: Paths,
    *,
    now: datetime,
    pending: PendingDownload,
    sheet: Columns | None = None,
    answers: ImportAnswers | None = None,
) -> Imported:
    """Return what an import would do. Nothing is written.

    Args:
        file: the export.
        account: the account whose rules hold.
        paths: where the ledger and earlier answers are.
        now: the moment of the import, with its time zone.
        pending: the pending actions.
        sheet: the rows that are in the sheet already, None for a new file.
        answers: what the user answers about the export.

    Raises:
        action_returns.errors.FileError: the export cannot be used as a whole.
    """
    answers = answers or ImportAnswers()
    export = read_export(file, columns=answers.columns)
    found = understand(export)
    known = Known(pending, now, account.policy, _in_sheet(sheet))
    del paths
    preview = decide(found, match_orders(found.orders, pending), known, answers.choices)
    return Imported(export, found, pending, preview)


def _in_sheet(sheet: Columns | None) -> dict[str, tuple[Cents | None, str, int]]:
    if sheet is None:
        return {}
    cells = zip(sheet.action_id, sheet.reason, sheet.rows, strict=True)
    return {str(action_id): (None, str(reason), row) for action_id, reason, row in cells}
