"""Read files into columns of cells; nothing is ever written.

A file format is one module and its line in :data:`FORMATS`. The module has ``matches`` and ``rows``, and ``read_batch``
when a batch can be in such a file. A module is imported only when it is asked or used.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from action_returns.errors import FileError
from action_returns.files import open_to_read

if TYPE_CHECKING:
    from action_returns.readers.batch_columns import ColumnAnswers
    from action_returns.readers.batch_file import LoadedBatch

FORMATS: Final[tuple[str, ...]] = (
    "action_returns.readers.workbook_file",
    "action_returns.readers.json_file",
    "action_returns.readers.csv_file",  # last, because it takes every file
)
"""The module of each format; the first one that takes a file reads it."""

_FROM_GOOGLE: Final = (
    "Download it there first: File, Download, Microsoft Excel (.xlsx) in Google Sheets. Then name the downloaded file."
)
_HEAD: Final = 4096
"""Bytes of a file by which its format is known."""


class Format(Protocol):
    """A module that reads one file format.

    ``HEADER_FIRST = True`` says that the first row is always the header row. ``ROW_WORD = "entry"`` says what messages call
    a row, where it is not a row.
    """

    def matches(self, head: bytes, name: str) -> bool:
        """Return whether a file is of this format.

        Args:
            head: the first bytes of the file.
            name: its name, in any capitals.
        """

    def rows(self, path: Path) -> Iterator[tuple[int, Sequence[Any]]]:
        """Return the rows that hold something: number (row of the sheet, line of the text, entry of the list) and cells.

        Raises:
            FileError: when the file cannot be read.
        """


class BatchFormat(Format, Protocol):
    """A format that can hold a batch."""

    def read_batch(self, path: Path, *, sheet: str | None, columns: "ColumnAnswers") -> "LoadedBatch":
        """Read the batch of a file.

        Args:
            path: the file.
            sheet: the sheet to read, when several could be meant.
            columns: what the user said about its columns.

        Raises:
            FileError: when it cannot be read as a whole.
        """


def find_format(path: Path) -> Format:
    """Return the format of a file. Its content decides, its name only where the content does not.

    Raises:
        FileError: when it cannot be opened.
    """
    return _first_match(path, "rows")


def find_batch_format(path: Path) -> BatchFormat:
    """Return the format of a file that is to be read as a batch.

    Raises:
        FileError: when it cannot be opened.
    """
    return cast("BatchFormat", _first_match(path, "read_batch"))


def _first_match(path: Path, function: str) -> Format:
    with translate_open_errors(path), open_to_read(path) as file:
        head = file.read(_HEAD)
    if path.suffix.lower() == ".gsheet":
        raise FileError("file-unreadable", f"{path.name} is a link to a sheet of Google. {_FROM_GOOGLE}")
    modules = (cast("Format", import_module(name)) for name in FORMATS)
    return next(module for module in modules if hasattr(module, function) and module.matches(head, path.name))


def read_bytes(path: Path) -> bytes:
    """Read a whole file.

    Raises:
        FileError: when it cannot be opened.
    """
    with translate_open_errors(path):
        return path.read_bytes()


@contextmanager
def translate_open_errors(path: Path) -> Iterator[None]:
    """Convert an error of the operating system while a file is opened or read into one sentence for the user.

    Raises:
        FileError: ``file-unreadable`` instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise open_error(path, error) from None


def open_error(path: Path, error: OSError) -> FileError:
    """Return the refusal of a file that the operating system does not open."""
    if os.name == "nt":
        from action_returns import windows_files

        error = windows_files.explain(error, windows_files.READ, path)
    # Path.is_dir raises where it may not look.
    if isinstance(error, IsADirectoryError) or os.path.isdir(path):  # noqa: PTH112
        text = f"{path} is a folder. Name a file that is in it."
    elif str(path).startswith(("http:", "https:")):
        text = f"{path} is an address, not a file. {_FROM_GOOGLE}"
    elif todo := getattr(error, "to_read", ""):
        text = f"{path} cannot be opened: {error.strerror}. {todo}"
    elif isinstance(error, FileNotFoundError):
        text = f"There is no file {path}. Check the name and the folder it is in."
    else:
        text = (
            f"{path} cannot be opened: {error.strerror or error}. If another program has it open, close it there "
            "or save a copy, and try again."
        )
    return FileError("file-unreadable", text)
