"""Two people, two machines, one ledger in PostgreSQL: through the real command line, as docs/team-ledger.md sets it up."""

import io
import json
import re
import sys
from itertools import count
from pathlib import Path

import psycopg
import pytest

from action_returns.cli.app import run as run_command
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import TeamDatabase
from tests.acceptance.test_cli import GOOD, profile
from tests.excel.test_settings_window import Store
from tests.servers import postgresql

PASSWORD = "s3cret-canary-pass"
PAGE = Path(__file__).parents[2] / "docs" / "team-ledger.md"


@pytest.fixture(scope="module")
def server():
    """A server set up by the very statements of the page; its tables are made by the one who owns them."""
    if reason := postgresql.why_not():
        pytest.skip(reason)
    access = "host all ann 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    with postgresql.server(access=access) as running:
        as_admin, as_owner, after = (
            block.replace("choose one", PASSWORD).replace("ROLE ann", "ROLE amy")  # ann runs this server
            for block in re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
        )
        for statement in as_admin.strip().split(";\n"):
            running.run(statement)
        owner = f"postgresql://returns_owner@127.0.0.1:{running.port}/returns"
        with psycopg.connect(owner, password=PASSWORD, autocommit=True) as connection:
            connection.execute(as_owner.encode())
            open_ledger(TeamDatabase(owner, lambda: PASSWORD)).close()
            connection.execute(after.encode())
        running.run("CREATE ROLE bea LOGIN PASSWORD '" + PASSWORD + "' IN ROLE returns_members")
        yield running


@pytest.fixture
def person(server, tmp_path, monkeypatch, capsys):
    """Gives somebody with a machine of their own, who runs commands; gives exit code, output and what was said."""
    monkeypatch.setenv("TEAM_PASSWORD", PASSWORD)

    def machine(name, **facts):
        home = tmp_path / name
        outbox = home / "outbox"
        outbox.mkdir(parents=True)
        ledger = f"postgresql://{name}@127.0.0.1:{server.port}/returns"
        facts = {"ledger": ledger, "ledger_password": "env:TEAM_PASSWORD", **facts}
        profile(home, {"kind": "outbox", "directory": str(outbox)}, **facts)

        def run(*arguments):
            monkeypatch.setenv("ACTION_RETURNS_HOME", str(home))
            capsys.readouterr()
            code = run_command(arguments)
            told = capsys.readouterr()
            return code, told.out, told.err

        run.outbox = outbox
        run.home = home
        return run

    return machine


_lists = count(1)


@pytest.fixture
def returns(tmp_path):
    """A list that no other test sends."""
    path = tmp_path / "returns.csv"
    path.write_text(GOOD.replace("1063415", f"{next(_lists):07}"), newline="")
    return str(path)


def test_what_one_has_sent_the_other_cannot_send_and_sees(person, returns):
    amy, bea = person("amy"), person("bea")
    assert amy("send", returns, "--yes")[0] == 0
    code, _, said = bea("send", returns, "--yes")
    assert code == 8
    assert "already" in said
    assert list(bea.outbox.iterdir()) == []
    (latest, *_) = json.loads(bea("history", "list", "--json")[1])["batches"]
    assert latest["outcome"] == "handed-over"
    action = Path(returns).read_text().splitlines()[1].split(",")[0]
    assert latest["batch"] in bea("action", "show", action)[1]
    assert not (bea.home / "ledger.sqlite3").exists()


def test_rows_that_the_other_sent_are_named_in_a_check(person, returns, tmp_path):
    person("amy")("send", returns, "--yes")
    one_row = tmp_path / "one.csv"
    one_row.write_text("".join(Path(returns).read_text().splitlines(keepends=True)[:2]))
    _, out, _ = person("bea")("check", str(one_row), "--json")
    assert "already-sent" in out


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
    code, out, said = amy("send", returns, "--yes")
    assert code == 11
    assert "did not accept the user name or the password" in said
    assert "Nothing was sent" in said
    assert PASSWORD not in out + said
    assert list(amy.outbox.iterdir()) == []


def test_a_database_that_is_away_sends_nothing_and_a_check_says_what_it_could_not_look_up(person, returns):
    amy = person("amy", ledger="postgresql://amy@127.0.0.1:1/returns")
    code, _, said = amy("send", returns, "--yes")
    assert code == 11
    assert "cannot be reached" in said
    assert list(amy.outbox.iterdir()) == []
    code, _, said = amy("check", returns)
    assert code in (0, 4)
    assert "cannot be reached" in said


def test_the_doctor_looks_into_the_teams_ledger(person, monkeypatch):
    amy = person("amy")
    seen = {one["what"]: one for one in json.loads(amy("doctor", "--json")[1])["checks"]}
    assert seen["Team ledger of acme opens"]["well"]
    assert seen["Password of the ledger of acme"]["seen"] == "can be fetched"
    monkeypatch.setenv("TEAM_PASSWORD", "")
    code, out, _ = amy("doctor", "--json")
    wrong = [one["what"] for one in json.loads(out)["checks"] if not one["well"]]
    assert wrong == ["Password of the ledger of acme", "Team ledger of acme opens"]
    assert code != 0


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
def test_an_address_that_is_not_right_is_told_without_being_repeated(home, capsys, facts, says):
    profile(home, {"kind": "outbox", "directory": str(home)}, **facts)
    assert run_command(("check", "x.csv")) == 9
    said = capsys.readouterr().err
    assert says in said
    assert PASSWORD not in said


def test_the_password_of_the_teams_ledger_is_kept_beside_the_one_of_the_channel(home, capsys, monkeypatch):
    store = Store()
    store.delete_password = lambda service, name: store.kept.pop((service, name))
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: store)
    facts = {"ledger": "postgresql://amy@db.example.com/r", "ledger_password": "keyring"}
    profile(home, {"kind": "outbox", "directory": str(home)}, **facts)
    assert run_command(("secret", "status", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["passwords"] == [
        {"profile": "acme", "of": "channel", "kept": "none", "status": "not needed"},
        {"profile": "acme", "of": "ledger", "kept": "keyring", "status": "missing"},
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    assert run_command(("secret", "set", "acme", "--ledger", "--password-stdin")) == 0
    assert store.kept == {("action-returns", "acme:ledger"): PASSWORD}
    assert run_command(("secret", "status")) == 0
    assert "missing" not in capsys.readouterr().out
    assert run_command(("secret", "delete", "acme", "--ledger")) == 0
    assert store.kept == {}
    assert "The password of the team's ledger of profile acme is removed." in capsys.readouterr().err
    assert run_command(("profile", "show", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["ledger_password"] == "keyring"
    assert run_command(("history", "list")) == 9
    assert "action-returns secret set acme --ledger" in capsys.readouterr().err
