"""The sheet Review: every label has its figure, and the sheet says by itself when a row has changed since."""

import pytest

from action_returns.excel.messages import REVIEW_FACTS
from action_returns.operations.new_workbook import declared_template
from tests.excel.desk import GOOD, Desk
from tests.hosts.calc import calc_excel

UNCHANGED = "No row of Actions has changed since this review."
CHANGED = "Actions has CHANGED since this review. Click Review again."


@pytest.fixture
def calc(office, paths, tmp_path):
    """A person in front of a program that calculates."""
    with calc_excel(office) as running:
        yield Desk(running, paths, tmp_path)


def test_the_labels_of_the_sheet_are_those_of_the_figures():
    (sheet,) = [sheet for sheet in declared_template().sheets if sheet.name == "Review"]
    labels = [line.text for line in sheet.lines if line.at.startswith("B")]
    assert labels == ["Reviewed", *(label.replace("Rows in file", "Rows in Actions") for label in REVIEW_FACTS)]
    assert sheet.names["review_figures"] == f"C4:C{3 + len(labels)}"


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ("A4", "M.8882.4808.9"),
        ("B5", "12.51"),
        ("B5", "99999999"),
        ("C5", "REJECTED"),
        ("A6", "x"),
        ("B4", None),
        ("A5", None),
    ],
)
def test_a_row_that_changes_after_the_review_is_told_on_the_sheet(calc, outbox, place, cell):
    calc.open(GOOD)
    assert calc.peek("Review!A2") == "Nothing was reviewed yet. Click Review."
    calc.click("review")
    assert calc.peek("Review!A2") == UNCHANGED
    before = calc.peek(f"Actions!{place}")
    calc.put(f"Actions!{place}", cell)
    assert calc.peek("Review!A2") == CHANGED
    calc.put(f"Actions!{place}", before)
    assert calc.peek("Review!A2") == UNCHANGED
    calc.put(f"Actions!{place}", cell)
    calc.click("review")
    assert calc.peek("Review!A2") == UNCHANGED


def test_two_rows_that_change_places_are_a_change(calc, outbox):
    calc.open(GOOD)
    calc.click("review")
    for row, cells in enumerate(reversed(GOOD), 4):
        for column, cell in zip("ABC", cells, strict=True):
            calc.put(f"Actions!{column}{row}", cell)
    assert calc.peek("Review!A2") == CHANGED


def test_results_beside_the_rows_are_no_change(calc, outbox):
    calc.open(GOOD)
    calc.click("review")
    calc.click("validate")
    assert calc.peek("Review!A2") == UNCHANGED


def test_a_raise_of_order_value_is_told_in_words_on_the_sheet(desk, outbox, tmp_path):
    download = tmp_path / "pending.csv"
    download.write_text("Action ID,Sale Amount,Currency\nM.8882.4808.1,20.00,EUR\nM.8882.4808.2,10.00,EUR\n")
    desk.open([("M.8882.4808.2", "99999", "ORDER_UPDATE")])
    desk.excel.answer(str(download))
    desk.click("load_pending")
    desk.click("review")
    figures = dict(desk.peek("Review!B4:C21"))
    assert figures["Money effect"] == "RAISES order value by 99,989.00 EUR"
    assert figures["Largest raises"] == "row 4, M.8882.4808.2: from 10.00 to 99,999.00 EUR"


def test_what_a_download_does_not_tell_is_still_told_at_a_later_review(desk, outbox, tmp_path):
    download = tmp_path / "pending.csv"
    download.write_text("Action ID,Sale Amount,Locking Date\nM.8882.4808.1,,2099-01-31\nM.8882.4808.2,10.00,\n")
    desk.open(GOOD)
    desk.excel.answer(str(download))
    desk.click("load_pending")
    assert desk.column("B", [4, 5], sheet="Pending") == ["unknown", "10.00"]
    assert desk.peek("Pending!E5") == "no lock date known"
    desk.click("review")
    figures = dict(desk.peek("Review!B4:C21"))
    assert figures["Money effect"] == (
        "RAISES order value by 2.50 over the 1 row whose current amount is known; unknown for 1 row"
    )
    assert figures["Notes"] == (
        "1 action has no lock date in pending.csv: until when it can be changed is unknown. "
        "1 action has no current amount in pending.csv: what it is worth now is unknown."
    )


def test_the_sheet_actions_shows_unknown_and_never_nothing_for_a_missing_current_amount(desk, tmp_path):
    download = tmp_path / "pending.csv"
    download.write_text("Action ID,Sale Amount,Currency,Locking Date\nM.8882.4808.1,,EUR,\n")
    desk.open(GOOD)
    desk.excel.answer(str(download))
    desk.click("load_pending")
    shown = desk.peek("Actions!D3:L5")
    results = [dict(zip(shown[0], row, strict=True)) for row in shown[1:]]
    assert [row["Current amount"] for row in results] == ["unknown", "unknown"]
    assert [row["Change"] for row in results] == [None, None]
    assert [row["Locks at"] for row in results] == ["no lock date known", None]
