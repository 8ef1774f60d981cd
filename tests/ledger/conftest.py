"""The places in which a ledger may lie; every test that asks for ``place`` runs in each of them."""

from itertools import count

import pytest

from action_returns.ledger.records import TeamDatabase
from tests.servers import postgresql
from tests.support import team_database
from tests.support.available import missing_postgresql, require


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL server, started once."""
    require(missing_postgresql())
    with postgresql.server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    if request.param == "sqlite":
        return tmp_path / "folder" / "ledger.sqlite3"
    running = request.getfixturevalue("postgres")
    return TeamDatabase(running.url(running.new_database()))


@pytest.fixture(scope="session")
def made(postgres):
    """Databases of a team whose members are amy and ben; the users are made once."""
    team_database.set_up(postgres, "x", "team", "ben")
    numbers = count(1)

    def make(*, empty=False):
        database = f"team_{next(numbers)}"
        if empty:
            team_database.set_up(postgres, "x", database, roles=False)
        else:
            team_database.copy(postgres, "team", database)
        return database

    return make
