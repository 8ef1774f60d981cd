"""An undo of rows that went over the API: what was queued is restored, and of the rest the user learns why it stays."""

import csv

import pytest
import tomlkit

from tests.servers.brand_api_server import SID, TOKEN, brand_api_server, hang_up, refused, status
from tests.servers.loopback import LOOPBACK, make_authority
from tests.support.batches import CSV

HEAD = "Action ID,Amount,Original Amount,Currency,State,Locking Date,Action Date,Order ID\r\n"
ACTIONS = [f"M.8882.4808.{number}" for number in range(1, 6)]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def sent(home, authority, monkeypatch, run, work):
    """A batch of five rows: queued, refused, without a reply, at the limit of calls, and never called for."""
    monkeypatch.setenv("API_TOKEN", TOKEN)
    (work / "before.csv").write_text(
        HEAD + "".join(f"{one},60.00,,EUR,PENDING,2027-01-15 08:00,2026-11-19 10:00,{one[-1]}\r\n" for one in ACTIONS),
        newline="",
    )
    (work / "urgent.csv").write_text(CSV + "".join(f"{one},12.50,ORDER_UPDATE\r\n" for one in ACTIONS), newline="")
    with brand_api_server(authority) as server:
        channel = {
            "kind": "api", "account_sid": SID, "password": "env:API_TOKEN", "host": LOOPBACK, "port": server.port,
            "ca_file": str(authority.bundle),
        }  # fmt: skip
        acme = {"environment": "test", "channel": channel}
        (home / "config.toml").write_text(tomlkit.dumps({"profiles": {"acme": acme}}), encoding="utf-8", newline="")
        server.faults.extend([None, refused(404, "Action not found"), hang_up, status(429, X_RateLimit_Reset="600")])
        told = run("send", "urgent.csv", "--pending", "before.csv", "--yes", "--json").json
        assert told["row_counts"] == {"queued": 1, "refused": 1, "unknown": 1, "not_sent": 2}
        yield server


def rows_of(path):
    return list(csv.reader(path.read_text("ascii").splitlines()[1:]))


def test_only_what_may_have_arrived_is_restored_and_what_is_not_certain_is_named(sent, run, work):
    told = run("undo", "0001", "-o", "undo.csv", "--json")
    assert told.code == 0
    assert rows_of(work / "undo.csv") == [[one, "60.00", "ORDER_UPDATE"] for one in (ACTIONS[0], ACTIONS[2])]
    assert (told.json["rows"], told.json["left_out"]["not_applied"]) == (2, 3)
    assert told.json["message"].startswith(
        "Batch 0001: 2 of 5 rows can be restored until 2027-01-15 08:00 UTC; 3 were not"
    )
    assert (
        f"It is not known whether 1 row of batch 0001 arrived: {ACTIONS[2]}. Where one did not" in told.json["message"]
    )
    assert "action-returns reconcile 0001 --pending FILE" in told.json["message"]


def test_an_undo_leaves_over_the_api_too_and_is_not_undone_or_freed_by_a_mark(sent, run, work):
    run("undo", "0001", "-o", "undo.csv")
    sent.faults.append(None)
    told = run("send", "undo.csv", "--yes", "--json")
    assert (told.code, told.json["row_counts"]["queued"]) == (0, 2)
    assert [(form["ActionId"], form["Amount"]) for _, _, form, _ in sent.changes[-2:]] == [
        (ACTIONS[0], "60.00"),
        (ACTIONS[2], "60.00"),
    ]
    marked = run("history", "mark", "1", "failed", "--why", "No trace of it.", "--json")
    assert (marked.code, marked.json["problem"]) == (2, "mark-refused")
    assert f"1 row of it is at the receiver ({ACTIONS[0]})" in marked.json["message"]
    again = run("undo", "0001", "-o", "again.csv", "--json")
    assert again.json["problem"] == "nothing-to-undo"
    assert "2 were changed since; 3 were not changed by the network" in again.json["message"]


def test_a_row_whose_action_shows_the_change_is_no_longer_named_as_uncertain(sent, run, work):
    later = HEAD + "".join(
        f"{one},{'12.50' if one == ACTIONS[2] else '60.00'},,EUR,PENDING,2027-01-15 08:00,2026-11-19 10:00,{one[-1]}\r\n"
        for one in ACTIONS
    )
    (work / "later.csv").write_text(later, newline="")
    run("reconcile", "0001", "--pending", "later.csv")
    told = run("undo", "0001", "-o", "undo.csv", "--json")
    assert [ACTIONS[2], "60.00", "ORDER_UPDATE"] in rows_of(work / "undo.csv")
    assert "not known whether" not in told.json["message"]
