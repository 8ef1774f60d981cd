"""Sending once, and the truth about it, whatever goes wrong on the way."""

import hashlib
from contextlib import contextmanager, nullcontext

import pytest

from action_returns.batch import csv_format
from action_returns.batch.csv_format import csv_bytes
from action_returns.channels.base import Outcome, Phase, State
from action_returns.errors import (
    AlreadySentError,
    ConfigError,
    ConfirmationError,
    DeclinedError,
    LedgerError,
    NoRowsToSendError,
    RowsAlreadySentError,
    RowsWithErrorsError,
    SecretError,
    UsageError,
)
from action_returns.ledger.ledger import open_ledger
from action_returns.operations.account import Account, open_account
from action_returns.operations.check import check_loaded, find_previous_sends
from action_returns.operations.send import Consent
from action_returns.operations.send import send as send_flow
from action_returns.operations.submit import submit
from action_returns.settings.profile import Profile
from tests.support.batches import checked_batch
from tests.support.profiles import paths_of
from tests.support.sending import CONTENT, NOW, ROWS, Receiver, send


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "ledger.sqlite3") as opened:
        yield opened


def test_bytes_and_rows_are_on_record_before_the_channel_is_called(ledger):
    receiver = Receiver(ledger)
    done = send(ledger, receiver)
    assert receiver.recorded == [("prepared", CONTENT), ("sending", CONTENT)]
    assert [(parcel.name, parcel.content) for parcel in receiver.parcels] == [
        ("Batch_Mods_Reversals_2026_11_23_0001.csv", CONTENT)
    ]
    record = ledger.batch(1)
    assert (record.state, record.message, record.evidence) == ("sent", "There.", {"reply": "226"})
    assert (done.batch, done.sha256, done.rows, done.size) == ("0001", record.sha256, 2, len(CONTENT))


def test_a_second_sending_of_the_same_rows_never_reaches_the_channel(ledger):
    send(ledger, Receiver(ledger))
    second = Receiver(ledger)
    with pytest.raises(AlreadySentError, match="batch 0001") as caught:
        send(ledger, second)
    assert caught.value.batch == "0001"
    assert second.parcels == []
    assert send(ledger, second, allow_duplicate=True).batch == "0002"


TROUBLES = [RuntimeError("boom"), KeyboardInterrupt(), SecretError("The store is locked.")]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_cuts_a_sending_short_after_the_first_byte_is_unknown_and_recorded(ledger, trouble):
    done = send(ledger, Receiver(ledger, trouble))
    assert done.outcome.state is State.UNKNOWN
    assert "may have arrived or not" in done.outcome.message
    assert ledger.batch(1).state == "unknown"


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_cuts_a_sending_short_before_the_first_byte_is_certainly_not_sent(ledger, trouble):
    done = send(ledger, Receiver(ledger, trouble, stays=True))
    assert (done.outcome.state, done.outcome.phase) == (State.FAILED, Phase.CONNECT)
    assert "Nothing was sent." in done.outcome.message
    assert ledger.batch(1).state == "failed"
    assert send(ledger, Receiver(ledger)).outcome.state is State.SENT


def test_nothing_leaves_when_it_cannot_be_recorded_that_it_does(ledger, monkeypatch):
    def full(*_):
        raise LedgerError("The disk is full.")

    monkeypatch.setattr(ledger, "mark_sending", full)
    receiver = Receiver(ledger)
    done = send(ledger, receiver)
    assert (done.outcome.state, receiver.parcels) == (State.FAILED, [])
    assert done.outcome.message == "The disk is full. Nothing was sent."


def test_how_it_was_confirmed_is_on_record(ledger):
    send(ledger, Receiver(ledger))
    assert ledger.events(1)[1].detail["how"] == "asked"


def test_rows_that_somebody_sent_after_the_check_stop_it_and_are_named(ledger):
    mine = checked_batch([("M.8882.4808.1", 0.0, "REJECTED"), ("M.8882.4808.3", 0.0, "REJECTED")])
    send(ledger, Receiver(ledger))
    receiver = Receiver(ledger)
    with pytest.raises(RowsAlreadySentError, match=r"1 rows? .* M\.8882\.4808\.1 in batch 0001"):
        send(ledger, receiver, mine)
    assert receiver.parcels == []
    assert send(ledger, receiver, mine, allow_duplicate=True).outcome.state is State.SENT


def test_of_many_rows_sent_meanwhile_a_few_are_named(ledger):
    rows = [(f"M.8882.4808.{number}", 0.0, "REJECTED") for number in range(10, 20)]
    send(ledger, Receiver(ledger), checked_batch(rows))
    with pytest.raises(RowsAlreadySentError, match="and 5 more"):
        send(ledger, Receiver(ledger), checked_batch([*rows, ("M.8882.4808.1", 0.0, "REJECTED")]))


def test_an_outcome_that_cannot_be_recorded_is_told_all_the_same(ledger, monkeypatch):
    def full(*_):
        raise LedgerError("The disk is full.")

    monkeypatch.setattr(ledger, "settle", full)
    done = send(ledger, Receiver(ledger))
    assert (done.outcome.state, done.recorded) == (State.SENT, False)
    assert "could not be recorded" in done.outcome.message


def test_a_ledger_that_cannot_record_stops_before_anything_leaves(ledger, monkeypatch):
    def full(*_, **__):
        raise LedgerError("The disk is full.")

    monkeypatch.setattr(ledger, "claim", full)
    receiver = Receiver(ledger)
    with pytest.raises(LedgerError):
        send(ledger, receiver)
    assert receiver.parcels == []


def test_only_rows_without_errors_leave(ledger):
    batch = checked_batch([("M.8882.4808.1", 0.0, "REJECTED"), ("M.8882.4808.2", "12,50", "ORDER_UPDATE")])
    receiver = Receiver(ledger)
    send(ledger, receiver, batch)
    assert receiver.parcels[0].content == b"ActionId,Amount,Reason\r\nM.8882.4808.1,0,REJECTED\r\n"


class Silent:
    """A user whom nobody can ask; remembers what was shown."""

    name = "never asked"

    def __init__(self):
        self.warnings, self.activities = [], []

    def can_ask(self):
        return False

    def show_review(self, page):
        self.page = page

    def warn(self, sentence):
        self.warnings.append(sentence)

    @contextmanager
    def progress(self, activity):
        self.activities.append(activity)
        yield


@pytest.fixture
def box(paths, outbox):
    """A profile whose channel is a folder; returns paths, account and folder."""
    return paths, open_account(paths), outbox


def flow(box, *rows, consent, user=None, **options):
    paths, account, _ = box
    batch = checked_batch(rows or ROWS)
    return send_flow(lambda: batch, account, paths, user or Silent(), consent=consent, clock=lambda: NOW, **options)


GOOD_AND_BAD = (("M.8882.4808.1", 0.0, "REJECTED"), ("x", "y", "z"))


def test_rows_with_errors_stay_behind_only_when_the_user_agreed(box):
    with pytest.raises(RowsWithErrorsError, match="1 of 2 rows"):
        flow(box, *GOOD_AND_BAD, consent=Consent("--yes"))
    assert list(box[2].iterdir()) == []
    done = flow(box, *GOOD_AND_BAD, consent=Consent("--yes", only_ready=True)).submission
    assert (done.rows, done.outcome.state) == (1, State.HANDED_OVER)


def test_one_confirmed_row_is_told_as_one(box):
    with pytest.raises(ConfirmationError, match=r"^1 row was confirmed, but returns\.csv has 2 rows to send"):
        flow(box, consent=Consent("--confirm-rows 1", rows=1))


def test_another_number_than_the_confirmed_one_sends_nothing(box):
    with pytest.raises(ConfirmationError, match=r"2 rows were confirmed, but returns\.csv has 1 row to send"):
        flow(box, *GOOD_AND_BAD, consent=Consent("--confirm-rows 2", rows=2, only_ready=True))
    assert list(box[2].iterdir()) == []
    assert flow(box, *GOOD_AND_BAD, consent=Consent("--confirm-rows 1", rows=1, only_ready=True)).submission.rows == 1


@pytest.mark.parametrize("only_ready", [False, True])
@pytest.mark.parametrize("rows", [None, 0, 1])
def test_a_list_without_a_ready_row_is_refused_without_an_advice_that_leads_nowhere(box, only_ready, rows):
    with pytest.raises(
        NoRowsToSendError,
        match=r"^Nothing was sent or written: the only row of returns\.csv has errors. Repair it first: ",
    ) as refused:
        flow(box, ("x", "y", "z"), consent=Consent("--yes", rows=rows, only_ready=only_ready))
    assert "--only-ready" not in str(refused.value)


def test_a_user_who_has_to_be_asked_and_cannot_be_asked_sends_nothing(box):
    with pytest.raises(UsageError, match=r"there is no terminal\. Nothing was sent\. Add --yes, or --confirm-rows 2"):
        flow(box, consent=Consent())
    assert list(box[2].iterdir()) == []


def test_without_a_profile_the_list_is_not_even_read(tmp_path):
    paths = paths_of(tmp_path)
    with pytest.raises(ConfigError, match="There is no profile yet"):
        send_flow(pytest.fail, open_account(paths), paths, Silent(), consent=Consent("--yes"), clock=lambda: NOW)


def test_a_dry_run_shows_the_file_and_records_and_sends_nothing(box):
    result = flow(box, consent=Consent("--yes"), dry_run=True)
    assert (result.submission, result.page.sha256) == (None, hashlib.sha256(CONTENT).hexdigest())
    assert list(box[2].iterdir()) == []
    assert not box[0].ledger_file.exists()


def test_rows_that_were_sent_before_are_told_to_a_user_who_is_not_asked(box):
    flow(box, consent=Consent("--yes"))
    paths, account, _ = box
    batch = checked_batch([("M.8882.4808.1", 0.0, "REJECTED"), ("M.8882.4808.9", 1.0, "ORDER_UPDATE")])
    past = find_previous_sends(batch.reading, account, paths)
    batch = check_loaded("returns.csv", batch.reading, account, now=NOW, past=past)
    user = Silent()
    send_flow(lambda: batch, account, paths, user, consent=Consent("--yes"), clock=lambda: NOW)
    assert user.warnings == ["1 row went out before with the same amount and reason."]


def test_the_file_is_built_and_hashed_once_from_the_question_to_the_receiver(box, monkeypatch):
    """What was shown is what is confirmed, recorded and sent; nothing is built again on the way."""
    built, hashed = [], []
    monkeypatch.setattr(csv_format, "csv_bytes", lambda rows: built.append(rows) or csv_bytes(rows))
    sha256 = hashlib.sha256
    monkeypatch.setattr(hashlib, "sha256", lambda *content: hashed.append(content) or sha256(*content))
    result = flow(box, consent=Consent("--yes"))
    paths, _, folder = box
    (sent,) = folder.iterdir()
    with open_ledger(paths.ledger_file) as ledger:
        record, recorded = ledger.batch(1), ledger.content(1)
    assert (len(built), len(hashed)) == (1, 1)
    assert sent.read_bytes() == recorded == CONTENT
    assert result.page.sha256 == result.submission.sha256 == record.sha256 == sha256(CONTENT).hexdigest()


class Asked(Silent):
    """A user who is asked, and gives these answers in turn."""

    name = "asked in a test"

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)

    def can_ask(self):
        return True

    def confirm_send(self, page):
        return self.answers.pop(0)

    def confirm(self, question):
        return self.answers.pop(0)

    def type_number(self, question):
        return self.answers.pop(0)

    def refuse_changed_rows(self):
        """The rows are the same."""


MANY = tuple((f"M.8882.4808.{number}", 0.0, "REJECTED") for number in range(1, 101))


@pytest.mark.parametrize("answers", [(True, "100"), (True, " 100 "), (True, None, True)])
def test_a_hundred_reversals_leave_after_their_number_or_a_second_yes(box, answers):
    done = flow(box, *MANY, consent=Consent(), user=Asked(*answers)).submission
    assert (done.rows, done.outcome.state) == (100, State.HANDED_OVER)


@pytest.mark.parametrize("answers", [(False,), (True, "99"), (True, ""), (True, None, False)])
def test_a_hundred_reversals_stay_after_a_no_or_another_number(box, answers):
    with pytest.raises(DeclinedError):
        flow(box, *MANY, consent=Consent(), user=Asked(*answers))
    assert list(box[2].iterdir()) == []


@pytest.mark.parametrize(("again", "batches"), [(True, 2), (False, 1)])
def test_the_same_list_leaves_again_only_after_a_second_yes(box, again, batches):
    flow(box, consent=Consent(), user=Asked(True))
    with nullcontext() if again else pytest.raises(DeclinedError):
        flow(box, consent=Consent(), user=Asked(True, again))
    assert len(list(box[2].iterdir())) == batches


def test_an_unknown_outcome_tells_how_to_settle_it(ledger):
    done = send(ledger, Receiver(ledger, Outcome(State.UNKNOWN, "The line went dead.")))
    assert done.message.startswith("The line went dead. ")
    assert "action-returns history mark 0001 sent" in done.message
    one = checked_batch([("M.8882.4808.9", 0.0, "REJECTED")])
    assert send(ledger, Receiver(ledger), one).message == "There.", "an outcome that is known needs no mark"


def test_a_connection_without_encryption_is_on_record_as_accepted(ledger):
    channel = {"kind": "ftp", "host": "h.example", "username": "u", "security": "plain", "accept_plaintext": True}
    profile = Profile.model_validate({"environment": "live", "channel": {**channel, "password": "env:PW"}})
    for account in (Account("acme", "live", profile=profile), Account("acme", "live")):
        submit(
            checked_batch([(f"M.8882.4808.{len(ledger.batches()) + 1}", 0.0, "REJECTED")]),
            account,
            Receiver(ledger),
            ledger,
            clock=lambda: NOW,
            confirmation="asked",
        )
    plain, other = (
        next(event.detail for event in ledger.events(number) if event.kind == "confirmed") for number in (1, 2)
    )
    assert plain["encryption"] == "none, accepted in the profile"
    assert "encryption" not in other


def test_the_same_list_never_leaves_again_where_the_user_is_not_asked(box):
    flow(box, consent=Consent("--yes"))
    with pytest.raises(AlreadySentError, match="as batch 0001"):
        flow(box, consent=Consent("--yes"))
    assert len(list(box[2].iterdir())) == 1
