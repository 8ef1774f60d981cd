"""Filled rows below the table Actions, which did not grow over them: every button that checks or sends says so in time."""

import pytest

from tests.excel.desk import BAD, GOOD, PENDING, REPEATS, Desk
from tests.hosts.calc import calc_excel
from tests.hosts.fake_com import fake_excel
from tests.support.cli import run_here

BELOW = ("M.8882.4808.77", "3.00", "ORDER_UPDATE")
NOTE = (
    "2 filled rows below the table Actions were not read (rows 204 to 206). Drag the corner of the table over them if they "
    "belong to it."
)


@pytest.fixture(params=["the Windows engine", "LibreOffice"])
def desk(request, paths, tmp_path):
    if request.param == "LibreOffice":
        with calc_excel(request.getfixturevalue("office")) as excel:
            yield Desk(excel, paths, tmp_path)
    else:
        with fake_excel() as excel:
            yield Desk(excel, paths, tmp_path)


def put_below(desk, *rows):
    """Types rows below the table, which ends in row 203."""
    for row in rows:
        for letter, value in zip("ABC", BELOW, strict=True):
            desk.put(f"Actions!{letter}{row}", value)


@pytest.mark.parametrize(
    ("button", "rows"),
    [
        ("validate", GOOD),
        ("validate", BAD),
        ("review", GOOD),
        ("review", BAD[:1]),
        ("export_csv", GOOD),
        ("next_issue", GOOD),
        ("fix_safe", GOOD),
        ("remove_duplicates", GOOD),
    ],
)
def test_every_button_that_checks_tells_of_rows_below_the_table(desk, outbox, button, rows):
    desk.open(rows)
    assert NOTE not in desk.click(button)
    put_below(desk, 204, 206)
    assert NOTE in desk.click(button)


@pytest.mark.parametrize(("button", "rows"), [("send", GOOD), ("fix_safe", BAD), ("remove_duplicates", REPEATS)])
def test_a_question_tells_of_rows_below_the_table_before_the_yes(desk, outbox, button, rows):
    desk.open(rows)
    put_below(desk, 204, 206)
    desk.excel.answer("no" if button != "remove_duplicates" else "cancel")
    before = len(desk.excel.alerts)
    desk.click(button)
    assert NOTE in desk.excel.alerts[before].text
    assert list(outbox.iterdir()) == []


def test_rows_below_the_table_are_not_sent_and_stay_as_they_are(desk, outbox):
    desk.open(GOOD)
    put_below(desk, 204)
    desk.excel.answer("yes")
    desk.click("send")
    (file,) = outbox.iterdir()
    assert "M.8882.4808.77" not in file.read_text()
    assert desk.peek("Actions!A204:C204") == [list(BELOW)]


def test_the_command_line_says_the_same_of_the_saved_file(desk, outbox, tmp_path, capsys):
    desk.open(GOOD)
    put_below(desk, 204, 206)
    said = desk.click("validate")
    import openpyxl

    path = tmp_path / "returns.xlsx"
    book = openpyxl.load_workbook(path)
    for row in (204, 206):
        for column, value in enumerate(BELOW, 1):
            book["Actions"].cell(row, column).value = value
    book.save(path)
    result = run_here(capsys, "check", str(path), "--json")
    assert NOTE in said
    assert NOTE in " ".join((result.err + result.out).split())


def test_a_table_without_rows_tells_of_those_below_it(desk):
    desk.open([])
    put_below(desk, 204, 206)
    said = desk.click("validate")
    assert said.startswith("Actions has no rows yet.")
    assert NOTE in said


@pytest.mark.parametrize("place", ["Actions!D204", "Actions!M204", "Actions!A2"])
def test_what_stands_in_other_columns_or_above_is_no_row(desk, place):
    desk.open(GOOD)
    desk.put(place, "a note of mine")
    assert "below the table" not in desk.click("validate")


@pytest.mark.parametrize("desk", ["the Windows engine"], indirect=True)  # the other puts no formula into a cell of text
def test_a_formula_that_shows_nothing_is_no_row(desk):
    desk.open(GOOD)
    desk.excel.put("Actions!A204", '=""', shows="", book=desk.book)
    assert "below the table" not in desk.click("validate")


def test_one_filled_cell_is_a_row(desk):
    desk.open(GOOD)
    for row in (204, 210):  # right below the table, and further down
        desk.put(f"Actions!C{row}", "REJECTED")
        said = desk.click("validate")
        assert (
            f"1 filled row below the table Actions was not read (row {row}). Drag the corner of the table over it if"
            in said
        )
        desk.put(f"Actions!C{row}", None)


def test_load_pending_tells_of_them_too(desk, monkeypatch):
    monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: PENDING)
    desk.open(GOOD)
    put_below(desk, 204, 206)
    assert NOTE in desk.click("load_pending")


@pytest.mark.parametrize("desk", ["the Windows engine"], indirect=True)  # LibreOffice has no row of totals
@pytest.mark.parametrize("button", ["validate", "review", "send"])
def test_a_row_of_totals_is_no_row_of_the_table_and_stays_as_it_is(desk, outbox, button):
    desk.open(GOOD)
    totals = ["Total", "1234.50", None, None, "2 rows", None, None, None, None, "=SUBTOTAL(109,J4:J202)", None]
    for letter, value in zip("ABCDEFGHIJK", totals, strict=True):
        desk.put(f"Actions!{letter}203", value)
    before = desk.peek("Actions!A203:L203")
    desk.book.sheets["Actions"].tables["Actions"].show_totals = True
    desk.excel.answer("yes")
    said = desk.click(button)
    assert "below the table" not in said
    assert "Total" not in said
    assert desk.peek("Actions!A203:L203") == before
    assert all("Total" not in file.read_text() for file in outbox.iterdir())
    put_below(desk, 204, 206)
    desk.excel.answer("yes")
    assert "2 filled rows below the table Actions were not read (rows 204 to 206)." in desk.click("validate")
