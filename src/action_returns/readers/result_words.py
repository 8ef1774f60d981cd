"""Decide what the words of a result say of a row: an error, a success, or neither."""

from collections.abc import Mapping
from typing import Final

from action_returns.verdicts.by_result import WAITING
from action_returns.verdicts.verdict import Verdict, Why

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    # In order of preference, as action_returns.readers.headers.fold_header writes them.
    "line": ("line", "linenumber", "lineno", "row", "rownumber"),
    "action_id": ("actionid",),
    "amount": ("amount",),
    "order_id": ("orderid", "oid"),
    "error": (
        "error",
        "errors",
        "errorreason",
        "errortype",
        "errorcode",
        "errormessage",
        "errordetail",
        "errordetails",
        "failurereason",
    ),
    "status": ("status", "result", "outcome"),
    "reason": ("reason",),
}
"""Field -> folded headers it may have. ``reason`` is the code that was sent, or in a table of lines the error."""
_SUCCESS: Final = frozenset(
    {
        "success",
        "successful",
        "succeeded",
        "ok",
        "processed",
        "complete",
        "completed",
        "accepted",
        "applied",
        "valid",
        "none",
        "no error",
        "no errors",
        "n/a",
        "-",
    }
)
_NO_ERROR: Final = _SUCCESS | {"null", "(null)", "(none)", "nil", "nan", "empty", "no", "false", "0"}
"""Words in a column of errors for none, in small letters."""
_ERRORS: Final = ("error", "fail", "reject", "invalid", "validation", "refus", "denied", "declin")
"""Parts of words for an error, in small letters."""


def entry_of(facts: Mapping[str, str], *, has_line: bool) -> tuple[Verdict | None, Why, str]:
    """Return verdict, why and the receiver's word for one row of a result.

    Args:
        facts: field -> its text.
        has_line: whether the result names lines, as a table of errors does.
    """
    status, error, reason = facts.get("status", ""), facts.get("error", ""), facts.get("reason", "")
    if has_line and not error:
        error = reason
    if status.casefold() in WAITING:
        return Verdict.TOO_EARLY, Why.QUEUED, status
    is_success = status.casefold() in _SUCCESS
    if error and error.casefold() not in _NO_ERROR and not is_success:
        word = f"{error} ({status})" if status and status.casefold() != error.casefold() else error
        return Verdict.REFUSED, Why.NAMED_AS_ERROR, word
    if is_success or not status:
        return None, Why.PROCESSED, ""
    if any(part in status.casefold() for part in _ERRORS):
        return Verdict.REFUSED, Why.NAMED_AS_ERROR, status
    return Verdict.TOO_EARLY, Why.UNKNOWN_WORD, status
