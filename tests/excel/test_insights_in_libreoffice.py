"""The sheet Insights in a real spreadsheet program: its charts show what the button wrote."""

import pytest

from tests.excel.desk import GOOD, PENDING, Desk
from tests.hosts.calc import calc_excel
from tests.support.months import FORMULA, november
from tests.support.profiles import make_outbox


@pytest.fixture
def desk(office, paths, tmp_path):
    with calc_excel(office) as running:
        yield Desk(running, paths, tmp_path)


def test_the_charts_show_the_figures_and_names_stay_texts(desk, home, paths, tmp_path, monkeypatch):
    make_outbox(home, tmp_path / "outbox", environment="live")
    november(paths)
    desk.open(GOOD)
    monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: PENDING)
    desk.click("load_pending")
    desk.click("insights")
    sheet = desk.book.impl.uno.Sheets.getByName("Insights")
    charts = sheet.Charts
    assert charts.Count == 5
    partners = charts.getByIndex(2).EmbeddedObject.Data
    names = [row[0] for row in desk.book.impl.uno.Sheets.getByName("Insights").getCellRangeByName("A36:A47").DataArray]
    at = names.index(f"{FORMULA} (EUR)")
    assert partners.Data[at][-1] == -49.9
    assert sheet.getCellRangeByName(f"A{36 + at}").Formula in {f"{FORMULA} (EUR)", f"'{FORMULA} (EUR)"}
    assert sum(row[0] for row in sheet.getCellRangeByName("B66:B72").DataArray) > 0
