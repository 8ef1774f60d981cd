"""Find out what became of the rows of batches that were sent, and record it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

from action_returns.errors import LedgerError, UsageError
from action_returns.ledger import integrity
from action_returns.ledger.attachment_kinds import RECONCILED
from action_returns.ledger.records import HANDED_OVER, SENT, UNKNOWN
from action_returns.ledger.row_states import NOT_ARRIVED
from action_returns.operations.account import open_account_ledger
from action_returns.operations.kept_copies import renew_receipt
from action_returns.operations.known_results import find_latest, unread_sentence, without_list
from action_returns.operations.result_notes import notes_on_too_early
from action_returns.operations.texts import command
from action_returns.verdicts.before import read_before
from action_returns.verdicts.by_pending import Known, has_change, is_reversed
from action_returns.verdicts.results_csv import write_results
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why, count_verdicts

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchRecord, Event
    from action_returns.operations.account import Account

CAN_BE_RECONCILED: Final = (SENT, HANDED_OVER, UNKNOWN)
"""States of batches that the receiver may have."""
_UPLOADED_BY_PEOPLE: Final = frozenset({"outbox", "draft"})
"""Channels that write a file which a person uploads or sends, maybe days later."""
MAY_BE_SETTLED: Final = (UNKNOWN, HANDED_OVER)
"""States that certain evidence changes to ``sent``."""
_MOST_LOOKS: Final = 3
"""How often evidence is looked at while other programs record results of the same batch."""
_SOURCES: Final = {"pending": "a pending download", "result": "a result file", "api": "the network's API"}
_NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""When a batch was sent of which that cannot be read: after everything else, and hours can be added to it."""
_OWN: Final = frozenset({"prepared", "claimed", "sending", "outcome"})
"""Kinds of the events that the program which sends a batch records."""


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch whose results are looked for, with what is on record about it.

    Args:
        record: the batch.
        rows: its rows, in file order.
        known: when it was sent, what was known before, and its latest results.
        events: what is on record of its way, for channels that send rows one by one.
        without_list: returns what is known without what a list said that was given with another age; see
            :func:`action_returns.operations.known_results.without_list`.
        notes: what the user should know of what is on record, one sentence each.
    """

    record: "BatchRecord"
    rows: Sequence[SentRow]
    known: Known
    events: Sequence["Event"] = ()
    without_list: Callable[[str, str], Known] | None = None
    notes: tuple[str, ...] = ()

    @property
    def results_on_record(self) -> int:
        """How often results of it were recorded."""
        return sum(event.kind == RECONCILED for event in self.events)


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


def open_batches(
    numbers: Sequence[int] | None, account: "Account", ledger: "Ledger", *, refused: list[str] | None = None
) -> list[OpenBatch]:
    """Return the batches whose results are looked for, with what is on record about each."""
    ours = ledger.batches_of(account.sender)
    if numbers is not None:
        records = [ledger.batch(number) for number in numbers]
        for record in records:
            _refuse_not_arrived(record)
            if not ours.include(record.way):
                _refuse_other_account(record, account)
        return [_with_what_is_known(record, account, ledger) for record in records]
    reconciled = ledger.latest_reconciled()
    found = []
    for record in reversed(ledger.batches()):
        if record.state in CAN_BE_RECONCILED and ours.include(record.way) and _is_open(reconciled.get(record.number)):
            try:
                found.append(_with_what_is_known(record, account, ledger))
            except LedgerError as error:
                ledger.batch(record.number)  # which raises where the whole ledger cannot be read
                if refused is None:
                    raise
                refused.append(error.message)
    return found


def _is_open(latest: "Event | None") -> bool:
    """Return whether a row of a batch has no result yet, or one that may still change."""
    return latest is None or latest.detail.get("open") != 0


def _refuse_not_arrived(record: "BatchRecord") -> None:
    if record.state not in CAN_BE_RECONCILED:
        raise UsageError(
            f"Batch {record.label} is {record.state}, so the receiver has nothing of it to compare with. Batches "
            f"that are sent, handed-over or unknown can be reconciled: {command('history', 'list')}"
        )


def _refuse_other_account(record: "BatchRecord", account: "Account") -> NoReturn:
    """Raise: what other batches explain, and when a list is new enough, is known of the account of the profile alone."""
    raise UsageError(
        f"Batch {record.label} was sent under profile {record.profile} ({record.environment.upper()}), for another account "
        f"than that of profile {account.name}. Nothing was recorded. "
        f"Name its profile: {command('reconcile', record.label, '--profile', record.profile, '--pending', 'FILE')}"
    )


def _with_what_is_known(record: "BatchRecord", account: "Account", ledger: "Ledger") -> OpenBatch:
    if record.broken:
        raise LedgerError(integrity.sentence(record.number, record.broken))
    rows = list(map(SentRow._make, ledger.rows(record.number)))
    events = ledger.events(record.number)  # before the results: those that are recorded meanwhile are noticed
    latest = find_latest(record.number, ledger)
    not_arrived = _not_arrived(record, ledger)
    try:
        before = read_before(ledger.before(record.number))
    except ValueError as error:
        raise LedgerError(f"What is on record beside batch {record.label} cannot be read: {error}.") from None
    sender, cents = account.sender, {row.action_id: row.cents for row in rows}
    known = Known(
        sent_at=_sent_at(record, events),
        before=before,
        replaced=ledger.replaced_rows(record, sender, cents),
        earlier={**not_arrived, **latest.rows},
        explained=ledger.rows_in_other_batches(record, sender, cents),
        listed_before=next((_count(event) for event in events if event.kind == "confirmed"), 0),
        waits_for_upload=record.state == HANDED_OVER and record.channel in _UPLOADED_BY_PEOPLE,
    )

    def without(sha256: str, told: str) -> Known:
        others = without_list(record.number, sha256, told, ledger)
        return known if others is None else replace(known, earlier={**not_arrived, **others})

    notes = (unread_sentence(record.number, latest.unread),) if latest.unread else ()
    return OpenBatch(record, rows, known, events, without, notes)


def _not_arrived(record: "BatchRecord", ledger: "Ledger") -> dict[str, RowResult]:
    """Return the results of rows of which it was certain at sending that the receiver does not have them."""
    states = ledger.row_states(record.number)  # nothing for channels that send a file as a whole
    result = RowResult(Verdict.REFUSED, Why.NOT_ARRIVED, source="api")
    return {one: result for one, state in states.items() if state in NOT_ARRIVED}


def _sent_at(record: "BatchRecord", events: Sequence["Event"]) -> datetime:
    """Return when a batch had certainly left: what its own program recorded last, not what was found out later."""
    own = [event.at for event in events if event.kind in _OWN and "found" not in event.detail]
    times = [at for at in (record.created_at, *own) if at is not None]
    return max(times) if times else _NEVER


def _count(event: "Event") -> int:
    rows = event.detail.get("pending_rows", 0)
    return rows if isinstance(rows, int) else 0


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
        _refuse_not_arrived(record)
        batch = _with_what_is_known(record, account, ledger)
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
