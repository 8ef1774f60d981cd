"""Send in a workbook whose profile needs the approval of a second person, on both hosts."""

import pytest

from action_returns.ledger.ledger import open_ledger
from tests.excel.desk import BAD, GOOD, Desk
from tests.hosts.calc import calc_excel
from tests.hosts.fake_com import fake_excel
from tests.support.profiles import make_outbox


@pytest.fixture
def outbox(home, tmp_path):
    return make_outbox(home, tmp_path / "outbox", approval=True)


@pytest.fixture(params=["the Windows engine", "LibreOffice"])
def desk(request, outbox, paths, tmp_path):
    if request.param == "LibreOffice":
        with calc_excel(request.getfixturevalue("office")) as excel:
            yield Desk(excel, paths, tmp_path)
    else:
        with fake_excel() as excel:
            yield Desk(excel, paths, tmp_path)


def approve(paths):
    with open_ledger(paths.ledger_file) as ledger:
        (waiting, *_) = ledger.approvals()
        ledger.approve(waiting.number, waiting.target.sha256, "Bea")


def approvals(paths):
    with open_ledger(paths.ledger_file) as ledger:
        return ledger.approvals(), ledger.batches()


def test_send_says_what_is_missing_and_asks_for_the_approval(desk, outbox, paths):
    desk.open([*GOOD, *BAD])
    desk.excel.answer("yes")
    said = desk.click("send")
    asked = desk.excel.alerts[0].text
    assert asked.startswith("Another person has to approve this file, and no approval was asked for. Nothing was sent.")
    assert "Ask for approval now?" in asked
    assert said.startswith("Asked for approval 1. Nothing was sent.")
    assert "action-returns approval approve 1" in said
    (request,), batches = approvals(paths)
    assert (request.facts["rows"], request.facts["left_out_errors"], batches) == (2, 4, [])
    said = desk.click("send")
    assert "Another person has to approve it. Nothing was sent." in said
    assert len(desk.excel.alerts) == 3, "no second request is offered"
    approve(paths)
    desk.excel.answer("yes")
    desk.click("send")
    assert approvals(paths)[0][0].used_by == ("0001",)
    assert len([path for path in outbox.iterdir() if path.suffix == ".csv"]) == 1


def test_without_a_yes_no_approval_is_asked_for(desk, outbox, paths):
    desk.open(GOOD)
    desk.excel.answer("no")
    assert "no approval was asked for. To ask for it, click Send again." in desk.click("send")
    assert approvals(paths) == ([], [])


def test_the_sheet_review_shows_the_state_of_the_approval(desk, paths):
    desk.open(GOOD)
    desk.click("review")
    shown = " ".join(str(cell) for row in desk.peek("Review!A1:C40") for cell in row if cell)
    assert "Approval: MISSING. Another person has to approve this file" in shown
    desk.excel.answer("yes")
    desk.click("send")
    approve(paths)
    desk.click("review")
    shown = " ".join(str(cell) for row in desk.peek("Review!A1:C40") for cell in row if cell)
    assert "Approval: given. " in shown


def test_rows_that_were_changed_after_the_approval_are_not_sent(desk, outbox, paths):
    desk.open(GOOD)
    desk.excel.answer("yes")
    desk.click("send")
    approve(paths)
    desk.put("Actions!B5", "11.50")
    desk.excel.answer("no")
    assert "is of other rows of" in desk.click("send")
    assert list(outbox.iterdir()) == []
