"""New rows of Actions stand below everything that the user entered, and never over it."""

import pytest

from tests.excel.shop_export import HEADERS

MANY = 230


@pytest.fixture
def many(desk, monkeypatch, tmp_path):
    """Opens a workbook with a preview of 230 new rows: more than the blank rows of the table."""
    download, orders = tmp_path / "pending.csv", tmp_path / "orders.csv"
    actions = [f"M.8882.4808.{5000 + at},2026-11-02,50.00,EUR,PENDING,2099-01-31,{5000 + at},Ann" for at in range(MANY)]
    head = "Action ID,Action Date,Sale Amount,Currency,Status,Locking Date,Order ID,Partner"
    download.write_text("\n".join([head, *actions, ""]), encoding="utf-8")
    lines = [
        f"#{5000 + at},a@example.com,partially_refunded,EUR,50.00,0.00,0.00,50.00,,10.00,{at}" for at in range(MANY)
    ]
    orders.write_text("\n".join([HEADERS, *lines, ""]), encoding="utf-8")
    monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: download)
    monkeypatch.setattr("action_returns.excel.dialogues.pick_export", lambda _app: orders)

    def opened(rows=(), **entries):
        desk.open(list(rows), **entries)
        desk.click("load_pending")
        desk.click("import_returns")
        desk.excel.answer("yes")
        return desk

    return opened


def new_row(at):
    return [f"M.8882.4808.{5000 + at}", "40.00", "ORDER_UPDATE"]


def table_of(desk):
    return desk.book.sheets["Actions"].tables["Actions"].range.address


def test_the_table_grows_with_its_live_check_when_it_has_too_few_blank_rows(many):
    desk = many([("M.8882.4808.1", "0", "REJECTED")])
    assert table_of(desk) == "$A$3:$L$203"
    assert desk.click("add_imported_rows").startswith("230 rows of orders.csv added (rows 5 to 234).")
    assert table_of(desk) == "$A$3:$L$234"
    rows = desk.peek("Actions!A4:C235")
    assert rows == [["M.8882.4808.1", "0", "REJECTED"], *map(new_row, range(MANY)), [None] * 3]
    check = desk.book.sheets["Actions"].range("D4:D234").formula
    assert len(set(check)) == 1
    assert check[0][0].startswith("=IF(row_is_empty")


def test_what_stands_below_the_table_is_never_written_over(many):
    desk = many()
    desk.put("Actions!F220", "my sums")
    before = desk.entered(240)
    assert desk.click("add_imported_rows") == (
        "The table Actions has to grow, but row 220 below it holds something of yours. Nothing was added. Move it to "
        "another place or into the table, then click again."
    )
    assert desk.entered(240) == before
    assert desk.peek("Actions!F220") == "my sums"
    assert table_of(desk) == "$A$3:$L$203"


def test_filled_rows_below_the_table_are_told_in_the_question(many):
    desk = many()
    for letter, cell in zip("ABC", ("M.8882.4808.7", "0", "REJECTED"), strict=True):
        desk.put(f"Actions!{letter}400", cell)
    desk.click("add_imported_rows")
    assert "row 400" in desk.excel.alerts[-2].text.lower()
    assert desk.peek("Actions!A400:C400") == [["M.8882.4808.7", "0", "REJECTED"]]


def test_a_row_of_totals_is_not_written_over(many):
    desk = many()
    desk.book.sheets["Actions"].tables["Actions"].api.ShowTotals = True
    assert desk.click("add_imported_rows") == (
        "The table Actions has 199 blank rows above its row of totals, and 230 are needed. Nothing was added. Switch the "
        "row of totals off (Table Design, Total Row), then click again."
    )
    assert desk.entered(6) == [[None] * 3] * 3


def test_new_rows_stand_below_a_note_of_the_users_own(many):
    desk = many([("M.8882.4808.1", "0", "REJECTED", "mine")], own_headers=("Note",))
    desk.put("Actions!M9", "for later")
    desk.click("add_imported_rows")
    assert desk.column("A", [4, 5, 9, 10]) == ["M.8882.4808.1", None, None, "M.8882.4808.5000"]
    assert desk.peek("Actions!M9") == "for later"


def test_formulas_that_fill_a_column_of_the_users_own_are_no_reason_to_go_below_them(many):
    desk = many([("M.8882.4808.1", "0", "REJECTED", None)], own_headers=("Twice",))
    grid = desk.excel._sheet("Actions", desk.book).grid
    for row in range(4, 204):
        grid.formulas[row, 13] = "=2*2"
    desk.click("add_imported_rows")
    assert desk.column("A", [4, 5]) == ["M.8882.4808.1", "M.8882.4808.5000"]


def test_a_formula_in_a_column_that_is_sent_is_never_written_over(many):
    desk = many()
    desk.excel._sheet("Actions", desk.book).grid.formulas[7, 2] = '=""'
    desk.click("add_imported_rows")
    assert desk.column("A", [4, 7, 8]) == [None, None, "M.8882.4808.5000"]
    assert desk.book.sheets["Actions"].range("B7").formula == '=""'


def test_a_protected_sheet_is_named_and_nothing_is_added(many):
    desk = many()
    desk.book.sheets["Actions"].api.Protect("secret")
    assert "The sheet Actions is protected" in desk.click("add_imported_rows")
    assert desk.entered(6) == [[None] * 3] * 3
