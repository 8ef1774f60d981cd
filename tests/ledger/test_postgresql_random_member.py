"""Whatever statements a member runs, in whatever order, each batch of the others stays true and every reader reads."""

import io
import json
import re
from hashlib import sha256

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from action_returns.ledger.attachment_kinds import pack
from action_returns.ledger.ledger import open_ledger
from action_returns.ledger.records import TeamDatabase
from tests.support import team_database
from tests.support.ledgers import row, settled
from tests.support.members import FILE, ROWS, WHEN, add_event, add_rows, facts_of, insert, signed_in

STATES = ("prepared", "sending", "sent", "handed-over", "failed", "unknown")
KINDS = (
    *("prepared", "confirmed", "sending", "outcome", "marked", "late-outcome", "x"),
    *("reconciled", "undo-drafted", "row-sending", "row-outcome"),
)
RESULTS = pack(b"what became of each row")
NAMED = sha256(RESULTS).hexdigest()

odd_text = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "{}", "[]", "NaN", '{"a": 1}', '{"a": 1e400}', '{"a": "\\u0000"}', WHEN, "2026-02-30", "\x1b[2J"]
    ),
)
number = st.one_of(st.integers(1, 9), st.sampled_from([0, -1, 2**31, 2**63 - 2]))
state = st.sampled_from(STATES)
detail = st.one_of(
    odd_text,
    st.fixed_dictionaries(
        {"state": state, "message": st.just("m"), "who": st.just("amy"), "why": st.just("w"), "was": state}
    ).map(json.dumps),
    st.fixed_dictionaries({"state": state, "message": st.just("m")}).map(json.dumps),
    st.fixed_dictionaries(
        {"state": state, "message": st.just("m"), "action": st.sampled_from(["M.7.7.1", "M.1.2.1"])}
    ).map(json.dumps),
)
rows = st.lists(
    st.tuples(st.sampled_from(["M.7.7.1", "M.7.7.2", "M.1.2.1", "=x"]), st.integers(0, 1250), st.just("REJECTED")),
    max_size=3,
)


class RandomMember(RuleBasedStateMachine):
    """Amy has a batch in every state; ben runs statements of his own in transactions of his own."""

    running = None
    name = 0

    @initialize()
    def begin(self):
        type(self).name += 1
        database = f"random_{self.name}"
        team_database.copy(self.running, "team", database)
        self.amy = open_ledger(TeamDatabase(self.running.url(database, "amy")))
        self.numbers = [settled(self.amy, one, row(at)) for at, one in enumerate(STATES)]
        self.opened = signed_in(self.running.url(database, "ben"))
        self.ben = self.opened.__enter__()
        self.before = {batch.number: batch for batch in self.amy.batches()}

    def attempt(self, *statements):
        """Run them in one transaction; a refusal of the database is what most of them deserve."""
        try:
            with self.ben.transaction():
                for statement in statements:
                    statement()
        except (psycopg.Error, UnicodeEncodeError):
            return
        self.look()

    def look(self):
        lines = io.StringIO()
        assert self.amy.export_lines(lines) == []
        now = {batch.number: batch for batch in self.amy.batches()}
        for at, batch in self.before.items():
            if now[at] != batch:  # only a mark changes it, or evidence that it arrived, and the message names ben
                event = [one for one in self.amy.events(at) if one.kind in ("marked", "outcome")][-1]
                assert event.db_user == "ben"
                assert event.kind == "marked" or (event.detail["state"] == "sent" and event.detail["found"])
                assert re.search(r"\((found by the )?database user ben\)", now[at].message)
            for kind in ("row-sending", "row-outcome"):
                assert all(one.db_user != "ben" for one in self.amy.events(at) if one.kind == kind)
        for batch in now.values():
            assert batch.db_user == ("amy" if batch.number in self.numbers else "ben")
            assert len(self.amy.rows(batch.number)) == batch.rows
        assert sorted(now) == list(range(1, len(now) + 1))
        self.before = now if all(one in self.numbers for one in now) else {at: now[at] for at in self.before}

    @rule(at=number, kind=st.sampled_from(KINDS), detail=detail, when=st.one_of(st.just(WHEN), odd_text))
    def event(self, at, kind, detail, when):
        self.attempt(lambda: add_event(self.ben, at, kind, detail, at=when))

    @rule(
        at=number, kind=st.sampled_from(["before", "results", "undo", "x"]),
        packed=st.sampled_from([RESULTS, b"x", b""]), named=st.sampled_from([NAMED, "0" * 64]),
        event=st.sampled_from(["reconciled", "undo-drafted", "confirmed", None]),
    )  # fmt: skip
    def belongs(self, at, kind, packed, named, event):
        named = sha256(packed).hexdigest() if named == NAMED else named
        told = {"who": "amy on laptop", "sha256": named, "before_sha256": named, "open": 0}
        self.attempt(
            lambda: insert(self.ben, "attachment", batch=at, kind=kind, sha256=named, bytes=packed),
            *([lambda: add_event(self.ben, at, event, told)] if event else []),
        )

    @rule(
        at=number,
        message=st.sampled_from(["m", "m (found by the database user ben)"]),
        found=st.sampled_from(["", "x"]),
    )
    def find(self, at, message, found):
        facts = {"state": "sent", "message": message, "found": found}
        self.attempt(
            self._update(at, "sent", "m", "{}", WHEN),
            lambda: add_event(self.ben, at, "outcome", facts),
        )

    @rule(at=number, rows=rows)
    def rows_of(self, at, rows):
        self.attempt(lambda: add_rows(self.ben, at, rows))

    def _update(self, at, state, message, evidence, when):
        return lambda: self.ben.execute(
            "UPDATE batch SET state = %s, message = %s, evidence = %s, settled_at = %s WHERE number = %s",
            (state, message, evidence, when, at),
        )

    @rule(
        at=number, state=state, message=st.one_of(st.just("m"), odd_text), evidence=st.one_of(st.just("{}"), odd_text),
        when=st.one_of(st.none(), st.just(WHEN), odd_text), detail=detail,
        before=st.booleans(), kind=st.sampled_from(KINDS),
    )  # fmt: skip
    def step(self, at, state, message, evidence, when, detail, before, kind):
        update = self._update(at, state, message, evidence, when)
        told = lambda: add_event(self.ben, at, kind, detail)  # noqa: E731
        self.attempt(*((told, update) if before else (update, told)))

    @rule(at=number, to=st.sampled_from(["sent", "failed"]), was=state)
    def mark(self, at, to, was):
        facts = {"state": to, "was": was, "who": "amy on laptop", "why": "w"}
        self.attempt(lambda: add_event(self.ben, at, "marked", facts), self._update(at, to, "m", "{}", WHEN))

    @precondition(lambda self: len(self.before) < 9)
    @rule(
        changes=st.dictionaries(st.sampled_from(["number", "who", "sha256", "row_count", "created_at", "evidence", "db_user"]),
                                st.one_of(number, odd_text), max_size=1),
        account=st.text("abc", min_size=3), file=st.sampled_from([FILE, FILE[:-2], b""]),
        rows=st.one_of(st.just(ROWS), rows), detail=st.one_of(st.just("{}"), detail), whole=st.booleans(),
    )  # fmt: skip
    def batch(self, changes, account, file, rows, detail, whole):
        facts = facts_of(self.ben, account=account, **changes)
        at = facts["number"]
        self.attempt(
            lambda: insert(self.ben, "batch", **facts),
            lambda: insert(self.ben, "content", batch=at, bytes=file),
            lambda: add_rows(self.ben, at, rows),
            lambda: add_event(self.ben, at, "prepared", detail),
            *([lambda: add_event(self.ben, at, "confirmed", {"who": "amy"})] if whole else []),
        )

    def teardown(self):
        if hasattr(self, "amy"):
            self.look()
            self.amy.close()
            self.opened.__exit__(None, None, None)


def explore(postgres, examples, steps):
    with_server = type("RandomMemberOfServer", (RandomMember,), {"running": postgres})
    run_state_machine_as_test(
        with_server,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # each attempt to shorten a failure would make a database
        ),
    )


def test_whatever_a_member_runs_every_reader_reads_and_no_batch_of_another_changes_unseen(postgres, made):
    explore(postgres, 15, 30)


@pytest.mark.long
def test_whatever_a_member_runs_at_length(postgres, made):
    explore(postgres, 300, 60)
