"""Whatever people and programs do in whatever order, the ledger, the receiver and a plain model of both agree.

The model is a list of what happened, in words; what may be sent follows from it by the rules of docs/guarantees.md.
"""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from action_returns.batch.cells import Columns
from action_returns.batch.check import check
from action_returns.batch.context import Context
from action_returns.channels.base import Outcome, State
from action_returns.errors import MarkError, RowsAlreadySentError
from action_returns.ledger.ledger import open_ledger
from action_returns.operations.account import Account
from action_returns.operations.check import CheckedBatch
from action_returns.operations.submit import submit
from action_returns.readers.batch_file import LoadedBatch

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ACTIONS = ["M.8882.4808.1", "M.8882.4808.2", "M.8882.4808.3"]
MAY_HAVE_ARRIVED = {"prepared", "sending", "sent", "handed-over", "unknown"}

lists = st.lists(st.sampled_from(ACTIONS), min_size=1, unique=True).flatmap(
    lambda ids: st.tuples(*(st.tuples(st.just(action_id), st.sampled_from([0, 500])) for action_id in ids))
)
outcomes = st.sampled_from(["sent", "handed-over", "failed", "unknown"])


@dataclass
class Batch:
    """What the model knows of a batch."""

    profile: str
    environment: str
    rows: tuple
    state: str
    again: bool = False
    arrived: bool = False
    marked: bool = False


class Killed(BaseException):
    """Stands for the end of the program: nothing after it runs."""


class Receiver:
    """A channel that does as it is told; what it took is never given back."""

    destination = "box://here"

    def __init__(self, environment, took, *, dies, outcome):
        self.environment, self.took, self.dies, self.outcome = environment, took, dies, outcome

    def deliver(self, parcel, leaving):
        if self.dies == "before":
            raise Killed
        if self.outcome == "failed early":
            return Outcome(State.FAILED, "No connection.")
        leaving()
        if self.outcome != "failed":
            self.took.append((self.environment, parcel.content))
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
        self.model, self.took = [], []

    def teardown(self):
        if hasattr(self, "ledger"):
            self.ledger.close()
            shutil.rmtree(self.folder)

    @rule(target=checks, rows=lists, environment=st.sampled_from(["live", "test"]))
    def check(self, rows, environment):
        """Check a list; what was sent before is as it is at this moment."""
        columns = Columns(
            [action_id for action_id, _ in rows],
            [cents / 100 for _, cents in rows],
            ["ORDER_UPDATE" if cents else "REJECTED" for _, cents in rows],
            rows=range(2, len(rows) + 2),
        )
        sent = self.ledger.sent_before(environment, columns.action_id)
        report = check(columns, context=Context(now=NOW, sent=sent))
        checked = CheckedBatch("list.csv", LoadedBatch(columns, "here"), report)
        assert checked.repeated == {
            action_id for action_id, cents in rows if self.was_sent(environment, action_id, cents)
        }
        assert {action_id: past.times for action_id, past in sent.items()} == self.times(environment, rows)
        return environment, rows, checked

    @rule(
        checked=checks,
        profile=st.sampled_from(["ann", "bob"]),
        outcome=st.one_of(outcomes, st.just("failed early")),
        dies=st.sampled_from(["", "", "before", "after"]),
        again=st.booleans(),
    )
    def send(self, checked, profile, outcome, dies, again):
        environment, rows, made = checked
        account = Account(profile, environment)
        new = Batch(profile, environment, rows, outcome.split()[0])
        # A killed program is one that has ended: its name is nobody's.
        self.ledger._store.process_name = (lambda: "1@2.00") if dies else type(self.ledger._store).process_name
        made = made.with_sent_rows() if again else made
        if not made.rows:
            return
        new.rows, new.again = tuple((action_id, cents) for action_id, cents, _ in made.rows), again
        receiver = Receiver(environment, self.took, dies=dies, outcome=outcome)
        took, stopped = len(self.took), False
        try:
            submit(made, account, receiver, self.ledger, clock=lambda: NOW, confirmation="model")
        except Killed:
            new.state = "sending" if dies == "after" and outcome != "failed early" else "prepared"
        except RowsAlreadySentError:
            stopped = True
        same = [batch.rows for batch in self.arrived(environment) if batch.profile == profile]
        assert stopped == (
            not again and (new.rows in same or any(self.was_sent(environment, *row) for row in new.rows))
        )
        if not stopped:
            new.arrived = len(self.took) > took
            self.model.append(new)

    @rule()
    def start_again(self):
        """Another program starts: it settles what the killed ones left."""
        self.ledger.close()
        self.ledger = open_ledger(self.path, lambda: NOW)
        for batch in self.model:
            batch.state = {"prepared": "failed", "sending": "unknown"}.get(batch.state, batch.state)

    @rule(at=st.integers(0, 30), state=st.sampled_from(["sent", "failed"]))
    def mark(self, at, state):
        if at >= len(self.model):
            return
        allowed = self.model[at].state in {"unknown", "handed-over"}
        try:
            self.ledger.mark(at + 1, state, "Looked.", shown=self.model[at].state)
        except MarkError:
            assert not allowed
        else:
            assert allowed
            self.model[at].state, self.model[at].marked = state, True

    @invariant()
    def the_ledger_says_what_happened(self):
        if hasattr(self, "ledger"):
            told = [(batch.profile, batch.environment, batch.state) for batch in reversed(self.ledger.batches())]
            assert told == [(batch.profile, batch.environment, batch.state) for batch in self.model]

    @invariant()
    def no_row_arrives_again_unless_somebody_wanted_that(self):
        if not hasattr(self, "ledger"):
            return
        for at, batch in enumerate(self.model):
            for row in batch.rows if batch.arrived and not batch.again else ():
                assert not self.repeats(
                    row, [earlier for earlier in self.model[:at] if earlier.environment == batch.environment]
                )

    def repeats(self, row, before):
        for earlier in reversed(before):
            held = dict(earlier.rows).get(row[0])
            if held is None or (earlier.state == "failed" and not earlier.marked):
                continue
            return held == row[1] and not earlier.marked
        return False

    def was_sent(self, environment, action_id, cents):
        held = [dict(batch.rows)[action_id] for batch in self.arrived(environment) if action_id in dict(batch.rows)]
        return held[-1:] == [cents]

    def times(self, environment, rows):
        asked = {action_id for action_id, _ in rows}
        found = Counter(action_id for batch in self.arrived(environment) for action_id, _ in batch.rows)
        return {action_id: count for action_id, count in found.items() if action_id in asked}

    def arrived(self, environment):
        return [batch for batch in self.model if batch.environment == environment and batch.state in MAY_HAVE_ARRIVED]


TestSending = Sending.TestCase
