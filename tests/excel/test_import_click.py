"""From a shop's export to rows of Actions, on both hosts: the preview, the rows, and how they are taken back."""

import re
from datetime import UTC, datetime

import pytest

from tests.excel.desk import Desk
from tests.excel.shop_export import DOWNLOAD, HEADERS, ORDERS
from tests.hosts.calc import calc_excel
from tests.hosts.fake_com import fake_excel

EQUATION = "6 orders = 2 rows + 0 in the sheet + 0 sent before + 1 nothing to do + 2 to decide + 1 refused"
NEW_ROWS = [["M.8882.4808.2001", "0", "REJECTED"], ["M.8882.4808.2002", "67.50", "ORDER_UPDATE"]]


@pytest.fixture(params=["the Windows engine", "LibreOffice"])
def desk(request, paths, tmp_path):
    if request.param == "LibreOffice":
        with calc_excel(request.getfixturevalue("office")) as excel:
            yield Desk(excel, paths, tmp_path)
    else:
        with fake_excel() as excel:
            yield Desk(excel, paths, tmp_path)


@pytest.fixture
def export(tmp_path):
    """Writes an export and gives its path."""

    def write(*orders, name="orders.csv", headers=HEADERS):
        path = tmp_path / name
        path.write_text("\n".join([headers, *orders, ""]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def loaded(desk, monkeypatch, tmp_path):
    """Opens a workbook with a pending download and lets the person choose an export."""

    def load(rows=(), *, chosen=None):
        download = tmp_path / "pending.csv"
        download.write_text(DOWNLOAD, encoding="utf-8")
        monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: download)
        monkeypatch.setattr("action_returns.excel.dialogues.pick_export", lambda _app: chosen)
        desk.open(list(rows))
        desk.click("load_pending")
        return desk

    return load


def listed(desk, last=60):
    """The list of orders: group, order, action, new total."""
    rows = [row for row in desk.peek(f"Import!A38:J{last}") if row[0] is not None]
    return [(row[0], row[1], row[2], row[7]) for row in rows]


def test_the_preview_shows_what_becomes_of_each_order_and_adds_nothing(loaded, export):
    desk = loaded(chosen=export(*ORDERS))
    said = desk.click("import_returns")
    assert EQUATION in said
    assert "Nothing was added to Actions yet." in said
    assert desk.book.sheets.active.name == "Import"
    assert desk.peek("Import!B6") == EQUATION
    assert desk.entered(6) == [[None] * 3] * 3
    assert listed(desk) == [
        ("To decide", "#1006", None, None),
        ("Refused", "#1004", None, None),
        ("Row", "#1001", "M.8882.4808.2001", "0.00"),
        ("Row", "#1002", "M.8882.4808.2002", "67.50"),
        ("To decide", "#1099", None, None),
        ("Nothing to do", "#1003", None, None),
    ]


def test_a_download_can_be_loaded_before_actions_has_rows(loaded, export):
    desk = loaded(chosen=export(*ORDERS))
    said = desk.excel.alerts[-1].text
    assert said.startswith("6 actions from pending.csv, as of ")
    assert said.endswith(
        "Actions has no rows yet. Import returns fills it from an export of your shop. Or paste the returns there: "
        "Action ID, new order amount, reason code."
    )
    assert desk.peek("Pending!A9") == "M.8882.4808.2006"


def test_the_mapping_is_shown_with_examples_and_how_sure_it_is(loaded, export):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    assert desk.peek("Import!A15:D15") == [
        ["order number", "Name", "#1001, #1002, #1003", "sure: the header of this source"]
    ]
    mapping = {row[1]: row[0] for row in desk.peek("Import!A15:B34") if row[1] is not None}
    assert mapping["Refunded Amount"] == "refunded amount"
    assert mapping["Total"] == "total of the order"
    assert "Email" not in mapping
    assert [row[0] for row in desk.peek("Import!L15:L25")] == HEADERS.split(",")
    assert desk.book.sheets["Import"].api.ProtectContents


def test_the_rows_that_were_shown_are_added_below_those_of_actions(loaded, export):
    own = ("M.8882.4808.1", "0", "REJECTED")
    desk = loaded([own], chosen=export(*ORDERS))
    desk.click("import_returns")
    desk.excel.answer("yes")
    said = desk.click("add_imported_rows")
    asked = desk.excel.alerts[-2].text
    assert asked.startswith(f"Add 2 rows below the 1 row of Actions?\n\n{EQUATION}")
    assert "117.50 EUR refunded in the export = 62.50 EUR in rows + 55.00 EUR in orders that become no row" in asked
    assert "They will stand in rows 5 to 6. Undo tool change takes them back. Nothing is sent." in asked
    assert desk.entered(7) == [list(own), *NEW_ROWS, [None] * 3]
    assert said.startswith("2 rows of orders.csv added (rows 5 to 6). Undo tool change takes them back.")
    assert desk.column("E", [5, 6]) == ["Ready: reverse", "Ready: new total 67.50"]
    assert desk.book.sheets["Actions"].range("A5:C6").number_format == "@"


def test_who_does_not_say_yes_adds_nothing(loaded, export):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    desk.excel.answer("no")
    assert desk.click("add_imported_rows") == "Nothing was added."
    assert desk.entered(6) == [[None] * 3] * 3


@pytest.mark.parametrize("rows", [[("M.8882.4808.1", "0", "REJECTED")], []])
def test_added_rows_are_taken_back_by_undo_tool_change(loaded, export, rows):
    desk = loaded(rows, chosen=export(*ORDERS))
    before = desk.entered(8)
    desk.click("import_returns")
    desk.excel.answer("yes", "yes")
    desk.click("add_imported_rows")
    assert desk.entered(8) != before
    said = desk.click("undo_change")
    assert said == "Taken back: adding 2 rows of orders.csv. The cells are as they were."
    assert desk.entered(8) == before
    assert desk.column("E", [5, 6]) == [None, None]


def test_rows_are_not_added_twice(loaded, export):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    desk.excel.answer("yes", "yes")
    desk.click("add_imported_rows")
    rows = desk.entered(12)
    assert "were added already (Actions, rows 4 to 5). Nothing was added." in desk.click("add_imported_rows")
    assert re.match(r"Added to Actions on \d{4}-\d\d-\d\d at \d\d:\d\d: rows 4 to 5\.", desk.peek("Import!B9"))
    said = desk.click("import_returns")
    assert "6 orders = 0 rows + 2 in the sheet" in said
    assert desk.click("add_imported_rows").startswith("Nothing was added. 6 orders = 0 rows + 2 in the sheet")
    assert desk.entered(12) == rows


def test_a_file_that_changed_since_the_preview_is_shown_anew_and_not_added(loaded, export):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    export(*ORDERS, "#1005,g@example.com,refunded,EUR,45.00,0.00,0.00,45.00,,45.00,505")
    said = desk.click("add_imported_rows")
    assert said.startswith("Nothing was added: orders.csv was changed since the preview.")
    assert "7 orders = 3 rows" in said
    assert desk.entered(6) == [[None] * 3] * 3
    assert ("Row", "#1005", "M.8882.4808.2005", "0.00") in listed(desk)
    desk.excel.answer("yes")
    desk.click("add_imported_rows")
    assert desk.entered(7) == [*NEW_ROWS, ["M.8882.4808.2005", "0", "REJECTED"], [None] * 3]


def test_rows_that_were_typed_since_the_preview_are_looked_at_first(loaded, export):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    for letter, cell in zip("ABC", NEW_ROWS[0], strict=True):
        desk.put(f"Actions!{letter}4", cell)
    said = desk.click("add_imported_rows")
    assert said.startswith("Nothing was added: rows of Actions were changed since the preview.")
    assert "6 orders = 1 row + 1 in the sheet" in said
    desk.excel.answer("yes")
    desk.click("add_imported_rows")
    assert desk.entered(6) == [*NEW_ROWS, [None] * 3]


def test_a_download_that_was_loaded_since_the_preview_is_looked_at_first(loaded, export, tmp_path):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    (tmp_path / "pending.csv").write_text(DOWNLOAD.replace("2026-11-07,15.00", "2026-11-08,15.00"), encoding="utf-8")
    desk.click("load_pending")
    said = desk.click("add_imported_rows")
    assert said.startswith("Nothing was added: another pending download was loaded since the preview.")
    assert desk.entered(6) == [[None] * 3] * 3


def test_rows_that_were_sent_since_the_preview_are_looked_at_first(loaded, export, outbox):
    desk = loaded([NEW_ROWS[1]], chosen=export(*ORDERS))
    desk.excel.answer("yes")
    desk.click("send")
    for letter in "ABC":
        desk.put(f"Actions!{letter}4", None)
    said = desk.click("import_returns")
    assert "6 orders = 1 row + 0 in the sheet + 1 sent before" in said
    desk.excel.answer("yes")
    desk.click("add_imported_rows")
    assert desk.entered(6) == [NEW_ROWS[0], [None] * 3, [None] * 3]


def test_an_action_that_locked_since_the_preview_is_not_added(loaded, export, monkeypatch):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    later = datetime(2099, 2, 1, tzinfo=UTC)
    monkeypatch.setattr("action_returns.excel.button.ButtonContext.now", staticmethod(lambda: later))
    said = desk.click("add_imported_rows")
    assert said.startswith("Nothing was added: rows were sent or an action locked since the preview.")
    assert "6 orders = 0 rows" in said
    assert desk.entered(6) == [[None] * 3] * 3


def test_without_a_pending_download_nothing_is_guessed(desk, export, monkeypatch):
    monkeypatch.setattr("action_returns.excel.dialogues.pick_export", lambda _app: export(*ORDERS))
    desk.open([])
    for button in ("import_returns", "add_imported_rows"):
        assert desk.click(button).endswith("Click Load pending first, then Import returns.")
    assert desk.peek("Import!B3") is None


def test_without_a_preview_nothing_is_added(loaded, export):
    desk = loaded(chosen=None)
    assert desk.click("add_imported_rows").startswith(
        "No export was read yet, or its preview broke off. Nothing was added. Click Import returns first"
    )
    assert desk.click("import_returns") is None
    assert desk.peek("Import!B3") is None


def test_a_column_that_the_user_chooses_is_read_again(loaded, export):
    headers = "Name,Financial Status,Currency,Total,Cancelled at,Refunded Amount,Kept"
    orders = ["#1002,partially_refunded,EUR,80.00,,12.50,30.00"]
    desk = loaded(chosen=export(*orders, headers=headers))
    assert "1 order = 1 row" in desk.click("import_returns")
    at = next(row for row, cells in enumerate(desk.peek("Import!A15:A34"), 15) if cells == ["refunded amount"])
    desk.put(f"Import!B{at}", "Kept")
    assert desk.click("add_imported_rows").startswith("Nothing was added: yellow cells were changed since the preview.")
    assert listed(desk) == [("Row", "#1002", "M.8882.4808.2002", "50.00")]  # 80.00 - 30.00
    assert desk.peek(f"Import!B{at}:D{at}") == [["Kept", "30.00", "chosen by you"]]
    desk.put(f"Import!B{at}", "Refunded Amount")
    desk.excel.answer("yes")
    desk.click("import_returns")
    assert desk.excel.alerts[-2].text.startswith("Read orders.csv again with your changes on the sheet Import?")
    assert listed(desk) == [("Row", "#1002", "M.8882.4808.2002", "67.50")]


def test_a_tolerance_that_is_typed_counts_and_one_that_is_no_amount_is_refused(loaded, export):
    order = "#1001,a@example.com,refunded,EUR,50.03,0.00,0.00,50.03,,50.03,501"  # the network says 50.00
    desk = loaded(chosen=export(order))
    assert "1 order = 0 rows" in desk.click("import_returns")
    desk.put("Import!B10", "0,05")
    assert 'The tolerance "0,05" on the sheet Import is no amount. Nothing was read.' in desk.click("import_returns")
    desk.put("Import!B10", "0.05")
    desk.excel.answer("yes")
    assert "1 order = 1 row" in desk.click("import_returns")
    assert listed(desk) == [("Row", "#1001", "M.8882.4808.2001", "0.00")]
    assert desk.peek("Import!B10") == "0.05"


def test_a_filter_in_actions_keeps_rows_out(loaded, export, monkeypatch):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    monkeypatch.setattr("action_returns.excel.workbook.engine.filter_is_on", lambda _table: True)
    assert desk.click("add_imported_rows").startswith("A filter is on in Actions")
    assert desk.entered(6) == [[None] * 3] * 3


def test_a_file_that_is_gone_is_named(loaded, export):
    path = export(*ORDERS)
    desk = loaded(chosen=path)
    desk.click("import_returns")
    path.unlink()
    assert desk.click("add_imported_rows") == (
        f"{path} is no longer there. Nothing was added. Click Import returns and choose the export again."
    )


def test_of_a_file_whose_columns_are_not_known_they_are_listed_to_choose_from(loaded, export):
    desk = loaded(chosen=export("1002,a@example.com,12.50", headers="Bestell-Nr,Kunde,Gutgeschrieben XY"))
    said = desk.click("import_returns")
    assert said.endswith(
        "The sheet Import lists all columns of this file. Choose the columns in the yellow cells below, then click "
        "Import returns again."
    )
    assert "--map" not in said
    assert desk.peek("Import!A15:D15") == [["order number", None, None, "choose its column, if the export has one"]]
    assert desk.peek("Import!L15:L18") == [["Bestell-Nr"], ["Kunde"], ["Gutgeschrieben XY"], [None]]
    places = {cells[0]: row for row, cells in enumerate(desk.peek("Import!A15:A34"), 15)}
    desk.put(f"Import!B{places['order number']}", "Bestell-Nr")
    desk.put(f"Import!B{places['refunded amount']}", "Gutgeschrieben XY")
    desk.excel.answer("yes")
    assert "1 order = 1 row" in desk.click("import_returns")
    assert listed(desk) == [("Row", "1002", "M.8882.4808.2002", "67.50")]


def test_rows_that_were_taken_back_can_be_added_again(loaded, export):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    desk.excel.answer("yes", "yes", "yes")
    desk.click("add_imported_rows")
    desk.click("undo_change")
    assert desk.click("add_imported_rows").startswith("2 rows of orders.csv added (rows 4 to 5).")
    assert desk.entered(6) == [*NEW_ROWS, [None] * 3]


def test_rows_that_were_taken_back_are_not_told_as_added_after_other_changes(loaded, export):
    desk = loaded(chosen=export(*ORDERS))
    desk.click("import_returns")
    desk.excel.answer("yes", "yes")
    desk.click("add_imported_rows")
    desk.click("undo_change")
    for letter, cell in zip("ABC", ("M.8882.4808.1", "0", "REJECTED"), strict=True):
        desk.put(f"Actions!{letter}4", cell)
    said = desk.click("add_imported_rows")
    assert said.startswith("Nothing was added: rows of Actions were changed since the preview.")
    assert EQUATION in said
    desk.excel.answer("yes")
    assert desk.click("add_imported_rows").startswith("2 rows of orders.csv added (rows 5 to 6).")
