"""Decide what a file is that is to tell what became of a batch: a pending download, or a result of the receiver.

Read as the wrong one of the two, a file would give false results: a list of errors repeats the amounts that were sent, and a
pending download has a status of each action. So only columns that one of the two alone has decide.
"""

from enum import StrEnum
from pathlib import Path
from typing import Final

from action_returns.errors import FileError
from action_returns.operations.texts import command
from action_returns.readers.headers import ACTION_DATES, ALIASES, fold_header
from action_returns.readers.result_words import FIELDS

_DATES: Final = ACTION_DATES.union(ALIASES["locks_at"])
_OF_PENDING: Final[frozenset[str]] = frozenset().union(
    *(ALIASES[field] for field in ("partner", "currency", "campaign", "original_amount"))
)
_OF_RESULT: Final = frozenset({*FIELDS["line"], *FIELDS["error"]})
_STATES: Final = frozenset({*FIELDS["status"], *ALIASES["state"]})


class FileKind(StrEnum):
    """What a file is."""

    PENDING = "pending"
    """A pending download."""
    RESULT = "result"
    """A result of the receiver, which names errors."""
    UNCLEAR = "unclear"
    """One of the two; the user has to say which."""


def kind_of_file(path: Path) -> FileKind:
    """Return whether a file is a pending download or a result of the receiver, by its columns.

    Args:
        path: the file that the user chose.

    Raises:
        FileError: it cannot be read, or is neither.
    """
    from action_returns.readers.pending_rows import read_headers

    try:
        folded = set(map(fold_header, read_headers(path)))
    except FileError as error:
        return _result_or_raise(path, error)
    is_as_sent = {"amount", "reason"} <= folded
    is_of_pending = not folded.isdisjoint(_DATES) or not (is_as_sent or folded.isdisjoint(_OF_PENDING))
    is_of_result = not folded.isdisjoint(_OF_RESULT)
    if is_of_pending != is_of_result:
        return FileKind.PENDING if is_of_pending else FileKind.RESULT
    if is_as_sent and not is_of_pending:
        if folded.isdisjoint(_STATES):
            raise _as_sent(path)
        return FileKind.RESULT
    return FileKind.UNCLEAR


def refuse_as_pending(path: Path) -> None:
    """Check that a file which is named as a pending download is not one whose amounts are those that were sent.

    Raises:
        FileError: it is a file that is sent, a list of errors, or cannot be read.
    """
    from action_returns.readers.pending_rows import read_headers

    folded = set(map(fold_header, read_headers(path)))
    if not folded.isdisjoint(_DATES):
        return
    if not folded.isdisjoint(FIELDS["error"]):
        raise FileError(
            "pending-other-file",
            f"{path.name} names errors, so it is a result of the receiver, whose amounts are those that were sent. Nothing was "
            f"recorded. Use it as one: {command('reconcile', 'BATCH', '--result', path.name)}",
        )
    if {"amount", "reason"} <= folded:
        raise _as_sent(path)


def _as_sent(path: Path) -> FileError:
    return FileError(
        "pending-other-file",
        f"{path.name} has amounts and reasons, as a file that is sent, and no date of an action. So its amounts say nothing of "
        "what the network has. Nothing was recorded. Choose a new Pending Actions download, or the errors under File "
        "Submissions in the network.",
    )


def _result_or_raise(path: Path, why: FileError) -> FileKind:
    """Return that a file is a result where it can be read as one, such as JSON of a submission; else raise why not."""
    from action_returns.readers.result_file import read_result_file

    try:
        read_result_file(path)
    except FileError:
        raise why from None
    return FileKind.RESULT
