"""A team's database, set up by the very statements of docs/team-ledger.md."""

import re
from pathlib import Path

import psycopg

from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import TeamDatabase

_PAGE = Path(__file__).parents[2] / "docs" / "team-ledger.md"


def statements(password="choose one", database="returns"):
    """Return what the administrator, the owner before and after the tables are made, and the owner at an upgrade run."""
    return [
        block.replace("choose one", password)
        .replace("ROLE ann", "ROLE amy")  # ann is the administrator of the servers of these tests
        .replace("DATABASE returns", f"DATABASE {database}")
        for block in re.findall(r"```sql\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    ]


def set_up(running, password="choose one", database="returns", *members, roles=True):
    """Make a team's database with its tables, owned by returns_owner, and members beside amy.

    Args:
        running: the server.
        password: of every user.
        database: its name.
        members: users beside amy.
        roles: whether the users are made; they belong to the whole server.
    """
    as_admin, as_owner, after, _ = statements(password, database)
    for statement in as_admin.strip().split(";\n"):
        if roles or not statement.startswith("CREATE ROLE"):
            running.run(statement)
    for member in members if roles else ():
        running.run(f"CREATE ROLE {member} LOGIN PASSWORD '{password}' IN ROLE returns_members")
    owner = running.url(database, "returns_owner")
    with psycopg.connect(owner, password=password, autocommit=True) as connection:
        connection.execute(as_owner.encode())
        open_ledger(TeamDatabase(owner, lambda: password)).close()
        connection.execute(_of_tables_that_are_there(after, connection).encode())


def _of_tables_that_are_there(statements, connection):
    """Leave out the tables of later steps, where a test makes those of an older version."""
    tables = set(re.findall(r"action_returns\.\w+", statements))
    missing = {one for one in tables if connection.execute("SELECT to_regclass(%s)", (one,)).fetchone() == (None,)}
    for one in missing:
        statements = re.sub(rf",\s+{re.escape(one)}\b", "", statements)
    return statements


def copy(running, database, new):
    """Copy a team's database, with the rights on the database itself, which PostgreSQL does not copy."""
    as_admin, *_ = statements(database=new)
    made = [f"CREATE DATABASE {new} TEMPLATE {database} OWNER returns_owner"]
    for statement in (*made, *(one for one in as_admin.strip().split(";\n") if not one.startswith("CREATE "))):
        running.run(statement)
