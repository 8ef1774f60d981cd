"""Find out from the workbook what became of the rows of batches that were sent, and show it on its sheets."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from action_returns.batch.amounts import LIMIT, cents_of_number, cents_of_text
from action_returns.batch.cells import Cell
from action_returns.errors import ActionReturnsError, ExcelError, SheetProtectedError
from action_returns.excel import check_results_messages, dialogues, messages
from action_returns.excel.button import ButtonContext
from action_returns.operations.account import open_account_ledger
from action_returns.operations.batch_progress import read_progress, waiting_batches, waiting_sentence
from action_returns.verdicts.verdict import Why

if TYPE_CHECKING:
    from action_returns.operations.batch_progress import Progress
    from action_returns.operations.open_batches import OpenBatch
    from action_returns.operations.reconcile import BatchResults, Evidence, Found
    from action_returns.operations.reconcile_pending import PendingEvidence

MOST_BATCHES: Final = 500
"""Number of batches that the sheet Batches lists at most."""
_A_MINUTE: Final = timedelta(minutes=1)
_ON_RESULTS: Final = "on Results"
MOST_ROWS: Final = 5_000
"""Number of rows that the sheet Results lists at most; the dialogue says when there are more."""


def check_results(context: ButtonContext) -> None:
    """Look up all batches of the account that are not settled, record what is found, and show it.

    Raises:
        ActionReturnsError: the workbook cannot show it, or the evidence cannot be read. Nothing was recorded.
    """
    from action_returns.operations.reconcile import reconcile

    # Before anything is asked or recorded: a workbook of another version, one without the sheets, a filter.
    context.book.refuse_other_version()
    context.book.own_sheets.refuse_missing("Results", "Batches")
    context.book.refuse_filtered()
    batches = read_batches(context)
    if not batches.waiting:
        show_batches(context, batches)
        context.tell(check_results_messages.NOTHING_WAITS)
        return
    chosen = _choose_evidence(context)
    if chosen is None:
        return
    evidence, source = chosen
    context.book.status(f"Comparing with {source} ...")
    broken: list[str] = []
    found = reconcile(None, evidence, context.account, context.paths, refused=broken)
    if not found:
        context.tell("\n\n".join([check_results_messages.NOTHING_SAID, *broken]))
        return
    listed, unwritten = _show(context, found, source)
    context.tell(check_results_messages.checked_results(found, listed, [*broken, *unwritten]))


class KnownBatches(NamedTuple):
    """The batches on record, as the sheets Batches and Start show them.

    Args:
        latest_first: every batch.
        waiting: those of the account that wait for results.
        now: when they were read, local time.
    """

    latest_first: "list[Progress]"
    waiting: "list[Progress]"
    now: datetime


def read_batches(context: ButtonContext) -> KnownBatches:
    """Read every batch and how far it has come."""
    with open_account_ledger(context.account, context.paths) as ledger:
        batches = read_progress(ledger)
        waiting = waiting_batches(batches, ledger.batches_of(context.account.sender))
    return KnownBatches(batches, waiting, context.now())


def show_batches(context: ButtonContext, batches: KnownBatches) -> None:
    """Fill in the sheet Batches, and how many batches wait for results on the sheet Start."""
    hours = context.account.results_after_hours
    rows = [messages.history_row(one, batches.now, hours) for one in batches.latest_first[:MOST_BATCHES]]
    context.book.own_sheets.fill("Batches", rows)
    show_waiting(context, batches)


def show_waiting(context: ButtonContext, batches: KnownBatches) -> None:
    """Write on the sheet Start how many batches wait for results.

    Where it cannot be written, as on a sheet that the user deleted, nothing else stops: it tells when it was counted.
    """
    told = waiting_sentence(batches.waiting, batches.now)
    with suppress(ExcelError):
        context.book.own_sheets.write_named_ranges("Start", {"batches_told": [[told]]})


@dataclass(slots=True)
class DatedDownload:
    """A pending download; where its age decides and its dates do not tell it, the user is asked.

    Args:
        context: the workbook of the click.
        evidence: the download, without a time that the user told.
        latest: the latest moment at which it can have been made, UTC.
    """

    context: ButtonContext
    evidence: "PendingEvidence"
    latest: datetime
    _is_confirmed: bool | None = None

    def find(self, batches: "Sequence[OpenBatch]") -> "list[Found | None]":
        """Return what it says of each batch; with the time that the user confirmed where that was asked."""
        found = self.evidence.find(batches)
        taken = min((one.taken for one in found if one is not None), default=self.latest)
        is_in_doubt = any(
            result.why in {Why.OLDER, Why.RECENT} for one in found if one is not None for result in one.results
        )
        is_dated = all(one.is_dated for one in found if one is not None)
        if not is_in_doubt or (is_dated and self.latest - taken <= _A_MINUTE):
            return found
        name = self.evidence.source.path.name
        if self._is_confirmed is None:
            question = check_results_messages.ask_for_time(name, taken if is_dated else None, self.latest)
            self._is_confirmed = self.context.book.ask(question)
        if not self._is_confirmed:
            return found
        return replace(self.evidence, taken=self.latest).find(batches)


def _choose_evidence(context: ButtonContext) -> "tuple[Evidence, str] | None":
    """Ask where to look; None when the user cancels.

    Returns:
        The evidence, and what it is called in a sentence.
    """
    profile = context.account.profile
    if profile is not None and profile.api is not None:
        answer = context.book.choose(check_results_messages.ASK_FOR_API)
        if answer == "cancel":
            return None
        if answer == "yes":
            from action_returns.operations.reconcile_api import ApiEvidence

            tell = context.book.status
            return ApiEvidence(context.account, context.paths, context.now(), tell), check_results_messages.THE_API
    path = dialogues.pick_results(context.book.app)
    if path is None:
        return None
    from action_returns.operations.evidence_of_file import FileKind, kind_of_file

    kind = kind_of_file(path)
    if kind is FileKind.UNCLEAR:
        answer = context.book.choose(check_results_messages.ask_for_kind(path.name))
        if answer == "cancel":
            return None
        kind = FileKind.PENDING if answer == "yes" else FileKind.RESULT
    if kind is FileKind.RESULT:
        from action_returns.operations.reconcile_result import ResultEvidence

        return ResultEvidence(path, now=context.now()), path.name
    return _dated_download(context, path), path.name


def _dated_download(context: ButtonContext, path: Path) -> DatedDownload:
    from action_returns.operations.list_age import file_date, loaded_before
    from action_returns.operations.pending_source import PendingSource
    from action_returns.operations.reconcile_pending import PendingEvidence

    source = PendingSource(path, context.paths.pending_answers)
    loaded = loaded_before(source, context.account, context.paths)
    written = min(file_date(path), context.now())
    evidence = PendingEvidence(source, context.account, context.paths, context.now())
    return DatedDownload(context, evidence, written if loaded is None else min(written, loaded))


def _show(context: ButtonContext, found: "Sequence[BatchResults]", source: str) -> tuple[int | None, list[str]]:
    """Write what was recorded to Results, to Batches, and beside the rows of Actions.

    Never raises: the results are on record, and the user has to learn that whatever fails afterwards.

    Returns:
        The number of rows that Results lists, None when it could not be written; and why something could not be written,
        one sentence each.
    """
    now = context.now()
    rows = check_results_messages.result_rows(found, MOST_ROWS, now)
    told = check_results_messages.told_on_results(found, source, len(rows), now)
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        (_ON_RESULTS, lambda: _fill_results(context, rows, told)),
        ("on Batches", lambda: show_batches(context, read_batches(context))),
        ("beside the rows of Actions", lambda: _write_beside_rows(context, found)),
    )
    unwritten: dict[str, str] = {}
    for where, step in steps:
        try:
            step()
        except SheetProtectedError as error:
            unwritten[where] = check_results_messages.unwritten(where, f"{error.reason}.")
        except ActionReturnsError as error:
            unwritten[where] = check_results_messages.unwritten(where, error)
        except Exception as error:  # noqa: BLE001  # a sheet was deleted meanwhile, an Excel that was closed
            unwritten[where] = check_results_messages.unwritten(where, f"{error}.")
    is_listed = _ON_RESULTS not in unwritten
    try:
        context.book.show("Results" if rows and is_listed else "Batches")
    except ActionReturnsError as error:
        unwritten["shown"] = str(error)
    return len(rows) if is_listed else None, list(unwritten.values())


def _fill_results(context: ButtonContext, rows: Sequence[Sequence[object]], told: str) -> None:
    # A line that is true only when all rows stand there: it is blank before them and written after them.
    context.book.own_sheets.fill("Results", rows, ranges={"results_told": [[None]]}, last={"results_told": [[told]]})


def _write_beside_rows(context: ButtonContext, found: "Sequence[BatchResults]") -> None:
    """Write the result beside each row of Actions that a batch sent; the user's own cells are never written.

    A row that was changed, emptied or moved since is none that the batch sent: what still stands beside it is removed.
    """
    context.book.refuse_filtered()
    table = context.book.read_actions()
    texts: dict[object, tuple[str, str | None]] = dict(check_results_messages.sent_actions(found))
    columns = table.columns
    cells = zip(columns.rows, columns.action_id, columns.amount, columns.reason, strict=True)
    rows = {row: (action_id, _cents(amount), reason) for row, action_id, amount, reason in cells}
    labels = {one.record.label for one in found}

    def choose(row: int, there: Cell) -> tuple[str | None, str | None] | None:
        named = check_results_messages.batch_named_in(there)
        told = texts.get(rows[row]) if row in rows else None
        if told is None:
            return (None, None) if named in labels else None
        # A later batch that is settled is not looked up again, and what became of the row in it counts.
        is_later = named is not None and int(named) > int(check_results_messages.batch_named_in(told[0]) or 0)
        return None if is_later else told

    context.book.write_beside(table, choose)


def _cents(amount: Cell) -> int | None:
    """Return the cents of a cell whose amount can have been sent, None for others."""
    if isinstance(amount, str):
        return cents_of_text(amount)
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount < LIMIT:
        return None
    return cents_of_number(amount)
