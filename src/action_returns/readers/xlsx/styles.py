"""Read the number formats of a workbook: which cells show dates, which show an amount otherwise (ECMA-376, 18.8)."""

import re
from typing import Final

from action_returns.readers.xlsx.texts import text_of

_DATED: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in formats that show dates or times."""
_BUILT_IN: Final = {
    # 18.8.30. The currency sign of 5 to 8, 42 and 44 is that of the country the program is set up for.
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* \\(#,##0\\);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)',
    48: "##0.0E+0",
    49: "@",
}
_OPENPYXL_44: Final = _BUILT_IN[44].replace(";", "")
"""openpyxl 3.1 lost the semicolons of this one."""
_PLAIN: Final = frozenset({"General", "GENERAL", "@", "0.00", "#,##0.00"})
"""Formats known to show every amount as it would be sent, before the rules about formats are loaded."""

_own_formats = re.compile(r"<numFmts\b.*?</numFmts>", re.DOTALL).search
_formats = re.compile(r"<numFmt\b[^>]*>").findall
_cell_formats = re.compile(r"<cellXfs\b.*?</cellXfs>", re.DOTALL).search
_format = re.compile(r"<xf\b[^>]*>").findall
_number = re.compile(r'\bnumFmtId="(\d+)"').search
_code = re.compile(r'\bformatCode="([^"]*)"').search
# What stands in quotes, in brackets (but elapsed time [h]) or behind a backslash is shown as it is.
_literal = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_dated = re.compile(r"[dmyhs]", re.IGNORECASE).search


def number_formats(styles: str) -> list[str]:
    """Return the number format code of each cell format (the ``s`` of a cell).

    Args:
        styles: the XML of the styles part.
    """
    own = _own_formats(styles)
    codes = dict(_BUILT_IN)
    for tag in _formats(own[0]) if own else ():
        number, code = _number(tag), _code(tag)
        if number and code:
            codes[int(number[1])] = text_of(code[1].encode())
    return [codes.get(number, "General") for number in _numbers(styles)]


def date_formats(styles: str) -> frozenset[int]:
    """Return the cell formats that show dates or times.

    Args:
        styles: the XML of the styles part.
    """
    dated = set(_DATED)
    for tag in _formats(styles):
        number, code = _number(tag), _code(tag)
        if number and code and shows_date(text_of(code[1].encode())):
            dated.add(int(number[1]))
    return frozenset(at for at, number in enumerate(_numbers(styles)) if number in dated)


def shows_date(code: str) -> bool:
    """Return whether a number format shows a date or a time."""
    return "general" not in code.lower() and _dated(_literal.sub("", code)) is not None


def shows_amounts_as_sent(code: str) -> bool:
    """Return whether a number format shows every amount, and every text, with the digits that are sent."""
    if code in _PLAIN:
        return True
    from action_returns.batch.number_formats import read_format

    return read_format(code).is_plain


def corrected(code: str) -> str:
    """Return a format code that openpyxl gives for a built-in format as the specification has it."""
    return _BUILT_IN[44] if code == _OPENPYXL_44 else code


def _numbers(styles: str) -> list[int]:
    """Return the number format of each cell format by its number."""
    block = _cell_formats(styles)
    tags = _format(block[0]) if block else []
    return [int(number[1]) if (number := _number(tag)) else 0 for tag in tags]
