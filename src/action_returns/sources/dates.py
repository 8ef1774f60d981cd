"""Dates of a download: with their time zone, or not at all."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final

_SLASHED: Final = re.compile(
    r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})(?:,?[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_NOON: Final = 12


class UndecidedOrder(ValueError):
    """The column does not tell whether 05/06/2026 is in May or in June."""


def day_comes_first(values: Iterable[object]) -> bool | None:
    """Tell from a whole column whether dates like 05/06/2026 start with the day.

    Returns:
        True or False when any date tells; None when no date is written that way.

    Raises:
        UndecidedOrder: when there are such dates and none of them tells.
    """
    first_over = second_over = slashed = False
    for value in values:
        match = _SLASHED.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is not None:
            slashed = True
            first_over |= int(match[1]) > _NOON
            second_over |= int(match[2]) > _NOON
    if first_over != second_over:
        return first_over
    if slashed:
        raise UndecidedOrder
    return None


def moment(value: object, zone: tzinfo, *, day_first: bool | None = None) -> datetime | None:
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
    text = value.strip()
    parsed: datetime | None
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
    hour = int(match[4] or 0)
    if match[7]:
        hour = hour % _NOON + (_NOON if match[7] in "Pp" else 0)
    try:
        start = datetime(int(match[3]), int(month), int(day))  # noqa: DTZ001  # the caller gives it its zone
        return start + timedelta(hours=hour, minutes=int(match[5] or 0), seconds=int(match[6] or 0))
    except (ValueError, OverflowError):
        return None
