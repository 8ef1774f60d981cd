"""What an import costs in calls to Excel, whatever the number of its rows."""

import subprocess
import sys

import pytest

from tests.excel.shop_export import DOWNLOAD, HEADERS, ORDERS


@pytest.fixture
def opened(desk, monkeypatch, tmp_path):
    """Opens a workbook with a pending download of so many actions, and an export of as many orders."""

    def opened(number):
        actions = [
            f"M.8882.4808.{at},2026-11-02,50.00,EUR,PENDING,2099-01-31,{at},Ann"
            for at in range(20_000, 20_000 + number)
        ]
        lines = [
            f"#{at},a@example.com,partially_refunded,EUR,50.00,0.00,0.00,50.00,,10.00,{at}"
            for at in range(20_000, 20_000 + number)
        ]
        download, orders = tmp_path / "pending.csv", tmp_path / "orders.csv"
        download.write_text("\n".join([DOWNLOAD.rstrip("\n"), *actions, ""]), encoding="utf-8")
        orders.write_text("\n".join([HEADERS, *ORDERS, *lines, ""]), encoding="utf-8")
        monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: download)
        monkeypatch.setattr("action_returns.excel.dialogues.pick_export", lambda _app: orders)
        desk.open([("M.8882.4808.2005", "0", "REJECTED")])
        desk.click("load_pending")
        return desk

    return opened


@pytest.mark.parametrize("number", [3, 700])
def test_an_import_costs_at_most_75_calls(opened, number):
    desk = opened(number)
    for _ in range(2):  # the second one finds the sheet filled
        desk.click("import_returns")
        assert desk.excel.calls.total() <= 75, desk.excel.calls.most_common(20)


@pytest.mark.parametrize("number", [3, 700])
def test_adding_rows_costs_at_most_105_calls(opened, number):
    desk = opened(number)
    desk.click("import_returns")
    desk.excel.answer("yes")
    desk.click("add_imported_rows")
    assert desk.excel.calls.total() <= 105, desk.excel.calls.most_common(20)
    assert desk.peek("Actions!A5") == "M.8882.4808.2001"


def test_an_import_loads_nothing_it_does_not_need():
    program = (
        "import sys; from action_returns.excel import clicks, import_click;"
        "bad = {'openpyxl', 'paramiko', 'smtplib', 'ftplib', 'click', 'rich', 'keyring', 'psycopg', 'jinja2', 'xlsxwriter', 'urllib3', 'pydantic'};"
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
