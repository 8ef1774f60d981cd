"""The file has left and the ledger cannot take the outcome: it is kept, recorded as soon as that works, and told in words."""

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from action_returns.channels.base import Outcome, State
from action_returns.channels.time_limits import longest_delivery
from action_returns.errors import ApprovalMissingError, ConfigError, LedgerError, RowsAlreadySentError
from action_returns.ledger.approval_records import NotApprovedError, Target
from action_returns.ledger.attachment_kinds import ChangedSince, OutdatedUndoError
from action_returns.ledger.kept_outcomes import kept_outcomes
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.store import LedgerAwayError
from action_returns.operations import submit
from action_returns.operations.submit import PAUSES
from tests.support.sending import CONTENT, Receiver, send

AWAY = LedgerAwayError("The database db/r is just starting. Try again in a minute.")
FULL = LedgerError("The disk of the database db/r is full.")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def ledger(place):
    with open_ledger(place) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "submissions"


class Waiting:
    """What the user is shown, and how long the program waits."""

    def __init__(self, at=None):
        self.shown, self.pauses, self.at = [], [], at or {}

    @contextmanager
    def progress(self, words):
        self.shown.append(words)
        yield

    def pause(self, seconds):
        self.pauses.append(seconds)
        if len(self.pauses) in self.at:
            self.at[len(self.pauses)]()


def refuse(ledger, monkeypatch, *problems):
    """Let the ledger refuse an outcome with each problem, then take it."""
    settle, left = ledger.settle, list(problems)

    def refusing(*given, **facts):
        if left:
            raise left.pop(0)
        return settle(*given, **facts)

    monkeypatch.setattr(ledger, "settle", refusing)


def sent(ledger, folder, waiting=None, **options):
    waiting = waiting or Waiting()
    return send(ledger, Receiver(ledger), kept_in=folder, progress=waiting.progress, pause=waiting.pause, **options)


def test_it_is_recorded_when_the_database_answers_again_and_nothing_stays_behind(ledger, folder, monkeypatch):
    refuse(ledger, monkeypatch, AWAY, AWAY, AWAY)
    waiting = Waiting({1: lambda: seen.extend(kept_outcomes(folder))})
    seen = []
    done = sent(ledger, folder, waiting)
    assert (done.outcome.state, done.recorded, done.message) == (State.SENT, True, "There.")
    assert ledger.batch(1).state == "sent"
    assert waiting.shown == [
        "Batch 0001 is sent. The ledger cannot record that at this moment; trying again for a minute"
    ]
    assert waiting.pauses == list(PAUSES[:3])
    assert [kept.state for kept in seen] == ["sent"], "it is kept before the program waits"
    assert list(folder.iterdir()) == []


def test_a_batch_of_which_it_is_not_known_whether_it_is_on_record_is_not_sent_and_that_is_said(ledger, monkeypatch):
    def lost(*_, **__):
        raise LedgerAwayError("The connection was lost: it may be on record or not (action-returns history list).")

    monkeypatch.setattr(ledger, "claim", lost)
    receiver = Receiver(ledger)
    with pytest.raises(
        LedgerAwayError, match=r"on record or not \(action-returns history list\)\. Nothing was sent\.$"
    ):
        send(ledger, receiver)
    assert receiver.parcels == []


def test_what_cannot_be_recorded_for_a_minute_is_kept_and_the_next_program_records_it(
    ledger, place, folder, monkeypatch
):
    refuse(ledger, monkeypatch, *[AWAY] * 99)
    waiting = Waiting()
    done = sent(ledger, folder, waiting)
    (path,) = folder.iterdir()
    assert done.outcome.state is State.SENT
    assert not done.recorded
    assert done.message == (
        f"There. This could not be recorded: {AWAY} It is kept in {path}. The next command on this computer that opens the "
        "ledger records it (action-returns history list). Until then history says sending or unknown."
    )
    assert waiting.pauses == list(PAUSES)
    assert sum(PAUSES) == 60
    with open_ledger(place, kept_in=folder) as other:
        assert (other.batch(1).state, other.batch(1).evidence) == ("sent", {"reply": "226"})
    assert list(folder.iterdir()) == []


def test_attempts_that_take_long_themselves_are_not_made_for_longer_than_about_a_minute(ledger, folder, monkeypatch):
    """Where a network drops everything without a word, one attempt alone takes most of a minute."""
    now = [1_000.0]
    monkeypatch.setattr(submit, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def slow(*_, **__):
        now[0] += 47
        raise AWAY

    monkeypatch.setattr(ledger, "settle", slow)
    waiting = Waiting()
    done = sent(ledger, folder, waiting)
    assert waiting.pauses == list(PAUSES[:2])
    assert (done.outcome.state, done.recorded) == (State.SENT, False)
    assert len(list(kept_outcomes(folder))) == 1


@pytest.mark.parametrize(
    ("problem", "reason"),
    [(FULL, "is full."), (ConfigError("No such file."), "No such file."), (ValueError("x"), "ValueError."), (KeyboardInterrupt(), "KeyboardInterrupt.")],
)  # fmt: skip
def test_a_problem_that_waiting_does_not_mend_is_told_at_once_and_the_outcome_is_kept(
    ledger, folder, monkeypatch, problem, reason
):
    refuse(ledger, monkeypatch, problem)
    waiting = Waiting()
    done = sent(ledger, folder, waiting)
    assert waiting.pauses == []
    assert done.message.startswith("There. This could not be recorded: ")
    assert reason in done.message
    assert [kept.state for kept in kept_outcomes(folder)] == ["sent"]


def test_who_does_not_want_to_wait_learns_the_outcome_and_it_stays_kept(ledger, folder, monkeypatch):
    def stop():
        raise KeyboardInterrupt

    refuse(ledger, monkeypatch, *[AWAY] * 99)
    waiting = Waiting({2: stop})
    done = sent(ledger, folder, waiting)
    assert len(waiting.pauses) == 2
    assert (done.outcome.state, done.recorded) == (State.SENT, False)
    assert len(list(kept_outcomes(folder))) == 1


def test_what_can_be_kept_nowhere_is_shown_as_a_whole(ledger, folder, monkeypatch):
    folder.write_text("a file in the place of the folder")
    refuse(ledger, monkeypatch, FULL)
    done = sent(ledger, folder)
    assert not done.recorded
    for fact in ("0001", "sent", done.file_name, done.sha256, "reply: 226", "Write it down", "history mark 0001 sent"):
        assert fact in done.message
    refuse(ledger, monkeypatch, *[AWAY] * 99)
    assert "(no folder for it)" in send(ledger, Receiver(ledger), other_rows(), pause=Waiting().pause).message


def other_rows():
    from tests.support.batches import checked_batch

    return checked_batch([("M.8882.4808.9", 0.0, "REJECTED")])


def test_an_outcome_that_is_recorded_although_nothing_could_be_kept_is_recorded(ledger, folder, monkeypatch):
    folder.write_text("a file in the place of the folder")
    refuse(ledger, monkeypatch, AWAY)
    done = sent(ledger, folder)
    assert (done.recorded, done.message) == (True, "There.")


def test_a_kept_file_that_cannot_be_removed_is_no_problem(ledger, place, folder, monkeypatch):
    def held(*_, **__):
        raise PermissionError(13, "in use")

    refuse(ledger, monkeypatch, AWAY)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", held)
        assert sent(ledger, folder).recorded
    with open_ledger(place, kept_in=folder) as other:
        assert [event.kind for event in other.events(1)].count("outcome") == 1


@pytest.mark.parametrize(
    ("marked", "outcome", "says"),
    [
        ("failed", "sent", "Meanwhile {who} marked batch 0001 failed, so its rows may have gone out again from elsewhere. History says sent now: action-returns history show 0001"),
        ("sent", "sent", "Meanwhile {who} marked batch 0001 sent. History says sent now: action-returns history show 0001"),
        ("sent", "failed", "Meanwhile {who} marked batch 0001 sent. History says sent, with this beside it: action-returns history show 0001"),
        ("failed", "unknown", "Meanwhile {who} marked batch 0001 failed. History says failed, with this beside it: action-returns history show 0001"),
    ],
)  # fmt: skip
def test_the_sender_is_told_what_a_person_marked_meanwhile_and_what_history_says(
    ledger, place, folder, monkeypatch, marked, outcome, says
):
    class Slow(Receiver):
        def deliver(self, parcel, leaving):
            leaving()
            with open_ledger(place) as other:  # it takes the sender for dead
                monkeypatch.setattr(other._store, "is_abandoned", lambda *_: True, raising=False)
                other.mark(1, marked, "Looked.", shown="sending")
                self.who = other.events(1)[-1].detail["who"]
            return Outcome(State(outcome), "So it is.")

    receiver = Slow(ledger)
    done = send(ledger, receiver, kept_in=folder)
    told = done.outcome.message
    assert told == "So it is. " + says.format(who=receiver.who)
    assert done.recorded
    assert ledger.batch(1).state in says
    assert ledger.problems() == []


def test_how_long_a_program_may_be_at_a_batch_is_on_record_before_its_first_byte_leaves(ledger, folder):
    sent(ledger, folder)
    (sending,) = [event for event in ledger.events(1) if event.kind == "sending"]
    assert sending.detail == {"at_most_seconds": round(longest_delivery(len(CONTENT)) + 0.5)}
    assert 22 * 60 <= longest_delivery(0) < longest_delivery(10**9) <= 60 * 60


class RowReceiver(Receiver):
    """Takes every row by itself."""

    def deliver_rows(self, file, before_first_byte, record):
        before_first_byte()
        for action_id in ("M.8882.4808.1", "M.8882.4808.2"):
            record.sending(action_id, {})
            record.outcome(action_id, State.SENT, "", {})
        return Outcome(State.SENT, "There.")


def test_each_row_that_goes_by_itself_is_shown_as_it_leaves(ledger):
    shown = []
    send(ledger, RowReceiver(ledger), show=shown.append)
    assert shown == ["Sending row 1 of 2", "Sending row 2 of 2"]


def test_a_window_that_shows_nothing_stops_no_row(ledger):
    def show(_words):
        raise OSError("the window is busy")

    done = send(ledger, RowReceiver(ledger), show=show)
    assert done.outcome.state is State.SENT
    assert [event.kind for event in ledger.events(1)].count("row-outcome") == 2


@pytest.mark.parametrize(
    ("refusal", "error", "words"),
    [
        (OutdatedUndoError(ChangedSince("0001", {"M.1.2.3": "0002"})), RowsAlreadySentError, "M.1.2.3 in batch 0002"),
        (NotApprovedError(Target(*"abcdefg"), ()), ApprovalMissingError, "no approval was asked for"),
    ],
    ids=["outdated undo", "no approval"],
)
def test_what_the_ledger_refuses_at_the_last_moment_is_told_and_not_sent(
    ledger, folder, monkeypatch, refusal, error, words
):
    def refusing(*_, **__):
        raise refusal

    monkeypatch.setattr(ledger, "claim", refusing)
    with pytest.raises(error, match=words):
        sent(ledger, folder)
    assert ledger.batches() == []
