"""A download in CSV is divided as its rows are, and none of its cells is read from a wrong column."""

import pytest

from action_returns.errors import FileError
from action_returns.readers.table_file import read_table
from tests.readers.downloads import rows_of

HEADER = "Action ID,Partner,Sale Amount,State"


@pytest.fixture
def read(tmp_path):
    """Reads a download with these lines; returns its rows, the header row first."""

    def rows(*lines, end="\r\n"):
        path = tmp_path / "pending.csv"
        path.write_text(end.join([*lines, ""]), newline="")
        return [list(row) for row in rows_of(path)]

    return rows


def refusal(read, *lines):
    with pytest.raises(FileError) as caught:
        read(*lines)
    assert caught.value.problem == "file-unreadable"
    return caught.value.message


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "title",
    [
        'Report, of "Ann", 2026, all, actions, in, EUR',  # more commas than the rows have fields
        "Report; of; all; actions; in; EUR; 2026",
        "ID, 12345",
        "ID;12345",
    ],
)
@pytest.mark.parametrize("mark", ['"', ""])
def test_a_title_with_other_separators_does_not_decide_how_a_download_is_divided(read, title, delimiter, mark):
    rows = [["Action ID", "Sale Amount", "State"], ["M.1.2.3", "12|50", "PENDING"], ["M.1.2.4", "9", "PENDING"]]
    assert read(title, *(delimiter.join(f"{mark}{cell}{mark}" for cell in row) for row in rows))[-3:] == rows


def test_a_download_whose_columns_the_user_has_to_name_is_divided_where_no_record_is_damaged(read):
    rows = [["Kennung", "Betrag", "Stand"], ["M.1.2.3", "12,50", "PENDING"]]
    assert read("a,b,c,d,e", *(";".join(f'"{cell}"' for cell in row) for row in rows))[-2:] == rows
    rows = [["Kennung", "Betrag"], ["a;b;c", "9"], ["x", "y"]]
    assert read(*map(",".join, rows)) == [["Kennung,Betrag"], ["a", "b", "c,9"], ["x,y"]]  # the most fields win
    assert read("Kennung;Betrag;Stand", "M.1.2.3;12,50;x", "y")[0] == ["Kennung", "Betrag", "Stand"]


def test_only_the_first_field_of_a_download_may_be_quoted(read):
    assert read("Action ID,Amount,State", '"M.1.2.3",12.50,PENDING', '"M.1.2.4",1;2,PENDING')[1:] == [
        ["M.1.2.3", "12.50", "PENDING"],
        ["M.1.2.4", "1;2", "PENDING"],
    ]


def test_a_header_row_counts_more_than_a_damaged_record_below_it(read):
    assert "cannot be read from line 3 on" in refusal(read, "Action ID,Amount", "M.1.2.3,9", 'M.1.2.4,"9"1')


def test_a_single_word_is_no_header_row_that_tells_the_delimiter(read):
    assert ["Kennung", "Betrag", "Stand"] in read("ID", "Kennung;Betrag;Stand", "M.1.2.3;12,50;x")


def test_of_two_rows_that_name_the_action_the_one_with_more_fields_tells_the_delimiter(read):
    header = ["Action ID", "Sale Amount", "State", "Locking Date"]
    assert read("State,ID,a", ";".join(header), "M.1.2.3;12,50;PENDING;x")[0] == header


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ([HEADER, "M.1.2.3,Ann,9,PENDING", "M.1.2.4,Coupon, Corner,9,PENDING"], 3),
        ([HEADER, "M.1.2.4,Coupon, Corner,9,PENDING"], 2),
        ([HEADER, "M.1.2.4,Ann,12,50,PENDING"], 2),
        (["ID,x", "", HEADER + ",Note", "M.1.2.3,Ann,9,PENDING,", "M.1.2.4,Ann,12,50,PENDING,"], 5),
        ([HEADER + ",Note", "M.1.2.4,Ann,12,50,PENDING,", "M.1.2.3,Ann,9,PENDING,"], 3),
        ([HEADER, "M.1.2.3,Ann,9,PENDING", "M.1.2.4,Ann,9,PENDING,see mail"], 3),
        ([HEADER, "M.1.2.3,Ann,9,PENDING,", "M.1.2.4,Ann,12,50,PENDING"], 3),
    ],
)
def test_a_record_that_is_longer_than_the_header_row_is_refused(read, lines, line):
    message = refusal(read, *lines)
    assert f"pending.csv cannot be read from line {line} on" in message
    assert "holds a comma without quotation marks" in message


def test_the_delimiter_of_the_file_is_named_in_the_refusal(read):
    assert "holds a semicolon without" in refusal(read, "Action ID;State", "M.1.2.3;a;b")


def test_a_delimiter_at_the_end_of_every_line_is_harmless(read):
    lines = ["M.1.2.3,Ann,9,PENDING,", "M.1.2.4,Ann,9,PENDING,"]
    assert [row[:4] for row in read(HEADER, "", *lines, "", ",")[2:4]] == [
        ["M.1.2.3", "Ann", "9", "PENDING"],
        ["M.1.2.4", "Ann", "9", "PENDING"],
    ]


def test_lines_below_a_table_whose_lines_end_with_a_delimiter_may_be_shorter(read):
    rows = read(HEADER, "M.1.2.3,Ann", "M.1.2.4,Ann,9,PENDING,", "", "Total,,9", "2 actions")
    assert [row[:2] for row in rows if row] == [
        ["Action ID", "Partner"],
        ["M.1.2.3", "Ann"],
        ["M.1.2.4", "Ann"],
        ["Total", ""],
        ["2 actions"],
    ]


@pytest.mark.parametrize(
    ("header", "cut", "whole"),
    [
        ("Action ID,Amount,State,Note", "M.1.2.3,12,50,PENDING,", "M.1.2.4,9,PENDING,a,"),
        ("Action ID,State,Sale Amount,Note", "M.1.2.3,PENDING,EUR 12,50 ,", "M.1.2.4,PENDING,12.50,50,"),
        ("Revenue,Id,State,Note", "12,50,M.1.2.3,PENDING,", "9,M.1.2.4,PENDING,,"),
    ],
)
def test_an_amount_that_a_comma_cuts_in_every_record_is_refused(read, header, cut, whole):
    message = refusal(read, header, cut, cut)
    assert "cannot be read from line 2 on: the line has 5 fields, and the header row has 4" in message
    assert len(read(header, cut, whole, cut)) == 4


def test_a_header_row_without_the_name_of_its_first_column_is_refused(read):
    assert "cannot be read from line 2 on" in refusal(read, "Action ID,Note", "1,M.1.2.3,", "2,M.1.2.4,")
    assert len(read("Action ID,Related", "M.1.2.3,M.1.2.4,", "M.1.2.5,,")) == 3


def test_records_are_no_longer_than_headers_that_the_user_has_to_name(read, tmp_path):
    assert "cannot be read from line 3 on" in refusal(read, "Kennung,Betrag,Stand", "a,9,x", "M.1.2.3,12,50,PENDING")
    assert read_table(tmp_path / "pending.csv").headers == ["Kennung", "Betrag", "Stand"]
    assert len(read("", "Kennung,Betrag,Stand", "M.1.2.3,9", "M.1.2.4,9,PENDING")) == 3


def test_the_refusal_of_a_line_that_is_no_longer_than_the_header_row_names_the_lines_above(read):
    message = refusal(read, HEADER + ",Note", "M.1.2.4,Ann,12,50,PENDING,", "M.1.2.3,Ann,9,PENDING,")
    assert "the line has 5 fields, and a line above it has more than the header row" in message


def test_titles_may_be_wider_and_records_shorter_than_the_header_row(read):
    assert read("a,b,c,d,e,f", HEADER, "M.1.2.3,Ann", "", "M.1.2.4,Ann,9,PENDING", ",,,,,")[:2] == [
        ["Action ID", "Partner", "Sale Amount", "State"],
        ["M.1.2.3", "Ann"],
    ]
