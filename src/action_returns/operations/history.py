"""Look up what was sent: the history of one action, receipts, and the copies written after a send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import money
from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import quote, strip_white_space
from action_returns.files import Paths, make_private_folder, write_atomically
from action_returns.operations.account import Account, keep_daily_copy_of, open_ledger_if_exists
from action_returns.operations.check import is_sendable
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
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import ActionRecord, BatchRecord, Event
    from action_returns.operations.submit import Submission


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
        from action_returns.ledger.records import MAY_HAVE_ARRIVED

        return self.account is not None and self.account.include(row.batch.way) and row.batch.state in MAY_HAVE_ARRIVED


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
    record: "BatchRecord", confirmation: Mapping[str, str | int] = NOTHING_RECORDED
) -> list[tuple[str, str]]:
    """Return the receipt of a batch as pairs of label and value: what went where first, bytes and evidence last.

    Args:
        record: the batch.
        confirmation: what the person confirmed, as :func:`confirmed` returns it.
    """
    when = record.created_at.astimezone()
    changes = record.rows - record.reversals
    lines = [
        ("Outcome", _outcome(record)),
        ("What to do", next_step_for_unknown(record.label) if record.state == "unknown" else ""),
        ("Batch", record.label),
        ("Environment", record.environment.upper()),
        ("Profile", record.profile),
        ("Rows", f"{record.rows:,} = {counted(record.reversals, 'reversal')} + {counted(changes, 'new total')}"),
        *_money(record, confirmation),
        ("Warnings overruled", str(confirmation.get("warnings", ""))),
        ("Left behind", _left_behind(confirmation)),
        ("Sent again", _sent_again(confirmation)),
        ("When", f"{when:%Y-%m-%d %H:%M:%S %Z} ({record.created_at:%Y-%m-%d %H:%M:%S} UTC)"),
        ("Who", f"{record.who} on {record.host}"),
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
        *((f"Evidence: {name}", str(value)) for name, value in record.evidence.items()),
    ]
    return [(label, value) for label, value in lines if value or label in _ALWAYS]


_ALWAYS: Final = frozenset({"What happened", "Profile", "Destination"})
_SHOWN_LARGE: Final = frozenset({"Outcome", "Environment", "Rows", "New totals", "Money effect"})
_SHOWN_SMALL: Final = ("File", "Size", "SHA-256", "Evidence")
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
    return STATES[record.state].receipt


def keep_receipt(record: "BatchRecord", ledger: "Ledger", folder: Path) -> Path:
    """Write the receipt of a batch to the folder of its file, and return the page's path."""
    path = folder / "receipt.html"
    page = receipt_page(record, ledger.rows(record.number), confirmed(ledger.events(record.number)))
    write_atomically(path, page, overwrite=True)
    return path


def receipt_page(
    record: "BatchRecord",
    rows: Sequence[tuple[str, int, str]],
    confirmation: Mapping[str, str | int] = NOTHING_RECORDED,
) -> bytes:
    """Return the receipt of a batch as one page of HTML.

    Args:
        record: the batch.
        rows: its rows.
        confirmation: what the person confirmed, as :func:`confirmed` returns it.
    """
    shown = [(action_id, money(cents), reason) for action_id, cents, reason in rows[:MOST_ROWS_ON_A_PAGE]]
    facts = receipt_lines(record, confirmation)
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
        facts=[(*fact, "") for fact in facts if fact[0] not in _SHOWN_LARGE and not _is_small(fact[0])],
        small=[(*fact, "") for fact in facts if _is_small(fact[0])],
        rows=shown,
        more=len(rows) - len(shown),
    )


def _is_small(label: str) -> bool:
    return label.partition(":")[0] in _SHOWN_SMALL


def save_receipt_and_backup(
    done: "Submission", account: "Account", ledger: "Ledger", paths: Paths, today: date
) -> tuple[str, list[str]]:
    """Write the exact bytes and the receipt to the folder of submissions, and today's copy of the ledger.

    Never raises: the file has left, and the user has to learn that whatever fails afterwards.

    Args:
        done: the batch.
        account: the profile it went out under.
        ledger: the ledger that has it.
        paths: where the folders are.
        today: the date of the copy.

    Returns:
        The receipt's path, an empty text when it could not be written; and one sentence for each thing that could not
        be written.
    """
    receipt, problems = "", []
    try:
        receipt = str(keep_receipt(ledger.batch(int(done.batch)), ledger, _keep_bytes(done, ledger, paths).parent))
    except Exception as error:  # noqa: BLE001  # the file has left
        problems.append(
            f"The receipt could not be written ({error}). The ledger holds everything: "
            f"action-returns history receipt {done.batch}"
        )
    try:
        keep_daily_copy_of(account, ledger, paths, today)
    except Exception as error:  # noqa: BLE001  # the file has left
        problems.append(
            f"Today's copy of the ledger could not be made ({error}). The ledger itself is as it should be."
        )
    return receipt, problems


def _keep_bytes(done: "Submission", ledger: "Ledger", paths: Paths) -> Path:
    """Write the exact bytes to the batch's folder, unless they are there; return the file."""
    folder = paths.submissions / done.batch
    make_private_folder(folder)
    path = folder / done.file_name
    if not path.exists():
        write_atomically(path, ledger.content(int(done.batch)), overwrite=False)
    return path
