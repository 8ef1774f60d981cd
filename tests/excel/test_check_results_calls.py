"""What Check results costs in calls to Excel whatever the number of rows, and what stops it; on xlwings' Windows engine."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from action_returns.excel.button import ButtonContext
from action_returns.ledger.ledger import open_ledger
from action_returns.settings.editing import add_profile, remove_profile
from tests.excel.desk import GOOD
from tests.servers.brand_api_server import TOKEN, brand_api_server
from tests.servers.loopback import make_authority
from tests.support.reconciled import World, mobile, write_api_profile


@pytest.fixture
def waiting(desk, outbox, monkeypatch, tmp_path):
    """Open a workbook whose rows were sent three days ago, and let the user choose a list that has them unchanged."""

    def prepare(number=3):
        rows = [(f"M.8882.4808.{at}", "12.50", "ORDER_UPDATE") for at in range(10_000, 10_000 + number)]
        desk.open(rows)
        desk.excel.answer("yes")
        desk.click("send")
        with open_ledger(desk.paths.ledger_file) as ledger:
            ledger.mark(1, "sent", "It was uploaded.", shown="handed-over")
        at = datetime.now(UTC) + timedelta(days=3)
        lines = [f"{row[0]},{at.isoformat()},20.00,PENDING" for row in rows]
        path = tmp_path / "pending.csv"
        path.write_text("\n".join(["Action Id,Action Date,Amount,State", *lines, ""]), encoding="utf-8")
        os.utime(path, (at.timestamp(), at.timestamp()))
        monkeypatch.setattr("action_returns.excel.dialogues.pick_results", lambda _app: path)
        monkeypatch.setattr(
            ButtonContext, "now", staticmethod(lambda: datetime.now().astimezone() + timedelta(days=3, hours=1))
        )
        return desk

    return prepare


@pytest.mark.parametrize("number", [3, 700])
def test_looking_up_results_costs_at_most_85_calls(waiting, number):
    desk = waiting(number)
    for _ in range(2):  # the second one finds the sheet filled
        said = desk.click("check_results")
        assert desk.excel.calls.total() <= 85, (desk.excel.calls.total(), desk.excel.calls.most_common(30))
    assert said.startswith(f"Batch 0001: 0 of {number} rows applied, {number} different.")
    assert desk.peek(f"Results!B{3 + number}") == number
    assert desk.column("E", [4]) == ["Different: the network has 20.00 (batch 0001)"]


def test_more_rows_than_results_lists_are_told(waiting, monkeypatch):
    monkeypatch.setattr("action_returns.excel.check_results.MOST_ROWS", 2)
    desk = waiting(3)
    assert "Results lists the first 2 of the 3 rows not applied" in desk.click("check_results")
    assert desk.peek("Results!C1").startswith("the first 2 of 3 rows not applied of 3 rows in batch 0001")
    assert desk.peek("Results!A6") is None


def test_a_missing_sheet_stops_before_anything_is_recorded(waiting):
    desk = waiting()
    desk.book.sheets["Results"].name = "Other"
    assert 'The sheet "Results" is missing' in desk.click("check_results")
    with open_ledger(desk.paths.ledger_file) as ledger:
        assert ledger.latest_reconciled() == {}


def test_a_sheet_that_the_user_protects_loses_no_result(waiting):
    desk = waiting()
    desk.excel.protect("Results", password="secret")
    said = desk.click("check_results")
    assert "The results are on record. They could not be written on Results: the sheet Results is protected." in said
    assert "3 rows are not applied, and Results does not list them. Select a batch on Batches and click Receipt" in said
    assert "Next: go through these rows." in said
    assert "Results lists" not in said
    assert desk.book.sheets.active.name == "Batches"
    with open_ledger(desk.paths.ledger_file) as ledger:
        assert ledger.latest_reconciled()[1].detail["different"] == 3
    assert desk.column("E", [4]) == ["Different: the network has 20.00 (batch 0001)"]


def test_the_receipt_is_that_of_the_batch_selected_on_batches(desk, outbox, monkeypatch):
    shown = []
    monkeypatch.setattr("action_returns.excel.open_page.open_page", lambda path: shown.append(path.parent.name) or True)
    desk.open(GOOD)
    desk.excel.answer("yes")
    desk.click("send")
    desk.put("Actions!B5", "99")
    desk.excel.answer("yes", "yes")
    desk.click("send")
    desk.click("history")
    desk.click("open_receipt")
    desk.excel.select("Batches!C5")
    desk.click("open_receipt")
    assert shown == ["0002", "0001"]


@pytest.mark.parametrize("label", ["9" * 25, "²", "sum"])
def test_a_selected_row_that_is_no_batch_opens_no_receipt_of_another_one(waiting, label):
    desk = waiting()
    desk.click("history")
    desk.excel.protect("Batches", people_only=True)
    desk.put("Batches!A4", label)
    desk.excel.select("Batches!B4")
    assert desk.click("open_receipt").startswith(f"{label} is no number of a batch.")


API = {"account_sid": "IRabc123", "auth_token": "env:TOKEN", "campaigns": ["1000"]}


@pytest.mark.parametrize(("answer", "looked_at"), [("yes", ["the API"]), ("no", ["a file"]), ("cancel", [])])
def test_a_profile_with_the_api_lets_the_user_choose_it_or_a_file(waiting, paths, monkeypatch, answer, looked_at):
    desk = waiting()
    channel = {"kind": "outbox", "directory": str(paths.exports.parent / "outbox")}
    remove_profile(paths.config_file, "acme")
    add_profile(paths.config_file, "acme", {"environment": "test", "channel": channel, "api": API})
    asked = []
    monkeypatch.setattr("action_returns.excel.dialogues.pick_results", lambda _app: asked.append("a file"))
    monkeypatch.setattr(
        "action_returns.operations.reconcile_api.ApiEvidence.find",
        lambda _self, batches: asked.append("the API") or [None] * len(batches),
    )
    desk.excel.answer(answer)
    desk.click("check_results")
    assert desk.excel.alerts[-1 if answer != "yes" else -2].text.startswith("Ask the network's API now")
    assert asked == looked_at


def test_a_row_that_was_changed_since_it_was_sent_shows_no_result_of_what_was_sent(waiting):
    desk = waiting(4)
    for row in (4, 5):  # sorted: the texts beside do not move with these columns
        desk.put(f"Actions!A{row}", f"M.8882.4808.{10_005 - row}")
    desk.put("Actions!B5", "13.00")
    desk.put("Actions!A6", None)
    desk.put("Actions!B6", None)
    desk.put("Actions!C6", None)
    desk.click("check_results")
    different = "Different: the network has 20.00 (batch 0001)"
    assert desk.column("E", [4, 5, 6, 7]) == [different, None, None, different]
    assert desk.column("F", [5, 6]) == [None, None]


def test_the_result_of_a_later_batch_stays_beside_its_row(waiting):
    desk = waiting()
    desk.put("Actions!E4", "Applied (batch 0002)")
    desk.click("check_results")
    different = "Different: the network has 20.00 (batch 0001)"
    assert desk.column("E", [4, 5, 6]) == ["Applied (batch 0002)", different, different]


def test_start_that_was_deleted_stops_neither_history_nor_results(waiting):
    desk = waiting()
    desk.book.sheets["Start"].name = "Other"
    assert desk.click("history").startswith("1 batch sent from this computer.")
    assert "could not be written" not in desk.click("check_results")
    assert desk.peek("Batches!H4") == "0 of 3"


@pytest.mark.parametrize("name", ["open_receipt", "draft_undo"])
def test_a_batch_that_was_listed_on_another_computer_is_not_taken_for_ours(waiting, name):
    desk = waiting()
    desk.click("history")
    desk.excel.protect("Batches", people_only=True)
    desk.put("Batches!J4", "Batch_Mods_Reversals_2026_11_23_K7QX-0001.csv")
    desk.excel.select("Batches!A4")
    assert "The sheet Batches was filled on another computer or for another profile" in desk.click(name)


def test_sending_counts_the_batch_on_start_and_tells_when_to_look_for_results(desk, outbox):
    desk.open(GOOD)
    desk.excel.answer("yes")
    said = desk.click("send")
    assert desk.peek("Start!C17").startswith("1, the oldest sent 0 days ago. Counted ")
    # The file lies in a folder, and the program cannot know when a person sends it from there.
    assert said.splitlines()[-1].startswith(
        "Next: a day after the network has the file, click Check results with a new Pending Actions download."
    )


def test_a_start_without_its_protection_password_hides_no_outcome(desk, outbox):
    desk.open(GOOD)
    desk.excel.protect("Start", password="secret")
    desk.excel.answer("yes")
    assert desk.click("send").startswith("Handed over. 2 rows")
    assert desk.column("E", [4, 5]) == ["Handed over in batch 0001"] * 2


def test_the_answers_of_the_networks_api_stand_on_results_and_beside_the_rows(
    desk, paths, home, monkeypatch, tmp_path_factory
):
    monkeypatch.setenv("API_TOKEN", TOKEN)
    authority = make_authority(tmp_path_factory.mktemp("authority"))
    with brand_api_server(authority) as server:
        write_api_profile(home, authority, server)
        world = World(server, paths, home)
        world.has(1, 2)
        desk.open(
            [(mobile(1), "12.50", "ORDER_UPDATE"), (mobile(2), "0", "REJECTED"), (mobile(9), "8.00", "ORDER_UPDATE")]
        )
        desk.excel.answer("yes", "yes")
        desk.click("send")
        (path,) = (home / "outbox").iterdir()
        world.network.receive_file(path.name, path.read_bytes(), datetime.now(UTC))
        world.network.process(datetime.now(UTC))
        monkeypatch.setattr(
            ButtonContext, "now", staticmethod(lambda: datetime.now().astimezone() + timedelta(hours=30))
        )
        desk.excel.answer("yes")
        said = desk.click("check_results")
    assert said.startswith("Batch 0001: 2 of 3 rows applied, 1 refused.")
    assert desk.peek("Results!C1").startswith(
        "1 row not applied of 3 rows in batch 0001 · compared with the network's API"
    )
    assert desk.peek("Results!C4") == mobile(9)
    assert desk.column("E", [4, 5, 6]) == [
        "Applied (batch 0001)",
        "Applied (batch 0001)",
        "Refused: Validation: ACTION_REF_NOT_FOUND (batch 0001)",
    ]
