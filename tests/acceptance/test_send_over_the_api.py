"""An urgent few rows over the network's API: some are queued, some not, and the same file again sends the rest."""

from collections import Counter

import pytest
import tomlkit

from tests.servers.brand_api_server import SID, TOKEN, brand_api_server, hang_up, refused, status
from tests.servers.loopback import LOOPBACK, make_authority
from tests.support.batches import CSV

ACTIONS = [f"M.8882.4808.{number}" for number in range(1, 7)]
ROWS = [f"{action},0,REJECTED" for action in ACTIONS[:3]] + [f"{action},12.50,ORDER_UPDATE" for action in ACTIONS[3:]]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority):
    with brand_api_server(authority) as running:
        yield running


@pytest.fixture
def profile(home, server, authority, monkeypatch):
    """Writes the profile; keywords change its channel."""
    monkeypatch.setenv("API_TOKEN", TOKEN)

    def write(*, reasons=None, **changes):
        channel = {
            "kind": "api", "account_sid": SID, "password": "env:API_TOKEN", "host": LOOPBACK, "port": server.port,
            "ca_file": str(authority.bundle), **changes,
        }  # fmt: skip
        acme = {"environment": "test", **({"reasons": reasons} if reasons else {}), "channel": channel}
        (home / "config.toml").write_text(tomlkit.dumps({"profiles": {"acme": acme}}), encoding="utf-8", newline="")

    write()
    return write


@pytest.fixture
def send(profile, run, work):
    """Sends a list of rows, and returns the exit code and the JSON object."""

    def command(*rows, options=("--yes",)):
        (work / "urgent.csv").write_text(CSV + "".join(f"{row}\r\n" for row in rows), newline="")
        result = run("send", "urgent.csv", "--json", *options)
        return result.code, result.json

    return command


def calls(server):
    return Counter(form["ActionId"] for _, _, form, _ in server.changes)


def test_the_same_file_again_sends_what_has_not_arrived_and_nothing_twice(server, send, run):
    server.faults.extend([None, refused(404, "Action not found"), hang_up, None, status(429, X_RateLimit_Reset="600")])
    code, told = send(*ROWS)
    assert (code, told["outcome"], told["batch"]) == (7, "sent", "0001")
    assert told["row_counts"] == {"queued": 2, "refused": 1, "unknown": 1, "not_sent": 2}
    assert "2 of 6 rows are queued" in told["message"]
    assert "It takes them again in about 10 minutes." in told["message"]

    code, told = send(*ROWS)
    assert {(one["action"], one["batch"], one["state"]) for one in told["left_out_sent_before"]} == {
        (ACTIONS[0], "0001", "sent"),
        (ACTIONS[2], "0001", "unknown"),
        (ACTIONS[3], "0001", "sent"),
    }
    assert (code, told["outcome"], told["batch"], told["rows"]) == (0, "sent", "0002", 3)
    assert told["row_counts"] == {"queued": 3, "refused": 0, "unknown": 0, "not_sent": 0}
    # The refused row and the one that met the limit were not taken, and were called for once more.
    assert calls(server) == dict.fromkeys(ACTIONS, 1) | {ACTIONS[1]: 2, ACTIONS[4]: 2}

    code, told = send(*ROWS)
    assert (code, told["problem"]) == (8, "duplicate")
    assert sum(calls(server).values()) == 8


def test_history_tells_what_became_of_the_rows_in_a_few_lines(server, send, run):
    server.faults.extend([None, refused(404, "Action not found"), hang_up])
    send(*ROWS)
    shown = run("history", "show", "0001").out
    assert "4 rows queued" in shown
    assert f"refused: {ACTIONS[1]} (Action not found)" in shown
    assert f"unknown: {ACTIONS[2]} (the connection broke off before the whole reply was there)" in shown
    assert "row-" not in shown
    events = run("history", "show", "0001", "--json").json["events"]
    assert Counter(event["kind"] for event in events)["row-sending"] == 6


@pytest.mark.parametrize("options", [("--yes",), ("--dry-run",)])
def test_a_code_that_the_api_does_not_take_stops_before_anything_is_recorded_or_sent(
    server, profile, send, run, options
):
    profile(reasons={"MY_CODE": "either"})
    code, told = send(ROWS[0], f"{ACTIONS[1]},0,MY_CODE", options=options)
    assert (code, told["problem"]) == (3, "channel-refuses-rows")
    assert f"row 3, {ACTIONS[1]} (MY_CODE with 0)" in told["message"]
    assert (server.changes, server.clients) == ([], [])
    assert run("history", "list").err == "Nothing was sent from this machine yet.\n"


def test_too_many_rows_stop_before_anything_and_a_review_tells_so_too(server, profile, send, run):
    profile(most_rows=5)
    code, told = send(*ROWS)
    assert (code, told["problem"]) == (3, "channel-refuses-rows")
    assert "sends 5 rows at most (most_rows in the profile), and these are 6" in told["message"]
    assert server.clients == []
    review = run("review", "urgent.csv")
    assert "Not sendable" in review.out
    assert "Next: action-returns export urgent.csv" in review.err
    assert run("review", "urgent.csv", "--json").json["not_sendable"] == told["message"]


def test_rows_that_are_refused_or_left_end_with_an_exit_code_of_their_own(server, send):
    server.faults.append(refused(404, "Action not found"))
    code, told = send(*ROWS[:2])
    assert (code, told["outcome"], told["row_counts"]["refused"]) == (6, "sent", 1)


def test_a_refused_sign_in_ends_as_with_every_other_channel(server, send):
    server.token = "another"
    code, told = send(*ROWS)
    assert (code, told["outcome"]) == (5, "failed")
    assert "refused the sign-in (401)" in told["message"]
    assert len(server.changes) == 1


def test_the_connection_test_of_the_command_line_works(profile, run):
    result = run("probe")
    assert result.code == 0
    assert "it took the sign-in" in result.err
