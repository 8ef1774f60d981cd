"""Which account a profile sends for, and which ledger it keeps: this machine's own, or the one its team shares."""

import os
from pathlib import Path

import pytest

from action_returns.errors import ConfigError
from action_returns.ledger.accounts import Sender, Way
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
def opened(monkeypatch):
    """Remember which ledger was opened instead of opening it."""
    seen = []
    monkeypatch.setattr("action_returns.ledger.ledger.open_ledger", lambda place, **_: seen.append(place) or "a ledger")
    return seen


def profile(paths, name, **facts):
    channel = {"kind": "outbox", "directory": str(paths.exports)}
    add_profile(paths.config_file, name, {"environment": "test", "channel": channel, **facts})


def test_an_account_without_a_team_keeps_its_records_on_this_machine(paths, opened):
    open_account_ledger(Account(), paths)
    profile(paths, "acme")
    open_account_ledger(open_account(paths), paths)
    assert opened == [paths.ledger_file] * 2


def test_a_team_keeps_its_records_in_its_database(paths, opened, monkeypatch):
    monkeypatch.setenv("TEAM_PASSWORD", "s3cret")
    profile(paths, "acme", ledger=TEAM, ledger_password="env:TEAM_PASSWORD")
    open_account_ledger(open_account(paths), paths)
    (team,) = opened
    assert isinstance(team, TeamDatabase)
    assert (team.url, team.password()) == (TEAM, "s3cret")


def test_a_team_may_have_an_authority_of_its_own(paths, opened):
    profile(paths, "acme", ledger=TEAM, ledger_ca_file="/etc/acme/authority.pem")
    open_account_ledger(open_account(paths), paths)
    assert opened == [TeamDatabase(TEAM, ca_file=Path("/etc/acme/authority.pem"))]


def test_a_team_may_leave_the_password_to_postgresqls_own_ways(paths, opened):
    profile(paths, "acme", ledger=TEAM)
    open_account_ledger(open_account(paths), paths)
    assert opened == [TeamDatabase(TEAM)]


def test_looking_makes_no_ledger_where_there_is_none(paths):
    assert open_ledger_if_exists(Account(), paths) is None
    assert not paths.ledger_file.exists()
    open_account_ledger(Account(), paths).close()
    open_ledger_if_exists(Account(), paths).close()


def test_a_teams_database_is_always_looked_at(paths, opened):
    profile(paths, "acme", ledger=TEAM)
    assert open_ledger_if_exists(open_account(paths), paths) == "a ledger"


def test_history_needs_no_profile_while_all_share_this_machines_ledger(paths, opened):
    open_ledger_to_read(paths)
    profile(paths, "acme")
    profile(paths, "other")
    open_ledger_to_read(paths)
    open_ledger_to_read(paths, "other")
    assert opened == [paths.ledger_file] * 3


def test_history_of_different_ledgers_asks_whose(paths, opened):
    profile(paths, "acme")
    profile(paths, "team", ledger=TEAM)
    open_ledger_to_read(paths, "team")
    assert opened == [TeamDatabase(TEAM)]
    open_ledger_to_read(paths)  # the default profile's
    assert opened[1:] == [paths.ledger_file]
    paths.config_file.write_text(paths.config_file.read_text().replace("default_profile", "# default_profile"))
    with pytest.raises(ConfigError, match="--profile NAME"):
        open_ledger_to_read(paths)


def test_a_teams_database_is_not_copied_here(paths, monkeypatch):
    profile(paths, "acme", ledger=TEAM)
    monkeypatch.delattr(records, "open_account_ledger")
    assert keep_daily_copy_of(open_account(paths), None, paths, None) is None
    assert not paths.backups.exists()


def test_a_profile_sends_for_its_account_and_knows_the_live_profiles_beside_it(paths):
    folder = f"outbox {os.path.normcase(paths.exports)}"
    profile(paths, "try")
    profile(paths, "acme", environment="live")
    profile(paths, "globex", environment="live", account="Globex")
    live = (
        Way("all live profiles", "live", "acme", folder),
        Way("account globex", "live", "globex", folder),
    )
    assert open_account(paths, "try").sender == Sender("try", "test", None, folder, live)
    assert open_account(paths, "globex").sender == Sender("globex", "live", "Globex", folder, live)


def test_without_a_profile_it_is_the_live_batches_that_people_ask_about():
    assert Account().sender == Sender("default", "live")
