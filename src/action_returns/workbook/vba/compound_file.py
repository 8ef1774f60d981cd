"""Compound files of version 3 (MS-CFB): the little file system in which a VBA project is kept."""

import struct
from typing import Final

from action_returns.workbook.vba.directory import Tree, directory, directory_bytes
from action_returns.workbook.vba.errors import VbaProblem

_SECTOR: Final = 512
_MINI_SECTOR: Final = 64
_MINI_CUTOFF: Final = 4096
"""Streams of fewer bytes are kept in mini sectors (2.2)."""
_ENTRIES_PER_SECTOR: Final = _SECTOR // 4
_MOST_FAT_SECTORS: Final = 109
"""What the header can list (2.2); more would need DIFAT sectors (2.5), which no project of a workbook needs."""

_FREE: Final = 0xFFFFFFFF
_END_OF_CHAIN: Final = 0xFFFFFFFE
_FAT_SECTOR: Final = 0xFFFFFFFD


def compound_file(tree: Tree) -> bytes:
    """Write a compound file. The same tree always gives the same bytes; times and class ids are zero.

    Args:
        tree: the streams and storages of the root.

    Raises:
        VbaProblem: when a name cannot be one, when two names are one to readers, or when it is over 7 MB.
    """
    entries = directory(tree)
    sectors, mini = _Sectors(_SECTOR), _Sectors(_MINI_SECTOR)
    for entry in entries:
        if entry.is_stream:
            entry.size = len(entry.content)
            entry.start = (mini if entry.size < _MINI_CUTOFF else sectors).add(entry.content)
    entries[0].size = len(mini.data)
    entries[0].start = sectors.add(mini.data)
    mini_fat = _table(mini.chain)
    mini_fat_start = sectors.add(mini_fat)
    directory_start = sectors.add(directory_bytes(entries, _SECTOR))
    fat_start = len(sectors.chain)
    fat_count = -(-fat_start // (_ENTRIES_PER_SECTOR - 1))  # each lists itself and 127 others
    if fat_count > _MOST_FAT_SECTORS:
        raise VbaProblem(
            f"The VBA project would have {len(sectors.data):,} bytes; more than 7 MB cannot be written. "
            "Take code out, or put it into an add-in of its own."
        )
    fat = _table([*sectors.chain, *[_FAT_SECTOR] * fat_count])
    header = _header(range(fat_start, fat_start + fat_count), directory_start, mini_fat_start, len(mini_fat) // _SECTOR)
    return header + sectors.data + fat


class _Sectors:
    """Room in sectors of one size, and which sector follows which (2.3; for mini sectors 2.4).

    Args:
        size: bytes of a sector.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray()
        self.chain: list[int] = []

    def add(self, content: bytes | bytearray) -> int:
        """Append content in sectors of its own, and give the number of the first."""
        if not content:
            return _END_OF_CHAIN
        first = len(self.chain)
        last = first + (len(content) - 1) // self.size
        self.chain += [*range(first + 1, last + 1), _END_OF_CHAIN]
        self.data += content.ljust((last - first + 1) * self.size, b"\0")
        return first


def _table(chain: list[int]) -> bytes:
    """Pack sector numbers into whole sectors, filled up with free ones (2.3)."""
    filled = chain + [_FREE] * (-len(chain) % _ENTRIES_PER_SECTOR)
    return struct.pack(f"<{len(filled)}I", *filled)


def _header(fat: range, directory_start: int, mini_fat_start: int, mini_fat_count: int) -> bytes:
    """Give the header (2.2): one sector, with the numbers of the FAT sectors at its end."""
    signature, class_id, reserved = bytes.fromhex("D0CF11E0A1B11AE1"), bytes(16), bytes(6)
    versions = struct.pack("<5H", 0x003E, 3, 0xFFFE, 9, 6)
    tables = struct.pack("<5I", 0, len(fat), directory_start, 0, _MINI_CUTOFF)
    others = struct.pack("<4I", mini_fat_start, mini_fat_count, _END_OF_CHAIN, 0)
    listed = struct.pack(f"<{_MOST_FAT_SECTORS}I", *fat, *[_FREE] * (_MOST_FAT_SECTORS - len(fat)))
    return signature + class_id + versions + reserved + tables + others + listed
