"""What came out of a file."""

from dataclasses import dataclass
from pathlib import Path

from action_returns.batch.cells import Columns
from action_returns.errors import FileError


@dataclass(frozen=True, slots=True)
class LoadedBatch:
    """A batch as a file held it.

    Args:
        columns: the raw cells.
        origin: where in the file they stood, for people: ``table Actions on sheet Actions``.
        notes: what the reader left aside or assumed, one sentence each (rows below the table, other sheets, encoding).
    """

    columns: Columns
    origin: str
    notes: tuple[str, ...] = ()


_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0"


def read_batch(path: Path, *, sheet: str | None = None) -> LoadedBatch:
    """Read the batch of a workbook or CSV file. What it is, its content decides, not its name.

    Args:
        path: the file; never written.
        sheet: which sheet, when several could be meant.

    Raises:
        FileError: when it cannot be read as a whole.
    """
    start = _first_bytes(path)
    if start.startswith((_ZIP, _OLE)) or path.suffix.lower() in _WORKBOOKS:
        from action_returns.readers.xlsx.batch import read_workbook

        return read_workbook(path, sheet=sheet)
    from action_returns.readers.csv_file import read_csv

    return read_csv(path.read_bytes(), path.name)


def read_stream(content: bytes) -> LoadedBatch:
    """Read a batch from CSV bytes that came through a pipe.

    Raises:
        FileError: when they cannot be read as a whole.
    """
    from action_returns.readers.csv_file import read_csv

    return read_csv(content, "standard input")


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_OLE))
    except FileNotFoundError:
        raise FileError(
            "file-unreadable", f"There is no file {path}. Check the name and the folder it is in."
        ) from None
    except IsADirectoryError:
        raise FileError(
            "file-unreadable", f"{path} is a folder. Name the workbook or CSV file that is in it."
        ) from None
    except OSError as error:
        raise FileError(
            "file-unreadable",
            f"{path} cannot be opened: {error.strerror or error}. If another program has it open, close it there "
            "or save a copy, and try again.",
        ) from None
