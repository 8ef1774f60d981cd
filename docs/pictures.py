"""Makes the pictures in docs/images from the product itself, on a screen without a monitor: run it with `make pictures`."""

import os
import subprocess
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import xlwings as xw
from tests.hosts.calc.program import App, Book
from tests.hosts.office import Office
from tests.hosts.screen import Screen

from action_returns.excel import clicks, dialogues
from action_returns.excel.button import ButtonContext
from action_returns.files import default_paths, packaged_file
from action_returns.operations.account import Account, open_account
from action_returns.operations.new_workbook import new_workbook, workbook_bytes
from action_returns.settings.editing import add_profile
from action_returns.workbook_builder.contents import Entries

IMAGES = Path(__file__).parent / "images"
# Wider than the screens it stands for: the fonts of this computer are wider than those of the workbook.
_WINDOW = (0, 0, 1930, 900)
_POSITION_AND_SIZE = 15
_ORDERS = 35
"""The row of the sheet Import from which on the orders are listed, counted from 0."""
_SENT = [
    ("M.8882.4808.1063415", "0", "REJECTED"),
    ("M.8882.4808.1063416", "12.50", "ORDER_UPDATE"),
    ("M.8882.4808.1063417", "38.00", "ORDER_UPDATE"),
    ("M.8882.4808.1063418", "0", "REJECTED"),
    ("M.8882.4808.1063419", "7.90", "ORDER_UPDATE"),
    ("M.8882.4808.1063420", "0", "REJECTED"),
]
"""Rows that are sent for the picture of their results."""
_BEFORE = [
    ("M.8882.4808.1063415", "40.00"),
    ("M.8882.4808.1063416", "62.00"),
    ("M.8882.4808.1063417", "52.00"),
    ("M.8882.4808.1063418", "19.90"),
    ("M.8882.4808.1063419", "15.80"),
    ("M.8882.4808.1063420", "24.50"),
]
"""What the network had before: ActionId and amount."""
_SEEN = [
    ("M.8882.4808.1063415", "40.00", "REVERSED"),
    ("M.8882.4808.1063416", "31.00", "PENDING"),
    ("M.8882.4808.1063417", "52.00", "PENDING"),
    ("M.8882.4808.1063418", "19.90", "PENDING"),
    ("M.8882.4808.1063419", "7.90", "PENDING"),
]
"""What the network has three days later: ActionId, amount and state."""
_SETTLED = 2.0
"""Seconds after which a window has drawn itself."""


def main() -> None:
    """Make all pictures."""
    IMAGES.mkdir(exist_ok=True)
    screen = Screen("1930x900x24")
    try:
        with tempfile.TemporaryDirectory() as folder:
            picture_of_sheets(screen, Path(folder))
        with tempfile.TemporaryDirectory() as folder:
            picture_of_results(screen, Path(folder))
    finally:
        screen.stop()


def picture_of_sheets(screen: Screen, folder: Path) -> None:
    """Show the workbook with the sample returns, as LibreOffice shows it."""
    book = folder / "returns.xlsm"
    new_workbook(book, Account(), samples=True)
    home = folder / "office"
    home.mkdir()
    office = Office(home, screen.display)
    try:
        with office.opened(book, hidden=False) as document:
            document.CurrentController.ZoomValue = 100
            document.CurrentController.ShowPageBreaks = False
            document.CurrentController.Frame.ContainerWindow.setPosSize(*_WINDOW, _POSITION_AND_SIZE)
            document.calculateAll()
            click_through(office, document)
            for sheet in ("Actions", "Start", "Import"):
                shoot(screen, document, sheet, folder)
            shoot(screen, document, "Import", folder, name="import-orders", first_row=_ORDERS)
    finally:
        office.stop()


def picture_of_results(screen: Screen, folder: Path) -> None:
    """Show what Check results says three days after two batches were sent, as LibreOffice shows it."""
    os.environ["ACTION_RETURNS_HOME"] = str(folder / "home")
    paths = default_paths(os.environ)
    outbox = folder / "outbox"
    outbox.mkdir()
    add_profile(
        paths.config_file, "acme", {"environment": "live", "channel": {"kind": "outbox", "directory": str(outbox)}}
    )
    book = folder / "returns.xlsx"
    book.write_bytes(workbook_bytes(open_account(paths), Entries(rows=_SENT), macros=False))
    home = folder / "office"
    home.mkdir()
    office = Office(home, screen.display)
    try:
        with office.opened(book, hidden=False) as document:
            document.CurrentController.ZoomValue = 100
            document.CurrentController.Frame.ContainerWindow.setPosSize(*_WINDOW, _POSITION_AND_SIZE)
            open_for_clicks(office, document)
            today = datetime.now().astimezone()
            before = write_download(folder, today, [(one, amount, "PENDING") for one, amount in _BEFORE])
            dialogues.pick_file = lambda _app: before
            clicks.load_pending()
            clicks.send()
            put(document, "Actions", "B5", "31.00")
            clicks.send()
            now = today + timedelta(days=3, hours=1)
            ButtonContext.now = staticmethod(lambda: now)
            download = write_download(folder, now, _SEEN)
            dialogues.pick_results = lambda _app: download
            clicks.check_results()
            clicks.insights()
            shoot(screen, document, "Insights", folder)
            for place in ("C4", "C5"):
                put(document, "Batches", place, "ann")
            for at, name in enumerate(sorted((path.name for path in outbox.iterdir()), reverse=True), 4):
                put(document, "Batches", f"J{at}", name)
                put(document, "Batches", f"K{at}", "ftps://batch.impact.com/")
            for sheet in ("Results", "Batches"):
                shoot(screen, document, sheet, folder)
    finally:
        office.stop()


def write_download(folder: Path, now: datetime, actions: list[tuple[str, str, str]]) -> Path:
    """Write a pending download of that moment; its actions lock from 30 days after today on.

    Args:
        folder: where to write it.
        now: when it is made.
        actions: ActionId, amount and state of each.
    """
    lines = ["Action Id,Action Date,Amount,Currency,State,Locking Date,Partner"]
    for at, (action, amount, state) in enumerate(actions):
        locks = datetime.now().astimezone() + timedelta(days=30 + 4 * at)
        partner = "Coupon Corner" if at % 3 else "Review Radar"
        lines.append(f"{action},{now.isoformat()},{amount},EUR,{state},{locks:%Y-%m-%d},{partner}")
    path = folder / "pending_actions.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    os.utime(path, (now.timestamp(), now.timestamp()))
    return path


def put(document: Any, sheet: str, place: str, text: str) -> None:
    """Write a text into a cell, also of a protected sheet."""
    target = document.Sheets.getByName(sheet)
    was_protected = target.isProtected()
    target.unprotect("")
    target.getCellRangeByName(place).String = text
    if was_protected:
        target.protect("")


def open_for_clicks(office: Office, document: Any) -> None:
    """Show this workbook to the buttons, and answer yes to every question."""
    person = SimpleNamespace(alert=lambda _text, buttons: "yes" if "yes" in str(buttons) else "ok")
    app = App(office.desktop, person)
    xw.engines.add(xw.Engine(impl=app.engine))
    xw.engines["excel"].activate()
    xw.Book(impl=Book(app, document)).set_mock_caller()


def click_through(office: Office, document: Any) -> None:
    """Load the sample download, which checks the rows too, and show what becomes of the sample orders."""
    open_for_clicks(office, document)
    dialogues.pick_file = lambda _app: packaged_file("workbook_templates/samples/pending_actions.csv")
    dialogues.pick_export = lambda _app: packaged_file("workbook_templates/samples/shopify_orders.csv")
    with tempfile.TemporaryDirectory() as home:
        os.environ["ACTION_RETURNS_HOME"] = home
        clicks.load_pending()
        clicks.import_returns()
    sheet = document.Sheets.getByName("Import")
    sheet.unprotect("")
    sheet.getCellRangeByName("B3").String = r"C:\Users\Ann\Downloads\shopify_orders.csv"  # no path of this computer
    sheet.protect("")


def shoot(
    screen: Screen, document: Any, sheet: str, folder: Path, *, name: str | None = None, first_row: int = 0
) -> None:
    """Show a sheet and write a picture of it, without the menus around it.

    Args:
        screen: the screen.
        document: the workbook.
        sheet: the sheet.
        folder: for the whole picture.
        name: of the picture, that of the sheet when None.
        first_row: the row that stands on top, counted from 0.
    """
    document.CurrentController.setActiveSheet(document.Sheets.getByName(sheet))
    document.CurrentController.setFirstVisibleRow(first_row)
    time.sleep(_SETTLED)
    whole = folder / f"{sheet}.png"
    screen.picture(whole)
    target = IMAGES / f"{name or sheet.lower()}.png"
    crop = ["-crop", "1870x736+0+106", "+repage", "-resize", "1440x", "-colors", "64", "-strip"]
    subprocess.run(["convert", str(whole), *crop, str(target)], check=True)


if __name__ == "__main__":
    main()
