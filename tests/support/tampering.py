"""Change a ledger past its program, as a person does who may write to the database and takes its triggers away."""

import contextlib
import sqlite3
from pathlib import Path

import psycopg


def tamper(place, *statements):
    """Run statements on a ledger without its triggers and checks, which are there again afterwards.

    Args:
        place: the file, or the team's database.
        statements: SQL that both kinds of database know.
    """
    if not isinstance(place, Path):
        with psycopg.connect(place.url, options="-c search_path=action_returns") as connection:
            connection.execute("SET session_replication_role = replica")
            checks = connection.execute(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE contype = 'c' AND connamespace = 'action_returns'::regnamespace"
            ).fetchall()
            for table, name, _ in checks:
                connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
            for statement in statements:
                connection.execute(statement.encode())
            for table, name, check in checks:
                unasked = check.removesuffix(" NOT VALID") + " NOT VALID"  # of the rows that are there
                connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {unasked}".encode())
        return
    with contextlib.closing(sqlite3.connect(place)) as connection, connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
