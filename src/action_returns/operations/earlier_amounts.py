"""Find what batches before a month sent for its actions, where the amount from before that is on record is older than they are.

Without that a change is counted in two months: a list that was downloaded before the first batch has the amount from before
both of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from action_returns.operations.receipt import confirmed
from action_returns.operations.receipt_results import find_results
from action_returns.operations.row_effects import StatementRow
from action_returns.verdicts.by_pending import PROCESSING
from action_returns.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from action_returns.ledger.accounts import AccountBatches
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchRecord

BatchRows = tuple["BatchRecord", list[StatementRow]]
_NOT_CHANGED = frozenset({Verdict.REFUSED, Verdict.LOCKED})


def add_earlier_amounts(
    batches: Sequence[BatchRows], before: Iterable["BatchRecord"], account: "AccountBatches", ledger: "Ledger"
) -> None:
    """Write into the first row of each action what an earlier batch sent for it, where its own list does not tell of that.

    Args:
        batches: the batches of a month with their rows, the earliest first.
        before: the batches before the month that the receiver has; others are not looked at.
        account: the batches that belong to the account.
        ledger: where they are on record.
    """
    candidates = {record.number: record for record in before}
    if not batches or not candidates:
        return
    first: dict[str, tuple[BatchRecord, list[StatementRow], int]] = {}
    for record, rows in batches:
        for at, row in enumerate(rows):
            if row.has_arrived:
                first.setdefault(row.action, (record, rows, at))
    found = ledger.earlier_rows(batches[0][0], account, first.keys())
    numbers = {number for sent in found.values() for number, _ in sent} & candidates.keys()
    not_changed = {number: _not_changed(number, ledger) for number in numbers}
    ages = {record.number: _list_age(record, ledger) for record, _ in batches} if numbers else {}
    for action, sent in found.items():
        record, rows, at = first[action]
        changed = [one for one in sent if one[0] in numbers and action not in not_changed[one[0]]]
        if not changed:
            continue
        number, cents = changed[-1]
        if rows[at].before is None or _may_be_older(ages[record.number], candidates[number]):
            rows[at] = rows[at]._replace(earlier=cents)


def _not_changed(number: int, ledger: "Ledger") -> frozenset[str]:
    """Return the actions that a batch certainly did not change, by its results."""
    results = find_results(number, ledger).rows
    return frozenset(action for action, result in results.items() if result.verdict in _NOT_CHANGED)


def _list_age(record: "BatchRecord", ledger: "Ledger") -> datetime | None:
    """Return from when the pending download at least is that a batch was sent with, None where that is not on record."""
    text = confirmed(ledger.events(record.number)).get("pending_as_of")
    try:
        return None if text is None else datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _may_be_older(list_age: datetime | None, earlier: "BatchRecord") -> bool:
    """Return whether a list may be of a time at which the network had not processed an earlier batch."""
    return list_age is None or earlier.created_at is None or list_age < earlier.created_at + PROCESSING
