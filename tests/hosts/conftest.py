"""A fake Excel with one workbook of returns open, for every test that asks for it."""

import pytest

from tests.hosts.fake_com import fake_excel

ROWS = [
    ["ActionId", "Amount", "Reason", "Check", "Result"],
    ["M.1.1.1", "1.00", "REJECTED", "=ROW()", None],
    ["M.1.1.2", "2.00", "ORDER_UPDATE", "=ROW()", None],
    ["M.1.1.3", "3.00", "REJECTED", "=ROW()", None],
    ["M.1.1.4", "4.00", "ORDER_UPDATE", "=ROW()", None],
]


@pytest.fixture
def excel():
    with fake_excel() as excel:
        yield excel


@pytest.fixture
def book(excel):
    return excel.add_workbook(
        {"Actions": ROWS, "Start": [["Welcome"]], "_meta": [["version", 1]]},
        name="Returns.xlsm",
        location="/home/ann",
        tables={"Actions": "Actions!A1:E5"},
    )


@pytest.fixture
def sheet(book):
    return book.sheets["Actions"]


@pytest.fixture
def table(sheet):
    return sheet.tables["Actions"]
