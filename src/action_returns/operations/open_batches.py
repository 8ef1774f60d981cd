"""Find the batches whose results are looked for, with what is on record about each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NoReturn

from action_returns.errors import LedgerError, UsageError
from action_returns.ledger import integrity
from action_returns.ledger.attachment_kinds import RECONCILED
from action_returns.ledger.records import HANDED_OVER, SENT, UNKNOWN
from action_returns.ledger.row_states import NOT_ARRIVED
from action_returns.operations.known_results import find_latest, unread_sentence, without_list
from action_returns.operations.texts import command
from action_returns.verdicts.before import read_before
from action_returns.verdicts.by_pending import Known
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

if TYPE_CHECKING:
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchRecord, Event
    from action_returns.operations.account import Account

CAN_BE_RECONCILED: Final = (SENT, HANDED_OVER, UNKNOWN)
"""States of batches that the receiver may have."""
_UPLOADED_BY_PEOPLE: Final = frozenset({"outbox", "draft"})
"""Channels that write a file which a person uploads or sends, maybe days later."""
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


def open_batches(
    numbers: Sequence[int] | None, account: "Account", ledger: "Ledger", *, refused: list[str] | None = None
) -> list[OpenBatch]:
    """Return the batches whose results are looked for, with what is on record about each."""
    ours = ledger.batches_of(account.sender)
    if numbers is not None:
        records = [ledger.batch(number) for number in numbers]
        for record in records:
            refuse_not_arrived(record)
            if not ours.include(record.way):
                _refuse_other_account(record, account)
        return [with_what_is_known(record, account, ledger) for record in records]
    reconciled = ledger.latest_reconciled()
    found = []
    for record in reversed(ledger.batches()):
        if record.state in CAN_BE_RECONCILED and ours.include(record.way) and _is_open(reconciled.get(record.number)):
            try:
                found.append(with_what_is_known(record, account, ledger))
            except LedgerError as error:
                ledger.batch(record.number)  # which raises where the whole ledger cannot be read
                if refused is None:
                    raise
                refused.append(error.message)
    return found


def _is_open(latest: "Event | None") -> bool:
    """Return whether a row of a batch has no result yet, or one that may still change."""
    return latest is None or latest.detail.get("open") != 0


def refuse_not_arrived(record: "BatchRecord") -> None:
    """Raise when the receiver has nothing of a batch.

    Raises:
        UsageError: its state says so.
    """
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


def with_what_is_known(record: "BatchRecord", account: "Account", ledger: "Ledger") -> OpenBatch:
    """Return a batch with what is on record about it.

    Raises:
        LedgerError: it is broken, or cannot be read.
    """
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
