"""Find what is on record about a batch that is to be undone, and which orders other changes concern too."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from action_returns.errors import LedgerError
from action_returns.ledger.records import HANDED_OVER, SENT
from action_returns.ledger.row_states import NOT_ARRIVED
from action_returns.operations.known_results import find_latest
from action_returns.operations.receipt import confirmed
from action_returns.verdicts.amount_before import EarlierRow, Evidence
from action_returns.verdicts.before import read_before
from action_returns.verdicts.by_pending import is_reversed
from action_returns.verdicts.csv_text import moment_of
from action_returns.verdicts.verdict import SentRow

if TYPE_CHECKING:
    from action_returns.batch.context import PendingAction
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchRecord
    from action_returns.operations.account import Account

_NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""When a batch was sent of which that cannot be read: after everything else, and hours can be added to it."""


def known_of(
    record: "BatchRecord", rows: Sequence[SentRow], account: "Account", ledger: "Ledger", now: datetime
) -> Evidence:
    """Return what is on record about a batch."""
    action_ids = [row.action_id for row in rows]
    try:
        latest, used = find_latest(record.number, ledger), _list_used(record.number, ledger)
        return Evidence(
            sent_at=record.created_at or _NEVER,
            now=now,
            before=read_before(ledger.before(record.number)),
            before_as_of=None if used is None else moment_of(str(used[0])),
            earlier=_earlier(record, action_ids, account, ledger),
            replaced=ledger.replaced_rows(record, account.sender, {row.action_id: row.cents for row in rows}),
            results=latest.rows,
            never_left=_never_left(ledger.row_states(record.number)),
            processing=timedelta(hours=account.results_after_hours),
        )
    except ValueError as error:
        raise _unreadable(record.label, error) from None


def _never_left(states: Mapping[str, str]) -> frozenset[str]:
    """Return the rows of a batch that certainly never left, or were refused at once, where its channel sends rows alone."""
    return frozenset(action_id for action_id, state in states.items() if state in NOT_ARRIVED)


def _list_used(number: int, ledger: "Ledger") -> tuple[object, object] | None:
    """Return the age and the size of the pending download that a batch was sent with, None where there was none."""
    facts = confirmed(ledger.events(number))
    return (facts["pending_as_of"], facts.get("pending_rows")) if "pending_as_of" in facts else None


def _earlier(
    record: "BatchRecord", action_ids: Sequence[str], account: "Account", ledger: "Ledger"
) -> dict[str, list[EarlierRow]]:
    """Return what earlier batches sent for the actions of a batch, the latest first."""
    found = ledger.earlier_rows(record, ledger.batches_of(account.sender), action_ids)
    numbers = {number for rows in found.values() for number, _ in rows}
    batches = {number: ledger.batch(number) for number in numbers}
    states = {number: ledger.row_states(number) for number in numbers}
    results = {number: find_latest(number, ledger).rows for number in numbers}
    used = _list_used(record.number, ledger)
    same_list = min((one for one in numbers if used and _list_used(one, ledger) == used), default=record.number)
    return {
        action_id: [
            EarlierRow(
                batches[number].label,
                batches[number].created_at or _NEVER,
                cents,
                (states[number].get(action_id) or batches[number].state) in {SENT, HANDED_OVER},
                same_list <= number,
                results[number].get(action_id),
            )
            for number, cents in reversed(rows)
        ]
        for action_id, rows in found.items()
    }


def orders_of_other_batches(
    record: "BatchRecord", rows: Sequence[SentRow], account: "Account", ledger: "Ledger"
) -> set[str]:
    """Return the orders of actions outside of a batch that other batches of the account changed, as far as is on record.

    Args:
        record: the batch.
        rows: its rows.
        account: its account.
        ledger: the ledger.

    Raises:
        LedgerError: what is on record cannot be read.
    """
    own, belongs = {row.action_id for row in rows}, ledger.batches_of(account.sender)
    orders = set()
    for other in ledger.batches():
        if other.number != record.number and other.may_have_arrived and belongs.include(other.way):
            actions = _before(other.number, other.label, ledger)
            orders |= {one.order_id for action_id, one in actions.items() if action_id not in own and one.order_id}
    return orders


def changed_orders(listed: "Mapping[str, PendingAction]", rows: Sequence[SentRow]) -> set[str]:
    """Return the orders of actions outside of a batch that a list shows with another amount than the original one.

    Args:
        listed: ActionId -> what the list says.
        rows: of the batch.
    """
    own = {row.action_id for row in rows}
    return {
        one.order_id
        for action_id, one in listed.items()
        if one.order_id and action_id not in own and (is_reversed(one) or one.original_cents not in {None, one.cents})
    }


def _before(number: int, label: str, ledger: "Ledger") -> "dict[str, PendingAction]":
    try:
        return read_before(ledger.before(number))
    except ValueError as error:
        raise _unreadable(label, error) from None


def _unreadable(label: str, error: ValueError) -> LedgerError:
    return LedgerError(f"What is on record beside batch {label} cannot be read: {error}.")
