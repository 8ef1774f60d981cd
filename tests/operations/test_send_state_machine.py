"""Whatever people and programs do in whatever order, the ledger, the receiver and a plain model of both agree.

The model is a list of what happened, in words; what may be sent follows from it by the rules of docs/guarantees.md.
"""

import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from action_returns.batch.cells import Columns
from action_returns.batch.check import check
from action_returns.batch.context import Context
from action_returns.batch.csv_format import csv_bytes
from action_returns.channels.base import Outcome, State
from action_returns.errors import MarkError, NoRowsToSendError, RowsAlreadySentError
from action_returns.ledger.accounts import Sender, Way, account_name
from action_returns.ledger.ledger import open_ledger
from action_returns.operations.account import Account
from action_returns.operations.check import CheckedBatch
from action_returns.operations.submit import submit
from action_returns.readers.batch_file import LoadedBatch

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ACTIONS = ["M.8882.4808.1", "M.8882.4808.2", "M.8882.4808.3"]
MAY_HAVE_ARRIVED = {"prepared", "sending", "sent", "handed-over", "unknown"}
ABANDONED = {"prepared": "failed", "sending": "unknown"}
"""State of a batch whose program was killed -> what the next program makes of it."""
MARKED_FROM = {"sent": {"unknown", "handed-over"}, "failed": {"unknown", "handed-over", "sent"}}

LIVE_WAY = Way(account_name("live", "ann", None), "live", "ann", "ftp at impact")
PROFILES = {
    "one": [
        Sender("ann", "live", None, "ftp at impact"),
        Sender("bob", "live", None, "mail to impact", live=(LIVE_WAY,)),
        Sender("sly", "test", None, "ftp at impact", live=(LIVE_WAY,)),  # a test that leads to the live receiver
    ],
    "two": [Sender("eve", "live", "globex", "mail to globex")],
    "three": [Sender("try", "test", None, "ftp at the sandbox", live=(LIVE_WAY,))],
}
"""Account, as people think of it -> the profiles that send for it."""


class Person(Account):
    """A profile that is about to send."""

    @property
    def sender(self):
        return next(sender for senders in PROFILES.values() for sender in senders if sender.profile == self.name)


lists = st.lists(st.sampled_from(ACTIONS), min_size=1, unique=True).flatmap(
    lambda ids: st.tuples(*(st.tuples(st.just(action_id), st.sampled_from([0, 500])) for action_id in ids))
)
outcomes = st.sampled_from(["sent", "handed-over", "failed", "unknown"])


@dataclass
class Batch:
    """What the model knows of a batch."""

    account: str
    profile: str
    rows: tuple
    state: str
    marked: bool = False
    was_marked: bool = False


class Killed(BaseException):
    """Stands for the end of the program: nothing after it runs."""


class Receiver:
    """A channel that does as it is told; what it took is never given back."""

    destination = "box://here"

    def __init__(self, account, rows, took, *, dies, outcome):
        self.account, self.rows, self.took, self.dies, self.outcome = account, rows, took, dies, outcome

    def deliver(self, parcel, leaving):
        if self.dies == "before":
            raise Killed
        if self.outcome == "failed early":
            return Outcome(State.FAILED, "No connection.")
        leaving()
        if self.outcome != "failed":
            assert parcel.content == csv_bytes(
                (action_id, cents, "ORDER_UPDATE" if cents else "REJECTED") for action_id, cents in self.rows
            )
            self.took += [(self.account, action_id, cents) for action_id, cents in self.rows]
        if self.dies == "after":
            raise Killed
        return Outcome(State(self.outcome), "So it is.")


class Sending(RuleBasedStateMachine):
    """People check lists, send them, are killed, start again, and settle by hand what nobody knows."""

    checks = Bundle("checks")

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "ledger.sqlite3"
        self.ledger = open_ledger(self.path, lambda: NOW)
        self.model, self.took, self.wanted_again = [], [], Counter()
        self.in_doubt = Counter()
        self.knows = {}

    def teardown(self):
        if hasattr(self, "ledger"):
            self.ledger.close()
            shutil.rmtree(self.folder)

    @rule(target=checks, rows=lists, account=st.sampled_from(sorted(PROFILES)))
    def check(self, rows, account):
        """Check a list; what was sent before is as it is at this moment, whichever profile of the account asks."""
        columns = Columns(
            [action_id for action_id, _ in rows],
            [cents / 100 for _, cents in rows],
            ["ORDER_UPDATE" if cents else "REJECTED" for _, cents in rows],
            rows=range(2, len(rows) + 2),
        )
        sent, *others = [self.ledger.sent_before(sender, columns.action_id) for sender in PROFILES[account]]
        assert others == [sent] * len(others)
        report = check(columns, context=Context(now=NOW, sent=sent))
        checked = CheckedBatch("list.csv", LoadedBatch(columns, "here"), report)
        assert checked.repeated == {action_id for action_id, cents in rows if self.was_sent(account, action_id, cents)}
        assert {action_id: past.times for action_id, past in sent.items()} == self.times(account, rows)
        return account, rows, checked

    @rule(
        checked=checks,
        profile=st.integers(0, 2),
        outcome=st.one_of(outcomes, st.just("failed early")),
        dies=st.sampled_from(["", "", "before", "after"]),
        again=st.booleans(),
    )
    def send(self, checked, profile, outcome, dies, again):
        account, rows, made = checked
        sender = PROFILES[account][profile % len(PROFILES[account])]
        shown = made.repeated
        made = made.with_sent_rows() if again else made
        leaving = tuple(row for row in rows if again or row[0] not in shown)
        # A killed program is one that has ended: no program has its name.
        self.ledger._store.process_name = (lambda: "1@2.00") if dies else type(self.ledger._store).process_name
        repeats = [row for row in leaving if self.was_sent(account, *row) or self.is_about_to_leave(account, *row)]
        refused = [row for row in repeats if not again or row[0] not in shown or self.is_about_to_leave(account, *row)]
        new = Batch(account, sender.profile, leaving, outcome.split()[0])
        receiver = Receiver(account, leaving, self.took, dies=dies, outcome=outcome)
        stopped = None
        try:
            submit(
                made, Person(sender.profile, sender.environment), receiver, self.ledger, clock=lambda: NOW,
                confirmation="model",
            )  # fmt: skip
        except Killed:
            new.state = "sending" if dies == "after" and outcome != "failed early" else "prepared"
        except (RowsAlreadySentError, NoRowsToSendError) as error:
            stopped = type(error)
        assert stopped is self.refusal(leaving, refused)
        if stopped is None:
            self.wanted_again += Counter((account, action_id) for action_id, _ in repeats)
            if new.state == "sending":  # its program was cut off, and knows what became of it
                self.knows[len(self.model)] = outcome
            if outcome == "failed" and dies == "after":  # the receiver has nothing, and no program knows that
                self.in_doubt += Counter((account, action_id) for action_id, _ in leaving)
            self.model.append(new)

    @staticmethod
    def refusal(leaving, refused):
        """Return the error that stops a list of which some rows may have arrived, as the user was not told."""
        if not leaving:
            return NoRowsToSendError
        if not refused:
            return None
        return RowsAlreadySentError

    @rule()
    def start_again(self):
        """Another program starts: it settles what the killed ones left."""
        self.ledger.close()
        self.ledger = open_ledger(self.path, lambda: NOW)
        self.settle_abandoned()

    def settle_abandoned(self):
        for batch in self.model:
            batch.state = ABANDONED.get(batch.state, batch.state)

    @rule(at=st.integers(0, 30), state=st.sampled_from(["sent", "failed"]))
    def mark(self, at, state):
        if at >= len(self.model):
            return
        shown = self.model[at].state
        self.settle_abandoned()
        allowed = self.model[at].state in MARKED_FROM[state]
        try:
            self.ledger.mark(at + 1, state, "Looked.", shown=shown)
        except MarkError:
            assert not allowed
        else:
            assert allowed
            self.model[at].state = state
            self.model[at].was_marked = True
            self.model[at].marked = self.model[at].marked or state == "failed"

    @rule(at=st.integers(0, 30))
    def come_back(self, at):
        """A program that was taken for dead records what became of its batch, whatever a person has marked meanwhile."""
        if at not in self.knows:
            return
        outcome, batch = self.knows.pop(at), self.model[at]
        told = self.ledger.settle(at + 1, outcome, "So it is.", {})
        if not batch.was_marked or (batch.state == "failed" and outcome in {"sent", "handed-over"}):
            batch.state = outcome
        assert (told.state, told.mark is not None) == (batch.state, batch.was_marked)
        assert self.ledger.problems() == []

    @invariant()
    def the_ledger_says_what_happened(self):
        if hasattr(self, "ledger"):
            told = [(batch.profile, batch.state) for batch in reversed(self.ledger.batches())]
            assert told == [(batch.profile, batch.state) for batch in self.model]

    @invariant()
    def nothing_arrives_twice_in_a_row_more_often_than_somebody_wanted(self):
        if hasattr(self, "ledger"):
            holds, repeats = {}, Counter()
            for account, action_id, cents in self.took:
                repeats[account, action_id] += holds.get((account, action_id)) == cents
                holds[account, action_id] = cents
            marked_failed = Counter(
                (batch.account, action_id) for batch in self.model if batch.marked for action_id, _ in batch.rows
            )
            assert repeats <= self.wanted_again + marked_failed + self.in_doubt

    def was_sent(self, account, action_id, cents):
        """Whether the latest batch with the action that may have arrived holds it with this amount.

        A batch of which no byte has left is looked at only where there is no other: the receiver does not hold it.
        """
        held = [
            (batch.state != "prepared", at, dict(batch.rows)[action_id])
            for at, batch in enumerate(self.arrived(account))
            if action_id in dict(batch.rows)
        ]
        return bool(held) and max(held)[2] == cents

    def is_about_to_leave(self, account, action_id, cents):
        """Whether a program has recorded the row and may be about to send it."""
        return any((action_id, cents) in batch.rows for batch in self.arrived(account) if batch.state == "prepared")

    def times(self, account, rows):
        asked = {action_id for action_id, _ in rows}
        found = Counter(action_id for batch in self.arrived(account) for action_id, _ in batch.rows)
        return {action_id: count for action_id, count in found.items() if action_id in asked}

    def arrived(self, account):
        return [batch for batch in self.model if batch.account == account and batch.state in MAY_HAVE_ARRIVED]


TestSending = Sending.TestCase
if os.name == "nt":  # files are opened and closed many times slower there
    TestSending.settings = settings(max_examples=30)
