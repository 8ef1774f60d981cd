"""Draft the undo of a batch: rows that restore the amounts from before it. Nothing is sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from action_returns.batch.cells import ReadyRows
from action_returns.errors import ConfigError, FileError, NothingToUndoError, UsageError
from action_returns.ledger.attachment_kinds import UNDO_DRAFTED
from action_returns.ledger.records import FAILED, PREPARED, SENDING, UNKNOWN
from action_returns.operations.account import open_account_ledger
from action_returns.operations.known_results import find_latest, unread_sentence
from action_returns.operations.pending_source import PendingSource, load_download
from action_returns.operations.texts import command, settling_command
from action_returns.operations.undo_evidence import changed_orders, known_of, orders_of_other_batches
from action_returns.verdicts.amount_before import Evidence
from action_returns.verdicts.restoring import LeftOut, RowPlan, plan_resetting, plan_restoring, restoring_reasons
from action_returns.verdicts.verdict import SentRow

if TYPE_CHECKING:
    from action_returns.batch.context import PendingDownload
    from action_returns.files import Paths
    from action_returns.ledger.records import BatchRecord
    from action_returns.operations.account import Account


@dataclass(frozen=True, slots=True)
class Undo:
    """The undo of a batch, before it is written.

    Args:
        record: the batch that it undoes.
        plans: what becomes of each row, in file order.
        rows: the restoring rows, in file order.
        reset_event_type: the event type of a reset file; None where the rows are new totals.
        pending: the list that the rows were compared with, None where there was none.
        pending_name: the name of its file.
        unread: that results on record cannot be read, ``""`` for most.
        uncertain: rows of which it is not known whether they arrived, where each was sent by itself.
        problem: why the list that is kept could not be used, ``""`` for most.
        now: the moment of the undo, in the account's time zone.
        drafted_before: how many undos of the batch were drafted before.
    """

    record: "BatchRecord"
    plans: Sequence[RowPlan]
    rows: ReadyRows
    reset_event_type: str | None
    pending: "PendingDownload | None"
    pending_name: str
    problem: str
    now: datetime
    drafted_before: int
    unread: str = ""
    uncertain: frozenset[str] = frozenset()

    @property
    def included(self) -> list[RowPlan]:
        """The rows that are restored, in file order."""
        return [plan for plan in self.plans if plan.left_out is None]

    @property
    def left_out(self) -> Mapping[LeftOut, int]:
        """How many rows are left out, for each reason, in the order of :class:`LeftOut`."""
        counts = Counter(plan.left_out for plan in self.plans)
        return {reason: counts[reason] for reason in LeftOut}

    @property
    def deadline(self) -> datetime | None:
        """When the first of the included rows locks, None where no lock date is known."""
        return min((plan.locks_at for plan in self.included if plan.locks_at is not None), default=None)


def plan_undo(
    number: int,
    account: "Account",
    paths: "Paths",
    *,
    pending: PendingSource | None,
    now: datetime,
    as_rows: bool = False,
) -> Undo:
    """Return which rows restore what a batch changed. Nothing is written.

    Args:
        number: the batch.
        account: the account that it was sent for.
        paths: where the ledger and the kept pending download are.
        pending: the list that the user named, None for the one that is kept, or none at all.
        now: the moment of the undo, with its time zone.
        as_rows: whether rows with new totals are made though the profile takes a reset file.

    Raises:
        UsageError: the receiver has nothing of the batch, or it was sent for another account.
        action_returns.errors.NoSuchBatchError: there is no batch of that number.
        FileError: the list that the user named cannot be used.
        ConfigError: the profile has no reason code for a restoring row.
        LedgerError: the ledger cannot be read.
    """
    with open_account_ledger(account, paths) as ledger:
        record = ledger.batch(number)
        _refuse_state(record)
        if not ledger.batches_of(account.sender).include(record.way):
            raise UsageError(
                f"Batch {record.label} was sent under profile {record.profile} ({record.environment.upper()}), for another "
                f"account than that of profile {account.name}. Nothing was written. "
                f"Name its profile: {command('undo', record.label, '--profile', record.profile, '-o', 'undo.csv')}"
            )
        rows = [SentRow(*row) for row in ledger.rows(number)]
        known = known_of(record, rows, account, ledger, now)
        unread = find_latest(number, ledger).unread
        states = ledger.row_states(number)
        drafted = sum(event.kind == UNDO_DRAFTED for event in ledger.events(number))
        reset = None if as_rows or account.profile is None else account.profile.reset_event_type
        changed = set() if reset is None else orders_of_other_batches(record, rows, account, ledger)
    source, problem = _source(pending, account, paths)
    listed = None
    if source is not None:
        listed, known = _compared(source, rows, known, account, paths, whole=reset is not None)
    plans = plan_restoring(rows, known)
    if reset is not None:
        changed |= changed_orders(known.pending, rows)
        plans = plan_resetting(plans, changed)
    return Undo(
        record=record,
        plans=plans,
        rows=_restoring_rows(plans, account),
        reset_event_type=reset,
        pending=listed,
        pending_name="" if source is None else source.path.name,
        problem=problem,
        now=now.astimezone(account.time_zone),
        drafted_before=drafted,
        unread=unread_sentence(number, unread) if unread else "",
        uncertain=frozenset(action_id for action_id, state in states.items() if state == UNKNOWN),
    )


def _compared(
    source: PendingSource, rows: Sequence[SentRow], known: Evidence, account: "Account", paths: "Paths", *, whole: bool
) -> "tuple[PendingDownload, Evidence]":
    """Return a list, and what is known with it; ``whole``: with the actions of other batches too."""
    from action_returns.operations.kept_pending import with_its_facts
    from action_returns.operations.list_age import age_of, lists_other_states, loaded_before

    source = with_its_facts(source, account, paths)
    loaded = loaded_before(source, account, paths)
    ids = {row.action_id for row in rows}
    listed = load_download(source, None, account, paths, now=known.now, ids=None if whole else ids)
    age = age_of(source, listed, loaded, None, now=known.now, is_zone_known=account.is_time_zone_known)
    has_gone = any(row.cents == 0 and row.action_id not in listed.actions for row in rows)
    lists_others = has_gone and lists_other_states(source.path, source.columns)
    return listed, replace(known, pending=listed.actions, age=age, currency=listed.currency, lists_others=lists_others)


def refuse_nothing(undo: Undo) -> None:
    """Stop where no row can be restored.

    Raises:
        NothingToUndoError: no row can.
    """
    if not undo.rows:
        from action_returns.operations.undo_texts import undo_sentence

        raise NothingToUndoError(f"{undo_sentence(undo)} Nothing was written.")


def record_undo(undo: Undo, file: str, account: "Account", paths: "Paths") -> None:
    """Record in the ledger that an undo was drafted.

    Args:
        undo: the undo.
        file: the name of its file.
        account: the account whose ledger it is.
        paths: where the ledger is.

    Raises:
        UsageError: another batch changed some of its actions meanwhile.
        LedgerError: it cannot be recorded.
    """
    from action_returns.batch.csv_format import csv_bytes

    facts: dict[str, str | int] = {
        "file": file,
        "form": "rows" if undo.reset_event_type is None else "reset",
        "rows": len(undo.rows),
        **{reason.value: number for reason, number in undo.left_out.items()},
    }
    restored = {plan.row.action_id: plan.row.cents for plan in undo.included}
    with open_account_ledger(account, paths) as ledger:
        if later := ledger.replaced_rows(undo.record, account.sender, restored):
            raise UsageError(
                f"Batch {max(later.values(), key=int)} changed actions of batch {undo.record.label} while its undo was "
                "drafted. Nothing was written. Try again: they are left out then."
            )
        ledger.record_undo(undo.record.number, csv_bytes(undo.rows), facts)


def _refuse_state(record: "BatchRecord") -> None:
    """Raise when the receiver has nothing of a batch, or does not have all of it yet."""
    if record.state == FAILED:
        raise UsageError(
            f"Batch {record.label} failed: the receiver has nothing of it, so there is nothing to undo. Nothing was written."
        )
    if record.state in {PREPARED, SENDING}:
        raise UsageError(
            f"Batch {record.label} is {record.state}: a program is at work on it, or ended before it recorded an outcome. "
            f"Nothing was written. Wait until it has ended, or settle the batch with: {settling_command(record.label)}"
        )


def _source(given: PendingSource | None, account: "Account", paths: "Paths") -> tuple[PendingSource | None, str]:
    """Return the list that the user named, else the one that is kept; and why that one cannot be used."""
    if given is not None:
        return given, ""
    from action_returns.operations.kept_pending import kept_download

    try:
        return kept_download(account, paths), ""
    except FileError as error:  # an undo is urgent, and works without it
        return None, error.message


def _restoring_rows(plans: Sequence[RowPlan], account: "Account") -> ReadyRows:
    """Return the rows that restore, as they are sent.

    Raises:
        ConfigError: the profile has no reason code for one of them.
    """
    raising, reversing = restoring_reasons(account.policy)
    action_ids, amounts, reasons = [], [], []
    for plan in plans:
        if plan.left_out is not None or plan.cents is None:
            continue
        reason = raising if plan.cents else reversing
        if reason is None:
            kind = "modify" if plan.cents else "reverse"
            raise ConfigError(
                f"Profile {account.name} has no reason code that goes with {'a new total' if plan.cents else 'the amount 0'}, "
                f"so {plan.row.action_id} cannot be restored. Nothing was written. Add one to its key reasons, such as "
                f'{{ CODE = "{kind}" }}.'
            )
        action_ids.append(plan.row.action_id)
        amounts.append(plan.cents)
        reasons.append(reason)
    return ReadyRows(action_ids, amounts, reasons)
