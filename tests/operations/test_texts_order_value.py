"""What a batch does to the order value is said in words, and a raise cannot be overlooked."""

import pytest

from action_returns.batch.cells import ReadyRows
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.summary import Summary, summarise
from action_returns.operations.texts import order_value, raises
from tests.batch.sheets import NOW


def batch(*rows: tuple[int, int | None]) -> Summary:
    """Return the totals of rows with these new and current amounts, in cents."""
    ids = [f"M.1.1.{n}" for n in range(len(rows))]
    ready = ReadyRows(ids, [new for new, _ in rows], ["ORDER_UPDATE"] * len(rows))
    actions = {action_id: PendingAction(current) for action_id, (_, current) in zip(ids, rows, strict=True)}
    return summarise(ready, PendingDownload(actions, len(rows), NOW, currency="EUR"))


@pytest.mark.parametrize(
    ("rows", "text", "is_raise"),
    [
        ([(9_999_999, 12_349)], "RAISES order value by 99,876.50 EUR", True),
        ([(0, 120_750)], "lowers order value by 1,207.50 EUR", False),
        ([(500, 500)], "leaves order value as it is", False),
        ([(0, 0)], "leaves order value as it is", False),
        (
            [(0, 1000), (500, None)],
            "lowers order value by 10.00 EUR over the 1 row whose current amount is known; unknown for 1 row",
            False,
        ),
        (
            [(500, None)],
            "changes order value by an unknown amount: the download has none of its current amounts",
            False,
        ),
        (
            [(200_000, 100_000), (0, 500_000)],
            "lowers order value by 4,000.00 EUR (1 row RAISES it by 1,000.00 EUR, others lower it)",
            True,
        ),
        (
            [(300, 100), (300, 100), (0, 100)],
            "RAISES order value by 3.00 EUR (2 rows RAISE it by 4.00 EUR, others lower it)",
            True,
        ),
        ([(200, 100), (0, 100)], "leaves order value as it is (1 row RAISES it by 1.00 EUR, others lower it)", True),
    ],
)
def test_the_effect_is_a_sentence(rows, text, is_raise):
    summary = batch(*rows)
    assert (order_value(summary), raises(summary)) == (text, is_raise)


def test_without_a_download_the_effect_is_unknown_and_never_zero():
    summary = summarise(ReadyRows(["M.1.1.1"], [9_999_999_900], ["ORDER_UPDATE"]))
    assert order_value(summary) == "changes order value by an unknown amount: no pending download"
    assert not raises(summary)
