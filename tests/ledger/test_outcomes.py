"""What becomes of a batch whose program is cut off from the ledger, or whose outcome comes after a person has marked it."""

from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import errors

from action_returns.errors import LedgerError, MarkError
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import RepeatedRowsError, TeamDatabase
from tests.support.ledgers import BATCH, ROWS, claim, row, settled
from tests.support.members import signed_in, step

TWENTY_MINUTES = 1200


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr("action_returns.ledger.postgresql.sleep", lambda _: None)


@pytest.fixture
def team(postgres, made):
    """Return the address of a team's database for a member."""
    database = made()
    return lambda user: TeamDatabase(postgres.url(database, user))


@pytest.fixture
def amy(team):
    with open_ledger(team("amy")) as ledger:
        yield ledger


@pytest.fixture
def ben(team):
    with open_ledger(team("ben")) as ledger:
        yield ledger


def cut_off(ledger, admin):
    """End the connection of a program as a database that restarts does, and wait until its locks are gone."""
    ((pid,),) = ledger._store.query("SELECT pg_backend_pid()")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


@pytest.fixture
def cut(amy, team, postgres):
    """Amy sends a batch and is cut off from the ledger; her program goes on."""

    def send(at_most=TWENTY_MINUTES, rows=ROWS):
        number = claim(amy, rows).number
        amy.mark_sending(number, None, at_most)
        cut_off(amy, team("ann").url)
        return number

    return send


def test_others_read_that_a_batch_may_still_be_being_sent_when_its_connection_is_lost(amy, ben, cut):
    number = cut()
    assert ben.settle_unfinished() == []
    record = ben.batch(number)
    assert (record.state, record.message) == ("sending", "")
    left = record.sending_until - datetime.now(UTC)
    assert timedelta(minutes=19) < left <= timedelta(minutes=20)
    with pytest.raises(RepeatedRowsError) as caught:
        claim(ben)
    assert {before.state for before in caught.value.rows.values()} == {"sending"}
    assert amy.settle(number, "sent", "There.", {"reply": "226"}) == ("sent", None)
    assert (ben.batch(number).state, ben.batch(number).sending_until) == ("sent", None)


def test_a_batch_that_is_being_sent_over_a_connection_has_no_such_time(amy, ben):
    number = claim(amy).number
    amy.mark_sending(number, None, TWENTY_MINUTES)
    assert ben.batch(number).sending_until is None
    assert amy.batch(number).sending_until is None


def test_after_its_time_a_batch_is_unknown_with_words_that_are_true(ben, cut):
    number = cut(at_most=0)
    assert ben.settle_unfinished() == ["0001"]
    assert ben.batch(number).message.startswith(
        "The program that sent this batch ended, or lost its connection to the ledger for good, before it could record the "
        "outcome. The file may have arrived or not."
    )


def test_nothing_that_had_not_begun_to_leave_is_waited_for(ben, amy, team):
    number = claim(amy).number
    cut_off(amy, team("ann").url)
    assert ben.settle_unfinished() == ["0001"]
    assert ben.batch(number).state == "failed"
    with pytest.raises(LedgerError, match=r"Batch 0001 is failed already\. Nothing was sent"):
        amy.mark_sending(number, None, TWENTY_MINUTES)


def test_within_its_time_a_batch_is_marked_by_nobody_who_does_not_say_that_its_program_has_ended(ben, cut):
    number = cut()
    with pytest.raises(MarkError) as caught:
        ben.mark(number, "failed", "Nothing there.", shown="sending")
    until = ben.batch(number).sending_until.astimezone()
    assert str(caught.value) == (
        f"Batch 0001 may still be being sent until {until:%H:%M} (20 minutes): the program of {ben.batch(number).sender} lost "
        "its connection to the ledger, which does not show whether it has ended. Nothing was marked. Wait until then and look "
        "again. If you know that it has ended, look at the receiver's side, and add --program-ended."
    )
    ben.mark(number, "failed", "Nothing there.", shown="sending", program_ended=True)
    record = ben.batch(number)
    assert (record.state, record.by_hand, record.message.startswith("Marked failed by")) == ("failed", True, True)
    assert ben.problems() == []
    assert claim(ben).number == 2


def test_a_program_that_is_connected_is_not_taken_for_ended_whatever_a_person_says(amy, ben):
    number = settled(amy, "sending")
    with pytest.raises(MarkError, match="is still at work on it"):
        ben.mark(number, "failed", "why", shown="sending", program_ended=True)


def test_another_program_cannot_settle_within_that_time_what_it_may_not_settle(amy, ben, team, cut):
    number = cut()
    with signed_in(team("ben").url) as connection:
        with pytest.raises(errors.RaiseException, match="may still be at work, cut off from the record"):
            step(connection, number, "unknown")
        mark = {"state": "sent", "who": "ben on desk", "why": "x", "was": "sending"}
        ((there,),) = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchall()
        assert there == 0
        step(connection, number, "sent", "marked", mark)
    number = settled(amy, "sending", row(9))
    with signed_in(team("ben").url) as connection, pytest.raises(errors.RaiseException, match="is still at work"):
        step(connection, number, "sent", "marked", mark)


@pytest.mark.parametrize("seconds", [-1, 7201, 10**17, '"x"'])
def test_no_program_keeps_a_batch_under_way_for_longer_than_two_hours(amy, team, seconds):
    number = claim(amy).number
    with signed_in(team("amy").url) as connection, pytest.raises(errors.RaiseException, match="an event sending"):
        step(connection, number, "sending", "sending", f'{{"at_most_seconds": {seconds}}}')


LATE = [
    # marked, by a person who saw it, outcome of its program, state then
    ("failed", "unknown", "sent", "sent"),
    ("failed", "unknown", "handed-over", "handed-over"),
    ("failed", "unknown", "unknown", "failed"),
    ("failed", "unknown", "failed", "failed"),
    ("sent", "unknown", "sent", "sent"),
    ("sent", "unknown", "handed-over", "sent"),
    ("sent", "unknown", "unknown", "sent"),
    ("sent", "unknown", "failed", "sent"),
    ("failed", "sending", "sent", "sent"),
    ("failed", "sending", "handed-over", "handed-over"),
    ("failed", "sending", "unknown", "unknown"),
    ("failed", "sending", "failed", "failed"),
    ("sent", "sending", "failed", "sent"),
]


@pytest.mark.parametrize(("marked", "was", "outcome", "state"), LATE)
def test_an_outcome_that_comes_after_a_mark_is_never_lost_and_lets_no_row_go_twice(
    amy, ben, cut, marked, was, outcome, state
):
    number = cut(at_most=TWENTY_MINUTES if was == "sending" else 0)
    ben.mark(number, marked, "Looked.", shown=was, program_ended=was == "sending")
    on_record = amy.settle(number, outcome, "So it is.", {"reply": "226"})
    assert (on_record.state, on_record.mark.detail["why"]) == (state, "Looked.")
    assert amy.settle(number, outcome, "So it is.", {"reply": "226"}).state == state
    record, latest = ben.batch(number), ben.events(number)[-1]
    assert (record.state, record.answered_late, record.by_hand) == (state, True, state == marked)
    assert (latest.kind, latest.detail) == (
        "late-outcome" if state == marked else "outcome",
        {"state": outcome, "message": "So it is.", "reply": "226"},
    )
    assert [event.kind for event in ben.events(number)].count(latest.kind) == (
        1 if latest.kind == "late-outcome" or was == "sending" else 2
    )
    assert ben.problems() == []
    if state == "failed":
        assert claim(ben).number == 2
    else:
        assert record.message.startswith("So it is." if state != marked else f"Marked {marked} by ")
        with pytest.raises(RepeatedRowsError):
            claim(ben)


def test_the_same_list_that_went_out_again_after_a_mark_keeps_no_outcome_off_the_record(amy, ben, cut):
    number = cut()
    ben.mark(number, "failed", "Nothing there.", shown="sending", program_ended=True)
    assert settled(ben, "sent") == 2
    amy.settle(number, "sent", "There.", {})
    assert [record.state for record in ben.batches()] == ["sent", "sent"]
    assert ben.sent_before(BATCH.sender, ROWS.action_ids)["M.1.2.3"].times == 2
    assert ben.problems() == []


def test_on_one_machine_too_an_outcome_after_a_mark_is_kept(tmp_path):
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        for marked, _, outcome, state in LATE[:8]:
            rows = row(len(ledger.batches()))
            number = settled(ledger, "unknown", rows)
            ledger.mark(number, marked, "Looked.", shown="unknown")
            assert ledger.settle(number, outcome, "So it is.", {"size": 7}).state == state
            assert ledger.batch(number).answered_late
            if state == "failed":
                claim(ledger, rows)
            else:
                with pytest.raises(RepeatedRowsError):
                    claim(ledger, rows)
        number = settled(ledger, "unknown", row(99))
        ledger.mark(number, "failed", "Looked.", shown="unknown")
        claim(ledger, row(99))
        assert ledger.settle(number, "sent", "There.", {}).state == "sent"
        assert ledger.problems() == []


def test_a_second_program_that_knows_the_same_records_it_beside_the_first(place):
    with open_ledger(place) as ledger:
        number = settled(ledger, "unknown")
        assert ledger.settle(number, "unknown", "It is unknown.", {}) == ("unknown", None)
        assert ledger.settle(number, "unknown", "The line went dead.", {"reply": ""}) == ("unknown", None)
        assert [event.kind for event in ledger.events(number)][-2:] == ["outcome", "late-outcome"]
        assert not ledger.batch(number).answered_late
        with pytest.raises(LedgerError, match="Batch 0002 is handed-over, so the outcome sent cannot be recorded"):
            ledger.settle(settled(ledger, "handed-over", row(9)), "sent", "There.", {})
        assert ledger.problems() == []


def test_only_the_member_who_sent_a_batch_can_record_its_outcome_after_a_mark(amy, ben, team, cut):
    number = cut()
    ben.mark(number, "failed", "Nothing there.", shown="sending", program_ended=True)
    with (
        signed_in(team("ben").url) as connection,
        pytest.raises(errors.RaiseException, match="only the user who sent a batch"),
    ):
        step(connection, number, "sent")
    with signed_in(team("amy").url) as connection:
        step(connection, number, "sent")
        with pytest.raises(errors.RaiseException):
            step(connection, number, "failed")
    failed = settled(amy, "failed", row(9))
    with (
        signed_in(team("amy").url) as connection,
        pytest.raises(errors.RaiseException, match="only the user who sent a batch that was marked failed"),
    ):
        step(connection, failed, "sent")


numbers = count(1)
steps = st.lists(
    st.one_of(
        st.sampled_from(["send", "resend", "cut", "back"]),
        st.tuples(st.just("mark"), st.sampled_from(["sent", "failed"]), st.booleans()),
        st.tuples(st.just("outcome"), st.sampled_from(["sent", "handed-over", "failed", "unknown"])),
    ),
    max_size=10,
)


def explore(postgres, made, examples):
    database = made()
    admin = postgres.url(database)

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        database=None,
    )
    @given(steps=steps, at_most=st.sampled_from([0, TWENTY_MINUTES]))
    def live(steps, at_most):
        rows = row(next(numbers))
        with (
            open_ledger(TeamDatabase(postgres.url(database, "amy"))) as amy,
            open_ledger(TeamDatabase(postgres.url(database, "ben"))) as ben,
        ):
            number = claim(amy, rows).number
            amy.mark_sending(number, None, at_most)
            arrived, marked_failed, is_told, is_cut = False, False, False, False
            for one in steps:
                match one:
                    case "cut":
                        cut_off(amy, admin)
                        is_cut = True
                    case "back":
                        amy.batches()
                        is_cut = False
                    case ("mark", state, ended):
                        before = ben.batch(number)
                        try:
                            ben.mark(number, state, "Looked.", shown=before.state, program_ended=ended)
                        except MarkError:
                            assert not (is_cut and ended and before.state == "sending")
                        else:
                            assert before.state != "sending" or at_most == 0 or ended
                            marked_failed = marked_failed or state == "failed"
                    case ("outcome", state) if not is_told:
                        told = amy.settle(number, state, "So it is.", {})
                        is_told, is_cut = True, False
                        arrived = state in {"sent", "handed-over"}
                        if arrived:
                            assert told.state in {"sent", "handed-over"}
                    case _:
                        with_open_lists(ben, rows, number, arrived, marked_failed)
            assert ben.problems() == []

    live()


def with_open_lists(ben, rows, number, arrived, marked_failed):
    """Try to send the same list again: it goes only where a person said that it did not arrive, or the program did."""
    state = ben.batch(number).state
    try:
        again = claim(ben, rows).number
    except RepeatedRowsError:
        return
    assert state == "failed"
    ben.settle(again, "failed", "No connection.", {})
    assert not arrived or marked_failed


def test_whatever_is_cut_off_marked_and_recorded_in_whatever_order_no_row_goes_twice_unasked(postgres, made):
    explore(postgres, made, 20)


@pytest.mark.long
def test_whatever_is_cut_off_at_length(postgres, made):
    explore(postgres, made, 1000)
