"""Read the number formats of a workbook: which cells show dates, which show an amount otherwise (ECMA-376, 18.8)."""

from typing import Final, NamedTuple

from action_returns.errors import FileError
from action_returns.readers.xlsx.package import Package, too_large
from action_returns.readers.xlsx.structure import is_number, parse_small
from action_returns.readers.xlsx.texts import unescape

_DATED: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82)})
"""Built-in formats that show dates or times (18.8.30): 27 to 36 and 50 to 58 in East Asia, 71 to 81 in Thailand."""
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
_PLAIN: Final = frozenset({"General", "GENERAL", "@", "0.00", "#,##0.00"})
"""Formats known to show every amount as it would be sent, before the rules about formats are loaded."""
_LONGEST_CODE: Final = 255
"""Characters of a number format that Excel takes; each of them is looked at for each amount."""


class Styles(NamedTuple):
    """What the cell formats (the ``s`` of a cell) of a workbook show.

    Args:
        dated: those that show dates or times.
        codes: cell format -> number format code, for those that show some amount otherwise than it is sent.
    """

    dated: frozenset[int]
    codes: dict[int, str]


def read_styles(package: Package, part: str) -> Styles:
    """Read the cell formats of a workbook.

    Args:
        package: the workbook.
        part: the part with its styles.

    Raises:
        FileError: when the part is missing, damaged, or declares a document type.
    """
    formats = _Formats(package, part)
    parse_small(package, part, formats)
    numbers = set(formats.of_cells)
    dated = {number for number in numbers if _is_dated(number, formats.own.get(number))}
    codes = {number: formats.own.get(number) or _BUILT_IN.get(number, "General") for number in numbers - dated}
    telling = {number: code for number, code in codes.items() if not shows_amounts_as_sent(code)}
    return Styles(
        frozenset(at for at, number in enumerate(formats.of_cells) if number in dated),
        {at: telling[number] for at, number in enumerate(formats.of_cells) if number in telling},
    )


def shows_date(code: str) -> bool:
    """Return whether a number format shows a date or a time."""
    if code in _PLAIN or code.lower() == code.upper():  # without a letter, nothing stands for a part of a date
        return False
    from action_returns.batch.format_codes import shows_date as decide

    return decide(code)


def shows_amounts_as_sent(code: str) -> bool:
    """Return whether a number format shows every amount, and every text, with the digits that are sent."""
    if code in _PLAIN:
        return True
    from action_returns.batch.number_formats import read_format

    return read_format(code).is_plain


def _is_dated(number: int, own: str | None) -> bool:
    """Return whether a number format shows dates: by the code that the workbook writes for it, or as a built-in one."""
    return number in _DATED if own is None else shows_date(own)


class _Formats:
    """Collects number formats; a handler for :mod:`action_returns.readers.xlsx.xml`.

    Those of conditional formatting (``dxf``) stand elsewhere and are none of a cell.
    """

    def __init__(self, package: Package, part: str) -> None:
        self._package = package
        self._part = part
        self._inside = ""
        self.own: dict[int, str] = {}
        self.of_cells: list[int] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element.

        Raises:
            FileError: ``file-unreadable`` when the number of a number format is none.
        """
        match self._inside, name:
            case "", "numFmts" | "cellXfs":
                self._inside = name
            case "numFmts", "numFmt":
                self._add(self._number(attributes), attributes.get("formatCode", ""))
            case "cellXfs", "xf":
                self.of_cells.append(self._number(attributes))

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name == self._inside:
            self._inside = ""

    def text(self, text: str) -> None:
        """Take text between tags."""

    def _add(self, number: int, code: str) -> None:
        if len(code) > _LONGEST_CODE:
            raise too_large(self._package.name, f"it has a number format of {len(code):,} characters")
        if code:
            self.own[number] = unescape(code)

    def _number(self, attributes: dict[str, str]) -> int:
        number = attributes.get("numFmtId", "0").strip()
        if not is_number(number):
            raise FileError(
                "file-unreadable",
                f'{self._package.name} is damaged: its part {self._part} has a number format "{number[:20]}", which is no '
                "number, so dates and amounts cannot be told apart. Open it in the spreadsheet program and save it again.",
            )
        return int(number)
