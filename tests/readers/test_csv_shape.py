"""A record that is longer or shorter than its header row is never lost, and its amount is never cut."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from action_returns.batch.check import check
from action_returns.errors import FileError
from action_returns.readers.batch_file import read_stream

HEADER = "ActionId,Amount,Reason\r\n"


def read(*lines):
    return read_stream("\r\n".join([*lines, ""]).encode())


def cells(*lines):
    columns = read(*lines).columns
    return list(zip(columns.rows, columns.action_id, columns.amount, columns.reason, strict=True))


def amount_of(header, record):
    """Return the Amount of a file with one record, and whether that row is ready."""
    columns = read(header, record).columns
    assert list(columns.rows) == [2]
    return columns.amount[0], check(columns).ready == 1


def refusal(*lines):
    with pytest.raises(FileError) as caught:
        read(*lines)
    return caught.value


@pytest.mark.parametrize("tail", ["", ",", ",,", ", ,", ",,,,,,,,"])
@pytest.mark.parametrize(
    ("header", "record"),
    [
        ("ActionId,Amount,Reason", "M.1.2.3,12.50,ORDER_UPDATE"),
        ("ActionId,Reason,Amount", "M.1.2.3,ORDER_UPDATE,12.50"),
        ("Amount,ActionId,Reason", "12.50,M.1.2.3,ORDER_UPDATE"),
        ("Reason,Amount,ActionId", "ORDER_UPDATE,12.50,M.1.2.3"),
        ("Order,ActionId,Amount,Reason", "7,M.1.2.3,12.50,ORDER_UPDATE"),
        ("ActionId,Order,Amount,Reason", "M.1.2.3,7,12.50,ORDER_UPDATE"),
        ("ActionId,Amount,Currency,Reason", "M.1.2.3,12.50,EUR,ORDER_UPDATE"),
        ("ActionId,Amount,Reason,Note", "M.1.2.3,12.50,ORDER_UPDATE,call back"),
        ("ActionId,Amount,Reason,Note", "M.1.2.3,12.50,ORDER_UPDATE,"),
        ("ActionId,Reason,Amount,Note", "M.1.2.3,ORDER_UPDATE,12.50,call back"),
        ("ActionId,Reason,Amount,Note", "M.1.2.3,ORDER_UPDATE,12.50,"),
        (",ActionId,Amount,Reason", "1,M.1.2.3,12.50,ORDER_UPDATE"),  # the row names of R and pandas
    ],
)
def test_blank_fields_at_the_end_leave_three_clean_cells(header, record, tail):
    reading = read(header, record + tail)
    assert [*reading.columns.action_id, *reading.columns.amount, *reading.columns.reason] == [
        *("M.1.2.3", "12.50", "ORDER_UPDATE")
    ]
    assert not any("more fields" in note for note in reading.notes)


@pytest.mark.parametrize("tail", ["", ",", ",,"])
@pytest.mark.parametrize(
    ("header", "record"),
    [
        ("ActionId,Reason,Amount,Note", "M.1.2.3,ORDER_UPDATE,12,50,"),
        ("ActionId,Reason,Amount,Note", "M.1.2.3,ORDER_UPDATE,12,50,x"),
        ("ActionId,Reason,Amount,Note", "M.1.2.3,ORDER_UPDATE,1,250.00,"),
        ("ActionId,Reason,Amount,Note", "M.1.2.3,ORDER_UPDATE,12, 50 EUR,"),
        ("ActionId,Reason,Amount,Note", "M.1.2.3,ORDER_UPDATE,12,-,"),
        ("ActionId,Reason,Amount,Note", "M.1.2.3,ORDER_UPDATE,12,\u2014,"),
        ("ActionId,Reason,Amount", "M.1.2.3,ORDER_UPDATE,12,50"),
        ("ActionId,Amount,Reason", "M.1.2.3,12,50,ORDER_UPDATE"),
        ("ActionId,Amount,Reason,Note", "M.1.2.3,12,50,ORDER_UPDATE,"),
        ("ActionId,Amount,Currency,Reason,Note", "M.1.2.3,12,50,EUR,ORDER_UPDATE,"),
        ("ActionId,Amount,Old reason,Reason,Note", "M.1.2.3,12,50,ORDER_UPDATE,ORDER_UPDATE,"),
        ("ActionId,Amount,Old reason,Reason", "M.1.2.3,12,50,ORDER_UPDATE,"),
        ("Amount,ActionId,Reason", "12,50,M.1.2.3,ORDER_UPDATE"),
        ("Amount,Order,ActionId,Other action,Reason,Note", "12,50,7,M.1.2.3,M.1.2.9,ORDER_UPDATE,"),
        ("Amount,Order,Reason,ActionId,Note", "12,50,7,ORDER_UPDATE,M.1.2.3,"),
        ("Reason,ActionId,Amount,,", "ORDER_UPDATE,M.1.2.3,12,50,"),  # two columns without a header
        ("Reason,ActionId,Amount, ", "ORDER_UPDATE,M.1.2.3,12,50"),
    ],
)
def test_an_amount_that_a_comma_may_have_cut_is_never_ready(header, record, tail):
    amount, ready = amount_of(header, record + tail)
    assert not ready
    assert amount != "12"


@pytest.mark.parametrize(
    ("header", "record"),
    [
        ("ActionId,Reason,Partner,Old,Amount,Note", "M.1.2.3,ORDER_UPDATE,Coupon, Corner,80.00,12.50,"),
        ("ActionId,Reason,Partner,Old,Amount,Note", "M.1.2.3,ORDER_UPDATE,Coupon, Corner,80.00,,"),
        ("ActionId,Reason,Old,Amount,Note", "M.1.2.3,ORDER_UPDATE,80,00,12.50,"),
        ("ActionId,Reason,Old,Amount", "M.1.2.3,ORDER_UPDATE,80,00,"),
        ("Old,Other action,ActionId,Reason,Amount,Paid,Note", "x,y,M.1.2.9,M.1.2.3,ORDER_UPDATE,80.00,12.50,"),
        ("Old,ActionId,Paid,Amount,Old reason,Reason,Note", "80,00,M.1.2.3,5,12.50,ORDER_UPDATE,REJECTED,"),
        ("ActionId,Amount,Partner,Old reason,Reason,Note", "M.1.2.3,0,Coupon, Corner,REJECTED,ORDER_UPDATE,"),
    ],
)
def test_a_row_whose_cells_a_comma_before_them_may_have_moved_is_never_ready(header, record):
    assert not amount_of(header, record)[1]


def test_a_moved_amount_is_shown_with_all_that_follows_and_is_no_number():
    assert amount_of("ActionId,Reason,Old,Amount,Note", "M.1.2.3,ORDER_UPDATE,80,00,12.50,") == ("00 | 12.50 | ", False)
    assert amount_of("ActionId,Reason,Old,Amount,Note", "M.1.2.3,ORDER_UPDATE,80,00,12.50, ")[0] == "00 | 12.50 |  "


@pytest.mark.parametrize(
    ("header", "record"),
    [
        ("ActionId,Reason,Old,Amount", "M.1.2.3,ORDER_UPDATE,80,00,12"),  # 0.12 would be wrong
        ("ActionId,Reason,Amount,Quantity", "M.1.2.3,ORDER_UPDATE,1,250,100"),  # 1250100.00 would be wrong
        ("ActionId,Reason,Amount,Order", "M.1.2.3,ORDER_UPDATE,12,50,123"),  # so would 1250123.00
        ("ActionId,Reason,Amount,", "M.1.2.3,ORDER_UPDATE,12,50"),  # 50 may be a note
        ("ActionId,Reason,Amount,Note", "M.1.2.3,ORDER_UPDATE,12,50,"),
    ],
)
def test_no_correction_is_offered_where_the_fields_may_be_two_amounts(header, record):
    assert [finding.fix for finding in check(read(header, record).columns) if finding.column == "Amount"] == [None]


def test_a_correction_is_offered_where_the_fields_can_only_be_one_amount():
    (finding,) = check(read("Order,ActionId,Reason,Amount", "7,M.1.2.3,ORDER_UPDATE,12,50").columns)
    assert (finding.found, finding.fix) == ("12,50", "12.50")


def test_notes_in_columns_without_a_header_change_no_cell():
    assert cells("ActionId,Reason,Amount,,", "M.1.2.3,ORDER_UPDATE,12,call back,", "M.1.2.4,REJECTED,0,,x") == [
        (2, "M.1.2.3", "12", "ORDER_UPDATE"),
        (3, "M.1.2.4", "0", "REJECTED"),
    ]
    assert cells("ActionId,Reason,Partner,Amount,,", "M.1.2.3,ORDER_UPDATE,Ann,12,call back,")[0][2] == "12"


def test_a_header_row_without_the_name_of_its_first_column_makes_every_row_an_error():
    # R, write.table(sep = ","): the header row has one field less than the records
    for note in ("", ",", ",x"):
        header = "ActionId,Amount,Reason" + (",Note" if note else "")
        columns = read(header, f"1,M.1.2.3,12.50,ORDER_UPDATE{note}", f"2,M.1.2.4,0,REJECTED{note}").columns
        assert check(columns).ready == 0
        assert [amount.split(" | ")[:2] for amount in columns.amount] == [["M.1.2.3", "12.50"], ["M.1.2.4", "0"]]


@pytest.mark.parametrize(
    "line",
    [
        "2026-01-02;M.1.2.4;99.00;ORDER_UPDATE",
        "2026-01-02\tM.1.2.4\t99.00\tORDER_UPDATE",
        '"2026-01-02,M.1.2.4,99.00,ORDER_UPDATE"',
        '"2026-01-02,M.1.2.4,99.00,ORDER_UPDATE",,,',
        '"2026-01-02;""M.1.2.4"";99.00;ORDER_UPDATE",,,',
        "2026-01-02|M.1.2.4|99.00|ORDER_UPDATE",
        "2026-01-02;M.1.2.4;;rejected,,,",
        "Total of November",
        "12.50",
        "2026-01-02,",
        "2026-01-02,,,,",
        "2026-01-02,,,,,x",
    ],
)
def test_a_record_of_another_width_or_a_row_in_one_field_is_never_left_out(line):
    rows = cells("Date,ActionId,Amount,Reason", line, "2026-01-01,M.1.2.3,0,REJECTED")
    text = next(csv.reader([line], strict=True))[0]
    assert [row[0] for row in rows] == [2, 3]
    assert rows[0][2].startswith(f"{text} | ")
    report = check(read("Date,ActionId,Amount,Reason", line).columns)
    assert report.ready == 0
    assert not any(finding.fix for finding in report)


@pytest.mark.parametrize("line", ["", ",", ",,,", ",,,,,", "   ", "\t", "\x1a", " , "])
def test_a_blank_line_or_the_mark_of_an_old_end_of_file_is_no_row(line):
    assert cells("Date,ActionId,Amount,Reason", "2026-01-01,M.1.2.3,0,REJECTED", line) == [
        (2, "M.1.2.3", "0", "REJECTED")
    ]


def test_text_beside_the_three_columns_of_a_record_that_is_whole_is_no_row():
    lines = ["Date,ActionId,Amount,Reason,Note,", "2026-01-02,,,,,", ",,,,see M.1.2.3,", ",,,,,99.00", "1,,,,a;b;c,"]
    assert cells(*lines, "2026-01-01,M.1.2.3,0,REJECTED,,") == [(6, "M.1.2.3", "0", "REJECTED")]


def test_records_without_their_last_blank_fields_are_read():
    # spreadsheet programs leave blank fields at the end of a record out
    assert cells("ActionId,Amount,Reason,Partner,Note", "M.1.2.3,0,REJECTED", "M.1.2.4,0,REJECTED,Ann") == [
        (2, "M.1.2.3", "0", "REJECTED"),
        (3, "M.1.2.4", "0", "REJECTED"),
    ]


def test_each_kind_of_odd_record_is_counted_and_told_with_its_first_line():
    record = "2026-01-01,M.1.2.3,0,REJECTED"
    notes = read("Date,ActionId,Amount,Reason", record, "a;b", "c;d", record + ",x").notes
    assert notes[0].startswith("1 record has more fields than the header (the first one in line 5)")
    assert 'around a text with a "," in it' in notes[0]
    assert notes[1].startswith("2 records have text in other columns than the header says (the first one in line 3)")
    assert notes[1].endswith("Delete the lines that are no returns.")


def test_a_delimiter_at_the_end_of_the_header_line_makes_those_of_the_rows_harmless():
    record = "M.1.2.3;EUR;12.50;"
    for header, amount in (("ActionId;Currency;Amount", "12.50 | "), ("ActionId;Currency;Amount;", "12.50")):
        reading = read(f"Reason;{header}", f"ORDER_UPDATE;{record}")
        assert list(reading.columns.amount) == [amount]
        is_told = any("write one at the end of the header line" in note for note in reading.notes)
        assert is_told == (amount != "12.50")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ActionId,Reason,Amount", ["M.1.2.3,ORDER_UPDATE,12", "50"]),
        ("ActionId,Reason,Amount", ["M.1.2.3,ORDER_UPDATE,1", " 250.00 EUR"]),
        ("ActionId,Reason,Amount,Note", ["M.1.2.3,ORDER_UPDATE,12", "50,x"]),
        ("Order,ActionId,Reason,Amount", ["7,M.1.2.3,ORDER_UPDATE,12", "50"]),
        ("Amount,ActionId,Reason", ["12", "50,M.1.2.3,ORDER_UPDATE"]),
    ],
)
def test_an_amount_that_a_line_break_cut_is_refused(end, before, after):
    with pytest.raises(FileError, match="cannot be read from line") as caught:
        read_stream(end.join([before, *after, ""]).encode())
    assert "break without quotation marks" in caught.value.message


def test_a_line_break_elsewhere_leaves_an_error_where_it_is():
    lines = ["ActionId,Amount,Reason,Note", "M.1.2.3,0,REJECTED,call", "back", "M.1.2.4,0,REJECTED,"]
    assert check(read(*lines).columns).ready == 2
    assert [row[0] for row in cells(*lines)] == [2, 3, 4]
    lines = ["ActionId,Reason,Amount,Note", "M.1.2.3,REJECTED,0,", "12"]
    assert [row[0] for row in cells(*lines)] == [2, 3]
    lines = ["ActionId,Reason,Amount", "M.1.2.3,REJECTED,0", "", "12"]
    assert [row[0] for row in cells(*lines)] == [2, 4]
    lines = ["Order,ActionId,Reason,Amount", "12", "7,M.1.2.3,REJECTED,0"]
    assert [row[0] for row in cells(*lines)] == [2, 3]
    lines = ["ActionId,Reason,Amount", "M.1.2.3,REJECTED,0", "Total"]
    assert [row[0] for row in cells(*lines)] == [2, 3]


TEXTS = st.sampled_from(["Coupon, Corner", "Ann", "a,b,c", "", "80,00", "7", "9.99"])
AMOUNTS = st.sampled_from(["12,50", "1,250.00", "12.50", "12", "", "1,234,567.00", "12,-", "0"])
COLUMNS = st.permutations(["ActionId", "Amount", "Reason", "Partner", "Old", "Note"])


@given(
    columns=COLUMNS,
    width=st.integers(3, 6),
    rows=st.lists(st.tuples(AMOUNTS, TEXTS, TEXTS, TEXTS, st.integers(0, 2)), min_size=1, max_size=4),
    unnamed=st.integers(0, 2),
)
@example(
    columns=["ActionId", "Reason", "Amount", "Note", "Old", "Partner"],
    width=4,
    rows=[("12,50", "", "", "", 0)],
    unnamed=0,
)
def test_without_any_quotation_mark_a_ready_row_has_the_amount_that_was_meant(columns, width, rows, unnamed):
    three = ("ActionId", "Amount", "Reason")
    kept = [name for name in columns if name in three or columns.index(name) < width]
    lines = [",".join(kept + [""] * unnamed)]
    meant = {}
    for at, (amount, partner, old, note, blanks) in enumerate(rows):
        action_id = f"M.1.2.{at}"
        row = dict(zip(("Partner", "Old", "Note"), (partner, old, note), strict=True))
        row |= {"ActionId": action_id, "Amount": amount, "Reason": "ORDER_UPDATE"}
        meant[action_id] = amount
        lines.append(",".join([row[name] for name in kept] + [""] * (blanks + unnamed)))
    try:
        columns = read(*lines).columns
    except FileError as problem:
        assert problem.problem == "file-unreadable"  # noqa: PT017
        return
    assert len(columns) == len(rows)
    wrong = {finding.row for finding in check(columns) if finding.severity == "error"}
    for row, action_id, amount in zip(columns.rows, columns.action_id, columns.amount, strict=True):
        if row not in wrong:
            assert amount == meant[action_id]


FIELDS = st.sampled_from(["M.1.2.3", "12", "50", "REJECTED", "", " ", "x", "a;b", "12.50", "M.1.2.4;5;REJECTED"])


@given(
    header=st.sampled_from(["ActionId,Amount,Reason", "Date,ActionId,Amount,Reason,Note", "Amount,Reason,x,ActionId,"]),
    records=st.lists(st.lists(FIELDS, max_size=7), min_size=1, max_size=5),
)
def test_no_record_is_lost_but_blank_ones_and_text_beside_the_columns_of_a_whole_one(header, records):
    content = io.StringIO(newline="")
    csv.writer(content).writerows([header.split(","), *records])
    width = header.count(",") + 1
    three = [header.split(",").index(name) for name in ("ActionId", "Amount", "Reason")]
    expected = []
    for line, record in enumerate(csv.reader(io.StringIO(content.getvalue()), strict=True), 1):
        is_whole = len(record) >= max(three) + 1
        if is_whole and any(record[at] for at in three):
            is_expected = True
        elif len(record) == width:
            is_expected = any(field.count(";") > 1 for field in record)
        else:
            is_expected = bool("".join(record).strip())
        if line > 1 and is_expected:
            expected.append(line)
    try:
        columns = read_stream(content.getvalue().encode()).columns
    except FileError as problem:
        assert problem.problem == ("file-unreadable" if expected else "no-rows")  # noqa: PT017
    else:
        assert list(columns.rows) == expected
