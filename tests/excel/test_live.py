"""The open workbook from the command line, for machines where Office may not start programs."""

import io
import json
from contextlib import redirect_stderr

import pytest

from action_returns.cli.app import run
from tests.excel.desk import GOOD, PENDING

BAD = [("M.8882.4808.5", "12,50", "ORDER_UPDATE")]


def test_check_live_judges_what_stands_in_excel_now_and_writes_the_results_there(desk, capsys):
    book = desk.open(GOOD)
    desk.excel.put("Actions!B5", "12,50")
    assert run(["check", f"some/folder/{book.name}", "--live", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert [finding["cell"] for finding in told["findings"]] == ["Actions!B5"]
    assert told["columns"] == {"ActionId": "A ActionId", "Amount": "B Amount", "Reason": "C Reason"}
    assert desk.column("E", [4, 5]) == ["Ready: reverse", "Error: Amount uses a comma or grouping"]
    assert book.app.status_bar is False


def test_an_open_workbook_is_found_whatever_the_capitals_of_its_name(desk, capsys):
    book = desk.open(GOOD)
    assert run(["check", book.name.upper(), "--live"]) == 0
    assert desk.column("E", [4]) == ["Ready: reverse"]


def test_the_next_step_of_check_live_is_about_the_open_workbook(desk, capsys):
    book = desk.open([*GOOD, *BAD])
    assert run(["check", book.name, "--live"]) == 3
    *_, todo, step = capsys.readouterr().err.splitlines()
    assert todo == "1 cell can be corrected safely (->): click Fix safe issues in Excel."
    assert step == f"Next: action-returns check {book.name} --live"
    desk.excel.put("Actions!B6", "12.50")
    assert run(["check", book.name, "--live"]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == f"Next: action-returns send {book.name} --live"


def test_check_live_takes_a_download(desk, capsys):
    book = desk.open([("M.8882.4808.1063415", "0", "REJECTED")])
    assert run(["check", book.name, "--live", "--pending", str(PENDING)]) == 0
    assert desk.column("H", [4]) == ["Coupon Corner"]


def test_send_live_sends_the_rows_and_says_so_beside_them(desk, outbox, capsys):
    book = desk.open([*GOOD, *BAD])
    assert run(["send", book.name, "--live", "--yes", "--only-ready"]) == 0
    assert len(list(outbox.iterdir())) == 1
    assert desk.column("E", [4, 5, 6])[:2] == ["Handed over in batch 0001"] * 2
    assert desk.column("E", [6]) == ["Error: Amount uses a comma or grouping"]


def test_rows_that_moved_while_the_terminal_asked_are_not_marked(desk, outbox, capsys, monkeypatch):
    desk.sort_during_delivery(monkeypatch)
    book = desk.open(GOOD)
    assert run(["send", book.name, "--live", "--yes"]) == 0
    assert desk.column("E", [4]) == ["Ready: reverse"]
    assert "The rows changed meanwhile" in capsys.readouterr().err


def test_an_approval_is_asked_for_what_stands_in_excel_now(desk, outbox, capsys):
    book = desk.open(GOOD)
    desk.excel.put("Actions!B5", "13.75")
    assert run(["approval", "request", book.name, "--live", "--by", "Ann", "--json"]) == 0
    asked = json.loads(capsys.readouterr().out)
    assert (asked["facts"]["rows"], asked["next"]) == (
        2,
        "Another person approves it: action-returns approval approve 1",
    )
    assert run(["approval", "show", "1", "--rows", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sent"][1]["amount"] == "13.75"
    assert run(["approval", "approve", "1", "--by", "Bea", "--sha256", asked["sha256"], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["next"] == f"Send it: action-returns send {book.name} --live"
    assert list(outbox.iterdir()) == []


def test_send_live_asks_like_send(desk, outbox, capsys):
    book = desk.open(GOOD)
    assert run(["send", book.name, "--live"]) == 2
    assert "Cannot ask: there is no terminal" in capsys.readouterr().err
    assert list(outbox.iterdir()) == []


def test_a_command_does_not_start_while_a_click_is_at_work(desk, outbox, capsys, monkeypatch):
    from action_returns.excel import check_table

    codes, said = [], io.StringIO()

    def send_meanwhile(*arguments, **facts):
        if not codes:
            codes.append(None)
            with redirect_stderr(said):
                codes.append(run(["send", book.name, "--live", "--yes"]))
        return original(*arguments, **facts)

    original = check_table.check_loaded
    monkeypatch.setattr(check_table, "check_loaded", send_meanwhile)
    book = desk.open(GOOD)
    desk.click("validate")
    assert codes == [None, 3]
    assert f"Another click or command is at work in {book.name}. Nothing was changed. Wait" in said.getvalue()
    assert list(outbox.iterdir()) == []
    assert run(["send", book.name, "--live", "--yes"]) == 0, "the click has ended"


def test_a_click_does_not_start_while_a_command_is_at_work(desk, outbox, capsys, monkeypatch):
    from action_returns.channels.folder import OutboxChannel

    deliver, clicked = OutboxChannel.deliver, []

    def deliver_while_clicked(channel, parcel, leaving):
        clicked.append(desk.click("send"))
        return deliver(channel, parcel, leaving)

    monkeypatch.setattr(OutboxChannel, "deliver", deliver_while_clicked)
    book = desk.open(GOOD)
    assert run(["send", book.name, "--live", "--yes"]) == 0
    assert clicked == [
        (
            f"Another click or command is at work in {book.name}. Nothing was changed. Wait until it has ended, then try "
            "again."
        )
    ]
    assert len(list(outbox.iterdir())) == 1
    assert desk.click("validate").startswith("2 of 2 rows need attention."), "the command has ended"


def test_a_workbook_that_is_not_open_is_named_with_those_that_are(desk, capsys):
    book = desk.open(GOOD)
    assert run(["check", "other.xlsm", "--live"]) == 3
    said = capsys.readouterr().err
    assert f"other.xlsm is not open in Excel. Open are: {book.name}." in said


def test_without_excel_it_says_so(paths, capsys):
    pytest.importorskip("xlwings")
    assert run(["check", "returns.xlsm", "--live"]) == 3
    assert "No workbook is open in Excel" in capsys.readouterr().err
