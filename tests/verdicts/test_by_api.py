"""What the API says of a file and of the actions now decides a row only where it is certain."""

from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.context import PendingAction
from action_returns.verdicts.by_api import ApiFindings, SingleChange, Update, decide_by_api, was_changed_afterwards
from action_returns.verdicts.by_pending import Known
from action_returns.verdicts.by_result import ReceiverResult, ResultEntry
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict, Why

SENT_AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
LATER, SOON = SENT_AT + timedelta(days=2), SENT_AT + timedelta(hours=2)
ROW, REVERSAL = SentRow("M.1000.7.1", 1250, "ORDER_UPDATE"), SentRow("M.1000.7.1", 0, "REJECTED")
BEFORE = PendingAction(2199, None, "PENDING", currency="USD")
COMPLETE = ReceiverResult((), "a.csv", "Complete", 1, 0)


def action(cents=2199, state="PENDING", currency="USD", locks_at=None):
    return PendingAction(cents, locks_at, state, currency=currency)


def decide(row=ROW, *, seen=None, taken=LATER, before=BEFORE, earlier=None, replaced=None, waits=False, **findings):
    known = Known(
        SENT_AT,
        {} if before is None else {row.action_id: before},
        {} if replaced is None else {row.action_id: replaced},
        {} if earlier is None else {row.action_id: earlier},
        waits_for_upload=waits,
    )
    found = ApiFindings({} if seen is None else {row.action_id: seen}, **findings)
    (result,) = decide_by_api([row], found, known, taken=taken, processing=timedelta(hours=24))
    assert result.verdict is not Verdict.APPLIED or result.source != "api" or result.seen_at == taken
    return result.verdict.value, result.why.value


def earlier(verdict, why=Why.AS_SENT, seen_at=SOON):
    return RowResult(verdict, why, 1250, "PENDING", "", "pending", seen_at)


@pytest.mark.parametrize(
    ("row", "facts", "expected"),
    [
        (ROW, {"seen": action(1250)}, ("applied", "as-sent")),
        (ROW, {"seen": action(1250), "taken": SOON}, ("applied", "as-sent")),
        (REVERSAL, {"seen": action(2199, "REVERSED")}, ("applied", "reversed")),
        (REVERSAL, {"seen": action(0)}, ("applied", "as-sent")),
        (ROW, {"seen": action(1250, "REVERSED")}, ("different", "other-amount")),
        (ROW, {"seen": action(state="APPROVED")}, ("locked", "locked")),
        (ROW, {"seen": action(state="APPROVED"), "taken": SOON}, ("locked", "locked")),
        (ROW, {"seen": action(locks_at=SENT_AT)}, ("locked", "locked")),
        (ROW, {"seen": action(locks_at=SENT_AT), "taken": SOON}, ("too_early", "recent")),
        (ROW, {"seen": action()}, ("different", "unchanged")),
        (ROW, {"seen": action(), "taken": SOON, "file": COMPLETE}, ("too_early", "recent")),
        (ROW, {"seen": action(2000), "taken": SOON, "file": COMPLETE}, ("different", "other-amount")),
        (ROW, {"seen": action(2000), "taken": SOON}, ("too_early", "recent")),
        (ROW, {"seen": action(2000), "before": None}, ("different", "other-amount")),
        (ROW, {"seen": action(1250, currency="EUR")}, ("too_early", "other-currency")),
        (ROW, {"seen": action(None)}, ("too_early", "not-told")),
        (ROW, {"seen": action(1250, None)}, ("too_early", "not-told")),
        (ROW, {"seen": action(1250), "file": ReceiverResult(status="Queued")}, ("too_early", "queued")),
        (ROW, {"seen": action(1250), "file": ReceiverResult(status="In Progress")}, ("too_early", "queued")),
        (ROW, {"seen": action(1250), "taken": SENT_AT}, ("too_early", "older")),
        (ROW, {"seen": action(1250), "replaced": "0007"}, ("too_early", "replaced")),
        (ROW, {}, ("too_early", "not-asked")),
        (ROW, {"unknown": {ROW.action_id}}, ("too_early", "not-known")),
        (ROW, {"unknown": {ROW.action_id}, "campaigns": {"1000"}}, ("missing", "not-known")),
        (ROW, {"seen": action(), "changes": {ROW.action_id: SingleChange(is_waiting=True)}}, ("too_early", "queued")),
        (
            ROW,
            {"seen": action(), "changes": {ROW.action_id: SingleChange(is_waiting=False, error="NO_ITEM")}},
            ("refused", "named-as-error"),
        ),
    ],
)
def test_a_row_is_decided_by_what_is_certain(row, facts, expected):
    assert decide(row, **facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"seen": action()}, ("too_early", "not-uploaded")),
        ({"seen": action(), "before": None}, ("too_early", "not-uploaded")),
        ({"seen": action(), "taken": SOON}, ("too_early", "recent")),
        ({"seen": action(), "file": COMPLETE}, ("different", "unchanged")),
        ({"seen": action(2000)}, ("different", "other-amount")),
        ({"seen": action(1250)}, ("applied", "as-sent")),
    ],
)
def test_an_unchanged_row_of_a_file_that_a_person_uploads_waits_until_the_network_lists_the_file(facts, expected):
    assert decide(**facts, waits=True) == expected


NAMED = COMPLETE._replace(errors=1, entries=[ResultEntry(Verdict.REFUSED, Why.NAMED_AS_ERROR, "NO_ITEM", line=2)])


def test_a_row_that_the_network_names_is_refused_unless_its_action_is_certainly_new():
    assert decide(seen=action(), file=NAMED) == ("refused", "named-as-error")
    assert decide(file=NAMED) == ("refused", "named-as-error")
    assert decide(seen=action(1250), before=action(1250), file=NAMED) == ("refused", "named-as-error")
    assert decide(seen=action(1250), before=None, file=NAMED) == ("refused", "named-as-error")
    assert decide(seen=action(1250), file=NAMED) == ("applied", "as-sent")


def test_a_line_that_may_be_the_row_beside_it_decides_nothing_by_itself():
    rows = [ROW, SentRow("M.1000.7.2", 900, "ORDER_UPDATE")]
    actions = {ROW.action_id: action(1250), "M.1000.7.2": action()}
    known = Known(SENT_AT, {row.action_id: BEFORE for row in rows})
    found = decide_by_api(rows, ApiFindings(actions, file=NAMED), known, taken=LATER, processing=timedelta(hours=24))
    assert [one.why.value for one in found] == ["as-sent", "line-unclear"]
    assert found[1].verdict is Verdict.TOO_EARLY


@pytest.mark.parametrize(
    ("kept", "facts", "expected"),
    [
        (earlier(Verdict.APPLIED), {"seen": action()}, ("different", "changed-afterwards")),
        (earlier(Verdict.APPLIED), {"unknown": {ROW.action_id}, "campaigns": {"1000"}}, ("applied", "as-sent")),
        (earlier(Verdict.APPLIED), {}, ("applied", "as-sent")),
        (earlier(Verdict.APPLIED), {"seen": action(), "file": ReceiverResult(status="Queued")}, ("applied", "as-sent")),
        (earlier(Verdict.APPLIED), {"seen": action(), "replaced": "0007"}, ("applied", "as-sent")),
        (earlier(Verdict.APPLIED, seen_at=LATER), {"seen": action(), "taken": SOON}, ("applied", "as-sent")),
        (earlier(Verdict.REFUSED, Why.NAMED_AS_ERROR), {"seen": action()}, ("refused", "named-as-error")),
        (earlier(Verdict.REFUSED, Why.NAMED_AS_ERROR), {"seen": action(1250)}, ("applied", "as-sent")),
        (earlier(Verdict.TOO_EARLY, Why.RECENT), {}, ("too_early", "not-asked")),
        (earlier(Verdict.LOCKED, Why.LOCKED), {"seen": action(None)}, ("locked", "locked")),
    ],
)
def test_an_earlier_result_stays_until_newer_evidence_says_otherwise(kept, facts, expected):
    assert decide(earlier=kept, **facts) == expected


def update(hours, delta, reason="ORDER_UPDATE", state="PENDING"):
    return Update(SENT_AT + timedelta(hours=hours), delta, reason, state)


def test_changes_prove_that_ours_was_applied_and_replaced():
    updates = [update(2, 750, "ITEM_RETURNED"), update(1, -949)]
    assert was_changed_afterwards(ROW, action(2000), updates) == "ITEM_RETURNED"
    assert decide(seen=action(2000), updates={ROW.action_id: updates}) == ("different", "changed-afterwards")
    reversed_first = [update(1, -2199, "REJECTED", "REVERSED"), update(2, 2199, "")]
    assert was_changed_afterwards(REVERSAL, action(2199), reversed_first) == "-"


@pytest.mark.parametrize(
    "updates",
    [
        [],
        [update(1, -949)],
        [update(1, -949, "OTHER"), update(2, 750)],
        [update(1, -949), update(2, None)],
        [update(1, -949), update(2, 751)],
        [update(1, -949), update(1, 750)],
        [update(1, -949, state="REVERSED"), update(2, 750)],
    ],
)
def test_changes_that_do_not_add_up_prove_nothing(updates):
    assert was_changed_afterwards(ROW, action(2000), updates) == ""


def test_a_list_that_contradicts_the_action_proves_nothing():
    assert was_changed_afterwards(REVERSAL, action(2199), [update(1, -2199, "REJECTED", "REVERSED")]) == ""
