"""The figures a person confirms."""

from action_returns.batch.cells import ReadyRows
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.summary import Raise, summarise
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


def test_an_effect_of_which_no_current_amount_is_known_is_unknown_and_never_zero():
    for actions in ({}, {"M.1.1.1": PendingAction(None)}):
        summary = summarise(ROWS, PendingDownload(actions, 1, NOW))
        assert (summary.known, summary.effect_cents, summary.unknown_cents) == (0, None, 5000)


def test_rows_above_their_current_amount_are_added_up_by_themselves():
    actions = {"M.1.1.1": PendingAction(9000), "M.1.1.2": PendingAction(4000), "M.1.1.3": PendingAction(10)}
    summary = summarise(ROWS, PendingDownload(actions, 3, NOW))
    assert (summary.effect_cents, summary.raised_rows, summary.raised_cents, summary.unknown_cents) == (
        -8010,
        1,
        990,
        0,
    )


def test_the_largest_raises_are_named_the_largest_first():
    rows = ReadyRows([f"M.1.1.{n}" for n in range(8)], [100 + n for n in range(8)], ["ORDER_UPDATE"] * 8, range(2, 10))
    actions = {action_id: PendingAction(100) for action_id in rows.action_ids}
    summary = summarise(rows, PendingDownload(actions, 8, NOW))
    assert (summary.raised_rows, summary.raised_cents) == (7, 28)
    assert summary.largest_raises == tuple(Raise(n + 2, f"M.1.1.{n}", 100, 100 + n) for n in (7, 6, 5, 4, 3))


def test_without_a_download_every_new_total_may_be_a_raise():
    assert summarise(ROWS).unknown_cents == 5000


def test_no_rows_add_up_to_nothing():
    summary = summarise(ReadyRows([], [], []))
    assert (summary.rows, summary.reversals, summary.changes, summary.new_total_cents, summary.reasons) == (
        0,
        0,
        0,
        0,
        {},
    )
