"""How old a download is: the older of the dates inside it and the date of its file, for a copy has a new file's date."""

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

from tests.readers.downloads import ID, read, written

FILE_DATE = datetime(2026, 11, 20, 12, tzinfo=UTC)


def download(folder, *rows, header="Action Date"):
    """Write a download whose rows have these dates, in a file of 20 November 2026."""
    path = written(folder, [{header: date} for date in rows])
    os.utime(path, (0, FILE_DATE.timestamp()))
    return path


@pytest.mark.parametrize("header", ["Action Date", "action_date", "EventDate", "Creation Date", "Modification Date"])
def test_the_latest_date_inside_counts_because_a_copied_file_has_a_new_date(tmp_path, header):
    path = download(tmp_path, "2026-11-02T10:42:38Z", "2026-10-30T09:00:00Z", header=header)
    pending = read(path)
    assert pending.as_of == datetime(2026, 11, 2, 10, 42, 38, tzinfo=UTC)
    assert pending.as_of_basis == "its latest action is of 2026-11-02 10:42 UTC, the file is of 2026-11-20"


def test_the_file_counts_where_it_is_the_older_one(tmp_path):
    pending = read(download(tmp_path, "2026-11-25T10:00:00Z"), now=datetime(2026, 11, 30, tzinfo=UTC))
    assert pending.as_of == FILE_DATE
    assert pending.as_of_basis == "its latest action is of 2026-11-25 10:00 UTC, the file is of 2026-11-20"


def test_a_file_from_before_1970_is_that_old(tmp_path):
    """Some programs leave a file without a date, which Windows shows as 1601."""
    path = download(tmp_path, "2026-11-25T10:00:00Z")
    os.utime(path, (0, -86_400))
    assert read(path).as_of == datetime(1969, 12, 31, tzinfo=UTC)


def test_a_date_in_the_future_does_not_make_a_download_younger(tmp_path):
    now = datetime(2026, 11, 20, 13, tzinfo=UTC)
    assert read(download(tmp_path, "2026-11-02T10:00:00Z", "2027-01-01"), now=now).as_of == datetime(
        2026, 11, 2, 10, tzinfo=UTC
    )
    assert read(download(tmp_path, "2026-11-02T10:00:00Z", "2027-01-01")).as_of == datetime(2026, 11, 2, 10, tzinfo=UTC)


def test_a_lock_date_is_no_date_of_an_action(tmp_path):
    pending = read(download(tmp_path, "2026-11-19", header="Locked Date"))
    assert pending.as_of == FILE_DATE
    assert pending.as_of_basis == "the date of pending.csv, which has no dates of its actions"


@pytest.mark.parametrize("date", ["2027-05-05", "05/06/2026", "soon"])
def test_dates_that_do_not_tell_the_age_are_not_said_to_be_missing(tmp_path, date):
    pending = read(download(tmp_path, date), now=datetime(2026, 11, 30, tzinfo=UTC))
    assert pending.as_of == FILE_DATE
    assert pending.as_of_basis == "the date of pending.csv; the dates of its actions do not tell its age"


def test_dates_of_actions_outside_the_batch_count_too(tmp_path):
    pending = read(download(tmp_path, "2026-10-01", "2026-11-05"))
    assert (list(pending.actions), pending.as_of) == ([ID], datetime(2026, 11, 5, tzinfo=UTC))


def test_the_latest_of_several_columns_counts(tmp_path):
    path = written(
        tmp_path, [{"Action Date": "2026-10-01", "Modification Date": "2026-11-05", "Creation Date": "2026-09-30"}]
    )
    assert read(path).as_of == datetime(2026, 11, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "latest"),
    [
        (["02.11.2026 10:00", "30.10.2026"], (2026, 11, 2, 10)),
        (["11/02/2026", "10/30/2026"], (2026, 11, 2)),
        (["2026-11-02T00:30:00+14:00", "2026-11-01T10:31:00Z"], (2026, 11, 1, 10, 31)),
        (["2026-11-02T00:10:00Z", "2026-11-01T23:50:00-11:00"], (2026, 11, 2, 10, 50)),
        (["soon", "", "2026-11-02"], (2026, 11, 2)),
    ],
)
def test_dates_are_compared_as_moments(tmp_path, rows, latest):
    assert read(download(tmp_path, *rows)).as_of == datetime(*latest, tzinfo=UTC)


def test_dates_that_can_mean_two_days_tell_no_age(tmp_path):
    pending = read(download(tmp_path, "05/06/2026"))
    assert pending.as_of == FILE_DATE
    assert read(download(tmp_path, "05/06/2026"), day_first=True).as_of == datetime(2026, 6, 5, tzinfo=UTC)


def test_the_age_is_told_in_the_time_zone_of_the_account(tmp_path):
    path = download(tmp_path, "2026-11-02 10:42")
    pending = read(path, zone=ZoneInfo("Europe/Berlin"))
    assert pending.as_of == datetime(2026, 11, 2, 9, 42, tzinfo=UTC)
    assert pending.as_of_basis.startswith("its latest action is of 2026-11-02 10:42 CET,")


def test_a_date_of_a_workbook_counts_like_a_text(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "pending.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Action ID", "Action Date"])
    sheet.write(1, 0, ID)
    sheet.write_datetime(1, 1, datetime(2026, 11, 2, 10), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001
    book.close()
    assert read(tmp_path / "pending.xlsx", now=FILE_DATE).as_of == datetime(2026, 11, 2, 10, tzinfo=UTC)
