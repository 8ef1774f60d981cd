"""Ask the network's API what became of the files that it received, and of their rows that it refused."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from action_returns.brand_api.problems import NOT_ALLOWED, RequestRefusedError
from action_returns.brand_api.submissions import FileSubmission, read_file_errors, read_file_submissions
from action_returns.errors import ApiError
from action_returns.ledger.row_states import BY_ROW
from action_returns.operations.texts import counted
from action_returns.verdicts.by_api import is_finished, is_waiting
from action_returns.verdicts.by_result import ReceiverResult, ResultEntry, plain_name, why_of_another_batch
from action_returns.verdicts.verdict import Verdict, Why

if TYPE_CHECKING:
    from action_returns.brand_api.client import BrandApi
    from action_returns.operations.open_batches import OpenBatch

CLOCKS: Final = timedelta(days=1)
"""How far the clock of the network may be from that of this computer, and a file may be late."""


@dataclass(slots=True)
class FileReading:
    """What was read about the files of several batches.

    Args:
        api: the API.
        batches: the batches; those whose rows went one by one have no file.
        began: the time before the first question.
        tell: takes sentences about the progress.
        notes: takes what the user should know, one sentence each.
    """

    api: "BrandApi"
    batches: "Sequence[OpenBatch]"
    began: datetime
    tell: Callable[[str], None]
    notes: list[str]
    files: dict[int, list[FileSubmission]] = field(default_factory=dict)
    are_known: bool = False
    results: dict[int, ReceiverResult] = field(default_factory=dict)

    def read(self) -> None:
        """Read the one list of files for all batches, and the errors of each file."""
        batches = [batch for batch in self.batches if batch.record.channel != BY_ROW]
        if not batches:
            return
        start = min(batch.record.created_at or batch.known.sent_at for batch in batches) - CLOCKS
        self.tell("Asking for the files that the network received …")
        try:
            files = read_file_submissions(self.api, start, self.began + CLOCKS, self.tell)
        except ApiError as error:
            note_refusal(
                self.notes, error, "What the network says of the files is not known, so no row shows as refused."
            )
            return
        self.are_known = True
        by_name = defaultdict(list)
        for file in files:
            by_name[plain_name(file.file_name)].append(file)
        for batch in batches:
            found = by_name.get(plain_name(batch.record.file_name), [])
            self.files[batch.record.number] = [one._replace(batch_id=self.api.show(one.batch_id)) for one in found]
            if found:
                self.results[batch.record.number] = self._result_of(batch, found)

    def is_waiting(self, batch: "OpenBatch") -> bool:
        """Return whether the network has the file of a batch and has not processed it."""
        result = self.results.get(batch.record.number)
        return result is not None and is_waiting(result.status)

    def _result_of(self, batch: "OpenBatch", files: Sequence[FileSubmission]) -> ReceiverResult:
        waiting = [file for file in files if is_waiting(file.status)]
        if waiting or len(files) > 1:
            return ReceiverResult(status=waiting[0].status if waiting else files[0].status, is_whole=False)
        (file,) = files
        result = ReceiverResult((), file.file_name, file.status, file.records, file.errors)
        if file.errors == 0 or not is_finished(file.status):
            return result
        self.tell(f"Asking for the errors of batch {batch.record.label} …")
        try:
            errors = read_file_errors(self.api, file, self.tell)
        except ApiError as error:
            note_refusal(self.notes, error, "The errors of the file are not known, so no row shows as refused.")
            errors = []
        if errors is None or (file.errors is not None and len(errors) != file.errors):
            self.notes.append(
                f"Batch {batch.record.label}: the network counts {counted(file.errors or 0, 'error')} and names "
                f"{len(errors or ()):,}. Look at File Submissions there."
            )
        entries = [
            ResultEntry(
                Verdict.REFUSED,
                Why.NAMED_AS_ERROR,
                ": ".join(filter(None, (one.status, one.reason))) or "no reason",
                line=one.line,
                order_id=one.order_id,
            )
            for one in errors or ()
        ]
        if why := why_of_another_batch(batch.rows, result._replace(entries=entries), file.file_name):
            self.notes.append(
                f"Batch {batch.record.label}: what the network says of the file tells nothing of the rows, because {why}."
            )
            return result
        return result._replace(entries=entries)


def note_refusal(notes: list[str], error: ApiError, so: str) -> None:
    """Add to notes that the token may not read a part, or that the API refuses its range; raise every other error."""
    if error.problem != NOT_ALLOWED and not isinstance(error, RequestRefusedError):
        raise error
    notes.append(f"{error.message} {so}")


def notes_about_files(batch: "OpenBatch", files: Sequence[FileSubmission]) -> tuple[list[str], str]:
    """Return notes about the files that the network lists for a batch, and what makes certain that it has the batch."""
    if not files:
        return [], ""
    label, name = batch.record.label, batch.record.file_name
    if len(files) > 1:
        return [
            f"Batch {label}: the network lists the file {name} {len(files)} times. Look at File Submissions there."
        ], ""
    (file,) = files
    notes = []
    whole = {len(batch.rows), len(batch.rows) + 1}  # the header row may count, as it may in the numbers of lines
    if file.records is not None and file.records not in whole and not is_waiting(file.status):
        notes.append(
            f"Batch {label}: THE NETWORK COUNTS {counted(file.records, 'record').upper()} IN FILE {name}, AND "
            f"{len(batch.rows):,} WERE SENT. Look at File Submissions there, and compare."
        )
    if file.records not in whole:
        return notes, ""
    return notes, f"the network lists file {name} as submission {file.batch_id}, status {file.status}"
