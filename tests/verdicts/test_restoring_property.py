"""An undo in random histories of sends, undos, changes by hand and locks, against a model of the network."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.batch.context import PendingAction
from action_returns.verdicts.amount_before import EarlierRow, Evidence
from action_returns.verdicts.by_pending import ListAge
from action_returns.verdicts.restoring import LeftOut, plan_restoring
from action_returns.verdicts.verdict import SentRow

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
IDS = tuple(f"M.8882.4808.{number}" for number in range(4))


@dataclass
class Batch:
    rows: dict
    sent_at: datetime
    before: dict
    before_as_of: datetime | None
    really_before: dict = field(default_factory=dict)
    is_processed: bool = False


class Network:
    """Keeps actions: it makes the changes of a batch some hours after it was sent, those of locked actions never."""

    def __init__(self, lock_hours):
        self.now = BEGIN
        self.amounts = dict.fromkeys(IDS, 5000)
        self.locks = {one: BEGIN + timedelta(hours=hours) for one, hours in zip(IDS, lock_hours, strict=True)}
        self.batches, self.changed_by_hand, self.kept = [], set(), None
        self.unseen = set()

    def is_locked(self, action_id):
        return self.locks[action_id] <= self.now

    def list(self):
        """Return a pending download; the original amount is told of actions that people did not change."""
        return {
            one: PendingAction(
                amount,
                self.locks[one],
                "APPROVED" if self.is_locked(one) else "REVERSED" if amount == 0 else "PENDING",
                original_cents=None if one in self.changed_by_hand else 5000,
            )
            for one, amount in self.amounts.items()
        }

    def process(self):
        for batch in self.batches:
            if not batch.is_processed:
                batch.is_processed = True
                batch.really_before = dict(self.amounts)
                for action_id, cents in batch.rows.items():
                    if not self.is_locked(action_id):
                        self.amounts[action_id] = cents

    def wait(self, hours):
        """Let hours pass; a file is processed before a day has passed."""
        self.now += timedelta(hours=min(hours, 3))
        if hours > 3:
            self.process()
            self.now += timedelta(hours=hours - 3)

    def change_by_hand(self, action_id, cents):
        if not self.is_locked(action_id) and all(batch.is_processed for batch in self.batches):
            self.amounts[action_id] = cents
            self.changed_by_hand.add(action_id)
            self.unseen.add(action_id)

    def load(self):
        if all(batch.is_processed for batch in self.batches):
            self.kept, self.unseen = (self.now, self.list()), set()

    def send(self, rows, *, with_list):
        """Send rows. A change by hand that no list of the sender tells is nothing that an undo can know of."""
        with_list = with_list or bool(self.unseen)
        if with_list:
            self.load()
        if rows and not self.unseen:
            as_of, listed = self.kept if with_list and self.kept else (None, {})
            before = {one: listed[one] for one in rows if one in listed}
            self.batches.append(Batch(rows, self.now, before, as_of))
            self.now += timedelta(minutes=5)

    def evidence(self, batch, age):
        number = self.batches.index(batch)
        earlier, replaced = {}, {}
        for action_id in batch.rows:
            holding = [(at, one) for at, one in enumerate(self.batches) if action_id in one.rows]
            same = [
                at
                for at, one in holding
                if at < number and batch.before_as_of and one.before_as_of == batch.before_as_of
            ]
            earlier[action_id] = [
                EarlierRow(str(at), one.sent_at, one.rows[action_id], True, bool(same) and min(same) <= at)
                for at, one in reversed(holding)
                if at < number
            ]
            if holding[-1][0] > number:
                replaced[action_id] = str(holding[-1][0])
        known = {}
        if age is not None:
            known = {"pending": self.list(), "age": ListAge(self.now - timedelta(hours=age), self.now)}
        return Evidence(batch.sent_at, self.now, batch.before, batch.before_as_of, earlier, replaced, **known)


ACTION = st.sampled_from(IDS)
AMOUNT = st.sampled_from([0, 1000, 2000, 3000, 5000])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.dictionaries(ACTION, AMOUNT, min_size=1), st.booleans()),
        st.tuples(st.just("undo"), st.integers(0, 5), st.sampled_from([None, 0, 10, 300])),
        st.tuples(st.just("hand"), ACTION, AMOUNT),
        st.tuples(st.just("wait"), st.sampled_from([1, 2, 20, 30])),
    ),
    min_size=2,
    max_size=14,
)


@settings(max_examples=100)
@given(st.lists(st.integers(1, 200), min_size=4, max_size=4), STEPS)
def test_an_undo_restores_the_amount_from_before_and_touches_nothing_else(lock_hours, steps):
    network = Network(lock_hours)
    for step in steps:
        match step:
            case "send", rows, with_list:
                network.send(rows, with_list=with_list)
            case "hand", action_id, cents:
                network.change_by_hand(action_id, cents)
            case "wait", hours:
                network.wait(hours)
            case "undo", at, age if network.batches:
                batch = network.batches[at % len(network.batches)]
                undo_and_compare(network, batch, age)


def undo_and_compare(network, batch, age):
    """Undo a batch and look at the network; ``age``: by how many hours the list can be older, None without a list."""
    rows = [SentRow(action_id, cents, "ORDER_UPDATE") for action_id, cents in batch.rows.items()]
    plans = plan_restoring(rows, network.evidence(batch, age))
    counts = Counter(plan.left_out for plan in plans)
    assert [plan.row for plan in plans] == rows
    assert counts[None] + sum(counts[reason] for reason in LeftOut) == len(rows)
    later = network.batches[network.batches.index(batch) + 1 :]
    restored = {}
    for plan in plans:
        action_id = plan.row.action_id
        if plan.left_out is None:
            restored[action_id] = plan.cents
            assert not any(action_id in one.rows for one in later)
            if age is not None or action_id in batch.before:
                assert not network.is_locked(action_id)
            if age is not None and batch.is_processed:
                assert network.amounts[action_id] in {batch.rows[action_id], plan.cents}
    network.process()
    # Of an action that is locked, and without any list, nothing is known; the network takes no change of it either.
    applied = {one for one in restored if batch.really_before[one] != batch.rows[one] and not network.is_locked(one)}
    assert {one: restored[one] for one in applied} == {one: batch.really_before[one] for one in applied}
    if age is not None:
        network.send(restored, with_list=False)
