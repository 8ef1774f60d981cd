"""Results are recorded as a whole or not at all, for every batch that the receiver may have."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.cells import ReadyRows
from action_returns.errors import LedgerError, UsageError
from action_returns.ledger.ledger import Ledger
from action_returns.operations.account import Account, open_account_ledger
from action_returns.operations.open_batches import open_batches
from action_returns.operations.receipt_results import find_results
from action_returns.operations.reconcile import Found, reconcile
from action_returns.operations.undo import plan_undo
from action_returns.operations.undo_texts import undo_notes
from action_returns.verdicts.results_csv import read_results
from action_returns.verdicts.verdict import RowResult, Verdict, Why
from tests.support.batches import checked_batch
from tests.support.ledgers import BATCH, claim
from tests.support.sending import NOW, Receiver, line_goes_dead, send

ACCOUNT = Account("acme", "live")
TAKEN = NOW + timedelta(days=2)
HEADER = b"ActionId,Verdict,Why,Amount,State,Word,Source,SeenAt\r\n"
APPLIED = RowResult(Verdict.APPLIED, Why.AS_SENT, 0, "PENDING", "", "pending", TAKEN)


@dataclass
class Everywhere:
    """Evidence that gives every row the same result, and remembers what it was asked."""

    result: RowResult = APPLIED
    proof: str = ""
    fails: BaseException | None = None

    def find(self, batches):
        self.asked = [batch.record.label for batch in batches]
        self.known = [batch.known for batch in batches]
        if self.fails:
            raise self.fails
        return [
            Found([self.result] * len(one.rows), "pending", TAKEN, {"file": "p.csv"}, self.proof) for one in batches
        ]


@pytest.fixture
def ledger(paths):
    with open_account_ledger(ACCOUNT, paths) as opened:
        yield opened


def rows(first):
    return checked_batch([(f"M.8882.4808.{first + at}", 0.0, "REJECTED") for at in range(2)])


def kinds(ledger, number):
    return [event.kind for event in ledger.events(number)]


def test_open_batches_are_asked_for_until_no_row_waits(paths, ledger):
    for first in (10, 20, 30):
        send(ledger, Receiver(ledger), rows(first))
    waits = RowResult(Verdict.TOO_EARLY, Why.RECENT, 0, "PENDING", "", "pending", TAKEN)
    (one,) = reconcile([2], Everywhere(), ACCOUNT, paths)
    assert (one.is_settled, one.has_differences, one.counts[Verdict.APPLIED]) == (True, False, 2)
    evidence = Everywhere(waits)
    assert [one.is_settled for one in reconcile(None, evidence, ACCOUNT, paths)] == [False, False]
    assert evidence.asked == ["0001", "0003"]
    reconcile(None, evidence, ACCOUNT, paths)
    assert evidence.asked == ["0001", "0003"]
    assert [known.earlier["M.8882.4808.10"] for known in evidence.known[:1]] == [waits]


def test_batches_of_another_account_are_not_asked_for(paths, ledger):
    send(ledger, Receiver(ledger), rows(10))
    evidence = Everywhere()
    assert reconcile(None, evidence, Account("probe", "test"), paths) == []


def test_a_batch_of_which_the_receiver_has_nothing_is_refused(paths, ledger):
    send(ledger, Receiver(ledger), rows(10))
    ledger.mark(1, "failed", "They have nothing.", shown="sent")
    evidence = Everywhere()
    with pytest.raises(UsageError, match="Batch 0001 is failed, so the receiver has nothing of it"):
        reconcile([1], evidence, ACCOUNT, paths)
    assert reconcile(None, evidence, ACCOUNT, paths) == []


@pytest.mark.parametrize("failure", [LedgerError("gone"), KeyboardInterrupt()])
def test_when_the_evidence_breaks_off_nothing_is_recorded(paths, ledger, failure):
    send(ledger, Receiver(ledger), rows(10))
    before = kinds(ledger, 1)
    with pytest.raises(type(failure)):
        reconcile([1], Everywhere(fails=failure), ACCOUNT, paths)
    assert kinds(ledger, 1) == before


def test_what_breaks_off_while_it_is_recorded_leaves_whole_batches(paths, ledger, monkeypatch):
    for first in (10, 20):
        send(ledger, Receiver(ledger), rows(first))
    add = Ledger._add_event  # the last step of a transaction

    def breaks(self, number, kind, detail):
        if (number, kind) == (2, "reconciled"):
            raise KeyboardInterrupt
        add(self, number, kind, detail)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_add_event", breaks)
        with pytest.raises(KeyboardInterrupt):
            reconcile(None, Everywhere(), ACCOUNT, paths)
    assert (kinds(ledger, 1)[-1], kinds(ledger, 2)[-1]) == ("reconciled", "outcome")
    assert (ledger.latest_results(2), ledger.problems()) == (None, [])


def test_certain_evidence_settles_a_batch_of_which_it_was_not_known_whether_it_arrived(paths, ledger):
    batch = Receiver(ledger)
    batch.deliver = lambda file, leaving: line_goes_dead(batch, file, leaving)
    send(ledger, batch, rows(10))
    assert ledger.batch(1).state == "unknown"
    (one,) = reconcile([1], Everywhere(), ACCOUNT, paths)
    assert (one.record.state, one.notes) == ("unknown", ())
    (one,) = reconcile([1], Everywhere(proof="the network lists the file"), ACCOUNT, paths)
    assert one.record.state == "sent"
    assert one.notes == ("Batch 0001 was unknown and is sent now: the network lists the file.",)
    outcome = ledger.events(1)[-2]
    assert (outcome.kind, outcome.detail["found"]) == ("outcome", "reconciled with a pending download")
    evidence = Everywhere(proof="the network lists the file")
    (one,) = reconcile([1], evidence, ACCOUNT, paths)
    assert (one.notes, kinds(ledger, 1).count("outcome")) == ((), 2)
    # What is found out later does not make the batch younger.
    assert evidence.known[0].sent_at < outcome.at


def test_a_row_that_certainly_did_not_arrive_is_refused_from_the_start(paths, ledger):
    ids = ["M.1.2.1", "M.1.2.2", "M.1.2.3", "M.1.2.4"]
    row_by_row = replace(BATCH, channel="api")
    number = claim(ledger, ReadyRows(ids, [0] * 4, ["REJECTED"] * 4), row_by_row).number
    ledger.mark_sending(number)
    for action_id, state in zip(ids, ("sent", "failed", "unknown"), strict=False):
        ledger.record_row_sending(number, action_id, {"method": "PUT"})
        ledger.record_row_outcome(number, action_id, state, f"It is {state}.", {})
    ledger.settle(number, "unknown", "Some rows.", {})
    evidence = Everywhere()
    reconcile([number], evidence, Account("acme", "live"), paths)
    (known,) = evidence.known
    assert {one: result.verdict.value for one, result in known.earlier.items()} == dict.fromkeys(
        ("M.1.2.2", "M.1.2.4"), "refused"
    )


def test_the_time_of_sending_is_that_of_the_program_that_sent(paths, ledger):
    batch = Receiver(ledger)
    batch.deliver = lambda file, leaving: line_goes_dead(batch, file, leaving)
    send(ledger, batch, rows(10))
    own = max(event.at for event in ledger.events(1))
    ledger.mark(1, "sent", "I looked.", shown="unknown")
    evidence = Everywhere()
    reconcile([1], evidence, ACCOUNT, paths)
    assert evidence.known[0].sent_at == max(own, ledger.batch(1).created_at)


def test_the_results_and_their_figures_are_on_record(paths, ledger):
    send(ledger, Receiver(ledger), rows(10))
    reconcile([1], Everywhere(), ACCOUNT, paths)
    event, results = ledger.latest_results(1)
    assert {key: event.detail[key] for key in ("source", "taken", "rows", "applied", "open", "file")} == {
        "source": "pending",
        "taken": TAKEN.astimezone(UTC).isoformat(timespec="seconds"),
        "rows": 2,
        "applied": 2,
        "open": 0,
        "file": "p.csv",
    }
    assert list(read_results(results)) == ["M.8882.4808.10", "M.8882.4808.11"]
    assert isinstance(event.at, datetime)


def test_a_batch_is_still_looked_at_when_the_program_ended_before_its_results_were_recorded(paths, ledger, monkeypatch):
    batch = Receiver(ledger)
    batch.deliver = lambda file, leaving: line_goes_dead(batch, file, leaving)
    send(ledger, batch, rows(10))

    def end(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(Ledger, "record_results", end)
        with pytest.raises(KeyboardInterrupt):
            reconcile([1], Everywhere(proof="the network lists the file"), ACCOUNT, paths)
    assert ledger.batch(1).state == "sent"
    assert [one.record.number for one in open_batches(None, ACCOUNT, ledger)] == [1]


@dataclass
class Together(Everywhere):
    """Evidence that another program records results beside, each time that it is asked."""

    ledger: Ledger | None = None
    others: tuple = ()

    def find(self, batches):
        found = super().find(batches)
        self.asked_in_all = [*getattr(self, "asked_in_all", []), *self.asked]
        for other in self.others[:1]:
            assert reconcile([1], other, ACCOUNT, self.paths)
        self.others = self.others[1:]
        return found


def test_what_another_program_records_meanwhile_is_read_before_anything_is_recorded_on_it(paths, ledger):
    for first in (10, 20):
        send(ledger, Receiver(ledger), rows(first))
    locked = RowResult(Verdict.LOCKED, Why.LOCKED, 5, "LOCKED", "", "pending", TAKEN + timedelta(days=1))
    evidence = Together(others=(Everywhere(locked),))
    evidence.paths = paths
    reconcile(None, evidence, ACCOUNT, paths)
    assert evidence.asked_in_all == ["0001", "0002", "0001"]
    assert evidence.known[0].earlier == dict.fromkeys(["M.8882.4808.10", "M.8882.4808.11"], locked)
    assert [kinds(ledger, number).count("reconciled") for number in (1, 2)] == [2, 1]


def test_a_batch_of_which_others_record_results_again_and_again_is_told_and_the_next_one_goes_on(paths, ledger):
    for first in (10, 20):
        send(ledger, Receiver(ledger), rows(first))
    waits = RowResult(Verdict.TOO_EARLY, Why.RECENT)
    evidence, refused = Together(others=(Everywhere(waits),) * 3), []
    evidence.paths = paths
    found = reconcile(None, evidence, ACCOUNT, paths, refused=refused)
    assert [one.record.label for one in found] == ["0002"]
    assert len(refused) == 1
    assert refused[0].startswith("Other programs record results of batch 0001 at this moment, so nothing was recorded")
    assert set(read_results(ledger.latest_results(1).results).values()) == {waits}
    evidence.others = (Everywhere(waits),) * 3
    with pytest.raises(LedgerError, match="nothing was recorded of it here"):
        reconcile([1], evidence, ACCOUNT, paths, refused=refused)


@pytest.mark.parametrize(
    "content",
    [
        b"Dear all,\r\n",
        b"",
        b"\xff",
        HEADER + b"M.8882.4808.10,perhaps,as-sent,,,,pending,\r\n",
        HEADER + b"M.8882.4808.10,applied\r\n",
        HEADER + b"M.8882.4808.10,applied,as-sent,,,,pending,2026-11-25T10:00:00\r\n",
        HEADER + b"M.8882.4808.10,applied,as-sent,,\rx,,pending,\r\n",
    ],
    ids=["words", "nothing", "no text", "verdict", "cut", "no zone", "carriage return"],
)
def test_results_that_cannot_be_read_are_told_and_count_for_nothing(paths, ledger, content):
    """A member of a team can record such ones with another program."""
    for first in (10, 20):
        send(ledger, Receiver(ledger), rows(first))
    reconcile([1], Everywhere(APPLIED._replace(verdict=Verdict.DIFFERENT)), ACCOUNT, paths)
    ledger.record_results(1, content, {"open": 2})
    assert "cannot be read" in find_results(1, ledger).problem
    undo = plan_undo(1, ACCOUNT, paths, pending=None, now=NOW.astimezone())
    assert "The latest results of batch 0001 on record cannot be read" in undo_notes(undo)[0]
    evidence, refused = Everywhere(), []
    found = reconcile(None, evidence, ACCOUNT, paths, refused=refused)
    assert ([one.record.label for one in found], refused) == (["0001", "0002"], [])
    assert set(evidence.known[0].earlier.values()) == {APPLIED._replace(verdict=Verdict.DIFFERENT)}
    assert (
        found[0].notes[0].startswith("The latest results of batch 0001 on record cannot be read. A program that is not")
    )
    assert find_results(1, ledger).problem == ""
