"""Formulas and references, from Excel's spelling to LibreOffice's own and back.

LibreOffice's FormulaParser reads Excel's spelling too, but does not know the names of tables (7.4: Err:520). Its own
spelling knows them, and cells take and give it in bulk. It differs in three things: arguments are separated by
semicolons, a sheet stands before a point instead of an exclamation mark, and TRUE is a function.
"""

import re

from tests.hosts.fake_com.cells import ERRORS

_TEXT = re.compile(r'("(?:[^"]|"")*")')
_SHEET = r"(?P<sheet>'(?:[^']|'')+'|[A-Za-z_\u0080-\uffff][\w.]*)"
_EXCEL_SHEET = re.compile(rf"\$?{_SHEET}!(?=[$A-Za-z\d#])")
_CALC_SHEET = re.compile(rf"\$?{_SHEET.replace('[\\w.]', '\\w')}\.(?=\$?[A-Z]{{1,3}}\$?\d|\$?[A-Z]{{1,3}}:|\$?\d+:|#REF!)")
_COLUMN_NAME = re.compile(r"(\[[^\[\]]*\])")
_OTHER_BOOK = re.compile(r"'?\[[^\[\]]+\][^\[\]!]*!")
_CONSTANTS = {"=TRUE()": "TRUE", "=FALSE()": "FALSE"} | {f"={error}": error for error in ERRORS}


def to_calc(formula):
    """Spells "=SUM(Start!A1,2)" as "=SUM($Start.A1;2)"."""
    return "".join(_outside_texts(formula, _part_to_calc))


def to_excel(formula):
    """Spells "=SUM($Start.A1;2)" as "=SUM(Start!A1,2)"; constants lose the equals sign that LibreOffice gives them."""
    return _CONSTANTS.get(formula) or "".join(_outside_texts(formula, _part_to_excel))


def _outside_texts(formula, change):
    for part in _TEXT.split(formula):
        yield part if part.startswith('"') else change(part)


def _part_to_calc(part):
    if "{" in part:
        raise NotImplementedError(f"arrays in formulas: {part}")
    if _OTHER_BOOK.search(part):
        raise NotImplementedError(f"references to other books: {part}")
    return _outside_columns(_EXCEL_SHEET.sub(r"$\g<sheet>.", part), ",", ";")


def _part_to_excel(part):
    if "{" in part:
        raise NotImplementedError(f"arrays in formulas: {part}")
    return _outside_columns(_CALC_SHEET.sub(r"\g<sheet>!", part), ";", ",").replace("TRUE()", "TRUE")


def _outside_columns(part, old, new):
    pieces = _COLUMN_NAME.split(part)
    return "".join(piece if piece.startswith("[") else piece.replace(old, new) for piece in pieces)
