"""Check results on both hosts: what became of the rows that were sent, on Results, Batches, Actions and Start."""

import os
import re
from datetime import UTC, datetime, timedelta

import pytest

from action_returns.excel.button import ButtonContext
from action_returns.ledger.ledger import open_ledger
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
    """Make clicks happen so long after now."""

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


def mark_as_uploaded(paths):
    with open_ledger(paths.ledger_file) as ledger:
        ledger.mark(1, "sent", "It was uploaded.", shown="handed-over")


def sent(desk, rows=SENT):
    desk.open(rows)
    desk.excel.answer("yes")
    desk.click("send")


def test_a_batch_is_sent_and_three_days_later_each_row_says_what_became_of_it(desk, outbox, chosen, later, paths):
    sent(desk)
    mark_as_uploaded(paths)
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
    assert (batch[0], batch[7], batch[8]) == ("0001", "1 of 3", "look at the results: 1 different, 1 missing")
    assert desk.peek("Start!C17").startswith("1, the oldest sent 3 days ago. Counted ")
    assert desk.book.sheets.active.name == "Results"


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_the_user_is_asked_when_a_list_was_downloaded_where_its_dates_do_not_tell(
    desk, outbox, chosen, later, paths, answer
):
    sent(desk)
    mark_as_uploaded(paths)
    later(days=3, hours=1)
    path = chosen(("M.8882.4808.1", "40.00", "REVERSED"), ("M.8882.4808.2", "20.00", "PENDING"), days=3)
    old = path.read_text("utf-8")
    path.write_text(re.sub(r",2\d{3}-\d\d-\d\dT[^,]+", ",2026-11-02", old), encoding="utf-8")
    at = (datetime.now(UTC) + timedelta(days=3)).timestamp()
    os.utime(path, (at, at))
    desk.excel.answer(answer)
    said = desk.click("check_results")
    assert desk.excel.alerts[-2].text.startswith(f"Did you download {path.name} on 20")
    assert "--taken" not in said
    assert said.startswith("Batch 0001: 1 of 3 rows applied, " + ("1 different" if answer == "yes" else "2 too early"))


def test_an_unclear_file_is_asked_about_and_nothing_is_recorded_without_an_answer(desk, outbox, chosen, later, paths):
    sent(desk)
    later(days=3, hours=1)
    path = chosen()
    path.write_text("Action Id,Amount,Status\nM.8882.4808.2,20.00,PENDING\n", encoding="utf-8")
    desk.excel.answer("cancel")
    assert desk.click("check_results").startswith(f"What is {path.name}?")
    with open_ledger(paths.ledger_file) as ledger:
        assert ledger.latest_reconciled() == {}


def test_a_result_file_refuses_the_rows_that_it_names(desk, outbox, chosen, later):
    sent(desk)
    (name,) = [path.name for path in outbox.iterdir()]
    later(days=1)
    path = chosen()
    path.write_text(
        "ActionId,Amount,Reason,Error\nM.8882.4808.2,12.50,ORDER_UPDATE,ACTION_REF_NOT_FOUND\n", encoding="utf-8"
    )
    path = path.rename(path.with_name(f"errors_{name}"))
    import_as = "action_returns.excel.dialogues.pick_results"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_as, lambda _app: path)
        desk.click("check_results")
    assert desk.column("E", [5]) == ["Refused: ACTION_REF_NOT_FOUND (batch 0001)"]
    assert desk.peek("Results!H4") == "Refused"


def test_without_a_batch_that_waits_nothing_is_asked(desk, outbox):
    desk.open(SENT)
    assert desk.click("check_results") == (
        "No batch waits for results. Nothing was looked up. Batches shows what became of each."
    )
    assert desk.peek("Start!C17").startswith("0. Counted 20")


def test_rows_that_no_batch_sent_keep_what_stands_beside_them(desk, outbox, chosen, later):
    sent(desk)
    desk.put("Actions!B5", "13.00")
    desk.put("Actions!E5", "Ready: new total 13.00")
    later(days=3, hours=1)
    chosen(("M.8882.4808.2", "20.00", "PENDING"))
    desk.click("check_results")
    assert desk.column("E", [5]) == ["Ready: new total 13.00"]
    assert desk.column("E", [6])[0].startswith("Missing: ")


def test_a_receipt_is_written_anew_and_shown(desk, outbox, paths, monkeypatch):
    shown = []
    monkeypatch.setattr("action_returns.excel.open_page.open_page", lambda path: shown.append(path) or True)
    desk.open(SENT)
    assert desk.click("open_receipt").endswith("There is no receipt to open.")
    desk.excel.answer("yes")
    desk.click("send")
    receipt = paths.submissions / "0001" / "receipt.html"
    good = receipt.read_bytes()
    receipt.unlink()
    assert desk.click("open_receipt").startswith("The receipt of batch 0001 is shown in your browser.")
    assert receipt.read_bytes() == good
    receipt.write_bytes(good.replace(b"12.50", b"99.50"))
    desk.click("open_receipt")
    assert b"99.50" not in receipt.read_bytes() or receipt.parent != shown[-1].parent
    assert shown[0] == receipt


def test_where_no_program_shows_pages_the_path_is_told(desk, outbox, paths, monkeypatch):
    monkeypatch.setattr("action_returns.excel.open_page.open_page", lambda _path: False)
    sent(desk)
    said = desk.click("open_receipt")
    assert "open the file yourself" in said
    assert str(paths.submissions / "0001" / "receipt.html") in said


def test_a_row_that_a_later_batch_changed_again_is_called_replaced_and_not_too_early(desk, outbox, chosen, later):
    sent(desk)
    desk.put("Actions!B5", "31.00")
    desk.excel.answer("yes", "yes")
    desk.click("send")
    later(days=3, hours=1)
    chosen(
        ("M.8882.4808.1", "40.00", "REVERSED"),
        ("M.8882.4808.2", "31.00", "PENDING"),
        ("M.8882.4808.3", "8.00", "PENDING"),
    )
    desk.click("check_results")
    assert desk.peek("Results!A4:H4")[0] == [
        "0001", 2, "M.8882.4808.2", "12.50", "ORDER_UPDATE", "31.00", "PENDING", "Replaced",
    ]  # fmt: skip
    assert desk.column("E", [4, 5, 6]) == ["Applied (batch 0001)", "Applied (batch 0002)", "Applied (batch 0001)"]
    assert desk.peek("Start!C17").startswith("0. Counted")
