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
def left_databases():
    """Databases that earlier tests have left."""
    return []


@pytest.fixture
def empty_database(postgres, left_databases):
    """The name of a database without a ledger. It is emptied when it is taken: a test may cut itself off from it."""
    if left_databases:
        postgres.empty(name := left_databases.pop())
    else:
        name = postgres.new_database()
    yield name
    left_databases.append(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    if request.param == "sqlite":
        return tmp_path / "folder" / "ledger.sqlite3"
    return TeamDatabase(request.getfixturevalue("postgres").url(request.getfixturevalue("empty_database")))


@pytest.fixture(scope="session")
def team_databases(postgres):
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


@pytest.fixture
def made(postgres, team_databases):
    """Databases of a team that are gone after the test: hundreds of them at the end take half a minute to remove."""
    names = []

    def make(*, empty=False):
        names.append(team_databases(empty=empty))
        return names[-1]

    yield make
    for name in names:
        postgres.run(f"DROP DATABASE {name} WITH (FORCE)")
