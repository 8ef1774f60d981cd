"""A user in front of a spreadsheet program with the workbook of `action-returns new`, and rows to fill it with."""

import io
import re
import sys
from contextlib import redirect_stderr
from pathlib import Path

from action_returns.files import packaged_file
from action_returns.operations.account import open_account
from action_returns.operations.new_workbook import workbook_bytes
from action_returns.workbook_builder.contents import Entries
from tests.hosts.message_boxes import boxes_written_to

GOOD = [("M.8882.4808.1", "0", "REJECTED"), ("M.8882.4808.2", "12.50", "ORDER_UPDATE")]
BAD = [
    ("M.8882.4808.5", "12,50", "ORDER_UPDATE"),
    (" M.8882.4808.6", "0", "REJECTED"),
    ("M.8882.4808.7", "0", "rejected"),
    ("M.8882.4808.8", None, "REJECTED"),
]
REPEATS = [
    ("M.8882.4808.1", "0", "REJECTED"),
    ("M.8882.4808.2", "5", "ORDER_UPDATE"),
    ("M.8882.4808.1", "7.50", "ORDER_UPDATE"),
    ("M.8882.4808.2", "5", "ORDER_UPDATE"),
]
ONE_OF_MANY = re.compile(
    r"(?<![\d.,])1 (rows|cells|errors|warnings|reversals|new totals|Action IDs|actions|findings|batches|things|bytes)\b"
)
"""A number and a word that do not go together."""
PENDING = packaged_file("workbook_templates/samples/pending_actions.csv")


def told_protected(sheet):
    """What a click says that would have to write to a protected sheet."""
    return (
        f"The sheet {sheet} is protected, so results cannot be written. Lift it (Review, Unprotect Sheet), then click again. "
        "Nothing was sent."
    )


class Desk:
    """A person in front of a spreadsheet program.

    Attributes:
        excel: the program, either of tests/hosts.
    """

    def __init__(self, excel, paths, folder):
        self.excel, self.paths, self._folder = excel, paths, folder
        self.book = None

    def open(self, rows, *, name="returns.xlsm", **entries):
        """Opens a workbook made by this program with these rows filled in."""
        content = workbook_bytes(open_account(self.paths), Entries(rows=rows, **entries), macros=False)
        path = Path(self._folder) / name
        path.with_suffix(".xlsx").write_bytes(content)
        self.book = self.excel.open_workbook(path.with_suffix(".xlsx"))
        return self.book

    def click(self, name, *, unexpected=None, outside=False):
        """Clicks a button; gives the text of the last dialogue, None when nothing was said.

        Args:
            name: the function behind the button.
            unexpected: name of the error that the product is expected to keep details of; any other one fails the test.
            outside: whether something is expected to be said without the program, because it takes no more calls.
        """
        from action_returns.excel import clicks

        before = len(self.excel.alerts)
        kept = self._details()
        self.excel.calls.clear()
        said_outside = io.StringIO()
        with self.excel.clicked(self.book), redirect_stderr(said_outside), boxes_written_to(said_outside):
            getattr(clicks, name)()
        sys.stderr.write(said_outside.getvalue())
        details = [text for path, text in self._details().items() if kept.get(path) != text]
        if unexpected is None:
            assert not details, f"The click {name} ended in an error that no test expects:\n{details[0]}"
        else:
            assert [text.splitlines()[-1].partition(":")[0] for text in details] == [unexpected]
        for alert in self.excel.alerts[before:]:
            assert not ONE_OF_MANY.search(alert.text), alert.text
        assert bool(said_outside.getvalue()) == outside, f"Said outside of the program: {said_outside.getvalue()!r}"
        return self.excel.alerts[-1].text if len(self.excel.alerts) > before else None

    def _details(self):
        """What the product keeps of errors that it did not foresee."""
        logs = self.paths.logs
        return {path: path.read_text(encoding="utf-8") for path in logs.iterdir()} if logs.exists() else {}

    def sort_during_delivery(self, monkeypatch):
        """Exchange the rows of GOOD while the file is on its way to the outbox, as a user does who sorts them."""
        from action_returns.channels.folder import OutboxChannel

        deliver = OutboxChannel.deliver

        def deliver_and_sort(channel, parcel, leaving):
            self.put("Actions!A4", GOOD[1][0])
            self.put("Actions!A5", GOOD[0][0])
            return deliver(channel, parcel, leaving)

        monkeypatch.setattr(OutboxChannel, "deliver", deliver_and_sort)

    def put(self, place, value):
        """Types into a cell."""
        self.excel.put(place, value, book=self.book)

    def peek(self, place):
        """Looks at cells: one value, or a list of rows."""
        return self.excel.peek(place, book=self.book)

    def column(self, letter, rows, sheet="Actions"):
        return [self.excel.peek(f"{sheet}!{letter}{row}", book=self.book) for row in rows]

    def entered(self, last=12):
        """What the person typed: the first three columns."""
        return self.excel.peek(f"Actions!A4:C{last}", book=self.book)
