"""Workbooks that get the rows of an import, and what is in them afterwards."""

import zipfile
from datetime import date

from action_returns.operations.account import Account
from action_returns.operations.import_into import add_to_workbook, open_target
from action_returns.operations.new_workbook import workbook_bytes
from action_returns.readers.xlsx.batch import read_grid
from action_returns.returns.preview import NewRow, Preview
from action_returns.workbook_builder.contents import Entries

TODAY = date(2026, 12, 1)
HEADERS = ("ActionId", "Amount", "Reason")


class ImportOf:
    """What the writing needs of an import: its preview."""

    def __init__(self, rows):
        self.preview = Preview(
            [NewRow(action_id, cents, reason, "#1", 2, None, 100, "", "") for action_id, cents, reason in rows], []
        )


def new_rows(number, start=2_000_000):
    return [(f"M.8882.4808.{start + at}", 1000 + at, "ORDER_UPDATE") for at in range(number)]


def made(path, rows=(), own=()):
    path.write_bytes(workbook_bytes(Account(), Entries(rows, own), macros=path.suffix == ".xlsm"))
    return path


def add(path, rows):
    return add_to_workbook(ImportOf(rows), open_target(path, Account()), Account(), today=TODAY)


def parts(path):
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def sent_cells(path):
    return [row[:3] for _, row in read_grid(path, sheet="Actions") if row[0] and str(row[0]).startswith("M.")]
