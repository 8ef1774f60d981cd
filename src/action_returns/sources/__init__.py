"""Files in, raw cells out: workbooks, CSV and the pending-actions download. Nothing is ever written."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from action_returns.sources.errors import SourceProblem
from action_returns.sources.reading import Reading

if TYPE_CHECKING:
    from action_returns.sources.pending import header_signature, read_pending
    from action_returns.sources.xlsx.tables import TableRows, read_table, sheet_names
    from action_returns.sources.xlsx.workbook import read_grid

__all__ = [
    "Reading",
    "SourceProblem",
    "TableRows",
    "header_signature",
    "read_batch",
    "read_grid",
    "read_pending",
    "read_stream",
    "read_table",
    "sheet_names",
]

_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0"


def read_batch(path: Path, *, sheet: str | None = None) -> Reading:
    """Read the batch of a workbook or CSV file. What it is, its content decides, not its name.

    Args:
        path: the file; never written.
        sheet: which sheet, when several could be meant.

    Raises:
        SourceProblem: when it cannot be read as a whole.
    """
    start = _first_bytes(path)
    if start.startswith((_ZIP, _OLE)) or path.suffix.lower() in _WORKBOOKS:
        from action_returns.sources.xlsx import read_workbook

        return read_workbook(path, sheet=sheet)
    from action_returns.sources.csv_file import read_csv

    return read_csv(path.read_bytes(), path.name)


def read_stream(content: bytes) -> Reading:
    """Read a batch from CSV bytes that came through a pipe.

    Raises:
        SourceProblem: when they cannot be read as a whole.
    """
    from action_returns.sources.csv_file import read_csv

    return read_csv(content, "standard input")


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_OLE))
    except FileNotFoundError:
        raise SourceProblem(
            "file-unreadable", f"There is no file {path}. Check the name and the folder it is in."
        ) from None
    except IsADirectoryError:
        raise SourceProblem(
            "file-unreadable", f"{path} is a folder. Name the workbook or CSV file that is in it."
        ) from None
    except OSError as error:
        raise SourceProblem(
            "file-unreadable",
            f"{path} cannot be opened: {error.strerror or error}. If another program has it open, close it there "
            "or save a copy, and try again.",
        ) from None


_LAZY = {
    "header_signature": "pending",
    "read_pending": "pending",
    "read_grid": "xlsx.workbook",
    "TableRows": "xlsx.tables",
    "read_table": "xlsx.tables",
    "sheet_names": "xlsx.tables",
}


def __getattr__(name: str) -> Any:
    """Load a reader only where it is asked for: most commands need one of them."""
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f"action_returns.sources.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
