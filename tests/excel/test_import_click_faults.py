"""What stays true when one call to Excel fails during a click of an import: every seventh call in turn, each one in `make test-long`."""

import math
from types import SimpleNamespace

import pytest

from tests.excel.shop_export import DOWNLOAD, HEADERS, ORDERS

OWN = ["M.8882.4808.1", "0", "REJECTED"]
NEW_ROWS = [["M.8882.4808.2001", "0", "REJECTED"], ["M.8882.4808.2002", "67.50", "ORDER_UPDATE"]]
BEFORE = [OWN, *[[None] * 3] * 3]
AFTER = [OWN, *NEW_ROWS, [None] * 3]
LATER = "#1005,g@example.com,refunded,EUR,45.00,0.00,0.00,45.00,,45.00,505"


EACH_IN_TURN = pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.long)])


@pytest.fixture
def shop(desk, monkeypatch, tmp_path):
    """A workbook with a pending download, and a shop whose export holds the orders that a test names."""
    monkeypatch.setattr("action_returns.excel.engine.time", SimpleNamespace(sleep=lambda _seconds: None))
    download, orders = tmp_path / "pending.csv", tmp_path / "orders.csv"
    download.write_text(DOWNLOAD, encoding="utf-8")
    monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: download)
    monkeypatch.setattr("action_returns.excel.dialogues.pick_export", lambda _app: orders)
    desk.open([tuple(OWN)])
    desk.click("load_pending")

    def export(*lines):
        orders.write_text("\n".join([HEADERS, *lines, ""]), encoding="utf-8")

    export(*ORDERS)
    return SimpleNamespace(desk=desk, export=export)


def click_and_fail(desk, button, after, kind, times):
    """Click a button whose call number `after`, from 0, fails; whatever is said of it."""
    from action_returns.excel import clicks

    desk.excel.busy(times, kind, after=after)
    with desk.excel.clicked(desk.book):
        getattr(clicks, button)()
    desk.excel.busy(0)


def number_of_calls(desk, button):
    desk.click(button)
    return desk.excel.calls.total()


def told(desk):
    return [cell for (cell,) in desk.peek("Import!B3:B9")]


def listed(desk):
    return [row[1] for row in desk.peek("Import!A38:B50") if row[0] is not None]


@EACH_IN_TURN
@pytest.mark.parametrize("kind", ["rejected", "editing"])
def test_a_call_that_excel_refuses_for_a_moment_costs_no_preview(shop, kind, step):
    desk = shop.desk
    for after in range(0, number_of_calls(desk, "import_returns"), step):
        shop.export(*ORDERS, *[LATER] * (after % 2))
        desk.excel.busy(1, kind, after=after)
        said = desk.click("import_returns")
        assert f"{6 + after % 2} orders = {2 + after % 2} rows" in said, after
        assert len(listed(desk)) == 6 + after % 2


@EACH_IN_TURN
@pytest.mark.parametrize(("kind", "times"), [("failed", 1), ("gone", math.inf)])
def test_a_preview_that_broke_off_never_looks_whole(shop, kind, times, step):
    desk = shop.desk
    for after in range(0, number_of_calls(desk, "import_returns"), step):
        shop.export(*ORDERS, *[LATER] * (after % 2))
        number = 6 + after % 2
        before = told(desk), listed(desk)
        click_and_fail(desk, "import_returns", after, kind, times)
        if (told(desk), listed(desk)) != before and told(desk)[6] != (
            "This preview broke off and is not whole. Nothing was added. Click Import returns again."
        ):
            assert told(desk)[3].startswith(f"{number} orders = "), after
            assert len(listed(desk)) == number, after
        desk.click("import_returns")
        assert len(listed(desk)) == number


@EACH_IN_TURN
@pytest.mark.parametrize("kind", ["rejected", "editing"])
def test_a_call_that_excel_refuses_for_a_moment_costs_no_row(shop, kind, step):
    desk = shop.desk
    desk.click("import_returns")
    desk.excel.answer("yes")
    total = number_of_calls(desk, "add_imported_rows")
    desk.excel.answer("yes")
    total_undo = number_of_calls(desk, "undo_change")
    for after in range(0, total, step):
        desk.click("import_returns")
        desk.excel.answer("yes")
        desk.excel.busy(1, kind, after=after)
        desk.click("add_imported_rows")
        assert desk.entered(7) == AFTER, after
        desk.excel.answer("yes")
        desk.excel.busy(1, kind, after=after % total_undo)
        desk.click("undo_change")
        assert desk.entered(7) == BEFORE, after


@EACH_IN_TURN
def test_rows_that_were_added_are_told_whatever_fails_afterwards(shop, step):
    desk = shop.desk
    desk.click("import_returns")
    desk.excel.answer("yes")
    total = number_of_calls(desk, "add_imported_rows")
    seen = set()
    for after in range(0, total - 1, step):
        desk.excel.answer("yes")
        desk.click("undo_change")
        assert desk.entered(7) == BEFORE, after
        desk.click("import_returns")
        desk.excel.answer("yes")
        click_and_fail(desk, "add_imported_rows", after, "failed", 1)
        told_added = "2 rows of orders.csv added (rows 5 to 6)" in desk.excel.alerts[-1].text
        assert (desk.entered(7) == AFTER) == told_added, after
        seen.add(told_added)
        desk.excel.application.dialogs.answers.clear()
    assert seen == {True, False}
