"""Read the dates of a download: as ISO 8601, or with the day or the month first, as a whole column shows it."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import MINYEAR, UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from action_returns.batch.cells import strip_white_space

_SLASHED: Final = re.compile(
    r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})(?:,?[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_NOON: Final = 12
_DAY: Final = len("2026-11-30")
_DAY_IN_DIGITS: Final = len("20261130")
_OTHER_ZONE: Final = timezone(timedelta(hours=1))
_MOST_BETWEEN_ZONES: Final = timedelta(days=2)
"""More than one and the same day can differ between two offsets."""


class UndecidedOrderError(ValueError):
    """The column does not show whether 05/06/2026 is in May or in June."""


def day_comes_first(values: Iterable[object]) -> bool | None:
    """Return whether dates like 05/06/2026 start with the day, as a whole column shows it.

    Returns:
        True or False when any date shows it; None when no date is written that way.

    Raises:
        UndecidedOrderError: when there are such dates and none of them shows it.
    """
    first_over = second_over = slashed = False
    for value in values:
        match = _SLASHED.fullmatch(strip_white_space(value)) if isinstance(value, str) else None
        if match is not None:
            slashed = True
            first_over |= int(match[1]) > _NOON
            second_over |= int(match[2]) > _NOON
    if first_over != second_over:
        return first_over
    if slashed:
        raise UndecidedOrderError
    return None


def parse_moment(value: object, zone: tzinfo, *, day_first: bool | None = None) -> datetime | None:
    """Read a date; one without a time means the start of that day, one without an offset is in the zone.

    Args:
        value: ISO 8601, ``05/06/2026 10:00``, or a datetime.
        zone: the account's time zone.
        day_first: how dates with slashes are written.

    Returns:
        The moment with its time zone, None when it is none: downloads hold impossible dates such as 2017-02-31.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if not isinstance(value, str):
        return None
    text = strip_white_space(value)
    parsed: datetime | None
    if len(text) > _DAY_IN_DIGITS and text.isdecimal():
        return None  # milliseconds since 1970: fromisoformat reads 1770121500000 as 15 December 1770, 00:00
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = _slashed(text, day_first=day_first)
    if parsed is None:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def _slashed(text: str, *, day_first: bool | None) -> datetime | None:
    match = _SLASHED.fullmatch(text)
    if match is None or day_first is None:
        return None
    day, month = (match[1], match[2]) if day_first else (match[2], match[1])
    hour, minute, second = (int(match[group] or 0) for group in (4, 5, 6))
    if match[7]:
        after_noon = match[7] in "Pp"
        if 1 <= hour <= _NOON:
            hour = hour % _NOON + (_NOON if after_noon else 0)
        elif (hour > _NOON) is not after_noon:  # 13:05 AM; some programs write 13:05 PM and 00:30 AM
            return None
    try:
        return datetime(int(match[3]), int(month), int(day), hour, minute, second)  # noqa: DTZ001  # the caller adds it
    except ValueError:
        return None


class LatestDate:
    """Finds the latest date of some columns, one date after the other.

    Args:
        columns: the indexes of these columns.
        sample: rows that show how dates are written; like every row that is looked at, they have all these columns.
        zone: dates without an offset are in it.
        day_first: how dates with slashes are written where their column does not show it.
        limit: later dates are left aside.
    """

    def __init__(
        self,
        columns: Collection[int],
        sample: Sequence[Sequence[object]],
        zone: tzinfo,
        *,
        day_first: bool | None,
        limit: datetime,
    ) -> None:
        self.columns = columns
        self.moment: datetime | None = None
        self.has_offset = True
        """Whether the latest date names its offset from UTC, so that no zone is assumed for it."""
        self.floor = ""
        """Dates that begin with an earlier day of ISO 8601 cannot be the latest, whatever their offset."""
        self._zone = zone
        self._limit = limit
        self._day_first = {}
        for at in self.columns:
            try:
                order = day_comes_first({row[at] for row in sample})
            except UndecidedOrderError:
                order = None
            self._day_first[at] = day_first if order is None else order

    def look_at_all(self, at: int, dates: Collection[object]) -> None:
        """Look at dates of one column."""
        for date in dates:
            if date.__class__ is str and str(date)[:_DAY] < self.floor and str(date)[4:5] == "-":
                continue  # most dates of a long column: parsing each would be slow
            if date:
                self.look_at(at, date)

    def look_at(self, at: int, date: object) -> bool:
        """Look at one date of a column, and return whether it may count: it is a date and not after the limit."""
        moment = parse_moment(date, self._zone, day_first=self._day_first[at])
        if moment is None or moment.year == MINYEAR or moment > self._limit:  # 0001-01-01 is how .NET writes no date
            return False
        if self.moment is None or moment > self.moment:
            self.moment = moment
            other_zone = parse_moment(date, _OTHER_ZONE, day_first=self._day_first[at])
            self.has_offset = other_zone == parse_moment(date, UTC, day_first=self._day_first[at])
            self.floor = (moment - _MOST_BETWEEN_ZONES).isoformat()[:_DAY]
        return True
