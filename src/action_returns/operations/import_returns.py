"""Import a shop's returns export: read it, find the action of each order, compute the new totals. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from action_returns.batch.amounts import LIMIT, Cents, cents_of_number, cents_of_text
from action_returns.batch.cells import Cell, Columns, strip_white_space
from action_returns.batch.context import PendingDownload
from action_returns.batch.report import CheckResult
from action_returns.errors import NoPendingDownloadError, NothingToImportError
from action_returns.files import Paths
from action_returns.operations.account import Account
from action_returns.operations.import_answers import ImportAnswers, SavedAnswers, remembered
from action_returns.operations.import_checks import check_rows, columns_of
from action_returns.operations.import_memory import imports_of, keep_imports, source_of
from action_returns.operations.import_texts import orders_equation
from action_returns.operations.import_without_action import none_found
from action_returns.operations.pending_source import PendingSource, load_download
from action_returns.operations.previous_sends import PreviousSends, find_sends_of
from action_returns.operations.texts import counted, one_or_many
from action_returns.readers.batch_file import LoadedBatch
from action_returns.readers.exports import read_export
from action_returns.returns.decide import decide
from action_returns.returns.export import ReturnedOrders, ShopExport
from action_returns.returns.join import Match, loose_keys, match_orders
from action_returns.returns.known import Known
from action_returns.returns.orders import understand
from action_returns.returns.preview import Group, Preview
from action_returns.returns.source import Field

_NO_PROFILE: Final = (
    "What was sent before is not known, because there is no profile yet. Make one with: action-returns profile add NAME"
)
_TOTAL_MAY_BE_ANOTHER: Final = frozenset({"total-differs", "refund-above-amount"})
_WITHOUT_SHIPPING: Final = "subtotal"
"""The header, in small letters, of what an order is worth without shipping, as Shopify and others write it."""


@dataclass(frozen=True, slots=True)
class Imported:
    """An import before anything is written.

    Args:
        export: the file as it was read.
        found: its orders.
        pending: the pending download that the orders were looked for in.
        preview: what becomes of every order.
        report: the check of the rows; each of them is ready.
        answers: what the user answered about the export, now and earlier.
        matches: the actions of each order.
        known: what the new totals rest on besides the export.
        past: what was sent before for these actions.
        remembered: which earlier answers were used, one sentence each.
        unknown: what is not known of earlier imports and sends, one sentence each.
        source: the download's file, None when the pending actions came from elsewhere.
    """

    export: ShopExport
    found: ReturnedOrders
    pending: PendingDownload
    preview: Preview
    report: CheckResult
    answers: ImportAnswers
    matches: Sequence[Match]
    known: Known
    past: PreviousSends = field(default_factory=PreviousSends)
    remembered: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    source: PendingSource | None = None

    @property
    def batch(self) -> LoadedBatch:
        """The rows as a batch, to be checked and sent by a program."""
        return LoadedBatch(columns_of(self.preview.rows), f"orders of {self.export.file}")

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of the reading, one sentence each."""
        return (
            *self.export.notes,
            *self.found.notes,
            *self.remembered,
            *self.unknown,
            *self.preview.notes,
            *self.pending.notes,
        )


def choose_pending(given: PendingSource | None, account: Account, paths: Paths) -> PendingSource:
    """Return the pending download that the user named, else the one that was kept last.

    Raises:
        NoPendingDownloadError: there is none.
        action_returns.errors.FileError: the kept one was changed or cannot be read.
    """
    from action_returns.operations.kept_pending import kept_download

    source = given or kept_download(account, paths)
    if source is None:
        raise NoPendingDownloadError(
            "Which actions do these orders belong to? No pending download was named, and none is kept from before. "
            "Nothing was written. Download the pending actions from the network's page Pending Actions, and name the "
            "file with --pending FILE. Or fetch them over the API: action-returns pending fetch"
        )
    return source


def preview_import(
    file: Path,
    account: Account,
    paths: Paths,
    *,
    now: datetime,
    pending: PendingDownload | PendingSource,
    sheet: Columns | None = None,
    answers: ImportAnswers | None = None,
) -> Imported:
    """Return what an import would do. Nothing is written.

    Args:
        file: the export.
        account: the account whose rules hold.
        paths: where the ledger and earlier answers are.
        now: the moment of the import, with its time zone.
        pending: the pending actions, or the download they are read from: then only those of the export's orders are.
        sheet: the rows that are in the sheet already, None for a new file.
        answers: what the user answers about the export.

    Raises:
        action_returns.errors.FileError: the export or the download cannot be used as a whole.
        action_returns.errors.LedgerError: it could not be looked up what was sent before.
        action_returns.errors.SettingsError: the same, because of a setting or a password of the ledger.
    """
    given = answers or ImportAnswers()
    saved_answers = SavedAnswers(paths, account.policy.reasons)
    export = read_export(file, columns=given.columns, remembered=saved_answers.columns)
    saved = saved_answers.of(export.signature)
    both = given.over(saved)
    found = understand(export, amounts=both.amounts)
    source = pending if isinstance(pending, PendingSource) else None
    if isinstance(pending, PendingSource):
        pending = load_download(pending, None, account, paths, now=now, orders=loose_keys(found.orders))
    matches = match_orders(found.orders, pending)
    action_ids = {one for match in matches for one in match.action_ids}
    past = find_sends_of(action_ids, account, paths)
    past.refuse_unread()  # an amount that was sent already would be sent again
    memory = imports_of(action_ids, account, paths)
    known = Known(pending, now, account.policy, _in_sheet(sheet), past.sent, memory.imported, source_of(export))
    preview, report = check_rows(decide(found, matches, known, both.choices), known)
    preview = _with_hint(export, found, matches, pending, preview)
    unknown = tuple(filter(None, (memory.problem, "" if account.environment else _NO_PROFILE)))
    used = tuple(remembered(given, saved))
    return Imported(export, found, pending, preview, report, both, matches, known, past, used, unknown, source)


def answer_reasons(imported: Imported, reasons: Mapping[str, str]) -> Imported:
    """Return the import with more words of the export mapped to reason codes. Nothing is read again.

    Args:
        imported: the import.
        reasons: the export's word -> reason code.
    """
    answers = ImportAnswers(reasons=reasons).over(imported.answers)
    decided = decide(imported.found, imported.matches, imported.known, answers.choices)
    preview, report = check_rows(decided, imported.known)
    preview = _with_hint(imported.export, imported.found, imported.matches, imported.pending, preview)
    return replace(imported, answers=answers, preview=preview, report=report)


def refuse_nothing(imported: Imported) -> None:
    """Raise when no order could be used, and at least one is to decide or refused.

    Raises:
        NothingToImportError: every order with a refund is to decide or refused.
    """
    counts = imported.preview.counts()
    used = counts[Group.ROW] + counts[Group.IN_SHEET] + counts[Group.SENT_BEFORE]
    if not used and not imported.preview.is_settled:
        why = none_found(imported) or "The preview says for each order why, and what to do."
        raise NothingToImportError(
            f"No order of {imported.export.file} can be used: {orders_equation(imported.preview)}. Nothing was written. {why}"
        )


def remember_import(imported: Imported, account: Account, paths: Paths) -> str:
    """Write down the answers about an export and what was made of its orders. Call it when its rows were written.

    Args:
        imported: the import whose rows were written.
        account: the account.
        paths: where both are kept.

    Returns:
        Why what was made of the orders could not be kept, ``""`` when it was.
    """
    SavedAnswers(paths, account.policy.reasons).save(imported.export.signature, imported.answers)
    return keep_imports(imported.preview.rows, imported.export, account, paths, now=imported.known.now)


def _with_hint(
    export: ShopExport,
    found: ReturnedOrders,
    matches: Sequence[Match],
    pending: PendingDownload,
    preview: Preview,
) -> Preview:
    """Return the preview with a note where refused orders fit without shipping: shops with tax in their prices are so."""
    totals, shipping = (export.amounts.get(name) for name in (Field.TOTAL, Field.SHIPPING))
    refused = {left.order for left in preview.left if left.code in _TOTAL_MAY_BE_ANOTHER}
    if not refused or totals is None or shipping is None:
        return preview
    place = {line: at for at, line in enumerate(export.lines)}
    fitting = 0
    for order, match in zip(found.orders, matches, strict=True):
        if order.order in refused and len(match.action_ids) == 1:
            total, part = totals[place[order.line]], shipping[place[order.line]]
            if isinstance(total, int) and isinstance(part, int) and part:
                fitting += total - part == pending.actions[match.action_ids[0]].cents
    if not fitting:
        return preview
    header = next((header for header in export.headers if header.casefold() == _WITHOUT_SHIPPING), "HEADER")
    note = (
        f"{counted(fitting, 'refused order')} {one_or_many(fitting, 'fits', 'fit')} without shipping: the order's total "
        "minus its shipping is exactly what the network has. If the network's amounts are without shipping, choose the "
        f'column that has such a total: --map total="{header}"'
    )
    return replace(preview, notes=(*preview.notes, note))


def _in_sheet(sheet: Columns | None) -> dict[str, tuple[Cents | None, str, int]]:
    """Return ActionId -> cents, reason and row of the rows of a sheet; no cents where two rows contradict each other."""
    found: dict[str, tuple[Cents | None, str, int]] = {}
    if sheet is None:
        return found
    for action_id, amount, reason, row in zip(sheet.action_id, sheet.amount, sheet.reason, sheet.rows, strict=True):
        if not isinstance(action_id, str):
            continue
        key, cents, code = strip_white_space(action_id), _cents(amount), _text(reason)
        before = found.get(key)
        if before is None:
            found[key] = cents, code, row
        elif before[:2] != (cents, code):
            found[key] = None, before[1], before[2]
    return found


def _cents(cell: Cell) -> Cents | None:
    """Return the exact cents of a cell, None for one that is no amount."""
    if isinstance(cell, str):
        return cents_of_text(strip_white_space(cell))
    if type(cell) is float and 0 <= cell < LIMIT:
        return cents_of_number(cell)
    return None


def _text(cell: Cell) -> str:
    return strip_white_space(cell) if isinstance(cell, str) else ""
