"""Look up what was sent: the history of one action, and receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import money
from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import quote, strip_white_space
from action_returns.files import Paths
from action_returns.operations.account import Account, open_ledger_if_exists
from action_returns.operations.outcome_texts import answered_after_mark, may_be_sending
from action_returns.operations.previous_sends import is_sendable
from action_returns.operations.texts import (
    MOST_ROWS_ON_A_PAGE,
    STATES,
    Figure,
    counted,
    effect_in_words,
    next_step_for_unknown,
    render_page,
)

if TYPE_CHECKING:
    from action_returns.ledger.accounts import AccountBatches
    from action_returns.ledger.records import ActionRecord, BatchInFull, BatchRecord, Event


@dataclass(frozen=True, slots=True)
class ActionHistory:
    """Everything this program ever sent for one action.

    Args:
        action_id: the action, as it was looked up.
        environment: the environment of the account whose modifications count.
        sent: what was sent, the oldest first, under every account.
        hint: what may be wrong with the id, an empty text when nothing is.
        account: the batches that belong to the account whose modifications count, None when nothing is on record.
    """

    action_id: str
    environment: str
    sent: "tuple[ActionRecord, ...]"
    hint: str = ""
    account: "AccountBatches | None" = None

    @property
    def used(self) -> int:
        """How many modifications are used up, as far as this program knows."""
        return sum(self.counts(row) for row in self.sent)

    def counts(self, row: "ActionRecord") -> bool:
        """Return whether a row uses up a modification: it may have arrived, in a batch of the account that counts."""
        return self.account is not None and self.account.include(row.batch.way) and row.batch.may_have_arrived


def action_history(entered: str, account: Account, paths: Paths) -> ActionHistory:
    """Look up everything that was ever sent for one action.

    Args:
        entered: the ActionId as the user entered it; blanks around it are left out.
        account: the account whose ledger is read and whose batches count, all live ones without a profile.
        paths: where this computer's ledger is.

    Raises:
        action_returns.errors.LedgerError: the ledger cannot be read.
    """
    action_id = strip_white_space(entered)
    sent: tuple[ActionRecord, ...] = ()
    batches = None
    if is_sendable(action_id) and (records := open_ledger_if_exists(account, paths)) is not None:
        with records:
            sent, batches = tuple(records.action(action_id)), records.batches_of(account.sender)
    hint = _hint(entered, action_id, CellRules(account.policy), was_sent=bool(sent))
    return ActionHistory(action_id, account.environment or "live", sent, hint, batches)


def _hint(entered: str, action_id: str, rules: CellRules, *, was_sent: bool) -> str:
    """Return what may be wrong with an ActionId, an empty text when nothing is."""
    corrected = rules.corrected_id(entered)
    if corrected is None:
        if was_sent:
            return ""
        return f"{quote(action_id)} is not an Action ID of this account; mobile ids look like M.8882.4808.1063415."
    if corrected != action_id:
        return f"Did you mean {corrected}? Look it up with: action-returns action show {corrected}"
    return "" if action_id == entered else "The blanks around it were left out."


NOTHING_RECORDED: Final[Mapping[str, str | int]] = {}


def confirmed(events: "Sequence[Event]") -> Mapping[str, str | int]:
    """Return what the person confirmed before a batch was sent, by name; older batches have fewer facts."""
    return next((event.detail for event in events if event.kind == "confirmed"), NOTHING_RECORDED)


def receipt_lines(
    record: "BatchRecord",
    confirmation: Mapping[str, str | int] = NOTHING_RECORDED,
    *,
    anchor: str = "",
    problems: Sequence[str] = (),
) -> list[tuple[str, str]]:
    """Return the receipt of a batch as pairs of label and value: what went where first, bytes and evidence last.

    Args:
        record: the batch.
        confirmation: what the person confirmed, as :func:`confirmed` returns it.
        anchor: the hash of its latest event, which a later change of the ledger cannot reach on the receipt.
        problems: what was changed or is missing, one sentence each.
    """
    if problems:
        from action_returns.ledger.integrity import WHAT_TO_DO

        problems = [*problems, WHAT_TO_DO]
    changes = record.rows - record.reversals
    lines = [
        (BROKEN, " ".join(problems)),
        ("Outcome", _outcome(record)),
        ("What to do", next_step(record)),
        ("Batch", record.label),
        ("Environment", record.environment.upper()),
        ("Profile", record.profile),
        ("Rows", f"{record.rows:,} = {counted(record.reversals, 'reversal')} + {counted(changes, 'new total')}"),
        *_money(record, confirmation),
        ("Warnings overruled", str(confirmation.get("warnings", ""))),
        ("Left behind", _left_behind(confirmation)),
        ("Sent again", _sent_again(confirmation)),
        ("When", _when(record)),
        ("Recorded", server_time(record.created_at, record.recorded_at)),
        ("Who", record.sender),
        ("Confirmed", _who_and_how(confirmation)),
        ("Channel", record.channel),
        ("Destination", record.destination),
        ("Encryption", str(confirmation.get("encryption", ""))),
        ("What happened", record.message),
        ("Made from", record.source),
        ("Columns read", str(confirmation.get("columns", ""))),
        ("File", record.file_name),
        ("Size", f"{record.size:,} bytes"),
        ("SHA-256", record.sha256),
        (ANCHOR, anchor),
        *((f"Evidence: {name}", str(value)) for name, value in record.evidence.items()),
    ]
    return [(label, value) for label, value in lines if value or label in _ALWAYS]


def next_step(record: "BatchRecord") -> str:
    """Return what is to be done about a batch, or to be known of it; ``""`` for most."""
    if record.sending_until is not None:
        return may_be_sending(record)
    after_mark = answered_after_mark(record.label, record.state) if record.answered_late else ""
    unknown = next_step_for_unknown(record.label) if record.state == "unknown" else ""
    return " ".join(filter(None, (after_mark, unknown)))


def _when(record: "BatchRecord") -> str:
    """Return when a batch was recorded, in local time and in UTC."""
    if record.created_at is None:
        return record.day_and_time
    local = record.created_at.astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S %Z} ({record.created_at:%Y-%m-%d %H:%M:%S} UTC)"


_CLOCKS_DIFFER: Final = 120
"""Seconds by which the clock of a sender may differ from the one of the database server before that is said."""


def server_time(given: datetime | None, recorded_at: datetime | None) -> str:
    """Return when the team's database recorded something, ``""`` where the sender's clock said about the same.

    Args:
        given: the time that the program of the sender gave, None where that cannot be read.
        recorded_at: the time of the server, None where it is not on record.
    """
    if recorded_at is None or (given is not None and abs((recorded_at - given).total_seconds()) <= _CLOCKS_DIFFER):
        return ""
    return f"at {recorded_at:%Y-%m-%d %H:%M:%S} UTC by the clock of the database server, which differs"


BROKEN: Final = "Broken"
"""Label of the line that says what was changed or is missing."""
ANCHOR: Final = "Record"
"""Label of the line with the hash of the batch's latest event."""
_ALWAYS: Final = frozenset({"What happened", "Profile", "Destination"})
_SHOWN_LARGE: Final = frozenset({"Outcome", "Environment", "Rows", "New totals", "Money effect"})
_SHOWN_SMALL: Final = ("File", "Size", "SHA-256", ANCHOR, "Evidence")
"""Beginnings of the labels that stand small at the end of the page."""


def _money(record: "BatchRecord", confirmation: Mapping[str, str | int]) -> list[tuple[str, str]]:
    """Return the sum of the new totals and the money effect, as far as they are on record."""
    if "new_total_cents" not in confirmation:
        return []
    currency = _currency(confirmation)
    return [
        ("New totals", f"{money(int(confirmation['new_total_cents']), currency)} together"),
        ("Money effect", _effect(record, confirmation)),
    ]


def _currency(confirmation: Mapping[str, str | int]) -> str | None:
    return str(confirmation["currency"]) if "currency" in confirmation else None


def _effect(record: "BatchRecord", confirmation: Mapping[str, str | int]) -> str:
    cents, known = confirmation.get("effect_cents"), confirmation.get("effect_known_rows")
    return effect_in_words(
        None if cents is None else int(cents),
        known=None if known is None else int(known),
        rows=record.rows,
        currency=_currency(confirmation),
    )


def _left_behind(confirmation: Mapping[str, str | int]) -> str:
    errors, before = (int(confirmation.get(f"left_out_{why}", 0)) for why in ("errors", "sent_before"))
    left = [
        *([f"{counted(errors, 'row')} with errors"] if errors else []),
        *([f"{counted(before, 'row')} that may have arrived before"] if before else []),
    ]
    return ", ".join(left)


def _sent_again(confirmation: Mapping[str, str | int]) -> str:
    again = int(confirmation.get("include_sent", 0))
    return f"{counted(again, 'row')} that may have arrived before, on purpose" if again else ""


def _who_and_how(confirmation: Mapping[str, str | int]) -> str:
    return ", ".join(str(confirmation[key]) for key in ("who", "how") if confirmation.get(key))


def _outcome(record: "BatchRecord") -> str:
    if record.by_hand:
        return f"{record.state.capitalize()}: a person who looked says so, the receiver did not"
    return (
        STATES[record.state].receipt
        if record.state in STATES
        else f"{record.state}: not a state that this program writes"
    )


def page_of(found: "BatchInFull") -> bytes:
    """Return the receipt of a batch as one page of HTML; what was changed or is missing stands on it first."""
    confirmation = confirmed(found.events)
    return receipt_page(found.record, found.rows, confirmation, anchor=found.anchor, problems=found.problems)


def receipt_page(
    record: "BatchRecord",
    rows: Sequence[tuple[str, int, str]],
    confirmation: Mapping[str, str | int] = NOTHING_RECORDED,
    *,
    anchor: str = "",
    problems: Sequence[str] = (),
) -> bytes:
    """Return the receipt of a batch as one page of HTML.

    Args:
        record: the batch.
        rows: its rows.
        confirmation: what the person confirmed, as :func:`confirmed` returns it.
        anchor: the hash of its latest event.
        problems: what was changed or is missing, one sentence each.
    """
    shown = [(action_id, money(cents), reason) for action_id, cents, reason in rows[:MOST_ROWS_ON_A_PAGE]]
    facts = receipt_lines(record, confirmation, anchor=anchor, problems=problems)
    currency = _currency(confirmation)
    figures = [
        Figure(f"{record.rows:,}", "row" if record.rows == 1 else "rows"),
        Figure(f"{record.reversals:,}", "reversal" if record.reversals == 1 else "reversals"),
        Figure(
            money(sum(cents for _, cents, _ in rows), currency),
            f"in {counted(record.rows - record.reversals, 'new total')}",
        ),
    ]
    if "new_total_cents" in confirmation:
        effect = confirmation.get("effect_cents")
        figures.append(
            Figure(
                "unknown" if effect is None else money(int(effect), currency, sign=True),
                _effect(record, confirmation),
                "error" if effect is not None and int(effect) > 0 else "",
            )
        )
    return render_page(
        "receipt.html",
        title=f"Receipt for batch {record.label}",
        state=record.state,
        outcome=_outcome(record),
        environment=record.environment,
        figures=figures,
        facts=[
            (*fact, "error" if fact[0] == BROKEN else "")
            for fact in facts
            if fact[0] not in _SHOWN_LARGE and not _is_small(fact[0])
        ],
        small=[(*fact, "") for fact in facts if _is_small(fact[0])],
        rows=shown,
        more=len(rows) - len(shown),
    )


def _is_small(label: str) -> bool:
    return label.partition(":")[0] in _SHOWN_SMALL
