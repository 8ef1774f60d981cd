"""What a member of a team cannot do to approvals with statements of their own."""

from contextlib import closing
from hashlib import sha256

import psycopg
import pytest

from action_returns.errors import LedgerError
from action_returns.ledger.approval_records import NotApprovedError
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import TeamDatabase
from tests.support.ledgers import claim
from tests.support.members import FILE, ROWS, WHEN, add_event, add_rows, facts_of, insert, signed_in

HASH = sha256(FILE).hexdigest()
REQUEST = {
    "at": WHEN, "who": "amy", "os_user": "amy on desk", "sha256": HASH, "account": "account ben", "profile": "acme",
    "environment": "live", "channel": "ftp", "receiver": "ftp ben at there", "destination": "there", "source": "mine.csv",
    "size": len(FILE), "bytes": FILE, "detail": "{}", "db_user": "amy", "recorded_at": WHEN, "chain": "",
}  # fmt: skip
STEP = {"at": WHEN, "who": "x", "os_user": "x on desk", "db_user": "ben", "recorded_at": WHEN, "chain": ""}
APPROVE = {**STEP, "number": 1, "kind": "approved", "detail": f'{{"sha256": "{HASH}"}}'}


@pytest.fixture
def members(postgres, made):
    database = made()
    with signed_in(postgres.url(database, "amy")) as amy, signed_in(postgres.url(database, "ben")) as ben:
        yield postgres, database, amy, ben


def ask(connection, number=1, **changes):
    insert(connection, "approval", **{"number": number, **REQUEST, **changes})


def refuses(match, attack):
    with pytest.raises(psycopg.Error, match=match):
        attack()


def test_the_database_takes_no_other_name_for_the_user_who_asks_or_approves(members):
    _, _, amy, ben = members
    ask(amy, db_user="ben")
    assert amy.execute("SELECT db_user FROM approval").fetchall() == [("amy",)]
    refuses("another database user than amy", lambda: insert(amy, "approval_step", approval=1, **APPROVE))
    insert(ben, "approval_step", approval=1, **{**APPROVE, "db_user": "amy"})
    assert amy.execute("SELECT db_user FROM approval_step").fetchall() == [("ben",)]


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"number": 7}, "numbered one after the other"),
        ({"sha256": "0" * 64}, "bytes_are_those_of_the_hash"),
        ({"size": 3}, "bytes_are_those_of_the_hash"),
        ({"at": "soon"}, "check constraint"),
        ({"detail": "[]"}, "check constraint"),
        ({"who": "a\x1bb"}, "check constraint"),
        ({"environment": "other"}, "check constraint"),
    ],
)
def test_the_database_refuses_a_request_that_is_not_one(members, changes, match):
    refuses(match, lambda: ask(members[2], **changes))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"detail": '{"sha256": "00"}'}, "names the hash"),
        ({"detail": "{}"}, "names the hash"),
        ({"detail": "no"}, "JSON object"),
        ({"kind": "withdrawn", "detail": '{"why": " "}'}, "with a reason"),
        ({"kind": "used", "detail": '{"why": "So."}'}, "check constraint"),
        ({"approval": 9}, "no such approval"),
    ],
)
def test_the_database_refuses_a_step_that_is_not_one(members, changes, match):
    ask(members[2])
    refuses(match, lambda: insert(members[3], "approval_step", **{"approval": 1, **APPROVE, **changes}))


def test_the_database_refuses_a_change_of_an_approval(members):
    _, _, amy, ben = members
    ask(amy)
    insert(ben, "approval_step", approval=1, **APPROVE)
    for table in ("approval", "approval_step", "approval_use", "approval_rule"):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            refuses("permission denied", lambda statement=statement: amy.execute(statement))
    refuses("permission denied", lambda: amy.execute("UPDATE approval SET who = 'x'"))
    refuses("permission denied", lambda: amy.execute("INSERT INTO approval_rule DEFAULT VALUES"))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        (
            {"detail": '{"rows": 1, "reversals": 1, "new_total_cents": 1250}'},
            "totals of approval 1 are not those of its bytes",
        ),
        ({"bytes": b"x", "size": 1, "sha256": sha256(b"x").hexdigest()}, "not a file of action changes"),
    ],
)
def test_a_file_whose_totals_were_told_otherwise_cannot_be_approved(members, changes, match):
    postgres, database, amy, _ = members
    ask(amy, **changes)
    with open_ledger(TeamDatabase(postgres.url(database, "ben"))) as ledger:
        with pytest.raises(LedgerError, match=match):
            ledger.approve(1, ledger.approval(1).target.sha256)
        with pytest.raises(LedgerError, match=match):
            ledger.approval_content(1)
        assert ledger.approval(1).steps == ()


def record_with(connection, used=None, **confirmed):
    """Record a batch that uses an approval, with statements of a member."""
    facts = facts_of(connection)
    with connection.transaction():
        insert(connection, "batch", **facts)
        insert(connection, "content", batch=facts["number"], bytes=FILE)
        add_rows(connection, facts["number"], ROWS)
        if used is not None:
            insert(connection, "approval_use", batch=facts["number"], approval=used)
        add_event(connection, facts["number"], "prepared", "{}")
        add_event(connection, facts["number"], "confirmed", {"who": "ben on desk", **confirmed})


def chain(connection):
    return connection.execute("SELECT chain FROM approval_step ORDER BY number DESC LIMIT 1").fetchone()[0]


def test_the_database_takes_a_batch_with_its_approval_only(members):
    _, _, amy, ben = members
    ask(amy)
    refuses("not for this batch", lambda: record_with(ben, 1))
    insert(ben, "approval_step", approval=1, **APPROVE)
    latest = chain(ben)
    refuses("names its approval", lambda: record_with(ben, 1))
    refuses("names its approval", lambda: record_with(ben, 1, approval=1, approval_chain="0"))
    refuses("names its approval", lambda: record_with(ben, None, approval=1, approval_chain=latest))
    refuses("names its approval", lambda: record_with(ben, None, approved_by="amy"))
    record_with(ben, 1, approval=1, approval_chain=latest)
    refuses("used or withdrawn", lambda: insert(amy, "approval_step", approval=1, **{**APPROVE, "kind": "withdrawn"}))


def test_the_database_takes_no_batch_with_another_persons_or_another_files_approval(members):
    _, _, amy, ben = members
    ask(amy, destination="elsewhere")
    insert(ben, "approval_step", approval=1, **APPROVE)
    refuses("not for this batch", lambda: record_with(ben, 1, approval=1, approval_chain=chain(ben)))


def test_with_the_rule_of_its_owner_the_database_takes_no_batch_without_an_approval(members, postgres):
    _, database, amy, ben = members
    with closing(psycopg.connect(postgres.url(database, "returns_owner"), password="x", autocommit=True)) as owner:
        owner.execute("INSERT INTO action_returns.approval_rule DEFAULT VALUES")
    refuses("approval of a second person", lambda: record_with(ben))
    with open_ledger(TeamDatabase(postgres.url(database, "ben"))) as ledger, pytest.raises(NotApprovedError):
        claim(ledger)
    ask(amy)
    insert(ben, "approval_step", approval=1, **APPROVE)
    record_with(ben, 1, approval=1, approval_chain=chain(ben))
    assert len(ben.execute("SELECT 1 FROM batch").fetchall()) == 1


def test_an_approval_that_is_too_old_by_the_servers_clock_sends_nothing(members, postgres):
    _, database, amy, ben = members
    ask(amy)
    insert(ben, "approval_step", approval=1, **APPROVE)
    ask(amy, 2)
    latest = chain(ben)
    with closing(psycopg.connect(postgres.url(database, "returns_owner"), password="x", autocommit=True)) as owner:
        owner.execute("ALTER TABLE action_returns.approval DISABLE TRIGGER approval_stays")
        owner.execute("UPDATE action_returns.approval SET recorded_at = '2020-01-01T12:00:00.000+00:00'")
    refuses("too old", lambda: record_with(ben, 1, approval=1, approval_chain=latest))
    refuses("older than seven days", lambda: insert(ben, "approval_step", approval=2, **{**APPROVE, "number": 2}))
