"""Orders that no partner is paid for never bury the few orders that need a person, and a wrong order column is noticed."""

from datetime import UTC, datetime

import pytest

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.errors import NothingToImportError
from action_returns.operations.account import Account
from action_returns.operations.import_returns import preview_import, refuse_nothing
from action_returns.operations.import_without_action import decisions, none_found, without_action
from tests.support.imports import FIRST, HEADER, SECOND

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DATED = "Name,Financial Status,Paid at,Created at,Total,Currency,Refunded Amount\r\n"


@pytest.fixture
def look(tmp_path, paths):
    """Imports a text beside the actions of the orders 1001, which is pending, and 1002, which is locked."""
    actions = {
        FIRST: PendingAction(4990, order_id="1001", currency="EUR"),
        SECOND: PendingAction(3000, order_id="1002", currency="EUR", locks_at=datetime(2026, 11, 1, tzinfo=UTC)),
    }

    def importing(text, as_of=NOW, actions=actions, examples=()):
        (tmp_path / "orders.csv").write_text(text, newline="")
        pending = PendingDownload(actions, 9, as_of, order_examples=examples)
        return preview_import(tmp_path / "orders.csv", Account(), paths, now=NOW, pending=pending)

    return importing


def refunded(order, amount="10.00", currency="EUR"):
    return f"{order},partially_refunded,2026-11-02,49.90,{currency},{amount},,Hat\r\n"


def dated(order, date):
    return f"{order},partially_refunded,2026-11-02,{date},49.90,EUR,10.00\r\n"


LOCKED = "#1002,refunded,2026-11-02,30.00,EUR,30.00,,Shoe\r\n"


def test_orders_without_an_action_are_counted_apart_from_those_that_need_a_decision(look):
    preview = look(HEADER + LOCKED + refunded("#9001") + refunded("#9002")).preview
    assert decisions(preview) == "1 order needs a decision; 2 have no pending action"
    assert [left.order for left in preview.without_action] == ["#9001", "#9002"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (refunded("#1001"), ""),
        (LOCKED, "1 order needs a decision"),
        (refunded("#9001"), "1 order has no pending action"),
        (refunded("#9001") + refunded("#9002"), "2 orders have no pending action"),
        (refunded("#1001", "60.00") + LOCKED + refunded("#9001"), "2 orders need a decision; 1 has no pending action"),
    ],
)
def test_the_counts_are_said_in_singular_and_plural(look, lines, said):
    assert decisions(look(HEADER + lines).preview) == said


def test_one_paragraph_has_their_number_what_they_mean_the_sum_of_each_currency_and_the_first_few(look):
    text = (
        refunded("#1001")
        + "".join(refunded(f"#900{at}", "1.10") for at in range(1, 5))
        + refunded("#9005", "3.00", "USD")
    )
    assert without_action(look(HEADER + text)) == (
        "5 orders have no pending action. Mostly no partner is paid for such an order, and there is nothing to do. Else its "
        "action is no longer pending, or not yet. Refunded of them: 4.40 EUR, 3.00 USD. The first: #9001 (line 3), #9002 "
        "(line 4), #9003 (line 5)."
    )


def test_an_order_number_that_a_spreadsheet_program_damaged_needs_a_person(look):
    preview = look(HEADER + refunded("5.5E+12")).preview
    assert [left.code for left in preview.left] == ["order-unknown"]
    assert (preview.needs_a_person, preview.without_action) == (1, [])


def test_without_such_an_order_nothing_is_said(look):
    assert without_action(look(HEADER + refunded("#1001"))) == ""


# -------------------------------------------------------------------------------------------------- a newer download


def test_a_newer_download_is_proposed_when_one_of_the_orders_is_newer_than_the_download(look):
    text = DATED + dated("#1001", "2026-11-30 10:00:00 +0100") + dated("#9001", "2026-11-21 23:59:59 +0100")
    text += dated("#9002", "2026-11-02 08:00:00 +0100")
    newer = without_action(look(text, datetime(2026, 11, 20, 9, tzinfo=UTC)))
    assert newer.endswith(
        "The latest date of these orders in the export is 2026-11-21, and the pending download is of 2026-11-20: a newer "
        "download may have their actions."
    )
    assert "newer download" not in without_action(look(text, datetime(2026, 11, 22, 9, tzinfo=UTC)))


@pytest.mark.parametrize("date", ["21/11/2026", ""])
def test_without_a_date_that_can_be_read_in_one_way_only_the_age_of_the_download_is_said(look, date):
    text = DATED + dated("#1001", "") + dated("#9001", date)
    assert "2026-11-20, 11 days old" in without_action(look(text, datetime(2026, 11, 20, 9, tzinfo=UTC)))
    assert "old" not in without_action(look(text, NOW))


# -------------------------------------------------------------------------------------------------- no order is found

UNKNOWN = HEADER + "".join(refunded(f"#900{at}") for at in range(1, 5))


def test_when_no_order_is_found_the_likely_cause_is_said_with_ids_of_both_files(look):
    found = look(UNKNOWN, examples=("5500012", "5500013", "5500014"))
    assert none_found(found) == (
        'No order of the export was found. Most likely "Name" is not the column with the ids that the network has, or this '
        "is another pending download. The export has #9001, #9002, #9003; the pending download has 5500012, 5500013, "
        '5500014. If these are not the same kind of id, choose another column: --map order="HEADER", or take another '
        "pending download."
    )
    assert none_found(found) in without_action(found)
    with pytest.raises(NothingToImportError, match="Most likely"):
        refuse_nothing(found)


def test_the_ids_of_the_sheet_pending_are_those_of_its_actions(look):
    assert "the pending download has 1001, 1002." in none_found(look(UNKNOWN))
    assert "the pending download has no order ID at all." in none_found(look(UNKNOWN, actions={}))


@pytest.mark.parametrize("lines", [refunded("#1001"), LOCKED, "#1001,paid,2026-11-02,49.90,EUR,0.00,,Hat\r\n"])
def test_when_any_order_is_found_the_column_is_right(look, lines):
    assert none_found(look(UNKNOWN + lines)) == ""


def test_of_two_orders_it_is_not_unlikely_that_they_came_without_a_partner(look):
    assert none_found(look(HEADER + refunded("#9001") + refunded("#9002"))) == ""


def test_a_wrong_order_column_is_noticed_also_where_the_export_names_actions(look):
    lines = "".join(f"900{number},5.00,R{number},M.8882.4808.900{number}\r\n" for number in (1, 2, 3))
    found = look("Order,Refund,Refund ID,ActionId\r\n" + lines)
    assert decisions(found.preview) == "3 orders need a decision"
    assert 'Most likely "Order" is not the column' in none_found(found)
