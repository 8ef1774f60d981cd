"""What a later pending download tells of the rows of a batch: no verdict is false, and what can be told is told."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.verdicts.by_pending import Known, ListAge, decide_by_pending
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

SENT_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOCKS_AT = SENT_AT + 30 * 24 * HOUR
ID = "M.8882.4808.1"
CHANGE = SentRow(ID, 1250, "ORDER_UPDATE")
REVERSAL = SentRow(ID, 0, "REJECTED")
BEFORE = PendingAction(5000, LOCKS_AT, "PENDING", currency="USD")
REFUSED = RowResult(Verdict.REFUSED, Why.NAMED_AS_ERROR, word="NO_ITEM", source="result", seen_at=SENT_AT + HOUR)


def action(cents, **facts):
    return replace_facts(BEFORE, cents=cents, **facts)


def replace_facts(one, **facts):
    return one._replace(**facts)


def verdict(row, seen, *, hours=30.0, older=0.0, before=BEFORE, count=10, others=False, processing=24, **known):
    """Return verdict and why of one row.

    Args:
        row: what was sent.
        seen: the action in the list, None when the list does not have it.
        hours: how long after the batch the list was made, at the latest.
        older: how much older it may be, in hours.
        before: what was known of the action.
        count: rows of the list.
        others: whether it lists actions that are not pending.
        processing: hours that the network may take.
        known: what else is on record.
    """
    latest = SENT_AT + hours * HOUR
    pending = PendingDownload({} if seen is None else {ID: seen}, count, latest)
    on_record = Known(SENT_AT, {} if before is None else {ID: before}, **known)
    (result,) = decide_by_pending(
        [row],
        pending,
        on_record,
        ListAge(latest - older * HOUR, latest),
        processing=processing * HOUR,
        lists_others=others,
    )
    return result.verdict, result.why


@pytest.mark.parametrize(
    ("row", "seen", "facts", "expected"),
    [
        (CHANGE, action(1250), {}, (Verdict.APPLIED, Why.AS_SENT)),
        (CHANGE, action(1250), {"hours": 1}, (Verdict.APPLIED, Why.AS_SENT)),
        (REVERSAL, action(0), {}, (Verdict.APPLIED, Why.AS_SENT)),
        (REVERSAL, action(5000, state="Reversed"), {}, (Verdict.APPLIED, Why.REVERSED)),
        (REVERSAL, action(5000, state="REJECTED"), {}, (Verdict.APPLIED, Why.REVERSED)),
        (CHANGE, action(5000), {}, (Verdict.DIFFERENT, Why.UNCHANGED)),
        (CHANGE, action(5000), {"hours": 24}, (Verdict.DIFFERENT, Why.UNCHANGED)),
        (CHANGE, action(5000), {"hours": 23.9}, (Verdict.TOO_EARLY, Why.RECENT)),
        (CHANGE, action(5000), {"hours": 47, "processing": 48}, (Verdict.TOO_EARLY, Why.RECENT)),
        (CHANGE, action(5000), {"hours": 1, "processing": 0}, (Verdict.DIFFERENT, Why.UNCHANGED)),
        (CHANGE, action(5000), {"hours": 1, "before": None}, (Verdict.TOO_EARLY, Why.RECENT)),
        (CHANGE, action(5000), {"before": None}, (Verdict.DIFFERENT, Why.OTHER_AMOUNT)),
        (CHANGE, action(2000), {"hours": 1}, (Verdict.DIFFERENT, Why.OTHER_AMOUNT)),
        (CHANGE, action(1250, state="REVERSED"), {}, (Verdict.DIFFERENT, Why.OTHER_AMOUNT)),
        (CHANGE, action(5000, state="APPROVED"), {}, (Verdict.LOCKED, Why.LOCKED)),
        (CHANGE, action(5000, state="Locked"), {"hours": 1}, (Verdict.LOCKED, Why.LOCKED)),
        (CHANGE, action(5000), {"hours": 31 * 24}, (Verdict.LOCKED, Why.LOCKED)),
        (REVERSAL, action(5000), {"hours": 31 * 24}, (Verdict.LOCKED, Why.LOCKED)),
        (CHANGE, action(1250), {"hours": 31 * 24}, (Verdict.APPLIED, Why.AS_SENT)),
        (CHANGE, action(1250), {"before": action(1250)}, (Verdict.APPLIED, Why.AS_SENT)),
        (REVERSAL, action(0), {"before": action(0)}, (Verdict.APPLIED, Why.AS_SENT)),
    ],
)
def test_a_list_that_is_newer_than_the_batch_tells_what_became_of_a_row(row, seen, facts, expected):
    assert verdict(row, seen, **facts) == expected


@pytest.mark.parametrize("seen", [None, action(1250), action(5000), action(2000), action(0, state="REVERSED")])
@pytest.mark.parametrize("row", [CHANGE, REVERSAL])
def test_a_list_from_before_the_batch_tells_nothing(row, seen):
    assert verdict(row, seen, hours=0) == (Verdict.TOO_EARLY, Why.OLDER)
    assert verdict(row, seen, hours=-1, before=None) == (Verdict.TOO_EARLY, Why.OLDER)


@pytest.mark.parametrize(
    ("row", "seen", "facts", "expected"),
    [
        (CHANGE, action(1250), {}, (Verdict.APPLIED, Why.AS_SENT)),
        (CHANGE, action(1250), {"before": None}, (Verdict.APPLIED, Why.AS_SENT)),
        (REVERSAL, action(5000, state="REVERSED"), {}, (Verdict.APPLIED, Why.REVERSED)),
        (CHANGE, action(1250), {"before": action(1250)}, (Verdict.TOO_EARLY, Why.OLDER)),
        (REVERSAL, action(0), {"before": action(0)}, (Verdict.TOO_EARLY, Why.OLDER)),
        (CHANGE, action(1250), {"explained": {ID}}, (Verdict.TOO_EARLY, Why.OLDER)),
        (CHANGE, action(5000), {}, (Verdict.TOO_EARLY, Why.OLDER)),
        (CHANGE, action(2000), {}, (Verdict.TOO_EARLY, Why.OLDER)),
        (CHANGE, action(5000, state="APPROVED"), {}, (Verdict.TOO_EARLY, Why.OLDER)),
        (REVERSAL, None, {}, (Verdict.TOO_EARLY, Why.OLDER)),
    ],
)
def test_a_list_that_may_be_older_than_the_batch_tells_only_what_cannot_have_been_so_before(row, seen, facts, expected):
    assert verdict(row, seen, hours=40, older=41, **facts) == expected


@pytest.mark.parametrize(
    ("row", "facts", "expected"),
    [
        (REVERSAL, {}, (Verdict.APPLIED, Why.LEFT_THE_LIST)),
        (REVERSAL, {"count": 10, "listed_before": 20}, (Verdict.APPLIED, Why.LEFT_THE_LIST)),
        (REVERSAL, {"count": 10, "listed_before": 21}, (Verdict.MISSING, Why.FEWER_ROWS)),
        (REVERSAL, {"others": True}, (Verdict.MISSING, Why.NOT_LISTED)),
        (REVERSAL, {"before": None}, (Verdict.MISSING, Why.NOT_LISTED)),
        (REVERSAL, {"before": action(None)}, (Verdict.MISSING, Why.NOT_LISTED)),
        (REVERSAL, {"before": action(0)}, (Verdict.MISSING, Why.NOT_LISTED)),
        (REVERSAL, {"before": action(5000, locks_at=None)}, (Verdict.MISSING, Why.NOT_LISTED)),
        (REVERSAL, {"hours": 31 * 24}, (Verdict.MISSING, Why.LOCK_DATE_PASSED)),
        (REVERSAL, {"hours": 31 * 24, "older": 10 * 24}, (Verdict.MISSING, Why.LOCK_DATE_PASSED)),
        (CHANGE, {}, (Verdict.MISSING, Why.NOT_LISTED)),
        (CHANGE, {"hours": 31 * 24}, (Verdict.MISSING, Why.LOCK_DATE_PASSED)),
        (CHANGE, {"count": 10, "listed_before": 21}, (Verdict.MISSING, Why.FEWER_ROWS)),
    ],
)
def test_an_action_that_the_list_does_not_have_was_reversed_only_where_nothing_else_explains_it(row, facts, expected):
    assert verdict(row, None, **facts) == expected


def test_a_list_of_another_campaign_reverses_nothing():
    rows = [SentRow("M.1.1.1", 0, "REJECTED"), SentRow("M.2.1.1", 0, "REJECTED"), SentRow("M.2.1.2", 0, "REJECTED")]
    known = Known(SENT_AT, {row.action_id: BEFORE for row in rows})
    at = SENT_AT + 30 * HOUR
    pending = PendingDownload({"M.2.1.1": action(0)}, 10, at)
    first, _, last = decide_by_pending(rows, pending, known, ListAge(at, at))
    assert (first.verdict, last.verdict) == (Verdict.MISSING, Verdict.APPLIED)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Why.NOT_LISTED),
        ({"cents": 0}, Why.LEFT_THE_LIST),  # it was reversed already
        ({"locks_at": None}, Why.LEFT_THE_LIST),
        ({"locks_at": SENT_AT + 2 * HOUR}, Why.LEFT_THE_LIST),
    ],
)
def test_a_list_that_leaves_out_a_row_which_cannot_have_locked_reverses_nothing(facts, expected):
    """It has a filter: a partner, or some days."""
    other = CHANGE._replace(action_id="M.8882.4808.2")
    known = Known(SENT_AT, {ID: BEFORE, other.action_id: action(**{"cents": 5000, **facts})})
    latest = SENT_AT + 30 * HOUR
    first, _ = decide_by_pending([REVERSAL, other], PendingDownload({}, 10, latest), known, ListAge(latest, latest))
    assert first.why is expected


def test_a_list_without_the_partner_of_an_action_reverses_nothing():
    known = Known(SENT_AT, {ID: action(5000, partner="Small")})
    latest = SENT_AT + 30 * HOUR
    for others, why in (({"Big"}, Why.LEFT_THE_LIST), ({"Small"}, Why.NOT_LISTED)):
        (result,) = decide_by_pending(
            [REVERSAL], PendingDownload({}, 10, latest), known, ListAge(latest, latest), other_partners=others
        )
        assert result.why is why


@pytest.mark.parametrize("state", ["Void", "CANCELLED", "Storniert", "Paid", "Reversed (fraud)", "Pending reversal"])
@pytest.mark.parametrize(("row", "cents"), [(CHANGE, 1250), (CHANGE, 5000), (REVERSAL, 5000)])
def test_a_state_in_a_word_that_is_not_known_tells_nothing(state, row, cents):
    """An action that is void may be taken back, whatever its amount."""
    assert verdict(row, action(cents, state=state)) == (Verdict.TOO_EARLY, Why.NOT_TOLD)


@pytest.mark.parametrize("state", ["Pending (modified)", "pending", "Approved", "LOCKED"])
def test_a_state_is_known_in_any_capitals(state):
    assert verdict(CHANGE, action(1250, state=state)) == (Verdict.APPLIED, Why.AS_SENT)


def test_a_list_with_a_state_of_another_kind_reverses_nothing_that_it_does_not_have():
    rows = [REVERSAL, SentRow("M.8882.4808.2", 1250, "ORDER_UPDATE")]
    known = Known(SENT_AT, {row.action_id: BEFORE for row in rows})
    at = SENT_AT + 30 * HOUR
    pending = PendingDownload({rows[1].action_id: action(1250, state="APPROVED")}, 10, at)
    assert [one.verdict for one in decide_by_pending(rows, pending, known, ListAge(at, at))] == ["missing", "applied"]


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (action(None), Why.NOT_TOLD),
        (action(1250, currency="EUR"), Why.OTHER_CURRENCY),
        (action(5000, currency="EUR"), Why.OTHER_CURRENCY),
    ],
)
def test_an_amount_that_cannot_be_compared_tells_nothing(seen, why):
    assert verdict(CHANGE, seen) == (Verdict.TOO_EARLY, why)
    earlier = RowResult(Verdict.DIFFERENT, Why.UNCHANGED, 5000, seen_at=SENT_AT + HOUR)
    assert verdict(CHANGE, seen, earlier={ID: earlier}) == (Verdict.DIFFERENT, Why.UNCHANGED)


def test_rows_of_the_list_that_disagree_about_the_state_tell_nothing():
    at = SENT_AT + 30 * HOUR
    actions = {ID: action(1250, state=None), "M.8882.4808.2": action(1)}
    (result,) = decide_by_pending([CHANGE], PendingDownload(actions, 2, at), Known(SENT_AT), ListAge(at, at))
    assert (result.verdict, result.why) == (Verdict.TOO_EARLY, Why.NOT_TOLD)
    (result,) = decide_by_pending([REVERSAL], PendingDownload(
        {**actions, ID: action(0, state=None)}, 2, at), Known(SENT_AT), ListAge(at, at))  # fmt: skip
    assert result.verdict is Verdict.APPLIED


def test_a_row_that_a_later_batch_changed_again_is_not_looked_for():
    assert verdict(CHANGE, action(5000), replaced={ID: "0002"}) == (Verdict.TOO_EARLY, Why.REPLACED)
    earlier = {ID: RowResult(Verdict.APPLIED, Why.AS_SENT, 1250, seen_at=SENT_AT + HOUR)}
    assert verdict(CHANGE, action(5000), replaced={ID: "0002"}, earlier=earlier)[0] is Verdict.APPLIED
    assert verdict(CHANGE, action(5000), replaced={ID: "0002"}, earlier={ID: REFUSED})[1] is Why.REPLACED


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (action(5000), (Verdict.REFUSED, Why.NAMED_AS_ERROR)),
        (None, (Verdict.REFUSED, Why.NAMED_AS_ERROR)),
        (action(1250), (Verdict.APPLIED, Why.AS_SENT)),
        (action(2000), (Verdict.DIFFERENT, Why.OTHER_AMOUNT)),
        (action(5000, state="APPROVED"), (Verdict.REFUSED, Why.NAMED_AS_ERROR)),
    ],
)
def test_a_refused_row_stays_refused_while_nothing_changes(seen, expected):
    assert verdict(CHANGE, seen, earlier={ID: REFUSED}) == expected


def test_what_the_receiver_said_tells_nothing_of_the_time_at_which_the_action_was_seen():
    later = REFUSED._replace(seen_at=SENT_AT + 90 * HOUR)
    assert verdict(CHANGE, action(1250), earlier={ID: later}) == (Verdict.APPLIED, Why.AS_SENT)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (action(5000), (Verdict.DIFFERENT, Why.CHANGED_AFTERWARDS)),
        (action(2000), (Verdict.DIFFERENT, Why.CHANGED_AFTERWARDS)),
        (action(1250), (Verdict.APPLIED, Why.AS_SENT)),
        (None, (Verdict.APPLIED, Why.AS_SENT)),
    ],
)
def test_an_applied_row_stays_applied_until_a_newer_list_shows_otherwise(seen, expected):
    applied = RowResult(Verdict.APPLIED, Why.AS_SENT, 1250, "PENDING", "", "pending", SENT_AT + 29 * HOUR)
    assert verdict(CHANGE, seen, earlier={ID: applied}) == expected
    older_list = applied._replace(seen_at=SENT_AT + 30 * HOUR)
    assert verdict(CHANGE, seen, earlier={ID: older_list})[0] is Verdict.APPLIED
    assert verdict(CHANGE, seen, hours=40, older=11, earlier={ID: applied})[0] is Verdict.APPLIED


def test_an_older_list_leaves_what_the_receiver_said():
    queued = RowResult(Verdict.TOO_EARLY, Why.QUEUED, source="api", seen_at=SENT_AT + HOUR)
    assert verdict(CHANGE, action(5000), hours=0, earlier={ID: queued}) == (Verdict.TOO_EARLY, Why.QUEUED)


@pytest.mark.parametrize(
    ("seen", "facts", "expected"),
    [
        (action(5000), {}, (Verdict.TOO_EARLY, Why.NOT_UPLOADED)),
        (action(5000), {"hours": 400}, (Verdict.TOO_EARLY, Why.NOT_UPLOADED)),
        (action(5000), {"before": None}, (Verdict.TOO_EARLY, Why.NOT_UPLOADED)),
        (action(5000), {"hours": 1}, (Verdict.TOO_EARLY, Why.RECENT)),
        (action(5000, state="APPROVED"), {}, (Verdict.LOCKED, Why.LOCKED)),
        (action(2000), {}, (Verdict.DIFFERENT, Why.OTHER_AMOUNT)),
        (action(1250), {}, (Verdict.APPLIED, Why.AS_SENT)),
    ],
)
def test_an_unchanged_row_of_a_file_that_a_person_uploads_waits(seen, facts, expected):
    assert verdict(CHANGE, seen, **facts, waits_for_upload=True) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Why.UNCHANGED),
        ({"explained": {"M.8882.4808.2"}}, Why.NOT_UPLOADED),
        ({"before": {ID: BEFORE}}, Why.NOT_UPLOADED),
        ({"before": {ID: BEFORE, "M.8882.4808.2": action(0)}}, Why.NOT_UPLOADED),
        ({"other": action(5000)}, Why.NOT_UPLOADED),
        ({"other": None}, Why.NOT_UPLOADED),
        ({"other": None, "earlier": Why.REVERSED}, Why.UNCHANGED),
        ({"other": None, "earlier": Why.LEFT_THE_LIST}, Why.NOT_UPLOADED),
    ],
)
def test_another_row_that_is_applied_proves_that_the_file_was_uploaded(facts, expected):
    other = SentRow("M.8882.4808.2", 0, "REJECTED")
    seen = facts.get("other", action(5000, state="REVERSED"))
    earlier = {}
    if "earlier" in facts:
        earlier = {
            other.action_id: RowResult(Verdict.APPLIED, facts["earlier"], None, "REVERSED", seen_at=SENT_AT + HOUR)
        }
    known = Known(
        SENT_AT,
        facts.get("before", {ID: BEFORE, other.action_id: BEFORE}),
        earlier=earlier,
        explained=facts.get("explained", ()),
        waits_for_upload=True,
    )
    made = SENT_AT + 30 * HOUR
    listed = {ID: action(5000)} | ({} if seen is None else {other.action_id: seen})
    results = decide_by_pending([CHANGE, other], PendingDownload(listed, 9, made), known, ListAge(made, made))
    assert results[0].why is expected


# What a network does, and what may be said of it.


@dataclass(frozen=True)
class Life:
    """One action at the network: hours are counted from the moment the batch was sent.

    Args:
        first: its amount in the download before the batch.
        sent: the amount that was sent.
        processed: when the network applies the row, counted from the upload, None when it refuses it.
        uploaded: when the file reaches the network: more than 0 where a person uploads it.
        by_hand: hour -> the amount that a person gives it at the network.
        locks: when it locks; nothing changes it from then on.
    """

    first: int
    sent: int
    processed: float | None
    uploaded: float
    by_hand: dict[float, int]
    locks: float

    def amount(self, hour):
        changes = dict(self.by_hand)
        if self.processed is not None:
            changes[self.uploaded + self.processed] = self.sent
        past = [at for at in changes if at <= hour and at < self.locks]
        return changes[max(past)] if past else self.first

    def listed(self, hour, *, all_states, zero_stays):
        """Return the action as a list of that hour shows it, None where the list does not have it."""
        cents = self.amount(hour)
        locks_at = SENT_AT + self.locks * HOUR
        if hour >= self.locks:
            return PendingAction(cents, locks_at, "REVERSED" if cents == 0 else "APPROVED") if all_states else None
        if cents == 0 and not zero_stays:
            return PendingAction(cents, locks_at, "REVERSED") if all_states else None
        return PendingAction(cents, locks_at, "PENDING")


HOURS = st.integers(-30, 90).map(lambda at: at / 1.0)
AMOUNTS = st.sampled_from([0, 1000, 2000, 3000])
LIVES = st.builds(
    Life,
    first=st.sampled_from([1000, 2000, 3000]),
    sent=AMOUNTS,
    processed=st.none() | st.integers(0, 23).map(lambda at: at + 0.5),
    uploaded=st.just(0.0),
    by_hand=st.dictionaries(
        st.integers(-10, 90).map(lambda at: at + 0.25), st.sampled_from([1000, 2000, 3000]), max_size=2
    ),
    locks=st.sampled_from([10.0, 40.0, 500.0]),
)
LISTS = st.lists(
    st.tuples(HOURS, st.sampled_from([0.0, 5.0, 50.0]), st.sampled_from([0.0, 5.0, 50.0]), st.booleans()),
    min_size=1,
    max_size=4,
)


def contradicts(life, hour, result, seen_as_sent):
    """Return whether a result is not true of the action at the hour of the list; said once more, in plain words."""
    now = life.amount(hour)
    is_true = {
        Verdict.APPLIED: now == life.sent,
        Verdict.DIFFERENT: now != life.sent and hour > 0,
        Verdict.LOCKED: now != life.sent and hour >= life.locks,
        Verdict.MISSING: hour > 0,
        Verdict.TOO_EARLY: True,
    }[result.verdict]
    if result.why is Why.UNCHANGED:
        is_true = is_true and now == life.first and hour >= 24
    if result.verdict is Verdict.DIFFERENT and life.uploaded and not seen_as_sent:
        is_true = is_true and now != life.first
    if result.why is Why.CHANGED_AFTERWARDS:
        is_true = is_true and any(at < hour for at in seen_as_sent)
    return not is_true


@settings(max_examples=400, deadline=None)
@given(LIVES, st.sampled_from([0.0, 0.5, 30.0, 70.0]), LISTS, st.booleans(), st.booleans())
def test_no_verdict_contradicts_what_happened_at_the_network(life, uploaded, lists, zero_stays, all_states):
    life = replace(life, uploaded=uploaded)
    row = SentRow(ID, life.sent, "REJECTED" if life.sent == 0 else "ORDER_UPDATE")
    before = {ID: PendingAction(life.first, SENT_AT + life.locks * HOUR, "PENDING")}
    known = Known(SENT_AT, before, waits_for_upload=uploaded > 0)
    seen_as_sent = []
    for hour, older, newer, is_before_known in lists:
        made = SENT_AT + hour * HOUR
        seen = life.listed(hour, all_states=all_states, zero_stays=zero_stays)
        pending = PendingDownload({} if seen is None else {ID: seen}, 5, made)
        age = ListAge(made - older * HOUR, made + newer * HOUR)
        facts = known if is_before_known else replace(known, before={})
        (result,) = decide_by_pending([row], pending, facts, age, lists_others=all_states)
        if result != known.earlier.get(ID):
            assert not contradicts(life, hour, result, seen_as_sent), (result, hour)
        if result.verdict is Verdict.APPLIED:
            seen_as_sent.append(hour)
        known = replace(known, earlier={ID: result})


@settings(max_examples=100, deadline=None)
@given(LIVES, st.integers(25, 90))
def test_a_list_of_a_day_later_always_tells_what_became_of_an_action_that_it_has(life, hour):
    row = SentRow(ID, life.sent, "REJECTED" if life.sent == 0 else "ORDER_UPDATE")
    seen = life.listed(hour, all_states=True, zero_stays=False)
    made = SENT_AT + hour * HOUR
    known = Known(SENT_AT, {ID: PendingAction(life.first, SENT_AT + life.locks * HOUR, "PENDING")})
    (result,) = decide_by_pending([row], PendingDownload({ID: seen}, 5, made), known, ListAge(made, made))
    now = life.amount(hour)
    assert result.verdict == ("applied" if now == life.sent else "locked" if hour >= life.locks else "different")
