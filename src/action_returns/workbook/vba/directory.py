"""The directory of a compound file (MS-CFB 2.6): names, and the search tree in which readers look them up."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias, Union

from action_returns.workbook.vba.errors import VbaProblem

Tree: TypeAlias = Mapping[str, Union[bytes, "Tree"]]
"""Names of streams with their bytes, and names of storages with what is in them."""

_UNUSED, _STORAGE, _STREAM, _ROOT = 0, 1, 2, 5
_NO_STREAM: Final = 0xFFFFFFFF
_LONGEST_NAME: Final = 31


@dataclass(slots=True)
class Entry:
    """A directory entry (2.6.1): a node in the tree of its siblings, and the way to its content.

    Args:
        name: the name, unique among its siblings.
        kind: the object type.
        content: the bytes of a stream.
        start: number of the first sector of the content.
        size: bytes of the content.
        black: the colour of the node; the other one is red.
        left: number of the node below with the names that come before.
        right: number of the node below with the names that come after.
        child: number of the uppermost entry in a storage.
    """

    name: str
    kind: int
    content: bytes = b""
    start: int = 0
    size: int = 0
    black: bool = True
    left: int = _NO_STREAM
    right: int = _NO_STREAM
    child: int = _NO_STREAM

    @property
    def is_stream(self) -> bool:
        """Whether it has content of its own."""
        return self.kind == _STREAM

    def to_bytes(self) -> bytes:
        """Pack the entry: 128 bytes; class id, flags and times are zero."""
        name = self.name.encode("utf-16-le")
        name_size = len(name) + 2 if name else 0
        tree = (self.left, self.right, self.child)
        class_id_flags_and_times = bytes(16 + 4 + 8 + 8)
        return (
            struct.pack("<64sHBB3I", name, name_size, self.kind, self.black, *tree)
            + class_id_flags_and_times
            + struct.pack("<IQ", self.start, self.size)
        )


def directory(tree: Tree) -> list[Entry]:
    """Make the entries of a tree; the first is the root's. Where their content starts is not known yet.

    Raises:
        VbaProblem: when a name cannot be one, or when two names are one to readers.
    """
    entries = [Entry("Root Entry", _ROOT)]
    entries[0].child = _add_siblings(entries, tree)
    return entries


def _add_siblings(entries: list[Entry], tree: Tree) -> int:
    """Append what is in a storage, and everything below; give the number of the entry that the storage points to."""
    names = sorted(tree, key=_order)
    _check_names(names)
    first = len(entries)
    for name in names:
        content = tree[name]
        entries.append(Entry(name, _STREAM, content) if isinstance(content, bytes) else Entry(name, _STORAGE))
    for number, name in enumerate(names, first):
        content = tree[name]
        if not isinstance(content, bytes):
            entries[number].child = _add_siblings(entries, content)
    full_levels = (len(names) + 1).bit_length() - 1
    return _link(entries, first, first + len(names), full_levels)


def _link(entries: list[Entry], low: int, high: int, full_levels: int) -> int:
    """Make a balanced red-black tree of sorted siblings (2.6.4): black, but for a last level that is not full."""
    if low == high:
        return _NO_STREAM
    middle = (low + high) // 2
    entry = entries[middle]
    entry.left = _link(entries, low, middle, full_levels - 1)
    entry.right = _link(entries, middle + 1, high, full_levels - 1)
    entry.black = full_levels > 0
    return middle


def _order(name: str) -> tuple[int, bytes]:
    """Give what siblings are ordered by (2.6.4): length in UTF-16, then its units in upper case, one for one."""
    upper = "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in name)
    units = upper.encode("utf-16-be")
    return len(units), units


def _check_names(names: list[str]) -> None:
    for name in names:
        if not 0 < len(name.encode("utf-16-le")) // 2 <= _LONGEST_NAME or not set("/\\:!").isdisjoint(name):
            raise VbaProblem(
                f"{name!r} cannot name a stream: a name has 1 to {_LONGEST_NAME} characters, and none of / \\ : !. "
                "Choose another name."
            )
    for name, following in pairwise(names):
        if _order(name) == _order(following):
            raise VbaProblem(f"{name!r} and {following!r} are the same name to a reader. Rename one of them.")


def directory_bytes(entries: list[Entry], sector: int) -> bytes:
    """Pack the entries, filled up to whole sectors with unused ones."""
    data = b"".join(entry.to_bytes() for entry in entries)
    unused = Entry("", _UNUSED, black=False).to_bytes()
    return data + unused * (-len(data) % sector // len(unused))
