"""The list of actions as the API returns it in JSON."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from action_returns.batch.cells import CellError, quote
from action_returns.errors import FileError
from action_returns.readers import read_bytes, translate_open_errors

HEADER_FIRST: Final = True
"""The keys of the objects are the header row."""
ROW_WORD: Final = "entry"

_API_LISTS: Final = frozenset({"Actions", "actions"})
_MOST_BYTES: Final = 128 * 2**20
_MOST_VALUES: Final = 5_000_000
"""Values of a file: 125,000 actions with 40 facts each. Each takes up to 80 bytes of memory."""
_BEFORE_TEXT: Final = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
"""Byte order marks, the zero bytes of UTF-16, and white space."""
_AGAIN: Final = "Fetch the list of all actions from the API again."


def matches(head: bytes, _name: str) -> bool:
    """Return whether a file starts like a JSON object or list."""
    return head.lstrip(_BEFORE_TEXT)[:1] in {b"{", b"["}


def rows(path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
    """Return the keys of the objects as row 0, then each object as a row, with its place in the list.

    A value that is an object, a list or NaN is a :class:`CellError`, so that no later step looks inside it.

    Raises:
        FileError: when the file is too large, is not valid JSON, or holds no list of objects.
    """
    name = path.name
    with translate_open_errors(path):
        if path.stat().st_size > _MOST_BYTES:
            raise _too_large(name, f"{_MOST_BYTES >> 20} MB")
    actions = _list_of_actions(parse_json(read_bytes(path), name), name)
    index: dict[str, int] = {}
    for number, action in enumerate(actions, 1):
        if not isinstance(action, dict):
            what = f"entry {number} of its list is {_describe(action)}, not an object"
            raise FileError("pending-columns-missing", f"{name} holds no list of actions: {what}. {_AGAIN}")
        _refuse_repeated(action, f"entry {number}", name)
        for key in action:
            index.setdefault(key, len(index))
    keys = list(index)
    if actions:
        yield 0, keys
    for number, action in enumerate(actions, 1):
        yield number, _ActionRow(action, keys)


class _ActionRow(Sequence[Any]):
    """An object as a row: one cell for each key of any object, made when it is asked for.

    Objects whose keys all differ would otherwise take rows x keys of memory.
    """

    __slots__ = ("_action", "_keys")

    def __init__(self, action: Mapping[str, Any], keys: Sequence[str]) -> None:
        self._action = action
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, at: Any) -> Any:
        value = self._action.get(self._keys[at])
        return _NESTED.get(value.__class__, value)


class _RepeatingObject(dict[str, Any]):
    """An object that has one key twice. RFC 8259 leaves open which of the two values counts."""

    repeated: str = ""


_NESTED: Final[Mapping[type, CellError]] = {
    dict: CellError("error", "{…}"),
    _RepeatingObject: CellError("error", "{…}"),
    list: CellError("error", "[…]"),
}


def parse_json(content: bytes, name: str, again: str = _AGAIN) -> Any:
    """Return what JSON holds. Numbers are texts, and an object that has one key twice says which (``repeated``).

    Args:
        content: the whole file.
        name: its name, for messages.
        again: what to do when it is damaged, as a sentence.

    Raises:
        FileError: it is no JSON, or larger than a list may be.
    """
    import json

    from action_returns.readers.table_file import NumberText

    if len(content) > _MOST_BYTES:
        raise _too_large(name, f"{_MOST_BYTES >> 20} MB")
    if sum(map(content.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise _too_large(name, f"{_MOST_VALUES:,} values")
    try:
        # Numbers stay the texts they are: money is never a binary fraction on its way here.
        return json.loads(
            content,
            parse_float=NumberText,
            parse_int=NumberText,
            parse_constant=lambda constant: CellError("error", constant),
            object_pairs_hook=_object,
        )
    except RecursionError:
        why = "it has too many lists and objects inside each other"
    except UnicodeDecodeError as error:
        why = f"byte {error.start + 1:,} does not belong to a text in {error.encoding.upper()}"
    except ValueError as error:
        why = str(error)
    raise FileError("file-unreadable", f"{name} is not valid JSON: {why}. {again}")


def _too_large(name: str, size: str) -> FileError:
    return FileError(
        "file-too-large",
        f"{name} has more than {size}, too much for a list in JSON. Use the download of pending actions as .csv, "
        "or fetch the actions of a shorter time.",
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeating = _RepeatingObject(found)
    seen = set[str]()
    for key, _ in pairs:
        if key in seen:
            repeating.repeated = key
        seen.add(key)
    return repeating


def _list_of_actions(found: Any, name: str) -> list[Any]:
    """Return the list of actions that a file is or holds.

    Raises:
        FileError: when there is none, or more than one.
    """
    if isinstance(found, dict):
        _refuse_repeated(found, "its object", name)
        lists = [value for key, value in found.items() if key in _API_LISTS]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list):
        raise FileError(
            "pending-columns-missing",
            f"{name} holds no list of actions, as the API's list of all actions gives it. {_AGAIN}",
        )
    return found


def _refuse_repeated(found: dict[str, Any], what: str, name: str) -> None:
    if isinstance(found, _RepeatingObject):
        raise FileError(
            "file-unreadable",
            f"{name}: {what} has {quote(found.repeated)} twice, so it is unknown which of the two counts. {_AGAIN}",
        )


def _describe(value: Any) -> str:
    """Return what a value is, in the words of JSON."""
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case _:
            return quote(value)
