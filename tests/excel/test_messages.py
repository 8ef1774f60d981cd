"""Every figure in a dialogue: whole sentences, so that no number in them can be another one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.channels.base import Outcome, State
from action_returns.excel import messages
from action_returns.excel.check_table import pending_facts, pending_from_sheet, pending_rows
from action_returns.ledger.ledger import open_ledger
from action_returns.operations.texts import counted
from action_returns.settings.editing import add_profile
from tests.excel.desk import GOOD

NO_DOWNLOAD = (
    "\n\nNot checked, because no Pending Actions download is loaded: whether the actions exist, are locked, or were 0 "
    "before."
)
BROKEN_AND_UNUSUAL = ("M.8882.4808", "12,50", "ORDER_UPDATE")
UNUSUAL = ("M.8882.4809", "0", "REJECTED")
BROKEN_TWICE = ("M.8882.4808.4", "12,50", "nonsense")


def ids(number, first=1):
    return [f"M.8882.4808.{first + at}" for at in range(number)]


# ------------------------------------------------------------------------------------------- beside the rows


def test_a_row_that_an_error_keeps_back_never_shows_a_warning(desk):
    desk.open([BROKEN_AND_UNUSUAL, UNUSUAL, BROKEN_TWICE])
    desk.click("validate")
    assert desk.column("E", [4, 5, 6]) == [
        "Error: Amount uses a comma or grouping (and 1 more)",
        "Warning: ActionId looks unusual",
        "Error: Amount uses a comma or grouping (and 1 more)",
    ]
    assert "This Amount uses a comma" in desk.peek("Actions!F4")
    assert "M.8882.4808" not in desk.peek("Actions!F4")


def test_a_row_shows_its_first_error_and_how_many_more_findings_there_are(desk):
    desk.open([("M.8882.4808", "12,50", "nonsense")])
    desk.click("validate")
    assert desk.column("E", [4]) == ["Error: Amount uses a comma or grouping (and 2 more)"]


def test_blank_rows_between_keep_every_result_beside_its_own_row(desk, outbox):
    desk.open([GOOD[0], (None, None, None), BROKEN_TWICE, (None, None, None), GOOD[1]])
    desk.excel.answer("yes")
    desk.click("send")
    assert desk.column("E", range(4, 9)) == [
        "Handed over in batch 0001",
        None,
        "Error: Amount uses a comma or grouping (and 1 more)",
        None,
        "Handed over in batch 0001",
    ]
    (path,) = outbox.iterdir()
    assert path.read_bytes().splitlines()[1:] == [b"M.8882.4808.1,0,REJECTED", b"M.8882.4808.2,12.50,ORDER_UPDATE"]


def test_a_row_of_formulas_that_show_nothing_is_a_blank_row(desk):
    desk.open([GOOD[0], (None, None, None), GOOD[1]])
    desk.excel.put("Actions!C5", '=IF(A5="","","REJECTED")', shows="", book=desk.book)
    desk.click("validate")
    assert desk.column("E", [4, 5, 6]) == ["Ready: reverse", None, "Ready: new total 12.50"]


def test_columns_that_were_moved_are_read_and_corrected_where_they_stand(desk, outbox):
    desk.open([("1", "2", "3")] * 2)
    moved = [
        ["Reason", "ActionId", "Amount"],
        ["rejected", "M.8882.4808.1", "0"],
        ["ORDER_UPDATE", "M.8882.4808.2", "7,5"],
    ]
    for row, cells in enumerate(moved, 3):
        for column, cell in zip("ABC", cells, strict=True):
            desk.put(f"Actions!{column}{row}", cell)
    desk.excel.answer("yes")
    desk.click("fix_safe")
    assert desk.entered(5) == [["REJECTED", "M.8882.4808.1", "0"], ["ORDER_UPDATE", "M.8882.4808.2", "7.50"]]
    desk.excel.answer("yes")
    desk.click("send")
    (path,) = outbox.iterdir()
    assert path.read_bytes().splitlines()[1:] == [b"M.8882.4808.1,0,REJECTED", b"M.8882.4808.2,7.50,ORDER_UPDATE"]


@pytest.mark.parametrize(
    ("state", "beside", "said", "mode"),
    [
        (State.SENT, "Sent in batch 0001", "Sent. 2 rows, 92 bytes.\n\nProven.\n\nBatch 0001, ", "info"),
        (State.HANDED_OVER, "Handed over in batch 0001", "Handed over. 2 rows, 92 bytes.\n\nProven.\n\nBatch", "info"),
        (State.FAILED, "Not sent (batch 0001 failed)", "Not sent.\n\nProven.\n\nBatch 0001, ", "critical"),
        (
            State.UNKNOWN,
            "Unknown: batch 0001 may have arrived",
            "We cannot tell whether the file arrived. Do not send it again yet.\n\nProven.\n\nLook at File Submissions",
            "critical",
        ),
    ],
)
def test_every_outcome_is_told_for_what_it_is(desk, outbox, paths, monkeypatch, state, beside, said, mode):
    sizes = []

    def deliver(self, parcel, leaving):
        leaving()
        sizes.append(len(parcel.content))
        return Outcome(state, "Proven.")

    monkeypatch.setattr("action_returns.channels.folder.OutboxChannel.deliver", deliver)
    desk.open([*GOOD, BROKEN_TWICE])
    desk.excel.answer("yes")
    told = desk.click("send")
    assert told.startswith(said.replace("92", str(sizes[0])))
    assert desk.excel.alerts[-1].mode == mode
    assert desk.column("E", [4, 5]) == [beside] * 2
    assert desk.column("E", [6]) == ["Error: Amount uses a comma or grouping (and 1 more)"]
    receipt = told.rpartition("\nReceipt: ")[2]
    assert receipt.startswith(str(paths.submissions / "0001"))


# ------------------------------------------------------------------------------------------------ Validate


def test_validate_counts_errors_rows_and_warnings_apart(desk):
    desk.open([*GOOD, BROKEN_TWICE, BROKEN_AND_UNUSUAL, UNUSUAL])
    assert desk.click("validate") == (
        "3 of 5 rows need attention.\n\n3 errors in 2 rows stop those rows from being sent; 2 warnings do not. "
        f"3 can be sent. Press Next issue to go through them, or open Issues.{NO_DOWNLOAD}"
    )


def test_validate_tells_what_is_ready_and_nothing_else_when_all_is_well(desk):
    desk.open([*GOOD, ("M.8882.4808.3", "7", "ORDER_UPDATE")])
    assert desk.click("validate") == (f"All 3 rows are ready.\n\n1 reversal, 2 new totals. Next: Review.{NO_DOWNLOAD}")


def test_validate_tells_how_many_findings_are_not_listed(desk, monkeypatch):
    monkeypatch.setattr("action_returns.excel.clicks.MOST_ISSUES", 2)
    monkeypatch.setattr("action_returns.excel.check_table.MOST_ISSUES", 2)
    desk.open([*GOOD, BROKEN_TWICE, BROKEN_AND_UNUSUAL])
    assert desk.click("validate") == (
        "4 rows checked.\n\n3 errors in 2 rows stop those rows from being sent; 1 warning does not. 2 can be sent. "
        "Press Next issue to go through them, or open Issues.\n\nIssues lists the first 2 of 4 findings." + NO_DOWNLOAD
    )
    assert [row[1] for row in desk.peek("Issues!A4:B6")] == [6, 6, None]


# ---------------------------------------------------------------------------------------------- Next issue


def test_next_issue_stops_at_each_finding_of_a_row(desk):
    desk.open([BROKEN_TWICE, GOOD[0], BROKEN_AND_UNUSUAL])
    desk.excel.select("Actions!A4")
    cells = []
    for button in ["next_issue"] * 5 + ["previous_issue"] * 2:
        said = desk.click(button)
        cells.append(desk.book.app.selection.address.replace("$", ""))
        assert said.startswith(f"Actions!{cells[-1]}: ")
    assert cells == ["B4", "C4", "A6", "B6", "B4", "B6", "A6"]


def test_next_issue_begins_at_the_top_when_another_sheet_shows(desk):
    desk.open([BROKEN_TWICE, BROKEN_AND_UNUSUAL])
    desk.excel.select("Issues!A5")
    desk.click("next_issue")
    assert desk.book.sheets.active.name == "Actions"
    assert desk.book.app.selection.address == "$B$4"


def test_next_issue_goes_nowhere_when_there_is_none(desk):
    desk.open(GOOD)
    assert desk.click("next_issue") == "No findings in 2 rows. Next: Review."
    assert desk.click("previous_issue") == "No findings in 2 rows. Next: Review."


# --------------------------------------------------------------------------------------------- corrections


@pytest.fixture
def known(desk, paths, tmp_path):
    """A download of 3 actions beside 5 rows; two of the actions are among the rows that can be sent."""
    path = tmp_path / "pending.csv"
    path.write_text(
        "Action ID,Status,Sale Amount,Currency,Locking Date\n"
        "M.8882.4808.1,PENDING,1200.00,EUR,2099-01-31T08:00:00Z\n"
        "M.8882.4808.2,PENDING,20.00,EUR,2099-01-31T08:00:00Z\n"
        "M.8882.4808.9,PENDING,9000.00,EUR,2099-01-31T08:00:00Z\n",
        encoding="utf-8",
    )
    rows = [*GOOD, ("M.8882.4808.3", "3000", "ORDER_UPDATE"), BROKEN_TWICE, ("M.8882.4808.5", "y", "z")]
    desk.open(rows)
    desk.excel.answer(str(path))
    desk.click("load_pending")


def test_review_shows_every_figure(desk, outbox, known):
    assert desk.click("review") == (
        "1 reversal, 2 new totals.\nLowers order value by 1,207.50 EUR over the 2 rows whose current amount is known; "
        "unknown for 1 row.\n\nThe sheet Review shows everything. Nothing was sent. Next: Send."
    )
    figures = dict(desk.peek("Review!B4:C21"))
    made = desk.click("export_csv")
    assert figures.pop("Reviewed").endswith("from 5 rows of table Actions on sheet Actions, beside 3 pending actions")
    assert {
        label: figure for label, figure in figures.items() if figure != "none" and label not in {"Not checked", "Notes"}
    } == {
        "Environment": "TEST is not practice: a file of this profile is really uploaded to its receiver.",
        "Destination": f"outbox: {outbox} (profile acme)",
        "Pending": f"download of {datetime.now(UTC):%Y-%m-%d} (less than 1 day old), 3 actions",
        "Rows in Actions": "5 = 3 to be sent + 2 with errors + 0 sent before",
        "Rows to send": "3 = 1 reversal + 2 new totals",
        "New totals": "3,012.50 EUR together",
        "Money effect": "lowers order value by 1,207.50 EUR over the 2 rows whose current amount is known; "
        "unknown for 1 row",
        "Not compared": "1 row of unknown current amount, new totals 3,000.00 EUR",
        "Errors": "Amount is not a plain number (1 amount-not-number): row 8; Amount uses a comma or grouping (1 amount-separator): row 7; Reason is not a known code (2 reason-unknown): rows 7, 8",
        "Warnings": "Action is not in the download (1 action-unknown): row 6",
        "Columns read": "ActionId from column A, Amount from column B, Reason from column C",
        "SHA-256": made.partition("SHA-256 ")[2].partition(". ")[0],
    }
    assert made.startswith("Written, not sent: 3 rows. 2 rows with errors stay here.\n\n")


def test_who_confirms_sees_totals_effect_errors_and_warnings(desk, outbox, known):
    desk.excel.answer("no")
    desk.click("send")
    assert desk.excel.alerts[-2].text == (
        "Send 3 rows to TEST now?\n\n1 reversal, 2 new totals, 3,012.50 EUR in all\n"
        "Lowers order value by 1,207.50 EUR over the 2 rows whose current amount is known; unknown for 1 row\n"
        f"outbox: {outbox} (profile acme)\nTEST is not practice: a file of this profile is really uploaded to its receiver.\n"
        f"Pending download of {datetime.now(UTC):%Y-%m-%d} (less than 1 day old), 3 actions\n"
        "Read: Amount from B Amount, ActionId from A ActionId, Reason from C Reason\n"
        "2 rows with errors stay here.\nWarnings: Action is not in the download (1)\n\n"
        "Each change counts towards its action's 1,000, and can only be undone before the action locks."
    )


def test_an_export_names_the_rows_that_may_have_arrived_before(desk, outbox):
    desk.open(GOOD)
    assert "may have arrived before" not in desk.click("export_csv")
    desk.excel.answer("yes")
    desk.click("send")
    assert (
        "2 rows of it may have arrived before with the same amount and reason (rows 4 and 5 in batch 0001, handed over). "
        "Uploaded by hand, the file sends them again." in desk.click("export_csv")
    )


def test_who_confirms_a_clean_list_reads_of_no_errors_and_no_warnings(desk, outbox):
    desk.open(GOOD)
    desk.excel.answer("no")
    desk.click("send")
    assert desk.excel.alerts[-2].text == (
        "Send 2 rows to TEST now?\n\n1 reversal, 1 new total, 12.50 in all\n"
        "Changes order value by an unknown amount: no pending download\n"
        f"outbox: {outbox} (profile acme)\nTEST is not practice: a file of this profile is really uploaded to its receiver.\n"
        "Read: Amount from B Amount, ActionId from A ActionId, Reason from C Reason\n\n"
        "Each change counts towards its action's 1,000, and can only be undone before the action locks."
    )


def test_who_confirms_is_told_of_two_warnings(desk, outbox):
    desk.open([UNUSUAL, ("M.8882.4807", "0", "REJECTED"), GOOD[0]])
    desk.excel.answer("no")
    desk.click("send")
    assert "\nWarnings: ActionId looks unusual (2)\n" in desk.excel.alerts[-2].text


def test_who_confirms_is_told_of_a_plain_connection(desk, paths, monkeypatch):
    channel = {
        "kind": "ftp",
        "host": "127.0.0.1",
        "username": "ann",
        "security": "plain",
        "accept_plaintext": True,
        "password": "env:ACTION_RETURNS_TEST_PASSWORD",
    }
    monkeypatch.setenv("ACTION_RETURNS_TEST_PASSWORD", "s3cret")
    add_profile(paths.config_file, "acme", {"environment": "live", "channel": channel})
    desk.open(GOOD)
    desk.excel.answer("no")
    desk.click("send")
    asked = desk.excel.alerts[-2].text
    assert asked.startswith("Send 2 rows to LIVE now?")
    assert "\nEncryption: NONE: password and rows can be read and changed on the way" in asked


@pytest.mark.parametrize(("answers", "sent"), [(("yes", "yes"), 1), (("yes", "no"), 0)])
def test_many_reversals_are_asked_about_twice_where_no_one_can_type(desk, outbox, monkeypatch, answers, sent):
    monkeypatch.setattr("action_returns.excel.dialogues.ask_number", lambda _app, _question: None)
    desk.open([*[(action_id, "0", "REJECTED") for action_id in ids(100)], ("M.8882.4808.500", "5", "ORDER_UPDATE")])
    desk.excel.answer(*answers)
    desk.click("send")
    assert desk.excel.alerts[1].text == "This takes back 100 actions. Really send?"
    assert len(list(outbox.iterdir())) == sent


def test_the_number_to_type_is_the_number_of_reversals(desk, outbox):
    desk.open([*[(action_id, "0", "REJECTED") for action_id in ids(100)], ("M.8882.4808.500", "5", "ORDER_UPDATE")])
    desk.excel.answer("yes", "101")
    assert desk.click("send") == "Not sent: 101 was typed, and the number is 100."
    assert list(outbox.iterdir()) == []


def test_ninety_nine_reversals_are_confirmed_by_one_answer(desk, outbox):
    desk.open([(action_id, "0", "REJECTED") for action_id in ids(99)])
    desk.excel.answer("yes")
    assert desk.click("send").startswith("Handed over. 99 rows, ")


def test_the_record_tells_how_somebody_said_yes(desk, outbox, paths):
    desk.open(GOOD)
    desk.excel.answer("yes", "no", "yes")
    desk.click("send")
    desk.click("send")
    again = desk.excel.alerts[-3].text
    assert again.startswith(
        "All 2 rows may have arrived before with the same amount and reason:\nrows 4 and 5 in batch 0001, handed over on 20"
    )
    with open_ledger(paths.ledger_file) as ledger:
        confirmed = [event.detail for batch in (1, 2) for event in ledger.events(batch) if event.kind == "confirmed"]
    assert [detail["how"] for detail in confirmed] == ["asked in the workbook"] * 2
    assert [detail.get("include_sent") for detail in confirmed] == [None, 2]


def test_history_lists_every_fact_of_a_batch_and_the_newest_first(desk, outbox, monkeypatch):
    monkeypatch.setattr("action_returns.excel.check_results.MOST_BATCHES", 1)
    desk.open(GOOD)
    assert desk.click("history") == "Nothing was sent from this computer yet."
    desk.excel.answer("yes")
    desk.click("send")
    desk.put("Actions!B5", "99")
    desk.excel.answer("yes", "yes")
    desk.click("send")
    assert desk.click("history") == (
        "2 batches sent from this computer. Batches lists the latest 1.\n\n2 batches are not settled: a row has no "
        "result yet, or one that may still change. Next: Check results, with a Pending Actions download that was made at least a "
        "day after sending."
    )
    (name,) = [path for path in outbox.iterdir() if path.name.endswith("-0002.csv")]
    first, second = desk.peek("Batches!A4:K5")
    assert [first[0], *first[3:8], *first[9:]] == [
        "0002", "test", "acme", 1, "handed-over", None, name.name, str(outbox),
    ]  # fmt: skip
    assert second == [None] * 11


# ------------------------------------------------------------------------------------------------ the download


def test_a_download_is_the_same_after_it_lay_on_its_sheet():
    zone = datetime(2026, 3, 1, 9, 30, tzinfo=UTC).astimezone().tzinfo
    pending = PendingDownload(
        actions={
            "M.8882.4808.1": PendingAction(
                1_990, datetime(2099, 1, 31, 8, tzinfo=UTC), "PENDING", "ORD-1", "Ann", "EUR", 123_456
            ),
            "M.8882.4808.2": PendingAction(0, datetime(2026, 6, 1, 0, 30, tzinfo=zone)),
            "M.8882.4808.3": PendingAction(),
            "M.8882.4808.4": PendingAction(123_456_789, datetime(2099, 1, 31, 23, 59, 59, tzinfo=UTC), currency="USD"),
        },
        count=5,  # one of its rows was left aside
        as_of=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        as_of_basis="the newest action in it",
        currency="EUR",
        notes=("1 amount could not be read: M.8882.4808.3.", "1 row was left aside: M.8882.4808.5 stands in it twice."),
    )
    again = pending_from_sheet(pending_facts(pending), pending_rows(pending))
    assert again == pending
    assert all(action.locks_at is None or action.locks_at.utcoffset() is not None for action in again.actions.values())


@pytest.mark.parametrize("hours", [-5, 2])
def test_a_lock_date_keeps_its_time_zone_on_the_sheet(hours):
    locks_at = datetime(2026, 6, 1, 0, 30, tzinfo=timezone(timedelta(hours=hours)))
    pending = PendingDownload({"M.8882.4808.1": PendingAction(5, locks_at)}, 1, datetime(2026, 3, 1, tzinfo=UTC))
    assert (
        pending_from_sheet(pending_facts(pending), pending_rows(pending)).actions["M.8882.4808.1"].locks_at == locks_at
    )


def test_no_download_is_read_back_as_none():
    assert pending_from_sheet(pending_facts(None), [("M.8882.4808.1", "5", "", "", "", "", "")]) is None


# ------------------------------------------------------------------------------------------------ one is not many


def test_one_row_that_needs_attention_is_told_as_one(desk):
    desk.open([("M.8882.4808.4", "12,50", "ORDER_UPDATE"), *GOOD])
    assert desk.click("validate").startswith(
        "1 of 3 rows needs attention.\n\n1 error in 1 row stops that row from being sent; 0 warnings do not. "
    )


def test_one_row_that_is_ready_is_told_as_one(desk):
    desk.open(GOOD[:1])
    assert desk.click("validate").startswith("1 row is ready.\n\n1 reversal, 0 new totals. Next: Review.")


def test_a_download_of_one_action_is_told_as_one(desk, tmp_path):
    path = tmp_path / "pending.csv"
    path.write_text("Action ID,Status,Sale Amount,Currency\nM.8882.4808.1,PENDING,5.00,EUR\n", encoding="utf-8")
    desk.open(GOOD)
    desk.excel.answer(str(path))
    assert desk.click("load_pending").startswith("1 action from pending.csv, as of ")


def test_one_batch_is_told_as_one(desk, outbox):
    desk.open(GOOD)
    desk.excel.answer("yes")
    desk.click("send")
    told = desk.click("history").split("\n\n")
    assert told[0] == "1 batch sent from this computer."
    assert told[1].startswith("1 batch is not settled: a row has no result yet, ")


def test_one_thing_that_needs_attention_is_told_as_one():
    checks = [("Python", True, "3.11"), ("Ledger", False, "It is damaged.")]
    assert messages.diagnosis(checks).startswith("1 of 2 things needs attention:\n\nLedger: It is damaged.")


@pytest.mark.parametrize(
    ("number", "what", "text"),
    [
        (0, "row", "0 rows"),
        (1, "batch", "1 batch"),
        (2, "batch", "2 batches"),
        (1_001, "new total", "1,001 new totals"),
    ],
)
def test_a_number_and_its_noun_go_together(number, what, text):
    assert counted(number, what) == text
