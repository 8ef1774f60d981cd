"""What a check says about a batch: rows beside rows, and rows beside what the download tells."""

from collections import Counter
from datetime import timedelta

import pytest

from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import CellError, Columns
from action_returns.batch.check import check
from action_returns.batch.context import Context, Policy, ReasonKind, SentAction
from tests.batch.sheets import GOOD_ID, NOW, codes, download, label, one_row, rows_of

EITHER = Policy(reasons={"OTHER": ReasonKind.EITHER, "REJECTED": ReasonKind.REVERSE, "ORDER_UPDATE": ReasonKind.MODIFY})


def good_batch(size):
    return [(f"M.8882.4808.{at}", at / 100, "ORDER_UPDATE" if at else "REJECTED") for at in range(size)]


@pytest.fixture
def calls(monkeypatch):
    """How often single cells are judged."""
    counted = Counter()
    for name in ("action_id", "amount", "reason"):
        plain = getattr(CellRules, name)

        def counting(self, cell, name=name, plain=plain):
            counted[name] += 1
            return plain(self, cell)

        monkeypatch.setattr(CellRules, name, counting)
    return counted


def test_a_clean_batch_of_ten_thousand_rows_is_never_judged_cell_by_cell(calls):
    report = check(rows_of(*good_batch(10_000)))
    assert (report.rows, report.ready, len(report)) == (10_000, 10_000, 0)
    assert not calls


def test_clean_amounts_written_as_text_are_never_judged_cell_by_cell(calls):
    report = check(rows_of(*[(i, f"{a:.2f}", r) for i, a, r in good_batch(1_000)]))
    assert report.ready == 1_000
    assert not calls


def test_only_the_bad_rows_are_judged_cell_by_cell(calls):
    batch = good_batch(2_000)
    for at in range(0, 2_000, 100):
        batch[at] = ("bad", "12,50", "nonsense")
    report = check(rows_of(*batch))
    assert (report.ready, report.errors) == (1_980, 60)
    assert calls["action_id"] <= 20
    assert calls["amount"] <= 20
    assert calls["reason"] <= 20


def test_an_empty_batch_has_nothing_to_say():
    report = check(Columns([], [], [], []))
    assert (report.rows, report.ready, list(report), list(report.ready_rows())) == (0, 0, [], [])


def test_a_good_row_is_ready_with_nothing_said():
    report = check(one_row(amount=49.9, reason="ORDER_UPDATE"))
    assert list(report) == []
    assert list(report.ready_rows()) == [(GOOD_ID, 4990, "ORDER_UPDATE")]


def test_a_blank_amount_is_never_zero():
    assert codes(one_row(amount=None)) == [(2, "Amount", "amount-missing")]
    assert codes(one_row(amount="")) == [(2, "Amount", "amount-missing")]
    assert check(one_row(amount=None)).ready == 0


def test_every_column_of_a_bad_row_gets_one_finding_in_the_order_of_the_columns():
    assert codes(one_row(None, None, None)) == [
        (2, "ActionId", "id-missing"),
        (2, "Amount", "amount-missing"),
        (2, "Reason", "reason-missing"),
    ]


@pytest.mark.parametrize(
    ("kind", "code"), [("error", "cell-error"), ("no-value", "formula-no-value"), ("merged", "cell-merged")]
)
def test_a_cell_that_holds_no_value_is_named_on_the_column_that_holds_it(kind, code):
    cell = CellError(kind, "#N/A")
    columns = one_row(cell, cell, cell)
    assert codes(columns) == [(2, "ActionId", code), (2, "Amount", code), (2, "Reason", code)]
    assert check(columns).ready == 0


# Two rows of one action


def test_every_later_row_of_an_action_names_the_first_one():
    report = check(
        rows_of(
            ("M.1.1.1", 5.0, "ORDER_UPDATE"),
            ("M.1.1.2", 0.0, "REJECTED"),
            *[("M.1.1.1", 5.0, "ORDER_UPDATE")] * 2,
            first=5,
        )
    )
    assert [(f.row, f.code) for f in report] == [(7, "id-duplicate"), (8, "id-duplicate")]
    assert all("already stands in row 5 with the same amount and reason." in f.message for f in report)
    assert list(report.ready_rows().rows) == [5, 6]


def test_a_repeat_shows_before_somebody_repairs_the_blank():
    first_good = rows_of(("M.1.1.1", 0.0, "REJECTED"), (" M.1.1.1", 0.0, "REJECTED"))
    assert codes(first_good) == [(3, "ActionId", "id-whitespace")]
    first_blank = rows_of(("m.1.1.1\n", 0.0, "REJECTED"), ("M.1.1.1", 0.0, "REJECTED"))
    assert codes(first_blank) == [(2, "ActionId", "id-whitespace"), (3, "ActionId", "id-duplicate")]
    assert "already stands in row 2 with" in check(first_blank)[1].message


def test_the_rows_of_a_repeated_action_are_grouped_under_its_good_id():
    rows = rows_of(
        ("m.8.1.1", 0.0, "REJECTED"),
        ("M.8.1.2", 0.0, "REJECTED"),
        (" M.8.1.3", 0.0, "REJECTED"),
        ("M.8.1.1", 0.0, "REJECTED"),
        ("nothing", 0.0, "REJECTED"),
        ("nothing", 0.0, "REJECTED"),
        ("M.8.1.3", 0.0, "REJECTED"),
        ("M.8.1. 1", 0.0, "REJECTED"),
    )
    assert check(rows).repeats() == {"M.8.1.1": [2, 5, 9], "M.8.1.3": [4, 8]}
    assert check(rows_of(("M.8.1.1", 0.0, "REJECTED"), ("M.8.1.2", 0.0, "REJECTED"))).repeats() == {}


def test_ids_that_the_account_tells_apart_are_never_one_group():
    rows = rows_of(*[(i, 5.0, "ORDER_UPDATE") for i in ("aB.1", "aB.1", "ab.1", "AB.1", "ab.1")])
    assert check(rows, Policy(action_id_pattern="[A-Za-z0-9.]+")).repeats() == {"aB.1": [2, 3], "ab.1": [4, 6]}


def test_ids_that_mean_no_action_repeat_nothing():
    rows = rows_of(*[(cell, 0.0, "REJECTED") for cell in (None, None, "", "x", "x", "1.2.3", "1.2.3", 5.0, 5.0)])
    assert "id-duplicate" not in check(rows).counts


def test_an_unusual_id_that_repeats_is_a_repeat():
    rows = rows_of(("M1", 0.0, "REJECTED"), ("M1", 0.0, "REJECTED"))
    assert codes(rows) == [(2, "ActionId", "id-unusual"), (3, "ActionId", "id-duplicate")]


@pytest.mark.parametrize(
    ("first", "later"), [(0, 1), (0, 63), (63, 64), (0, 64), (62, 63), (64, 127), (127, 128), (1, 129)]
)
def test_a_repeat_is_found_on_either_side_of_a_chunk(first, later):
    ids = [f"M.1.1.{at}" for at in range(130)]
    ids[later] = ids[first]
    assert codes(rows_of(*[(i, 0.0, "REJECTED") for i in ids])) == [(later + 2, "ActionId", "id-duplicate")]
    ids[70] = ids[5] = None
    assert (later + 2, "ActionId", "id-duplicate") in codes(rows_of(*[(i, 0.0, "REJECTED") for i in ids]))


# Campaigns


def test_an_id_of_another_campaign_than_most_is_worth_a_look_and_still_ready():
    rows = rows_of(("M.7.1.1", 0.0, "REJECTED"), ("M.8.1.1", 0.0, "REJECTED"), ("M.8.1.2", 0.0, "REJECTED"))
    report = check(rows)
    assert [(f.row, f.code, f.severity) for f in report] == [(2, "id-mixed-campaigns", "warning")]
    assert "campaign 7; other rows belong to 8." in report[0].message
    assert report.ready == 3


def test_where_two_campaigns_have_as_many_rows_the_first_one_counts():
    rows = rows_of(*[(f"M.{c}.1.{n}", 0.0, "REJECTED") for n, c in enumerate((7, 8, 8, 7))])
    assert codes(rows) == [(3, "ActionId", "id-mixed-campaigns"), (4, "ActionId", "id-mixed-campaigns")]


def test_a_campaign_whose_number_only_starts_alike_is_another_one():
    rows = rows_of(("M.8.1.1", 0.0, "REJECTED"), ("M.8.1.2", 0.0, "REJECTED"), ("M.88.1.1", 0.0, "REJECTED"))
    assert codes(rows) == [(4, "ActionId", "id-mixed-campaigns")]


@pytest.mark.parametrize(
    "stray", ["M.8.1.", "M.8.1.9\nM.8.1.9", "M.8.1.9 ", "x\nM.8.1.9", None, 5.0, 10**5000], ids=label
)
def test_a_cell_that_only_looks_like_the_campaign_hides_no_other_campaign(stray):
    rows = rows_of(*[(cell, 0.0, "REJECTED") for cell in ("M.8.1.1", "M.8.1.2", stray, "M.7.1.1")])
    assert (5, "ActionId", "id-mixed-campaigns") in codes(rows)


def test_a_repeated_row_of_another_campaign_is_said_to_be_repeated():
    rows = rows_of(*[(i, 0.0, "REJECTED") for i in ("M.8.1.1", "M.8.1.2", "M.8.1.3", "M.7.1.1", "M.7.1.1")])
    assert codes(rows) == [(5, "ActionId", "id-mixed-campaigns"), (6, "ActionId", "id-duplicate")]


def test_an_id_that_the_profile_refuses_is_not_also_said_to_be_of_another_campaign():
    rows = rows_of(*[(i, 0.0, "REJECTED") for i in ("M.8.1.1", "M.8.1.2", "M.7.1.1")])
    assert codes(rows, Policy(action_id_pattern=r"M\.8\..+")) == [(4, "ActionId", "id-shape")]


# Amount and reason together


@pytest.mark.parametrize(
    ("amount", "reason", "said"),
    [
        (0.0, "REJECTED", []),
        (5.0, "ORDER_UPDATE", []),
        (0.0, "OTHER", []),
        (5.0, "OTHER", []),
        ("0.00", "REJECTED", []),
        (5, "ORDER_UPDATE", []),
        (5.0, "REJECTED", ["reason-amount-mismatch"]),
        (0.0, "ORDER_UPDATE", ["reason-amount-mismatch"]),
        ("0", "ORDER_UPDATE", ["reason-amount-mismatch"]),
        ("0.01", "REJECTED", ["reason-amount-mismatch"]),
        (0.1 + 0.2, "REJECTED", ["reason-amount-mismatch"]),
        (0, "ORDER_UPDATE", ["reason-amount-mismatch"]),
        ("12,50", "REJECTED", ["amount-separator"]),
        (5.0, "rejected", ["reason-case"]),
    ],
)
def test_a_reason_and_an_amount_that_contradict_each_other_are_ambiguous(amount, reason, said):
    assert [code for *_, code in codes(one_row(amount=amount, reason=reason), EITHER)] == said


def test_the_contradiction_names_both_sides():
    message = check(one_row(amount=5.0))[0].message
    assert '"REJECTED"' in message
    assert '"5"' in message


@pytest.mark.parametrize(
    ("amount", "large"),
    [
        (999_999.99, False),
        (1_000_000.0, True),
        ("999999.99", False),
        ("1000000", True),
        (1_000_000, True),
        (5e13, True),
    ],
)
def test_an_amount_above_the_profiles_largest_is_worth_a_look(amount, large):
    report = check(one_row(amount=amount, reason="ORDER_UPDATE"))
    assert [f.code for f in report] == ["amount-large"] * large
    assert report.ready == 1
    assert all("above 999999.99." in f.message for f in report)


def test_the_largest_amount_itself_is_not_above_it_whatever_else_is_wrong():
    assert codes(one_row(amount=999_999.99, reason=None)) == [(2, "Reason", "reason-missing")]


def test_a_largest_amount_of_zero_asks_about_every_amount_but_zero():
    policy = Policy(max_cents=0)
    assert codes(one_row(amount=0.0), policy) == []
    assert codes(one_row(amount=0.01, reason="ORDER_UPDATE"), policy) == [(2, "Amount", "amount-large")]


def test_one_reason_that_cannot_even_be_looked_up_spoils_no_other_row():
    rows = rows_of(("M.1.1.1", 0.0, []), ("M.1.1.2", 0.0, "REJECTED"), ("M.1.1.3", 5.0, {}))
    assert codes(rows) == [(2, "Reason", "reason-unknown"), (4, "Reason", "reason-unknown")]
    assert check(rows).ready == 1


# The pending download


def said(columns, context):
    return [f.code for f in check(columns, context=context)]


def test_without_a_download_nothing_is_said_about_one():
    assert said(one_row(), Context(None, NOW)) == []


def test_an_action_that_is_not_in_the_download_is_worth_a_look():
    report = check(one_row(), context=download("M.9.9.9"))
    assert [(f.column, f.code, f.severity) for f in report] == [("ActionId", "action-unknown", "warning")]


@pytest.mark.parametrize(
    ("facts", "locked"),
    [
        ({"locks_at": NOW - timedelta(seconds=1)}, True),
        ({"locks_at": NOW}, True),
        ({"locks_at": NOW + timedelta(seconds=1)}, False),
        ({"state": "APPROVED"}, True),
        ({"state": "locked"}, True),
        ({"state": "PENDING"}, False),
        ({"state": ""}, False),
        ({}, False),
    ],
)
def test_an_action_whose_lock_date_has_passed_or_that_is_approved_is_not_sent(facts, locked):
    report = check(one_row(), context=download(**facts))
    assert [f.code for f in report] == ["action-locked"] * locked
    assert report.ready == (not locked)


def test_a_locked_action_tells_since_when_or_why():
    passed = check(one_row(), context=download(locks_at=NOW - timedelta(days=1)))[0].message
    assert f'"{GOOD_ID}" locked on 2026-11-22 at 12:00 UTC.' in passed
    approved = check(one_row(), context=download(state="APPROVED"))[0].message
    assert "has the state APPROVED, which takes no more changes." in approved


def test_a_lock_date_still_to_come_is_not_given_as_the_reason_of_an_approved_action():
    message = check(one_row(), context=download(state="APPROVED", locks_at=NOW + timedelta(days=30)))[0].message
    assert "has the state APPROVED, which takes no more changes." in message
    assert "locked on" not in message


def test_without_a_clock_no_lock_date_has_passed():
    assert said(one_row(), download(now=None, locks_at=NOW)) == []


@pytest.mark.parametrize(
    ("amount", "current", "code"),
    [
        (5.0, 500, "amount-unchanged"),
        ("5.00", 500, "amount-unchanged"),
        (0.0, 0, "amount-was-zero"),
        (5.01, 500, "amount-above-original"),
        (2_000_000.0, 500, "amount-above-original"),
        (2_000_000.0, 200_000_000, "amount-unchanged"),
        (2_000_000.0, 300_000_000, "amount-large"),
        (2_000_000.0, None, "amount-large"),
        (4.99, 500, None),
        (0.0, 500, None),
        (5.0, None, None),
        ("5,00", 500, "amount-separator"),
        # a little below 49.90, as a spreadsheet may compute it: it shows 49.90, and that is what would be sent
        (49.8999999999999, 4990, "amount-unchanged"),
        ("49.89", 4990, None),
        ("4999999999999.99", 500_000_000_000_000, "amount-large"),
        ("5000000000000.01", 500_000_000_000_000, "amount-above-original"),
    ],
)
def test_an_amount_is_compared_with_the_one_the_action_has(amount, current, code):
    reason = "REJECTED" if amount == 0.0 else "ORDER_UPDATE"
    assert said(one_row(amount=amount, reason=reason), download(cents=current)) == ([code] if code else [])


def test_an_amount_above_the_current_one_names_the_current_one():
    message = check(one_row(amount=5.01, reason="ORDER_UPDATE"), context=download(cents=500))[0].message
    assert '"5.01" is more than the action\'s current amount of 5.00.' in message


def test_the_download_is_asked_for_good_ids_only():
    assert said(one_row(" " + GOOD_ID), download()) == ["id-whitespace"]
    assert said(one_row(None), download()) == ["id-missing"]


def test_an_action_is_both_repeated_and_unknown():
    rows = rows_of((GOOD_ID, 0.0, "REJECTED"), (GOOD_ID, 0.0, "REJECTED"))
    assert said(rows, download("M.9.9.9")) == ["action-unknown", "id-duplicate", "action-unknown"]


# What was sent before


def sent_before(times=1, cents=0, reason="REJECTED", *, action_id=GOOD_ID, state="sent"):
    return Context(sent={action_id: SentAction(times, cents, reason, "0007", state)})


@pytest.mark.parametrize(
    ("times", "code"),
    [
        (1, None),
        (949, None),
        (950, "limit-near"),
        (999, "limit-near"),
        (1000, "limit-reached"),
        (1001, "limit-reached"),
    ],
)
def test_an_action_takes_a_thousand_modifications_and_warns_from_950_on(times, code):
    report = check(one_row(), context=sent_before(times, 500, "ORDER_UPDATE"))
    assert [(finding.column, finding.code) for finding in report] == ([("ActionId", code)] if code else [])
    assert report.ready == (code != "limit-reached")


def test_how_often_an_action_was_sent_stands_in_the_message():
    assert f'"{GOOD_ID}" was already sent in 1,234 batches.' in check(one_row(), context=sent_before(1234))[0].message
    assert f'"{GOOD_ID}" was already sent in 950 batches.' in check(one_row(), context=sent_before(950))[0].message


@pytest.mark.parametrize(
    ("amount", "reason", "before", "repeated"),
    [
        (0.0, "REJECTED", (0, "REJECTED"), True),
        ("0", "REJECTED", (0, "REJECTED"), True),
        ("0.00", "REJECTED", (0, "REJECTED"), True),
        (0.0, "ORDER_UPDATE", (0, "REJECTED"), False),
        (5.0, "REJECTED", (0, "REJECTED"), False),
        (5.0, "ORDER_UPDATE", (500, "ORDER_UPDATE"), True),
        ("5", "ORDER_UPDATE", (500, "ORDER_UPDATE"), True),
        (5.01, "ORDER_UPDATE", (500, "ORDER_UPDATE"), False),
        ("5,00", "ORDER_UPDATE", (500, "ORDER_UPDATE"), False),
        (None, "REJECTED", (0, "REJECTED"), False),
        (0.0, "rejected", (0, "rejected"), False),
        (0.0, None, (0, "REJECTED"), False),
        (0.0, [], (0, "REJECTED"), False),
    ],
)
def test_only_the_same_amount_for_the_same_reason_was_sent_before(amount, reason, before, repeated):
    assert ("already-sent" in said(one_row(amount=amount, reason=reason), sent_before(2, *before))) == repeated


def test_a_repeated_row_names_the_batch_and_may_still_be_sent():
    report = check(one_row(amount="0.00"), context=sent_before())
    assert [(finding.column, finding.severity) for finding in report] == [("ActionId", "warning")]
    assert "already sent with this amount and reason in batch 0007." in report[0].message
    assert report.ready == 1


@pytest.mark.parametrize(
    ("state", "told", "advice"),
    [
        ("sent", "was already sent with this amount and reason in batch 0007.", "Nothing to do if once is enough"),
        (
            "handed-over",
            "was already sent with this amount and reason in batch 0007.",
            "Nothing to do if once is enough",
        ),
        ("unknown", "in batch 0007, of which it is not known whether it arrived.", "Settle batch 0007 first"),
        (
            "sending",
            "is being sent with this amount and reason at this moment, in batch 0007.",
            "Wait until batch 0007",
        ),
        (
            "prepared",
            "is being sent with this amount and reason at this moment, in batch 0007.",
            "Wait until batch 0007",
        ),
    ],
)
def test_a_row_of_a_batch_that_may_not_have_arrived_is_never_called_sent(state, told, advice):
    message = check(one_row(), context=sent_before(state=state))[0].message
    assert told in message
    assert advice in message
    assert ("already sent" in message) == (state in {"sent", "handed-over"})


def test_a_repeated_row_of_a_used_up_action_hears_both_and_stays_behind():
    report = check(one_row(), context=sent_before(1000))
    assert sorted(finding.code for finding in report) == ["already-sent", "limit-reached"]
    assert report.ready == 0


def test_the_past_is_asked_for_good_ids_only():
    assert said(one_row(" " + GOOD_ID), sent_before(1000)) == ["id-whitespace"]
    assert said(one_row("m" + GOOD_ID[1:]), sent_before(1000)) == ["id-case"]
    assert said(one_row("x"), sent_before(1000, action_id="x")) == ["id-shape"]
    assert said(one_row([]), sent_before(1000)) == ["id-not-text"]


def test_a_row_that_repeats_another_one_is_held_against_the_past_as_well():
    rows = rows_of((GOOD_ID, 0.0, "REJECTED"), (GOOD_ID, 0.0, "REJECTED"))
    assert sorted(said(rows, sent_before())) == ["already-sent", "already-sent", "id-duplicate"]


def test_what_was_sent_for_other_actions_costs_no_look_at_any_row(calls):
    others = {f"M.1.1.{at}": SentAction(1000, 0, "REJECTED", "0001") for at in range(1_000)}
    assert check(rows_of(*good_batch(10_000)), context=Context(sent=others)).ready == 10_000
    assert not calls


def test_only_rows_of_actions_that_were_sent_before_are_looked_at(calls):
    before = {f"M.8882.4808.{at}": SentAction(1, 0, "REJECTED", "0001") for at in range(0, 10_000, 1_000)}
    assert check(rows_of(*good_batch(10_000)), context=Context(sent=before)).ready == 10_000
    assert calls["reason"] == 10
    assert calls["amount"] <= 10, "an amount is read only where the reason is the same"


def test_the_ready_rows_that_were_sent_before_can_be_told_apart():
    rows = rows_of(
        (GOOD_ID, 0.0, "REJECTED"), ("M.8882.1.1", 0.0, "REJECTED"), ("x", 0.0, "REJECTED"), (GOOD_ID, 0.0, "REJECTED")
    )
    report = check(rows, context=sent_before())
    assert report.counts["already-sent"] == 2
    assert report.ready_with("already-sent") == [0], "the last row repeats the first one, so it stays behind"
    assert report.ready_with("limit-near") == []


class CountedRows(list):
    """Sheet rows of a batch that count how many of them were looked at."""

    looked_at = 0

    def __getitem__(self, at):
        CountedRows.looked_at += 1
        return super().__getitem__(at)


@pytest.mark.parametrize("amount_of", [lambda _at: 0.0, float], ids=["identical", "contradicting"])
def test_the_text_of_a_repeated_row_looks_at_few_of_the_others(amount_of, monkeypatch):
    monkeypatch.setattr(CountedRows, "looked_at", 0)
    rows = CountedRows(range(2, 2_002))
    repeated = Columns([GOOD_ID] * 2_000, [amount_of(at) for at in rows], ["ORDER_UPDATE"] * 2_000, rows)
    texts = [finding.message for finding in check(repeated)]
    assert len(texts) >= 2_000
    assert CountedRows.looked_at < 20 * len(texts)


# Hidden rows


def test_a_hidden_row_is_sent_too_and_says_so_beside_what_else_is_wrong():
    rows = rows_of(
        (GOOD_ID, 0.0, "REJECTED"), ("x", 0.0, "REJECTED"), ("M.8882.1.1", 0.0, "REJECTED"), hidden=frozenset({2, 3})
    )
    assert codes(rows) == [(2, "ActionId", "row-hidden"), (3, "ActionId", "id-shape"), (3, "ActionId", "row-hidden")]
    assert check(rows).ready == 2


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        Columns(["M.1.1.1"], [], ["REJECTED"], [2])
