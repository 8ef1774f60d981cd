"""Find what a result file of the receiver says of batches."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from action_returns.clean_text import clean_line
from action_returns.errors import FileError
from action_returns.operations.list_age import file_date
from action_returns.operations.open_batches import OpenBatch
from action_returns.operations.reconcile import Found
from action_returns.operations.result_notes import local_minute
from action_returns.operations.texts import command, counted
from action_returns.verdicts.by_result import ReceiverResult, decide_by_result, is_of_file, why_of_another_batch
from action_returns.verdicts.verdict import Verdict, Why

_OUR_NAME: Final = re.compile(r"Batch_Mods_Reversals_[0-9]{4}_[0-9]{2}_[0-9]{2}_[0-9A-Z]{4}-[0-9]+", re.IGNORECASE)
"""The name of a file that this program sent, wherever it stands in another name."""


@dataclass(frozen=True, slots=True)
class ResultEvidence:
    """A result file of the receiver.

    Args:
        path: the file.
        taken: when the user downloaded it, None when the user did not say; then the file's date counts.
        now: the local time, which no result is newer than.
    """

    path: Path
    taken: datetime | None = None
    now: datetime | None = None

    def find(self, batches: Sequence[OpenBatch]) -> "list[Found | None]":
        """Return what it says of the one batch that it is of.

        Raises:
            FileError: it cannot be read, or is of none of the batches, or it is not certain of which.
        """
        from action_returns.readers.result_file import read_result_file

        result = read_result_file(self.path)
        taken = self.taken or file_date(self.path)
        if self.now is not None:
            taken = min(taken, self.now.astimezone(UTC))
        chosen = self._batch_of(result, batches)
        if taken <= chosen.known.sent_at and not result.file_name:
            # A name that only this batch has counts more than two clocks.
            raise FileError(
                "result-other-batch",
                f"{self.path.name} is of {local_minute(taken)}, before batch {chosen.record.label} was sent "
                f"({local_minute(chosen.known.sent_at)}), so it is not its result. Nothing was recorded. Download the result "
                "of this batch, or name the batch of this result. When it was downloaded later than its file tells, say so: "
                "--taken TIME.",
            )
        return [self._found(batch, result, taken) if batch is chosen else None for batch in batches]

    def _batch_of(self, result: ReceiverResult, batches: Sequence[OpenBatch]) -> OpenBatch:
        """Return the batch that the result is of: by the name of the file that was sent, else by its rows."""
        name = self.path.name
        named = result.file_name or next((f"{one}.csv" for one in _OUR_NAME.findall(name)), "")
        fitting = [batch for batch in batches if is_of_file(named, batch.record.file_name)] if named else list(batches)
        if not fitting:
            of = f"batch {batches[0].record.label}" if len(batches) == 1 else "a batch that is looked at"
            raise FileError(
                "result-other-batch",
                f"{name} is of the file {clean_line(named)}, which is not that of {of}. Nothing was recorded. Find the batch "
                f"with {command('history', 'list')}, and name it.",
            )
        reasons = {
            batch.record.label: why
            for batch in fitting
            if (why := why_of_another_batch(batch.rows, result, batch.record.file_name))
        }
        if len(reasons) == len(fitting):
            why = "; ".join(f"batch {label}: {why}" for label, why in list(reasons.items())[:3])
            raise FileError(
                "result-other-batch",
                f"{name} is not the result of {counted(len(fitting), 'batch')} that could be meant ({why}). Nothing was "
                "recorded. Name the result of this batch, or the batch of this result.",
            )
        fitting = [batch for batch in fitting if batch.record.label not in reasons]
        has_ids = any(entry.action_id for entry in result.entries)
        if len(fitting) > 1 or (len(batches) > 1 and not named and not has_ids):
            labels = ", ".join(batch.record.label for batch in fitting[:5])
            raise FileError(
                "result-batch-unclear",
                f"{name} does not tell which batch it is of; it can be {labels}. Nothing was recorded. Name the batch: "
                f"{command('reconcile', fitting[0].record.label, '--result', str(self.path))}",
            )
        return fitting[0]

    def _found(self, batch: OpenBatch, result: ReceiverResult, taken: datetime) -> Found:
        results = decide_by_result(batch.rows, result, batch.known, taken)
        facts: dict[str, str | int] = {"file": self.path.name}
        if result.status:
            facts["status"] = result.status
        if result.errors is not None:
            facts["errors"] = result.errors
        is_named = bool(result.file_name)
        proof = f"the receiver's result names the file {batch.record.file_name}" if is_named else ""
        notes = []
        if any(one.why is Why.LINE_UNCLEAR for one in results):
            notes.append(
                "The receiver names lines, and does not tell whether the header row counts. So some errors can be of one "
                "row or of the one below it."
            )
        unnamed = sum(
            one.verdict is Verdict.REFUSED and not one.action_id and one.line is None for one in result.entries
        )
        if unnamed:
            notes.append(
                f"{self.path.name} has {counted(unnamed, 'error')} of which no ActionId and no line can be read. Look them up "
                "in it, or download it again and do not save it in a spreadsheet program."
            )
        refused = sum(one.verdict is Verdict.REFUSED for one in results)
        if result.errors is not None and result.errors > refused:
            notes.append(
                f"The receiver counts {counted(result.errors, 'error')}, and this file names {refused:,} of them. Download "
                "all errors under File Submissions in the network."
            )
        return Found(results, "result", taken, facts, proof, tuple(notes))
