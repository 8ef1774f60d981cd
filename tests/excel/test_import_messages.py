"""The texts of an import in Excel: singular and plural, and what to do next."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from action_returns.excel import import_messages
from action_returns.excel.added_rows import Room
from action_returns.returns.preview import Group, LeftOrder, Preview


def imported(rows, *groups):
    preview = Preview([object()] * rows, [LeftOrder("#1", 2, group, "action-locked", "") for group in groups])
    export = SimpleNamespace(file="orders.csv")
    return SimpleNamespace(preview=preview, export=export, found=SimpleNamespace(orders=[]))


@pytest.mark.parametrize(
    ("rows", "groups", "said"),
    [
        (0, [], "No order becomes a row."),
        (1, [], "Add these rows adds 1 row to Actions."),
        (1200, [Group.REFUSED], "1 order needs a decision. What needs a decision stands first in the list, with what to do. Add these rows adds 1,200 rows to Actions."),
        (0, [Group.REFUSED, Group.TO_DECIDE], "2 orders need a decision. What needs a decision stands first in the list, with what to do. No order becomes a row."),
        (0, [Group.SENT_BEFORE], "No order becomes a row."),
    ],
)  # fmt: skip
def test_the_next_step_is_told_in_singular_and_plural(rows, groups, said):
    assert import_messages.next_step(imported(rows, *groups)) == said


@pytest.mark.parametrize(("rows", "named"), [(range(4, 5), "row 4"), (range(4, 184), "rows 4 to 183")])
def test_new_rows_are_named(rows, named):
    room = Room(rows, "")
    assert import_messages.rows_named(room) == named
    assert import_messages.added_line(room, datetime(2026, 12, 1, 9, 5, tzinfo=UTC)).startswith(
        f"Added to Actions on 2026-12-01 at 09:05: {named}. Next: Review."
    )


def test_answers_that_could_not_be_kept_are_told_after_the_rows():
    text = import_messages.added(imported(1), Room(range(4, 5), ""), "All is ready.", "The disk is full.")
    assert text == (
        "1 row of orders.csv added (row 4). Undo tool change takes them back.\n\nThe disk is full.\n\nAll is ready."
    )


def test_several_causes_are_told_together():
    text = import_messages.changed_since(["orders.csv was changed", "rows of Actions were changed"], imported(0))
    assert text.startswith(
        "Nothing was added: orders.csv was changed and rows of Actions were changed since the preview."
    )
