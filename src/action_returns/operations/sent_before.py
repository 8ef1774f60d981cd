"""Rows that may have arrived before: which batches they are in, and the sentences about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from action_returns.errors import RowsAlreadySentError
from action_returns.operations.account import open_ledger_if_exists
from action_returns.operations.texts import command, counted, next_step_for_unknown

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.ledger.attachment_kinds import ChangedSince
    from action_returns.operations.account import Account
    from action_returns.operations.check import CheckedBatch

_NAMED_BATCHES: Final = 4
_NAMED_ROWS: Final = 5


@dataclass(frozen=True, slots=True)
class EarlierBatch:
    """A batch that may have arrived, and which of the rows it holds.

    Args:
        label: its label, ``0001``.
        state: its state in the ledger.
        created_at: when it was recorded, None when the ledger does not say.
        rows: the sheet rows that are the same in it.
        is_of_rows: whether the state is that of these rows, and others of the batch may have another.
    """

    label: str
    state: str
    created_at: datetime | None
    rows: tuple[int, ...]
    is_of_rows: bool = False


def earlier_rows(checked: "CheckedBatch") -> Iterator[tuple[int, str, str, str]]:
    """Return the ready rows that may have arrived before: sheet row, ActionId, label of the batch and its state."""
    ids, rows, sent = checked.report.columns.action_id, checked.report.columns.rows, checked.past.sent
    for at in checked.report.ready_with("already-sent"):
        action_id = str(ids[at])
        before = sent[action_id]
        yield rows[at], action_id, before.batch, before.state


def earlier_batches(checked: "CheckedBatch", account: "Account", paths: "Paths") -> list[EarlierBatch]:
    """Return the batches of :func:`undated_batches` with their dates.

    Raises:
        action_returns.errors.LedgerError: the ledger cannot be read.
    """
    batches = undated_batches(checked)
    dates = _dates([batch.label for batch in batches[:_NAMED_BATCHES]], account, paths)
    return [replace(batch, created_at=dates.get(batch.label)) for batch in batches]


def undated_batches(checked: "CheckedBatch") -> list[EarlierBatch]:
    """Return the batches that hold rows of this one: those of which it is unknown whether they arrived first, then the latest."""
    found: dict[tuple[str, str, bool], list[int]] = {}
    for row, action_id, batch, state in earlier_rows(checked):
        found.setdefault((batch, state, checked.past.sent[action_id].is_of_row), []).append(row)
    in_order = sorted(found, key=lambda one: (one[1] == "unknown", int(one[0])), reverse=True)
    return [EarlierBatch(one[0], one[1], None, tuple(found[one]), is_of_rows=one[2]) for one in in_order]


def _dates(batches: Sequence[str], account: "Account", paths: "Paths") -> dict[str, datetime | None]:
    records = open_ledger_if_exists(account, paths) if batches else None
    if records is None:
        return {}
    with records:
        return {batch: records.batch(int(batch)).created_at for batch in batches}


def leave_out_question(batches: Sequence[EarlierBatch], ready: int) -> str:
    """Return the question whether rows that may have arrived before stay behind; yes is the answer for Enter.

    Args:
        batches: the batches that hold them.
        ready: how many rows have no error.
    """
    where = "\n".join(_where(batches))
    advice = _advice(batches)
    return (
        f"{_all_or_some(batches, ready)} may have arrived before with the same amount and reason:\n{where}\n\n"
        + (f"{advice}\n\n" if advice else "")
        + "Sending them again uses up another of each action's 1,000 modifications. Leave them out?"
    )


def left_out_sentence(batches: Sequence[EarlierBatch]) -> str:
    """Return which rows stay behind and why, for a user who is not asked."""
    number = _count(batches)
    stays, them = ("stays here: it", "it") if number == 1 else ("stay here: they", "them")
    return _joined(
        f"{counted(number, 'row')} {stays} may have arrived before with the same amount and reason "
        f"({'; '.join(_where(batches))}).",
        _advice(batches),
        f"To send {them} again on purpose: --include-sent.",
    )


def nothing_new(batches: Sequence[EarlierBatch], ready: int, file: str, *, asked: bool) -> str:
    """Return why nothing was sent: every row that could be sent may have arrived before.

    Args:
        batches: the batches that hold them.
        ready: how many rows have no error.
        file: the file as the user named it.
        asked: whether the user was asked, and has chosen to leave them out.
    """
    them = "it" if _count(batches) == 1 else "them"
    which = _all_or_some(batches, ready)
    return _joined(
        f"Nothing new to send. {which} of {file} may have arrived before with the same amount and reason "
        f"({'; '.join(_where(batches))}). Nothing was sent now.",
        _advice(batches),
        "" if asked else f"To send {them} again on purpose: --include-sent.",
    )


def exported_sentence(batches: Sequence[EarlierBatch]) -> str:
    """Return which rows of a file that was exported may have arrived before; an upload by hand sends them again."""
    return _joined(
        f"{counted(_count(batches), 'row')} of it may have arrived before with the same amount and reason "
        f"({'; '.join(_where(batches))}). Uploaded by hand, the file sends {'it' if _count(batches) == 1 else 'them'} again.",
        _advice(batches),
    )


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _count(batches: Sequence[EarlierBatch]) -> int:
    return sum(len(batch.rows) for batch in batches)


def _all_or_some(batches: Sequence[EarlierBatch], ready: int) -> str:
    number = _count(batches)
    if number < ready:
        return f"{number:,} of {counted(ready, 'row')}"
    return "The only row" if number == 1 else f"All {counted(number, 'row')}"


def _where(batches: Sequence[EarlierBatch]) -> list[str]:
    """Return which rows are in which batch, and what is known of it; of many batches the first ones."""
    named = [f"{_rows(batch.rows)} in batch {batch.label}, {_state(batch)}" for batch in batches[:_NAMED_BATCHES]]
    rest = batches[_NAMED_BATCHES:]
    if rest:
        batch = "other batch" if len(rest) == 1 else "other batches"
        named.append(f"{counted(_count(rest), 'row')} in {len(rest):,} {batch}")
    return named


def _rows(rows: Sequence[int]) -> str:
    if len(rows) > _NAMED_ROWS:
        return f"{counted(len(rows), 'row')}, the first in row {rows[0]},"
    *first, last = map(str, rows)
    return f"rows {', '.join(first)} and {last}" if first else f"row {last}"


def _state(batch: EarlierBatch) -> str:
    when = "" if batch.created_at is None else f" on {batch.created_at.astimezone():%Y-%m-%d at %H:%M}"
    match batch.state:
        case "sent":
            return f"sent{when}"
        case "handed-over":
            return f"handed over{when}"
        case "unknown":
            doubt = f"of which it is not known whether {'they' if batch.is_of_rows and len(batch.rows) > 1 else 'it'} arrived"
            return f"made{when}, {doubt}" if when else doubt
        case _:
            return f"which another program began to send{when}"


def _advice(batches: Sequence[EarlierBatch]) -> str:
    """Return what to do first about a batch of which it is not known whether it arrived."""
    unknown = next((batch for batch in batches if batch.state == "unknown"), None)
    if unknown is None:
        return ""
    if unknown.is_of_rows:  # a mark is of a whole batch, and other rows of this one have arrived
        look = command("reconcile", unknown.label, "--pending", "FILE")
        return f"Look first what became of {_rows(unknown.rows)}, with a new pending download: {look}"
    return f"Settle batch {unknown.label} first. {next_step_for_unknown(unknown.label)}"


def refuse_outdated_undo(checked: "CheckedBatch", account: "Account", paths: "Paths") -> None:
    """Stop a send of an undo whose actions other batches changed after it was drafted, before the user is asked.

    Args:
        checked: the batch. Where its user wants rows to go out again, nothing is looked up.
        account: the profile it would go out under.
        paths: where the ledger is.

    Raises:
        RowsAlreadySentError: it is such an undo.
    """
    if checked.include_sent or (records := open_ledger_if_exists(account, paths)) is None:
        return
    with records:
        changed = records.changed_since_draft(account.sender, tuple(checked.rows))
    if changed is not None:
        raise outdated_undo(changed, checked.file)


def outdated_undo(changed: "ChangedSince", file: str) -> RowsAlreadySentError:
    """Return the error for users of an undo whose actions were changed after it was drafted.

    Args:
        changed: by which batches.
        file: the file as the user named it.
    """
    named = ", ".join(f"{one} in batch {batch}" for one, batch in [*changed.batches.items()][:_NAMED_ROWS])
    more = f" and {len(changed.batches) - _NAMED_ROWS:,} more" if len(changed.batches) > _NAMED_ROWS else ""
    number = counted(len(changed.batches), "action")
    return RowsAlreadySentError(
        f"{file} undoes batch {changed.undone}, and {number} of it got another amount after it was drafted: {named}{more}. "
        f"Nothing was sent. Draft it again, which leaves these out: {command('undo', changed.undone, '-o', 'again.csv')}. To "
        "overwrite their amounts, send it with --include-sent.",
        max(changed.batches.values(), key=int),
    )
