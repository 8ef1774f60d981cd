"""What each button does, on both hosts: xlwings' own Windows engine over a fake Excel, and LibreOffice.

One suite, so that the two cannot drift apart.
"""

import csv
from datetime import UTC, datetime

import pytest

from action_returns.ledger.ledger import open_ledger
from action_returns.settings.editing import add_profile, remove_profile
from tests.excel.desk import BAD, GOOD, PENDING, REPEATS, Desk
from tests.hosts.calc import calc_excel
from tests.hosts.fake_com import fake_excel
from tests.support.tampering import tamper

SAMPLES = [(f"M.8882.4808.{1063415 + at}", "0", "REJECTED") for at in range(4)]


@pytest.fixture(params=["the Windows engine", "LibreOffice"])
def desk(request, paths, tmp_path):
    if request.param == "LibreOffice":
        with calc_excel(request.getfixturevalue("office")) as excel:
            yield Desk(excel, paths, tmp_path)
    else:
        with fake_excel() as excel:
            yield Desk(excel, paths, tmp_path)


@pytest.fixture
def chosen(monkeypatch):
    """Lets the person choose a file, in a dialogue that differs between systems."""

    def choose(path):
        monkeypatch.setattr("action_returns.excel.dialogues.pick_file", lambda _app: path)

    return choose


def test_validate_says_beside_each_row_what_is_wrong_and_what_to_do(desk):
    desk.open([*GOOD, *BAD])
    said = desk.click("validate")
    assert desk.column("E", range(4, 10)) == [
        "Ready: reverse",
        "Ready: new total 12.50",
        "Error: Amount uses a comma or grouping",
        "Error: ActionId holds blanks",
        "Error: Reason is spelled with other capitals",
        "Error: Amount is missing",
    ]
    assert "Enter the new order total" in desk.column("F", [9])[0]
    assert said.startswith("4 of 6 rows need attention.")
    assert "2 can be sent" in said
    assert "no Pending Actions download is loaded" in said


def test_validate_never_writes_what_the_person_entered(desk):
    desk.open([*GOOD, *BAD], own_headers=())
    before = desk.entered()
    desk.click("validate")
    assert desk.entered() == before


def test_columns_of_ones_own_are_never_written(desk):
    rows = [(*row, f"note {at}", at * 1.5) for at, row in enumerate(GOOD)]
    desk.open(rows, own_headers=("My note", "My figure"))
    desk.click("validate")
    assert desk.peek("Actions!M3:N5") == [
        ["My note", "My figure"],
        ["note 0", 0.0],
        ["note 1", 1.5],
    ]


def test_a_second_validate_leaves_nothing_of_the_first(desk):
    desk.open(BAD)
    desk.click("validate")
    for row, (action_id, amount, reason) in enumerate(GOOD, 4):
        desk.put(f"Actions!A{row}", action_id)
        desk.put(f"Actions!B{row}", amount)
        desk.put(f"Actions!C{row}", reason)
    for row in (6, 7):
        for column in "ABC":
            desk.put(f"Actions!{column}{row}", None)
    said = desk.click("validate")
    assert said.startswith("All 2 rows are ready.")
    assert desk.column("E", range(4, 8)) == ["Ready: reverse", "Ready: new total 12.50", None, None]
    assert desk.peek("Issues!A4:H4") == [[None] * 8]


def test_issues_is_protected_again_after_it_was_filled(desk):
    desk.open(BAD)
    desk.click("validate")
    assert desk.book.sheets["Issues"].api.ProtectContents


def printed_of(desk, sheet):
    return desk.book.sheets[sheet].names["Print_Area"].refers_to.replace("'", "")


def test_a_list_prints_as_many_rows_as_it_has(desk):
    desk.open(BAD)
    assert printed_of(desk, "Issues") == "=Issues!$A$4:$G$4"
    desk.click("validate")
    assert printed_of(desk, "Issues") == "=Issues!$A$4:$G$7"
    for row in range(4, 8):
        desk.put(f"Actions!B{row}", None)
        desk.put(f"Actions!A{row}", None if row > 4 else "M.8882.4808.1")
        desk.put(f"Actions!C{row}", None)
    desk.click("validate")
    assert printed_of(desk, "Issues") == "=Issues!$A$4:$G$5"


def test_fix_safe_shows_before_and_after_and_asks_first(desk):
    desk.open(BAD)
    desk.excel.answer("no")
    before = desk.entered()
    desk.click("fix_safe")
    asked = desk.excel.alerts[0].text
    assert "12,50  →  12.50" in asked
    assert desk.entered() == before


def test_fix_safe_corrects_only_the_cells_it_showed(desk):
    desk.open([*BAD, *[("M.8882.4808.9", 7.5, "ORDER_UPDATE")]])
    desk.excel.answer("yes")
    said = desk.click("fix_safe")
    assert desk.entered(8) == [
        ["M.8882.4808.5", "12.50", "ORDER_UPDATE"],
        ["M.8882.4808.6", "0", "REJECTED"],
        ["M.8882.4808.7", "0", "REJECTED"],
        ["M.8882.4808.8", None, "REJECTED"],
        ["M.8882.4808.9", 7.5, "ORDER_UPDATE"],
    ]
    assert said.startswith("3 cells corrected. 1 error left: press Next issue.")


def test_a_correction_can_be_taken_back(desk):
    desk.open(BAD[:3])
    before = desk.entered(6)
    desk.excel.answer("yes")
    desk.click("fix_safe")
    assert desk.entered(6) != before
    desk.excel.answer("no")
    desk.click("undo_change")
    assert desk.excel.alerts[-1].text == (
        "Take back the correction of 3 cells? The cells of Actions become what they were:\n\n"
        'B4:  "12.50"  →  "12,50"\nA5:  "M.8882.4808.6"  →  " M.8882.4808.6"\nC6:  "REJECTED"  →  "rejected"'
    )
    assert desk.entered(6) != before
    desk.excel.answer("yes")
    assert desk.click("undo_change").startswith("Taken back")
    assert desk.entered(6) == before
    assert desk.column("E", [4]) == ["Error: Amount uses a comma or grouping"]


def test_a_correction_is_not_taken_back_once_somebody_typed_over_it(desk):
    desk.open(BAD[:3])
    desk.excel.answer("yes")
    desk.click("fix_safe")
    desk.put("Actions!B4", "77.00")
    assert desk.click("fix_safe") == "There is nothing to correct."
    assert 'B4 held "12.50" after it and holds "77.00" now. Nothing was changed.' in desk.click("undo_change")
    assert desk.column("B", [4]) == ["77.00"]


def test_fix_safe_takes_nothing_back(desk):
    desk.open(BAD[:3])
    desk.excel.answer("yes")
    desk.click("fix_safe")
    corrected = desk.entered(6)
    desk.excel.answer("yes")
    assert desk.click("fix_safe") == "There is nothing to correct."
    assert desk.entered(6) == corrected


@pytest.mark.parametrize(("answer", "left"), [("yes", [4, 5]), ("no", [5, 6]), ("cancel", [4, 5, 6, 7])])
def test_the_person_chooses_which_of_repeated_rows_stays(desk, answer, left):
    desk.open(REPEATS)
    desk.excel.answer(answer)
    desk.click("remove_duplicates")
    asked = desk.excel.alerts[0].text
    contradicting, identical = asked.split("1 Action ID stands in identical rows; the first row stays.")
    assert "M.8882.4808.1:  row 4 (0, REJECTED)   row 6 (7.50, ORDER_UPDATE)" in contradicting
    assert "M.8882.4808.2:  row 5 (5, ORDER_UPDATE)   row 7 (5, ORDER_UPDATE)" in identical
    kept = [row for row in range(4, 8) if desk.peek(f"Actions!A{row}") is not None]
    assert kept == left


def test_rows_that_were_taken_out_come_back(desk):
    desk.open(REPEATS)
    before = desk.entered(8)
    desk.excel.answer("no")
    desk.click("remove_duplicates")
    assert desk.entered(8) != before
    desk.excel.answer("yes")
    assert desk.click("undo_change").startswith("Taken back: taking out 2 rows")
    assert desk.excel.alerts[-2].text.endswith(
        '\n\nRow 4:  blank  →  "M.8882.4808.1", "0", "REJECTED"\nRow 7:  blank  →  "M.8882.4808.2", "5", "ORDER_UPDATE"'
    )
    assert desk.entered(8) == before


def test_without_repeats_nothing_is_asked(desk):
    desk.open(GOOD)
    assert desk.click("remove_duplicates").startswith("No Action ID stands twice")


def days_since(moment):
    """Return how many full days have passed since a moment; of a later one the next lower number."""
    return (datetime.now(UTC) - moment).days


PARTLY_LOCKED = (
    "2 of 5 rows need attention.\n\n1 error in 1 row stops that row from being sent; 1 warning does not. "
    "4 can be sent. Press Next issue to go through them, or open Issues."
)


def test_load_pending_brings_amounts_partners_and_lock_dates_and_validate_uses_them(desk, chosen):
    desk.open([*SAMPLES, ("M.8882.4808.5", "0", "REJECTED")])
    chosen(PENDING)
    said = desk.click("load_pending")
    assert said.startswith("60 actions from pending_actions.csv, as of ")
    days = days_since(datetime(2026, 11, 2, 10, 42, tzinfo=UTC))
    partly_locked = f"{PARTLY_LOCKED}\n\nPending download of 2026-11-02 ({days} days old), 60 actions."
    assert said.endswith(f".\n\n{partly_locked}")
    assert desk.peek("Pending!A4:F4")[0][0] == "M.8882.4808.1063415"
    assert desk.column("E", [6, 8]) == ["Error: Action is locked", "Warning: Action is not in the download"]
    for row in range(4, 9):
        for column in "EFGHIJKL":
            desk.put(f"Actions!{column}{row}", None)
    assert desk.click("validate") == partly_locked
    assert desk.column("E", range(4, 9)) == [
        "Ready: reverse",
        "Ready: reverse",
        "Error: Action is locked",
        "Ready: reverse",
        "Warning: Action is not in the download",
    ]
    left = -days_since(datetime(2099, 1, 31, 8, tzinfo=UTC)) - 1  # a day that has begun is not a full one
    assert desk.peek("Actions!G4:L4") == [
        ["ORD-5000", "Coupon Corner", "19.90 EUR", -19.9, "2099-01-31 08:00 UTC", left],
    ]  # fmt: skip
    assert desk.peek("Actions!L6") < 0


def test_the_download_that_was_loaded_judges_rows_typed_in_later(desk, chosen):
    desk.open(SAMPLES[:2])
    chosen(PENDING)
    desk.click("load_pending")
    desk.put("Actions!A5", "M.8882.4808.1063417")
    assert desk.click("validate").startswith("1 of 2 rows needs attention.\n\n1 error in 1 row stops")
    assert desk.column("E", [5]) == ["Error: Action is locked"]
    assert "locked on 2026-01-31 at 08:00 UTC" in desk.peek("Actions!F5")


ODD_TEXTS = ["=1+3", "=>", "+Best deals!", "-17.50 over", "@SUM(A1)", "'quoted", "1/2", "1E5", "TRUE", "00123", "50%"]


@pytest.mark.parametrize("formatted_as", ["@", "General"])
def test_order_ids_and_partners_stay_the_texts_that_the_download_has(desk, chosen, tmp_path, formatted_as):
    ids = [f"M.8882.4808.{at}" for at in range(1, len(ODD_TEXTS) + 1)]
    desk.open([(one, "0", "REJECTED") for one in ids])
    desk.book.sheets["Pending"].api.Unprotect()
    for sheet in ("Actions", "Pending"):  # a workbook in which the user, or an older program, set other formats
        desk.book.sheets[sheet].range("G4:H20").number_format = formatted_as
    download = tmp_path / "-2026.csv"
    with download.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["Action ID", "Sale Amount", "Currency", "Status", "Locking Date", "Order ID", "Partner"])
        lines.writerows(
            [one, "5.00", "EUR", odd, "2099-01-31", odd, odd] for one, odd in zip(ids, ODD_TEXTS, strict=True)
        )
    chosen(download)
    assert desk.click("load_pending").startswith(f"{len(ids)} actions from -2026.csv")
    last = 3 + len(ids)
    both = [[odd, odd] for odd in ODD_TEXTS]
    assert desk.peek(f"Actions!G4:H{last}") == both
    assert desk.peek(f"Pending!F4:G{last}") == both
    assert desk.column("D", range(4, last + 1), sheet="Pending") == ODD_TEXTS
    assert desk.column("B", range(4, last + 1), sheet="Pending") == ["5.00"] * len(ids)
    assert desk.column("J", range(4, last + 1)) == [-5.0] * len(ids)
    desk.click("validate")
    assert desk.peek(f"Actions!G4:H{last}") == both


def test_rows_far_below_the_first_ones_have_the_format_text_too(desk):
    desk.open(GOOD)
    last = {
        "Actions": "ABCEFGHIK",
        "Issues": "ACDEFG",
        "Pending": "ABCDEFG",
        "Batches": "ABCDEGHIJKL",
        "Results": "ACDEFGHJ",
        "Reasons": "ABC",
    }
    for sheet, letters in last.items():
        found = {letter: desk.book.sheets[sheet].range(f"{letter}900000").number_format for letter in letters}
        assert set(found.values()) == {"@"}, (sheet, found)
    assert desk.book.sheets["Actions"].range("J900000").number_format.startswith("+#,##0.00")


def test_issues_shows_what_was_found_as_the_text_it_is(desk):
    desk.open([(odd, "0", "REJECTED") for odd in ODD_TEXTS])
    desk.click("validate")
    listed = [row for row in desk.peek(f"Issues!A4:H{3 + len(ODD_TEXTS)}") if row[0] == "Error"]
    assert [(row[2], row[4]) for row in listed] == [(odd, odd) for odd in ODD_TEXTS]
    assert [row[1] for row in listed] == [float(row) for row in range(4, 4 + len(ODD_TEXTS))]
    assert desk.book.sheets["Issues"].range("H4").formula.replace(";", ",") == '=HYPERLINK("#Actions!A4","Go to A4")'


@pytest.mark.parametrize("name", ["TRUE", "2026", "1E5", "-1", "00123"])
def test_the_name_of_a_profile_stays_the_text_it_is(desk, paths, name):
    desk.open(GOOD)
    channel = {"kind": "outbox", "directory": str(paths.exports)}
    add_profile(paths.config_file, name, {"environment": "test", "reasons": {"1E5": "reverse"}, "channel": channel})
    desk.click("validate")
    metadata = dict(desk.peek("_meta!A1:B20"))
    assert metadata["profile"] == name
    assert metadata["most_without_warning"] == 999_999.99
    assert desk.peek("Reasons!A4:A6") == [["ORDER_UPDATE"], ["REJECTED"], ["1E5"]]
    desk.click("validate")
    assert dict(desk.peek("_meta!A1:B20")) == metadata


def test_what_is_taken_back_is_the_text_that_stood_there(desk):
    desk.open([("M.8882.4808.9", "0", "REJECTED"), ("M.8882.4808.9", "0", "REJECTED"), *GOOD])
    desk.book.sheets["Actions"].range("B4:C6").number_format = "General"
    before = desk.entered(7)
    desk.excel.answer("yes", "yes")
    desk.click("remove_duplicates")
    assert desk.entered(7) != before
    desk.click("undo_change")
    assert desk.entered(7) == before


def test_choosing_no_download_changes_nothing(desk, chosen):
    desk.open(SAMPLES)
    chosen(None)
    assert desk.click("load_pending") is None
    assert desk.peek("Pending!A4") is None


def test_a_file_that_is_no_download_is_said_in_words(desk, chosen, tmp_path):
    desk.open(SAMPLES)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    chosen(wrong)
    assert "wrong.csv" in desk.click("load_pending")


def test_review_shows_totals_destination_and_what_was_not_checked(desk, outbox):
    desk.open([*GOOD, *BAD])
    said = desk.click("review")
    figures = dict(desk.peek("Review!B4:C21"))
    assert figures["Environment"].startswith("TEST is not practice")
    assert figures["Rows in Actions"] == "6 = 2 to be sent + 4 with errors + 0 sent before"
    assert figures["Rows to send"] == "2 = 1 reversal + 1 new total"
    assert str(outbox) in figures["Destination"]
    assert figures["Money effect"] == "changes order value by an unknown amount: no pending download"
    assert "already locked" in figures["Not checked"]
    assert "Nothing was sent" in said
    assert list(outbox.iterdir()) == []


def test_export_writes_the_ready_rows_and_says_where(desk, paths):
    desk.open([*GOOD, *BAD])
    said = desk.click("export_csv")
    (path,) = paths.exports.iterdir()
    assert (
        path.read_bytes()
        == b"ActionId,Amount,Reason\r\nM.8882.4808.1,0,REJECTED\r\nM.8882.4808.2,12.50,ORDER_UPDATE\r\n"
    )
    assert str(path) in said
    assert "4 rows with errors stay here" in said


def test_send_asks_once_with_the_totals_and_delivers_the_confirmed_rows(desk, outbox):
    desk.open([*GOOD, *BAD])
    desk.excel.answer("yes")
    said = desk.click("send")
    asked = desk.excel.alerts[0].text
    assert asked.startswith("Send 2 rows to TEST now?")
    assert "1 reversal, 1 new total" in asked
    assert "4 rows with errors stay here" in asked
    (path,) = outbox.iterdir()
    assert list(csv.reader(path.read_text().splitlines())) == [
        ["ActionId", "Amount", "Reason"],
        ["M.8882.4808.1", "0", "REJECTED"],
        ["M.8882.4808.2", "12.50", "ORDER_UPDATE"],
    ]
    assert said.startswith(("Sent.", "Handed over."))
    assert desk.column("E", [4, 5])[0].endswith("in batch 0001")
    assert desk.column("E", [9]) == ["Error: Amount is missing"]


def test_send_without_a_yes_sends_nothing(desk, outbox, paths):
    desk.open(GOOD)
    desk.excel.answer("no")
    assert desk.click("send") == "Not sent."
    assert list(outbox.iterdir()) == []
    with open_ledger(paths.ledger_file) as ledger:
        assert ledger.batches() == []


def test_send_asks_nothing_when_no_row_can_be_sent(desk, outbox, paths):
    desk.open([BAD[0], BAD[3]])
    said = desk.click("send")
    assert said == "No row can be sent yet, so nothing was sent. Press Next issue to see why."
    assert [alert.text for alert in desk.excel.alerts] == [said]
    assert list(outbox.iterdir()) == []
    assert not paths.ledger_file.exists()
    assert desk.column("E", [4, 5]) == ["Error: Amount uses a comma or grouping", "Error: Amount is missing"]
    assert dict(desk.peek("Review!B4:C21"))["SHA-256"] == "no row can be sent"


def test_review_says_when_no_row_can_be_sent(desk, outbox):
    desk.open([BAD[3]])
    assert desk.click("review") == "No row can be sent yet. Press Next issue to see why."


def test_export_writes_no_file_when_no_row_can_be_sent(desk, paths):
    desk.open([BAD[3]])
    assert desk.click("export_csv") == "No row can be sent yet, so nothing was written. Press Next issue to see why."
    assert not paths.exports.exists()


def test_the_same_list_is_only_sent_again_when_somebody_says_so(desk, outbox):
    desk.open(GOOD)
    desk.excel.answer("yes")
    desk.click("send")
    desk.excel.answer("yes")
    assert desk.click("send").startswith("Nothing new to send. All 2 rows of returns")
    assert desk.excel.alerts[-2].text.endswith("Leave them out?")
    assert len(list(outbox.iterdir())) == 1
    desk.excel.answer("no", "yes")
    desk.click("send")
    assert len(list(outbox.iterdir())) == 2


def test_rows_that_change_while_somebody_is_asked_are_not_sent(desk, outbox, monkeypatch):
    desk.open(GOOD)

    def ask(book, text):
        desk.put("Actions!B5", "99.99")
        return True

    monkeypatch.setattr("action_returns.excel.workbook.OpenWorkbook.ask", ask)
    said = desk.click("send")
    assert "changed while you were asked. Nothing was sent" in said
    assert list(outbox.iterdir()) == []


@pytest.mark.parametrize("button", ["fix_safe", "remove_duplicates"])
def test_rows_that_change_while_somebody_is_asked_are_not_corrected(desk, monkeypatch, button):
    desk.open([*BAD, *REPEATS])

    def agree(book, text):
        desk.put("Actions!A4", "M.8882.4808.99")
        return "yes"

    monkeypatch.setattr("action_returns.excel.workbook.OpenWorkbook.ask", agree)
    monkeypatch.setattr("action_returns.excel.workbook.OpenWorkbook.choose", agree)
    assert "changed while you were asked. Nothing was changed" in desk.click(button)
    assert desk.column("B", [4]) == ["12,50"]
    assert desk.column("A", [8, 10]) == ["M.8882.4808.1", "M.8882.4808.1"]


def test_results_are_not_written_beside_rows_that_changed_during_the_delivery(desk, outbox, monkeypatch):
    desk.sort_during_delivery(monkeypatch)
    desk.open(GOOD)
    desk.excel.answer("yes")
    said = desk.click("send")
    assert said.startswith("Handed over. 2 rows")
    assert "The rows changed meanwhile" in said
    assert desk.column("E", [4]) == ["Ready: reverse"]


def test_a_filter_keeps_a_download_out_before_it_is_chosen(desk, chosen, monkeypatch):
    chosen(PENDING)
    monkeypatch.setattr("action_returns.excel.engine.filter_is_on", lambda _table: True)
    desk.open(GOOD)
    assert "Nothing was written" in desk.click("load_pending")
    assert desk.peek("Pending!A4") is None


def test_send_without_a_profile_says_what_to_do(desk):
    desk.open(GOOD)
    assert desk.click("send").endswith(" Make one: click Settings")


def test_a_failed_delivery_says_not_sent(desk, outbox):
    desk.open(GOOD)
    outbox.rmdir()
    outbox.write_text("a file in the way")
    desk.excel.answer("yes")
    said = desk.click("send")
    assert said.startswith("Not sent.")
    assert desk.column("E", [4]) == ["Not sent (batch 0001 failed)"]


def test_an_unknown_outcome_never_reads_like_success_or_failure(desk, outbox, monkeypatch):
    def cut_short(self, parcel, leaving):
        leaving()
        raise RuntimeError("the cable")

    monkeypatch.setattr("action_returns.channels.folder.OutboxChannel.deliver", cut_short)
    desk.open(GOOD)
    desk.excel.answer("yes")
    said = desk.click("send")
    assert said.startswith("We cannot tell whether the file arrived. Do not send it again yet.")
    assert "action-returns history mark 0001 sent" in said
    assert desk.column("E", [4]) == ["Unknown: batch 0001 may have arrived"]
    assert "action-returns history mark 0001 sent" in desk.click("history")


def test_history_lists_the_batches(desk, outbox):
    desk.open(GOOD)
    desk.excel.answer("yes")
    desk.click("send")
    assert desk.click("history").startswith("1 batch sent from this computer.")
    row = desk.peek("Batches!A4:I4")[0]
    assert row[0] == "0001"
    assert row[6] in {"sent", "handed-over"}
    assert row[7] is None, "how many are applied is not known yet"
    assert row[8].startswith("check results from 20")
    assert desk.peek("Start!C17").startswith("1, the oldest sent 0 days ago. Counted 20")


def test_history_shows_a_batch_that_was_changed_as_broken(desk, outbox):
    desk.open(GOOD)
    desk.excel.answer("yes")
    desk.click("send")
    state = desk.click("history") and desk.peek("Batches!G4")
    tamper(desk.paths.ledger_file, "UPDATE batch SET evidence = 'no JSON'")
    said = desk.click("history")
    assert "Batch 0001 is broken" in said
    assert "history show 0001" in said
    assert desk.peek("Batches!G4") == f"broken: {state}"


def test_test_connection_sends_nothing(desk, outbox):
    desk.open(GOOD)
    assert desk.click("test_connection").startswith("Connection works")
    assert list(outbox.iterdir()) == []


def test_diagnose_says_what_is_in_place(desk, outbox):
    desk.open(GOOD)
    assert desk.click("diagnose").startswith("Everything is in place.")


def test_help_shows_the_first_sheet(desk):
    desk.open(GOOD)
    assert desk.click("show_help").startswith("Six steps")
    assert desk.book.sheets.active.name == "Start"


def test_no_exception_ever_leaves_a_button(desk, monkeypatch, paths):
    desk.open(GOOD)
    monkeypatch.setattr("action_returns.excel.check_table.check_loaded", lambda *_, **__: 1 / 0)
    said = desk.click("validate", unexpected="ZeroDivisionError")
    (details,) = paths.logs.iterdir()
    assert said.endswith(f"(ZeroDivisionError). Whether anything was sent shows in History. Details are in {details}.")
    assert "Traceback" not in said


def test_two_clicks_at_once_run_once(desk, paths, monkeypatch):
    from action_returns.excel import check_table as checking

    inner = []

    def ask_again(*arguments, **facts):
        if not inner:
            inner.append(desk.click("history"))
        return original(*arguments, **facts)

    original = checking.check_loaded
    monkeypatch.setattr(checking, "check_loaded", ask_again)
    book = desk.open(GOOD)
    desk.click("validate")
    assert inner == [
        (
            f"Another click or command is at work in {book.name}. Nothing was changed. Wait until it has ended, then try "
            "again."
        )
    ]


@pytest.mark.parametrize(
    ("version", "button"),
    [(99, "validate"), (1, "validate"), (1, "history"), (1, "send"), (3, "check_results"), (3, "open_receipt")],
)
def test_a_workbook_of_another_version_is_refused(desk, version, button):
    desk.open(GOOD)
    desk.put("_meta!B2", version)
    said = desk.click(button)
    assert "upgrade-workbook" in said
    assert desk.peek("Batches!A4") is None
    assert desk.column("E", [4]) == [None]


@pytest.mark.parametrize("header", ["Amount", "Result", "What to do"])
def test_a_column_that_was_renamed_is_named(desk, header):
    desk.open(GOOD)
    column = {"Amount": "B", "Result": "E", "What to do": "F"}[header]
    desk.put(f"Actions!{column}3", "Other")
    assert f"lacks the column {header}" in desk.click("validate")


def test_a_workbook_without_rows_says_where_to_begin(desk):
    desk.open([])
    assert desk.click("validate").startswith("Actions has no rows yet.")


def test_a_profile_made_later_shows_in_the_workbook(desk, paths):
    desk.open(GOOD)
    assert "No profile yet" in desk.peek("_meta!B8")
    add_profile(
        paths.config_file,
        "acme",
        {
            "environment": "live",
            "reasons": {"FRAUD": "reverse", "ORDER_UPDATE": "modify"},
            "channel": {"kind": "outbox", "directory": str(paths.exports)},
        },
    )
    desk.click("validate")
    assert desk.peek("_meta!B8") == "Profile acme \u00b7 LIVE: what is sent counts"
    assert [row[0] for row in desk.peek("Reasons!A4:B6")] == ["ORDER_UPDATE", "REJECTED", "FRAUD"]


def test_a_code_that_the_profile_takes_away_shows_in_the_workbook(desk, paths):
    desk.open(GOOD)
    own = {"FRAUD": "reverse", "REJECTED": "off"}
    channel = {"kind": "outbox", "directory": str(paths.exports)}
    add_profile(paths.config_file, "acme", {"environment": "live", "reasons": own, "channel": channel})
    desk.click("validate")
    assert [row[0] for row in desk.peek("Reasons!A4:B5")] == ["ORDER_UPDATE", "FRAUD"]
    assert desk.column("E", [4, 5]) == ["Error: Reason is not a known code", "Ready: new total 12.50"]


def test_a_workbook_whose_profile_is_gone_says_so_and_what_to_do(desk, paths):
    channel = {"kind": "outbox", "directory": str(paths.exports)}
    for name in ("acme", "other"):
        add_profile(paths.config_file, name, {"environment": "live", "channel": channel})
    desk.open(GOOD)
    remove_profile(paths.config_file, "acme")
    for button in ("validate", "review", "send"):
        said = desk.click(button)
        assert (
            f'There is no profile "acme" in {paths.config_file}. There is: other. This workbook was made for it.'
            in said
        )
        assert "Click Settings and save a profile of that name" in said


def test_load_pending_tells_what_changed_since_the_download_before(desk, chosen, tmp_path):
    path = tmp_path / "pending.csv"
    head = "Action ID,Amount,Currency,Locking Date,Action Date\n"
    ids = [f"M.8882.4808.{number}" for number in (1, 2, 3)]
    path.write_text(f"{head}{ids[0]},10,EUR,2099-01-31,2026-11-02\n{ids[1]},20,EUR,2099-01-31,2026-11-02\n")
    desk.open(GOOD)
    chosen(path)
    assert "Compared with" not in desk.click("load_pending")
    assert "Compared with" not in desk.click("load_pending"), "the same file again"
    path.write_text(f"{head}{ids[0]},12.50,EUR,2099-01-31,2026-11-09\n{ids[2]},30,EUR,2099-01-31,2026-11-09\n")
    days = days_since(datetime(2026, 11, 2, tzinfo=UTC))
    assert (
        f"\n\nCompared with the pending download of 2026-11-02 ({days} days old): 1 new, 1 gone, 1 with another amount, "
        "0 locked since and still listed, 0 as before.\nAnother amount: M.8882.4808.1: from 10.00 EUR to 12.50 EUR\n"
        "Gone: M.8882.4808.2\nNew: M.8882.4808.3\n\n"
    ) in desk.click("load_pending")


def test_a_download_that_was_loaded_before_a_later_one_is_not_taken_for_the_latest(desk, chosen, tmp_path):
    files = tmp_path / "first.csv", tmp_path / "second.csv"
    for amount, path in enumerate(files, 1):
        path.write_text(f"Action ID,Amount,Action Date\nM.8882.4808.1,{amount},2026-11-0{amount}\n")
    desk.open(GOOD)
    for path in (*files, files[0]):
        chosen(path)
        said = desk.click("load_pending")
    assert "This download was loaded before already. A later one is kept too: Pending download of 2026-11-02 (" in said
    assert said.count("second.csv.") == 1


def test_a_kept_download_that_was_damaged_stops_no_click(desk, chosen, paths, tmp_path):
    path = tmp_path / "pending.csv"
    path.write_text("Action ID,Amount\nM.8882.4808.1,10\n")
    desk.open(GOOD)
    chosen(path)
    desk.click("load_pending")
    next(paths.pending.rglob("pending.csv")).write_text("damaged")
    path.write_text("Action ID,Amount\nM.8882.4808.1,12\n")
    said = desk.click("load_pending")
    assert "Not compared with the download before: The kept copy of pending.csv is not the file" in said
    assert desk.peek("Actions!I4") == "12.00"
