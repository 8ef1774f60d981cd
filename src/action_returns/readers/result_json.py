"""Read a result that is JSON: the errors of a file as the API answers them, a summary, or a list of rows."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from action_returns.errors import FileError
from action_returns.readers.headers import fold_header
from action_returns.readers.json_file import parse_json
from action_returns.verdicts.by_result import ReceiverResult, ResultEntry

if TYPE_CHECKING:
    from action_returns.readers.result_file import ResultLimits

_LISTS: Final = frozenset({"errordetail", "errordetails", "errors", "results", "records", "rows"})
_SUBMISSIONS: Final = frozenset({"ftpfilesubmissions", "ftpsubmissions", "filesubmissions"})
_AGAIN: Final = "Download the errors of the file again."
_ONE_PAGE: Final = frozenset({"", "0", "1"})
_fold = lru_cache(1_000)(fold_header)


def read_result_json(content: bytes, name: str, limits: "ResultLimits") -> ReceiverResult:
    """Read a result.

    Args:
        content: the whole file.
        name: its name, for messages.
        limits: what it may ask for.

    Raises:
        FileError: it is no JSON, or no result.
    """
    from action_returns.readers.result_file import not_a_result

    found = parse_json(content, name, _AGAIN)
    if isinstance(found, list):
        if not found:
            raise not_a_result(name, ())
        return ReceiverResult(_entries(found, name, limits))
    facts = _folded(found, name)
    if _text(facts.get("status")).casefold() == "error" and "filename" not in facts:
        raise FileError(
            "result-not-one",
            f"{name} is an answer with which the network's API refused a request: {_text(facts.get('message'))}. It tells "
            "nothing of a file. Ask again for the errors of the file.",
        )
    listed = next((value for key, value in facts.items() if key in _SUBMISSIONS), None)
    if isinstance(listed, list):
        if len(listed) != 1:
            raise FileError(
                "result-not-one",
                f"{name} has {len(listed):,} submissions, so it is not certain which one is meant. Save the one of this batch.",
            )
        facts |= _folded(listed[0], name)
    rows = [value for key, value in facts.items() if key in _LISTS and isinstance(value, list)]
    if len(rows) > 1 or (not rows and not {"status", "totalrecords", "totalerrors"} & facts.keys()):
        raise not_a_result(name, list(facts))
    entries = _entries(rows[0], name, limits) if rows else []
    total = _whole(facts.get("@total"))
    return ReceiverResult(
        entries,
        file_name=_text(facts.get("filename")),
        status=_text(facts.get("status")),
        records=_whole(facts.get("totalrecords")),
        errors=_whole(facts.get("totalerrors")),
        is_whole=_text(facts.get("@numpages")) in _ONE_PAGE
        and not _text(facts.get("@nextpageuri"))
        and (total is None or total <= len(entries)),
    )


def _entries(rows: Sequence[Any], name: str, limits: "ResultLimits") -> list[ResultEntry]:
    from action_returns.readers.result_file import find_fields, read_entry, text_of

    if len(rows) > limits.rows:
        raise FileError("file-too-large", f"{name} has more than {limits.rows:,} rows, more than a file that is sent.")
    entries: list[ResultEntry] = []
    known: dict[tuple[str, ...], dict[str, int]] = {}
    for row in rows:
        facts = _folded(row, name)
        keys = tuple(facts)
        if keys not in known:
            known[keys] = find_fields(keys, name)
        values = list(facts.values())
        fields = known[keys]
        entries.append(read_entry({field: text_of(values[at]) for field, at in fields.items()}, fields))
    return entries


def _folded(found: Any, name: str) -> dict[str, Any]:
    """Return an object with its keys spelled as headers are compared.

    Raises:
        FileError: it is no object, or has one key twice.
    """
    if not isinstance(found, dict):
        raise FileError("file-unreadable", f"{name} has a part that is no object, where one has to be. {_AGAIN}")
    facts = {_fold(key): value for key, value in found.items()}
    repeated: str = getattr(found, "repeated", "")
    if len(facts) != len(found) or repeated:
        raise FileError(
            "file-unreadable", f"{name} has one key twice, so it is unknown which of the two counts. {_AGAIN}"
        )
    return facts


def _text(value: Any) -> str:
    from action_returns.readers.result_file import text_of

    return "" if isinstance(value, Mapping | list) else text_of(value)


def _whole(value: Any) -> int | None:
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000000") else None
