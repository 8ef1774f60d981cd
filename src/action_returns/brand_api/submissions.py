"""Read what the network says of files that it received by FTP or email, and of single changes that it received by its API."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import quote

from action_returns.brand_api import problems
from action_returns.brand_api.actions import check_identity, text_of
from action_returns.brand_api.answers import JsonObject, UnreadableAnswerError
from action_returns.brand_api.client import BrandApi
from action_returns.brand_api.problems import NotFoundError
from action_returns.brand_api.whole_lists import Listing, Row, TooManyRowsError, read_whole, time_text

_MOST_DIGITS: Final = 12

Tell = Callable[[str], None]


class FileSubmission(NamedTuple):
    """A file that the network received (``FTPFileSubmissions``).

    Args:
        batch_id: the network's id of it.
        file_name: its name.
        status: the network's word: Queued, In Progress, Complete, or one that is not documented.
        records: how many records it has; None where the network does not say.
        errors: how many errors it has; None where the network does not say.
        errors_uri: where the errors are listed, ``""`` where the network does not say.
    """

    batch_id: str
    file_name: str
    status: str
    records: int | None
    errors: int | None
    errors_uri: str


class FileError(NamedTuple):
    """An error of a file (``ErrorDetails``).

    Args:
        line: the line of the file, None where the network does not say.
        order_id: the order, ``""`` where the network does not say.
        status: the network's word for its kind.
        reason: the network's word for the reason.
    """

    line: int | None
    order_id: str
    status: str
    reason: str


class ChangeSubmission(NamedTuple):
    """A change that the network received over its API (``APISubmissions``).

    Args:
        status: as in :class:`FileSubmission`.
        error: the network's words for what is wrong, ``""`` for nothing.
    """

    status: str
    error: str


def read_file_submissions(api: BrandApi, start: datetime, end: datetime, tell: Tell) -> list[FileSubmission]:
    """Read the files that the network received between two moments, all of them.

    Args:
        api: the API.
        start: the earliest moment.
        end: the latest moment.
        tell: takes sentences about a list that is read again.

    Raises:
        ApiError: they cannot be read.
    """
    listing = Listing(
        "FTPFileSubmissions",
        "FTPFileSubmissions",
        {"SubmissionDateStart": time_text(start), "SubmissionDateEnd": time_text(end)},
        "The list of files that the network received",
        ("file", "files"),
        lambda found: _file_submission(found, api.show),
        lambda one: one.batch_id,
    )
    return _whole(api, listing, tell)


def read_file_errors(api: BrandApi, submission: FileSubmission, tell: Tell) -> list[FileError] | None:
    """Read all errors of a file; None when the network has no list of them.

    The documented path and the documented examples of the address differ. So the address of the answer comes first, and
    the path when that address is none, is on another host or is not known.

    Raises:
        ApiError: they cannot be read.
    """
    path = f"FTPFileSubmissions/{quote(submission.batch_id, safe='')}/ErrorDetails"
    listing = Listing(
        path,
        "ErrorDetail",
        {},
        f"The errors of file {submission.file_name}",
        ("error", "errors"),
        lambda found: _file_error(found, api.show),
        None,  # two errors of one line may be alike
    )
    for address in (submission.errors_uri, ""):
        if address and not api.is_of_account(address):
            continue
        try:
            return _whole(api, replace(listing, address=address), tell)
        except NotFoundError:
            continue
    return None


def read_change_submission(api: BrandApi, batch_id: str) -> ChangeSubmission | None:
    """Read what became of one change; None when the network does not know it.

    Raises:
        ApiError: it cannot be read.
    """
    try:
        content = api.get(f"APISubmissions/{quote(batch_id, safe='')}", {}).content
        check_identity(content, "BatchId", batch_id)
        words = (api.show(text_of(content.get(key), key)) for key in ("ErrorType", "ErrorReason"))
        return ChangeSubmission(_status(content, api.show), ": ".join(filter(None, words)))
    except NotFoundError:
        return None
    except UnreadableAnswerError as error:
        raise problems.unusable(str(error), api.host) from None


def _whole(api: BrandApi, listing: Listing[Row], tell: Tell) -> list[Row]:
    try:
        return read_whole(api, listing, api.host, tell)
    except TooManyRowsError as too_many:
        raise too_many.error from None


def _file_submission(found: JsonObject, show: problems.ShowWords) -> FileSubmission:
    batch_id, name = (text_of(found.get(key), key) for key in ("BatchId", "FileName"))
    if not batch_id:
        raise UnreadableAnswerError("a submission has no BatchId")
    return FileSubmission(
        batch_id,
        name,
        _status(found, show),
        _number(found, "TotalRecords"),
        _number(found, "TotalErrors"),
        text_of(found.get("ErrorsUri"), "ErrorsUri"),
    )


def _file_error(found: JsonObject, show: problems.ShowWords) -> FileError:
    order_id, status, reason = (text_of(found.get(key), key).strip() for key in ("OrderId", "Status", "Reason"))
    return FileError(_number(found, "Line"), order_id, show(status), show(reason))


def _status(found: JsonObject, show: problems.ShowWords) -> str:
    status = show(text_of(found.get("Status"), "Status"))
    if not status:
        raise UnreadableAnswerError("a submission has no Status")
    return status


def _number(found: JsonObject, key: str) -> int | None:
    """Return a count, None where there is none or it is no whole number: one odd file must not hide all others."""
    text = text_of(found.get(key), key)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
