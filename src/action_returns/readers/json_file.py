"""The list of actions as the API returns it in JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from action_returns.errors import FileError
from action_returns.readers import read_bytes

HEADER_FIRST: Final = True
"""The keys of the objects are the header row."""

_API_LISTS: Final = ("Actions", "actions")


def matches(head: bytes, _name: str) -> bool:
    """Return whether a file starts like a JSON object or list."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def rows(path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    """Return the keys of the objects as row 1, then each object as a row.

    Raises:
        FileError: when it is not valid JSON, or holds no list of objects.
    """
    import json

    from action_returns.readers.table_file import NumberText

    content = read_bytes(path)
    try:
        # Numbers stay the texts they are: money is never a binary fraction on its way here.
        found = json.loads(content, parse_float=NumberText, parse_int=NumberText)
    except (ValueError, RecursionError) as error:
        raise FileError(
            "file-unreadable", f"{path.name} is not valid JSON: {error}. Fetch the list of actions again."
        ) from None
    if isinstance(found, dict):
        found = next((found[key] for key in _API_LISTS if key in found), None)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise FileError(
            "pending-columns-missing",
            f"{path.name} holds no list of actions, as the API's list of all actions gives it.",
        )
    headers = list(dict.fromkeys(key for item in found for key in item))
    return enumerate([headers, *([item.get(key) for key in headers] for item in found)], 1)
