"""Two people, two machines, one ledger in PostgreSQL: through the real command line, as docs/team-ledger.md sets it up."""

import io
import re
import sys
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.servers import postgresql
from tests.support import team_database
from tests.support.available import missing_postgresql, require
from tests.support.batches import LIST
from tests.support.cli import run_here
from tests.support.profiles import make_outbox, write_profile

PASSWORD = "s3cret-canary-pass"


@pytest.fixture(scope="module")
def server():
    """A server set up by the very statements of the page; its tables are made by the one who owns them."""
    require(missing_postgresql())
    access = "host all ann 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    with postgresql.server(access=access) as running:
        team_database.set_up(running, PASSWORD, "returns", "bea")
        yield running


@pytest.fixture
def person(server, tmp_path, monkeypatch, capsys):
    """Gives a user with a machine of their own, who runs commands."""
    monkeypatch.setenv("TEAM_PASSWORD", PASSWORD)

    def machine(name, **facts):
        home = tmp_path / name
        ledger = f"postgresql://{name}@127.0.0.1:{server.port}/returns"
        facts = {"ledger": ledger, "ledger_password": "env:TEAM_PASSWORD", **facts}
        outbox = make_outbox(home, home / "outbox", **facts)

        def run(*arguments):
            monkeypatch.setenv("ACTION_RETURNS_HOME", str(home))
            return run_here(capsys, *arguments)

        run.outbox = outbox
        run.home = home
        return run

    return machine


_lists = count(1)


@pytest.fixture
def returns(tmp_path):
    """A list that no other test sends."""
    path = tmp_path / "returns.csv"
    path.write_text(LIST.replace("1063415", f"{next(_lists):07}"), newline="")
    return str(path)


def test_what_one_has_sent_the_other_cannot_send_and_sees(person, returns):
    amy, bea = person("amy"), person("bea")
    assert amy("send", returns, "--yes").code == 0
    result = bea("send", returns, "--yes")
    assert result.code == 8
    assert "All 2 rows of" in result.err
    assert "may have arrived before" in result.err
    assert list(bea.outbox.iterdir()) == []
    (latest, *_) = bea("history", "list", "--json").json["batches"]
    assert latest["outcome"] == "handed-over"
    action = Path(returns).read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    assert latest["batch"] in bea("action", "show", action).out
    assert not (bea.home / "ledger.sqlite3").exists()


def test_rows_that_the_other_sent_are_named_in_a_check(person, returns, tmp_path):
    person("amy")("send", returns, "--yes")
    one_row = tmp_path / "one.csv"
    one_row.write_text("".join(Path(returns).read_text(encoding="utf-8").splitlines(keepends=True)[:2]))
    assert "already-sent" in person("bea")("check", str(one_row), "--json").out


def test_who_was_signed_in_stands_beside_every_name_that_a_program_gave(person, returns, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "the boss")
    amy, bea = person("amy"), person("bea")
    batch = amy("send", returns, "--yes", "--json").json["batch"]
    assert bea("history", "mark", batch, "failed", "--why", "Nothing there.", "--yes").code == 0
    shown = amy("history", "show", batch).out
    assert "(database user amy)" in next(line for line in shown.splitlines() if line.startswith("Who"))
    assert re.search(r"marked failed by the boss on .+: Nothing there\. \(database user bea\)", shown)
    assert re.search(
        r"Marked failed by the boss on .+ \(database user bea\): Nothing there\.", shown.replace("\n", " ")
    )
    told = amy("history", "show", batch, "--json").json
    assert (told["database_user"], told["who"]) == ("amy", "the boss")
    assert told["recorded_at"].endswith("+00:00")
    assert [event["database_user"] for event in told["events"]] == ["amy"] * 4 + ["bea"]
    assert {event["kind"] for event in told["events"] if event["recorded_at"]} >= {"prepared", "marked"}
    action = Path(returns).read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    assert "(database user amy)" in amy("action", "show", action, "--json").json["sent"][0]["who"]


def test_a_member_cannot_change_what_is_on_record_even_with_another_program(person, returns, server):
    person("amy")("send", returns, "--yes")
    url = f"postgresql://amy@127.0.0.1:{server.port}/returns"
    with psycopg.connect(url, password=PASSWORD, autocommit=True) as connection:
        for statement in (
            "INSERT INTO action_returns.ledger_step VALUES (99)",
            "DELETE FROM action_returns.batch",
            "UPDATE action_returns.sent_row SET cents = 1",
            "TRUNCATE action_returns.event",
            "DROP TABLE action_returns.content CASCADE",
            "ALTER TABLE action_returns.batch DISABLE TRIGGER ALL",
            "UPDATE action_returns.batch SET sha256 = 'x'",
            "UPDATE action_returns.batch SET message = 'x'",
            "UPDATE action_returns.batch SET settled_at = '1999'",
            "UPDATE action_returns.batch SET state = 'prepared'",
        ):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)):
                connection.execute(statement.encode())


def test_a_wrong_password_sends_nothing_and_is_told_with_what_to_do(person, returns, monkeypatch):
    amy = person("amy")
    monkeypatch.setenv("TEAM_PASSWORD", PASSWORD + "x")
    result = amy("send", returns, "--yes")
    assert result.code == 11
    assert "did not accept the user name or the password" in result.err
    assert "Nothing was sent" in result.err
    assert PASSWORD.encode() not in result.printed
    assert list(amy.outbox.iterdir()) == []


def test_a_database_that_is_away_sends_nothing_and_a_check_says_what_it_could_not_look_up(person, returns):
    amy = person("amy", ledger="postgresql://amy@127.0.0.1:1/returns")
    result = amy("send", returns, "--yes")
    assert result.code == 11
    assert "cannot be reached" in result.err
    assert list(amy.outbox.iterdir()) == []
    result = amy("check", returns)
    assert result.code in (0, 4)
    assert "cannot be reached" in result.err


def test_the_doctor_looks_into_the_teams_ledger(person, monkeypatch):
    amy = person("amy")
    seen = {one["what"]: one for one in amy("doctor", "--json").json["checks"]}
    assert seen["Team ledger of acme opens"]["well"]
    assert seen["Password of the ledger of acme"]["seen"] == "can be fetched"
    monkeypatch.setenv("TEAM_PASSWORD", "")
    result = amy("doctor", "--json")
    wrong = [one["what"] for one in result.json["checks"] if not one["well"]]
    assert wrong == ["Password of the ledger of acme", "Team ledger of acme opens"]
    assert result.code != 0


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"ledger": f"postgresql://amy:{PASSWORD}@db.example.com/r"}, "a password never stands in it"),
        ({"ledger": f"postgresql://amy@db.example.com/r?password={PASSWORD}"}, "a password never stands in it"),
        ({"ledger": "postgresql://amy@db.example.com/r?sslmode=prefer"}, "sslmode can only be verify-full"),
        ({"ledger": f"mysql://{PASSWORD}"}, "sqlite, or the team's database in the shape"),
        ({"ledger": "sqlite", "ledger_password": "keyring"}, "ledger_password belongs to a team's ledger"),
    ],
)
def test_an_address_that_is_not_right_is_told_without_being_repeated(home, run, facts, says):
    write_profile(home, {"kind": "outbox", "directory": str(home)}, **facts)
    result = run("check", "x.csv")
    assert result.code == 9
    assert says in result.err
    assert PASSWORD.encode() not in result.printed


def test_the_password_of_the_teams_ledger_is_kept_beside_the_one_of_the_channel(home, run, store, monkeypatch):
    facts = {"ledger": "postgresql://amy@db.example.com/r", "ledger_password": "keyring"}
    write_profile(home, {"kind": "outbox", "directory": str(home)}, **facts)
    result = run("secret", "status", "--json")
    assert result.code == 0
    assert result.json["passwords"] == [
        {"profile": "acme", "of": "channel", "kept": "none", "status": "not needed"},
        {"profile": "acme", "of": "ledger", "kept": "keyring", "status": "missing"},
    ]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\n".encode())))
    assert run("secret", "set", "acme", "--ledger", "--password-stdin").code == 0
    assert store.kept == {("action-returns", "acme:ledger"): PASSWORD}
    result = run("secret", "status")
    assert result.code == 0
    assert "missing" not in result.out
    result = run("secret", "delete", "acme", "--ledger")
    assert result.code == 0
    assert store.kept == {}
    assert "The password of the team's ledger of profile acme is removed." in result.err
    result = run("profile", "show", "--json")
    assert result.code == 0
    assert result.json["ledger_password"] == "keyring"
    result = run("history", "list")
    assert result.code == 9
    assert "action-returns secret set acme --ledger" in result.err
