"""Count what the ledger and the pending download tell over time: reversals, order value, findings, and days until locks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final, NamedTuple

from action_returns.batch.lock_dates import days_left
from action_returns.batch.rules import RULE_BY_CODE
from action_returns.errors import LedgerError
from action_returns.ledger.accounts import LIVE
from action_returns.operations.receipt import confirmed
from action_returns.operations.receipt_results import find_results
from action_returns.operations.row_effects import Kind, Section, StatementRow, effects_of
from action_returns.operations.statement import rows_of, section_of
from action_returns.operations.statement_sums import Sums, add_up

if TYPE_CHECKING:
    from action_returns.batch.context import PendingDownload
    from action_returns.ledger.ledger import Ledger
    from action_returns.operations.account import Account

MOST_WEEKS: Final = 12
"""Weeks that are shown, the latest last."""
MOST_NAMES: Final = 10
"""Reasons, partners or causes that are shown; the others are one line together."""
MOST_BARS: Final = 12
"""Bars of a chart at most, those of the others included."""
OTHERS: Final = "All others"
NOT_KNOWN: Final = "not known"
WITH_ERRORS: Final = "Rows with errors that stayed behind"
LOCKS: Final = (
    "Locked",
    "Less than 1 day",
    "1 to 3 days",
    "4 to 7 days",
    "8 to 14 days",
    "15 days and more",
    NOT_KNOWN,
)
_UP_TO: Final = ((-1, LOCKS[0]), (0, LOCKS[1]), (3, LOCKS[2]), (7, LOCKS[3]), (14, LOCKS[4]))


class Value(NamedTuple):
    """What rows with one name changed order value by.

    Args:
        name: the reason or partner.
        currency: of the amount, ``""`` where it is not known.
        cents: new minus before, each action once, over those whose amount from before is known.
        known: how many actions that are.
        actions: how many actions there are.
    """

    name: str
    currency: str
    cents: int
    known: int
    actions: int


@dataclass(frozen=True, slots=True)
class Insights:
    """The figures of the charts.

    Args:
        zone: the time zone of the weeks.
        batches: how many batches they are of.
        weeks: first day of a week -> its reversals, the latest last; one that was sent again is counted once.
        reasons: the change of order value by reason.
        partners: the same by partner, the largest change first.
        causes: findings of sent batches by cause -> number of rows.
        locks: days until actions of the pending download lock -> number of actions; None without a download.
        pending: what the download is, in words; ``""`` without one.
        unknown: labels of batches of which it is not known whether they arrived; they are in no figure.
        left_out: labels of batches that cannot be read, and are in no figure.
    """

    zone: tzinfo
    batches: int
    weeks: Mapping[str, int]
    reasons: tuple[Value, ...]
    partners: tuple[Value, ...]
    causes: Mapping[str, int]
    locks: Mapping[str, int] | None
    pending: str = ""
    unknown: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def find_insights(
    ledger: "Ledger", account: "Account", *, now: datetime, pending: "PendingDownload | None", told: str = ""
) -> Insights:
    """Return the figures of an account, as sent: batches that failed or may not have arrived are not in them.

    Args:
        ledger: where the batches are.
        account: the account.
        now: the time, which ends the last week.
        pending: the latest pending download, None without one.
        told: what that is, in words.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    ours = ledger.batches_of(account.sender)
    rows: list[tuple[Section, StatementRow]] = []
    days: dict[str, str] = {}
    causes, left_out = Counter[str](), []
    count, unknown = 0, []
    wanted = Section.SENT if account.environment in {LIVE, ""} else Section.TEST
    for record in reversed(ledger.batches()):
        section = section_of(record) if ours.include(record.way) else None
        if section is Section.UNKNOWN:
            unknown.append(record.label)
        if section is not wanted:
            continue
        try:
            found = list(rows_of(record, find_results(record.number, ledger), ledger))
        except (LedgerError, ValueError):
            left_out.append(record.label)
            continue
        count += 1
        rows += [(Section.SENT, row._replace(account="")) for row in found]
        if record.created_at is not None:
            days[record.label] = _week(record.created_at, account.time_zone)
        causes.update(_causes(confirmed(ledger.events(record.number))))
    weeks = Counter(
        days[row.batch]
        for (_, row), effect in zip(rows, effects_of(rows), strict=True)
        if row.cents == 0 and row.batch in days and effect.kind not in {Kind.AGAIN, Kind.NOT_ARRIVED}
    )
    sums = add_up(rows)
    return Insights(
        account.time_zone,
        count,
        _last_weeks(weeks, now.astimezone(account.time_zone)),
        _values((key.name, key.currency, one) for key, one in sums.items() if key.by == "reason"),
        _values((key.name, key.currency, one) for key, one in sums.items() if key.by == "partner"),
        dict(causes.most_common(MOST_NAMES)),
        None if pending is None else count_locks(pending, now),
        told,
        tuple(unknown),
        tuple(left_out),
    )


def _week(at: datetime, zone: tzinfo) -> str:
    """Return the Monday of a moment's week, ``2026-11-23``."""
    day = at.astimezone(zone).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def _last_weeks(weeks: Mapping[str, int], now: datetime) -> dict[str, int]:
    monday = now.date() - timedelta(days=now.weekday())
    days = [(monday - timedelta(weeks=back)).isoformat() for back in range(MOST_WEEKS - 1, -1, -1)]
    return {day: weeks.get(day, 0) for day in days}


def _causes(confirmation: Mapping[str, str | int]) -> dict[str, int]:
    """Return the findings that a batch was confirmed with: ``2 amount-large, 1 row-hidden`` by their titles."""
    causes = {}
    for part in str(confirmation.get("warnings", "")).split(", "):
        number, _, code = part.partition(" ")
        digits = number.replace(",", "")
        if digits.isascii() and digits.isdigit():
            causes[RULE_BY_CODE[code].title if code in RULE_BY_CODE else code] = int(digits)
    if errors := int(confirmation.get("left_out_errors", 0)):
        causes[WITH_ERRORS] = errors
    return causes


def _values(sums: "Iterable[tuple[str | None, str | None, Sums]]") -> tuple[Value, ...]:
    values = [
        Value(name or NOT_KNOWN, currency or "", one.change_cents, one.known, one.actions)
        for name, currency, one in sums
    ]
    values.sort(key=lambda value: (-abs(value.cents), value.name, value.currency))
    kept = MOST_NAMES
    while kept and kept + len(_together(values[kept:])) > MOST_BARS:  # one bar of the others for each currency
        kept -= 1
    return (*values[:kept], *_together(values[kept:]))


def _together(values: Sequence[Value]) -> list[Value]:
    """Return values as one for each currency."""
    found = []
    for currency in sorted({value.currency for value in values}):
        own = [value for value in values if value.currency == currency]
        cents, known, actions = (sum(value[at] for value in own) for at in (2, 3, 4))  # type: ignore[misc]  # whole numbers
        found.append(Value(OTHERS, currency, cents, known, actions))
    return found


def count_locks(pending: "PendingDownload", now: datetime) -> dict[str, int]:
    """Return how many actions of a download lock in how many days, in the order of :data:`LOCKS`."""
    counts = Counter(_lock_group(days_left(action, now)) for action in pending.actions.values())
    return {name: counts[name] for name in LOCKS}


def _lock_group(days: int | None) -> str:
    if days is None:
        return NOT_KNOWN
    return next((name for most, name in _UP_TO if days <= most), LOCKS[5])
