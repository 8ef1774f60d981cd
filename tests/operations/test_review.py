"""The review: figures that add up, every warning with its rows, and a page that can be read anywhere."""

import re
from datetime import UTC, datetime

import pytest

from action_returns.batch.context import PendingAction, PendingDownload, SentAction
from action_returns.operations.account import Account
from action_returns.operations.check import check_loaded
from action_returns.operations.html_pages import render_page
from action_returns.operations.previous_sends import PreviousSends
from action_returns.operations.review import named_rows, review, review_facts, write_review_page
from action_returns.readers.batch_file import LoadedBatch
from tests.batch.sheets import rows_of

ACCOUNT = Account("acme", "live")
NOW = datetime(2026, 11, 30, 9, 5, tzinfo=UTC)
IDS = [f"M.8882.4808.{1063415 + n}" for n in range(20)]


def facts(*rows, sent=None, current=None, include_sent=False):
    """Return the review of rows as label -> value.

    Args:
        rows: (ActionId, Amount, Reason) each.
        sent: ActionId -> what was sent for it before.
        current: ActionId -> current amount in cents, None without a download.
        include_sent: whether rows that may have arrived go out again.
    """
    checked = batch(*rows, sent=sent, current=current)
    page = review(checked.with_sent_rows() if include_sent else checked, ACCOUNT)
    return {fact.label: fact.value for fact in review_facts(page)}


def batch(*rows, sent=None, current=None):
    download = None
    if current is not None:
        actions = {action_id: PendingAction(cents) for action_id, cents in current.items()}
        download = PendingDownload(actions, len(actions), NOW, currency="EUR")
    reading = LoadedBatch(rows_of(*rows), "here", ("A note.",))
    return check_loaded("returns.csv", reading, ACCOUNT, now=NOW, past=PreviousSends(sent or {}), pending=download)


def earlier(state="sent", label="0007"):
    return SentAction(1, 0, "REJECTED", label, state)


def test_a_row_that_may_have_arrived_is_not_among_those_that_lock_soon():
    locks_at = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # 22 hours and 55 minutes after NOW
    actions = {action_id: PendingAction(100, locks_at) for action_id in IDS[:2]}
    reading = LoadedBatch(rows_of((IDS[0], "0", "REJECTED"), (IDS[1], "0", "REJECTED")), "here")
    past, pending = PreviousSends({IDS[0]: earlier()}), PendingDownload(actions, 2, NOW)
    checked = check_loaded("returns.csv", reading, ACCOUNT, now=NOW, past=past, pending=pending)
    shown = {fact.label: fact.value for fact in review_facts(review(checked, ACCOUNT))}
    assert shown["Locks soon"] == (
        f"1 row locks within 3 days. The earliest: row 3, {IDS[1]}, in less than 24 hours (2026-12-01 08:00 UTC). Send "
        "today: a locked action cannot be changed any more"
    )
    again = {fact.label: fact.value for fact in review_facts(review(checked.with_sent_rows(), ACCOUNT))}
    assert again["Locks soon"].startswith("2 rows lock within 3 days. The earliest: row 2, ")


def test_the_rows_of_the_file_and_the_rows_to_send_are_sums():
    shown = facts(
        (IDS[0], "0", "REJECTED"),
        (IDS[1], "5", "ORDER_UPDATE"),
        (IDS[2], "5", "ORDER_UPDATE"),
        (IDS[3], "x", "ORDER_UPDATE"),
        (IDS[4], "0", "REJECTED"),
        sent={IDS[4]: earlier()},
    )
    assert shown["Rows in file"] == "5 = 3 to be sent + 1 with errors + 1 sent before"
    assert shown["Rows to send"] == "3 = 1 reversal + 2 new totals"
    assert shown["New totals"] == "10.00 together"


def test_a_warning_names_its_rows_and_counts_the_others():
    rows = [(action_id, "9999999", "ORDER_UPDATE") for action_id in IDS[:8]]
    assert facts(*rows)["Warnings"] == "Amount is unusually large (8 amount-large): rows 2, 3, 4, 5, 6 and 3 more"
    assert facts(*rows[:1])["Warnings"] == "Amount is unusually large (1 amount-large): row 2"
    assert facts((IDS[0], "5", "ORDER_UPDATE"))["Warnings"] == "none"


def test_a_warning_of_a_row_that_stays_behind_is_not_among_those_that_are_sent():
    large = "9999999", "ORDER_UPDATE"
    rows = (IDS[0], "9999999", "nonsense"), (IDS[1], *large), (IDS[2], *large)
    shown = facts(*rows, sent={IDS[1]: SentAction(1, 999_999_900, "ORDER_UPDATE", "0007", "sent")})
    assert shown["Warnings"] == "Amount is unusually large (1 amount-large): row 4"
    assert shown["Errors"] == "Reason is not a known code (1 reason-unknown): row 2"


def test_rows_that_may_have_arrived_are_told_with_their_batch_and_its_doubt():
    rows = [(action_id, "0", "REJECTED") for action_id in IDS[:3]]
    sent = {IDS[0]: earlier(), IDS[1]: earlier("unknown", "0009")}
    assert facts(*rows, sent=sent)["Sent before"] == (
        "2 rows stay behind, may have arrived before: row 2 (batch 0007); row 3 (batch 0009, unknown whether it "
        "arrived: settle it first)"
    )
    again = facts(*rows, sent=sent, include_sent=True)
    assert again["Rows in file"] == "3 = 3 to be sent + 0 with errors + 0 sent before"
    assert again["Sent before"].startswith("2 rows that may have arrived before go out again: row 2 (batch 0007)")


def test_one_row_that_raises_is_seen_among_many_that_lower():
    rows = [(action_id, "0", "REJECTED") for action_id in IDS[:9]] + [(IDS[9], "99999999", "ORDER_UPDATE")]
    shown = facts(*rows, current={**dict.fromkeys(IDS[:9], 9_999_999_999), IDS[9]: 9_990})
    assert shown["Money effect"] == (
        "lowers order value by 800,000,100.81 EUR (1 row RAISES it by 99,999,899.10 EUR, others lower it)"
    )
    assert shown["Largest raises"] == f"row 11, {IDS[9]}: from 99.90 to 99,999,999.00 EUR"


def test_of_many_raises_the_largest_five_are_named():
    rows = [(action_id, f"{n + 2}", "ORDER_UPDATE") for n, action_id in enumerate(IDS[:7])]
    shown = facts(*rows, current=dict.fromkeys(IDS[:7], 100))
    assert shown["Largest raises"].startswith(f"row 8, {IDS[6]}: from 1.00 to 8.00 EUR; row 7, ")
    assert shown["Largest raises"].endswith("; and 2 more")


@pytest.mark.parametrize("current", [None, {IDS[1]: 500}])
def test_a_list_of_which_nothing_is_sent_changes_nothing(current):
    assert facts((IDS[0], "x", "REJECTED"), current=current)["Money effect"] == "none: no row would be sent"


def test_an_unknown_effect_is_called_unknown_and_what_it_leaves_out_is_told():
    rows = (IDS[0], "0", "REJECTED"), (IDS[1], "700", "ORDER_UPDATE")
    shown = facts(*rows, current={IDS[0]: 1_000, IDS[1]: None})
    assert shown["Money effect"].startswith("lowers order value by 10.00 EUR over the 1 row whose")
    assert shown["Not compared"] == "1 row of unknown current amount, new totals 700.00 EUR"
    assert facts(*rows, current={})["Money effect"] == (
        "changes order value by an unknown amount: the download has none of its current amounts"
    )


@pytest.mark.parametrize(
    ("rows", "number", "named"),
    [([7], 1, "row 7"), ([7, 12], 2, "rows 7, 12"), ([1, 2, 3, 4, 5, 6], 1_006, "rows 1, 2, 3, 4, 5 and 1,001 more")],
)
def test_rows_are_named_as_a_reader_counts_them(rows, number, named):
    assert named_rows(rows, number) == named


# ------------------------------------------------------------------------------------------------------- the page


def page_of(tmp_path, *rows, **options):
    path = tmp_path / "review.html"
    write_review_page(review(batch(*rows, **options), ACCOUNT), path)
    return path.read_text("utf-8")


def test_the_page_shows_a_raise_large_and_in_the_colour_of_an_error(tmp_path):
    page = page_of(tmp_path, (IDS[0], "12.50", "ORDER_UPDATE"), current={IDS[0]: 1_000})
    assert '<li class="error"><b class="figure error">+2.50 EUR</b> RAISES order value by 2.50 EUR</li>' in page
    assert '<td class="money error">12.50</td>' in page


def test_the_page_shows_a_fall_without_the_colour_of_an_error(tmp_path):
    page = page_of(tmp_path, (IDS[0], "0", "REJECTED"), current={IDS[0]: 1_000})
    assert '<b class="figure ">-10.00 EUR</b> lowers order value by 10.00 EUR</li>' in page
    assert '<td class="money">0.00</td>' in page


def test_the_page_never_shows_an_unknown_amount_as_zero_or_blank(tmp_path):
    page = page_of(tmp_path, (IDS[0], "12.50", "ORDER_UPDATE"), current={IDS[0]: None})
    assert '<b class="figure ">unknown</b>' in page
    assert '<td class="money">unknown</td><td class="money">12.50</td>' in page


def test_the_page_says_when_it_was_made_and_from_what(tmp_path):
    page = page_of(tmp_path, (IDS[0], "0", "REJECTED"))
    assert "<td>2026-11-30 09:05 UTC, from 1 row of here</td>" in page
    assert "<li>A note.</li>" in page


def test_what_a_cell_holds_is_text_on_the_page_and_nothing_is_loaded(tmp_path):
    page = page_of(tmp_path, ("<script>alert(1)</script>", "0", "<img src=x>"))
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r"<[^>]*(src|href)=|url\(|@import", page)


def test_the_small_screen_has_rules_for_every_table_with_many_columns():
    page = render_page("page.html", title="").decode()
    small = page[page.index("@media (max-width") :]
    for table in ("changes", "sent-rows", "findings"):
        assert f".{table} td:nth-child" in small
