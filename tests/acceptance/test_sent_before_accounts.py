"""Whose earlier batches count: of every profile of the account, and of a test profile that leads to its receiver."""

import re

import pytest
import tomlkit

from tests.support.batches import CSV, ONE

ROW = f"{ONE},0,REJECTED"


@pytest.fixture
def profiles(home, tmp_path):
    """Writes profiles, each with its environment, its account and the folder that is its channel."""

    def write(**told):
        tables = {}
        for name, (environment, account, folder) in told.items():
            (tmp_path / folder).mkdir(exist_ok=True)
            channel = {"kind": "outbox", "directory": str(tmp_path / folder)}
            tables[name] = {"environment": environment, "channel": channel} | ({"account": account} if account else {})
        (home / "config.toml").write_text(tomlkit.dumps({"profiles": tables}))

    return write


@pytest.fixture
def send(run, work, tmp_path):
    """Sends rows through a profile, and returns the exit code."""

    def command(profile, *rows):
        (tmp_path / "returns.csv").write_text(CSV + "".join(f"{row}\r\n" for row in rows or (ROW,)), newline="")
        return run("send", "returns.csv", "--yes", "--profile", profile).code

    return command


def test_two_accounts_send_the_same_row_once_each(profiles, send):
    profiles(acme=("live", "acme", "a"), acme_2=("live", "acme", "b"), globex=("live", "globex", "c"))
    assert [send(name) for name in ("acme", "acme_2", "globex", "globex", "acme")] == [0, 8, 0, 8, 8]


def test_a_rehearsal_at_a_receiver_of_its_own_takes_nothing_from_the_live_account(profiles, send):
    profiles(acme=("live", None, "live"), rehearsal=("test", None, "sandbox"))
    assert [send(name) for name in ("rehearsal", "acme", "rehearsal", "acme")] == [0, 0, 8, 8]


@pytest.mark.parametrize("first", ["acme", "rehearsal"])
def test_a_test_profile_that_leads_to_the_live_receiver_is_the_live_account(profiles, send, first):
    profiles(acme=("live", None, "live"), mail=("live", None, "mail"), rehearsal=("test", None, "live"))
    assert [send(name) for name in (first, "acme", "rehearsal", "mail")] == [0, 8, 8, 8]


def test_a_test_profile_to_a_receiver_of_live_batches_on_record_counts_when_their_profile_is_gone(profiles, send):
    profiles(acme=("live", None, "live"))
    assert send("acme") == 0
    profiles(rehearsal=("test", None, "live"))
    assert send("rehearsal") == 8


def test_a_profile_that_becomes_live_or_gets_an_account_keeps_what_it_sent(profiles, send):
    profiles(acme=("test", None, "a"))
    assert send("acme") == 0
    profiles(acme=("live", None, "a"))
    assert send("acme") == 8
    assert send("acme", ROW.replace("5,", "6,")) == 0
    profiles(acme=("live", "acme", "a"))
    assert send("acme", ROW.replace("5,", "6,")) == 8


@pytest.mark.parametrize("state", ["sent", "failed"])
def test_ten_then_twenty_then_ten_again_is_sent_unless_twenty_was_found_missing(profiles, send, run, tmp_path, state):
    profiles(acme=("live", None, "a"))
    ten, twenty = f"{ONE},10,ORDER_UPDATE", f"{ONE},20,ORDER_UPDATE"
    assert [send("acme", row) for row in (ten, twenty)] == [0, 0]
    assert run("history", "mark", "2", state, "--why", "looked", "--yes").code == 0
    assert run("action", "show", ONE, "--profile", "acme", "--json").json["used"] == (2 if state == "sent" else 1)
    assert send("acme", ten) == (0 if state == "sent" else 8)
    assert send("acme", twenty) == 0


def test_what_counts_for_one_action_is_what_a_check_counts(profiles, send, run, tmp_path):
    profiles(acme=("live", None, "live"), other=("live", "other", "o"), try_it=("test", None, "live"))
    send("try_it")
    send("other")
    shown = run("action", "show", ONE, "--profile", "acme")
    assert "1 of 1,000 modifications used in LIVE" in shown.out
    assert [line.endswith("(not counted)") or "(not counted)" in line for line in shown.out.splitlines()[1:3]] == [
        False,
        True,
    ]
    assert run("history", "list", "--json").json["batches"][0]["account"] == "account other"


def test_two_computers_never_choose_the_same_file_name(profiles, send, home, tmp_path, monkeypatch):
    profiles(acme=("live", None, "inbox"))
    other = tmp_path / "other-computer"
    other.mkdir()
    (other / "config.toml").write_bytes((home / "config.toml").read_bytes())
    assert send("acme") == 0
    monkeypatch.setenv("ACTION_RETURNS_HOME", str(other))
    assert send("acme") == 0
    names = [re.fullmatch(r"Batch_Mods_Reversals_\d{4}_\d\d_\d\d_([2-9A-Z]{4})-0001\.csv", path.name) for path in
             (tmp_path / "inbox").iterdir()]  # fmt: skip
    assert len({name.group(1) for name in names}) == 2
