"""Extend the ranges of a worksheet for new rows: conditional formats, data validations, ignored errors, and its area.

Excel extends them when a user types below a table. Without that, a new row would have no colours and no list of codes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from action_returns.batch.cells import area, column_letters
from action_returns.operations.xml_tags import Splice, parse, read_tag, spliced, with_value

_Corners: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom of a range."""
_VALIDATION: Final = "dataValidation"
_WITH_RANGES: Final = frozenset({"conditionalFormatting", _VALIDATION, "ignoredError"})
"""Elements with ``sqref`` (18.3.1.18, 18.3.1.32, 18.3.1.51); in an extension list it is an element (MS-XLSX 2.6)."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How a table grows.

    Args:
        left: number of its first column, 1 for A.
        right: that of its last column.
        first: its first row of data.
        bottom: its last row before.
        last: its last row from now on.
    """

    left: int
    right: int
    first: int
    bottom: int
    last: int


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Some ranges, parted by blanks, and where they stand in the XML."""

    start: int
    end: int
    text: str
    is_validation: bool


def with_grown_ranges(sheet: bytes, growth: Growth) -> bytes:
    """Return the XML of a worksheet whose ranges grow with its table.

    Args:
        sheet: the XML.
        growth: how the table grows.

    Raises:
        UnusualXmlError: it cannot be read.
    """
    found = _find(sheet)
    # No cell has two validations in Excel, so one that begins below the table keeps its cells.
    validated = [corners for one in found if one.is_validation for corners in map(area, one.text.split())]
    splices: list[Splice] = []
    for ranges in found:
        old = ranges.text.split()
        new = [_grown(one, growth, validated if ranges.is_validation else ()) for one in old]
        if new != old:
            splices.append((ranges.start, ranges.end, " ".join(new).encode()))
    return spliced(sheet, splices)


def longer_dimension(sheet: bytes, dimension: tuple[int, str], corner: tuple[int, int, int]) -> list[Splice]:
    """Return the splice of the area of the sheet with the new rows: some readers leave out what is not in it.

    Args:
        sheet: the XML.
        dimension: where the element with the area begins, and the area.
        corner: the first and last column of the new rows, and the last of these rows.
    """
    start, reference = dimension
    covered, (first, last, bottom) = area(reference), corner
    if covered is None or (covered[0] <= first and covered[2] >= last and covered[3] >= bottom):
        return []
    left, right = min(covered[0], first), max(covered[2], last)
    longer = f"{column_letters(left)}{covered[1]}:{column_letters(right)}{max(covered[3], bottom)}"
    return [with_value(sheet, read_tag(sheet, start), "ref", longer)]


def _find(sheet: bytes) -> Sequence[_Ranges]:
    found: list[_Ranges] = []
    path: list[str] = []
    opened = 0

    def start(name: str, attributes: dict[str, Any], at: int) -> None:
        nonlocal opened
        path.append(name)
        if name in _WITH_RANGES and "sqref" in attributes:
            place = read_tag(sheet, at).values["sqref"]
            found.append(_Ranges(*place, attributes["sqref"], name == _VALIDATION))
        elif name.endswith(":sqref"):
            opened = read_tag(sheet, at).end

    def end(name: str, at: int) -> None:
        path.pop()
        parent = path[-1].rpartition(":")[2] if path else ""
        if name.endswith(":sqref") and parent in _WITH_RANGES and at > opened:
            found.append(_Ranges(opened, at, sheet[opened:at].decode("utf-8", "replace"), parent == _VALIDATION))

    parse(sheet, start, end)
    return found


def _grown(reference: str, growth: Growth, taken: Sequence[_Corners | None]) -> str:
    """Return a range as it is, or down to the last new row when it ends with the table.

    Args:
        reference: the range.
        growth: how the table grows.
        taken: ranges that it may not meet.
    """
    corners = area(reference)
    if corners is None:
        return reference
    left, top, right, bottom = corners
    is_one_row = top == bottom and growth.first < growth.bottom
    if bottom != growth.bottom or is_one_row or left > growth.right or right < growth.left:
        return reference
    below = left, bottom + 1, right, growth.last
    if any(one is not None and _meet(one, below) for one in taken):
        return reference
    return f"{column_letters(left)}{top}:{column_letters(right)}{growth.last}"


def _meet(one: _Corners, other: _Corners) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]
