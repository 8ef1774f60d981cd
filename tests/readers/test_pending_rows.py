"""The rows of a download that name an action: their ids as texts, and only the columns that are needed."""

from datetime import UTC, datetime

import pytest
import xlsxwriter

from action_returns.readers.pending_rows import read_headers, read_pending_rows
from tests.readers.downloads import ID, OTHER, read, refusal


@pytest.fixture
def sheet(tmp_path):
    """Writes a workbook: the cells of its rows, a formula where a text begins with =."""

    def write(*rows):
        path = tmp_path / "pending.xlsx"
        book = xlsxwriter.Workbook(path)
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    page.write_datetime(at, column, cell, date)
                elif isinstance(cell, tuple):
                    page.write_formula(at, column, cell[0], None, cell[1])
                else:
                    page.write(at, column, cell)
        book.close()
        return path

    return write


@pytest.fixture
def text(tmp_path):
    def write(content):
        path = tmp_path / "pending.csv"
        path.write_text(content, encoding="utf-8", newline="")
        return path

    return write


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (True, "TRUE"),
        (False, "FALSE"),
        (1.5, "1.5"),
        (-5, "-5"),
        (1e15, "1E+15"),
        (datetime(2026, 11, 30), "2026-11-30 00:00:00"),  # noqa: DTZ001  # a sheet has no time zone
        (("=NA()", "#N/A"), "#N/A"),
    ],
)
def test_an_id_that_is_no_text_is_refused_with_its_row(sheet, cell, shown):
    problem = refusal(sheet(["Report"], ["Action ID", "Amount"], [ID, 5], [cell, 5]))
    assert problem.problem == "pending-ids-bad"
    assert problem.message == (
        f'pending.xlsx has "{shown}" as the ActionId of row 4. That is not a text, so it is unknown which action is meant. '
        "Download Pending Actions again."
    )


def test_an_id_that_is_a_whole_number_is_the_text_of_its_digits(sheet):
    path = sheet(["Action ID", "Amount"], [1063415, 5], [0, 5], [999_999_999_999_999, 5])
    assert list(read(path, wanted=None).actions) == ["1063415", "0", "999999999999999"]


@pytest.mark.parametrize("wanted", [None, (ID,)])
@pytest.mark.parametrize(
    "written",
    [" {}", "{} ", "\u00a0{}", "{}\u200b", "\ufeff{}", "\u2060{}\u2003", '"{}\r\n"', '"\t{}"', "{}\u00ad", "\u3164{}"],
)
def test_white_space_around_an_id_is_the_same_for_a_batch_and_for_the_whole_download(text, written, wanted):
    pending = read(text(f"Action ID;Amount\r\n{written.format(ID)};49.90\r\n"), wanted=wanted)
    assert (list(pending.actions), pending.actions[ID].cents) == ([ID], 4990)


@pytest.mark.parametrize("blank", ["", " ", "\u200b"])
def test_a_blank_order_or_partner_is_none(text, blank):
    action = read(text(f"Action ID;OID;Partner;State\r\n{ID};{blank};{blank};{blank}\r\n")).actions[ID]
    assert (action.order_id, action.partner, action.state) == (None, None, None)


def test_white_space_inside_an_id_makes_another_id_of_it(text):
    spaced = ID.replace(".", ". ", 1)
    assert list(read(text(f"Action ID\r\n{spaced}\r\n"), wanted=None).actions) == [spaced]


def test_only_the_columns_that_are_needed_are_kept(text):
    headers = "Note,Action Date,Amount,Action ID,Text1,Status,Lock Date,Campaign,Modified Date,Action_Date"
    download = read_pending_rows(text(f"{headers}\r\nn,d,a,{ID},t,s,l,c,m,x\r\nn,d,a,{OTHER}\r\n"), {})
    assert {field: at for field, at in download.fields.items() if field != "campaign"} == {
        "action_id": 0,
        "amount": 1,
        "state": 2,
        "locks_at": 3,
    }
    rows = list(download.rows)
    assert [row[:4] for row in rows] == [(ID, "a", "s", "l"), (OTHER, "a", None, None)]
    assert [tuple(row[at] for at in download.dates) for row in rows] == [("d", "m"), ("d", None)]
    assert {len(row) for row in rows} == {7}


def test_a_row_of_a_sheet_that_goes_on_to_the_last_column_is_kept_as_short_as_others(sheet):
    far = [""] * 16_381
    path = sheet(["Action ID", "Amount", "State", *far], [ID, 5, "PENDING", *far[:-1], "stray"])
    (row,) = read_pending_rows(path, {}).rows
    assert row == (ID, 5.0, "PENDING")
    assert read(path).actions[ID].cents == 500


def test_one_column_is_enough(text):
    assert list(read_pending_rows(text(f"Action ID\r\n{ID}\r\n\r\n{OTHER}\r\n"), {}).rows) == [(ID,), (OTHER,)]


def test_a_column_that_the_user_named_is_kept_once(text):
    path = text(f"Action ID,Action Date\r\n{ID},2026-12-01\r\n")
    assert read(path, columns={"locks_at": "Action Date"}).actions[ID].locks_at == datetime(2026, 12, 1, tzinfo=UTC)


def test_the_headers_of_a_download_are_those_of_its_header_row(text, tmp_path):
    assert read_headers(text(f"ID,12345\r\nAction ID,Amount\r\n{ID},5\r\n")) == ["Action ID", "Amount"]
    assert read_headers(text("")) == []
