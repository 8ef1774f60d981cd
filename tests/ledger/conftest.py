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


@pytest.fixture(scope="session")
def empty_databases():
    """Databases that earlier tests have left and that hold nothing any more."""
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    if request.param == "sqlite":
        yield tmp_path / "folder" / "ledger.sqlite3"
        return
    running = request.getfixturevalue("postgres")
    empty = request.getfixturevalue("empty_databases")
    name = empty.pop() if empty else running.new_database()
    yield TeamDatabase(running.url(name))
    running.empty(name)
    empty.append(name)


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
