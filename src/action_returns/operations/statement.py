"""Read the statement of a month from the ledger: its batches, what they changed, and what is not known of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final, NamedTuple

from action_returns.batch.context import PendingAction
from action_returns.clean_text import clean_line
from action_returns.errors import LedgerError
from action_returns.ledger.accounts import LIVE, AccountBatches
from action_returns.ledger.records import FAILED, HANDED_OVER, SENT
from action_returns.ledger.row_states import NOT_ARRIVED
from action_returns.operations.batch_progress import Progress
from action_returns.operations.earlier_amounts import add_earlier_amounts
from action_returns.operations.receipt import confirmed
from action_returns.operations.receipt_results import NO_RESULTS, ReceiptResults, find_results
from action_returns.operations.row_effects import Section, StatementRow
from action_returns.operations.statement_sums import SUMMED, Key, Sums, add_up
from action_returns.operations.texts import counted
from action_returns.verdicts.before import read_before
from action_returns.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchRecord
    from action_returns.operations.account import Account

_NO_ACTION: Final = PendingAction()


class Month(NamedTuple):
    """A month of a time zone."""

    year: int
    month: int
    zone: tzinfo

    def has(self, at: datetime | None) -> bool:
        """Return whether a moment is in this month; a moment that cannot be read is in none."""
        if at is None:
            return False
        local = at.astimezone(self.zone)
        return (local.year, local.month) == (self.year, self.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class StatementBatch:
    """One batch of a statement.

    Args:
        record: the batch.
        section: the part of the statement it belongs to.
        results: what became of its rows.
        next: what is still to be done about it, ``""`` when it is settled.
        problem: what of it could not be read, ``""`` for most.
    """

    record: "BatchRecord"
    section: Section
    results: ReceiptResults
    next: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What was sent in a month, and what became of it.

    Args:
        month: the month and its time zone.
        account: whose batches these are, in words.
        batches: all batches of the month, the earliest first.
        sums: the figures of each section.
        undated: labels of batches whose time cannot be read, so that they may belong to this month.
    """

    month: Month
    account: str
    batches: tuple[StatementBatch, ...]
    sums: Mapping[Key, Sums]
    undated: tuple[str, ...] = ()

    @property
    def broken(self) -> list[StatementBatch]:
        """Batches that are in no sum because something on record was changed or is lost."""
        return [batch for batch in self.batches if batch.problem]

    @property
    def unsettled(self) -> list[StatementBatch]:
        """Batches about which something is still to be done."""
        return [batch for batch in self.batches if batch.next]

    def of(self, by: str, section: Section = Section.SENT) -> dict[Key, Sums]:
        """Return the sums by ``total``, ``reason``, ``partner`` or ``batch`` of one section."""
        return {key: sums for key, sums in self.sums.items() if (key.section, key.by) == (section, by)}

    def not_known(self) -> list[str]:
        """Return what the figures of sent batches do not tell, one sentence each."""
        totals = self.of("total")
        told = []
        if unknown := sum(sums.unknown for sums in totals.values()):
            actions = counted(sum(sums.actions for sums in totals.values()), "action")
            told.append(
                f"The amount from before is not known of {unknown:,} of {actions}: no pending download that was "
                "loaded before the send has it. They are not in Before and Change."
            )
        if without := sum(sums.rows for key, sums in totals.items() if key.currency is None):
            told.append(f"The currency is not known of {counted(without, 'row')}. They are never added to the others.")
        if unnamed := sum(sums.rows for key, sums in self.of("partner").items() if key.name is None):
            told.append(f"The partner is not known of {counted(unnamed, 'row')}.")
        if waiting := sum(sums.not_looked_for for sums in totals.values()):
            told.append(f"What became of {counted(waiting, 'row')} was not looked for yet.")
        if self.undated:
            told.append(
                f"The time of {counted(len(self.undated), 'batch')} cannot be read ({', '.join(self.undated[:4])}), so they "
                "are in no statement."
            )
        return told

    def counted_once(self) -> list[str]:
        """Return which rows are in the numbers of rows and in no amount, and why, one sentence each."""
        told = []
        for section in SUMMED:
            totals = list(self.of("total", section).values())
            batches = self.of("batch", section).items()
            of = "" if section is Section.SENT else f" ({_SECTION_WORDS[section]})"
            if again := sum(sums.again for sums in totals):
                where = _labels(key.name for key, sums in batches if sums.again)
                told.append(f"Sent again{of}: {counted(again, 'row')} in {where}. Their amounts are counted once.")
            if replaced := sum(sums.replaced for sums in totals):
                where = _labels(key.name for key, sums in batches if sums.replaced)
                told.append(
                    f"Changed again by a later row{of}: {counted(replaced, 'row')} in {where}. Only the later amount is counted."
                )
            if missing := sum(sums.not_arrived for sums in totals):
                where = _labels(key.name for key, sums in batches if sums.not_arrived)
                told.append(
                    f"Never left, or were refused at sending{of}: {counted(missing, 'row')} in {where}. They are in no sum."
                )
            if not_taken := sum(sums.verdicts[one] for sums in totals for one in (Verdict.REFUSED, Verdict.LOCKED)):
                told.append(
                    f"Refused or locked{of}: {counted(not_taken, 'row')}. They are in Change sent, and not in Change applied."
                )
        return told


_SECTION_WORDS: Final = {Section.UNKNOWN: "unknown whether it arrived", Section.TEST: "test"}
_MOST_LABELS: Final = 4


def _labels(names: Iterable[str | None]) -> str:
    """Return which batches, ``batch 0002`` or ``batches 0002, 0003``."""
    labels = list(dict.fromkeys(name for name in names if name))
    more = f" and {counted(len(labels) - _MOST_LABELS, 'more batch')}" if len(labels) > _MOST_LABELS else ""
    return f"batch{'es' if len(labels) > 1 else ''} {', '.join(labels[:_MOST_LABELS])}{more}"


def read_statement(
    month: Month, account: "Account", paths: "Paths", *, profile: str | None, now: datetime
) -> Statement:
    """Read the statement of a month.

    Args:
        month: the month.
        account: the account of the named profile, or the one whose time zone holds.
        paths: where the ledger is.
        profile: the profile that the user named, None for all live profiles.
        now: the time, for the age of what is not settled.

    Raises:
        action_returns.errors.LedgerError: the ledger cannot be read.
    """
    from action_returns.operations.account import open_ledger_to_read

    with open_ledger_to_read(paths, profile) as ledger:
        ours = None if profile is None else ledger.batches_of(account.sender)
        # Without a profile, test batches stand in their section.
        belongs: Callable[[BatchRecord], bool] = lambda record: ours is None or ours.include(record.way)  # noqa: E731
        name = "all live profiles" if profile is None else f"the account of profile {profile}"
        records = [record for record in reversed(ledger.batches()) if belongs(record)]
        hours = account.results_after_hours
        found = [_read_batch(record, ledger, now, hours) for record in records if month.has(record.created_at)]
        if ours is not None:
            found = [(batch, [row._replace(account="") for row in rows]) for batch, rows in found]
            _add_earlier(found, records, ours, ledger)
        else:
            for account_name in dict.fromkeys(record.way.account for record in records):
                one = AccountBatches((account_name,))
                _add_earlier([each for each in found if one.include(each[0].record.way)], records, one, ledger)
    batches = tuple(batch for batch, _ in found)
    rows = ((batch.section, row) for batch, listed in found if batch.section in SUMMED for row in listed)
    undated = tuple(record.label for record in records if record.created_at is None)
    return Statement(month, name, batches, add_up(rows), undated)


def _add_earlier(
    found: "list[tuple[StatementBatch, list[StatementRow]]]",
    records: "list[BatchRecord]",
    account: AccountBatches,
    ledger: "Ledger",
) -> None:
    """Write into the rows of the batches of one account what batches before the month sent, live and test apart."""
    for is_live in (True, False):
        batches = [
            (batch.record, rows) for batch, rows in found if rows and (batch.record.environment == LIVE) is is_live
        ]
        numbers = [record.number for record, _ in batches]
        before = [
            record
            for record in records
            if numbers
            and record.number < numbers[0]
            and (record.environment == LIVE) is is_live
            and record.state in {SENT, HANDED_OVER}
            and account.include(record.way)
        ]
        add_earlier_amounts(batches, before, account, ledger)


def section_of(record: "BatchRecord") -> Section:
    """Return the part of a statement to which a batch belongs."""
    if record.state == FAILED and not record.may_have_arrived:
        return Section.FAILED
    if record.environment != LIVE:
        return Section.TEST
    return Section.SENT if record.state in {SENT, HANDED_OVER} else Section.UNKNOWN


def _read_batch(
    record: "BatchRecord", ledger: "Ledger", now: datetime, hours: int
) -> tuple[StatementBatch, list[StatementRow]]:
    section = section_of(record)
    if section is Section.FAILED:
        return StatementBatch(record, section, NO_RESULTS, ""), []
    results = find_results(record.number, ledger)
    try:
        rows = list(rows_of(record, results, ledger))
        problem = results.problem or " ".join(record.broken)
    except (LedgerError, ValueError) as error:
        rows, problem = [], str(error)
    if problem:
        return StatementBatch(record, Section.BROKEN, results, "see what is broken", problem), []
    return StatementBatch(record, section, results, Progress(record, results.event).next_step(now, hours)), rows


def rows_of(record: "BatchRecord", results: ReceiptResults, ledger: "Ledger") -> Iterator[StatementRow]:
    """Return the rows of a batch with what is on record about each, in file order.

    Raises:
        LedgerError: something on record was changed or is missing.
        ValueError: what was kept from before cannot be read.
    """
    before = read_before(ledger.before(record.number))
    currency = confirmed(ledger.events(record.number)).get("currency")
    states = ledger.row_states(record.number)
    for action_id, cents, reason in ledger.rows(record.number):
        known = before.get(action_id, _NO_ACTION)
        result = results.rows.get(action_id)
        yield StatementRow(
            record.label,
            cents,
            reason,
            known.cents,
            clean_line(known.partner) if known.partner else None,
            known.currency or (str(currency) if currency else None),
            None if result is None else result.verdict,
            action_id,
            record.way.account,
            states.get(action_id) not in NOT_ARRIVED,
        )
