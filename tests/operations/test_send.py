"""Sending once, and the truth about it, whatever goes wrong on the way."""

from datetime import UTC, datetime

import pytest

from action_returns.batch.cells import Columns
from action_returns.batch.check import check
from action_returns.batch.report import summarise
from action_returns.channels.base import Outcome, Phase, State, do_nothing
from action_returns.errors import (
    AlreadySentError,
    ConfirmationError,
    LedgerError,
    NoRowsToSendError,
    RowsAlreadySentError,
    RowsWithErrorsError,
    SecretError,
)
from action_returns.ledger.ledger import open_ledger
from action_returns.operations.account import Account
from action_returns.operations.check import CheckedBatch
from action_returns.operations.send import refuse_unready, submit
from action_returns.readers.batch_file import LoadedBatch

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CONTENT = b"ActionId,Amount,Reason\r\nM.8882.4808.1,0,REJECTED\r\nM.8882.4808.2,12.50,ORDER_UPDATE\r\n"


def checked(*rows):
    rows = rows or (("M.8882.4808.1", 0.0, "REJECTED"), ("M.8882.4808.2", 12.5, "ORDER_UPDATE"))
    columns = Columns(*map(list, zip(*rows, strict=True)), rows=range(2, len(rows) + 2))
    report = check(columns)
    return CheckedBatch(
        "returns.csv", LoadedBatch(columns, "here"), report, None, report.ready_rows(), summarise(report.ready_rows())
    )


class Receiver:
    """A channel that remembers what it got and what the ledger said at that moment."""

    destination = "box://here"

    def __init__(self, ledger, answer=None, *, stays=False):
        self.ledger, self.answer, self.stays, self.parcels, self.recorded = ledger, answer, stays, [], []

    def deliver(self, parcel, leaving=do_nothing):
        self.look()
        if not self.stays:
            leaving()
            self.look()
            self.parcels.append(parcel)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer or Outcome(State.SENT, "There.", evidence={"reply": "226"})

    def look(self):
        """Remember what the ledger says at this moment."""
        self.recorded += [(record.state, self.ledger.content(record.number)) for record in self.ledger.batches()]

    def probe(self):
        raise NotImplementedError


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "ledger.sqlite3") as opened:
        yield opened


def send(ledger, receiver, batch=None, **options):
    return submit(
        batch or checked(),
        Account("acme", "live"),
        receiver,
        ledger,
        clock=lambda: NOW,
        confirmation="asked",
        **options,
    )


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
    mine = checked(("M.8882.4808.1", 0.0, "REJECTED"), ("M.8882.4808.3", 0.0, "REJECTED"))
    send(ledger, Receiver(ledger))
    receiver = Receiver(ledger)
    with pytest.raises(RowsAlreadySentError, match=r"1 rows? .* M\.8882\.4808\.1 in batch 0001"):
        send(ledger, receiver, mine)
    assert receiver.parcels == []
    assert send(ledger, receiver, mine, allow_duplicate=True).outcome.state is State.SENT


def test_of_many_rows_sent_meanwhile_a_few_are_named(ledger):
    rows = [(f"M.8882.4808.{number}", 0.0, "REJECTED") for number in range(10, 20)]
    send(ledger, Receiver(ledger), checked(*rows))
    with pytest.raises(RowsAlreadySentError, match="and 5 more"):
        send(ledger, Receiver(ledger), checked(*rows, ("M.8882.4808.1", 0.0, "REJECTED")))


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
    batch = checked(("M.8882.4808.1", 0.0, "REJECTED"), ("M.8882.4808.2", "12,50", "ORDER_UPDATE"))
    receiver = Receiver(ledger)
    send(ledger, receiver, batch)
    assert receiver.parcels[0].content == b"ActionId,Amount,Reason\r\nM.8882.4808.1,0,REJECTED\r\n"


def test_errors_nothing_ready_and_another_number_stop_it():
    bad = checked(("M.8882.4808.1", 0.0, "REJECTED"), ("x", "y", "z"))
    with pytest.raises(RowsWithErrorsError, match="1 of 2 rows"):
        refuse_unready(bad, only_ready=False)
    refuse_unready(bad, only_ready=True, confirmed_rows=1)
    with pytest.raises(ConfirmationError, match="2 rows were confirmed"):
        refuse_unready(bad, only_ready=True, confirmed_rows=2)


@pytest.mark.parametrize("only_ready", [False, True])
@pytest.mark.parametrize("confirmed_rows", [None, 0, 1])
def test_a_list_without_a_ready_row_is_refused_without_an_advice_that_leads_nowhere(only_ready, confirmed_rows):
    with pytest.raises(NoRowsToSendError, match="None of the 1 rows") as refused:
        refuse_unready(checked(("x", "y", "z")), only_ready=only_ready, confirmed_rows=confirmed_rows)
    assert "--only-ready" not in str(refused.value)
