"""Patterns that read every row of a block in one search: the strict grammar of the fast way.

A row is read fast only when each of its tags is written as the common programs write it (ECMA-376, 18.3.1.4 and
18.3.1.73): ``name="value"`` with one blank before it, the address first, and no attribute twice. Every address must
name the row it stands in. What does not match is read by :mod:`action_returns.readers.xlsx.cells` or, in the end, by
an XML parser.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from action_returns.batch.cells import column_letters, column_number

ATTRIBUTES: Final = rb'(?: (?!xmlns)[A-Za-z][A-Za-z0-9:]*+="[^"<>&]*+")*+'
"""Attributes of a tag, as the common programs write them; none of them declares a namespace."""
CLOSED: Final = rb" ?+/>"
"""The end of a tag without content; Python's own XML writer, and so openpyxl, puts a blank before it."""
FORMULA: Final = rb'<f(?: [A-Za-z][A-Za-z0-9:]*+="[^"<>]*+")*+(?:' + CLOSED + rb"|>[^<]*+</f>)"
BLANKS: Final = rb"[ \t\r\n]*+"
OPEN_TEXT: Final = rb'<t(?: xml:space="preserve")?+>'
_END_TEXT: Final = rb"</t>" + BLANKS + rb"</is>"
NEXT_ROW: Final = BLANKS + rb"(?=<row|\Z)"
INSIDE_ROW: Final = rb"(?:[^<]++|<(?!row|/row>))*+"
"""What stands in a row, or in its tag: it ends at the next row, so no search for the end goes through all rows."""
NUMBER: Final = rb"[-+.0-9eE]++"

COLUMN: Final = rb"(?:[A-Z]{1,2}|[A-W][A-Z]{2}|X[A-E][A-Z]|XF[A-D])"
"""Letters of a column, XFD the last."""

_shown_attributes: Final = (
    rb'(?: (?!xmlns|r=|hidden="(?!0"|false")|ht="(?![0.]*+[1-9][0-9.]*+"))'
    rb'[A-Za-z][A-Za-z0-9:]*+="[^"<>&]*+")*+'
)
"""Attributes of a row that is visible: it is not hidden, and its height is not 0."""
_ANY_VALUE: Final = rb"<v>[^<]*+</v>|<v ?/>|<is>" + BLANKS + OPEN_TEXT + rb"[^<]*+" + _END_TEXT
_KINDS: Final = frozenset({b"", b"s", b"n", b"str", b"inlineStr"})
"""Kinds of cells that one search can read (18.18.11); ``b""`` is a number."""
_CELL: Final = (
    rb'<c r="('
    + COLUMN
    + rb')([0-9]{1,9}+)"(?: s="([0-9]{1,9}+)")?+(?: t="([A-Za-z]++)")?+('
    + ATTRIBUTES
    + rb")(?:"
    + CLOSED
    + rb"|>"
    + BLANKS
    + rb"("
    + FORMULA
    + rb")?+"
    + BLANKS
    + rb'(?:<v(?: xml:space="preserve")?+>([^<]++)</v>|(<v ?/>|<v></v>)|(<is>)'
    + BLANKS
    + OPEN_TEXT
    + rb"([^<]*+)"
    + _END_TEXT
    + rb")?+"
    + BLANKS
    + rb"</c>)"
    + BLANKS
    + rb"(?=<c[ >/]|\Z)"
)
find_cells = re.compile(_CELL).findall
"""Cells of a row: letters, number, style, kind, other attributes, formula, value, empty value, start of an inline text,
inline text."""
_kind_first = re.compile(rb' t="[A-Za-z]+" s="').search
_between_tags = re.compile(rb">[ \t\r\n]+<").search
_METADATA: Final = rb'(?: cm="[0-9]{1,9}+")?+(?: vm="[0-9]{1,9}+")?+'
"""Attributes that Excel writes behind the kind of a cell, such as that of a dynamic array formula (18.3.1.4)."""
_metadata_alone = re.compile(_METADATA).fullmatch
_style_alone = re.compile(rb' s="([0-9]{1,9})"').fullmatch
_row = re.compile(rb'<row r="([0-9]{1,9}+)"(' + _shown_attributes + rb")>(.*)</row>" + BLANKS, re.DOTALL).fullmatch
_MOST_CELLS: Final = 500
"""Cells of a row that a pattern is made of. To make one takes time and memory for each of them, a thousand times those of
reading it, and a small file can hold rows as wide as a sheet."""


@dataclass(frozen=True, slots=True)
class CellGroups:
    """Where a match has one wanted cell: indexes of its groups, None where there is no such group.

    Args:
        kind: its kind, ``b"n"`` for a number.
        style: the cell format.
        value: what stands in ``v``, or the inline text where the pattern knows the kind.
        inline: where it does not, the inline text behind its tag ``<t>``, so that it is never empty.
        known: the kind, where the pattern knows it.
    """

    value: int
    style: int | None = None
    kind: int | None = None
    inline: int | None = None
    known: bytes = b""


@dataclass(frozen=True, slots=True)
class RowPattern:
    """A pattern for whole rows.

    Args:
        pattern: matches a row; the first group is its number.
        groups: number of a wanted column -> where its cell is; columns without a value are left out.
        hidden: index of the group that holds something where the row is hidden; None when none that fits is.
        has_others: whether the last group holds whole rows that the other groups do not fit.
    """

    pattern: re.Pattern[bytes]
    groups: dict[int, CellGroups]
    hidden: int | None = None
    has_others: bool = False


def like_row(row: bytes, wanted: Sequence[int], *, with_styles: bool) -> RowPattern | None:
    """Return the pattern of all rows that are written like one row.

    None when it is not written as common programs do, or has very many cells.

    Args:
        row: from ``<row`` to ``</row>``.
        wanted: numbers of the columns to read.
        with_styles: whether cell formats are read too.
    """
    head = _row(row)
    if head is None:
        return None
    cells = find_cells(head[3])
    if len(cells) != head[3].count(b"<c") or len(cells) > _MOST_CELLS:
        return None
    columns = {column_letters(number).encode(): number for number in wanted}
    gap = _gap(row)
    pattern = [rb'<row r="([0-9]{1,9}+)"', _any_digits(head[2]), rb">", gap]
    groups: dict[int, CellGroups] = {}
    at, last = 1, 0
    for letters, number, style, kind, others, formula, value, empty, _, inline in cells:
        before, last = last, column_number(letters.decode())
        style_behind = _only_style(others)
        if number != head[1] or not (style_behind or _metadata_alone(others)) or last <= before:
            return None
        is_wanted = letters in columns
        is_read = is_wanted and bool(value or inline)
        if is_wanted and not is_read and (kind or formula or empty):
            return None
        if is_read and (kind not in _KINDS or bool(inline) != (kind == b"inlineStr")):
            return None
        has_style = is_read and with_styles
        written = [_style(style or style_behind, is_group=has_style), b' t="%s"' % kind if kind else b""]
        pattern += [rb'<c r="%s\1"' % letters, *(reversed(written) if style_behind else written)]
        pattern.append(_METADATA if others and not style_behind else b"")
        if is_read:
            pattern.append(_content(kind, gap, has_formula=bool(formula), is_inline=bool(inline)))
            groups[columns[letters]] = CellGroups(at + has_style, at if has_style else None, known=kind or b"n")
            at += 1 + has_style
        elif value or inline or formula or empty:
            pattern.append(_any_content(gap))
        else:
            pattern.append(rb"(?:" + CLOSED + rb"|></c>)")
        pattern.append(gap)
    pattern += [rb"</row>", NEXT_ROW]
    return RowPattern(re.compile(b"".join(pattern)), groups)


def any_row(wanted: Sequence[int], like: bytes) -> RowPattern:
    """Return the pattern that takes wanted cells of any kind; rows that it does not fit come as a whole.

    Args:
        wanted: numbers of the columns to read.
        like: rows that show whether the format of a cell stands before its kind, or behind it as Apache POI writes it.
    """
    ordered = sorted(set(wanted))
    letters = [column_letters(number).encode() for number in ordered]
    gap = _gap(like)
    between = (
        rb'(?:<c r="(?!(?:%s)\1")%s\1"' % (b"|".join(letters), COLUMN)
        + ATTRIBUTES
        + rb"(?:"
        + CLOSED
        + rb"|"
        + _any_content(gap)
        + rb")"
        + gap
        + rb")*+"
    )
    style, kind = rb'(?: s="([0-9]{1,9}+)")?+', rb'(?: t="([A-Za-z]++)")?+'
    kind_first = _kind_first(like) is not None
    cell = (
        rb'(?:<c r="%s\1"'
        + (kind + style if kind_first else style + kind)
        + (_METADATA if b' cm="' in like else b"")
        + rb"(?:"
        + CLOSED
        + rb"|></c>|>"
        + gap
        + rb"(?:"
        + _optional(FORMULA + gap)
        + rb"<v>([^<]++)</v>|<is>"
        + BLANKS
        + rb"("
        + OPEN_TEXT
        + rb"[^<]*+)"
        + _END_TEXT
        + rb")"
        + gap
        + rb"</c>)"
        + gap
        + rb")?+"
    )
    row = rb'<row r="([0-9]{1,9}+)"' + _shown_attributes + rb'( hidden="(?:1|true)")?+' + _shown_attributes
    row += rb">" + gap + between
    row += b"".join(cell % name + between for name in letters) + rb"</row>"
    pattern = rb"(?:" + row + rb"|(<row[ >/](?:[^<>]*+(?<=/)>|" + INSIDE_ROW + rb"</row>)))" + NEXT_ROW
    groups = {
        number: CellGroups(at + 2, style=at + kind_first, kind=at + (not kind_first), inline=at + 3)
        for number, at in zip(ordered, range(2, 4 * len(ordered) + 2, 4), strict=True)
    }
    return RowPattern(re.compile(pattern, re.DOTALL), groups, hidden=1, has_others=True)


def _only_style(others: bytes) -> bytes:
    """Return the cell format where it is the one attribute behind the kind of a cell, else ``b""``."""
    match = _style_alone(others)
    return match[1] if match else b""


def _any_digits(attributes: bytes) -> bytes:
    """Return the pattern of the attributes of a visible row with any numbers in them, but visible all the same."""
    pattern = re.sub(rb'(hidden="0")|[0-9]+', lambda match: match[1] or b"[0-9]++", re.escape(attributes))
    return pattern.replace(rb'\ ht="', rb'\ ht="(?=[0-9.]*[1-9])')


def _style(style: bytes, *, is_group: bool) -> bytes:
    if not is_group:
        return rb' s="[0-9]{1,9}+"' if style else b""
    return rb' s="([0-9]{1,9}+)"' if style else b"()"


def _gap(row: bytes) -> bytes:
    """Return what may stand between two tags of rows like this one: white space only where it has some."""
    return BLANKS if _between_tags(row) else b""


def _content(kind: bytes, gap: bytes, *, has_formula: bool, is_inline: bool) -> bytes:
    if is_inline:
        return rb">" + gap + rb"<is>" + BLANKS + OPEN_TEXT + rb"([^<]*+)" + _END_TEXT + gap + rb"</c>"
    allowed = {b"s": rb"[0-9]++", b"str": rb"[^<]++"}.get(kind, NUMBER)
    return rb">" + gap + (FORMULA + gap if has_formula else b"") + rb"<v>(" + allowed + rb")</v>" + gap + rb"</c>"


def _any_content(gap: bytes) -> bytes:
    return rb">" + gap + _optional(FORMULA + gap) + _optional(rb"(?:" + _ANY_VALUE + rb")" + gap) + rb"</c>"


def _optional(pattern: bytes) -> bytes:
    return rb"(?:" + pattern + rb")?+"
