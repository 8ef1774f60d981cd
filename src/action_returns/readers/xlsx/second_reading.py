"""Read the Amount column of an unusually written sheet again with openpyxl, which shares no code with us.

Only what could be sent is compared: another number, a number against a text or a date, an amount where we see none.
What is no amount for us either, such as a date, is a finding on its row already.
"""

import os
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, Final

from action_returns.batch.cells import Cell, column_letters, quote
from action_returns.errors import FileError
from action_returns.readers.xlsx.package import LIMITS
from action_returns.readers.xlsx.prolog import refusal_of_prolog
from action_returns.readers.xlsx.sheet import ColumnData

_MOST: Final = 2**24
"""Bytes of XML in a workbook that openpyxl still reads within seconds."""
_digit = re.compile(r"[0-9]").search
_of_no_amount = re.compile(r"[^0-9.,+\-()%]+")


def second_reading(path: Path, sheet: str, column: int, first_row: int, filled: ColumnData) -> str | None:
    """Compare the amounts of a sheet with those that openpyxl reads.

    Args:
        path: the workbook.
        sheet: name of the sheet.
        column: number of the Amount column, 1 for A.
        first_row: the first row of data.
        filled: the columns as they were read; the second holds the amounts, before merged cells are marked.

    Returns:
        A note for the user when openpyxl could not read the amounts, None when it agrees.

    Raises:
        FileError: ``file-unreadable`` when the two readings differ.
    """
    if not filled.rows:
        return None
    try:
        with path.open("rb") as file:
            unfit = _reason_not_read(file)
            if unfit is not None:
                return _note(path, unfit)
            theirs = _read(file, sheet, column, first_row, filled.rows[-1])
    except Exception as error:  # noqa: BLE001  # openpyxl raises whatever the file leads to
        return _note(path, f"openpyxl stopped with {type(error).__name__}")
    ours = dict(zip(filled.rows, filled.columns[1], strict=True))
    if not theirs and any(cell and isinstance(cell, str | float) for cell in ours.values()):
        return _note(path, "openpyxl found none in it")
    for row, their in theirs.items():
        if _differ(ours.get(row), their):
            raise _two_readings(path, sheet, f"{column_letters(column)}{row}", ours.get(row), their)
    return None


def _reason_not_read(file: IO[bytes]) -> str | None:
    """Return why openpyxl must not read a workbook: the parts are looked at in the very file that it gets."""
    with zipfile.ZipFile(file) as parts:
        listed = parts.infolist()
        if sum(part.file_size for part in listed if part.filename.endswith((".xml", ".rels"))) > _MOST:
            return f"its XML is larger than {_MOST >> 20} MB"
        for part in listed:
            with parts.open(part) as stream:
                why = refusal_of_prolog(stream, LIMITS.prolog, other_parsers=True)
            if why is not None:
                return f"one of its parts {why}"
    return None


def _openpyxl() -> Any:
    """Import openpyxl so that it parses with defusedxml and not with lxml, whatever the environment says.

    It decides that once, when it is imported (openpyxl 3.1.5, xml/__init__.py). With lxml it would read styles and relations
    without defusedxml and in more encodings than expat (xml/functions.py), and stop at comments
    (findings/openpyxl_comment_with_lxml.sh).
    """
    with _variables(OPENPYXL_DEFUSEDXML="True", OPENPYXL_LXML="False"):
        import openpyxl

    return openpyxl


@contextmanager
def _variables(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _read(file: IO[bytes], sheet: str, column: int, first: int, last: int) -> dict[int, Any]:
    """Return the filled cells of one column as openpyxl reads them; nothing below or beside is asked for."""
    openpyxl = _openpyxl()
    with warnings.catch_warnings():  # it warns of parts that it does not read
        warnings.simplefilter("ignore")
        with closing(openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)) as book:
            cells = book[sheet].iter_rows(first, last, column, column, values_only=True)
            read = {}
            for row, (cell,) in zip(range(first, last + 1), cells, strict=False):
                if cell is not None:
                    read[row] = cell
            return read


def _differ(our: Cell, their: Any) -> bool:
    """Return whether openpyxl reads an amount of a cell that could be sent otherwise, or not at all."""
    if isinstance(our, float):
        return not _is_number(their) or our != float(their)
    if isinstance(our, str):
        if not isinstance(their, str):
            return True
        # openpyxl does not undo _x000D_, and removes x005F_ wherever it stands.
        return "_" not in our + their and _of_no_amount.sub("", our) != _of_no_amount.sub("", their)
    return our is None and (_is_number(their) or (isinstance(their, str) and _digit(their) is not None))


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _note(path: Path, why: str) -> str:
    return (
        f"{path.name} is written in an unusual way, and its amounts could not be read a second time ({why}). "
        "Compare some amounts with what the spreadsheet program shows."
    )


def _two_readings(path: Path, sheet: str, address: str, our: Cell, their: Any) -> FileError:
    first = "nothing" if our is None else quote(our)
    return FileError(
        "file-unreadable",
        f"{path.name} is written in an unusual way, and two readers read cell {address} of sheet {sheet} differently: "
        f"{first} and {quote(their)}. Nothing of it was used. Open it in the spreadsheet program, look at that "
        "cell, and save it again.",
    )
