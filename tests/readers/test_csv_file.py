"""CSV as the spreadsheet programs of many countries write it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.check import check
from action_returns.errors import FileError
from action_returns.readers import csv_file
from action_returns.readers.batch_file import LoadedBatch, read_stream
from action_returns.readers.pending_rows import read_headers
from tests.readers.downloads import rows_of

HEADER = "ActionId,Amount,Reason\r\n"


def cells(content):
    columns = read_stream(content).columns
    return list(zip(columns.rows, columns.action_id, columns.amount, columns.reason, strict=True))


def refusal(content):
    with pytest.raises(FileError) as caught:
        read_stream(content)
    return caught.value


def test_a_character_that_no_csv_holds_is_told_with_its_line_and_what_to_do():
    said = refusal(HEADER.encode() + b"M.1.2.3,0\0,REJECTED\r\n").message
    assert "NUL character in line 2" in said
    assert "save it as .xlsx or CSV UTF-8" in said


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_way_to_write_the_same_rows_gives_the_same_cells(delimiter, end, encoding):
    lines = [
        "Notiz: Müller",
        "",
        delimiter.join(("ActionId", "Amount", "Reason")),
        delimiter.join(("M.1.2.3", "0", "REJECTED")),
    ]
    content = end.join([*lines, ""]).encode(encoding)
    assert cells(content) == [(4, "M.1.2.3", "0", "REJECTED")]


def test_other_spellings_of_headers_and_other_columns_are_fine():
    assert cells(b"Order;Reason ;NEW_AMOUNT;action id\r\n7;REJECTED;0;M.1.2.3\r\n") == [(2, "M.1.2.3", "0", "REJECTED")]


def test_a_named_separator_counts():
    assert cells(b"sep=;\r\nActionId;Amount;Reason\r\nM.1.2.3;1,5;REJECTED\r\n") == [(3, "M.1.2.3", "1,5", "REJECTED")]


def test_an_empty_field_is_nothing_and_never_zero():
    assert cells((HEADER + "M.1.2.3,,REJECTED\r\n").encode()) == [(2, "M.1.2.3", None, "REJECTED")]


def test_a_comma_that_splits_an_amount_in_two_never_changes_the_money():
    content = b"Reason,ActionId,Amount\r\nORDER_UPDATE,M.1.2.3,12,50\r\n"
    reading = read_stream(content)
    assert list(reading.columns.amount) == ["12,50"]
    assert [finding.code for finding in check(reading.columns)] == ["amount-separator"]
    assert "more fields than the header" in reading.notes[0]


def test_a_comma_that_splits_an_amount_in_the_middle_makes_the_row_an_error():
    report = check(read_stream((HEADER + "M.1.2.3,12,50,ORDER_UPDATE\r\n").encode()).columns)
    assert report.ready == 0
    assert report[0].found == "12,50,ORDER_UPDATE"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_empty_fields_at_the_end_of_a_row_change_no_cell(delimiter):
    rows = ["ActionId,Amount,Reason", "M.1.2.3,0,REJECTED,,", "M.1.2.4,12.5,ORDER_UPDATE,", "M.1.2.5,0,REJECTED"]
    content = "\r\n".join(rows).replace(",", delimiter).encode()
    assert cells(content) == [
        (2, "M.1.2.3", "0", "REJECTED"),
        (3, "M.1.2.4", "12.5", "ORDER_UPDATE"),
        (4, "M.1.2.5", "0", "REJECTED"),
    ]
    assert not any("more fields than the header" in note for note in read_stream(content).notes)


def test_empty_fields_after_an_amount_that_a_comma_split_keep_the_amount_whole():
    reading = read_stream(b"ActionId,Reason,Amount\r\nM.1.2.3,ORDER_UPDATE,12,50,,\r\n")
    assert reading.columns.amount[0].startswith("12,50")
    assert check(reading.columns).ready == 0


def test_a_line_break_inside_quotes_keeps_the_line_numbers_right():
    content = (HEADER + 'M.1.2.3,0,"REJ\r\nECTED"\r\nM.1.2.4,0,REJECTED\r\n').encode()
    assert [row[0] for row in cells(content)] == [2, 4]


def test_blank_lines_and_blank_records_are_left_out():
    assert len(cells((HEADER + "\r\n,,\r\nM.1.2.3,0,REJECTED\r\n,,\r\n\r\n").encode())) == 1


def test_a_short_record_has_nothing_where_it_ends():
    assert cells((HEADER + "M.1.2.3\r\n").encode()) == [(2, "M.1.2.3", None, None)]


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "columns-missing", "no row with the headers"),
        (b"ActionId,Amount\r\nM.1.2.3,0\r\n", "columns-missing", "not Reason"),
        (b"ActionId,Amount,Reason\r\n", "no-rows", "no rows below"),
        (b"ActionId,Amount,Amount,Reason\r\n", "columns-repeated", "2 times"),
        (b'ActionId,Amount,Reason\r\nM.1.2.3,0,"REJECTED\r\n', "file-unreadable", "line 2"),
        (b"ActionId,Amount,Reason\r\nM.1.2.3,\x00,REJECTED\r\n", "file-unreadable", "line 2"),
        (b"<html><table>", "file-unreadable", "web page"),
        (b"\xef\xbb\xbf\r\n\t <html><table>", "file-unreadable", "web page"),
        (b'a,b\r\n"x",1\r\n"y"z\r\n', "file-unreadable", "line 3"),  # as commas divide it, not semicolons or tabs
        (b"ActionId,Amount,Reason\r\n\x81\x8d,0,REJECTED\r\n", "file-unreadable", "encoding"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_is_wrong(content, code, says):
    problem = refusal(content)
    assert problem.problem == code
    assert says in problem.message


def test_what_the_order_was_worth_before_is_never_the_amount():
    assert cells(b"ActionId,Sale Amount,Amount,Reason\r\nM.1.2.3,9,0,REJECTED\r\n") == [(2, "M.1.2.3", "0", "REJECTED")]


@pytest.mark.parametrize(
    "headers",
    [
        "Action ID,New Total,Reason Code",
        "action_id,New-Order-Amount,REASON",
        "\u200bActionId,Amo\u00adunt,Reason\ufeff",
    ],
)
def test_every_spelling_of_the_three_headers_is_found(headers):
    assert cells(f"{headers}\r\nM.1.2.3,0,REJECTED\r\n".encode()) == [(2, "M.1.2.3", "0", "REJECTED")]


def test_a_row_that_holds_a_note_only_is_no_row():
    assert cells(b"ActionId,Amount,Reason,Note\r\n,,,call back\r\nM.1.2.3,0,REJECTED,\r\n") == [
        (3, "M.1.2.3", "0", "REJECTED")
    ]


def test_a_very_long_note_stands_in_no_rows_way():
    note = "x" * 500_000
    content = f"ActionId,Amount,Reason,Note\r\nM.1.2.3,0,REJECTED,{note}\r\n".encode()
    assert cells(content) == [(2, "M.1.2.3", "0", "REJECTED")]


def test_headers_may_stand_well_below_the_top():
    above = "".join(f"Note {n}\r\n" for n in range(30))
    assert cells((above + HEADER + "M.1.2.3,0,REJECTED\r\n").encode()) == [(32, "M.1.2.3", "0", "REJECTED")]


@pytest.mark.parametrize(("delimiter", "told"), [(";", "semicolons"), ("\t", "tabs"), (",", None)])
def test_another_separator_than_the_comma_is_told(delimiter, told):
    notes = read_stream((HEADER + "M.1.2.3,0,REJECTED\r\n").replace(",", delimiter).encode()).notes
    assert notes == (() if told is None else (f"The columns of standard input are separated by {told}.",))


def test_all_amounts_that_a_comma_split_are_counted():
    rows = "M.1.2.3,12,50,ORDER_UPDATE\r\n" * 3
    assert read_stream((HEADER + rows).encode()).notes[0].startswith("3 records have more fields than the header")


def test_an_amount_that_a_tab_split_in_two_shows_both_parts():
    columns = read_stream(b"Reason\tActionId\tAmount\r\nORDER_UPDATE\tM.1.2.3\t12\t50\r\n").columns
    assert list(columns.amount) == ["12 | 50"]
    assert check(columns).ready == 0


@pytest.mark.parametrize("told", ["sep=;", "SEP=;"])
def test_only_the_named_separator_divides_the_rows(told):
    content = f"{told}\r\nActionId,Amount,Reason\r\nActionId;Amount;Reason\r\nM.1.2.3;0;REJECTED\r\n"
    assert cells(content.encode()) == [(4, "M.1.2.3", "0", "REJECTED")]


def test_a_file_that_is_too_large_is_refused_and_never_cut_off(monkeypatch):
    monkeypatch.setattr(csv_file, "LAST_ROW", 2)
    rows = "M.1.2.3,0,REJECTED\r\n"
    assert len(cells((HEADER + rows * 2).encode())) == 2
    assert refusal((HEADER + rows * 3).encode()).problem == "file-too-large"
    monkeypatch.setattr(csv_file, "_MOST_BYTES", len(HEADER + rows))
    assert len(cells((HEADER + rows).encode())) == 1
    monkeypatch.setattr(csv_file, "_MOST_BYTES", len(HEADER + rows) - 1)
    assert refusal((HEADER + rows).encode()).problem == "file-too-large"


def test_windows_text_is_named_as_assumed():
    reading = read_stream("ActionId,Amount,Reason\r\nM.1.2.3,0,Rückgabe\r\n".encode("cp1252"))
    assert reading.columns.reason == ["Rückgabe"]
    assert any("Windows-1252" in note for note in reading.notes)


@given(st.one_of(st.binary(), st.text('ActionId,Amount;Reason\r\n"\t\0 0M.').map(lambda t: (HEADER + t).encode())))
def test_no_bytes_lead_to_anything_but_a_reading_or_a_plain_refusal(content):
    try:
        reading = read_stream(content)
    except FileError as problem:
        assert problem.message.endswith((".", '"'))  # noqa: PT017
    else:
        assert isinstance(reading, LoadedBatch)
        check(reading.columns)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_file_that_quotes_every_field_is_read_whatever_stands_between_them(tmp_path, delimiter):
    rows = [("Action ID", "New Amount", "Reason", "Sale Amount"), ("M.1.2.3", "0", "REJECTED", "9")]
    content = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows).encode()
    assert cells(content) == [(2, "M.1.2.3", "0", "REJECTED")]
    (tmp_path / "pending.csv").write_bytes(content)
    assert read_headers(tmp_path / "pending.csv") == list(rows[0])


FIELDS = st.text(st.sampled_from("aM.1,;\t|\"'\r\n 50=\u00e9"), max_size=6)
QUOTING = {"all": csv.QUOTE_ALL, "minimal": csv.QUOTE_MINIMAL, "text": csv.QUOTE_NONNUMERIC}


def written(rows, delimiter, quoting, end, encoding):
    """Return a CSV file as Python's csv module writes it, with RFC 4180's quotation marks around line breaks."""
    text = io.StringIO(newline="")
    for row in rows:
        breaks = any(set(field) & set("\r\n") for field in row)  # the writer only quotes its own kind of line end
        quotes = csv.QUOTE_ALL if breaks else QUOTING[quoting]
        csv.writer(text, delimiter=delimiter, quoting=quotes, lineterminator=end).writerow(row)
    return text.getvalue().encode(encoding)


@given(
    rows=st.lists(st.tuples(FIELDS, FIELDS, FIELDS, FIELDS, FIELDS), min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t"]),
    quoting=st.sampled_from(list(QUOTING)),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_table_is_read_as_it_was_written(tmp_path_factory, rows, delimiter, quoting, end, encoding):
    header = ("Order", "Action ID", "New Amount", "Reason", "Sale Amount")
    content = written([header, *rows], delimiter, quoting, end, encoding)
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    path.write_bytes(content)
    assert [tuple(row) for row in rows_of(path)] == [header, *rows]
    filled = [row[1:4] for row in rows if any(row[1:4])]
    if filled:
        found = [row[1:] for row in cells(content)]
        assert found == [tuple(field or None for field in row) for row in filled]
    else:
        assert refusal(content).problem == "no-rows"


def test_a_damaged_record_is_refused_with_its_line():
    content = (HEADER + 'M.1.2.3,0,REJECTED\r\nM.1.2.4,0,"REJ"ECTED\r\n').encode()
    assert "cannot be read from line 3 on" in refusal(content).message


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_quotation_marks_that_stand_alone_in_two_rows_swallow_no_row(end):
    lines = [
        "ActionId,Amount,Reason,Note",
        'M.1.2.3,0,REJECTED,"',
        'M.1.2.4,12.50,ORDER_UPDATE,"',
        "M.1.2.5,0,REJECTED,",
    ]
    said = refusal(end.join([*lines, ""]).encode())
    assert said.problem == "file-unreadable"
    assert "from line 2 on: one field of it holds the row below it" in said.message


def test_a_note_of_several_lines_with_the_ids_of_actions_is_a_note():
    note = "see\nM.1.2.4, M.1.2.5\nand M.1.2.6, call, Ann\nM.1.2.7, M.1.2.8, M.1.2.9\nM.1.2.7, call, Ann"
    assert cells(f'ActionId,Amount,Reason,Note\nM.1.2.3,0,REJECTED,"{note}"\n'.encode())[0][1:] == (
        "M.1.2.3",
        "0",
        "REJECTED",
    )


def test_a_line_and_its_end_in_quotation_marks_is_an_error_on_its_row():
    content = b'Date,ActionId,Amount,Reason\r\n"1,M.1.2.4,99,REJECTED\r\n"\r\n2,M.1.2.3,0,REJECTED\r\n'
    assert [(row, action_id) for row, action_id, *_ in cells(content)] == [(2, None), (4, "M.1.2.3")]


def test_mixed_line_ends_make_the_same_rows():
    content = b"ActionId,Amount,Reason\rM.1.2.3,0,REJECTED\nM.1.2.4,0,REJECTED\r\n\r\r\nM.1.2.5,0,REJECTED"
    assert [row[0] for row in cells(content)] == [2, 3, 6]
