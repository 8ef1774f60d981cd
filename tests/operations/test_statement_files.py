"""A statement as CSV, as a workbook and as a page: exact amounts, and names of others that stay texts."""

import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest

from action_returns.clean_text import clean_line
from action_returns.operations.account import Account
from action_returns.operations.statement import Month, read_statement
from action_returns.operations.statement_files import (
    CSV_COLUMNS,
    decimal,
    statement_csv,
    statement_page,
    statement_workbook,
)
from tests.support.available import missing_browser, require
from tests.support.browser import violations
from tests.support.months import FORMULA, HOSTILE, november


@pytest.fixture
def statement(paths):
    november(paths)
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    return read_statement(Month(2026, 11, UTC), Account(), paths, profile=None, now=now)


def lines(statement):
    return list(csv.DictReader(io.StringIO(statement_csv(statement).decode("utf-8-sig"), newline="")))


def test_an_amount_is_a_plain_decimal_also_below_zero():
    assert [decimal(cents) for cents in (0, 5, -5, 1_250, -1_250, -100, 10**17 + 1)] == [
        *("0.00", "0.05", "-0.05", "12.50", "-12.50", "-1.00", "1000000000000000.01")
    ]


def test_the_csv_has_one_line_for_each_sum_and_each_batch_that_is_in_none(statement):
    found = lines(statement)
    assert tuple(found[0]) == CSV_COLUMNS
    assert [(line["Kind"], line["Currency"], line["Change"]) for line in found if line["Section"] == "sent"][:3] == [
        *(("total", "EUR", "-64.40"), ("total", "USD", "-100.00"), ("total", "", ""))
    ]
    failed = [line for line in found if line["Section"] == "failed"]
    assert [(line["Name"], line["Rows"], line["NewTotal"], line["Outcome"]) for line in failed] == [
        ("0006", "1", "", "failed")
    ]


def test_the_batches_of_the_csv_add_up_to_its_totals(statement):
    found = [line for line in lines(statement) if line["Section"] in {"sent", "unknown", "test"}]
    for kind in ("reason", "partner", "batch"):
        for column in (
            "Rows",
            "Reversals",
            "NewTotals",
            "SentAgain",
            "ChangedAgain",
            "Actions",
            "ActionsWithBefore",
            "Applied",
            "Different",
            "NotLookedFor",
        ):
            assert sum(int(line[column]) for line in found if line["Kind"] == kind) == sum(
                int(line[column]) for line in found if line["Kind"] == "total"
            )


def test_a_name_that_opens_a_formula_gets_an_apostrophe_in_the_csv(statement):
    names = [line["Name"] for line in lines(statement) if line["Kind"] == "partner"]
    assert f"'{FORMULA}" in names
    assert f"'{clean_line(HOSTILE)}" in names


def test_the_workbook_holds_amounts_as_numbers_and_names_as_texts(statement):
    book = openpyxl.load_workbook(io.BytesIO(statement_workbook(statement)))
    assert book.sheetnames == ["Totals", "Reasons", "Partners", "Batches", "Notes"]
    heads, *rows = book["Partners"].iter_rows()
    at = {cell.value: number for number, cell in enumerate(heads)}
    found = {row[at["Name"]].value: row for row in rows}
    assert found[FORMULA][at["Name"]].data_type == "s"
    assert found[clean_line(HOSTILE)][at["Name"]].data_type == "s"
    change = found[FORMULA][at["Change sent"]]
    assert (change.value, change.number_format) == (-49.9, "#,##0.00")
    of_nobody = [
        row for row in rows if row[at["Name"]].value == "not known" and row[at["Currency"]].value == "not known"
    ]
    assert [row[at["Change sent"]].value for row in of_nobody] == ["not known"]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_page_shows_names_of_others_as_texts_and_never_zero_for_what_is_not_known(statement):
    page = statement_page(statement).decode()
    assert "=HYPERLINK(&#34;http://x.example&#34;" in page
    assert "\x1b" not in page
    assert "<b>\n" not in page
    assert "not known" in page
    assert "2026-11" in page
    assert "days of the time zone UTC" in page


@pytest.mark.parametrize("month", [11, 1])
def test_everybody_can_use_the_page(statement, paths, tmp_path, month):
    require(missing_browser())
    other = read_statement(Month(2026, month, UTC), Account(), paths, profile=None, now=datetime.now(UTC))
    assert violations(statement_page(other), tmp_path) == []
