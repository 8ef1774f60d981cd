"""The places in which a ledger may lie; every test that asks for ``place`` runs in each of them."""

import pytest

from action_returns.ledger.records import TeamDatabase
from tests.servers import postgresql


@pytest.fixture(scope="session")
def postgres():
    """A real PostgreSQL server, started once."""
    if reason := postgresql.why_not():
        pytest.skip(reason)
    with postgresql.server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    if request.param == "sqlite":
        return tmp_path / "folder" / "ledger.sqlite3"
    running = request.getfixturevalue("postgres")
    return TeamDatabase(running.url(running.new_database()))
