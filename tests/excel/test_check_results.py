"""Check results on both hosts: what became of the rows that were sent, on Results, Batches, Actions and Start."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from action_returns.excel.button import ButtonContext
from tests.excel.desk import Desk
from tests.hosts.calc import calc_excel
from tests.hosts.fake_com import fake_excel

DOWNLOAD = "Action Id,Action Date,Amount,Currency,State,Locking Date\n"
SENT = [
    ("M.8882.4808.1", "0", "REJECTED"),
    ("M.8882.4808.2", "12.50", "ORDER_UPDATE"),
    ("M.8882.4808.3", "8.00", "ORDER_UPDATE"),
]


@pytest.fixture(params=["the Windows engine", "LibreOffice"])
def desk(request, paths, tmp_path):
    if request.param == "LibreOffice":
        with calc_excel(request.getfixturevalue("office")) as excel:
            yield Desk(excel, paths, tmp_path)
    else:
        with fake_excel() as excel:
            yield Desk(excel, paths, tmp_path)


@pytest.fixture
def later(monkeypatch):
    """Let clicks happen so long after now."""

    def wait(**time):
        monkeypatch.setattr(ButtonContext, "now", staticmethod(lambda: datetime.now().astimezone() + timedelta(**time)))

    return wait


@pytest.fixture
def chosen(monkeypatch, tmp_path):
    """Let the user choose a pending download with these actions, made so many days after now."""

    def choose(*actions, days=3):
        at = datetime.now(UTC) + timedelta(days=days)
        path = tmp_path / f"pending_actions_{at:%Y-%m-%d_%H%M}.csv"
        newest = ("M.8882.4808.99", "70.00", "PENDING")  # its date says how old the list is
        lines = [
            f"{action},{at.isoformat()},{amount},EUR,{state},2099-01-31\n"
            for action, amount, state in (*actions, newest)
        ]
        path.write_text(DOWNLOAD + "".join(lines), encoding="utf-8")
        os.utime(path, (at.timestamp(), at.timestamp()))
        monkeypatch.setattr("action_returns.excel.dialogues.pick_results", lambda _app: path)
        return path

    return choose


def sent(desk, rows=SENT):
    desk.open(rows)
    desk.excel.answer("yes")
    desk.click("send")


def test_a_batch_is_sent_and_three_days_later_each_row_says_what_became_of_it(desk, outbox, chosen, later):
    sent(desk)
    before = desk.entered(7)
    later(days=3, hours=1)
    path = chosen(("M.8882.4808.1", "40.00", "REVERSED"), ("M.8882.4808.2", "20.00", "PENDING"))
    said = desk.click("check_results")
    assert said.startswith("Batch 0001: 1 of 3 rows applied, 1 different, 1 missing.")
    assert "Results lists the 2 rows not applied" in said
    assert desk.column("E", [4, 5, 6]) == [
        "Applied (batch 0001)",
        "Different: the network has 20.00 (batch 0001)",
        "Missing: the network does not list it (batch 0001)",
    ]
    assert desk.entered(7) == before
    rows = desk.peek("Results!A4:J5")
    assert [row[:5] for row in rows] == [
        ["0001", 2, "M.8882.4808.2", "12.50", "ORDER_UPDATE"],
        ["0001", 3, "M.8882.4808.3", "8.00", "ORDER_UPDATE"],
    ]
    assert [row[5:9] for row in rows] == [["20.00", "PENDING", "Different", 3], [None, None, "Missing", 3]]
    assert path.name in desk.peek("Results!C1")
    batch = desk.peek("Batches!A4:I4")[0]
    assert (batch[0], batch[7], batch[8]) == ("0001", "1 of 3", "look at Results: 1 different, 1 missing")
    assert desk.peek("Start!C17").startswith("1, the oldest sent 3 days ago. Counted ")
    assert desk.book.sheets.active.name == "Results"
