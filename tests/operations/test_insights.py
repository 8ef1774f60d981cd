"""Insights: which batches are in the figures, and what they count."""

from datetime import UTC, datetime, timedelta

import pytest

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.ledger.ledger import open_ledger
from action_returns.operations.account import Account
from action_returns.operations.insights import MOST_BARS, OTHERS, count_locks, find_insights
from action_returns.operations.insights_page import charts_of, insights_page, notes_of
from action_returns.operations.kept_pending import kept_download
from tests.support.available import missing_browser, require
from tests.support.browser import DARK, violations
from tests.support.months import FORMULA, batch, november

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def insights(paths):
    with open_ledger(november(paths)) as ledger:
        return find_insights(ledger, Account(), now=NOW, pending=None)


def test_reversals_are_counted_in_their_week_without_failed_unknown_and_test_batches(insights):
    weeks = insights.weeks
    assert list(weeks)[-1] == "2026-11-30"
    assert (weeks["2026-10-26"], weeks["2026-11-02"], weeks["2026-11-16"]) == (2, 2, 1)
    assert insights.unknown == ("0005",)


def test_order_value_is_summed_by_reason_and_partner_each_currency_by_itself(insights):
    assert [(one.name, one.currency, one.cents) for one in insights.reasons][:2] == [
        ("REJECTED", "USD", -10_000),
        ("REJECTED", "EUR", -5_690),
    ]
    assert (FORMULA, "EUR", -4_990) in [(one.name, one.currency, one.cents) for one in insights.partners]


def test_a_chart_has_no_bar_for_what_is_not_known_and_a_note_says_so(insights):
    partners = charts_of(insights)[2]
    assert not any(bar.label.startswith("not known") for bar in partners.bars)
    assert any("is not known of 3 of 7 actions" in note for note in notes_of(insights))


def test_many_partners_are_ten_and_the_others_together(paths):
    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(paths.ledger_file) as ledger:
        rows = [(number, 0, "REJECTED") for number in range(1, 13)]
        batch(ledger, "sent", rows, {n: {"cents": n, "partner": f"p{n}", "currency": "EUR"} for n, _, _ in rows})
        found = find_insights(ledger, Account(), now=NOW, pending=None).partners
    assert [(one.name, one.cents) for one in found[-2:]] == [("p3", -3), (OTHERS, -3)]


def test_the_others_of_many_currencies_fit_into_a_chart(paths):
    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(paths.ledger_file) as ledger:
        rows = [(number, 0, "REJECTED") for number in range(1, 25)]
        known = {
            n: {"cents": n, "partner": f"p{n}", "currency": ("EUR", "USD", "GBP", "SEK")[n % 4]} for n, _, _ in rows
        }
        batch(ledger, "sent", rows, known)
        found = find_insights(ledger, Account(), now=NOW, pending=None).partners
    assert len(found) == MOST_BARS
    assert [one.name for one in found[-5:]] == ["p17", *[OTHERS] * 4]
    assert sum(one.cents for one in found) == -sum(range(1, 25))


def test_findings_are_counted_by_cause_from_what_was_confirmed(paths):
    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(paths.ledger_file) as ledger:
        said = {
            "who": "ann",
            "how": "asked",
            "warnings": "1,002 amount-large, 1 from-a-newer-version",
            "left_out_errors": 6,
        }
        batch(ledger, "sent", [(1, 0, "REJECTED")], confirmation=said)
        causes = find_insights(ledger, Account(), now=NOW, pending=None).causes
    assert list(causes.items()) == [
        ("Amount is unusually large", 1_002),
        ("Rows with errors that stayed behind", 6),
        ("from-a-newer-version", 1),
    ]


def test_actions_are_counted_by_the_days_until_they_lock():
    days = [None, -1, 0, 1, 3, 4, 7, 8, 14, 15, 100]
    actions = {
        str(at): PendingAction(locks_at=None if day is None else NOW + timedelta(days=day, hours=1 if day >= 0 else 0))
        for at, day in enumerate(days)
    }
    assert list(count_locks(PendingDownload(actions, len(days), NOW), NOW).values()) == [1, 1, 2, 2, 2, 2, 1]


def test_without_batches_every_chart_says_what_to_do(paths):
    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(paths.ledger_file) as ledger:
        found = find_insights(ledger, Account(), now=NOW, pending=None)
    assert [bool(chart.bars) for chart in charts_of(found)] == [False] * 5
    assert all(chart.empty for chart in charts_of(found))
    assert kept_download(Account(), paths) is None


@pytest.mark.parametrize("colours", [(), (DARK,)], ids=["bright", "dark"])
def test_everybody_can_use_the_page(insights, tmp_path, colours):
    require(missing_browser())
    assert violations(insights_page(insights), tmp_path, *colours) == []


def test_the_page_has_a_table_beside_each_chart_and_no_script(insights):
    page = insights_page(insights).decode()
    assert page.count("<svg ") == page.count("<summary>Figures") == 3
    assert "<script" not in page
    assert "<b>\n" not in page


def test_what_was_sent_again_or_changed_again_is_counted_once(paths):
    known = {n: {"cents": 5_000, "currency": "EUR", "partner": "Blog"} for n in (1, 2)}
    clock = [datetime(2026, 11, 25, tzinfo=UTC)]
    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(paths.ledger_file, now=lambda: clock[0]) as ledger:
        batch(ledger, "sent", [(1, 0, "REJECTED"), (2, 3_000, "ORDER_UPDATE")], known)
        again = {"include_sent": ["M.8882.4808.1"]}
        batch(ledger, "sent", [(1, 0, "REJECTED"), (2, 2_000, "ORDER_UPDATE")], known, **again)
        found = find_insights(ledger, Account(), now=NOW, pending=None)
    assert found.weeks["2026-11-23"] == 1
    assert [(one.name, one.cents, one.known, one.actions) for one in found.partners] == [("Blog", -8_000, 2, 2)]
