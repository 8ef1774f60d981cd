"""The format of workbooks (.xlsx, .xlsm and their templates); the reader itself is in ``xlsx``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.batch.cells import Cell

if TYPE_CHECKING:
    from action_returns.readers.batch_columns import ColumnAnswers
    from action_returns.readers.batch_file import LoadedBatch

ZIP_START: Final = b"PK"
OLE_START: Final = b"\xd0\xcf\x11\xe0"
"""How an encrypted or an old workbook starts (MS-CFB 2.2); it is refused with its reason."""
_SUFFIXES: Final = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb")
"""The last is refused in words; a file named .xls or .ods may be a text file, as many programs export it."""


def matches(head: bytes, name: str) -> bool:
    """Return whether a file is a workbook or claims to be one by its name."""
    return head.startswith((ZIP_START, OLE_START)) or name.lower().endswith(_SUFFIXES)


def rows(path: Path) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Return the rows of the first visible sheet that hold something: number, and cells from column A on.

    Raises:
        FileError: when the workbook cannot be read.
    """
    from action_returns.readers.xlsx.batch import read_grid

    return read_grid(path, with_formats=True)


def read_batch(path: Path, *, sheet: str | None, columns: "ColumnAnswers") -> "LoadedBatch":
    """Read the batch of a workbook; see :func:`action_returns.readers.xlsx.batch.read_workbook`.

    Raises:
        FileError: when it cannot be read as a whole.
    """
    from action_returns.readers.xlsx.batch import read_workbook

    return read_workbook(path, sheet=sheet, columns=columns)
