"""What a member of a team can and cannot record about the results of a batch, with psql in place of this program."""

from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace

import psycopg
import pytest

from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import TeamDatabase
from tests.support.ledgers import BATCH, claim, row, settled
from tests.support.members import FILE, WHEN, add_event, insert, record, signed_in, step

STATES = ("prepared", "sending", "sent", "handed-over", "failed", "unknown")
HASH = sha256(FILE).hexdigest()
NAMED = {"sha256": HASH, "who": "ben on desk", "open": 0}
ROW = {"action": "M.1.2.1", "state": "failed", "message": "m"}


@pytest.fixture(scope="module")
def standing(postgres, team_databases):
    """A batch of amy in every state, as ``number``s; shared by tests of what is refused, which leave them as they are."""
    database = team_databases()
    url = lambda user: postgres.url(database, user)  # noqa: E731
    with open_ledger(TeamDatabase(url("amy"))) as amy, signed_in(url("ben")) as ben, signed_in(url("amy")) as her_own:
        numbers = {state: settled(amy, state, row(at)) for at, state in enumerate(STATES)}
        yield SimpleNamespace(amy=amy, ben=ben, her_own=her_own, numbers=numbers, url=url)


def whole(team):
    return [
        (team.amy.in_full(batch.number), team.amy.in_full(batch.number).attachments) for batch in team.amy.batches()
    ]


def refuses(team, attack, match, by=None):
    before = whole(team)
    with pytest.raises(psycopg.Error, match=match), (by or team.ben).transaction():
        attack()
    assert whole(team) == before


def attach(connection, batch, kind="results", content=FILE, named=HASH, **facts):
    insert(connection, "attachment", batch=batch, kind=kind, sha256=named, bytes=content, **facts)


def test_a_member_records_the_results_of_anothers_batch_under_their_own_name(standing):
    number, ben = settled(standing.amy, "sent", row(50)), standing.ben
    with ben.transaction():
        attach(ben, number, db_user="amy", recorded_at=WHEN, number=99)
        add_event(ben, number, "reconciled", {**NAMED, "open": 0})
    found = ben.execute("SELECT number, db_user, recorded_at FROM attachment WHERE batch = %s", (number,)).fetchall()
    assert [(at < 99, user, when != WHEN) for at, user, when in found] == [(True, "ben", True)]
    assert standing.amy.events(number)[-1].db_user == "ben"
    assert standing.amy.batch(number).message == "It is sent."


@pytest.mark.parametrize("state", ["prepared", "sending", "failed"])
@pytest.mark.parametrize(("kind", "event"), [("results", "reconciled"), ("undo", "undo-drafted")])
def test_nothing_is_found_out_of_a_batch_that_the_receiver_cannot_have(standing, state, kind, event):
    number = standing.numbers[state]

    def attack():
        attach(standing.ben, number, kind)
        add_event(standing.ben, number, event, NAMED)

    refuses(standing, attack, "recorded only in the transaction")


@pytest.mark.parametrize(
    ("facts", "match"),
    [
        ({"named": "0" * 64}, "not those of their hash"),
        ({"named": HASH.upper()}, "not those of their hash"),
        ({"content": b"x" * 110_001, "named": sha256(b"x" * 110_001).hexdigest()}, "at most 10,000 bytes for each row"),
        ({"kind": "other"}, "attachment_kind_check"),
        ({"kind": "before"}, "recorded with the event that names its hash"),
        ({"kind": "undo"}, "recorded with the event that names its hash"),
    ],
)
def test_what_belongs_to_a_batch_is_what_its_hash_and_an_event_of_the_same_transaction_say(standing, facts, match):
    def attack():
        attach(standing.ben, standing.numbers["sent"])
        add_event(standing.ben, standing.numbers["sent"], "reconciled", NAMED)
        attach(standing.ben, standing.numbers["sent"], **facts)

    refuses(standing, attack, match)


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"who": "ben", "open": 0},
        {"sha256": HASH, "open": 0},
        {"sha256": HASH, "who": "ben"},
        {**NAMED, "who": 7},
        {**NAMED, "sha256": "0" * 64},
        {**NAMED, "open": "0"},
        {**NAMED, "open": 2},
        {**NAMED, "missing": "0"},
    ],
)
def test_results_are_named_with_who_found_them_by_numbers_and_a_hash_that_is_there(standing, detail):
    def attack():
        attach(standing.ben, standing.numbers["sent"])
        add_event(standing.ben, standing.numbers["sent"], "reconciled", detail)

    refuses(standing, attack, "recorded only in the transaction")


def test_an_attachment_without_its_event_or_of_another_batch_is_refused(standing):
    sent, ben = standing.numbers["sent"], standing.ben
    refuses(standing, lambda: attach(ben, sent), "recorded with the event that names its hash")
    refuses(standing, lambda: add_event(ben, sent, "reconciled", NAMED), "recorded only in the transaction")

    def twice():
        attach(ben, sent)
        for _ in range(2):
            add_event(ben, sent, "reconciled", NAMED)

    refuses(standing, twice, "on record already")
    named = {"who": "ben on desk", "before_sha256": HASH}
    refuses(standing, lambda: record(ben, account="of ben", confirmed=(named,)), "recorded only in the transaction")


@pytest.mark.parametrize(
    "statement", ["UPDATE attachment SET kind = 'undo'", "DELETE FROM attachment", "TRUNCATE attachment"]
)
def test_no_member_changes_or_removes_what_was_recorded(standing, statement):
    refuses(standing, lambda: standing.ben.execute(statement.encode()), "permission denied")


@pytest.mark.parametrize("kind", ["row-sending", "row-outcome"])
@pytest.mark.parametrize("state", STATES)
def test_what_became_of_a_row_is_told_by_nobody_but_the_user_who_sends_it(standing, state, kind):
    detail = {**ROW, "action": f"M.1.2.{STATES.index(state)}"}
    refuses(standing, lambda: add_event(standing.ben, standing.numbers[state], kind, detail), "recorded only")


@pytest.mark.parametrize(
    ("state", "kind", "changes"),
    [
        ("prepared", "row-sending", {}), ("unknown", "row-sending", {}), ("prepared", "row-outcome", {}),
        ("sending", "row-sending", {"action": "M.9.9.9"}), ("sending", "row-outcome", {"action": "M.9.9.9"}),
        ("sending", "row-sending", {"action": 7}), ("sending", "row-outcome", {"state": "maybe"}),
        ("sending", "row-outcome", {"message": 7}),
    ],
)  # fmt: skip
def test_a_row_that_is_told_of_belongs_to_a_batch_that_is_under_way(standing, state, kind, changes):
    detail = {**ROW, "action": f"M.1.2.{STATES.index(state)}", **changes}
    number = standing.numbers[state]
    refuses(standing, lambda: add_event(standing.her_own, number, kind, detail), "recorded only", standing.her_own)


def test_the_member_who_sends_a_batch_tells_what_becomes_of_its_rows_also_late(team):
    rows = row(7)
    number = claim(team.amy, rows, replace(BATCH, channel="api")).number
    team.amy.mark_sending(number)
    for state in ("unknown", "failed"):  # tried twice
        team.amy.record_row_sending(number, "M.1.2.7", {"method": "PUT"})
        team.amy.record_row_outcome(number, "M.1.2.7", state, "m", {"status": 500})
    team.amy.settle(number, "unknown", "m", {})
    team.amy.record_row_outcome(number, "M.1.2.7", "sent", "It was queued.", {})
    assert team.amy.row_states(number) == {"M.1.2.7": "sent"}
    assert team.amy.problems() == []


@pytest.fixture
def team(postgres, made):
    database = made()
    with open_ledger(TeamDatabase(postgres.url(database, "amy"))) as amy:
        yield SimpleNamespace(amy=amy, url=lambda user: postgres.url(database, user))


@pytest.mark.parametrize("was", ["unknown", "handed-over"])
def test_evidence_that_another_member_finds_settles_a_batch_and_names_that_member(team, was):
    number = settled(team.amy, was)
    with open_ledger(TeamDatabase(team.url("ben"))) as ben:
        assert (
            ben.settle_found(number, "sent", "The network lists it.", {"id": 7}, found="list of files").state == "sent"
        )
    record, event = team.amy.batch(number), team.amy.events(number)[-1]
    assert record.message == "The network lists it. (found by the database user ben)"
    assert (record.state, event.db_user, event.detail["found"]) == ("sent", "ben", "list of files")
    assert team.amy.problems() == []
    assert team.amy.settle(number, "failed", "No connection.", {}).state == "sent"
    assert team.amy.problems() == []


def test_no_member_settles_anothers_batch_without_saying_where_the_evidence_was_found(team):
    team.numbers = {state: settled(team.amy, state, row(at)) for at, state in enumerate(STATES)}
    with signed_in(team.url("ben")) as ben, signed_in(team.url("amy")) as her_own:
        team.ben = ben
        said = "m (found by the database user ben)"
        for was, detail, match in (
            ("unknown", {"state": "sent", "message": said}, "recorded with its event"),
            ("handed-over", {"state": "sent", "message": said, "found": " "}, "recorded with its event"),
            ("unknown", {"state": "sent", "message": "m", "found": "list"}, "recorded only in the transaction"),
            ("unknown", {"state": "failed", "message": said, "found": "list"}, "only a person who has looked"),
            ("sent", {"state": "failed", "message": said, "found": "list"}, "only a person who has looked"),
            ("handed-over", {"state": "failed", "message": said, "found": "list"}, "only a person who has looked"),
        ):
            refuses(team, lambda: step(ben, team.numbers[was], detail["state"], detail=detail), match)  # noqa: B023
        own = {"state": "sent", "message": "m (found by the database user amy)"}
        refuses(team, lambda: step(her_own, team.numbers["handed-over"], "sent", detail=own), "with its event", her_own)
        step(ben, team.numbers["unknown"], "sent", detail={"state": "sent", "message": said, "found": "list"})
        assert team.amy.batch(team.numbers["unknown"]).message == said


def test_what_the_receiver_answered_stays_when_evidence_is_found(team):
    number = claim(team.amy).number
    team.amy.mark_sending(number)
    team.amy.settle(number, "unknown", "m", {"reply": "250 OK"})
    with signed_in(team.url("ben")) as ben, pytest.raises(psycopg.Error, match="keeps what the receiver answered"):
        step(ben, number, "sent", evidence='{"other": "x"}')


def test_who_could_record_events_can_record_results_after_the_step_without_another_grant(postgres, made, monkeypatch):
    from action_returns.ledger import postgresql
    from action_returns.ledger.store import load_migrations

    monkeypatch.setattr(postgresql, "load_migrations", lambda database: load_migrations(database)[:7])
    database = made(empty=True)
    with signed_in(postgres.url(database, "amy")) as amy:
        number = record(amy)
        step(amy, number, "sending", "sending", {})
        step(amy, number, "sent")
    monkeypatch.undo()
    open_ledger(TeamDatabase(postgres.url(database, "returns_owner"))).close()
    with open_ledger(TeamDatabase(postgres.url(database, "amy"))) as ledger:
        ledger.record_results(number, FILE, {"open": 0})
        assert ledger.latest_results(number).results == FILE
        assert ledger.problems() == []
