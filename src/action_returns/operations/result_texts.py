"""Sentences about the results of batches: what became of a row, what to do, and the figures of a batch."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import amount_text
from action_returns.operations.refusal_words import explain_refusal
from action_returns.operations.texts import command, counted
from action_returns.verdicts.by_pending import REVERSED
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

if TYPE_CHECKING:
    from action_returns.operations.reconcile import BatchResults

_SENTENCES: Final[Mapping[Why, str]] = {
    Why.AS_SENT: "The network has it as it was sent.",
    Why.REVERSED: "The network shows it as reversed.",
    Why.LEFT_THE_LIST: "It left the list of pending actions before it can have locked, as a reversed action does.",
    Why.OTHER_AMOUNT: "The network has {seen}, and {sent} was sent. Look it up in the network.",
    Why.UNCHANGED: "The network still has {seen}, the amount from before. Send it again in a new batch before it locks.",
    Why.CHANGED_AFTERWARDS: "It was as sent before; the network has {seen} now. It was changed there afterwards.",
    Why.NOT_LISTED: "The list does not have this action. Look it up in the network.",
    Why.NOT_KNOWN: "The network's API does not know this action. Look it up in the network.",
    Why.NOT_ASKED: "Too many actions of the batch did not change, so the API was not asked about this one. Compare with a new "
    "pending download, or look again later.",
    Why.LOCK_DATE_PASSED: "The list does not have this action, whose lock date has passed: approved actions leave a list of "
    "pending ones. Look with --api, or with a list that has approved actions, too.",
    Why.FEWER_ROWS: "The list does not have this action, and is much shorter than the one at sending: it may be filtered. "
    "Download all Pending Actions.",
    Why.LOCKED: "It is locked with {seen}, so it can no longer be changed.",
    Why.NAMED_AS_ERROR: "The receiver names it as an error: {word}.",
    Why.NOT_ARRIVED: "The receiver does not have it: it never left, or was refused at sending. Send it again in a new batch.",
    Why.PROCESSED: "The receiver names no error. Whether the action changed shows in a later pending download.",
    Why.PARTIAL: "The result file has only a part of the errors, so it tells nothing of this row. Look at all pages.",
    Why.UNKNOWN_WORD: "The receiver has a word for it that tells neither success nor error: {word}. Look again in a later "
    "pending download.",
    Why.QUEUED: "The receiver has not processed it yet.",
    Why.OLDER: "The list may be older than the batch. Download Pending Actions again.",
    Why.RECENT: "The network has {seen}, and may still be at work on the file. Look again later.",
    Why.NOT_UPLOADED: "The network still has {seen}. It is not known when the file was uploaded. When it was, and a day has "
    "passed, look it up in the network. When it was not, upload the file.",
    Why.REPLACED: "Batch {word} changed this action again, so its result counts.",
    Why.NOT_TOLD: "The list does not tell its amount or its state, or two rows of it disagree. Look it up in the network.",
    Why.OTHER_CURRENCY: "The list has it in another currency than before, so the amounts cannot be compared.",
    Why.LINE_UNCLEAR: "The receiver names a line that is this row or the one beside it: {word}.",
}


def row_sentence(row: SentRow, result: RowResult) -> str:
    """Return what became of a row and what to do."""
    if result.verdict is Verdict.DIFFERENT and result.state.upper() in REVERSED:
        return f"The network shows it as reversed, and {amount_text(row.cents)} was sent. Look it up in the network."
    seen = "no amount" if result.cents is None else amount_text(result.cents)
    sentence = why_sentence(result.why, seen=seen, sent=amount_text(row.cents), word=result.word)
    return f"{sentence} {explain_refusal(result.word)}" if result.why is Why.NAMED_AS_ERROR else sentence


def why_sentence(why: Why, *, seen: str, sent: str, word: str) -> str:
    """Return what a result means and what to do, with the amounts and the receiver's word as they are given."""
    return _SENTENCES[why].format(seen=seen, sent=sent, word=word)


def batch_sentence(results: "BatchResults") -> str:
    """Return the figures of a batch: ``Batch 0001: 2 of 4 rows applied, 1 different, 1 refused.``."""
    counts = results.counts
    others = [
        f"{number:,} {verdict.value.replace('_', ' ')}"
        for verdict, number in counts.items()
        if number and verdict is not Verdict.APPLIED
    ]
    applied = f"{counts[Verdict.APPLIED]:,} of {counted(len(results.rows), 'row')} applied"
    return f"Batch {results.record.label}: {', '.join([applied, *others])}."


def next_command(results: "BatchResults") -> str:
    """Return the command of the next step for a batch, ``""`` where nothing is left to do."""
    label, counts = results.record.label, results.counts
    for verdict in (Verdict.REFUSED, Verdict.DIFFERENT):
        if counts[verdict]:
            rows = zip(results.rows, results.found.results, strict=True)
            return command("action", "show", next(row.action_id for row, result in rows if result.verdict is verdict))
    if counts[Verdict.MISSING]:
        return command("reconcile", label, "--api")
    return "" if results.is_settled else command("reconcile", label, "--pending", "NEWER.csv")


def command_for_open(results: "BatchResults") -> str:
    """Return the command that looks again for rows that are too early, ``""`` where there are none to wait for."""
    if not any(result.is_open for result in results.found.results if result.verdict is Verdict.TOO_EARLY):
        return ""
    return command("reconcile", results.record.label, "--pending", "NEWER.csv")
