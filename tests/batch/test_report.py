"""How findings read, and where they point."""

import string
from datetime import UTC, date, datetime, time, timedelta

import pytest

from action_returns.batch.cells import CellError, display_cell, quote_sheet
from action_returns.batch.check import check
from action_returns.batch.rule import Severity
from tests.batch.sheets import GOOD_ID, label, one_row, rows_of


@pytest.mark.parametrize(
    ("sheet", "address"),
    [
        ("Actions", "Actions!B2"),
        ("Returns_2026", "Returns_2026!B2"),
        ("My returns", "'My returns'!B2"),
        ("It's", "'It''s'!B2"),
        ("2026", "'2026'!B2"),
        ("a-b", "'a-b'!B2"),
        ("R\u00fcckgaben", "'R\u00fcckgaben'!B2"),
        ("Q4", "'Q4'!B2"),
        ("Nov2026", "'Nov2026'!B2"),
        ("R1C1", "'R1C1'!B2"),
        ("RC", "'RC'!B2"),
        ("c", "'c'!B2"),
        ("", "''!B2"),
    ],
)
def test_a_finding_points_to_its_cell_the_way_a_spreadsheet_writes_it(sheet, address):
    finding = check(one_row(amount="x", sheet=sheet, letters=("A", "B", "C")))[0]
    assert finding.cell == address


def test_each_column_has_its_own_letter_and_each_row_its_number():
    rows = rows_of((GOOD_ID, 0.0, "REJECTED"), (None, None, None), first=7, sheet="Actions", letters=("D", "AA", "B"))
    assert [finding.cell for finding in check(rows)] == ["Actions!D8", "Actions!AA8", "Actions!B8"]


def test_a_row_of_a_csv_file_has_no_cell():
    assert check(one_row(amount=None))[0].cell is None


@pytest.mark.parametrize(
    "blank",
    ["\u00a0", "\u200b", "\n", "\r", "\t", "\ufeff", "\u202e", "\u00ad", "\u2028", "\ufff9", "\U000e0041"],
    ids=label,
)
def test_a_message_names_what_cannot_be_seen(blank):
    finding = check(one_row(GOOD_ID + blank))[0]
    assert f'"{GOOD_ID}[U+{ord(blank):04X}]"' in finding.message
    assert finding.found == GOOD_ID + blank


def test_a_message_names_half_a_character_that_nothing_could_print():
    message = check(one_row("M.1\ud8002"))[0].message
    assert '"M.1[U+D800]2"' in message
    message.encode()


def test_an_ordinary_space_is_shown_as_it_is():
    assert f'" {GOOD_ID}"' in check(one_row(" " + GOOD_ID))[0].message


def test_a_cell_of_forty_thousand_letters_makes_no_endless_message():
    finding = check(one_row("x" * 40_000))[0]
    assert '"' + "x" * 59 + '…"' in finding.message
    assert len(finding.message) < 400
    assert '"' + "x" * 60 + '"' in check(one_row("x" * 60))[0].message


def test_braces_in_a_cell_are_only_braces():
    assert '"{found} {0} {x.y}"' in check(one_row("{found} {0} {x.y}"))[0].message


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("a", "a"),
        (True, "TRUE"),
        (False, "FALSE"),
        (5.0, "5"),
        (5, "5"),
        (12.5, "12.5"),
        (-1.5, "-1.5"),
        (1e15, "1E+15"),
        (1.5e300, "1.5E+300"),
        (10**20, "1E+20"),
        (10**400, "a number of more than 300 digits"),
        (-(10**5000), "a number of more than 300 digits"),
        (float("nan"), "NAN"),
        (float("inf"), "INF"),
        (CellError("error", "#N/A"), "#N/A"),
        (datetime(2026, 11, 23, 9, 5, tzinfo=UTC), "2026-11-23 09:05:00+00:00"),
        (date(2026, 11, 23), "2026-11-23"),
        (time(9, 5), "09:05:00"),
        (timedelta(hours=30), "1 day, 6:00:00"),
        ([], "a list"),
    ],
    ids=lambda value: value if isinstance(value, str) else "cell",
)
def test_a_cell_is_shown_as_a_person_sees_it(cell, text):
    assert display_cell(cell) == text


def test_findings_come_in_row_order_then_by_column():
    rows = rows_of((GOOD_ID, None, "x"), (None, 0.0, None), ("M.8882.1.1", -1.0, "REJECTED"))
    assert [(f.row, f.column) for f in check(rows)] == [
        (2, "Amount"),
        (2, "Reason"),
        (3, "ActionId"),
        (3, "Reason"),
        (4, "Amount"),
    ]


def test_findings_by_rule_are_errors_first_and_lead_back_to_the_findings():
    rows = rows_of(("M1", 0.0, "x"), ("M.1.1.1", None, "REJECTED"), ("M2", -1.0, None), (None, 0.0, "y"))
    report = check(rows)
    found = {
        rule.code: [(report[at].row, report[at].code, report.case(at)[1].cell) for at in indexes]
        for rule, indexes in report.by_rule()
    }
    assert list(found) == [
        "id-missing",
        "amount-missing",
        "amount-negative",
        "reason-missing",
        "reason-unknown",
        "id-unusual",
    ]
    assert found["reason-unknown"] == [(2, "reason-unknown", "x"), (5, "reason-unknown", "y")]
    assert found["id-unusual"] == [(2, "id-unusual", "M1"), (4, "id-unusual", "M2")]
    assert found["id-missing"] == [(5, "id-missing", None)]


def test_a_report_counts_errors_warnings_and_ready_rows():
    report = check(
        rows_of((GOOD_ID, None, None), ("M1", 0.0, "REJECTED"), ("M2", 2e6, "ORDER_UPDATE"), ("M.1.1.1", 0.0, "x"))
    )
    assert (report.rows, report.ready, report.errors, report.warnings, len(report)) == (4, 2, 3, 4, 7)
    assert report.counts == {
        "id-unusual": 2,
        "id-mixed-campaigns": 1,
        "amount-missing": 1,
        "amount-large": 1,
        "reason-missing": 1,
        "reason-unknown": 1,
    }


def test_a_warning_keeps_no_row_from_being_ready():
    report = check(one_row("M1", 2e6, "ORDER_UPDATE"))
    assert {finding.severity for finding in report} == {Severity.WARNING}
    assert list(report.ready_rows()) == [("M1", 200_000_000, "ORDER_UPDATE")]


def test_a_report_is_a_sequence_of_findings():
    report = check(one_row(None, None, None))
    assert [f.code for f in report] == ["id-missing", "amount-missing", "reason-missing"]
    assert report[-1] == report[2] == list(report)[2]
    assert report[1:] == [report[1], report[2]]
    assert report[0] in report
    with pytest.raises(IndexError):
        report[3]


def test_ready_rows_come_in_sheet_order_with_their_row_numbers():
    rows = rows_of(("M.1.1.3", 5.5, "ORDER_UPDATE"), ("x", 0.0, "REJECTED"), ("M.1.1.1", "0.00", "REJECTED"), first=10)
    ready = check(rows).ready_rows()
    assert list(ready) == [("M.1.1.3", 550, "ORDER_UPDATE"), ("M.1.1.1", 0, "REJECTED")]
    assert list(ready.rows) == [10, 12]


def test_a_plain_word_is_not_quoted_and_any_other_name_is():
    assert quote_sheet("TooLongToBeACell1") == "TooLongToBeACell1"
    assert quote_sheet("a!b") == "'a!b'"


def test_no_message_says_anything_that_was_not_filled_in():
    rows = rows_of((None, None, None), (5.0, "x", "y"), (" M.1.1.1", "5 ", "rejected"), ("M.1.1.1", 5.0, "REJECTED"))
    for finding in check(rows):
        assert "{" not in finding.message
        assert finding.message[-1] == "."
        assert finding.message[0] in string.ascii_uppercase + '"'
