"""Which ledger an account keeps: this machine's own, or the one its team shares."""

import pytest

from action_returns.errors import ConfigError
from action_returns.files import default_paths
from action_returns.ledger.records import TeamDatabase
from action_returns.operations import account as records
from action_returns.operations.account import (
    Account,
    keep_daily_copy_of,
    open_account,
    open_account_ledger,
    open_ledger_if_exists,
    open_ledger_to_read,
)
from action_returns.settings.editing import add_profile

TEAM = "postgresql://ann@db.example.com/returns"


@pytest.fixture
def places(home):
    return default_paths({"ACTION_RETURNS_HOME": str(home)})


@pytest.fixture
def opened(monkeypatch):
    """Remember which ledger was opened instead of opening it."""
    seen = []
    monkeypatch.setattr("action_returns.ledger.ledger.open_ledger", lambda place: seen.append(place) or "a ledger")
    return seen


def profile(places, name, **facts):
    channel = {"kind": "outbox", "directory": str(places.exports)}
    add_profile(places.config_file, name, {"environment": "test", "channel": channel, **facts})


def test_an_account_without_a_team_keeps_its_records_on_this_machine(places, opened):
    open_account_ledger(Account(), places)
    profile(places, "acme")
    open_account_ledger(open_account(places), places)
    assert opened == [places.ledger_file] * 2


def test_a_team_keeps_its_records_in_its_database(places, opened, monkeypatch):
    monkeypatch.setenv("TEAM_PASSWORD", "s3cret")
    profile(places, "acme", ledger=TEAM, ledger_password="env:TEAM_PASSWORD")
    open_account_ledger(open_account(places), places)
    (team,) = opened
    assert isinstance(team, TeamDatabase)
    assert (team.url, team.password()) == (TEAM, "s3cret")


def test_a_team_may_leave_the_password_to_postgresqls_own_ways(places, opened):
    profile(places, "acme", ledger=TEAM)
    open_account_ledger(open_account(places), places)
    assert opened == [TeamDatabase(TEAM)]


def test_looking_makes_no_ledger_where_there_is_none(places):
    assert open_ledger_if_exists(Account(), places) is None
    assert not places.ledger_file.exists()
    open_account_ledger(Account(), places).close()
    open_ledger_if_exists(Account(), places).close()


def test_a_teams_database_is_always_looked_at(places, opened):
    profile(places, "acme", ledger=TEAM)
    assert open_ledger_if_exists(open_account(places), places) == "a ledger"


def test_history_needs_no_profile_while_all_share_this_machines_ledger(places, opened):
    open_ledger_to_read(places)
    profile(places, "acme")
    profile(places, "other")
    open_ledger_to_read(places)
    open_ledger_to_read(places, "other")
    assert opened == [places.ledger_file] * 3


def test_history_of_different_ledgers_asks_whose(places, opened):
    profile(places, "acme")
    profile(places, "team", ledger=TEAM)
    open_ledger_to_read(places, "team")
    assert opened == [TeamDatabase(TEAM)]
    open_ledger_to_read(places)  # the default profile's
    assert opened[1:] == [places.ledger_file]
    places.config_file.write_text(places.config_file.read_text().replace("default_profile", "# default_profile"))
    with pytest.raises(ConfigError, match="--profile NAME"):
        open_ledger_to_read(places)


def test_a_teams_database_is_not_copied_here(places, monkeypatch):
    profile(places, "acme", ledger=TEAM)
    monkeypatch.delattr(records, "open_account_ledger")
    assert keep_daily_copy_of(open_account(places), None, places, None) is None
    assert not places.backups.exists()
