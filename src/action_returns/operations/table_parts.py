"""Change the parts of a workbook beside a worksheet that gets rows: the area of its table, and when formulas are calculated."""

from typing import Any, Final

from action_returns.operations.added_rows import UnusualXmlError, refuse_type
from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser

_TRUE: Final = frozenset({"1", "true"})


def column_formulas(table: bytes) -> dict[int, str]:
    """Return position of a column of a table, from 0 -> the formula of all its rows.

    Args:
        table: the XML of the table.

    Raises:
        UnusualXmlError: it cannot be read, or a formula is one of several cells.
    """
    formulas: dict[int, str] = {}
    columns, inside = -1, False

    def start(name: str, attributes: dict[str, Any]) -> None:
        nonlocal columns, inside
        if name == "tableColumn":
            columns += 1
        elif name == "calculatedColumnFormula":
            if attributes.get("array") in _TRUE:
                raise UnusualXmlError("has a table with a formula for several cells")
            inside, formulas[columns] = True, ""

    def end(name: str) -> None:
        nonlocal inside
        if name == "calculatedColumnFormula":
            inside = False

    def text(piece: str) -> None:
        if inside:
            formulas[columns] += piece

    parser = guarded_parser(refuse_type)
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    try:
        parser.Parse(table, True)
    except ERRORS as error:
        raise UnusualXmlError(f"has a table that cannot be read ({error})") from None
    return formulas


def longer_table(table: bytes, old: str, new: str) -> bytes:
    """Return the XML of a table whose area ends further down.

    Args:
        table: the XML.
        old: its area, ``A3:K203``.
        new: its area with the new rows.

    Raises:
        UnusualXmlError: the area does not stand there as it is usually written.
    """
    found = table.count(f' ref="{old}"'.encode())
    if not 1 <= found <= 2:  # noqa: PLR2004  # the table's own, and that of its filter
        raise UnusualXmlError("has a table whose area is written in an unusual way")
    return table.replace(f' ref="{old}"'.encode(), f' ref="{new}"'.encode())


def calculated_on_load(book: bytes) -> bytes:
    """Return the XML of a workbook whose formulas are calculated when it is opened: the new rows change what they show."""
    start = book.find(b"<calcPr")
    if start < 0:  # without one, Excel calculates
        return book
    end = book.index(b">", start)
    tag = book[start:end]
    if b"fullCalcOnLoad" in tag:
        for no in (b'"0"', b'"false"'):
            tag = tag.replace(b"fullCalcOnLoad=" + no, b'fullCalcOnLoad="1"')
    else:
        short = tag.endswith(b"/")
        tag = tag.removesuffix(b"/") + b' fullCalcOnLoad="1"' + (b"/" if short else b"")
    return book[:start] + tag + book[end:]
