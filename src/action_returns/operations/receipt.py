"""Build the receipt of a batch: what went where, what became of its rows, and the evidence of both."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import money
from action_returns.operations.html_pages import render_page, table_rows
from action_returns.operations.outcome_texts import answered_after_mark, may_be_sending
from action_returns.operations.receipt_results import NO_RESULTS, find_results, group_rows, result_lines, undo_lines
from action_returns.operations.texts import (
    MOST_ROWS_ON_A_PAGE,
    STATES,
    Figure,
    counted,
    effect_in_words,
    next_step_for_unknown,
)

if TYPE_CHECKING:
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import BatchInFull, BatchRecord, Event
    from action_returns.operations.receipt_results import ReceiptResults

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
    events: "Sequence[Event]" = (),
    results: "ReceiptResults" = NO_RESULTS,
) -> list[tuple[str, str]]:
    """Return the receipt of a batch as pairs of label and value: what went where first, bytes and evidence last.

    Args:
        record: the batch.
        confirmation: what the person confirmed, as :func:`confirmed` returns it.
        anchor: the hash of its latest event, which a later change of the ledger cannot reach on the receipt.
        problems: what was changed or is missing, one sentence each.
        events: everything that happened to the batch; what it restores and its drafted undos are among it.
        results: what became of its rows.
    """
    if problems:
        from action_returns.ledger.integrity import WHAT_TO_DO

        problems = [*problems, WHAT_TO_DO]
    changes = record.rows - record.reversals
    lines = [
        (BROKEN, " ".join(problems)),
        ("Outcome", _outcome(record)),
        *result_lines(results, record.rows),
        ("What to do", next_step(record)),
        ("Batch", record.label),
        ("Environment", record.environment.upper()),
        ("Profile", record.profile),
        ("Rows", f"{record.rows:,} = {counted(record.reversals, 'reversal')} + {counted(changes, 'new total')}"),
        *_money(record, confirmation),
        ("Warnings overruled", str(confirmation.get("warnings", ""))),
        ("Left behind", _left_behind(confirmation)),
        ("Sent again", _sent_again(confirmation)),
        *undo_lines(events),
        ("When", _when(record)),
        ("Recorded", server_time(record.created_at, record.recorded_at)),
        ("Who", record.sender),
        ("Prepared by", _person(confirmation, "prepared")),
        ("Approved by", _person(confirmation, "approved")),
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


def _person(confirmation: Mapping[str, str | int], did: str) -> str:
    """Return who prepared or approved a batch, and when; ``""`` where no approval was needed."""
    return ", ".join(str(confirmation[key]) for key in (f"{did}_by", f"{did}_at") if confirmation.get(key))


def _who_and_how(confirmation: Mapping[str, str | int]) -> str:
    return ", ".join(str(confirmation[key]) for key in ("who", "how") if confirmation.get(key))


def _outcome(record: "BatchRecord") -> str:
    if record.by_hand:
        return f"{record.state.capitalize()}: a person who looked says so, the receiver did not"
    from action_returns.ledger.records import SENT
    from action_returns.ledger.row_states import BY_ROW

    if record.channel == BY_ROW and record.state == SENT:
        return f"Sent row by row: the receiver has queued {record.evidence.get('queued', '?')} of {counted(record.rows, 'row')}"
    return (
        STATES[record.state].receipt
        if record.state in STATES
        else f"{record.state}: not a state that this program writes"
    )


def read_receipt(number: int, ledger: "Ledger") -> "tuple[BatchInFull, ReceiptResults]":
    """Return a batch with everything on record about it, and the latest results of its rows.

    Raises:
        action_returns.errors.NoSuchBatchError: there is no batch of that number.
        action_returns.errors.LedgerError: the ledger cannot be read.
    """
    return ledger.in_full(number), find_results(number, ledger)


def lines_of(found: "BatchInFull", results: "ReceiptResults" = NO_RESULTS) -> list[tuple[str, str]]:
    """Return the receipt of a batch as pairs of label and value; what was changed or is missing stands first."""
    return receipt_lines(
        found.record,
        confirmed(found.events),
        anchor=found.anchor,
        problems=found.problems,
        events=found.events,
        results=results,
    )


def page_of(found: "BatchInFull", results: "ReceiptResults" = NO_RESULTS) -> bytes:
    """Return the receipt of a batch as one page of HTML; what was changed or is missing stands on it first."""
    return receipt_page(
        found.record,
        found.rows,
        confirmed(found.events),
        anchor=found.anchor,
        problems=found.problems,
        events=found.events,
        results=results,
    )


def receipt_page(
    record: "BatchRecord",
    rows: Sequence[tuple[str, int, str]],
    confirmation: Mapping[str, str | int] = NOTHING_RECORDED,
    *,
    anchor: str = "",
    problems: Sequence[str] = (),
    events: "Sequence[Event]" = (),
    results: "ReceiptResults" = NO_RESULTS,
) -> bytes:
    """Return the receipt of a batch as one page of HTML.

    Args:
        record: the batch.
        rows: its rows.
        confirmation: what the person confirmed, as :func:`confirmed` returns it.
        anchor: the hash of its latest event.
        problems: what was changed or is missing, one sentence each.
        events: everything that happened to the batch.
        results: what became of its rows.
    """
    groups = group_rows(rows, results, MOST_ROWS_ON_A_PAGE)
    facts = receipt_lines(record, confirmation, anchor=anchor, problems=problems, events=events, results=results)
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
        has_results=results.event is not None,
        groups=[(group, table_rows(group.columns)) for group in groups],
        more=len(rows) - sum(group.number for group in groups),
    )


def _is_small(label: str) -> bool:
    return label.partition(":")[0] in _SHOWN_SMALL
