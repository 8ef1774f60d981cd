"""Sending once, and the truth about it, whatever goes wrong on the way."""

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC

import pytest
from keyring.errors import KeyringLocked

from action_returns.batch import csv_format
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.csv_format import csv_bytes
from action_returns.channels.base import Outcome, Phase, State
from action_returns.errors import (
    AlreadySentError,
    ChannelRefusesRowsError,
    ConfigError,
    ConfirmationError,
    DeclinedError,
    ExcelError,
    LedgerError,
    NoRowsToSendError,
    RaiseNotConfirmedError,
    RowsAlreadySentError,
    RowsWithErrorsError,
    SecretError,
    UsageError,
    WarningsError,
)
from action_returns.ledger.ledger import open_ledger
from action_returns.operations import texts
from action_returns.operations.account import Account, open_account
from action_returns.operations.check import check_loaded
from action_returns.operations.previous_sends import find_previous_sends
from action_returns.operations.send import Consent
from action_returns.operations.send import send as send_flow
from action_returns.operations.submit import submit
from action_returns.settings.profile import Profile
from tests.channels.quick import ftp_channel
from tests.servers import loopback
from tests.support.batches import checked_batch
from tests.support.ledgers import batch_of, settled
from tests.support.passwords import MemoryStore
from tests.support.profiles import paths_of, write_profile
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
        (f"Batch_Mods_Reversals_2026_11_23_{ledger.tag()}-0001.csv", CONTENT)
    ]
    record = ledger.batch(1)
    assert (record.state, record.message, record.evidence) == ("sent", "There.", {"reply": "226"})
    assert (done.batch, done.sha256, done.rows, done.size) == ("0001", record.sha256, 2, len(CONTENT))


def again(ledger, rows):
    """Return a batch whose user was shown which rows may have arrived before, and wants them sent again."""
    sent = ledger.sent_before(Account("acme", "live").sender, [action_id for action_id, _, _ in rows])
    return checked_batch(rows, sent=sent).with_sent_rows()


def test_a_second_sending_of_the_same_rows_never_reaches_the_channel(ledger):
    send(ledger, Receiver(ledger))
    second = Receiver(ledger)
    with pytest.raises(RowsAlreadySentError, match=r"M\.8882\.4808\.1 in batch 0001"):
        send(ledger, second)
    assert second.parcels == []
    assert send(ledger, second, again(ledger, ROWS)).batch == "0002"


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
    with pytest.raises(RowsAlreadySentError, match=r"^1 row of .* M\.8882\.4808\.1 in batch 0001"):
        send(ledger, receiver, mine)
    assert receiver.parcels == []
    with pytest.raises(RowsAlreadySentError):
        send(ledger, receiver, mine.with_sent_rows())  # the user has not seen which rows these are
    assert receiver.parcels == []
    rows = [("M.8882.4808.1", 0.0, "REJECTED"), ("M.8882.4808.3", 0.0, "REJECTED")]
    assert send(ledger, receiver, again(ledger, rows)).outcome.state is State.SENT


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
        self.warnings, self.activities, self.questions = [], [], []

    why_not_ask = "there is no terminal"

    def can_ask(self):
        return False

    def show_review(self, page):
        self.page = page

    def warn(self, sentence):
        self.warnings.append(sentence)

    @contextmanager
    def progress(self, activity):
        self.activities.append(activity)
        yield self.activities.append


@pytest.fixture
def box(paths, outbox):
    """A profile whose channel is a folder; returns paths, account and folder."""
    return paths, open_account(paths), outbox


def flow(box, *rows, consent, user=None, pending=None, unread=(), **options):
    paths, account, _ = box
    reading = replace(checked_batch(rows or ROWS).reading, unread_formats=unread)

    def check():
        past = find_previous_sends(reading, account, paths)
        return check_loaded("returns.csv", reading, account, now=NOW, past=past, pending=pending)

    return send_flow(check, account, paths, user or Silent(), consent=consent, clock=lambda: NOW, **options)


def confirmed(box, batch=1):
    """Return what the record says of how a batch was confirmed."""
    with open_ledger(box[0].ledger_file) as ledger:
        return next(event.detail for event in ledger.events(batch) if event.kind == "confirmed")


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


@pytest.mark.parametrize("dry_run", [False, True])
def test_rows_that_the_channel_cannot_send_stop_before_anything_is_asked_or_recorded(paths, dry_run):
    channel = {
        "kind": "api",
        "account_sid": "IRabc",
        "password": "env:UNSET",
        "host": loopback.LOOPBACK,
        "most_rows": 1,
    }
    write_profile(paths.config_file.parent, channel)
    with pytest.raises(ChannelRefusesRowsError, match=r"sends 1 row at most .* and these are 2"):
        flow((paths, open_account(paths), None), consent=Consent("--yes"), dry_run=dry_run)
    with open_ledger(paths.ledger_file) as ledger:
        assert ledger.batches() == []


def test_a_dry_run_shows_the_file_and_records_and_sends_nothing(box):
    result = flow(box, consent=Consent("--yes"), dry_run=True)
    assert (result.submission, result.page.sha256) == (None, hashlib.sha256(CONTENT).hexdigest())
    assert list(box[2].iterdir()) == []
    assert not box[0].ledger_file.exists()


NEW = ("M.8882.4808.90", 1.0, "ORDER_UPDATE")
PLACE = "rows 2 and 3 in batch 0001, handed over on 20"


def test_a_grown_list_sends_only_what_is_new_and_tells_which_rows_stay_and_why(box):
    flow(box, consent=Consent("--yes"))
    user = Silent()
    result = flow(box, *ROWS, NEW, consent=Consent("--yes"), user=user)
    assert (result.submission.rows, result.page.checked.sent_before) == (1, 2)
    (told,) = user.warnings
    assert told.startswith("2 rows stay here: they may have arrived before with the same amount and reason (" + PLACE)
    assert told.endswith("To send them again on purpose: --include-sent.")
    assert confirmed(box, 2)["left_out_sent_before"] == 2


def test_rows_of_a_batch_of_which_nothing_is_known_stay_and_are_never_called_sent(box):
    flow(box, ROWS[0], consent=Consent("--yes"))
    with open_ledger(box[0].ledger_file) as ledger:
        number = settled(ledger, "unknown", checked_batch(ROWS[1:]).rows, batch=batch_of(environment="test"))
    user = Silent()
    flow(box, *ROWS, NEW, consent=Consent("--yes"), user=user)
    (told,) = user.warnings
    assert f"row 3 in batch 000{number}, made on " in told
    assert "of which it is not known whether it arrived; row 2 in batch 0001, handed over" in told
    assert "Settle batch 0002 first." in told
    assert "action-returns history mark 0002 sent --why" in told
    with pytest.raises(AlreadySentError) as refused:
        flow(box, ROWS[1], consent=Consent("--yes"))
    assert str(refused.value).startswith(
        "Nothing new to send. The only row of returns.csv may have arrived before with the same amount and reason "
        "(row 2 in batch 0002, made on "
    )
    assert "already sent" not in str(refused.value)


def test_of_very_many_rows_and_batches_the_first_are_named(box):
    rows = [(f"M.8882.4808.{number}", 0.0, "REJECTED") for number in range(1, 14)]
    for row in rows[:6]:
        flow(box, row, consent=Consent("--yes"))
    flow(box, *rows[6:], consent=Consent("--yes"))
    user = Silent()
    flow(box, *rows, NEW, consent=Consent("--yes"), user=user)
    (told,) = user.warnings
    assert told.startswith("13 rows stay here")
    assert "7 rows, the first in row 8, in batch 0007, handed over on " in told
    assert "row 7 in batch 0006" in told
    assert "3 rows in 3 other batches" in told


def test_an_amount_whose_cell_may_show_another_one_is_refused_before_anything_is_asked(box):
    user = Asked(True, True)
    with pytest.raises(ExcelError, match=r"whether 1 cell \(row 3\) shows .* Nothing was sent\."):
        flow(box, consent=Consent(), user=user, unread=[3])
    assert (user.questions, list(box[2].iterdir())) == ([], [])
    flow(box, consent=Consent("--yes"))
    with pytest.raises(ExcelError, match=r"\(row 4\)"):
        flow(box, *ROWS, NEW, consent=Consent(), user=user, unread=[4])
    assert user.questions == []


def test_an_amount_that_was_sent_before_is_refused_only_when_it_would_go_out_again(box):
    flow(box, consent=Consent("--yes"))
    assert flow(box, *ROWS, NEW, consent=Consent("--yes"), unread=[3]).submission.rows == 1
    with pytest.raises(ExcelError, match=r"\(row 3\)"):
        flow(box, *ROWS, NEW, consent=Consent("--yes", include_sent=True), unread=[3])
    user = Asked(False)
    with pytest.raises(ExcelError, match=r"\(row 3\)"):
        flow(box, *ROWS, NEW, consent=Consent(), user=user, unread=[3])
    assert len(user.questions) == 1, "the one whether they stay"


def test_rows_go_out_again_only_when_the_user_said_so_and_that_is_on_record(box):
    flow(box, consent=Consent("--yes"))
    user = Silent()
    result = flow(box, *ROWS, NEW, consent=Consent("--yes", include_sent=True), user=user)
    assert (result.submission.rows, result.page.checked.sent_before) == (3, 0)
    assert user.warnings == ["2 rows that may have arrived before go out again."]
    assert (confirmed(box, 2)["include_sent"], "left_out_sent_before" in confirmed(box, 2)) == (2, False)
    assert confirmed(box, 2)["warnings"] == "2 already-sent"


def test_a_wish_to_send_again_changes_nothing_where_nothing_was_sent(box):
    user = Silent()
    assert flow(box, consent=Consent("--yes", include_sent=True), user=user).submission.rows == 2
    assert (user.warnings, "include_sent" in confirmed(box)) == ([], False)


@pytest.mark.parametrize(("answers", "rows"), [((True, True), 1), ((False, True), 3)])
def test_a_user_who_is_asked_chooses_whether_rows_go_out_again(box, answers, rows):
    flow(box, consent=Consent("--yes"))
    user = Asked(*answers)
    assert flow(box, *ROWS, NEW, consent=Consent(), user=user).submission.rows == rows
    (question, default), send_question = user.questions
    assert question.startswith("2 of 3 rows may have arrived before with the same amount and reason:\n" + PLACE)
    assert question.endswith("Leave them out?")
    assert default is True, "yes is the answer for Enter"
    assert send_question == f"Send {texts.counted(rows, 'row')} to TEST now?"
    assert user.page.checked.summary.rows == rows, "the review shows what is sent"
    assert confirmed(box, 2).get("include_sent", 0) == (2 if rows == 3 else 0)


def test_a_user_who_leaves_everything_out_learns_that_nothing_is_new(box):
    flow(box, consent=Consent("--yes"))
    user = Asked(True)
    with pytest.raises(AlreadySentError, match=r"^Nothing new to send\. All 2 rows .* Nothing was sent now\.$"):
        flow(box, consent=Consent(), user=user)
    assert user.questions[0][0].startswith("All 2 rows may have arrived before")
    assert len(list(box[2].iterdir())) == 1


def test_a_dry_run_that_cannot_look_up_what_was_sent_before_tells_nothing_of_what_a_send_would_do(box):
    box[0].ledger_file.write_bytes(b"no database" * 99)
    with pytest.raises(LedgerError, match="is damaged"):
        flow(box, consent=Consent("--yes"), dry_run=True)


@pytest.mark.parametrize("dry_run", [True, False])
def test_nobody_is_asked_about_rows_of_which_it_could_not_be_looked_up_whether_they_were_sent(
    box, monkeypatch, dry_run
):
    """Also where the ledger can be read again a moment later: the totals that were shown may count them."""
    from action_returns.operations import previous_sends

    def away(*_):
        raise LedgerError("The database is just starting.")

    flow(box, consent=Consent("--yes"))
    monkeypatch.setattr(previous_sends, "open_ledger_if_exists", away)
    user = Asked(True)
    with pytest.raises(LedgerError, match=r"^It could not be looked up .* The database is just starting\.$"):
        flow(box, *ROWS, NEW, consent=Consent(), user=user, dry_run=dry_run)
    assert user.questions == []
    assert len(list(box[2].iterdir())) == 1, "only the rows of the first time"


@pytest.mark.parametrize(
    ("consent", "refusal"), [(Consent("--yes"), RowsWithErrorsError), (Consent("--yes", only_ready=True), LedgerError)]
)
def test_rows_with_errors_are_told_before_a_ledger_that_cannot_be_read(box, consent, refusal):
    box[0].ledger_file.write_bytes(b"no database" * 99)
    with pytest.raises(refusal):
        flow(box, *ROWS, ("M.8882.4808.9", "?", "REJECTED"), consent=consent)


def test_a_dry_run_asks_nothing_and_tells_what_a_send_would_do(box):
    flow(box, consent=Consent("--yes"))
    user = Asked()
    assert len(flow(box, *ROWS, NEW, consent=Consent(), user=user, dry_run=True).page.checked.rows) == 1
    assert (user.questions, len(user.warnings)) == ([], 1)
    with pytest.raises(AlreadySentError):
        flow(box, consent=Consent(), user=user, dry_run=True)


def test_rows_with_errors_are_no_reason_to_call_a_list_sent(box):
    flow(box, ROWS[0], consent=Consent("--yes"))
    with pytest.raises(RowsWithErrorsError):
        flow(box, ROWS[0], ("x", "y", "z"), consent=Consent("--yes"))
    with pytest.raises(AlreadySentError):
        flow(box, ROWS[0], ("x", "y", "z"), consent=Consent("--yes", only_ready=True))


def test_a_list_of_which_nothing_is_new_is_told_as_that_whatever_number_was_confirmed(box):
    flow(box, consent=Consent("--yes"))
    with pytest.raises(AlreadySentError) as refused:
        flow(box, consent=Consent("--confirm-rows 2", rows=2))
    assert refused.value.batch == "0001"


def test_warnings_stop_a_strict_send_unless_their_rows_stay_behind(box):
    large = ("M.8882.4808.7", 1_000_000.0, "ORDER_UPDATE")
    with pytest.raises(
        WarningsError, match=r"have warnings \(1 amount-large\), so nothing was sent, because of --strict"
    ):
        flow(box, *ROWS, large, consent=Consent("--yes", strict=True))
    assert list(box[2].iterdir()) == []
    flow(box, *ROWS, large, consent=Consent("--yes", max_raise_cents=100_000_000))
    assert flow(box, *ROWS, large, NEW, consent=Consent("--yes", strict=True)).submission.rows == 1


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
    # Hashed when it was made; then only the bytes on record are, for the receipt and by ledger.content above.
    assert (len(built), len(hashed)) == (1, 3)
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
        self.questions.append(texts.send_question(len(page.checked.rows), page.account.environment))
        return self.answers.pop(0)

    def confirm(self, question, *, default=False):
        self.questions.append((question, default))
        return self.answers.pop(0)

    def type_number(self, question):
        self.questions.append(question)
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


def test_what_the_user_confirmed_is_on_record(box):
    paths, account, _ = box
    flow(box, ROWS[0], consent=Consent("--yes"))
    reading = checked_batch([*ROWS, ("M.9999.1.7", 0.0, "REJECTED"), ("x", "y", "z")]).reading
    reading = replace(reading, headers={"ActionId": "A Action ID", "Amount": "C New Amount", "Reason": "D Reason"})
    pending = download(n2=2_000)

    def check():
        past = find_previous_sends(reading, account, paths)
        return check_loaded("returns.csv", reading, account, now=NOW, past=past, pending=pending)

    send_flow(check, account, paths, Asked(True, True), consent=Consent(), clock=lambda: NOW)
    detail = {key: value for key, value in confirmed(box, 2).items() if key not in {"who", "before_sha256"}}
    assert detail == {
        "how": "asked in a test",
        "columns": "Amount from C New Amount, ActionId from A Action ID, Reason from D Reason",
        "warnings": "1 id-mixed-campaigns, 1 action-unknown",
        "left_out_errors": 1,
        "left_out_sent_before": 1,
        "new_total_cents": 1_250,
        "effect_cents": -750,
        "effect_known_rows": 1,
        "currency": "EUR",
        "pending_as_of": NOW.astimezone(UTC).isoformat(),
        "pending_rows": 1,
    }  # no lock date is on record: the download has none
    with open_ledger(paths.ledger_file) as ledger:
        assert ledger.before(2) == (
            b"ActionId,Amount,LocksAt,State,OrderId,Partner,Currency,OriginalAmount\r\nM.8882.4808.2,20.00,,,,,EUR,\r\n"
        )


UP = ("M.8882.4808.1", 99_999_999.0, "ORDER_UPDATE")
DOWN = ("M.8882.4808.2", 0.0, "REJECTED")


def download(**cents):
    """Return a pending download with these current amounts of the actions M.8882.4808.1, .2 and so on."""
    actions = {f"M.8882.4808.{number[1:]}": PendingAction(current, currency="EUR") for number, current in cents.items()}
    return PendingDownload(actions, len(actions), NOW, currency="EUR")


PENDING = download(n1=12_350, n2=500_000)
RAISED = "99999875.50"  # 99,999,999.00 - 123.50


@pytest.mark.parametrize("typed", [RAISED, f" {RAISED} ", "99,999,875.50", "99999875.5"])
def test_a_raise_above_the_limit_leaves_after_its_amount_was_typed(box, typed):
    user = Asked(True, typed)
    done = flow(box, UP, consent=Consent(), user=user, pending=PENDING).submission
    assert done.outcome.state is State.HANDED_OVER
    assert user.questions[1] == "This RAISES order value by 99,999,875.50 EUR. Type 99999875.50 to send."
    facts = confirmed(box)
    assert facts["how"] == f"asked in a test, {typed.strip()} typed"
    assert (facts["effect_cents"], facts["effect_known_rows"], facts["currency"]) == (9_999_987_550, 1, "EUR")
    assert facts["new_total_cents"] == 9_999_999_900
    assert facts["warnings"] == "1 amount-above-original"


@pytest.mark.parametrize("typed", ["", "99999999", "99999875.51", "yes", "99999875,50,"])
def test_a_raise_above_the_limit_stays_after_another_answer(box, typed):
    with pytest.raises(DeclinedError):
        flow(box, UP, consent=Consent(), user=Asked(True, typed), pending=PENDING)
    assert list(box[2].iterdir()) == []
    assert not box[0].ledger_file.exists()


def test_rows_that_lower_order_value_do_not_make_a_raise_smaller(box):
    user = Asked(True, "4000.00")
    rows = [("M.8882.4808.1", 4_123.5, "ORDER_UPDATE"), DOWN]
    flow(box, *rows, consent=Consent(), user=user, pending=PENDING)
    assert user.questions[1] == "This RAISES the order value of 1 action by 4,000.00 EUR. Type 4000.00 to send."


def test_a_raise_up_to_the_limit_is_asked_like_everything_else(box):
    raised_by_1000 = ("M.8882.4808.1", 1_123.5, "ORDER_UPDATE")
    assert flow(box, raised_by_1000, consent=Consent(), user=Asked(True), pending=PENDING).submission.rows == 1
    one_cent_more = ("M.8882.4808.1", 1_123.51, "ORDER_UPDATE")
    with pytest.raises(DeclinedError):
        flow(box, one_cent_more, consent=Consent(), user=Asked(True, ""), pending=PENDING)


@pytest.mark.parametrize("how", ["--yes", None])
def test_a_raise_above_the_limit_never_leaves_where_the_user_is_not_asked(box, how):
    with pytest.raises(RaiseNotConfirmedError) as refused:
        flow(box, UP, consent=Consent(how), pending=PENDING)
    assert str(refused.value) == (
        "This RAISES order value by 99,999,875.50 EUR, and 1,000.00 is the most that profile acme sends without a typed "
        "amount (max_raise). Nothing was sent. Look at these rows; if they are meant, add --max-raise 99999875.50."
    )
    assert not box[0].ledger_file.exists()


def test_a_raise_leaves_where_the_user_named_the_most_it_may_be(box):
    cents = 9_999_987_550
    with pytest.raises(RaiseNotConfirmedError):
        flow(box, UP, consent=Consent("--yes", max_raise_cents=cents - 1), pending=PENDING)
    flow(box, UP, consent=Consent("--yes", max_raise_cents=cents), pending=PENDING)
    assert confirmed(box)["how"] == "--yes, --max-raise 99999875.50"


def test_a_named_limit_holds_for_a_user_who_is_asked_too(box):
    assert (
        flow(box, UP, consent=Consent(max_raise_cents=10**10), user=Asked(True), pending=PENDING).submission.rows == 1
    )


LARGE = [(f"M.8882.4808.{number}", 1_000_000.0, "ORDER_UPDATE") for number in range(1, 3)]


def test_several_large_amounts_of_which_the_raise_is_unknown_are_typed_as_a_number(box):
    user = Asked(True, "2")
    allowed = Consent(max_raise_cents=10**12)
    flow(box, *LARGE, consent=allowed, user=user)
    assert user.questions[1] == "This sends 2 large or raised amounts. Type 2 (the number of these rows) to send."
    assert flow(box, ("M.8882.4808.3", 1_000_000.0, "ORDER_UPDATE"), consent=allowed, user=Asked(True)).submission


def test_amounts_of_a_raise_that_was_typed_are_not_counted_once_more(box):
    rows = [(action_id, 2_000.0, "ORDER_UPDATE") for action_id, _, _ in LARGE]
    user = Asked(True, "3000.00")
    flow(box, *rows, consent=Consent(), user=user, pending=download(n1=50_000, n2=50_000))
    assert len(user.questions) == 2


def test_without_a_password_nothing_is_recorded(box, monkeypatch):
    paths = box[0]
    channel = {"kind": "ftp", "host": "h.example", "username": "u", "password": "env:NOT_SET_ANYWHERE"}
    profile = Profile.model_validate({"environment": "live", "channel": channel})
    monkeypatch.setattr("action_returns.channels.ftp.FtpChannel.deliver", pytest.fail)
    user = Asked()
    with pytest.raises(SecretError, match="NOT_SET_ANYWHERE, which is not set"):
        flow((paths, Account("acme", "live", profile=profile), None), consent=Consent(), user=user)
    assert user.questions == [], "a user who would be asked is told first"
    assert not paths.ledger_file.exists()


def test_a_store_that_is_locked_again_while_the_user_is_asked_does_not_stop_what_was_confirmed(box, monkeypatch):
    class LockedAfterOneReading(MemoryStore):
        def get_password(self, service, name):
            if self.kept:
                raise KeyringLocked("Failed to unlock the collection!")
            self.kept["read"] = True
            return "s3cret"

    paths, used = box[0], []
    channel = {"kind": "ftp", "host": "h.example", "username": "u", "password": "keyring"}
    profile = Profile.model_validate({"environment": "live", "channel": channel})
    store = LockedAfterOneReading()
    monkeypatch.setattr("action_returns.settings.secrets._store", lambda: store)

    def deliver(channel, parcel, leaving):
        used.append(channel.password())
        leaving()
        return Outcome(State.SENT, "There.")

    monkeypatch.setattr("action_returns.channels.ftp.FtpChannel.deliver", deliver)
    done = flow((paths, Account("acme", "live", profile=profile), None), consent=Consent(), user=Asked(True))
    assert (used, done.submission.outcome.state) == (["s3cret"], State.SENT)


def test_without_the_certificates_that_the_profile_names_nothing_is_recorded(box, tmp_path, monkeypatch):
    paths = box[0]
    missing = str(tmp_path / "authority.pem")
    monkeypatch.setenv("PW", "s3cret")
    channel = {"kind": "ftp", "host": "h.example", "username": "u", "password": "env:PW", "ca_file": missing}
    profile = Profile.model_validate({"environment": "live", "channel": channel})
    monkeypatch.setattr("action_returns.channels.ftp.FtpChannel.deliver", pytest.fail)
    user = Asked()
    with pytest.raises(ConfigError, match=r"authority.pem \(ca_file in the profile\) does not exist"):
        flow((paths, Account("acme", "live", profile=profile), None), consent=Consent(), user=user)
    assert user.questions == [], "a user who would be asked is told first"
    assert not paths.ledger_file.exists()


def test_an_unknown_outcome_tells_how_to_settle_it(ledger):
    done = send(ledger, Receiver(ledger, Outcome(State.UNKNOWN, "The line went dead.")))
    assert done.message.startswith("The line went dead. ")
    assert "action-returns history mark 0001 sent" in done.message
    one = checked_batch([("M.8882.4808.9", 0.0, "REJECTED")])
    assert send(ledger, Receiver(ledger), one).message == "There.", "an outcome that is known needs no mark"


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
def test_after_a_name_that_was_taken_the_next_send_takes_another_one(ledger, tmp_path, upload):
    """As the message of the first one says."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    names = [f"Batch_Mods_Reversals_2026_11_23_{ledger.tag()}-000{number}.csv" for number in (1, 2)]
    (inbox / names[0]).write_bytes(b"rows of another sender")
    with loopback.ftp_server(inbox, username="user", password="x", authority=None) as server:
        channel = ftp_channel(server.port, security="plain", username="user", password=lambda: "x", upload=upload)
        first, second = send(ledger, channel), send(ledger, channel)
    assert first.outcome.state is State.FAILED
    assert "send again: the next batch has another number, and so another name" in first.message
    assert second.outcome.state is State.SENT
    assert {path.name: path.read_bytes() for path in inbox.iterdir()} == {
        names[0]: b"rows of another sender",
        names[1]: CONTENT,
    }


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
    with pytest.raises(
        AlreadySentError, match=r"rows 2 and 3 in batch 0001, handed over on .* again on purpose: --include-sent"
    ):
        flow(box, consent=Consent("--yes"))
    assert len(list(box[2].iterdir())) == 1


NO_AMOUNT = PendingDownload({"M.8882.4808.1": PendingAction(None, currency="EUR")}, 1, NOW, currency="EUR")


@pytest.mark.parametrize("pending", [None, download(n2=500), NO_AMOUNT], ids=["no-download", "not-in-it", "no-amount"])
def test_a_large_amount_whose_current_amount_is_unknown_counts_as_a_raise(box, pending):
    with pytest.raises(RaiseNotConfirmedError, match=r"^This may RAISE order value by up to 99,999,999\.00"):
        flow(box, UP, consent=Consent("--yes"), pending=pending)
    with pytest.raises(DeclinedError):
        flow(box, UP, consent=Consent(), user=Asked(True, ""), pending=pending)
    assert not box[0].ledger_file.exists()
    flow(box, UP, consent=Consent("--yes", max_raise_cents=9_999_999_900), pending=pending)
    assert confirmed(box)["how"] == "--yes, --max-raise 99999999.00"


def test_usual_amounts_without_a_download_leave_without_a_typed_amount(box):
    rows = [(f"M.8882.4808.{number}", 999_999.99, "ORDER_UPDATE") for number in range(1, 4)]
    assert flow(box, *rows, consent=Consent("--yes")).submission.rows == 3
