"""A team's ledger behind a real PgBouncer: session pooling works, every other mode is refused before a table is made."""

import select
import threading
import time
from contextlib import contextmanager

import psycopg
import pytest

from action_returns.errors import LedgerError
from action_returns.ledger import postgresql_session
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.postgresql import PostgresStore
from action_returns.ledger.records import TeamDatabase
from tests.servers import pgbouncer, postgresql
from tests.servers.postgresql_relay import relay
from tests.support.available import missing_pgbouncer, require
from tests.support.ledgers import claim, row, settled


@pytest.fixture(scope="module")
def behind():
    """The database server behind the poolers."""
    require(missing_pgbouncer())
    with postgresql.server() as running:
        yield running


@pytest.fixture
def impatient(monkeypatch):
    """Where the connection lives on, nothing is gained by waiting."""
    monkeypatch.setattr("action_returns.ledger.postgresql_session._LOOK_SECONDS", 0.1)


@pytest.fixture
def database(behind):
    return behind.new_database()


def place_at(port, database, user="ann"):
    return TeamDatabase(f"postgresql://{user}@127.0.0.1:{port}/{database}")


def tables(behind, database):
    """Return every table of a user in a database, and every advisory lock that is left."""
    with psycopg.connect(behind.url(database)) as connection:
        return connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)' "
            "UNION ALL SELECT 'lock' FROM pg_locks WHERE locktype = 'advisory'"
        ).fetchall()


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("ignored", ["", "options"])
def test_session_pooling_works_whether_start_up_parameters_are_left_out_or_refused(behind, database, size, ignored):
    settings = [f"default_pool_size = {size}", *([f"ignore_startup_parameters = {ignored}"] if ignored else [])]
    with pgbouncer.pooler(behind, "session", *settings) as port:
        for number in (1, 2):
            with open_ledger(place_at(port, database)) as ledger:
                assert ledger._store.query("SHOW idle_session_timeout") == [("0",)]
                assert ledger._store.query("SHOW search_path") == [("action_returns, pg_temp",)]
                assert settled(ledger, "sent", row(number)) == number
                assert ledger.problems() == []
    assert {table.split(".")[0] for (table,) in tables(behind, database)} == {"action_returns"}


def test_members_see_behind_session_pooling_who_is_at_work_and_who_is_gone(behind, database):
    with pgbouncer.pooler(behind, "session") as port:
        first = open_ledger(place_at(port, database))
        number = claim(first).number
        with open_ledger(place_at(port, database)) as second:
            assert second.batch(number).state == "prepared"
        first.close()
        until_no_lock_is_left(behind, database)
        with open_ledger(place_at(port, database)) as second:
            assert second.batch(number).state == "failed"


def until_no_lock_is_left(behind, database):
    while ("lock",) in tables(behind, database):
        time.sleep(0.01)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("size", [1, 3, 20])
@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_another_mode_is_refused_before_a_table_is_made_whatever_the_size_of_the_pool(behind, database, mode, size):
    with pgbouncer.pooler(behind, mode, f"default_pool_size = {size}") as port:
        refused(port, database)
    assert tables(behind, database) == []


def refused(port, database):
    with pytest.raises(LedgerError) as caught:
        PostgresStore(place_at(port, database))
    assert caught.value.exit_code == 11
    assert str(caught.value) == (
        f"The connection to 127.0.0.1/{database} leads through a pooler that gives each transaction another session "
        "(transaction or statement pooling), so the lock that shows who is sending is lost. Nothing was sent. Ask its "
        "administrator for session pooling (PgBouncer: pool_mode = session, for this user and this database), or write "
        "the database itself in the profile's ledger address."
    )


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "facts",
    [
        {"databases": "pool_mode = transaction"},
        {"users": "ann = pool_mode=transaction"},
        {"settings": ["ignore_startup_parameters = options"], "mode": "transaction"},
        {"settings": ["server_round_robin = 1"], "mode": "transaction"},
        {"settings": ["server_reset_query_always = 1"], "mode": "transaction"},
        {"settings": ["server_lifetime = 1", "server_idle_timeout = 1"], "mode": "transaction"},
    ],
)
def test_transaction_pooling_is_noticed_however_it_comes_about(behind, database, facts):
    where = {name: facts[name] for name in ("databases", "users") if name in facts}
    with pgbouncer.pooler(behind, facts.get("mode", "session"), *facts.get("settings", ()), **where) as port:
        refused(port, database)
    assert tables(behind, database) == []


@pytest.mark.usefixtures("impatient")
def test_transaction_pooling_is_noticed_where_the_user_has_the_right_search_path_and_the_tables_are_there(
    behind, database
):
    behind.run(f"ALTER ROLE ann IN DATABASE {database} SET search_path = action_returns, pg_temp")
    with open_ledger(TeamDatabase(behind.url(database))) as ledger:
        settled(ledger, "sent")
    until_no_lock_is_left(behind, database)  # a session ends a moment after its client
    before = tables(behind, database)
    with pgbouncer.pooler(behind, "transaction", "ignore_startup_parameters = options") as port:
        refused(port, database)
    until_no_lock_is_left(behind, database)
    assert tables(behind, database) == before


def test_a_connection_that_says_something_and_lives_on_is_not_taken_for_one_that_ended(behind, database, monkeypatch):
    """Encryption has messages of its own, which come unasked; and a pool may have no other session to give."""
    with psycopg.connect(behind.url(database), autocommit=True) as other:
        number = other.info.backend_pid
        monkeypatch.setattr(postgresql_session.select, "select", lambda *_: ([1], [], []))
        assert postgresql_session._lasted(other, number) is None
        assert postgresql_session._lasted(other, number + 1) is None


@contextmanager
def a_slow_look(monkeypatch, times):
    """At the first looks, the end of the session has come together with the answer before it."""
    looks, look = iter(range(times)), select.select

    def slow(read, write, errors, seconds):
        if seconds == 0 and next(looks, None) is not None:
            look(read, write, errors, 5)
            return read, [], []
        return look(read, write, errors, seconds)

    monkeypatch.setattr(postgresql_session.select, "select", slow)
    yield
    monkeypatch.undo()


def test_a_pooler_that_hands_on_the_end_with_the_answer_is_asked_again_with_more_time(behind, database, monkeypatch):
    with pgbouncer.pooler(behind, "session") as port:
        with a_slow_look(monkeypatch, 1):
            PostgresStore(place_at(port, database)).close()
        with (
            a_slow_look(monkeypatch, 3),
            pytest.raises(LedgerError, match=r"could not be told .* Nothing was sent\. Try again in a minute"),
        ):
            PostgresStore(place_at(port, database))


@contextmanager
def other_clients(port, database, number):
    """Keep a pool busy with the statements of other clients; none of them fails while the block runs."""
    over, problems = threading.Event(), []

    def work():
        try:
            with psycopg.connect(place_at(port, database).url, autocommit=True, prepare_threshold=None) as connection:
                while not over.is_set():
                    connection.execute("SELECT pg_sleep(0.002)")
        except psycopg.Error as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("size", "clients"), [(1, 1), (3, 2), (3, 8)])
def test_transaction_pooling_is_noticed_while_others_use_the_pool(behind, database, size, clients):
    with (
        pgbouncer.pooler(behind, "transaction", f"default_pool_size = {size}") as port,
        other_clients(port, database, clients),
    ):
        for _ in range(3):
            refused(port, database)
    assert tables(behind, database) == []


def test_sessions_that_a_pooler_passes_on_as_others_left_them_are_refused(behind, database):
    """The lock of a program that ended would show it as still sending."""
    with pgbouncer.pooler(behind, "session", "server_reset_query =") as port:
        PostgresStore(place_at(port, database)).close()
        with pytest.raises(
            LedgerError, match=r"passes sessions on as others left them.*server_reset_query = DISCARD ALL"
        ):
            PostgresStore(place_at(port, database))


def test_a_connection_without_a_pooler_costs_one_connection_and_one_with_a_pooler_two(behind, database, monkeypatch):
    from action_returns.ledger import postgresql_connection as module

    made, opened = [], module._open
    monkeypatch.setattr(module, "_open", lambda *given: made.append(1) or opened(*given))
    PostgresStore(TeamDatabase(behind.url(database))).close()
    assert len(made) == 1
    with pgbouncer.pooler(behind, "session") as port:
        PostgresStore(place_at(port, database)).close()
    assert len(made) == 3


@pytest.mark.parametrize(("own_key", "connections"), [(False, 1), (True, 2)], ids=["a tunnel", "another pooler"])
def test_what_keeps_one_session_for_each_connection_is_served_whoever_made_it(behind, database, own_key, connections):
    """A tunnel or a proxy passes bytes on as they are; a pooler gives its clients a number of its own for cancelling."""
    with relay(behind.port, own_key=own_key) as between:
        place = place_at(between.port, database)
        with open_ledger(place) as first:
            assert between.connections == connections
            number = claim(first).number
            with open_ledger(place) as second:
                assert second.batch(number).state == "prepared"
        until_no_lock_is_left(behind, database)
        with open_ledger(place) as second:
            assert second.batch(number).state == "failed"
            assert second.problems() == []


def test_a_ledger_is_opened_straight_in_five_round_trips(behind, database):
    """For encryption, to sign in, to begin the session, for the step of the tables, for batches under way."""
    with relay(behind.port) as between:
        open_ledger(place_at(between.port, database)).close()
        before = between.round_trips
        open_ledger(place_at(between.port, database)).close()
    assert between.round_trips - before == 5


def test_a_connection_that_a_pooler_lost_is_made_anew_and_the_outcome_is_recorded(behind, database, monkeypatch):
    monkeypatch.setattr("action_returns.ledger.postgresql.sleep", lambda _: None)
    with pgbouncer.pooler(behind, "session") as port, open_ledger(place_at(port, database)) as ledger:
        number = settled(ledger, "sending")
        behind.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'action-returns'")
        ledger.settle(number, "sent", "There.", {})
        assert ledger.batch(number).state == "sent"


def words(port, database, user="ann", password=None):
    with pytest.raises(LedgerError) as caught:
        PostgresStore(TeamDatabase(place_at(port, database, user).url, password and (lambda: password)))
    assert "Nothing was sent." in str(caught.value)
    return str(caught.value)


def test_what_a_pooler_refuses_is_told_plainly(behind, database):
    with pgbouncer.pooler(behind, "session", password="s3cret") as port:
        assert "did not accept the user name or the password" in words(port, database, password="x")
        assert "did not accept the user name or the password" in words(port, database, user="nobody", password="x")
        assert "There is no database 127.0.0.1/nowhere" in words(port, "nowhere", password="s3cret")


@pytest.mark.parametrize("limits", [("max_client_conn = 1",), ("default_pool_size = 1", "query_wait_timeout = 1")])
def test_a_pooler_without_a_connection_left_says_to_wait(behind, database, limits):
    with pgbouncer.pooler(behind, "session", *limits) as port, psycopg.connect(place_at(port, database).url) as held:
        held.execute("SELECT 1")
        said = words(port, database)
    assert "The pooler before 127.0.0.1" in said
    assert "Try again in a minute" in said


def test_a_pooler_whose_database_is_away_is_told_apart_from_one_that_is_away_itself():
    require(missing_pgbouncer())
    with postgresql.server() as running:
        database = running.new_database()
        context = pgbouncer.pooler(running, "session", "server_login_retry = 1", "query_wait_timeout = 1")
        port = context.__enter__()
    try:
        assert "The pooler before 127.0.0.1" in words(port, database)
    finally:
        context.__exit__(None, None, None)
    assert "nothing answers there" in words(port, database)
