"""What the button Draft undo asks, writes and opens, on both hosts."""

from datetime import UTC, datetime

import pytest

from action_returns.ledger.ledger import open_ledger
from action_returns.readers.batch_file import read_batch
from tests.excel.desk import GOOD, Desk
from tests.hosts.calc import calc_excel
from tests.hosts.fake_com import fake_excel
from tests.support.profiles import make_outbox

LATER = datetime(2100, 1, 1, tzinfo=UTC)
ONE, TWO = GOOD[0][0], GOOD[1][0]
PENDING = (
    "Action ID,Amount,Currency,State,Locking Date,Action Date,Order ID\n"
    f"{ONE},19.90,EUR,PENDING,2099-12-31 08:00,2026-11-20 10:00,1001\n"
    f"{TWO},60.00,EUR,PENDING,2099-12-30 08:00,2026-11-20 10:00,1002\n"
)


BOTH_HOSTS = pytest.mark.parametrize("desk", ["the Windows engine", "LibreOffice"], indirect=True)


@pytest.fixture
def desk(request, paths, tmp_path):
    if getattr(request, "param", "") == "LibreOffice":
        with calc_excel(request.getfixturevalue("office")) as excel:
            yield Desk(excel, paths, tmp_path)
    else:
        with fake_excel() as excel:
            yield Desk(excel, paths, tmp_path)


@pytest.fixture
def sent(desk, outbox, tmp_path, monkeypatch):
    """A workbook whose rows were sent after a pending download was loaded."""
    send_one(desk, tmp_path, monkeypatch)
    return desk


def send_one(desk, tmp_path, monkeypatch):
    (tmp_path / "pending.csv").write_text(PENDING)
    monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: tmp_path / "pending.csv")
    desk.open(GOOD)
    desk.click("load_pending")
    desk.excel.answer("yes")
    assert "Handed over" in desk.click("send")


def select_batch(desk, row=4):
    desk.click("history")
    desk.book.sheets["Batches"].activate()
    desk.book.sheets["Batches"].range(f"A{row}").select()


def rows_of(path):
    columns = read_batch(path).columns
    return [*zip(columns.action_id, columns.amount, columns.reason, strict=True)][:2]


@BOTH_HOSTS
def test_the_selected_batch_gets_a_workbook_beside_this_one(sent, tmp_path, paths):
    select_batch(sent)
    sent.excel.answer("yes")
    said = sent.click("draft_undo")
    asked = sent.excel.alerts[-2].text
    assert asked.startswith(
        "Prepare an undo for batch 0001?\n\nBatch 0001: 2 of 2 rows can be restored until 2099-12-30"
    )
    assert "ATTENTION: 1 row restores an action that was reversed." in asked
    assert asked.endswith("A new workbook is made; nothing is sent.")
    path = tmp_path / "returns undo 0001.xlsx"
    assert rows_of(path) == [(ONE, "19.90", "ORDER_UPDATE"), (TWO, "60.00", "ORDER_UPDATE")]
    assert str(path) in said
    assert said.endswith("Nothing was sent.")
    with open_ledger(paths.ledger_file) as ledger:
        assert len(ledger.batches()) == 1
        assert [event.detail["file"] for event, _ in ledger.undo_drafts(1)] == [path.name]


def test_an_undo_is_opened(sent):
    select_batch(sent)
    sent.excel.answer("yes")
    said = sent.click("draft_undo")
    assert "It is open now: look at the rows there, press Validate, then Send." in said
    assert [book.name for book in sent.book.app.books] == ["returns.xlsx", "returns undo 0001.xlsx"]


def test_where_an_undo_cannot_be_opened_the_user_is_told_where_it_lies(sent, monkeypatch, tmp_path):
    def refuse(*_):
        raise OSError("a policy forbids it")

    monkeypatch.setattr("action_returns.excel.workbook.OpenWorkbook.open_beside", refuse)
    select_batch(sent)
    sent.excel.answer("yes")
    said = sent.click("draft_undo")
    assert f"{tmp_path / 'returns undo 0001.xlsx'}. Open it: look at the rows there" in said


def test_an_undo_costs_at_most_45_calls(sent):
    select_batch(sent)
    sent.excel.answer("yes")
    sent.click("draft_undo")
    assert sent.excel.calls.total() <= 45, sent.excel.calls.most_common(30)


@BOTH_HOSTS
def test_no_file_is_written_over(sent, tmp_path):
    (tmp_path / "returns undo 0001.xlsx").write_bytes(b"mine")
    select_batch(sent)
    sent.excel.answer("yes")
    assert "returns undo 0001 2.xlsx" in sent.click("draft_undo")
    assert (tmp_path / "returns undo 0001.xlsx").read_bytes() == b"mine"


def test_without_a_yes_nothing_is_written(sent, tmp_path, paths):
    select_batch(sent)
    sent.excel.answer("no")
    sent.click("draft_undo")
    assert not list(tmp_path.glob("*undo*"))
    with open_ledger(paths.ledger_file) as ledger:
        assert ledger.undo_drafts(1) == []


@pytest.mark.parametrize("typed", ["1", "0001"])
def test_without_a_selected_batch_its_number_is_asked_for(sent, monkeypatch, tmp_path, typed):
    monkeypatch.setattr("action_returns.excel.dialogues.ask_number", lambda *_: typed)
    sent.excel.answer("yes")
    sent.click("draft_undo")
    assert (tmp_path / "returns undo 0001.xlsx").exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (None, "select the batch on the sheet Batches"),
        ("first", "first is no number of a batch"),
        ("7", "There is no batch 0007"),
    ],
)
def test_what_is_no_batch_writes_nothing(sent, monkeypatch, tmp_path, typed, told):
    monkeypatch.setattr("action_returns.excel.dialogues.ask_number", lambda *_: typed)
    assert told in sent.click("draft_undo")
    assert not list(tmp_path.glob("*undo*"))


def test_a_question_that_is_cancelled_ends_the_click(sent, monkeypatch):
    monkeypatch.setattr("action_returns.excel.dialogues.ask_number", lambda *_: "")
    assert sent.click("draft_undo") is None


def test_a_batch_of_which_nothing_can_be_restored_is_told_without_a_question(sent, monkeypatch):
    monkeypatch.setattr("action_returns.excel.button.ButtonContext.now", staticmethod(lambda: LATER))
    select_batch(sent)
    said = sent.click("draft_undo")
    assert said == "Batch 0001: 0 of 2 rows can be restored; 2 are locked. Nothing was written."


def test_a_profile_that_takes_resets_gets_a_reset_file(desk, home, tmp_path, monkeypatch):
    make_outbox(home, tmp_path / "box", reset_event_type="9026")
    send_one(desk, tmp_path, monkeypatch)
    select_batch(desk)
    desk.excel.answer("yes")
    said = desk.click("draft_undo")
    path = tmp_path / "returns undo 0001.csv"
    assert path.read_text().splitlines() == ["Oid,ActionTrackerId,Reason", "1001,9026,RESET", "1002,9026,RESET"]
    assert said == f"The reset file for 2 rows is {path}. Nothing was sent. Upload it by hand in the network."


def test_a_workbook_of_the_cloud_gets_its_undo_in_the_folder_of_exports(sent, monkeypatch, paths):
    address = "https://example.com/returns.xlsx"
    monkeypatch.setattr("action_returns.excel.workbook.OpenWorkbook.read_path", lambda _: address)
    select_batch(sent)
    sent.excel.answer("yes")
    sent.click("draft_undo")
    assert [path.name for path in paths.exports.iterdir()] == ["returns undo 0001.xlsx"]
