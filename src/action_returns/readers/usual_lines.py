"""The pattern of the lines of a download in CSV that can be left out unread: the strict grammar of the fast way.

A line fits when it has a printable ActionId, an order id whose key stands in it as it is, an amount that proves nothing
new, the known currency, and one field for each header. What does not fit is found as a line without a key, for the
caller to read. Each field is quoted or not as in the line that the pattern is made of.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

_PRINTABLE: Final = bytes(range(0x21, 0x7F))
_CAPITALS: Final = bytes(range(ord("A"), ord("Z") + 1))
_DIGITS: Final = bytes.maketrans(b"012345678", b"9" * 9)
_sortable = re.compile(
    rb"([0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?)(Z|[+-][0-9]{2}:[0-9]{2})?"
).fullmatch
"""Dates written alike in one of these ways are in the order of their texts."""

_Find: TypeAlias = Callable[[bytes], list[tuple[bytes, ...]]]


@dataclass(frozen=True, slots=True)
class DownloadColumns:
    """Where the columns of a download are, as indexes in a record.

    Args:
        action_id: its ids.
        order_id: the orders by which rows are looked for, None where the ids are.
        amount: the amounts that are noted, None without such a column.
        currency: what they are in, None without such a column.
        dates: the dates that tell the age of the download.
    """

    action_id: int
    order_id: int | None
    amount: int | None
    currency: int | None
    dates: tuple[int, ...]

    def overlap(self) -> bool:
        """Return whether the user named one column for two things."""
        columns = [
            at for at in (self.action_id, self.order_id, self.amount, self.currency, *self.dates) if at is not None
        ]
        return len(set(columns)) < len(columns)


@dataclass(frozen=True, slots=True)
class AlikeDates:
    """How the dates of a column are written when they are in the order of their texts.

    Args:
        shape: one of them with every digit as a nine.
        offset: the offset that all of them have.
    """

    shape: bytes
    offset: bytes

    def fit(self, dates: Sequence[bytes]) -> bool:
        """Return whether dates are written alike."""
        joined = b"\n".join((*dates, b""))
        is_shaped = joined.translate(_DIGITS) == (self.shape + b"\n") * len(dates)
        return is_shaped and joined.count(self.offset) >= len(dates)


@dataclass(frozen=True, slots=True)
class UsualLines:
    r"""Finds the lines of a block, each as a tuple: the line, its key and its dates.

    A line may end with the ``\r`` before its line feed.

    Args:
        key: where the key is in a tuple.
        dates: index of a column of dates -> where its date is in a tuple.
        alike: index of such a column -> how its dates are written, where that shows which is the latest.
        has_capitals: whether keys are found with capital letters that the keys of orders do not have.
        in_any: finds the lines in any block.
        in_even: finds them in a block whose lines have all their fields and no quotation mark.
        frame: what such a line is without its characters between delimiters and line feeds.
        no_frame: these characters.
    """

    key: int
    dates: Mapping[int, int]
    alike: Mapping[int, AlikeDates]
    has_capitals: bool
    in_any: _Find
    in_even: _Find
    frame: bytes
    no_frame: bytes

    def find(self, block: bytes) -> list[tuple[bytes, ...]]:
        """Return the lines of a block but blank ones; the key of a line that is not usual is ``b""``, as are its dates."""
        frames = block.translate(None, self.no_frame)
        is_even = frames == self.frame * (len(frames) // len(self.frame))
        return (self.in_even if is_even else self.in_any)(block)


def like_line(
    line: bytes, delimiter: bytes, columns: DownloadColumns, *, point: str | None, capitals: bool
) -> UsualLines:
    """Return what finds the lines that are written like one line, and every other line up to its end.

    Args:
        line: the line without its line feed; its delimiters only stand between fields.
        delimiter: the delimiter.
        columns: where the columns are; they do not overlap.
        point: the decimal sign that amounts above have proven, None without one.
        capitals: whether orders have capital letters.
    """
    end = line[len(line.removesuffix(b"\r")) :]
    fields = line.removesuffix(b"\r").split(delimiter)
    free = rb'[^\r\n"%s]*+' % delimiter
    wanted = dict.fromkeys(columns.dates, b"(" + free + b")")
    wanted[columns.action_id] = _any_of(_PRINTABLE, without=delimiter) + b"++"
    if columns.order_id is None:
        wanted[columns.action_id] = b"(" + wanted[columns.action_id] + b")"
    else:
        wanted[columns.order_id] = _order(delimiter, capitals=capitals)
    if columns.amount is not None:
        wanted[columns.amount] = b"-?+[0-9]*+" + (rb"(?:%s[0-9]*+)?+" % re.escape(point.encode()) if point else b"")
    if columns.currency is not None:
        wanted[columns.currency] = re.escape(fields[columns.currency].strip(b'"'))
    written = {at: b'"' + pattern + b'"' if fields[at][:1] == b'"' else pattern for at, pattern in wanted.items()}
    any_field = rb'(?:"[^\r\n"]*+"|' + free + b")"
    whole = delimiter.join(written.get(at, any_field) for at in range(len(fields)))
    key = columns.action_id if columns.order_id is None else columns.order_id
    groups = sorted({key, *columns.dates})
    return UsualLines(
        key=groups.index(key) + 1,
        dates={at: groups.index(at) + 1 for at in columns.dates},
        alike={at: alike for at in columns.dates if (alike := _alike(fields[at].strip(b'"')))},
        has_capitals=capitals,
        in_any=re.compile(b"((?:" + whole + rb"(?=\r?+\n)|[^\n])[^\n]*+)\n?+").findall,
        in_even=re.compile(b"(" + _even(written, columns.dates, delimiter, len(fields), end) + b"|.++)\n?+").findall,
        frame=delimiter * (len(fields) - 1) + end + b"\n",
        no_frame=bytes(one for one in range(256) if one not in delimiter + b'"\r\n'),
    )


def _even(written: Mapping[int, bytes], dates: Sequence[int], delimiter: bytes, width: int, end: bytes) -> bytes:
    """Return the pattern of a usual line, without its line feed, in a block whose lines have all their fields.

    Args:
        written: index of a column -> pattern of its fields.
        dates: the columns of dates.
        delimiter: the delimiter.
        width: fields of each line.
        end: what stands before the line feed.
    """
    last = max(written)
    free = rb"[^%s\n]*+" % delimiter
    patterns = {**written, **{at: b"(" + free + b")" for at in dates if at < width - 1}}
    needed = delimiter.join(patterns.get(at, free) for at in range(last + 1))
    if last == width - 1:
        return needed + end + b"(?=\n)"
    return needed + delimiter + b".*+" + (b"(?<=" + end + b")" if end else b"")


def _order(delimiter: bytes, *, capitals: bool) -> bytes:
    """Return the pattern of an order id whose key is the group: what stands behind one ``#`` and leading zeros."""
    other = delimiter if capitals else delimiter + _CAPITALS
    return b"#?+0*+(" + _any_of(_PRINTABLE, without=other) + b"++)"


def _any_of(characters: bytes, *, without: bytes) -> bytes:
    return b"[" + b"".join(rb"\x%02x" % one for one in characters if one not in without + b'"') + b"]"


def _alike(date: bytes) -> AlikeDates | None:
    """Return how dates are written like this one, None when these are not in the order of their texts."""
    parts = _sortable(date)
    return None if parts is None else AlikeDates(date.translate(_DIGITS), parts[2] or b"")
