"""Values on their way between Excel and Python: what Excel puts into a VARIANT, and what pywin32 makes of it.

Where pywin32 is installed, each value passes through a VARIANT and pywin32's own two functions, which every call of a
COM object uses. Elsewhere the same rules stand here in Python; `test_fake_com_variants.py` checks both against one table.

On Excel's side of the line a value is None, a float, an int, a bool, a str, or one of the classes below; rows are tuples.
"""

import datetime as dt
from decimal import Decimal

try:
    from pywintypes import TimeType
except ModuleNotFoundError:

    class TimeType(dt.datetime):
        """What pywin32 makes of a date from Excel; it carries a time zone, always UTC."""

    # Code that may not import pywin32 tells its types by their module.
    TimeType.__module__ = "pywintypes"
    HAS_PYWIN32 = False
else:
    HAS_PYWIN32 = True

FIRST_DAY = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)  # 0 in a VARIANT; Excel shows 1 as 1900-01-01, a day later
CENTS_OF_CENTS = 10_000  # of one unit in a VARIANT of money


class CellError(int):
    """An error in a cell. Excel sends it as a number of its own type (VT_ERROR); a plain int never becomes one."""


class Currency(int):
    """Money in ten-thousandths (VT_CY)."""


class Date(float):
    """A date as days since the end of 1899 (VT_DATE)."""


class LongInteger(int):
    """An integer of more than 32 bits (VT_UI4, VT_I8, VT_UI8). Excel has no such type."""


class DateError(Exception):
    """What pywin32 raises for a date that Windows does not have (its name there is pywintypes.error)."""


def in_python(value):
    """What xlwings gets when Excel answers with this value."""
    return _through_pythoncom(value) if HAS_PYWIN32 else _answered(value)


def in_excel(value):
    """What Excel gets when xlwings hands over this value; raises what pywin32 raises."""
    return _from_pythoncom(value) if HAS_PYWIN32 else _given(value)


def _answered(value):
    if isinstance(value, tuple):
        return tuple(map(_answered, value))
    if isinstance(value, Currency):
        return (Decimal(int(value)) / CENTS_OF_CENTS).normalize() + 0
    if isinstance(value, Date):
        return _moment(value)
    if isinstance(value, CellError):
        return int(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"no part of the fake Excel answers with {value!r}")


def _moment(date):
    # The fraction is a time of day also before the first day: -1.25 is six o'clock on the day before.
    days, part = int(date), abs(date - int(date))
    try:
        when = FIRST_DAY + dt.timedelta(days=days, milliseconds=round(part * 86_400_000))
    except OverflowError:
        when = None
    if when is None or when.year < 100:
        raise DateError(0, "VariantTimeToSystemTime", "No error message is available")
    return TimeType(*when.timetuple()[:6], when.microsecond, tzinfo=dt.UTC)


def _given(value):
    if value is None or isinstance(value, (bool, float, str)):
        return value
    if isinstance(value, int):
        if -(2**31) <= value < 2**31:
            return int(value)
        return LongInteger(value) if -(2**63) <= value < 2**64 else float(value)
    if isinstance(value, Decimal):
        money = int(value * CENTS_OF_CENTS)  # cut, not rounded
        if not -(2**63) <= money < 2**63:
            raise OverflowError("int too big to convert")
        return Currency(money)
    if isinstance(value, dt.datetime):
        # A time without a zone is taken as one of this computer, and 14:00 in Berlin gets into the cell as 12:00.
        return Date((value.astimezone(dt.UTC) - FIRST_DAY) / dt.timedelta(days=1))
    if isinstance(value, (list, tuple)):
        return tuple(map(_given, value))
    if isinstance(value, dt.date):
        raise TypeError("must be a pywintypes time object (got datetime.date)")
    raise TypeError(f"Objects of type '{type(value).__name__}' can not be converted to a COM VARIANT")


if HAS_PYWIN32:
    from tests.hosts.fake_com.pythoncom_variants import from_pythoncom as _from_pythoncom
    from tests.hosts.fake_com.pythoncom_variants import through_pythoncom as _through_pythoncom
