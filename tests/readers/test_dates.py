"""Dates of a download: a moment, or unknown; never another day."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from action_returns.batch.cells import CellError
from action_returns.readers.dates import LatestDate, UndecidedOrderError, day_comes_first, parse_moment

BERLIN = ZoneInfo("Europe/Berlin")
LIMIT = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["13/06/2026"], True),
        (["06/13/2026"], False),
        (["05/06/2026", "31.05.2026"], True),
        (["2026-11-30", "soon", None, 5.0, ""], None),
        ([], None),
        (["\u200b13/06/2026\u00a0"], True),
        (["1/2/26", "30/06/26"], None),
    ],
)
def test_a_column_shows_whether_the_day_or_the_month_comes_first(dates, first):
    assert day_comes_first(dates) is first


@pytest.mark.parametrize(
    "dates",
    [["05/06/2026"], ["12/12/2026"], ["13/06/2026", "06/13/2026"], ["13/13/2026"], ["2026-06-13", "05/06/2026"]],
)
def test_a_column_that_shows_neither_or_both_is_undecided(dates):
    with pytest.raises(UndecidedOrderError):
        day_comes_first(dates)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-12-01", datetime(2026, 12, 1, tzinfo=BERLIN)),
        ("20261201", datetime(2026, 12, 1, tzinfo=BERLIN)),
        ("2026-12-01T08:00:00Z", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("2026-12-01 08:00", datetime(2026, 12, 1, 8, tzinfo=BERLIN)),
        ("2026-12-01T08:00:00.250-08:00", datetime(2026, 12, 1, 16, 0, 0, 250_000, tzinfo=UTC)),
        ("\u200b2026-12-01\u00a0", datetime(2026, 12, 1, tzinfo=BERLIN)),
        ("05/06/2026", datetime(2026, 6, 5, tzinfo=BERLIN)),
        ("5.6.2026 7:08", datetime(2026, 6, 5, 7, 8, tzinfo=BERLIN)),
        ("05/06/2026T07:08:09", datetime(2026, 6, 5, 7, 8, 9, tzinfo=BERLIN)),
        ("05/06/2026, 07:08 pm", datetime(2026, 6, 5, 19, 8, tzinfo=BERLIN)),
        (datetime(2026, 12, 1, 8), datetime(2026, 12, 1, 8, tzinfo=BERLIN)),  # noqa: DTZ001  # a sheet has no time zone
        (datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 12, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_date_is_the_moment_that_it_says(written, moment):
    assert parse_moment(written, BERLIN, day_first=True) == moment


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2026-02-30",
        "30/02/2026",
        "05/06/26",
        "05/06/20260",
        "05-06-2026",
        "1770121500000",
        "1770121500",
        "17701215000",
        "05/06/2026 07",
        "05/06/2026 7:8",
        None,
        5.0,
        True,
        46_357,
        CellError("error", "#N/A"),
    ],
)
def test_what_is_no_date_is_unknown(written):
    assert parse_moment(written, UTC, day_first=True) is None


def test_a_date_with_slashes_is_unknown_where_their_order_is():
    assert parse_moment("25/06/2026", UTC) is None
    assert parse_moment("25/06/2026", UTC, day_first=False) is None
    assert parse_moment("25/06/2026", UTC, day_first=True) == datetime(2026, 6, 25, tzinfo=UTC)


def latest(*rows, day_first=None, columns=(0,), limit=LIMIT):
    rows = [row if isinstance(row, tuple) else (row,) for row in rows]
    found = LatestDate(columns, rows, UTC, day_first=day_first, limit=limit)
    for row in rows:
        for at in columns:
            found.look_at_all(at, [row[at]])
    return found.moment


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (["2026-11-01", "2026-11-03", "2026-11-02"], datetime(2026, 11, 3, tzinfo=UTC)),
        (["2026-11-03", "2026-11-03T00:00:01Z"], datetime(2026, 11, 3, 0, 0, 1, tzinfo=UTC)),
        (["2026-11-03", "2026-11-01T23:00:00-14:00"], datetime(2026, 11, 3, tzinfo=UTC)),
        (["2026-11-03", "2026-11-02T23:00:00-14:00"], datetime(2026, 11, 3, 13, tzinfo=UTC)),
        (["0002-01-03", "1999-11-03", "0999-01-01"], datetime(1999, 11, 3, tzinfo=UTC)),
        (["2026-11-30T12:00:00Z", "2026-11-30T12:00:01Z"], LIMIT),
        (["0001-01-01", "0001-01-01T00:00:00+14:00"], None),
        (["0002-01-01", "0001-12-31"], datetime(2, 1, 1, tzinfo=UTC)),
        (["2027-01-01", None, "", 5.0, CellError("error", "#N/A")], None),
        (["11/02/2026", "10/30/2026"], datetime(2026, 11, 2, tzinfo=UTC)),
        (["02/11/2026"], None),
        ([datetime(2026, 11, 3), "2026-11-02"], datetime(2026, 11, 3, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_the_latest_date_up_to_now_counts(dates, day):
    assert latest(*dates) == day
    assert latest(*reversed(dates)) == day


def test_each_column_shows_by_itself_how_its_dates_are_written():
    rows = [("13/10/2026", "10/14/2026", "06/07/2026"), ("01/11/2026", "11/02/2026", "07/11/2026")]
    assert latest(*rows, columns=(0, 1)) == datetime(2026, 11, 2, tzinfo=UTC)
    assert latest("11/02/2026", "10/30/2026", day_first=True) == datetime(2026, 11, 2, tzinfo=UTC)
    assert latest(*rows, columns=(0, 1, 2), day_first=True) == datetime(2026, 11, 7, tzinfo=UTC)
    assert latest(*rows, columns=(0, 1, 2), day_first=False) == datetime(2026, 11, 2, tzinfo=UTC)


def test_a_date_in_the_zone_far_east_of_the_others_is_not_passed_over():
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
    first = datetime(2026, 11, 3, tzinfo=east)
    second = datetime(2026, 11, 1, 23, tzinfo=west)
    assert second > first
    assert latest(first.isoformat(), second.isoformat()) == second
