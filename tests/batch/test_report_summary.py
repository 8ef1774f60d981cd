"""The figures a person confirms."""

from action_returns.batch.cells import ReadyRows
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.report import summarise
from tests.batch.sheets import NOW

ROWS = ReadyRows(
    ["M.1.1.1", "M.1.1.2", "M.1.1.3", "M.1.1.4"],
    [0, 4990, 10, 0],
    ["REJECTED", "ORDER_UPDATE", "ORDER_UPDATE", "REJECTED"],
)


def test_the_rows_are_counted_and_added_up_by_what_they_do():
    summary = summarise(ROWS)
    assert (summary.rows, summary.reversals, summary.changes, summary.new_total_cents) == (4, 2, 2, 5000)
    assert summary.reasons == {"REJECTED": 2, "ORDER_UPDATE": 2}


def test_without_a_download_nobody_claims_to_know_the_effect():
    summary = summarise(ROWS)
    assert (summary.known, summary.effect_cents, summary.currency) == (None, None, None)


def test_with_a_download_the_effect_is_new_minus_current_over_the_rows_it_knows():
    actions = {
        "M.1.1.1": PendingAction(2500),
        "M.1.1.2": PendingAction(5000),
        "M.1.1.3": PendingAction(None),
        "M.9.9.9": PendingAction(7),
    }
    summary = summarise(ROWS, PendingDownload(actions, 4, NOW, currency="EUR"))
    assert (summary.known, summary.effect_cents, summary.currency) == (2, -2510, "EUR")


def test_a_download_that_knows_none_of_the_rows_gives_no_effect():
    summary = summarise(ROWS, PendingDownload({}, 0, NOW))
    assert (summary.known, summary.effect_cents) == (0, 0)


def test_no_rows_add_up_to_nothing():
    summary = summarise(ReadyRows([], [], []))
    assert (summary.rows, summary.reversals, summary.changes, summary.new_total_cents, summary.reasons) == (
        0,
        0,
        0,
        0,
        {},
    )
