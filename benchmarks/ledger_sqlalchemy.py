"""The same with SQLAlchemy Core 2.1 on the same SQLite: a million rows inserted at once, and an IN list for each lookup.

Args: a file for the rows, a ledger that ledger_ours.py has filled. Prints the seconds.
"""

import json
import random
import sys
import time

import sqlalchemy as sa

MILLION = 1_000_000
CHUNK = 10_000


def main():
    """Record, look up, print."""
    engine = sa.create_engine(f"sqlite:///{sys.argv[1]}")
    table = sa.Table(
        "sent_row",
        sa.MetaData(),
        sa.Column("action_id", sa.Text, primary_key=True),
        sa.Column("batch", sa.Integer, primary_key=True),
        sa.Column("cents", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    table.create(engine)
    chosen = random.Random(1).sample(range(4 * MILLION), MILLION)
    ids = sorted(f"M.8882.4808.{1063415 + number}" for number in chosen)
    with engine.connect() as connection:
        connection.execute(sa.text("PRAGMA journal_mode = WAL"))
        connection.execute(sa.text("PRAGMA synchronous = FULL"))
        start = time.perf_counter()
        rows = [{"action_id": one, "batch": 1, "cents": 100, "reason": "ORDER_UPDATE"} for one in ids]
        connection.execute(table.insert(), rows)
        connection.commit()
        recorded = time.perf_counter() - start
    wanted = ids[:CHUNK]
    batch = sa.table("batch", sa.column("number"), sa.column("environment"), sa.column("state"))
    with sa.create_engine(f"sqlite:///{sys.argv[2]}").connect() as connection:
        start = time.perf_counter()
        counted = (
            sa.select(table.c.action_id, table.c.cents, table.c.reason, sa.func.count(), sa.func.max(table.c.batch))
            .join_from(table, batch, batch.c.number == table.c.batch)
            .where(table.c.action_id.in_(wanted), batch.c.environment == "live", batch.c.state == "sent")
            .group_by(table.c.action_id, table.c.cents, table.c.reason)
        )
        found = connection.execute(counted).fetchall()
        looked_up = time.perf_counter() - start
    assert len({row[0] for row in found}) == CHUNK
    print(json.dumps({"first": recorded, "counts": looked_up}))


if __name__ == "__main__":
    main()
