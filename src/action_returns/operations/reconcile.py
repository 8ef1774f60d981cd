"""Find out what became of the rows of batches that were sent, and record it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from action_returns.errors import LedgerError
from action_returns.ledger.records import HANDED_OVER, SENT, UNKNOWN
from action_returns.operations.account import open_account_ledger
from action_returns.operations.kept_copies import renew_receipt
from action_returns.operations.open_batches import OpenBatch, open_batches, refuse_not_arrived, with_what_is_known
from action_returns.operations.result_notes import notes_on_too_early
from action_returns.operations.texts import command
from action_returns.verdicts.by_pending import has_change, is_reversed
from action_returns.verdicts.results_csv import write_results
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why, count_verdicts

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchRecord
    from action_returns.operations.account import Account

MAY_BE_SETTLED: Final = (UNKNOWN, HANDED_OVER)
"""States that certain evidence changes to ``sent``."""
_MOST_LOOKS: Final = 3
"""How often evidence is looked at while other programs record results of the same batch."""
_SOURCES: Final = {"pending": "a pending download", "result": "a result file", "api": "the network's API"}


@dataclass(frozen=True, slots=True)
class Found:
    """What evidence says of one batch.

    Args:
        results: what became of each row, in file order.
        source: ``pending``, ``result`` or ``api``.
        taken: how old the evidence is.
        facts: about the evidence, for the record: the name and hash of a file, the id of a submission.
        has_arrived: what makes certain that the receiver has the batch, in words; ``""`` where nothing does.
        notes: what the user should know of it, one sentence each.
        is_dated: whether it is certain that it is not older than ``taken``.
    """

    results: Sequence[RowResult]
    source: str
    taken: datetime
    facts: Mapping[str, str | int]
    has_arrived: str = ""
    notes: tuple[str, ...] = ()
    is_dated: bool = True


class Evidence(Protocol):
    """Where results are looked for: a pending download, a result file, or the network's API."""

    def find(self, batches: Sequence[OpenBatch]) -> "list[Found | None]":
        """Return what it says of each batch, None for one that it says nothing of.

        Raises:
            action_returns.errors.ActionReturnsError: it cannot be read. Nothing is recorded.
        """


@dataclass(frozen=True, slots=True)
class BatchResults:
    """What became of the rows of one batch.

    Args:
        record: the batch, with the state that it has now.
        rows: its rows, in file order.
        found: what the evidence says.
        sent_at: when it was sent.
        notes: what the user should know beside the notes of the evidence, one sentence each.
    """

    record: "BatchRecord"
    rows: Sequence[SentRow]
    found: Found
    sent_at: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many rows have each verdict."""
        return count_verdicts(self.found.results)

    @property
    def has_differences(self) -> bool:
        """Whether a row is different, missing, locked or refused."""
        counts = self.counts
        return any(counts[one] for one in Verdict if one not in {Verdict.APPLIED, Verdict.TOO_EARLY})

    @property
    def is_settled(self) -> bool:
        """Whether no later evidence is waited for."""
        return not any(result.is_open for result in self.found.results)

    @property
    def age_hours(self) -> float | None:
        """How many hours after the batch the evidence is, None where it is not known when the batch was sent."""
        if self.sent_at is None or not self.found.is_dated:
            return None
        return round((self.found.taken - self.sent_at) / timedelta(hours=1), 1)


def reconcile(
    numbers: Sequence[int] | None,
    evidence: Evidence,
    account: "Account",
    paths: "Paths",
    *,
    refused: list[str] | None = None,
) -> list[BatchResults]:
    """Find out what became of the rows of batches, and record it.

    Args:
        numbers: the batches; None for all of the account that are not settled.
        evidence: where the results are looked for.
        account: the account whose ledger has them.
        paths: where the ledger is.
        refused: gets one sentence for each open batch whose record is broken; without it, the first one stops all.

    Raises:
        UsageError: a batch is in a state in which the receiver has nothing of it, or was sent for another account.
        action_returns.errors.NoSuchBatchError: there is no batch of that number.
        action_returns.errors.ActionReturnsError: the evidence cannot be read. Nothing was recorded.
        LedgerError: the ledger cannot be read or written, or a named batch is broken.
    """
    with open_account_ledger(account, paths) as ledger:
        batches = open_batches(numbers, account, ledger, refused=refused)
        found = evidence.find(batches) if batches else []
        recorded = []
        for batch, one in zip(batches, found, strict=True):
            if one is not None:
                try:
                    recorded.append(_record(batch, one, evidence, account, ledger, paths))
                except _RecordedMeanwhileError as error:
                    if refused is None or numbers is not None:
                        raise
                    refused.append(error.message)
        return recorded


class _RecordedMeanwhileError(LedgerError):
    """Other programs record results of the same batch again and again."""


def _record(
    batch: OpenBatch, found: Found, evidence: Evidence, account: "Account", ledger: "Ledger", paths: "Paths"
) -> BatchResults:
    """Record what was found; where another program recorded results meanwhile, look again with those."""
    number = batch.record.number
    settled: list[str] = []
    for _ in range(_MOST_LOOKS):
        # First what the batch is: without results it is looked at again, should this program end in between.
        if found.has_arrived and batch.record.state in MAY_BE_SETTLED:
            settled.append(_settle(batch.record, found, ledger))
        _settle_rows(batch, found, ledger)
        content = write_results([row.action_id for row in batch.rows], found.results)
        if ledger.record_results(number, content, _facts(batch, found), after=batch.results_on_record):
            early = notes_on_too_early(batch, found, account.results_after_hours)
            return _told(batch, found, [*batch.notes, *settled, *early], ledger, paths)
        record = ledger.batch(number)
        refuse_not_arrived(record)
        batch = with_what_is_known(record, account, ledger)
        again = evidence.find([batch])[0]
        if again is None:
            break
        found = again
    raise _RecordedMeanwhileError(
        f"Other programs record results of batch {batch.record.label} at this moment, so nothing was recorded of it here. "
        "Look again in a minute."
    )


def _facts(batch: OpenBatch, found: Found) -> dict[str, str | int]:
    """Return the facts of the event that names results."""
    counts = {verdict.value: number for verdict, number in count_verdicts(found.results).items()}
    return {
        "source": found.source,
        "taken": found.taken.astimezone(UTC).isoformat(timespec="seconds"),
        "rows": len(batch.rows),
        **counts,
        "open": sum(result.is_open for result in found.results),
        **found.facts,
    }


def _told(batch: OpenBatch, found: Found, notes: list[str], ledger: "Ledger", paths: "Paths") -> BatchResults:
    """Write the receipt of a batch again whose results are on record, and return what the user is told."""
    number = batch.record.number
    try:
        renew_receipt(number, ledger, paths)
    except (OSError, LedgerError) as error:  # the results are on record, whatever becomes of the page
        notes.append(
            f"The receipt in {paths.submissions} is out of date and cannot be written "
            f"({getattr(error, 'strerror', None) or error}): {command('history', 'receipt', batch.record.label)}"
        )
    return BatchResults(ledger.batch(number), batch.rows, found, batch.known.sent_at, tuple(notes))


def _settle_rows(batch: OpenBatch, found: Found, ledger: "Ledger") -> None:
    """Record that rows arrived of which that was not known, where each went by itself and its action shows the change."""
    known, states = batch.known, ledger.row_states(batch.record.number)
    for row, result in zip(batch.rows, found.results, strict=True):
        before = known.before.get(row.action_id)
        if (
            states.get(row.action_id) == UNKNOWN
            and result.verdict is Verdict.APPLIED
            and result.why is not Why.LEFT_THE_LIST
            and before is not None
            and (before.cents is not None or is_reversed(before))
            and has_change(row, before) is None
            and row.action_id not in known.explained
        ):
            message = "its action shows the change"
            facts = {"found": f"reconciled with {_SOURCES.get(found.source, found.source)}"}
            # The database of a team takes it from the sender only; for others the row stays behind as before.
            with suppress(LedgerError):
                ledger.record_row_outcome(batch.record.number, row.action_id, SENT, message, facts)


def _settle(record: "BatchRecord", found: Found, ledger: "Ledger") -> str:
    """Record that the receiver has a batch of which that was not certain, and return the sentence about it."""
    message = f"The receiver has it: {found.has_arrived}."
    ledger.settle_found(
        record.number, SENT, message, {}, found=f"reconciled with {_SOURCES.get(found.source, found.source)}"
    )
    return f"Batch {record.label} was {record.state} and is sent now: {found.has_arrived}."
