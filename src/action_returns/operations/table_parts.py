"""Read and change the parts beside a worksheet that gets rows: its table, the formulas of columns, when they are calculated."""

import re
from typing import Any

from action_returns.operations.xml_tags import (
    TRUE,
    Splice,
    UnusualXmlError,
    parse,
    read_tag,
    refuse_type,
    refuse_wide_characters,
    spliced,
    with_value,
)
from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser

_relative_row = re.compile(r"(?<![\w.$])\$?[A-Za-z]{1,3}[0-9]{1,7}(?![\w.(])").search
"""A cell whose row has no ``$`` (18.17.2.3.1), and no function such as LOG10."""


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
            if attributes.get("array") in TRUE:
                raise UnusualXmlError("has a table with a formula for several cells")
            inside, formulas[columns] = True, ""

    def end(name: str) -> None:
        nonlocal inside
        if name == "calculatedColumnFormula":
            inside = False

    def text(piece: str) -> None:
        if inside:
            formulas[columns] += piece

    refuse_wide_characters(table)
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
    splices: list[Splice] = []
    path: list[str] = []

    def start(name: str, attributes: dict[str, Any], at: int) -> None:
        path.append(name)
        # The area of a sort order has no headers; it says how the rows were sorted, and the new ones were not.
        if path in (["table"], ["table", "autoFilter"]):
            if attributes.get("ref") != old:
                raise UnusualXmlError("has a table whose area is written in an unusual way")
            splices.append(with_value(table, read_tag(table, at), "ref", new))

    parse(table, start, lambda _name, _at: path.pop())
    if not splices:
        raise UnusualXmlError("has a table whose area is written in an unusual way")
    return spliced(table, splices)


def calculated_on_load(book: bytes) -> bytes:
    """Return the XML of a workbook whose formulas are calculated when it is opened: the new rows change what they show.

    Args:
        book: the XML.

    Raises:
        UnusualXmlError: it cannot be read.
    """
    splices: list[Splice] = []

    def start(name: str, attributes: dict[str, Any], at: int) -> None:
        # Without this element, Excel calculates.
        if name.rpartition(":")[2] == "calcPr" and attributes.get("fullCalcOnLoad") not in TRUE:
            splices.append(with_value(book, read_tag(book, at), "fullCalcOnLoad", "1"))

    parse(book, start, lambda _name, _at: None)
    return spliced(book, splices)


def names_its_row(formula: str) -> bool:
    """Return whether a formula names a cell by a row that moves with it, as ``B4*2`` does.

    Names in brackets, such as ``[@Amount]``, texts and names of sheets in quotation marks do not count.

    Args:
        formula: the formula, without XML's escapes.
    """
    outside, depth, mark = [], 0, ""
    for sign in formula:
        if mark:
            mark = "" if sign == mark else mark
        elif sign in "\"'" and not depth:
            mark = sign
        elif sign in "[]":
            depth = max(0, depth + (1 if sign == "[" else -1))
        elif not depth:
            outside.append(sign)
            continue
        # What stood here keeps its neighbours apart.
        outside.append(" ")
    return _relative_row("".join(outside)) is not None
