"""The findings of a check, grouped by what to do; and as a table and a page that hold every row."""

import csv
import io
import re

import pytest

from action_returns.batch.cells import CellError
from action_returns.batch.check import check
from action_returns.batch.context import Context, PendingAction, PendingDownload
from action_returns.errors import OutputFileError
from action_returns.operations.findings import grouped, listed_rows, write_findings_page, write_findings_table
from tests.batch.sheets import NOW, rows_of
from tests.support.batches import checked_batch

A, B, C = "M.8882.4808.1063415", "M.8882.4808.1063416", "M.8882.4808.1063417"


def lists(report, most=None):
    """Return code -> its number of rows and the rows as they are listed."""
    return {
        group.code: (group.number, [str(row) for row in listed_rows(report, group, most)]) for group in grouped(report)
    }


def test_rows_are_listed_below_their_kind_with_cell_and_correction():
    report = check(rows_of((A, "12,50", "ORDER_UPDATE"), (B, None, "REJECTED"), (C, "1,234", "ORDER_UPDATE")))
    assert lists(report) == {
        "amount-missing": ("1 row", ["line 3"]),
        "amount-separator": ("2 rows", ['line 2 "12,50" -> 12.50', 'line 4 "1,234"']),
    }


def test_errors_come_before_warnings():
    report = check(rows_of(("M1", 0.0, "REJECTED"), (A, None, "REJECTED")))
    assert list(lists(report)) == ["amount-missing", "id-unusual"]


def test_a_row_of_a_sheet_is_named_by_its_cell():
    report = check(rows_of((A, -1.0, "REJECTED"), sheet="My returns", letters=("A", "C", "D")))
    assert lists(report)["amount-negative"] == ("1 row", ['C2 "-1"'])


def test_cells_are_counted_where_one_row_may_have_several():
    broken = CellError("error", "#N/A")
    report = check(rows_of((broken, broken, "REJECTED"), sheet="Actions", letters=("A", "B", "C")))
    assert lists(report)["cell-error"] == ("2 cells", ['A2 "#N/A"', 'B2 "#N/A"'])


def test_what_differs_from_row_to_row_stands_beside_the_row():
    actions = {A: PendingAction(cents=3358), B: PendingAction(cents=100)}
    rows = rows_of((A, 78.74, "ORDER_UPDATE"), (B, 2.0, "ORDER_UPDATE"))
    report = check(rows, context=Context(PendingDownload(actions, 2, NOW), NOW))
    assert lists(report)["amount-above-original"][1] == ['line 2 "78.74" (now 33.58)', 'line 3 "2" (now 1.00)']


def test_the_advice_names_the_reason_codes_of_the_profile():
    (group,) = grouped(check(rows_of((A, 0.0, "Returned"))))
    assert "Choose one of ORDER_UPDATE, REJECTED" in group.advice


def test_a_long_cell_is_shortened_and_an_invisible_character_named():
    report = check(rows_of((A, "x" * 31, "REJECTED"), (B, "x" * 30, "REJECTED"), (C, "1\u00a0", "ORDER_UPDATE")))
    assert lists(report)["amount-not-number"][1] == [f'line 2 "{"x" * 29}…"', f'line 3 "{"x" * 30}"']
    assert lists(report)["amount-whitespace"][1] == ['line 4 "1[U+00A0]" -> 1.00']


def test_only_as_many_rows_are_worded_as_are_asked_for():
    report = check(rows_of((A, None, "REJECTED"), (B, None, "REJECTED"), (C, None, "REJECTED")))
    assert lists(report, most=2)["amount-missing"] == ("3 rows", ["line 2", "line 3"])


# --- the table


@pytest.fixture
def table(tmp_path):
    """Writes the findings of rows as a CSV file; returns its bytes and its records."""

    def write(*rows):
        path = tmp_path / "findings.csv"
        write_findings_table(check(rows_of(*rows)), path, source="returns.csv", overwrite=True)
        content = path.read_bytes()
        return content, list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))

    return write


def test_the_table_has_one_line_for_each_finding(table):
    content, records = table((A, "12,50", "ORDER_UPDATE"), (B, "1\n2", "REJECTED"))
    assert content.startswith(b"\xef\xbb\xbfrow,column,cell,severity,code,found,message,fix\r\n")
    assert content.count(b"\n") == 3
    first, second = records
    message = first.pop("message")
    assert first == {
        "row": "2", "column": "Amount", "cell": "", "severity": "error", "code": "amount-separator", "found": "12,50", "fix": "12.50",
    }  # fmt: skip
    assert message.startswith('"12,50" uses a comma')
    assert (second["row"], second["found"], second["fix"]) == ("3", "1[U+000A]2", "")


def test_every_finding_is_in_the_table(table):
    _, records = table(*[(f"M.8882.4808.{at}", None, "REJECTED") for at in range(5_001)])
    assert [record["row"] for record in records] == [str(row) for row in range(2, 5_003)]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        " =1+1",
        "\u00a0=1+1",
        "\t=1+1",
        "\r=1+1",
        "\uff1d1+1",
        "\uff0b1",
        "-2+3|cmd' /C calc'!A0",
    ],
    ids=ascii,
)
def test_no_spreadsheet_program_takes_a_cell_of_the_table_for_a_formula(table, text):
    _, (record, *_) = table((A, text, "REJECTED"))
    assert record["found"].startswith("'")


@pytest.mark.parametrize("text", ["-12.50", "+12.50", "-1.234,50", "n/a", "12,50"])
def test_a_plain_number_stands_in_the_table_as_it_is(table, text):
    _, (record, *_) = table((A, text, "REJECTED"))
    assert record["found"] == text


def test_half_a_character_does_not_stop_the_table(table):
    _, (record, *_) = table(("M.1\ud8002", 0.0, "REJECTED"))
    assert record["found"] == "M.1[U+D800]2"


# --- the page


@pytest.fixture
def page(tmp_path):
    def write(*rows, source="returns.csv"):
        path = tmp_path / "findings.html"
        write_findings_page(checked_batch(rows, source), path, overwrite=True)
        return path.read_text("utf-8")

    return write


def test_the_page_has_every_row_below_its_kind_errors_first(page):
    text = page(("M1", "12,50", "ORDER_UPDATE"), (B, "13,50", "ORDER_UPDATE"), (C, None, "REJECTED"))
    parts = re.findall("<h[23].*?>(.*?)</h[23]>", text)
    assert parts == [
        "Errors: these rows stay behind until they are corrected",
        "Amount is missing: 1 row",
        "Amount uses a comma or grouping: 2 rows",
        "Warnings: these rows are sent as they are",
        "ActionId looks unusual: 1 row",
        "Not checked",
    ]
    rows = [re.findall("<td.*?>(.*?)</td>", row) for row in re.findall('<tr>(<td class="where">.*?)</tr>', text)]
    assert rows == [
        ["line 4", "(blank)", "", ""],
        ["line 2", '"12,50"', "12.50", ""],
        ["line 3", '"13,50"', "13.50", ""],
        ["line 2", '"M1"', "", ""],
    ]


def test_the_page_gives_the_figures_of_the_check(page):
    text = page(("M1", "12,50", "ORDER_UPDATE"), (B, "13,50", "ORDER_UPDATE"), (C, 0.0, "REJECTED"))
    facts = dict(re.findall('<tr><th scope="row">(.*?)</th><td[^>]*>(.*?)</td></tr>', text))
    assert facts == {"Rows": "3", "Ready": "1", "With errors": "2", "Findings": "2 errors, 1 warning"}


def test_markup_in_a_cell_is_only_text(page):
    text = page((A, "<script>alert(1)</script>", "REJECTED"), source="<b>.csv")
    assert "<script" not in text
    assert "<b>" not in text


def test_the_page_of_a_batch_without_findings_says_so(page):
    assert "No findings." in page((A, 0.0, "REJECTED"))


def test_a_page_that_cannot_hold_every_row_says_how_many_are_missing(page, monkeypatch):
    monkeypatch.setattr("action_returns.operations.findings.MOST_ON_A_PAGE", 3)
    text = page(*[(f"M{at}", None, "REJECTED") for at in range(1, 3)], (A, None, "REJECTED"))
    assert "and 2 more" in text
    assert len(re.findall('class="where"', text)) == 3


def test_neither_is_written_over_another_file(tmp_path):
    checked = checked_batch([(A, None, "REJECTED")])
    mine = tmp_path / "mine"
    mine.write_text("mine")
    with pytest.raises(OutputFileError, match="holds something else"):
        write_findings_table(checked.report, mine, source="returns.csv")
    with pytest.raises(OutputFileError, match="holds something else"):
        write_findings_page(checked, mine)
    assert mine.read_text() == "mine"
