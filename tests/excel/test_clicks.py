"""What each button does to the open workbook, on xlwings' own Windows engine."""

import errno
import math
import os
import re
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from action_returns.excel.shown import MOST_QUESTIONS
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import workbook_bytes
from action_returns.settings.editing import add_profile
from action_returns.workbook_builder.contents import Entries
from tests.excel.desk import BAD, GOOD, PENDING, REPEATS
from tests.hosts.fake_com import cell_error

SAMPLES = [(f"M.8882.4808.{1063415 + at}", "0", "REJECTED") for at in range(4)]


def test_validate_lists_every_finding_with_its_cell(desk):
    desk.open(BAD)
    desk.click("validate")
    listed = desk.excel.peek("Issues!A4:F7", book=desk.book)
    assert [row[3] for row in listed] == ["Amount", "ActionId", "Reason", "Amount"]
    assert [row[4] for row in listed] == ["12,50", " M.8882.4808.6", "rejected", None]
    assert desk.book.sheets["Issues"].range("H4").formula == '=HYPERLINK("#Actions!B4","Go to B4")'


@pytest.mark.parametrize(
    ("place", "value", "verdict"),
    [
        ("Actions!B4", cell_error("#N/A"), "Error: The cell shows an error"),
        ("Actions!A4", cell_error("#REF!"), "Error: The cell shows an error"),
        ("Actions!B4", Decimal("12.3456"), "Error: Amount has more than two decimals"),
        ("Actions!B4", Decimal(0), "Ready: reverse"),
        ("Actions!A4", 8882.4808, "Error: ActionId is a number or a date"),
        ("Actions!B4", True, "Error: Amount is not a plain number"),
    ],
)
def test_a_cell_is_read_as_what_it_is(desk, place, value, verdict):
    desk.open(GOOD)
    desk.excel.put(place, None, number_format="General")
    desk.excel.put(place, value)
    desk.click("validate")
    assert desk.column("E", [4]) == [verdict]


def test_a_date_is_never_read_as_an_amount(desk):
    desk.open(GOOD)
    desk.excel.put("Actions!B5", datetime(2026, 5, 12), number_format="yyyy-mm-dd")  # noqa: DTZ001
    desk.click("validate")
    assert desk.column("E", [5]) == ["Error: Amount is not a plain number"]


def test_what_to_do_begins_with_the_instruction_and_names_the_button_that_does_it(desk):
    desk.open([BAD[0], BAD[3], ("M.8882.4808.9", "1,250", "ORDER_UPDATE")])
    desk.click("validate")
    why = (
        "This Amount uses a comma or separates thousands. The file needs a dot for the cents and nothing else; a comma "
        "would split the column."
    )
    blank = "This row has no amount. A blank is never read as 0: 0 would reverse the action."
    assert desk.column("F", [4, 5, 6]) == [
        f"Write it like 1234.50. Fix safe issues does it. {why}",
        f"Enter the new order total, or 0 to reverse. {blank}",
        f"Write it like 1234.50. {why}",
    ]
    assert desk.column("G", [4, 5], sheet="Issues") == desk.column("F", [4, 5])


def test_next_issue_names_the_button_only_where_it_does_something(desk):
    desk.open([BAD[0], BAD[3]])
    assert desk.click("next_issue").endswith(" Write it like 1234.50. Fix safe issues does it.")
    assert desk.click("next_issue").endswith(" Enter the new order total, or 0 to reverse.")


def test_a_repeated_row_that_could_not_be_brought_back_stays(desk):
    desk.open(REPEATS)
    desk.excel.put("Actions!B6", datetime(2026, 5, 12), number_format="yyyy-mm-dd")  # noqa: DTZ001
    desk.excel.answer("yes")
    assert "B6 holds a date or an error" in desk.click("remove_duplicates")
    assert desk.column("A", [6, 7]) == ["M.8882.4808.1", "M.8882.4808.2"]


def test_remove_duplicates_never_offers_a_row_of_another_action(desk, paths):
    any_letters = {"environment": "test", "action_id_pattern": "[A-Za-z0-9.]+"}
    add_profile(
        paths.config_file, "acme", {**any_letters, "channel": {"kind": "outbox", "directory": str(paths.exports)}}
    )
    desk.open([("aB.1", "1", "ORDER_UPDATE"), ("aB.1", "1", "ORDER_UPDATE"), ("ab.1", "2", "ORDER_UPDATE")])
    desk.excel.answer("yes")
    assert desk.click("remove_duplicates") == "1 row taken out (5). 2 rows are left, 0 errors."
    assert "aB.1:  row 4 (1, ORDER_UPDATE)   row 5 (1, ORDER_UPDATE)\n" in desk.excel.alerts[0].text
    assert desk.column("A", [4, 5, 6]) == ["aB.1", None, "ab.1"]


def test_ids_that_differ_by_capitals_only_are_no_duplicates(desk, paths):
    any_letters = {"environment": "test", "action_id_pattern": "[A-Za-z0-9.]+"}
    add_profile(
        paths.config_file, "acme", {**any_letters, "channel": {"kind": "outbox", "directory": str(paths.exports)}}
    )
    desk.open([("aB.1", "1", "ORDER_UPDATE"), ("ab.1", "2", "ORDER_UPDATE"), ("AB.1", "2", "ORDER_UPDATE")])
    assert desk.click("remove_duplicates") == "No Action ID stands twice in 3 rows."


@pytest.mark.parametrize("id_of_second_row", [" M.8882.4808.1", "m.8882.4808.1", "M.8882.\u00a04808.1"])
def test_a_repeat_with_a_blank_or_a_small_m_is_offered_like_any_other(desk, id_of_second_row):
    desk.open([GOOD[0], (id_of_second_row, "7.50", "ORDER_UPDATE"), GOOD[1]])
    desk.excel.answer("yes")
    desk.click("remove_duplicates")
    assert "M.8882.4808.1:  row 4 (0, REJECTED)   row 5 (7.50, ORDER_UPDATE)\n" in desk.excel.alerts[0].text
    assert desk.column("A", [4, 5, 6]) == ["M.8882.4808.1", None, "M.8882.4808.2"]


def test_next_issue_goes_from_finding_to_finding_and_round(desk):
    desk.open([*GOOD, *BAD])
    desk.excel.select("Actions!A4")
    paths = []
    for _ in range(5):
        desk.click("next_issue")
        paths.append(desk.book.app.selection.address.replace("$", ""))
    assert paths == ["B6", "A7", "C8", "B9", "B6"]
    desk.click("previous_issue")
    assert desk.book.app.selection.address == "$B$9"


def holding(desk, place, formula):
    """Makes a cell show what it shows by a formula."""
    sheet = desk.excel._sheet("Actions", desk.book)
    sheet.grid.formulas[place] = formula


def test_a_formula_of_the_person_is_never_written_over(desk):
    desk.open(BAD)
    holding(desk, (4, 2), '="12"&",50"')
    desk.excel.answer("yes")
    desk.click("fix_safe")
    assert "1 cell with a formula of yours stay" in desk.excel.alerts[-2].text
    assert desk.column("B", [4]) == ["12,50"]
    assert desk.book.sheets["Actions"].range("B4").formula == '="12"&",50"'
    assert desk.column("C", [6]) == ["REJECTED"]


def test_a_repeated_row_with_a_formula_of_the_person_stays(desk):
    desk.open(REPEATS)
    holding(desk, (6, 1), "=A4")
    desk.excel.answer("yes")
    assert "A6 holds a formula of yours" in desk.click("remove_duplicates")
    assert desk.column("A", [6, 7]) == ["M.8882.4808.1", "M.8882.4808.2"]


@pytest.mark.parametrize(("typed", "sent"), [("100", 1), ("99", 0), ("", 0), (None, 0), ("yes", 0)])
def test_many_reversals_have_to_be_typed(desk, outbox, typed, sent):
    desk.open([(f"M.8882.4808.{at}", "0", "REJECTED") for at in range(100)])
    desk.excel.answer("yes", typed)
    desk.click("send")
    assert len(list(outbox.iterdir())) == sent


@pytest.mark.parametrize("kind", ["rejected", "editing", "gone"])
def test_the_outcome_is_told_even_when_excel_takes_no_more_calls(desk, outbox, waited, capsys, monkeypatch, kind):
    from action_returns.channels.folder import OutboxChannel

    deliver = OutboxChannel.deliver

    def deliver_and_block(channel, parcel, leaving):
        desk.excel.busy(math.inf, kind=kind)
        return deliver(channel, parcel, leaving)

    monkeypatch.setattr(OutboxChannel, "deliver", deliver_and_block)
    desk.open(GOOD)
    desk.excel.answer("yes")
    desk.click("send")
    desk.excel.busy(0)
    said = desk.excel.alerts[-1].text + capsys.readouterr().err
    assert said.startswith("Handed over. 2 rows")
    assert "Batch 0001" in said
    assert "could not be written" in said
    assert "Nothing was sent" not in said


def test_settings_opens_the_window_on_the_profile_of_the_workbook(desk, outbox, monkeypatch):
    opened = []
    monkeypatch.setattr(
        "action_returns.excel.settings_window.SettingsWindow",
        lambda paths, profile: SimpleNamespace(run=lambda: opened.append((paths, profile))),
    )
    desk.open(GOOD)
    desk.click("settings")
    assert opened == [(desk.paths, "acme")]


# ------------------------------------------------------------------------------------------------------------- hazards


@pytest.mark.parametrize(
    "name", ["validate", "review", "export_csv", "send", "fix_safe", "undo_change", "remove_duplicates", "load_pending"]
)
def test_a_filter_that_is_on_stops_any_write(desk, outbox, paths, name):
    desk.open([*GOOD, *BAD, *REPEATS])
    before = desk.entered(13)
    desk.excel.filter("Actions", "Reason", ["REJECTED"])
    desk.excel.answer(*([str(PENDING)] if name == "load_pending" else []), "yes", "yes")
    said = desk.click(name)
    assert said.startswith("A filter is on in Actions")
    assert [alert.text for alert in desk.excel.alerts] == [said]
    assert desk.entered(13) == before
    assert desk.column("E", range(4, 14)) == [None] * 10
    assert desk.peek("Issues!A4") is None
    assert desk.peek("Pending!A4") is None
    assert list(outbox.iterdir()) == []
    assert not paths.exports.exists()


def test_other_excels_are_not_closed_when_a_click_ends(desk, monkeypatch):
    taken_out = []
    monkeypatch.setattr("action_returns.excel.engine.atexit.unregister", taken_out.append)
    desk.open(GOOD)
    desk.click("validate")
    assert taken_out == [sys.modules["xlwings._xlwindows"].cleanup]
    assert desk.excel.cleanups == 0


@pytest.mark.parametrize("answers", [("yes", "yes"), ("no", "yes")])
def test_a_send_that_leaves_rows_out_or_sends_them_again_costs_few_calls_too(desk, outbox, answers):
    desk.open(GOOD)
    desk.excel.answer("yes")
    desk.click("send")
    desk.open([*GOOD, ("M.8882.4808.9", "0", "REJECTED")], name="grown.xlsm")
    desk.excel.answer(*answers)
    assert desk.click("send").startswith("Handed over.")
    assert sum(desk.excel.calls.values()) <= 120


def test_the_workbook_that_was_clicked_is_meant_though_another_one_is_in_front(desk, tmp_path):
    first = desk.open(GOOD)
    second = desk.open([("M.8882.4808.9", "12,50", "ORDER_UPDATE")], name="other.xlsm")
    desk.book = first
    assert desk.click("validate").startswith("All 2 rows are ready.")
    assert desk.excel.peek("Actions!E4", book=second) is None


def test_hidden_rows_are_named(desk):
    desk.open(GOOD)
    desk.excel.hide_rows("Actions", [5])
    assert "Some rows are hidden" in desk.click("validate")


@pytest.fixture
def waited(monkeypatch):
    """How long was waited, without waiting."""
    pauses = []
    monkeypatch.setattr("action_returns.excel.engine.time", SimpleNamespace(sleep=pauses.append))
    return pauses


def test_an_excel_that_is_busy_for_a_moment_is_waited_for(desk, waited):
    desk.open(GOOD)
    desk.excel.busy(20)
    assert desk.click("validate").startswith("All 2 rows are ready.")
    assert 3 < sum(waited) < 10


@pytest.mark.parametrize("kind", ["rejected", "editing"])
def test_an_excel_that_stays_busy_is_given_up_on_with_a_plain_sentence(desk, waited, capsys, kind):
    desk.open(GOOD)
    desk.excel.busy(math.inf, kind=kind)
    desk.click("validate", outside=True)
    desk.excel.busy(0)
    assert sum(waited) == pytest.approx(10)
    assert "Press Enter or close the dialogue, then click again" in capsys.readouterr().err
    assert desk.column("E", [4]) == [None]


def test_a_workbook_in_the_cloud_works_like_any_other(desk, excel, tmp_path):
    desk.open(GOOD)
    path = tmp_path / "returns.xlsx"
    desk.book = (
        excel.open_workbook(path, location="https://contoso.sharepoint.com/sites/x") if path.exists() else desk.book
    )
    assert desk.click("validate").startswith("All 2 rows are ready.")


def test_a_click_says_that_its_windows_are_sharp(desk, monkeypatch):
    said = []
    monkeypatch.setattr("action_returns.excel.button.draw_sharply", lambda: said.append("sharp"))
    desk.open(GOOD)
    desk.click("validate")
    assert said == ["sharp"]


def test_a_folder_that_cannot_be_locked_is_not_taken_for_a_click_at_work(desk, monkeypatch):
    def no_locks(*_handle_and_kind):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("msvcrt.locking" if os.name == "nt" else "fcntl.flock", no_locks)
    desk.open(GOOD)
    folder = desk.paths.ledger_file.parent / "clicks"
    assert desk.click("validate") == (
        f"The work did not start: {folder} cannot be used (No locks available). Nothing was changed. Set "
        "ACTION_RETURNS_HOME to a folder on this computer's own disk."
    )
    assert desk.column("E", [4]) == [None]


def test_a_lock_that_is_a_link_is_not_followed(desk, tmp_path):
    desk.open(GOOD)
    assert desk.click("validate").startswith("All 2 rows are ready.")
    (lock,) = (desk.paths.ledger_file.parent / "clicks").glob("*.lock")
    lock.unlink()
    (tmp_path / "theirs").write_text("theirs")
    lock.symlink_to(tmp_path / "theirs")
    assert desk.click("validate").startswith(
        f"The work did not start: {lock.parent} cannot be used ({lock} is a link; remove it). Nothing was changed."
    )
    assert (tmp_path / "theirs").read_text() == "theirs"


def test_a_lock_is_never_emptied(desk):
    desk.open(GOOD)
    desk.click("validate")
    (lock,) = (desk.paths.ledger_file.parent / "clicks").glob("*.lock")
    lock.write_text("theirs")
    assert desk.click("validate").startswith("All 2 rows are ready.")
    assert lock.read_text() == "theirs"


def test_a_folder_that_cannot_be_made_is_named(desk, paths):
    paths.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    (paths.ledger_file.parent / "clicks").write_text("a file in the way")
    desk.open(GOOD)
    assert desk.click("validate").startswith("The work did not start: ")


# ------------------------------------------------------------------------------------------------------------- budgets


@pytest.mark.parametrize(("name", "most"), [("validate", 60), ("review", 80), ("export_csv", 60), ("send", 120)])
@pytest.mark.parametrize("rows", [3, 1_000, pytest.param(3_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("with_download", [False, True])
def test_a_click_costs_few_calls_whatever_the_number_of_rows(desk, outbox, name, most, rows, with_download):
    half_bad = [(f"M.8882.4808.{at}", "12,50" if at % 2 else "0", "REJECTED") for at in range(rows)]
    desk.open(half_bad)
    if with_download:
        desk.excel.answer(str(PENDING))
        desk.click("load_pending")
    desk.excel.answer("yes", str((rows + 1) // 2))
    desk.click(name)
    assert desk.excel.calls.total() <= most, desk.excel.calls.most_common(20)


def test_validate_loads_nothing_it_does_not_need():
    program = (
        "import sys; from action_returns.excel import clicks; import action_returns.operations.check;"
        "bad = {'openpyxl', 'paramiko', 'smtplib', 'ftplib', 'click', 'rich', 'keyring', 'psycopg', 'jinja2', 'xlsxwriter', 'action_returns.excel.ribbon'};"
        "print(sorted(bad & set(sys.modules)), [name for name in sys.modules if name.startswith('xlwings.pro')])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[] []"


def test_the_details_of_an_error_name_the_functions_it_passed(desk, monkeypatch):
    monkeypatch.setattr("action_returns.excel.engine.read_cells", lambda _cells: 1 / 0)
    desk.open(GOOD)
    desk.click("validate", unexpected="ZeroDivisionError")
    (details,) = (path.read_text("utf-8") for path in desk.paths.logs.iterdir())
    passed = re.findall(r", in (\S+)\n", details)
    assert [name for name in passed if name != "retried"][:5] == [
        "_run_click", "validate", "check_table", "read_table", "read_actions",
    ]  # fmt: skip
    assert passed.count("<lambda>") == 1, "only the one that this test wrote"


CLICK = """
import sys
from pathlib import Path
from tests.hosts.fake_com import fake_excel
with fake_excel() as excel:
    book = excel.open_workbook(Path(sys.argv[1]))
    from action_returns.excel import clicks
    with excel.clicked(book):
        clicks.validate()
    assert len(excel.alerts) == 1
    print(*{"pydantic", "xlsxwriter", "jinja2", "keyring", "sqlite3", "action_returns.workbook_builder.template"} & set(sys.modules))
"""


def test_a_click_loads_nothing_that_only_makes_workbooks_or_reads_profiles(tmp_path, home):
    """Each click is a program of its own, so a module more is time that the user waits each time."""
    path = tmp_path / "returns.xlsx"
    path.write_bytes(workbook_bytes(Account(), Entries(rows=GOOD), macros=False))
    done = subprocess.run(
        [sys.executable, "-c", CLICK, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []


# ------------------------------------------------------------------------------------------------- what is shown


def formatted(desk, *amounts):
    """Open a workbook with one row for each amount and number format."""
    desk.open([(f"M.8882.4808.{at}", "1", "ORDER_UPDATE") for at in range(len(amounts))])
    for row, (amount, number_format) in enumerate(amounts, 4):
        desk.excel.put(f"Actions!B{row}", None, number_format=number_format)
        desk.excel.put(f"Actions!B{row}", amount)


def test_validate_sees_what_the_format_of_a_cell_shows(desk):
    formatted(desk, (0.5, "0%"), ("2.00", "@"))
    desk.click("validate")
    assert desk.column("E", [4, 5]) == ["Error: Amount is a percentage", "Ready: new total 2.00"]


def test_validate_tells_what_a_cell_shows_and_what_is_sent(desk):
    formatted(desk, (1250.0, "0,"), (1000.0, "0,"))
    desk.click("validate")
    assert desk.column("E", [4, 5]) == ["Warning: Amount is shown with other digits"] * 2
    assert 'The cell shows "1", and 1250.00 is sent.' in desk.column("F", [4])[0]


def very_mixed(desk, rows=1_000):
    """Open a workbook in which each amount has a number format of its own; every third is a percentage."""
    formatted(desk, *[(0.5, ("0%" if at % 3 == 0 else "0.00") + f'"x{at}"') for at in range(rows)])


def test_validate_says_which_formats_it_did_not_look_at(desk):
    very_mixed(desk)
    said = desk.click("validate")
    told = re.search(
        r"\n\nNot checked: whether (\d+) cells of Amount \((B\d+) to B1003\) show the amount that would be sent\. ",
        said,
    )
    assert told is not None
    assert 600 < int(told[1]) < 1_000
    assert desk.excel.calls.total() <= 900


@pytest.mark.parametrize(("click", "undone"), [("send", "Nothing was sent."), ("export_csv", "Nothing was written.")])
def test_no_amount_leaves_whose_format_was_not_looked_at(desk, outbox, click, undone):
    very_mixed(desk)
    shown = len(desk.excel.alerts)
    said = desk.click(click)
    assert re.match(
        "Amount has too many different number formats to look at each of them. It is not known whether [67][0-9]{2} cells "
        rf"\(B\d+ to B1003\) show the amount that would be sent: 50% would leave as 0.50. {undone} Select the column",
        said,
    )
    assert len(desk.excel.alerts) == shown + 1, "nothing was asked"
    assert list(outbox.iterdir()) == []
    assert not list(desk.paths.exports.glob("*"))


def test_rows_leave_after_the_column_was_given_one_format(desk, outbox):
    very_mixed(desk)
    desk.click("send")
    for row in range(4, 1_004):
        desk.excel.put(f"Actions!B{row}", 0.5, number_format="0.00")
    desk.excel.answer("yes", "1000")
    desk.click("send")
    (sent,) = outbox.iterdir()
    assert len(sent.read_text().splitlines()) == 1_001


@pytest.mark.parametrize(("rows", "odd"), [(300, range(120, 123)), (1_000, [617]), (300, range(7, 300, 29))])
def test_percentages_among_many_amounts_stay_behind(desk, outbox, rows, odd):
    formatted(desk, *[(0.5, "0%" if at in odd else "0.00") for at in range(rows)])
    desk.excel.answer("yes", str(rows - len(odd)))
    desk.click("send")
    assert desk.column("E", [4 + at for at in odd]) == ["Error: Amount is a percentage"] * len(odd)
    (sent,) = outbox.iterdir()
    assert len(sent.read_text().splitlines()) == 1 + rows - len(odd)


def test_a_percentage_is_not_sent_however_mixed_the_formats_of_some_rows_are(desk, outbox):
    formatted(desk, (0.5, "0%"), (7.0, "0.00"), (0.125, "0.0%"), (8.0, "0"))
    desk.excel.answer("yes")
    desk.click("send")
    assert desk.column("E", [4, 6]) == ["Error: Amount is a percentage"] * 2
    assert 'The cell shows "50%", a percentage.' in desk.column("F", [4])[0]
    assert 'The cell shows "12.5%", a percentage.' in desk.column("F", [6])[0]
    (sent,) = outbox.iterdir()
    assert [line.split(",")[1] for line in sent.read_text().splitlines()] == ["Amount", "7.00", "8.00"]
    question = desk.excel.alerts[-2].text
    assert "2 rows with errors stay here." in question
    assert "Not checked: whether" not in question


@pytest.mark.parametrize(("name", "most"), [("validate", 75), ("review", 95), ("send", 165)])
@pytest.mark.parametrize("hidden", ["", "B", "AC"])
def test_a_click_costs_few_calls_where_half_of_the_rows_were_pasted_and_columns_are_hidden(
    desk, outbox, name, most, hidden
):
    formatted(desk, *[(1.0, "0%" if at >= 150 else "0.00") for at in range(300)])
    desk.excel._sheet("Actions", desk.book).grid.hidden_columns.update(ord(letter) - 64 for letter in hidden)
    desk.excel.answer(str(PENDING))
    desk.click("load_pending")
    desk.excel.answer("yes", "150")
    desk.click(name)
    assert desk.excel.calls.total() <= most, desk.excel.calls.most_common(20)


@pytest.mark.parametrize(
    ("name", "rows", "odd", "most"),
    [
        ("validate", 300, range(120, 123), 120),
        ("validate", 1_000, [617], 100),
        ("validate", 300, range(7, 300, 29), 310),
        ("send", 300, range(7, 300, 29), 950),
        ("validate", 300, range(0, 300, 2), 60 + 2 * MOST_QUESTIONS),
        ("validate", 1_000, range(0, 1_000, 2), 60 + 2 * MOST_QUESTIONS),
    ],
    ids=["block", "one", "ten", "ten, sent", "every second of 300", "every second of 1,000"],
)
def test_a_click_costs_as_many_calls_as_the_formats_of_amount_are_mixed(desk, outbox, name, rows, odd, most):
    formatted(desk, *[(1.0, "0%" if at in odd else "0.00") for at in range(rows)])
    desk.excel.answer("yes", str(rows - len(odd)))
    desk.click(name)
    assert desk.excel.calls.total() <= most, desk.excel.calls.most_common(20)


@pytest.mark.parametrize("hidden", ["B", "AC"])
def test_a_hidden_column_is_told_at_the_first_row(desk, hidden):
    formatted(desk, (1250.0, "0.00"), ("7", "@"))
    sheet = desk.excel._sheet("Actions", desk.book)
    sheet.grid.hidden_columns.update(ord(letter) - 64 for letter in hidden)
    desk.click("validate")
    assert desk.excel.calls.total() <= 75
    found = [(row[3], row[5]) for row in desk.peek("Issues!A4:H5") if row[0] is not None]
    names = {"A": "ActionId", "B": "Amount", "C": "Reason"}
    assert found == [(names[letter], "Column is hidden") for letter in hidden]
