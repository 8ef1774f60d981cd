"""Raw cells: what a spreadsheet or a CSV file held, before any check."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import compress
from typing import Final, Literal, TypeAlias

from action_returns.batch import amounts
from action_returns.clean_text import name_character

ColumnName: TypeAlias = Literal["ActionId", "Amount", "Reason"]

COLUMN_NAMES: tuple[ColumnName, ColumnName, ColumnName] = ("ActionId", "Amount", "Reason")


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell whose content cannot be taken as a value.

    Args:
        kind: ``error`` for an error value such as #N/A, ``no-value`` for a formula that was not calculated,
            ``merged`` for a cell that is part of a merged area.
        shown: what a person sees in the cell, ``""`` where the cell looks empty.
    """

    kind: Literal["error", "no-value", "merged"]
    shown: str


Cell: TypeAlias = str | float | bool | datetime | date | time | timedelta | CellError | None


@dataclass(frozen=True, slots=True)
class Columns:
    """The three columns of a batch as the file holds them, one entry a row, never cleaned.

    Args:
        action_id: raw cells of the ActionId column.
        amount: raw cells of the Amount column, same length.
        reason: raw cells of the Reason column, same length.
        rows: the number a person sees beside each row; for CSV the line on which the record starts.
        sheet: name of the sheet, None for CSV.
        letters: column letters of ActionId, Amount and Reason on that sheet, None for CSV.
        hidden: the sheet rows that are hidden or filtered away.
        hidden_columns: which of the three columns are hidden as a whole.
        amount_formats: number format code, as the file or Excel has it -> ascending positions, from 0, of the Amount
            cells with that format. Formats that show every amount as it would be sent are left out.
        currency: raw cells of a currency column, same length as the others; None without one.

    Raises:
        ValueError: when the columns differ in length.
    """

    action_id: Sequence[Cell]
    amount: Sequence[Cell]
    reason: Sequence[Cell]
    rows: Sequence[int]
    sheet: str | None = None
    letters: tuple[str, str, str] | None = None
    hidden: frozenset[int] = field(default_factory=frozenset)
    hidden_columns: frozenset[ColumnName] = field(default_factory=frozenset)
    amount_formats: Mapping[str, Sequence[int]] = field(default_factory=dict)
    currency: Sequence[Cell] | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.action_id), len(self.amount), len(self.reason), len(self.rows)}
        if self.currency is not None:
            lengths.add(len(self.currency))
        if len(lengths) != 1:
            raise ValueError(f"the columns and the row numbers differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.rows)


def amount_format_at(columns: Columns, position: int) -> str | None:
    """Return the number format of an Amount cell, None when it is one of those that show every amount as it is sent."""
    for code, positions in columns.amount_formats.items():
        at = bisect_left(positions, position)
        if at < len(positions) and positions[at] == position:
            return code
    return None


def show_nothing(cells: Sequence[Cell]) -> bool:
    """Return whether all cells look blank: they are, or a formula in them gives an empty text."""
    return cells.count(None) + cells.count("") == len(cells)


LAST_ROW: Final = 1_048_576
"""Rows of a worksheet (ECMA-376, Excel specifications and limits)."""

LONGEST_TEXT: Final = 32_767
"""Characters a cell holds, counted as the code units of UTF-16 (Excel specifications and limits)."""

EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
"""The day from which a spreadsheet counts its days (ECMA-376, 18.17.4.1)."""

_reference = re.compile(r"([A-Z]{1,3})([0-9]+)(?::([A-Z]{1,3})([0-9]+))?").fullmatch


def utf16_length(text: str) -> int:
    """Return the length of a text as a spreadsheet program counts it: a character beyond U+FFFF counts twice."""
    return len(text) if len(text) <= LONGEST_TEXT // 2 else len(text.encode("utf-16-le", "surrogatepass")) // 2


def column_letters(number: int) -> str:
    """Return the letters of a column, ``A`` for 1, ``AB`` for 28."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column: 1 for A, 28 for AB."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def split_address(address: str) -> tuple[str, int]:
    """Return the letters and the row of the address of a cell, ``B`` and 7 for ``B7``."""
    letters = address.rstrip("0123456789")
    return letters, int(address[len(letters) :])


def area(reference: str) -> tuple[int, int, int, int] | None:
    """Read ``B2:D9`` as left, top, right, bottom; None when it is none."""
    match = _reference(reference.replace("$", ""))
    if match is None:
        return None
    left, top = column_number(match[1]), int(match[2])
    return left, top, column_number(match[3]) if match[3] else left, int(match[4]) if match[4] else top


def campaign_of(action_id: str) -> str:
    """Return the campaign of a mobile ActionId, ``8882`` for ``M.8882.4808.1``; ``""`` for any other text.

    It is the first number (in impact.com's API samples it equals the record's CampaignId).
    """
    parts = action_id.split(".", 2)
    return parts[1] if parts[0] == "M" and len(parts) > 1 else ""


_INVISIBLE: Final = (
    r"\s"  # every Unicode white space, NBSP, narrow NBSP and line breaks included
    r"\x00-\x1f\x7f-\x9f"  # control characters
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen and other invisible characters
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"  # zero-width, bidi controls, word joiner, fillers
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # variation selectors, byte order mark, annotation marks
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # other default-ignorable code points, tags
)
_WHITE_SPACE: Final = re.compile(f"[{_INVISIBLE}]+")
_find_visible: Final = re.compile(f"[^{_INVISIBLE}]").search
_NAMED: Final = re.compile(rf"(?! )[{_INVISIBLE}\ud800-\udfff]")
# Not across a tab or a line break: "5" above "100" in one cell is two amounts, not 5100.
_SAME_LINE: Final = rf"(?![\t-\r\x1c-\x1f\x85\u2028\u2029])[{_INVISIBLE}]"
_GROUPING: Final = re.compile(rf"[0-9]{{1,3}}(?:{_SAME_LINE}[0-9]{{3}})+(?:[.,][0-9]+)?")


def remove_white_space(text: str) -> str:
    """Return the text without any white space or invisible character."""
    return _WHITE_SPACE.sub("", text)


def strip_white_space(text: str) -> str:
    """Return the text without the white space and invisible characters around it."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    first, last = _find_visible(text), _find_visible(text[::-1])  # "[...]+$" would look at each blank inside many times
    return "" if first is None or last is None else text[first.start() : len(text) - last.start()]


def may_be_joined(text: str) -> bool:
    """Return whether a number without its white space is still the number a reader sees.

    True for white space around it and between thousands (``1 234.50``), not for ``12 50``, which may be 12.50.
    """
    inner = strip_white_space(text)
    return _WHITE_SPACE.search(inner) is None or _GROUPING.fullmatch(inner) is not None


def show_invisible(text: str) -> str:
    """Return the text with every invisible character but the ordinary space named, such as ``[U+00A0]``."""
    return _NAMED.sub(lambda match: name_character(match[0]), text)


@dataclass(frozen=True, slots=True)
class ReadyRows:
    """Rows without an error, in sheet order, as columns of equal length.

    Args:
        action_ids: the ids, exactly as the cells hold them.
        cents: the new order totals in integer cents; 0 reverses.
        reasons: the reason codes.
        rows: the row number a person sees beside each; empty when the rows come from elsewhere.
    """

    action_ids: Sequence[str]
    cents: Sequence[int]
    reasons: Sequence[str]
    rows: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.action_ids)

    def without(self, left_out: AbstractSet[int]) -> "ReadyRows":
        """Return the rows but those with these sheet rows."""
        stay = [row not in left_out for row in self.rows]
        return ReadyRows(
            action_ids=list(compress(self.action_ids, stay)),
            cents=list(compress(self.cents, stay)),
            reasons=list(compress(self.reasons, stay)),
            rows=list(compress(self.rows, stay)),
        )

    def __iter__(self) -> Iterator[tuple[str, int, str]]:
        return zip(self.action_ids, self.cents, self.reasons, strict=True)


_like_a_cell = re.compile(r"[A-Za-z]{1,3}+[0-9]++|[Rr]?+[0-9]*+(?:[Cc][0-9]*+)?+").fullmatch

_MOST_SHOWN: Final = 60
"""Characters of a cell that a message repeats."""


def display_cell(cell: object) -> str:
    """Return what the cell shows to a person."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case int() if abs(cell) >= 10**300:  # beyond what can be formatted as a float
            return "a number of more than 300 digits"
        case float() | int():
            return repr(cell).removesuffix(".0") if abs(cell) < amounts.LIMIT else f"{cell:.6G}"
        case CellError():
            return cell.shown
        case datetime() | date() | time():
            return cell.isoformat().replace("T", " ")
        case timedelta():
            return str(cell)
        case _:
            return f"a {type(cell).__name__}"


def quote(cell: object) -> str:
    """Return what the cell shows in quotes, shortened, with invisible characters named."""
    text = display_cell(cell)
    short = text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
    return f'"{show_invisible(short)}"'


def quote_sheet(name: str) -> str:
    """Write a sheet's name as it stands in an address: quoted unless it is one plain word (ECMA-376, 18.17.2.2).

    A word that could be a cell itself, such as Q4, Nov2026 or R1C1, is quoted too.
    """
    plain = name.isidentifier() and name.isascii() and not _like_a_cell(name)
    return name if plain else "'" + name.replace("'", "''") + "'"
