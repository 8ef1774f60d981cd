"""A team's ledger in a real PostgreSQL: what the database itself refuses, and what is said when it cannot be used."""

import os
import select
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest
import trustme
from psycopg import errors

from action_returns.errors import ConfigError, LedgerError
from action_returns.ledger import postgresql_certificates, postgresql_connection, postgresql_session
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.location import TeamAddress
from action_returns.ledger.postgresql import PostgresStore
from action_returns.ledger.records import TeamDatabase
from action_returns.ledger.store import Migration, load_migrations
from tests.servers import postgresql
from tests.support.approvals import WANTED, Two
from tests.support.available import missing_postgresql, require
from tests.support.ledgers import claim, row, settled

PASSWORD = "s3cret-canary-pass"


@pytest.fixture
def url(postgres, empty_database):
    """An empty database."""
    return postgres.url(empty_database)


@pytest.fixture
def ledger(url):
    with open_ledger(TeamDatabase(url)) as opened:
        yield opened


@pytest.fixture
def store(url):
    opened = PostgresStore(TeamDatabase(url))
    yield opened
    opened.close()


@pytest.fixture
def at_once(monkeypatch):
    """Connect again without waiting, and return the pauses that were left out."""
    pauses = []
    monkeypatch.setattr("action_returns.ledger.postgresql.sleep", pauses.append)
    return pauses


@contextmanager
def admin(url):
    with psycopg.connect(url, autocommit=True, options="-c search_path=action_returns") as connection:
        yield connection


def cut(url):
    """End the connections of this program, as a server that is stopped or a network that fails does."""
    with admin(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'action-returns' AND datname = current_database()"
        )


def until_the_server_notices(url):
    """Wait until it has let go of the locks of connections that are gone."""
    with admin(url) as connection:
        while connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchall() != [(0,)]:
            time.sleep(0.01)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE batch SET profile = 'x'", "what was recorded is never changed or removed"),
        ("UPDATE batch SET number = 7", "what was recorded is never changed or removed"),
        ("UPDATE batch SET sha256 = 'x'", "what was recorded is never changed or removed"),
        ("UPDATE batch SET state = 'prepared'", "this state cannot follow that one"),
        ("UPDATE batch SET state = 'failed'", "only a person who has looked can mark a sent batch failed"),
        ("UPDATE batch SET account = 'x'", "what was recorded is never changed or removed"),
        ("UPDATE ledger SET tag = 'AAAA'", "the tag of a ledger is never changed or removed"),
        ("INSERT INTO ledger VALUES ('AAAA')", "the tag of a ledger is never changed or removed"),
        ("DELETE FROM ledger", "the tag of a ledger is never changed or removed"),
        ("TRUNCATE ledger", "the tag of a ledger is never changed or removed"),
        ("UPDATE batch SET state = 'anything'", "this state cannot follow that one"),
        ("UPDATE batch SET message = 'x'", "an outcome is never changed or removed"),
        ("UPDATE batch SET evidence = '{}'", "an outcome is never changed or removed"),
        ("UPDATE batch SET settled_at = '1999'", "an outcome is never changed or removed"),
        ("DELETE FROM batch", "a batch is never changed or removed"),
        ("TRUNCATE batch CASCADE", "a batch is never changed or removed"),
        ("UPDATE content SET bytes = ''", "what was recorded is never changed or removed"),
        ("DELETE FROM content", "what was recorded is never changed or removed"),
        ("TRUNCATE content", "what was recorded is never changed or removed"),
        ("UPDATE sent_row SET cents = 1", "a row that was recorded is never changed or removed"),
        ("DELETE FROM sent_row", "a row that was recorded is never changed or removed"),
        ("TRUNCATE sent_row", "a row that was recorded is never changed or removed"),
        ("UPDATE event SET kind = 'x'", "an event is never changed or removed"),
        ("DELETE FROM event", "an event is never changed or removed"),
        ("TRUNCATE event", "an event is never changed or removed"),
    ],
)
def test_no_program_can_rewrite_what_was_recorded(ledger, url, statement, says):
    settled(ledger, "sent")
    before = ledger.batches(), ledger.rows(1), ledger.content(1), ledger.events(1)
    with admin(url) as connection, pytest.raises(errors.RaiseException, match=says):
        connection.execute(statement.encode())
    assert (ledger.batches(), ledger.rows(1), ledger.content(1), ledger.events(1)) == before


def test_no_column_of_what_was_recorded_can_be_written_again(postgres, made):
    database = made()
    url = postgres.url(database)
    with (
        open_ledger(TeamDatabase(postgres.url(database, "amy"))) as amy,
        open_ledger(TeamDatabase(postgres.url(database, "ben"))) as ben,
    ):
        two = Two(amy, ben)
        two.request()
        two.approve()
        settled(amy, "sent", batch=WANTED, before=b"what was known")
    with admin(url) as connection:
        # A step of the tables and the rule that batches need an approval are settings of the owner, not records.
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'action_returns' "
            "AND table_name NOT IN ('ledger_step', 'approval_rule') AND is_identity = 'NO'"
        ).fetchall()
        assert len(columns) == 76
        for table, column in columns:
            with pytest.raises(errors.RaiseException):
                connection.execute(f"UPDATE {table} SET {column} = {column}".encode())


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"state": "sent", "duplicate_of": 1}, "a batch begins prepared"),
        ({}, "batch_content_once"),
        ({"sha256": "another", "file_name": None}, "the name of the file of this batch ends with"),
        ({"duplicate_of": 7}, "batch_duplicate_of_fkey"),
        ({"duplicate_of": 1, "row_count": 0}, "batch_row_count_check"),
    ],
)
def test_a_second_batch_is_held_to_the_rules_whichever_program_writes_it(ledger, url, facts, refused):
    settled(ledger, "sent")
    facts = {
        "number": 2,
        "file_name": f"Batch_{ledger.tag()}-0002.csv",
        "state": "prepared",
        "settled_at": None,
        "message": "",
        "evidence": "{}",
        **facts,
    }
    if facts["file_name"] is None:
        facts["file_name"] = ledger.batch(1).file_name
    with admin(url) as connection:
        (*_, names), *_ = connection.execute(
            "SELECT array_agg(attname) FROM pg_attribute WHERE attrelid = 'batch'::regclass AND attnum > 0"
        )
        rest = ", ".join(name for name in names if name not in facts)
        statement = (
            f"INSERT INTO batch ({', '.join(facts)}, {rest}) SELECT {', '.join(['%s'] * len(facts))}, {rest} FROM batch"
        )
        with pytest.raises((errors.RaiseException, errors.IntegrityError), match=refused):
            connection.execute(statement.encode(), tuple(facts.values()))


def test_no_amount_below_zero_is_recorded_whichever_program_writes_it(ledger, url):
    settled(ledger, "sent")
    with admin(url) as connection, pytest.raises(errors.CheckViolation):
        connection.execute("INSERT INTO sent_row (action_id, batch, cents, reason) VALUES ('M.9', 1, -1, 'x')")


@pytest.mark.parametrize("was", ["failed", "unknown", "handed-over"])
def test_no_program_can_bring_a_batch_back(ledger, url, was):
    settled(ledger, was)
    with admin(url) as connection:
        for state in ("prepared", "sending"):
            with pytest.raises(errors.RaiseException):
                connection.execute("UPDATE batch SET state = %s", (state,))


def test_a_ledger_of_a_newer_version_can_be_read_and_never_written(url):
    with open_ledger(TeamDatabase(url)) as ledger:
        settled(ledger, "sent")
    with admin(url) as connection:
        connection.execute("INSERT INTO ledger_step (number) VALUES (99)")
    with open_ledger(TeamDatabase(url)) as ledger:
        assert [record.state for record in ledger.batches()] == ["sent"]
        with pytest.raises(LedgerError, match="written by a newer version"):
            claim(ledger, row(1))
        with pytest.raises(LedgerError, match="copy that can only be read"):
            ledger._store.execute("INSERT INTO event (batch, at, kind) VALUES (1, '', 'x')")


def test_programs_that_start_at_once_make_the_tables_once(url):
    problems, barrier = [], threading.Barrier(6)

    def start():
        barrier.wait()
        try:
            PostgresStore(TeamDatabase(url)).close()
        except LedgerError as problem:
            problems.append(problem)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with admin(url) as connection:
        steps = [number for (number,) in connection.execute("SELECT number FROM ledger_step")]
    assert steps == list(range(1, len(load_migrations("postgresql")) + 1))


def test_a_step_that_fails_leaves_the_ledger_as_it_was(url, monkeypatch):
    PostgresStore(TeamDatabase(url)).close()
    broken = Migration(len(load_migrations("postgresql")) + 1, "CREATE TABLE half (x INTEGER); SELECT 1 / 0;")
    from action_returns.ledger import postgresql as module

    known = module.load_migrations
    monkeypatch.setattr(module, "load_migrations", lambda kind: [*known(kind), broken])
    with pytest.raises(LedgerError, match="division by zero"):
        PostgresStore(TeamDatabase(url))
    with admin(url) as connection:
        assert connection.execute("SELECT to_regclass('half')").fetchall() == [(None,)]


def test_a_commit_is_on_the_disk_and_sees_what_others_have_committed_whatever_the_server_is_set_to():
    require(missing_postgresql())
    with postgresql.server("synchronous_commit=off", "default_transaction_isolation=serializable") as running:
        store = PostgresStore(TeamDatabase(running.url(running.new_database())))
        assert store.query("SHOW synchronous_commit") == [("on",)]
        with store.transaction():
            assert store.query("SHOW transaction_isolation") == [("read committed",)]
        store.close()


def test_no_program_waits_for_ever_and_holds_up_others_whatever_the_server_is_set_to():
    require(missing_postgresql())
    with postgresql.server("idle_session_timeout=1h") as running:
        store = PostgresStore(TeamDatabase(running.url(running.new_database())))
        limits = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout")
        assert [store.query(f"SHOW {name}") for name in limits] == [[("15s",)], [("2min",)], [("1min",)], [("0",)]]
        store.close()


def test_a_ledger_that_another_program_keeps_busy_is_told_and_nothing_is_recorded(ledger, url, monkeypatch):
    monkeypatch.setitem(postgresql_session._SETTINGS, "lock_timeout", "100ms")
    with open_ledger(TeamDatabase(url)) as impatient:
        with ledger._store.transaction(), pytest.raises(LedgerError, match=r"in use by others.*Nothing was recorded"):
            claim(impatient)
        assert claim(impatient).number == 1


def test_variables_of_postgresql_lead_nowhere_else(url, monkeypatch):
    for name, value in {
        "PGHOST": "203.0.113.9", "PGHOSTADDR": "203.0.113.9", "PGPORT": "1", "PGDATABASE": "other", "PGUSER": "other",
        "PGOPTIONS": "-c search_path=other", "PGSSLMODE": "require", "PGCONNECT_TIMEOUT": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with open_ledger(TeamDatabase(url)) as ledger:
        assert claim(ledger).label == "0001"


def test_tables_of_the_same_name_elsewhere_are_no_ledger(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE public.ledger_step (number INTEGER)")
        connection.execute("INSERT INTO public.ledger_step VALUES (99)")
    with open_ledger(TeamDatabase(url)) as ledger:
        assert claim(ledger).label == "0001"


def test_a_connection_lost_between_two_steps_is_made_anew_and_the_outcome_is_recorded(ledger, url, at_once):
    """A mail server may take ten minutes to answer; what it says is to be kept."""
    number = claim(ledger).number
    ledger.mark_sending(number)
    cut(url)
    ledger.settle(number, "sent", "There.", {})
    assert at_once == [0]
    assert ledger.batch(number).state == "sent"
    # Others see that it is alive: the lock was taken again.
    other = PostgresStore(TeamDatabase(url))
    assert not other.is_abandoned(number, ledger._store.process_name())
    other.close()


def test_a_server_that_is_away_for_long_is_waited_for_and_then_told(at_once):
    require(missing_postgresql())
    with postgresql.server() as running:
        store = PostgresStore(TeamDatabase(running.url(running.new_database())))
    with pytest.raises(LedgerError, match="cannot be reached: nothing answers there"):
        store.query("SELECT 1")
    assert at_once == [0, 1, 2, 4]
    store.close()


def _half_a_step(ledger):
    ledger._change_state(1, ("unknown",), "sent", "There.")


def test_a_connection_lost_in_the_middle_records_nothing(ledger, url):
    settled(ledger, "unknown")
    before = ledger.events(1)

    def half():
        with ledger._store.transaction():
            _half_a_step(ledger)
            cut(url)
            ledger._add_event(1, "outcome", {})

    with pytest.raises(LedgerError, match=r"The connection to .* failed.* Nothing was recorded"):
        half()
    assert ledger.events(1) == before


def test_a_connection_lost_at_the_very_end_says_that_it_may_be_on_record_or_not(ledger, url):
    settled(ledger, "unknown")
    before = ledger.events(1)

    def whole():
        with ledger._store.transaction():
            _half_a_step(ledger)
            cut(url)

    with pytest.raises(
        LedgerError, match=r"may be on record or not\. History says which \(action-returns history list\)\.$"
    ):
        whole()
    assert ledger.events(1) == before


@contextmanager
def losing_the_answer_to_commit(url):
    """Return the address of a relay to the server that passes COMMIT on and hangs up on its answer."""
    listener = socket.create_server(("127.0.0.1", 0))

    def carry():
        program, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", urlsplit(url).port))
        with program, server:
            asked = False
            while True:
                for side in select.select([program, server], [], [])[0]:
                    some = side.recv(65536)
                    if not some or (asked and side is server):
                        return
                    asked = asked or b"COMMIT\0" in some  # not READ COMMITTED
                    (server if side is program else program).sendall(some)

    carrier = threading.Thread(target=carry)
    carrier.start()
    try:
        yield url.replace(f":{urlsplit(url).port}/", f":{listener.getsockname()[1]}/")
    finally:
        carrier.join()
        listener.close()


def test_a_commit_whose_answer_is_lost_is_told_as_doubt_and_the_next_start_tells_the_truth(url):
    PostgresStore(TeamDatabase(url)).close()
    with losing_the_answer_to_commit(url) as between, open_ledger(TeamDatabase(between)) as ledger:
        with pytest.raises(LedgerError, match="may be on record or not"):
            claim(ledger)
        with admin(url) as connection:
            assert connection.execute("SELECT state FROM batch").fetchall() == [("prepared",)]
    until_the_server_notices(url)
    with open_ledger(TeamDatabase(url)) as other:
        assert other.batch(1).state == "failed"
        assert claim(other).number == 2  # nothing had left, so the list may go


def test_an_error_that_a_caller_ignored_records_nothing(store):

    def pass_over():
        with store.transaction(), suppress(LedgerError):
            store.query("SELECT 1 / 0")

    with pytest.raises(LedgerError, match=r"did not take it\. Nothing was recorded"):
        pass_over()


def test_a_commit_that_is_refused_says_why(store):

    def collide_late():
        with store.transaction():
            store.execute("CREATE TEMPORARY TABLE t (x INTEGER UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            store.execute("INSERT INTO t VALUES (1), (1)")

    with pytest.raises(LedgerError, match="refused it"):
        collide_late()


def test_a_disk_that_turns_out_to_be_full_at_the_very_end_is_told_and_nothing_is_recorded(store):
    store.execute(
        "CREATE FUNCTION pg_temp.no_room() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$"
    )
    store.execute("CREATE TEMPORARY TABLE t (x INTEGER)")
    store.execute(
        "CREATE CONSTRAINT TRIGGER no_room AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION pg_temp.no_room()"
    )

    def fill():
        with store.transaction():
            store.execute("INSERT INTO t VALUES (1)")

    with pytest.raises(LedgerError, match=r"is full\. .* Nothing was recorded"):
        fill()
    assert store.query("SELECT * FROM t") == []


def test_an_error_of_the_caller_undoes_all_of_it(ledger):
    settled(ledger, "unknown")

    def fail():
        with ledger._store.transaction():
            _half_a_step(ledger)
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        fail()
    assert [event.kind for event in ledger.events(1)] == ["prepared", "confirmed", "sending", "outcome"]
    assert claim(ledger, row(9)).number == 2


SENDER = """
import sys, time
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import TeamDatabase
from tests.support.ledgers import claim
ledger = open_ledger(TeamDatabase(sys.argv[1]))
ledger.mark_sending(claim(ledger).number)
print("leaving", flush=True)
time.sleep(60)
"""


def test_a_batch_is_left_alone_while_its_sender_lives_and_is_doubtful_when_it_was_killed(url):
    program = subprocess.Popen(
        [sys.executable, "-c", SENDER, url], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    try:
        assert program.stdout.readline() == "leaving\n"
        with open_ledger(TeamDatabase(url)) as ledger:
            assert ledger.batch(1).state == "sending"
    finally:
        program.kill()
        program.communicate()
    assert program.returncode == -signal.SIGKILL
    until_the_server_notices(url)
    with open_ledger(TeamDatabase(url)) as ledger:
        assert ledger.batch(1).state == "unknown"


def test_a_copy_is_the_business_of_the_administrator_of_the_database(ledger, tmp_path):
    with pytest.raises(LedgerError, match="backed up by the administrator of that database"):
        ledger.copy_to(tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_installed_is_named_with_what_to_do(url, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(
        LedgerError, match=r"Install it: .+ -m pip install -c .+constraints\.txt 'psycopg\[binary\][<>=.,\d]+'$"
    ):
        PostgresStore(TeamDatabase(url))


def test_an_address_that_is_not_right_is_not_repeated():
    with pytest.raises(LedgerError, match="The address of the team's ledger is not right") as caught:
        PostgresStore(TeamDatabase(f"postgresql://ann:{PASSWORD}@db.example.com/r"))
    assert PASSWORD not in str(caught.value)


@pytest.fixture(scope="module")
def guarded():
    """A server that wants a password from every user but ann, and refuses carl."""
    require(missing_postgresql())
    access = (
        "host all ann 127.0.0.1/32 trust\nhost all carl 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256\n"
    )
    with postgresql.server("max_connections=8", access=access) as running:
        running.run("CREATE ROLE bob LOGIN PASSWORD '" + PASSWORD + "'")
        running.run("CREATE ROLE carl LOGIN")
        running.run("CREATE DATABASE returns")
        yield running


def refused(url, password=None):
    with pytest.raises(LedgerError) as caught:
        PostgresStore(TeamDatabase(url, None if password is None else (lambda: password)))
    assert PASSWORD not in str(caught.value)
    assert "Nothing was sent." in str(caught.value)
    return str(caught.value)


def test_who_cannot_sign_in_is_told_why(guarded):
    assert "did not accept the user name or the password" in refused(guarded.url("returns", "bob"), PASSWORD + "x")
    assert "wants a password and there is none" in refused(guarded.url("returns", "bob"))
    assert "did not accept the user name or the password" in refused(guarded.url("returns", "nobody"), PASSWORD)
    assert "does not let this user in from this machine" in refused(guarded.url("returns", "carl"), PASSWORD)
    assert "There is no database 127.0.0.1/other" in refused(guarded.url("other"))


def test_a_user_without_rights_is_told_whom_to_ask(guarded):
    said = refused(guarded.url("returns", "bob"), PASSWORD)
    assert "does not allow this user to do that" in said
    assert "docs/team-ledger.md" in said


def test_a_server_with_no_connection_left_says_to_wait(guarded):
    held = [psycopg.connect(guarded.url("returns")) for _ in range(8)]
    try:
        assert "no connection left" in refused(guarded.url("returns"))
    finally:
        for one in held:
            one.close()


def test_a_closed_port_and_an_unknown_host_are_told_plainly():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert "nothing answers there" in refused(f"postgresql://ann@127.0.0.1:{port}/r")
    assert "No machine of the name" in refused("postgresql://ann@no-such-host.invalid/r")


def test_a_folder_without_the_socket_of_a_database_is_told_plainly():
    assert "nothing answers there" in refused("postgresql:///r?host=/nowhere")


@pytest.mark.parametrize("in_the_middle", [True, False])
def test_a_server_that_hangs_is_given_up_and_asked_anew_where_nothing_hangs_on_it(
    store, monkeypatch, at_once, in_the_middle
):
    """The time limits of a server that hangs do not help."""
    monkeypatch.setattr(postgresql_connection, "SILENCE_SECONDS", 0.3)
    ((number,),) = store.query("SELECT pg_backend_pid()")

    def ask_in_the_middle():
        with store.transaction():
            os.kill(number, signal.SIGSTOP)
            store.query("SELECT 1")

    try:
        if in_the_middle:
            with pytest.raises(LedgerError, match="does not answer: it hangs"):
                ask_in_the_middle()
        else:
            os.kill(number, signal.SIGSTOP)
            assert store.query("SELECT 1") == [(1,)]
    finally:
        os.kill(number, signal.SIGCONT)


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory):
    """A server with encryption, and the authority of its certificate; with the one for another host."""
    require(missing_postgresql())
    authority = trustme.CA()
    folder = tmp_path_factory.mktemp("authority")
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))

    @contextmanager
    def run(*names):
        certificate = authority.issue_cert(*names)
        with postgresql.server("ssl=on", certificate=certificate.private_key_and_cert_chain_pem.bytes()) as running:
            running.run("CREATE DATABASE returns")
            yield running

    return run, folder / "authority.pem"


@pytest.fixture
def far_away(monkeypatch):
    """The server on this machine passes for one elsewhere."""
    monkeypatch.setattr(TeamAddress, "is_local", False)


def test_another_machine_is_talked_to_encrypted_and_only_if_its_certificate_is_right(
    encrypted, far_away, monkeypatch, tmp_path
):
    run, authority = encrypted
    with run("127.0.0.1") as server:
        named = f"{server.url('returns')}?sslrootcert={authority}"
        store = PostgresStore(TeamDatabase(named))
        assert store.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [(True,)]
        store.close()
        assert "The certificate of the database 127.0.0.1/returns cannot be trusted" in refused(server.url("returns"))
        # An authority that this system trusts is trusted here too, in a file or in a folder.
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        PostgresStore(TeamDatabase(server.url("returns"))).close()
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
        folder = tmp_path / "trusted"
        folder.mkdir()
        (folder / "1a2b3c4d.0").write_bytes(authority.read_bytes())
        (folder / "ffffffff.0").write_text("broken")
        monkeypatch.setenv("SSL_CERT_DIR", str(folder))
        PostgresStore(TeamDatabase(server.url("returns"))).close()
    with run("db.example.com") as server:
        assert "made for another host" in refused(f"{server.url('returns')}?sslrootcert={authority}")


def test_an_authority_of_the_team_is_trusted_beside_those_of_this_computer(encrypted, far_away, monkeypatch, tmp_path):
    run, authority = encrypted
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with run("127.0.0.1") as server:
        url = server.url("returns")
        store = PostgresStore(TeamDatabase(url, ca_file=authority))
        assert store.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [(True,)]
        store.close()
        with pytest.raises(LedgerError, match=r"cannot be trusted.* ledger_ca_file = "):
            PostgresStore(TeamDatabase(url, ca_file=other))
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        PostgresStore(TeamDatabase(url, ca_file=other)).close()


def test_a_database_on_this_machine_is_checked_too_once_its_authority_is_named(encrypted, tmp_path):
    """The end of a tunnel to another machine is on this one."""
    run, authority = encrypted
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with run("127.0.0.1") as server:
        PostgresStore(TeamDatabase(server.url("returns"))).close()
        PostgresStore(TeamDatabase(server.url("returns"), ca_file=authority)).close()
        with pytest.raises(LedgerError, match="cannot be trusted"):
            PostgresStore(TeamDatabase(server.url("returns"), ca_file=other))


def test_an_authority_of_the_team_that_cannot_be_read_stops_it_before_a_connection(tmp_path):
    with pytest.raises(ConfigError, match=r"none.pem \(ledger_ca_file in the profile\) does not exist"):
        PostgresStore(TeamDatabase("postgresql://ann@no-such-host.invalid/returns", ca_file=tmp_path / "none.pem"))


def test_a_certificate_in_a_folder_with_umlauts_is_named_as_the_driver_finds_it(tmp_path):
    """On Windows the driver takes the letters of a name for those of the system's code page."""
    path = tmp_path / "Bücher 日本" / "Wurzel für acme.pem"
    path.parent.mkdir()
    path.touch()
    name = postgresql_certificates._name_for_libpq(str(path))
    assert path.samefile(name)
    assert name.isascii() or os.name == "posix"


def test_what_this_computer_trusts_is_trusted_although_one_of_its_certificates_cannot_be_read(monkeypatch):
    made = trustme.CA()
    context = ssl.create_default_context(cadata=made.cert_pem.bytes().decode())
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("action_returns.trusted_certificates._readable_of_windows", lambda *_: ["one"])
    answers = iter([ssl.SSLError("not enough data"), context])

    def damaged(**_):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(ssl, "create_default_context", damaged)
    assert made.cert_pem.bytes().decode().split()[2] in postgresql_certificates._trusted_certificates()


@pytest.mark.parametrize("key", ["sslrootcert", "sslcert", "sslkey"])
def test_a_folder_in_the_place_of_a_certificate_is_refused(tmp_path, key):
    said = refused(f"postgresql://ann@db.example.com/returns?{key}={quote(str(tmp_path))}")
    assert said == (
        f"{tmp_path} ({key} in the address of the team's ledger) is no file. Nothing was sent. Name a file there, then "
        "try again."
    )


def test_a_pipe_in_the_place_of_a_certificate_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for key in ("sslrootcert", "sslcert", "sslkey"):
        said = refused(f"postgresql://ann@db.example.com/returns?{key}={tmp_path}/pipe")
        assert (
            said
            == f"{tmp_path}/pipe ({key} in the address of the team's ledger) is no file. Nothing was sent. Name a file there, then try again."
        )


def test_another_machine_without_encryption_is_told_nothing(url, far_away, encrypted):
    assert "offers no encrypted connection" in refused(f"{url}?sslrootcert={encrypted[1]}")


def test_a_batch_carries_the_moment_of_the_program_that_sent_it(url):
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with open_ledger(TeamDatabase(url), lambda: now) as ledger:
        settled(ledger, "sent")
    with open_ledger(TeamDatabase(url)) as ledger:
        assert ledger.batch(1).settled_at == now
