"""Two people, two machines, one ledger in PostgreSQL: through the real command line, as docs/team-ledger.md sets it up."""

import io
import json
import re
import sys
from itertools import count
from pathlib import Path

import psycopg
import pytest

from action_returns.errors import LedgerError
from action_returns.ledger.store import load_migrations
from tests.servers import pgbouncer, postgresql
from tests.support import team_database
from tests.support.available import missing_pgbouncer, missing_postgresql, require
from tests.support.batches import LIST
from tests.support.cli import run_here, run_program
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
    assert result.code == 11
    assert result.err.startswith("Read: ")
    assert "2 rows checked, all ready." in result.err
    assert "It could not be looked up what was sent before, so these rows may have been sent already." in result.err
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


@pytest.fixture(scope="module")
def refusing(server):
    """Addresses of databases that cannot be used, each for another reason, and what is said about it."""
    require(missing_pgbouncer())
    port = server.port
    server.run("CREATE DATABASE another_make")
    server.run("CREATE SCHEMA action_returns; CREATE TABLE action_returns.batch (x TEXT)", "another_make")
    server.run("CREATE DATABASE half_made")
    server.run("CREATE SCHEMA action_returns; CREATE TABLE action_returns.ledger_step (number INTEGER)", "half_made")
    server.run(
        f"INSERT INTO action_returns.ledger_step SELECT generate_series(1, {len(load_migrations('postgresql'))})",
        "half_made",
    )
    server.run("CREATE DATABASE forbidden")
    context = pgbouncer.pooler(server, "transaction", "ignore_startup_parameters = options")
    pooled = context.__enter__()
    yield {
        "nothing listens": ("postgresql://amy@127.0.0.1:1/returns", "nothing answers there"),
        "no such database": (f"postgresql://ann@127.0.0.1:{port}/nowhere", "There is no database"),
        "no such user": (f"postgresql://nobody@127.0.0.1:{port}/returns", "did not accept the user name"),
        "another make": (f"postgresql://ann@127.0.0.1:{port}/another_make", "not as they should be"),
        "half of the tables": (f"postgresql://ann@127.0.0.1:{port}/half_made", "not as they should be"),
        "no rights": (f"postgresql://amy@127.0.0.1:{port}/forbidden", "does not allow this user to do that"),
        "no encryption": (f"postgresql://amy@localhost.:{port}/returns", ""),
        "a pooler that keeps no session": (f"postgresql://ann@127.0.0.1:{pooled}/postgres", "leads through a pooler"),
    }
    context.__exit__(None, None, None)


READERS = [
    ("history", "list"), ("history", "list", "--json"), ("history", "show", "1"), ("history", "file", "1"),
    ("history", "receipt", "1"), ("history", "mark", "1", "sent", "--why", "x", "--yes"), ("history", "export"),
    ("history", "export", "-o", "record.json"), ("action", "show", "M.8882.4808.1"),
]  # fmt: skip


@pytest.mark.parametrize(
    "why",
    ["nothing listens", "no such database", "no such user", "another make", "half of the tables", "no rights",
     "no encryption", "a pooler that keeps no session"],
)  # fmt: skip
def test_a_ledger_that_cannot_be_used_ends_every_command_that_needs_it_with_11(
    person, refusing, returns, monkeypatch, tmp_path, why
):
    monkeypatch.chdir(tmp_path)
    ledger, says = refusing[why]
    amy = person("amy", ledger=ledger)
    for command in (
        *READERS,
        ("send", returns, "--yes"),
        ("send", returns, "--yes", "--json"),
        ("send", returns, "--dry-run"),
    ):
        result = amy(*command)
        assert (command, result.code) == (command, 11)
        assert says in result.err
        assert "Nothing was" in result.err or why == "half of the tables"  # it is opened, and cannot be read
    assert list(amy.outbox.iterdir()) == []
    assert not (tmp_path / "record.json").exists()
    assert amy("doctor").code == 9
    # The others do what they can, and say that it is not known what was sent before.
    for command, printed in (
        (("check", returns), "2 rows checked, all ready."),
        (("review", returns), "Review of "),
        (("export", returns, "-o", "clean.csv"), "Written: clean.csv (2 rows, "),
        (("fix", returns, "-o", "fixed.csv"), "Written: fixed.csv. "),
    ):
        result = amy(*command)
        assert (command, result.code) == (command, 11)
        assert printed in result.out + result.err
        assert "Stopped: It could not be looked up what was sent before, so these rows may have been" in result.err
        assert says in result.err
    assert (tmp_path / "clean.csv").read_bytes().startswith(b"ActionId,")
    assert (tmp_path / "fixed.csv").exists()


def run_beside(home, *arguments):
    """Run a command of another machine while one of this process is at work."""
    done = run_program(*arguments, ACTION_RETURNS_HOME=str(home), COLUMNS="1000")
    return done.code, done.out + done.err


@pytest.mark.parametrize("marked", [False, True])
def test_a_connection_that_is_lost_while_a_file_is_on_its_way_lets_nobody_send_it_twice(
    person, returns, server, monkeypatch, marked
):
    from action_returns.channels.folder import OutboxChannel

    amy, bea, deliver, seen = person("amy"), person("bea"), OutboxChannel.deliver, {}

    def cut_off(channel, file, leaving):
        outcome = deliver(channel, file, leaving)
        server.run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'amy'")
        listed = json.loads(run_beside(bea.home, "history", "list", "--json")[1])["batches"][0]
        batch = listed["batch"]
        seen["listed"], seen["shown"] = listed, run_beside(bea.home, "history", "show", batch)[1]
        seen["again"] = run_beside(bea.home, "send", returns, "--yes")
        mark = ("history", "mark", batch, "failed", "--why", "Nothing there.", "--yes")
        seen["mark"] = run_beside(bea.home, *mark)
        if marked:
            assert run_beside(bea.home, *mark, "--program-ended")[0] == 0
        return outcome

    monkeypatch.setattr(OutboxChannel, "deliver", cut_off)
    result = amy("send", returns, "--yes", "--json")
    monkeypatch.undo()
    monkeypatch.setenv("TEAM_PASSWORD", PASSWORD)
    batch = result.json["batch"]
    assert (result.code, result.json["outcome"], result.json["recorded"]) == (0, "handed-over", True)
    assert (seen["listed"]["outcome"], seen["listed"]["sending_until"] is not None) == ("sending", True)
    assert f"Batch {batch} may still be being sent, until" in seen["shown"]
    assert "program that sent this batch ended" not in seen["shown"]
    assert (seen["again"][0], "which another program began to send" in seen["again"][1]) == (8, True)
    assert (seen["mark"][0], "add --program-ended" in seen["mark"][1]) == (2, True)
    told = bea("history", "show", batch)
    assert bea("history", "show", batch, "--json").json["outcome"] == "handed-over"
    assert bea("history", "show", batch, "--json").json["answered_after_mark"] is marked
    if marked:
        assert f"History says handed-over now: action-returns history show {batch}" in result.json["message"]
        assert "who said that the program which sent it had ended: Nothing there." in told.out
        assert "recorded its outcome after a person had marked the batch" in bea("history", "list").err
        assert f"outcome came after a person had marked it: {batch}" in bea("doctor").out.replace("\n", " ")
    assert bea("send", returns, "--yes").code == 8


def test_an_outcome_that_waits_for_its_ledger_is_told_by_the_doctor_and_recorded_by_the_next_command(
    person, returns, monkeypatch
):
    from action_returns.ledger.ledger import Ledger

    def away(*_, **__):
        raise LedgerError("The disk of the database is full.")

    amy = person("amy")
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "settle", away)
        result = amy("send", returns, "--yes", "--json")
        doctor = amy("doctor")
    batch = result.json["batch"]
    assert (result.code, result.json["outcome"], result.json["recorded"]) == (0, "handed-over", False)
    (kept,) = (amy.home / "submissions").glob("outcome-*.json")
    assert str(kept) in result.json["message"]
    assert doctor.code == 9
    assert f"Not on record yet: batch {batch} is handed-over" in " ".join(doctor.out.split())
    assert amy("history", "show", batch, "--json").json["outcome"] == "handed-over"
    assert not kept.exists()
    assert "none waits for its ledger" in amy("doctor").out
