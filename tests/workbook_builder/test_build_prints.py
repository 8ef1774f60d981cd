"""The printed workbook: what a page shows, and that what is empty takes no paper."""

import re
import subprocess

import pytest

from action_returns.operations.account import Account
from action_returns.operations.new_workbook import declared_template, new_workbook


def printed(office, path):
    """Print a workbook to a PDF; return the name of the sheet and the text of every page."""
    pdf = path.with_suffix(".pdf")
    with office.opened(path) as document:
        office.save_as(document, pdf, "calc_pdf_Export")
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    # The footer of a page: file, sheet, number.
    return [(re.search(r"\.xls[xm] +(\w+) +Page \d+ of", page)[1], page) for page in text.split("\f") if page.strip()]


@pytest.fixture
def pages(office, tmp_path):
    """Print a new workbook."""

    def pages_of(*, samples):
        path = tmp_path / "new.xlsm"
        new_workbook(path, Account(), samples=samples)
        return printed(office, path)

    return pages_of


def test_a_list_without_rows_takes_no_paper(pages):
    sheets = [sheet for sheet, _ in pages(samples=False)]
    assert set(sheets) == {"Start", "Actions", "Import", "Review", "Insights", "Reasons", "Dictionary"}
    assert [sheets.count(sheet) for sheet in ("Start", "Import", "Review", "Reasons")] == [1, 1, 1, 1]


def test_actions_prints_the_columns_that_matter_one_page_wide_below_its_headers(pages):
    texts = [text for sheet, text in pages(samples=True) if sheet == "Actions"]
    assert len(texts) <= 6, "200 rows"
    for text in texts:
        assert re.search(r"ActionId +Amount +Reason +Check +Result +What to do +Order ID +Partner\n", text)
    told = "".join(texts)
    assert [told.count(f"M.8882.4808.{number}") for number in range(1063447, 1063453)] == [1] * 6


def test_insights_is_one_page_with_all_of_its_charts(pages):
    (text,) = [text for sheet, text in pages(samples=False) if sheet == "Insights"]
    titles = [chart.title for chart in next(one for one in declared_template().sheets if one.name == "Insights").charts]
    assert [text.count(title) for title in titles] == [2] * 5, "the heading of the figures and the title of the chart"
