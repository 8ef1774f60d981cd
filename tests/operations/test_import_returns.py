"""An import before anything is written: what the sheet has already, what was sent, and which rows could never be sent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from action_returns.batch.cells import Columns
from action_returns.batch.context import Context, PendingAction, PendingDownload, Policy, ReasonKind, SentAction
from action_returns.cli.import_output import import_json
from action_returns.errors import FileError, LedgerError, NoPendingDownloadError, NothingToImportError
from action_returns.operations.account import Account
from action_returns.operations.import_checks import check_rows
from action_returns.operations.import_returns import (
    ImportAnswers,
    answer_reasons,
    choose_pending,
    preview_import,
    refuse_nothing,
)
from action_returns.returns.known import Known
from action_returns.returns.preview import Group, NewRow, NewTotal, Preview
from action_returns.returns.source import Field
from tests.support.imports import FIRST, HEADER, SECOND, THIRD, write_imports

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def look(tmp_path, paths):
    """Imports the export of the folder with pending actions that are in memory."""
    write_imports(tmp_path)
    actions = {
        FIRST: PendingAction(4990, order_id="1001", currency="EUR"),
        SECOND: PendingAction(3000, order_id="1002", currency="EUR"),
        THIRD: PendingAction(2500, order_id="1003", currency="EUR"),
    }
    pending = PendingDownload(actions, 3, NOW)

    def importing(*, sheet=None, account=Account(), answers=None, file="orders.csv"):  # noqa: B008  # it is frozen
        return preview_import(tmp_path / file, account, paths, now=NOW, pending=pending, sheet=sheet, answers=answers)

    return importing


def sheet_of(*rows):
    return Columns(*map(list, zip(*rows, strict=True)), rows=range(4, len(rows) + 4))


def group_of(imported, order):
    return next((left.group for left in imported.preview.left if left.order == order), Group.ROW)


@pytest.mark.parametrize("amount", ["39.90", "39.9", 39.9, 39.900000000000006, " 39.90 "])
def test_a_row_that_the_sheet_has_already_is_not_added_again_however_its_amount_is_written(look, amount):
    imported = look(sheet=sheet_of((FIRST, amount, "ORDER_UPDATE")))
    assert group_of(imported, "#1001") is Group.IN_SHEET


@pytest.mark.parametrize("amount", ["39.91", None, "39,90", True, "", 39.901, -39.9, float("nan"), float("inf")])
def test_an_action_that_stands_in_the_sheet_with_another_amount_is_left_to_the_user(look, amount):
    imported = look(sheet=sheet_of((FIRST, amount, "ORDER_UPDATE")))
    assert group_of(imported, "#1001") is Group.TO_DECIDE
    assert FIRST not in [row.action_id for row in imported.preview.rows]


def test_two_rows_of_the_sheet_that_contradict_each_other_are_left_to_the_user(look):
    imported = look(sheet=sheet_of((FIRST, "39.90", "ORDER_UPDATE"), (FIRST, "10.00", "ORDER_UPDATE")))
    assert group_of(imported, "#1001") is Group.TO_DECIDE


def test_the_same_row_twice_in_the_sheet_is_that_row(look):
    imported = look(sheet=sheet_of(*[(f" {FIRST}", "39.90", "ORDER_UPDATE")] * 2, (8882.48, 1, None)))
    assert group_of(imported, "#1001") is Group.IN_SHEET


def test_every_order_is_in_one_group_and_every_row_is_ready(look):
    imported = look()
    counts = imported.preview.counts()
    assert sum(counts.values()) == imported.preview.orders == len(imported.found.orders) == 6
    assert imported.report.ready == counts[Group.ROW] == 3
    assert counts[Group.TO_DECIDE] == 2


def test_more_words_are_answered_without_reading_the_export_again(look, tmp_path):
    policy = Policy({"SIZE": ReasonKind.MODIFY, "COLOUR": ReasonKind.MODIFY, "REJECTED": ReasonKind.REVERSE})
    (tmp_path / "own.csv").write_text("Order ID,Refund,Reason\r\n1001,10.00,Too small\r\n", newline="")
    asked = look(account=Account(policy=policy), answers=ImportAnswers({Field.REASON: "Reason"}), file="own.csv")
    assert [left.code for left in asked.preview.left] == ["reason-unmapped"]
    (tmp_path / "own.csv").unlink()
    (row,) = answer_reasons(asked, {"Too small": "SIZE"}).preview.rows
    assert (row.action_id, row.cents, row.reason) == (FIRST, 3990, "SIZE")


def test_without_a_download_nothing_is_guessed(paths):
    with pytest.raises(NoPendingDownloadError, match="pending fetch"):
        choose_pending(None, Account(), paths)


def test_an_export_of_which_everything_needs_a_person_is_refused(look, tmp_path):
    (tmp_path / "orders.csv").write_text(HEADER + "#9,refunded,,30.00,EUR,30.00,,Shoe\r\n", newline="")
    with pytest.raises(NothingToImportError, match="1 order = 0 rows"):
        refuse_nothing(look())


def test_an_export_with_one_order_that_is_in_the_sheet_is_not_refused(look):
    refuse_nothing(look(sheet=sheet_of((FIRST, "39.90", "ORDER_UPDATE"))))


def test_a_ledger_that_cannot_be_read_refuses_before_a_total_is_computed(look, paths):
    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    paths.ledger_file.write_bytes(b"no database" * 99)
    with pytest.raises(LedgerError):
        look(account=Account("acme", "test"))


def test_a_file_that_is_missing_is_named(look):
    with pytest.raises(FileError, match=r"none\.csv"):
        look(file="none.csv")


def test_orders_that_are_left_are_printed_one_by_one_for_there_may_be_very_many(look):
    facts = import_json("orders.csv", look())
    assert isinstance(facts["left"], Iterator)


# ------------------------------------------------------------------------------------------------------------ checks


def new_row(action_id, line=2):
    return NewRow(action_id, 1000, "ORDER_UPDATE", f"#{line}", line, 3000, 2000, "", NewTotal(1000, 3000, taken=2000))


KNOWN = Known(PendingDownload({}, 0, NOW), NOW)


@pytest.mark.parametrize(
    ("action_id", "sent", "code"),
    [
        ("8882.4808.1063415", {}, "order-unknown"),
        ("ORD-5012", {}, "order-unknown"),
        (FIRST, {FIRST: SentAction(1000, 2000, "ORDER_UPDATE", "0001")}, "action-locked"),
    ],
)
def test_a_row_that_could_never_be_sent_is_left_to_the_user_with_its_action_and_why(action_id, sent, code):
    preview, report = check_rows(Preview([new_row(action_id), new_row(SECOND, 3)], []), replace(KNOWN, sent=sent))
    (left,) = preview.left
    assert [row.action_id for row in preview.rows] == [SECOND]
    assert (report.rows, report.ready) == (1, 1)
    assert (left.line, left.group, left.code, left.candidates) == (2, Group.TO_DECIDE, code, (action_id,))
    assert left.refunded == 2000
    assert action_id in left.message


def test_notes_stay_when_a_row_is_left_to_the_user():
    preview, _ = check_rows(Preview([new_row("ORD-5012")], [], ("A note.",)), KNOWN)
    assert preview.notes == ("A note.",)


def test_without_a_profile_it_is_said_that_earlier_sends_are_unknown_and_no_answer_is_said_to_be_remembered(look):
    imported = look()
    assert imported.remembered == ()
    assert "What was sent before is not known" in " ".join(imported.unknown)
    assert set(imported.unknown) <= set(imported.notes)


def test_rows_that_can_be_sent_stay_as_they_are():
    before = Preview([new_row(FIRST)], [])
    preview, report = check_rows(before, KNOWN)
    assert preview is before
    assert report.context == Context(pending=KNOWN.pending, now=NOW)


def test_where_the_network_has_amounts_without_shipping_the_column_that_fits_is_proposed(look, tmp_path):
    # Prices with tax: 54.80 with 4.90 of shipping is 49.90 without, and 34.90 with 4.90 is 30.00.
    (tmp_path / "with_tax.csv").write_text(
        "Name,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Refunded Amount\n"
        "#1001,refunded,EUR,49.90,4.90,7.97,54.80,54.80\n"
        "#1002,partially_refunded,EUR,30.00,4.90,5.57,34.90,10.00\n"
        "#1003,partially_refunded,EUR,24.00,4.90,3.83,28.90,10.00\n"
    )
    refused = look(file="with_tax.csv")
    assert [left.group for left in refused.preview.left] == [Group.REFUSED] * 3
    (note,) = [note for note in refused.notes if "without shipping" in note]
    assert note.startswith("2 refused orders fit without shipping")
    assert note.endswith('--map total="Subtotal"')
    fitting = look(file="with_tax.csv", answers=ImportAnswers(columns={Field.TOTAL: "Subtotal"}))
    assert [(row.action_id, row.cents) for row in fitting.preview.rows] == [(FIRST, 0), (SECOND, 2000)]
    assert not [note for note in fitting.notes if "without shipping" in note]


def test_without_a_fitting_order_no_other_column_is_proposed(look, tmp_path):
    (tmp_path / "other.csv").write_text(
        "Name,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Refunded Amount\n"
        "#1001,partially_refunded,EUR,60.00,4.90,7.97,64.90,10.00\n"
    )
    assert not [note for note in look(file="other.csv").notes if "without shipping" in note]
