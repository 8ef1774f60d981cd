"""Sentences about outcomes that are not on record, or came there in another way than usual."""

from typing import TYPE_CHECKING

from action_returns.operations.texts import settling_command

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.ledger.records import BatchRecord
    from action_returns.operations.submit import Submission


def marked_meanwhile(batch: str, who: str, marked: str, on_record: str, outcome: str) -> str:
    """Return that a person marked a batch before its program could record the outcome, and what history says now.

    Args:
        batch: its label.
        who: who marked it.
        marked: what they marked it.
        on_record: the state that history says.
        outcome: the outcome that came after the mark.
    """
    show = f"action-returns history show {batch}"
    if on_record != outcome:
        return f"Meanwhile {who} marked batch {batch} {marked}. History says {on_record}, with this beside it: {show}"
    again = ", so its rows may have gone out again from elsewhere" if marked == "failed" else ""
    return f"Meanwhile {who} marked batch {batch} {marked}{again}. History says {on_record} now: {show}"


def answered_after_mark(label: str, state: str) -> str:
    """Return that a batch got its outcome after a person had marked it, and what may follow from that.

    Args:
        label: the batch.
        state: its state now.
    """
    again = (
        "" if state == "failed" else " Its rows may have gone out again meanwhile: compare with what the receiver has."
    )
    return (
        f"The program that sent batch {label} recorded its outcome after a person had marked the batch.{again} Both are in: "
        f"action-returns history show {label}"
    )


def may_be_sending(record: "BatchRecord") -> str:
    """Return that a batch may still be being sent although its program lost the connection to the ledger.

    Args:
        record: the batch, whose ``sending_until`` is not None.
    """
    until = "" if record.sending_until is None else f"{record.sending_until.astimezone():%Y-%m-%d %H:%M}"
    return (
        f"Batch {record.label} may still be being sent, until {until} at most: the program of {record.sender} lost its "
        "connection to the ledger, or has ended. Wait until then, then look again. Do not send its rows again before."
    )


def recording_again(batch: str, outcome: str) -> str:
    """Return what goes on while the ledger cannot take an outcome."""
    return f"Batch {batch} is {outcome}. The ledger cannot record that at this moment; trying again for a minute"


def outcome_kept(reason: str, path: "Path") -> str:
    """Return that an outcome is not on record yet, and where it is kept.

    Args:
        reason: why it could not be recorded.
        path: the file in which it is kept.
    """
    return (
        f"This could not be recorded: {reason} It is kept in {path}. The next command on this computer that opens the "
        "ledger records it (action-returns history list). Until then history says sending or unknown."
    )


def outcome_not_kept(done: "Submission", reason: str, why: str) -> str:
    """Return that an outcome is neither on record nor kept, and all of it, so that a person can write it down.

    Args:
        done: what became of the batch.
        reason: why it could not be recorded.
        why: why it could not be kept.
    """
    evidence = "".join(f", {name}: {value}" for name, value in done.outcome.evidence.items())
    return (
        f"This could not be recorded: {reason} It could not be kept on this computer either ({why}). Write it down: batch "
        f"{done.batch}, {done.outcome.state}, {done.file_name}, SHA-256 {done.sha256}{evidence}. History says sending or "
        f"unknown until a person settles it: {settling_command(done.batch)}"
    )
