"""The Excel that the program of a click finds: the fake one with the workbooks of a description, put in by a .pth file.

It comes into being when the program of a click is imported, as late as the real one is looked for. What happened in it is
written down when the program ends.
"""

import atexit
import io
import json
import os
import sys
import warnings
from contextlib import ExitStack
from pathlib import Path

VARIABLE = "EXCEL_OF_CLICK"
"""The variable of the environment that holds the path of the description; without it nothing is done."""
CLICKS = "action_returns.excel.clicks"


class BeforeClicks:
    """Opens Excel when the module of the clicks is looked for."""

    def __init__(self, description):
        self._description = description

    def find_spec(self, name, path=None, target=None):
        if name == CLICKS:
            sys.meta_path.remove(self)
            open_excel(self._description)


def open_excel(description):
    """Open the fake Excel until this program ends, with the workbooks of a description."""
    from tests.hosts.fake_com import fake_excel
    from tests.hosts.message_boxes import boxes_written_to

    told = json.loads(Path(description).read_text("utf-8"))
    boxes = io.StringIO()
    until_the_end = ExitStack()
    until_the_end.enter_context(boxes_written_to(boxes))
    excel = until_the_end.enter_context(fake_excel())
    with warnings.catch_warnings(action="ignore"):  # of openpyxl, about what the fake does not need
        books = {path: excel.open_workbook(path) for path in told["workbooks"]}
    for book in books.values():
        for row, values in enumerate(told["rows"], 4):
            for letter, value in zip("ABC", values, strict=True):
                excel.put(f"Actions!{letter}{row}", value, book=book)

    def write_down():
        until_the_end.close()
        happened = {
            "alerts": [alert.text for alert in excel.alerts],
            "boxes": boxes.getvalue(),
            "results": {
                path: [excel.peek(f"Actions!E{row}", book=book) for row in range(4, 4 + len(told["rows"]))]
                for path, book in books.items()
            },
            "folder": str(Path.cwd()),
            "started": sys.orig_argv,
            "modules": {name: getattr(sys.modules.get(name), "__file__", None) for name in told["modules"]},
        }
        Path(told["happened"]).write_text(json.dumps(happened), "utf-8")

    atexit.register(write_down)


if VARIABLE in os.environ:
    sys.meta_path.insert(0, BeforeClicks(os.environ[VARIABLE]))
