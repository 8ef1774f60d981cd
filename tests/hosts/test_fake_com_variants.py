"""What crosses between Excel and Python arrives as pywin32 converts it: the same table holds with and without pywin32."""

import datetime as dt
import math
import sys
from decimal import Decimal

import pytest

from tests.hosts.fake_com.variants import CellError, Currency, Date, LongInteger, TimeType, in_excel, in_python


def moment(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


READ = [
    (None, None),
    (True, True),
    (False, False),
    (12.5, 12.5),
    (9007199254740993.0, 9007199254740992.0),
    (5, 5),
    ("M.1.1.1", "M.1.1.1"),
    ("", ""),
    ("a\0b", "a\0b"),
    ("\ud800", "\ud800"),
    ("\N{PACKAGE}", "\N{PACKAGE}"),
    (CellError(-2146826246), -2146826246),
    (Currency(123_457), Decimal("12.3457")),
    (Currency(-499_000), Decimal("-49.9")),
    (Currency(0), Decimal(0)),
    (Currency(1_000_000), Decimal(100)),
    (Currency(2**63 - 1), Decimal("922337203685477.5807")),
    (Date(46154.0), moment(2026, 5, 12)),
    (Date(46154.35418), moment(2026, 5, 12, 8, 30, 1, 152_000)),
    (Date(46154 + 86_399.9996 / 86_400), moment(2026, 5, 13)),
    (Date(1.0), moment(1899, 12, 31)),
    (Date(60.0), moment(1900, 2, 28)),
    (Date(0.5), moment(1899, 12, 30, 12)),
    (Date(-5.0), moment(1899, 12, 25)),
    (Date(-1.25), moment(1899, 12, 29, 6)),
    (Date(2_958_465.0), moment(9999, 12, 31)),
    ((("a", 1.0), (None, Currency(52_500))), (("a", 1.0), (None, Decimal("5.25")))),
    (("a", "b"), ("a", "b")),
    ((("row", Date(46154.0)),), (("row", moment(2026, 5, 12)),)),
    ((("column",), (CellError(-2146826273),)), (("column",), (-2146826273,))),
]


@pytest.mark.parametrize(("held", "arrives"), READ, ids=ascii)
def test_what_excel_answers_arrives_in_python(held, arrives):
    found = in_python(held)
    assert found == arrives
    assert type(found) is (TimeType if isinstance(held, Date) else type(arrives))


def test_a_date_arrives_with_a_zone_that_is_utc_in_summer_too():
    for serial in (46023.0, 46204.0):
        assert in_python(Date(serial)).utcoffset() == dt.timedelta(0)


def test_money_arrives_without_zeros_at_its_end_and_without_an_exponent():
    assert [str(in_python(Currency(held))) for held in (125_000, 10_000_000, 0)] == ["12.5", "1000", "0"]


@pytest.mark.parametrize("serial", [2_958_466.0, 1e9, -657_435.0, -693_555.0])
@pytest.mark.parametrize("rows", [False, True])
def test_a_date_that_windows_does_not_have_makes_the_whole_answer_fail(serial, rows):
    with pytest.raises(Exception, match="VariantTimeToSystemTime") as refused:
        in_python((("M.1.1.1", Date(serial)),) if rows else Date(serial))
    assert not hasattr(refused.value, "hresult")


WRITTEN = [
    (None, None),
    (True, True),
    (7, 7),
    (-(2**31), -(2**31)),
    (2**31 - 1, 2**31 - 1),
    (2**31, LongInteger(2**31)),
    (-(2**31) - 1, LongInteger(-(2**31) - 1)),
    (2**53 + 1, LongInteger(2**53 + 1)),
    (2**64 - 1, LongInteger(2**64 - 1)),
    (2**64, 1.8446744073709552e19),
    (12.5, 12.5),
    ("00123", "00123"),
    ("", ""),
    ("a\0b", "a\0b"),
    ("\ud800", "\ud800"),
    (Decimal("12.34567"), Currency(123_456)),
    (Decimal("-12.34567"), Currency(-123_456)),
    (Decimal("0.00005"), Currency(0)),
    (Decimal("922337203685477.58079"), Currency(2**63 - 1)),
    (dt.datetime(2026, 7, 12, 8, 30, tzinfo=dt.UTC), Date(46215.354166666664)),
    (dt.datetime(2026, 7, 12, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=2))), Date(46215.270833333336)),
    ([["a", 1.0], [None, "b"]], (("a", 1.0), (None, "b"))),
    ((("a",), ("b",)), (("a",), ("b",))),
    (["flat", "list"], ("flat", "list")),
]


@pytest.mark.parametrize(("given", "held"), WRITTEN, ids=ascii)
def test_what_python_writes_arrives_in_excel(given, held):
    found = in_excel(given)
    assert type(found) is type(held)
    assert found == (pytest.approx(held, abs=1e-9) if isinstance(held, Date) else held)


def test_a_time_without_a_zone_is_taken_as_one_of_this_computer():
    moment = dt.datetime(2026, 7, 12, 8, 30)  # noqa: DTZ001
    assert in_excel(moment) == pytest.approx(in_excel(moment.astimezone(dt.UTC)), abs=1e-9)


def test_a_number_that_is_none_arrives_as_such():
    assert math.isnan(in_excel(math.nan))


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        pytest.param(dt.date(2026, 1, 2), TypeError, id="date"),
        pytest.param(dt.time(8, 30), TypeError, id="time"),
        pytest.param(object(), TypeError, id="object"),
        pytest.param(Decimal("922337203685477.5808"), OverflowError, id="currency"),
        pytest.param(10**400, OverflowError, id="integer"),
    ],
)
@pytest.mark.parametrize("rows", [False, True])
def test_what_pywin32_cannot_convert_is_refused(given, refusal, rows):
    with pytest.raises(refusal):
        in_excel([["M.1.1.1", given]] if rows else given)


@pytest.mark.skipif(sys.platform != "win32", reason="calls a COM object through the real pywin32")
def test_a_call_of_a_com_object_converts_as_the_table_says():
    import win32com.client
    import win32com.server.util

    class Cell:
        _public_methods_ = ("Take",)

        def Take(self, value):  # noqa: N802  # a name of COM
            taken.append(value)
            # The wrapper of Python objects takes a tuple for several results.
            return [list(row) for row in value] if isinstance(value, tuple) else value

    taken = []
    cell = win32com.client.Dispatch(win32com.server.util.wrap(Cell()))
    for given, held in WRITTEN:
        if given == ["flat", "list"]:
            continue
        arrives = int(held) if isinstance(held, LongInteger) else in_python(held)
        assert cell.Take(given) == taken[-1] == arrives
