"""A member of a team who writes to its ledger with statements of their own instead of with this program."""

import json
from contextlib import contextmanager, nullcontext, suppress
from hashlib import sha256

import psycopg
from psycopg.pq import TransactionStatus

FILE = b"ActionId,Amount,Reason\r\nM.7.7.1,12.50,ORDER_UPDATE\r\nM.7.7.2,0,REJECTED\r\n"
ROWS = [("M.7.7.1", 1250, "ORDER_UPDATE"), ("M.7.7.2", 0, "REJECTED")]
WHEN = "2026-11-23T12:00:00.000+00:00"


@contextmanager
def signed_in(url, **options):
    """Return a connection that commits each statement by itself outside of ``transaction()``."""
    with psycopg.connect(url, autocommit=True, options="-c search_path=action_returns", **options) as connection:
        yield connection


def insert(connection, table, **facts):
    names, values = ", ".join(facts), ", ".join(["%s"] * len(facts))
    connection.execute(
        f"INSERT INTO action_returns.{table} ({names}) VALUES ({values})".encode(), tuple(facts.values())
    )


def in_one(connection):
    """Return a transaction, or the one that is open already: another one in it would be a savepoint."""
    idle = connection.info.transaction_status == TransactionStatus.IDLE
    return connection.transaction() if idle else nullcontext()


def facts_of(connection, **changes):
    """Return the facts of a batch that the database would take as the next one, but for the changes."""
    ((number, tag),) = connection.execute(
        "SELECT (SELECT coalesce(max(number), 0) + 1 FROM action_returns.batch), tag FROM action_returns.ledger"
    ).fetchall()
    return {
        "number": number, "profile": "acme", "environment": "live", "channel": "ftp", "destination": "there",
        "source": "mine.csv", "file_name": f"Batch_{tag}-{number:04d}.csv", "sha256": sha256(FILE).hexdigest(),
        "row_count": 2, "reversals": 1, "size": len(FILE), "created_at": WHEN, "who": "ben", "host": "desk",
        "process": "1@2.00 x", "account": "account ben", "receiver": "ftp ben at there", "state": "prepared", **changes,
    }  # fmt: skip


def add_event(connection, number, kind, detail, at=WHEN, **facts):
    detail = detail if isinstance(detail, str) else json.dumps(detail)
    insert(connection, "event", batch=number, at=at, kind=kind, detail=detail, **facts)


def add_rows(connection, number, rows):
    with connection.cursor() as cursor:
        copy = "COPY action_returns.sent_row (action_id, batch, cents, reason) FROM STDIN"
        with cursor.copy(copy) as open_copy:
            for action_id, cents, reason in rows:
                open_copy.write_row((action_id, number, cents, reason))


def record(connection, file=FILE, rows=(*ROWS,), prepared=("{}",), confirmed=({"who": "ben on desk"},), **changes):
    """Record a batch in one transaction as this program does; None leaves a part out. Return its number."""
    facts = facts_of(connection, **changes)
    with in_one(connection):
        insert(connection, "batch", **facts)
        if file is not None:
            insert(connection, "content", batch=facts["number"], bytes=file)
        if rows is not None:
            add_rows(connection, facts["number"], rows)
        for detail in prepared:
            add_event(connection, facts["number"], "prepared", detail)
        for detail in confirmed:
            add_event(connection, facts["number"], "confirmed", detail)
    return facts["number"]


def step(connection, number, state, kind="outcome", detail=None, *, message="m", evidence="{}", settled_at=WHEN):
    """Take a batch a step forward, with the event that belongs to it; kind None leaves the event out."""
    if detail is None:
        with suppress(ValueError, TypeError, RecursionError):  # evidence that is no JSON object
            detail = {"state": state, "message": message, **dict(json.loads(evidence))}
        detail = detail or {"state": state, "message": message}
    with in_one(connection):
        if kind == "marked":
            add_event(connection, number, kind, detail)
        changed = connection.execute(
            "UPDATE action_returns.batch SET state = %s, message = %s, evidence = %s, settled_at = %s WHERE number = %s",
            (state, message, evidence, None if state == "sending" else settled_at, number),
        ).rowcount
        if kind not in (None, "marked"):
            add_event(connection, number, kind, detail)
    return changed
