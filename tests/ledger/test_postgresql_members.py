"""What a member of a team cannot do to the record, with psql in place of this program; and what shows if they do more."""

import io
import json
import threading
import time
from hashlib import sha256
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import errors

from action_returns.errors import LedgerError
from action_returns.ledger import postgresql_session
from action_returns.ledger.chain import chain_of
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.postgresql import PostgresStore
from action_returns.ledger.records import TeamDatabase
from tests.support import team_database
from tests.support.ledgers import batch_of, claim, row, settled
from tests.support.members import FILE, ROWS, WHEN, add_event, add_rows, facts_of, insert, record, signed_in, step

REFUSED = (errors.RaiseException, errors.IntegrityError, errors.DataError, errors.InsufficientPrivilege)
MARK = {"state": "failed", "was": "handed-over", "who": "amy on laptop", "why": "Nothing there."}


@pytest.fixture
def team(postgres, made):
    """Return the address of a team's database for a user."""
    database = made()
    return lambda user: postgres.url(database, user)


@pytest.fixture
def amy(team):
    with open_ledger(TeamDatabase(team("amy"))) as ledger:
        yield ledger


@pytest.fixture
def ben(team):
    """Ben, signed in with psql."""
    with signed_in(team("ben")) as connection:
        yield connection


def whole_record(ledger):
    """Return all that every reader shows."""
    lines = io.StringIO()
    assert ledger.export_lines(lines) == [], "no batch is broken"
    batches = ledger.batches()
    return (
        lines.getvalue(),
        batches,
        [(ledger.content(batch.number), ledger.events(batch.number)) for batch in batches],
        ledger.action("M.1.2.4"),
    )


def refuses(team, attack, match=None, by=None):
    """Check that an attack of ben, or of another connection, is refused and leaves everything as it was."""
    before = whole_record(team.amy)
    with pytest.raises(REFUSED, match=match), (by or team.ben).transaction():
        attack()
    assert whole_record(team.amy) == before


@pytest.fixture(scope="module")
def standing(postgres, team_databases):
    """A team in whose ledger a batch of amy stands in every state, and a prepared one of ben.

    It is shared by tests of what is refused, which leave it as it is.
    """
    database = team_databases()
    with (
        open_ledger(TeamDatabase(postgres.url(database, "amy"))) as ledger,
        signed_in(postgres.url(database, "ben")) as connection,
        signed_in(postgres.url(database, "amy")) as her_own,
    ):
        numbers = {state: settled(ledger, state, row(at)) for at, state in enumerate(STATES)}
        yield SimpleNamespace(
            amy=ledger,
            ben=connection,
            her_own=her_own,
            numbers=numbers,
            own=record(connection, account="account of his own"),
        )


STATES = ("prepared", "sending", "sent", "handed-over", "failed", "unknown")


# A colleague's batch


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("to", ["sending", "sent", "handed-over", "failed", "unknown"])
def test_no_step_of_a_batch_is_taken_by_another_member_while_its_program_lives(standing, state, to):
    number = standing.numbers[state]
    kind = "sending" if to == "sending" else "outcome"
    refuses(standing, lambda: step(standing.ben, number, to, kind))


@pytest.mark.parametrize("state", ["sent", "handed-over", "unknown"])
@pytest.mark.parametrize("to", ["sent", "failed"])
def test_a_mark_without_its_event_is_refused(standing, state, to):
    number = standing.numbers[state]
    refuses(standing, lambda: step(standing.ben, number, to, None))


def test_a_mark_of_long_ago_allows_no_other_one(amy, ben):
    number = settled(amy, "unknown")
    amy.mark(number, "sent", "Seen.", shown="unknown")
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: step(ben, number, "failed", None))
    other = settled(amy, "handed-over", row(9))
    step(ben, other, "sent", "marked", {**MARK, "state": "sent"})
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: step(ben, other, "failed", None))


@pytest.mark.parametrize(
    "detail",
    [
        {**MARK, "why": " "}, {**MARK, "was": "unknown"}, {**MARK, "state": "sent"}, {**MARK, "who": 7},
        {name: value for name, value in MARK.items() if name != "why"},
        {name: value for name, value in MARK.items() if name != "who"},
    ],
)  # fmt: skip
def test_a_mark_says_who_and_why_and_what_it_was(standing, detail):
    number = standing.numbers["handed-over"]
    refuses(standing, lambda: step(standing.ben, number, "failed", "marked", detail))


def test_a_mark_shows_the_user_of_the_database_whatever_name_is_given(amy, ben):
    number = settled(amy, "handed-over")
    step(ben, number, "failed", "marked", MARK, message="Marked failed by amy on laptop: Nothing there.")
    marked = amy.events(number)[-1]
    assert (marked.detail["who"], marked.db_user) == ("amy on laptop", "ben")
    assert amy.batch(number).message == "Marked failed by amy on laptop (database user ben): Nothing there."
    assert amy.batch(number).db_user == "amy"


@pytest.mark.parametrize(("state", "to"), [("prepared", "failed"), ("failed", "sent")])
def test_a_batch_that_was_not_sent_takes_no_mark(standing, state, to):
    """Its own user could otherwise change it by a mark, and show other words than those of the mark."""
    number = standing.numbers[state]
    refuses(
        standing,
        lambda: step(standing.her_own, number, to, "marked", {**MARK, "was": state, "state": to}),
        by=standing.her_own,
    )


def test_a_mark_that_nothing_follows_is_refused(standing):
    number = standing.numbers["handed-over"]
    refuses(standing, lambda: add_event(standing.ben, number, "marked", MARK))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", ["prepared", "confirmed", "sending", "outcome", "marked", "claimed", "anything"])
def test_no_event_is_added_to_a_batch_of_another_member_or_of_ones_own_later(standing, state, kind):
    number = standing.numbers[state]
    detail = {"who": "amy on laptop", "state": state, "message": "m", "was": state, "why": "w"}
    refuses(standing, lambda: add_event(standing.ben, number, kind, detail))
    refuses(standing, lambda: add_event(standing.her_own, number, kind, detail), by=standing.her_own)


@pytest.mark.parametrize("state", STATES)
def test_no_row_and_no_file_is_added_to_a_batch_on_record(standing, state):
    number = standing.numbers[state]
    refuses(standing, lambda: add_rows(standing.ben, number, [("M.9.9.9", 0, "REJECTED")]), "own batch only")
    refuses(standing, lambda: insert(standing.ben, "content", batch=number, bytes=b"x"))
    refuses(
        standing,
        lambda: add_rows(standing.her_own, number, [("M.9.9.9", 0, "REJECTED")]),
        "own batch",
        by=standing.her_own,
    )


def test_who_is_signed_in_and_when_are_the_databases_word_not_the_programs(amy, ben):
    forged = {"db_user": "amy", "recorded_at": "2001-01-01T00:00:00.000+00:00"}
    number = record(ben, who="amy", host="laptop", **forged)
    step(ben, number, "sending", "sending", {})
    batch = amy.batch(number)
    assert (batch.who, batch.db_user, batch.sender) == ("amy", "ben", "amy on laptop (database user ben)")
    ((now,),) = ben.execute("SELECT now()").fetchall()
    assert abs((batch.recorded_at - now).total_seconds()) < 60
    assert {event.db_user for event in amy.events(number)} == {"ben"}


def test_an_event_gets_its_place_in_the_chain_from_the_database(amy, ben):
    settled(amy, "sent")
    facts = facts_of(ben)
    number = facts["number"]
    with ben.transaction():
        insert(ben, "batch", **facts)
        insert(ben, "content", batch=number, bytes=FILE)
        add_rows(ben, number, ROWS)
        add_event(ben, number, "prepared", {}, db_user="amy", chain="f" * 64, form=1)
        ben.execute(
            "INSERT INTO event (rowid, batch, at, kind, detail) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s)",
            (2**63 - 1, number, WHEN, "confirmed", '{"who": "x"}'),
        )
    found = ben.execute(
        "SELECT rowid, form, chain, batch, at, kind, detail, db_user, recorded_at FROM event ORDER BY rowid"
    ).fetchall()
    assert [rowid for rowid, *_ in found] == list(range(1, len(found) + 1))
    previous = ""
    for _, form, chain, *hashed in found:
        assert (form, chain) == (2, chain_of(2, previous, *hashed))
        previous = chain
    assert claim(amy, row(7)).number == 3


def test_the_members_program_chains_what_the_database_names(amy):
    settled(amy, "sent")
    assert amy._store.event_forms[2] == ("batch", "at", "kind", "detail", "db_user", "recorded_at")
    events = amy._store.query(f"SELECT form, chain, {', '.join(amy._store.event_forms[2])} FROM event ORDER BY rowid")
    previous = ""
    for form, chain, *hashed in events:
        assert chain == chain_of(form, previous, *hashed)
        previous = chain


# A batch of one's own


def test_a_batch_that_is_whole_is_recorded_and_read_back(amy, ben):
    number = record(ben)
    assert (amy.content(number), amy.rows(number)) == (FILE, ROWS)
    step(ben, number, "sending", "sending", {})
    step(ben, number, "unknown")
    step(ben, number, "sent", message="It came after all.")
    assert amy.batch(number).state == "sent"
    assert [event.kind for event in amy.events(number)] == ["prepared", "confirmed", "sending", "outcome", "outcome"]


@pytest.mark.parametrize(
    "parts",
    [
        {"file": None, "rows": None}, {"file": None}, {"rows": None}, {"prepared": ()}, {"confirmed": ()},
        {"file": FILE[:-2]}, {"file": FILE.replace(b"12.50", b"12.51")}, {"rows": ROWS[:1]},
        {"rows": [*ROWS, ("M.7.7.3", 0, "REJECTED")]}, {"rows": [("M.7.7.1", 1251, "ORDER_UPDATE"), ROWS[1]]},
        {"rows": [("M.7.7.9", 1250, "ORDER_UPDATE"), ROWS[1]]}, {"rows": [("M.7.7.1", 1250, "OTHER"), ROWS[1]]},
        {"prepared": ("{}", "{}")}, {"confirmed": ({"who": "a"}, {"who": "b"})}, {"confirmed": ({},)},
        {"confirmed": ({"who": 7},)}, {"confirmed": ({"who": "x", "repeats": "many"},)},
        {"confirmed": ({"who": "x", "new_total_cents": "NaN"},)},
        {"row_count": 3}, {"reversals": 0}, {"size": 5}, {"sha256": "a" * 64}, {"state": "sent"}, {"state": "sending"},
        {"message": "There."}, {"settled_at": WHEN}, {"evidence": '{"a": 1}'},
    ],
)  # fmt: skip
def test_a_batch_is_recorded_as_a_whole_or_not_at_all(standing, parts):
    refuses(standing, lambda: record(standing.ben, **parts))


@pytest.mark.parametrize(
    "file",
    [
        b"M.7.7.1,12.50,ORDER_UPDATE\r\nM.7.7.2,0,REJECTED\r\n", b"\xff" + FILE, FILE + b"\r\n", FILE[:-1], FILE + b"x",
        FILE.replace(b"\r\n", b"\n"), FILE.replace(b"12.50", b"12.5"), FILE.replace(b"12.50", b"012.50"),
        FILE.replace(b",0,", b",0.00,"), FILE + b"M.7.7.1,12.50,ORDER_UPDATE\r\n", FILE.replace(b"M.7.7.1", b'"M.7.7.1"'),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_of_its_rows_is_refused(standing, file):
    refuses(standing, lambda: record(standing.ben, file=file, size=len(file), sha256=sha256(file).hexdigest()))


def test_rows_cannot_be_added_after_the_database_has_looked(standing):
    def attack():
        facts = facts_of(standing.ben)
        number = facts["number"]
        insert(standing.ben, "batch", **facts)
        insert(standing.ben, "content", batch=number, bytes=FILE)
        add_rows(standing.ben, number, ROWS)
        add_event(standing.ben, number, "prepared", {})
        add_event(standing.ben, number, "confirmed", {"who": "x"})
        standing.ben.execute("SET CONSTRAINTS ALL IMMEDIATE")
        add_rows(standing.ben, number, [("M.7.7.3", 0, "REJECTED"), ("M.7.7.4", 5, "ORDER_UPDATE")])

    refuses(standing, attack, "not the rows of the file")


def test_rows_that_come_one_by_one_are_refused(standing):
    facts = facts_of(standing.ben)

    def attack():
        insert(standing.ben, "batch", **facts)
        insert(standing.ben, "content", batch=facts["number"], bytes=FILE)
        for one in ROWS:
            add_rows(standing.ben, facts["number"], [one])

    refuses(standing, attack, "come all at once")


def test_a_step_without_its_event_is_refused(standing):
    number = standing.own
    refuses(standing, lambda: step(standing.ben, number, "sending", None))
    refuses(standing, lambda: step(standing.ben, number, "failed", None))
    refuses(standing, lambda: step(standing.ben, number, "failed", "outcome", {"state": "sent", "message": "m"}))
    refuses(standing, lambda: step(standing.ben, number, "failed", "outcome", {"state": "failed"}))
    refuses(standing, lambda: step(standing.ben, number, "failed", settled_at=None))


def test_an_event_happens_once(standing):
    number = standing.own

    def twice():
        step(standing.ben, number, "failed")
        add_event(standing.ben, number, "outcome", {"state": "failed", "message": "m"})

    refuses(standing, twice, "on record already")


# Numbers and names


@pytest.mark.parametrize("number", [9223372036854775806, 1, 0, -7, 2, 4, None])
def test_a_batch_takes_no_number_but_the_next_one(amy, ben, number):
    settled(amy, "sent")
    settled(amy, "failed", row(5))
    name = facts_of(ben)["file_name"]
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: record(ben, number=number, file_name=name))
    assert claim(amy, row(6)).number == 3


def test_no_batch_takes_the_name_that_the_next_one_will_have(amy, ben):
    tag = amy.tag()
    for name in (f"Batch_{tag}-0002.csv", f"{tag}-00001.csv", "x.csv", f"a/{tag}-0001.csv", f"é{tag}-0001.csv"):
        refuses(SimpleNamespace(amy=amy, ben=ben), lambda name=name: record(ben, file_name=name))
    record(ben)
    assert claim(amy).number == 2


def test_the_ten_thousandth_batch_has_a_number_of_five_digits(amy, ben, team):
    with psycopg.connect(team("returns_owner"), autocommit=True, options="-c search_path=action_returns") as owner:
        owner.execute("ALTER TABLE batch DISABLE TRIGGER USER")
        insert(owner, "batch", **facts_of(owner, number=9999, file_name="a.csv", db_user="amy"))
        owner.execute("ALTER TABLE batch ENABLE TRIGGER USER")
        owner.execute("UPDATE batch SET state = state WHERE FALSE")
    assert claim(amy).file_name == f"Batch_{amy.tag()}-10000.csv"


# Values that could not be read back

NO_FACTS = [
    "", "x", "null", "[]", "7", '"x"', '{"a": NaN}', '{"a": Infinity}', '{"a": 1.5}', '{"a": 1e3}', '{"a": [1]}',
    '{"a": {"b": 1}}', '{"a": null}', '{"a": true}', '{"a": 1, "a": 2}', '{"a": "\\u0000"}', '{"a": "\\ud800"}',
    '{"a": "\\u001b[2J"}', '{"a": "\\u202e"}', '{"a\\n": 1}', "{'a': 1}", '{"a": 1} {}', '\ufeff{"a": 1}',
    '{"a": 9999999999999999999}', '{"a": 1' + "0" * 5_000 + "}", '{"a": "x\ty"}', '{"a": 01}', "[" * 2_000,
]  # fmt: skip

NO_MOMENTS = [
    "", "x", "2026-11-23", "2026-11-23T12:00:00.000Z", "2026-11-23T12:00:00.000+02:00", "2026-11-23 12:00:00.000+00:00",
    "2026-02-30T12:00:00.000+00:00", "2026-13-01T12:00:00.000+00:00", "2026-11-23T24:00:00.000+00:00",
    "2026-11-23T12:00:60.000+00:00", "0001-01-01T00:00:00.000+00:00", "9999-12-31T23:59:59.999+00:00", "infinity",
    "2026-11-23T12:00:00.000+00:00\n", "2026-00-10T12:00:00.000+00:00", "\u0662\u0660\u0662\u0666-11-23T12:00:00.000+00:00",
]  # fmt: skip


@pytest.mark.parametrize("evidence", NO_FACTS)
def test_evidence_that_no_program_could_read_is_refused(standing, evidence):
    number = standing.own
    refuses(standing, lambda: step(standing.ben, number, "failed", evidence=evidence))


@pytest.mark.parametrize("detail", NO_FACTS)
def test_an_event_that_no_program_could_read_is_refused(standing, detail):
    refuses(standing, lambda: record(standing.ben, prepared=(detail,)))


@pytest.mark.parametrize("moment", NO_MOMENTS)
def test_a_time_that_no_program_could_read_is_refused(standing, moment):
    refuses(standing, lambda: record(standing.ben, created_at=moment))
    number = standing.own
    refuses(standing, lambda: step(standing.ben, number, "failed", settled_at=moment))

    def attack():
        step(standing.ben, number, "sending", None)
        add_event(standing.ben, number, "sending", {}, at=moment)

    refuses(standing, attack)


@pytest.mark.parametrize(
    "facts",
    [
        {"sha256": "A" * 64}, {"sha256": "x"}, {"environment": "other"}, {"profile": ""}, {"account": ""},
        {"profile": "a\nb"}, {"who": "\x1b[2J"}, {"host": "\u202e"}, {"destination": "a\u2028b"}, {"source": "\x9b"},
        {"receiver": "\r"}, {"channel": "x" * 51}, {"who": "x" * 501}, {"source": "x" * 10_001}, {"process": ""},
        {"row_count": 2**62}, {"size": 2**62}, {"reversals": -1},
    ],
)  # fmt: skip
def test_a_fact_that_could_not_be_shown_is_refused(standing, facts):
    refuses(standing, lambda: record(standing.ben, **facts))


@pytest.mark.parametrize("message", ["x\x1b[2J", "x\u202ey", "x" * 20_001, "x\r"])
def test_an_outcome_that_could_not_be_shown_is_refused(standing, message):
    number = standing.own
    refuses(
        standing,
        lambda: step(standing.ben, number, "failed", detail={"state": "failed", "message": "m"}, message=message),
    )


@pytest.mark.parametrize(
    "bad",
    [
        ("=cmd()", 0, "REJECTED"), ("M." + "1" * 63, 0, "REJECTED"), ("M.1,2", 0, "REJECTED"), ("", 0, "REJECTED"),
        ("M.1\n", 0, "REJECTED"), ("M.1", 10**17, "ORDER_UPDATE"), ("M.1", 0, "A B"), ("M.1", 0, "x" * 65), ("M.1", 0, ""), ("M.1", 0, "-x"),
        ("M.\u0661", 0, "REJECTED"), ("M.1", -1, "x"),
    ],
)  # fmt: skip
def test_a_row_that_no_file_can_hold_is_refused(standing, bad):
    action_id, cents, reason = bad
    amount = "0" if cents == 0 else f"{cents // 100}.{cents % 100:02d}"
    file = f"ActionId,Amount,Reason\r\n{action_id},{amount},{reason}\r\n".encode()
    facts = {"size": len(file), "sha256": sha256(file).hexdigest(), "row_count": 1, "reversals": int(cents == 0)}
    refuses(standing, lambda: record(standing.ben, file=file, rows=[bad], **facts))


def test_what_a_server_or_a_name_of_a_file_holds_never_keeps_an_outcome_from_being_recorded(amy, monkeypatch):
    """Found by what the database refuses: the program brings its own texts into a form that is taken."""
    monkeypatch.setattr("getpass.getuser", lambda: "a\x1b\x00my" * 500)
    monkeypatch.setattr("platform.node", lambda: "\u202elaptop\ud800")
    batch = batch_of()
    batch = type(batch)(batch.sender, "ftp", "ftp://x/\x9b", "ret\udcff\n.csv" * 2_000)
    number = claim(amy, batch=batch).number
    amy.mark_sending(number)
    evidence = {"reply": "226\x00 \x1b[2J\ud800" * 9_000, "size": 10**5_000, "n\n": -(10**18), "ok": 7}
    amy.settle(number, "unknown", "It \x1b said\nthat\r\x00\ud83d" * 9_000, evidence)
    record = amy.batch(number)
    assert record.message.startswith("It [U+001B] said\nthat[U+000D][U+0000][U+D83D]It")
    assert record.evidence["ok"] == 7
    assert record.evidence["reply"].startswith("226[U+0000] [U+001B][2J[U+D800]226")
    assert record.host == "[U+202E]laptop[U+D800]"
    amy.mark(number, "sent", "I \x1b saw\x00 it." * 5_000, shown="unknown")
    assert amy.batch(number).state == "sent"
    assert json.loads(whole_record(amy)[0])["state"] == "sent"


# A sender that is gone


def gone(team, state):
    """Leave a batch of amy in a state, her program ended; return its number and the name of her program."""
    with open_ledger(TeamDatabase(team("amy"))) as ledger:
        number, name = settled(ledger, state, row(3)), ledger._store.process_name()
    with signed_in(team("amy")) as connection:
        while connection.execute("SELECT sender_is_gone(%s, 'amy')", (name,)).fetchall() != [(True,)]:
            time.sleep(0.01)
    return number, name


@pytest.mark.parametrize(("state", "becomes"), [("prepared", "failed"), ("sending", "unknown")])
def test_a_batch_whose_sender_is_gone_is_settled_by_the_program_of_another_member_under_its_own_name(
    team, state, becomes
):
    number, _ = gone(team, state)
    with open_ledger(TeamDatabase(team("ben"))) as ledger:
        assert ledger.batch(number).state == becomes
        assert (ledger.batch(number).db_user, ledger.events(number)[-1].db_user) == ("amy", "ben")


@pytest.mark.parametrize("state", ["prepared", "sending"])
@pytest.mark.parametrize("to", ["sending", "sent", "handed-over", "failed", "unknown"])
def test_another_member_settles_it_in_no_other_way(team, ben, state, to):
    number, _ = gone(team, state)
    if (state, to) in (("prepared", "failed"), ("sending", "unknown")):
        assert step(ben, number, to) == 1
    else:
        with pytest.raises(REFUSED):
            step(ben, number, to, "sending" if to == "sending" else "outcome")


def test_another_member_cannot_keep_it_under_way_by_holding_its_lock(team, ben):
    number, name = gone(team, "sending")
    ben.execute("SELECT pg_advisory_lock_shared(hashtextextended(%s, 0))", (name,))
    with open_ledger(TeamDatabase(team("amy"))) as ledger:
        assert ledger.batch(number).state == "unknown"


def test_another_member_cannot_keep_an_outcome_off_the_record_by_waiting_for_the_lock(team, amy, ben, monkeypatch):
    """They get the lock when the connection is lost; the program that comes back does not wait for it."""
    monkeypatch.setattr("action_returns.ledger.postgresql.sleep", lambda _: None)
    number = settled(amy, "sending")
    name = amy._store.process_name()
    waiting = threading.Thread(
        target=ben.execute, args=("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (name,)), daemon=True
    )
    waiting.start()
    with signed_in(team("amy")) as her_own:
        while her_own.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchall() != [(1,)]:
            time.sleep(0.01)
        her_own.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'amy' "
            "AND pid <> pg_backend_pid() AND datname = current_database()"
        )
    waiting.join()
    amy.settle(number, "sent", "There.", {})
    assert amy.batch(number).state == "sent"


# Locks


def test_who_holds_the_ledger_is_told_with_the_number_of_the_connection(team, ben, monkeypatch):
    monkeypatch.setitem(postgresql_session._SETTINGS, "lock_timeout", "100ms")
    with open_ledger(TeamDatabase(team("amy"))) as ledger:
        number = settled(ledger, "sending")
        ben.execute("SELECT pg_advisory_lock(90595699028590)")
        pid = ben.info.backend_pid
        with pytest.raises(
            LedgerError, match=rf"Nothing was recorded\. It is held by the database user ben \(connection {pid}\)"
        ):
            claim(ledger, row(9))
        ben.execute("SELECT pg_advisory_unlock_all()")
        with ben.transaction():
            ben.execute("SELECT 1 FROM batch FOR UPDATE")
            with pytest.raises(LedgerError, match=rf"held by the database user ben \(connection {pid}\)"):
                ledger.settle(number, "sent", "There.", {})
        ledger.settle(number, "sent", "There.", {})
        assert ledger.batch(number).state == "sent"


def test_who_held_the_ledger_and_is_gone_meanwhile_is_not_named(amy, ben):
    assert amy._store._holders() == ""
    ben.execute("SELECT 1 FROM batch")
    assert amy._store._holders() == ""


# Ways around the rules


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE batch DISABLE TRIGGER ALL",
        "ALTER TABLE event DISABLE TRIGGER USER",
        "DROP TRIGGER batch_goes_one_way ON batch",
        "CREATE OR REPLACE FUNCTION action_returns.never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP FUNCTION action_returns.is_moment(text)",
        "ALTER FUNCTION action_returns.is_moment(text) SET search_path = public",
        "CREATE FUNCTION action_returns.session_user() RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
        "CREATE TABLE action_returns.mine (x INTEGER)",
        "CREATE TABLE public.mine () INHERITS (action_returns.batch)",
        "CREATE TEMPORARY TABLE batch (x INTEGER)",
        "CREATE SCHEMA mine",
        "CREATE RULE r AS ON INSERT TO batch DO INSTEAD NOTHING",
        "ALTER TABLE batch OWNER TO ben",
        "SET session_replication_role = 'replica'",
        "SET ROLE returns_owner",
        "SET SESSION AUTHORIZATION amy",
        "LOCK TABLE batch IN EXCLUSIVE MODE",
        "INSERT INTO ledger_step VALUES (99)",
        "INSERT INTO ledger VALUES ('AAAA')",
        "SELECT nextval('event_rowid_seq')",
        "SELECT setval('event_rowid_seq', 1)",
        "UPDATE batch SET db_user = 'amy'",
        "UPDATE batch SET recorded_at = ''",
        "UPDATE event SET db_user = 'amy'",
        "DELETE FROM sent_row",
        "TRUNCATE event",
    ],
)
def test_a_member_may_make_change_and_switch_off_nothing(ben, statement):
    with pytest.raises(psycopg.Error):
        ben.execute(statement.encode())


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_transaction_that_sees_an_older_state_changes_nothing(amy, ben, level):
    number = settled(amy, "handed-over")
    ben.execute(f"SET default_transaction_isolation = '{level.lower()}'".encode())
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: record(ben), "READ COMMITTED")
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: step(ben, number, "failed", "marked", MARK), "READ COMMITTED")


@pytest.mark.parametrize(
    "setting",
    ["standard_conforming_strings = off", "search_path = pg_temp, public", "DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Tokyo'",
     "transform_null_equals = on", "client_encoding = 'LATIN1'", "plpgsql.variable_conflict = 'use_variable'"],
)  # fmt: skip
def test_no_setting_of_a_session_loosens_a_rule(amy, ben, setting):
    number = settled(amy, "handed-over")
    try:
        ben.execute(f"SET {setting}".encode())
    except errors.InsufficientPrivilege:
        return
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: step(ben, number, "failed"))
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: record(ben, created_at="2026-11-23T12:00:00x000+00:00"))
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: record(ben, who="a\x1b"))
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: record(ben, number=7))
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: record(ben, rows=ROWS[:1]))
    assert amy.batch(record(ben)).recorded_at is not None


def test_temporary_tables_and_functions_of_our_names_mislead_no_rule(amy, ben, team, postgres):
    """A member may make them where an administrator left that right to everybody."""
    number = settled(amy, "handed-over")
    database = team("ben").rpartition("/")[2]
    postgres.run(f"GRANT TEMPORARY ON DATABASE {database} TO ben")
    ben.execute("SET search_path = pg_temp, action_returns")
    ben.execute("CREATE TEMPORARY TABLE event AS SELECT * FROM action_returns.event")
    ben.execute("CREATE TEMPORARY TABLE batch AS SELECT * FROM action_returns.batch")
    ben.execute("CREATE TEMPORARY TABLE ledger AS SELECT 'AAAA' AS tag")
    ben.execute("CREATE TEMPORARY TABLE pg_locks (x INTEGER)")
    ben.execute(
        "CREATE FUNCTION pg_temp.is_recorded_now(BIGINT) RETURNS boolean LANGUAGE sql AS 'SELECT TRUE';"
        "CREATE FUNCTION pg_temp.wait_for_turn() RETURNS void LANGUAGE sql AS 'SELECT'"
    )
    ben.execute(
        "INSERT INTO pg_temp.event (batch, at, kind, detail, db_user) VALUES (%s, %s, 'marked', %s, 'ben')",
        (number, WHEN, json.dumps(MARK)),
    )
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: step(ben, number, "failed", None))
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: add_rows(ben, number, [("M.9.9.9", 0, "REJECTED")]))
    refuses(SimpleNamespace(amy=amy, ben=ben), lambda: record(ben, file_name="AAAA-0002.csv"))
    assert record(ben) == 2


# Upgrades


def test_a_team_of_the_version_before_keeps_its_record_and_goes_on(postgres, made, monkeypatch):
    from action_returns.ledger import postgresql
    from action_returns.ledger.store import load_migrations

    monkeypatch.setattr(postgresql, "load_migrations", lambda database: load_migrations(database)[:3])
    database = made(empty=True)
    url, owner = postgres.url(database, "amy"), postgres.url(database, "returns_owner")
    with psycopg.connect(owner, autocommit=True, options="-c search_path=action_returns") as connection:
        connection.execute("GRANT INSERT ON ALL TABLES IN SCHEMA action_returns TO returns_members")
    with signed_in(url) as old:
        for number, state in ((1, "sent"), (2, "handed-over"), (3, "sending"), (4, "unknown")):
            facts = facts_of(
                old, number=number, file_name=f"old {number}.csv", sha256="old", process="gone", receiver=""
            )
            insert(old, "batch", **facts)
            insert(old, "content", batch=number, bytes=FILE)
            add_rows(old, number, ROWS)
            add_event(old, number, "prepared", "no JSON" if number == 4 else "{}")
            for step_to in dict.fromkeys(("sending", state)):
                old.execute("UPDATE batch SET state = %s, settled_at = %s WHERE number = %s", (step_to, WHEN, number))
    monkeypatch.undo()
    with pytest.raises(LedgerError, match="does not allow this user to do that"):
        open_ledger(TeamDatabase(url))
    open_ledger(TeamDatabase(owner)).close()
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(team_database.statements()[3].encode())
    with open_ledger(TeamDatabase(url)) as ledger:
        assert [(b.state, b.db_user, b.recorded_at) for b in reversed(ledger.batches())] == [
            ("sent", "", None), ("handed-over", "", None), ("unknown", "", None), ("unknown", "", None),
        ]  # fmt: skip
        assert ledger.batch(1).sender == "ben on desk"
        ledger.mark(2, "failed", "Nothing there.", shown="handed-over")
        ledger.mark(4, "sent", "It is there.", shown="unknown")
        assert ledger.batch(4).message.endswith("(database user amy): It is there.")
        assert settled(ledger, "sent", row(8)) == 5
    with signed_in(url) as connection:
        for table in ("ledger", "ledger_step"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(f"INSERT INTO {table} DEFAULT VALUES".encode())


def test_a_sender_that_connects_again_while_another_member_settles_its_batch_keeps_it(team, amy, monkeypatch):
    """Ben's program found no lock of Amy's; before it settles the batch, hers takes the lock again."""
    number = claim(amy).number
    amy.mark_sending(number)
    look, answers = PostgresStore.is_abandoned, [True]
    monkeypatch.setattr(PostgresStore, "is_abandoned", lambda *of: answers.pop() if answers else look(*of))
    with open_ledger(TeamDatabase(team("ben"))) as ledger:
        assert answers == []
        assert ledger.batch(number).state == "sending"
    amy.settle(number, "sent", "There.", {})
    assert amy.batch(number).state == "sent"
    assert amy.problems() == []


def test_a_batch_that_cannot_be_settled_though_its_program_has_ended_is_told(team, amy, monkeypatch):
    claim(amy)
    monkeypatch.setattr(PostgresStore, "is_abandoned", lambda *_: True)
    with pytest.raises(LedgerError, match="the program that sends this batch is still at work"):
        open_ledger(TeamDatabase(team("ben")))


def test_a_batch_names_the_user_of_the_database_beside_the_name_that_the_program_gave(amy):
    record = amy.batch(claim(amy).number)
    assert record.user == f"{record.who} (database user amy)"


def test_a_ledger_of_one_machine_knows_no_user_of_a_database(tmp_path):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        number = settled(ledger, "sent")
        batch, event = ledger.batch(number), ledger.events(number)[0]
        assert (batch.db_user, batch.recorded_at, event.db_user, event.recorded_at) == ("", None, "", None)
        assert batch.sender == f"{batch.who} on {batch.host}"


def test_the_store_opens_for_a_member_without_a_right_to_make_tables(team):
    PostgresStore(TeamDatabase(team("ben"))).close()
