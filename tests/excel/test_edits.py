"""What a button changes in the person's own cells can be taken back, whatever happens in between."""

import gc
import os
import stat

import pytest

from action_returns.access_lists import large_groups_with_access
from action_returns.batch.cells import Columns, area, column_letters
from action_returns.excel import cell_writer, edits
from action_returns.excel.edits import read_last_change
from action_returns.excel.workbook import OpenWorkbook
from tests.excel.desk import BAD, GOOD, REPEATS
from tests.support.rights import open_to_everyone

CORRECTED = [["M.8882.4808.5", "12.50", "ORDER_UPDATE"], ["M.8882.4808.6", "0", "REJECTED"]]


NOTHING = (
    "There is nothing to take back. No button has changed cells of Actions since this workbook was made, or the last "
    "change was taken back already."
)


@pytest.fixture
def breaking_off(monkeypatch):
    """Makes the program stop in the middle of a change: after its first column, or its first block where that is one column."""

    def break_off():
        write = cell_writer.write_cells
        blocks = []

        def write_one(sheet, target, rows, **facts):
            blocks.append(target)
            if len(blocks) > 1:
                raise RuntimeError("Excel was closed")
            if len(rows[0]) == 1:
                write(sheet, target, rows, **facts)
                return
            left, top, _, bottom = area(target)
            first = column_letters(left)
            write(sheet, f"{first}{top}:{first}{bottom}", [row[:1] for row in rows], **facts)
            raise RuntimeError("Excel was closed")

        monkeypatch.setattr(cell_writer, "write_cells", write_one)
        return lambda: monkeypatch.setattr(cell_writer, "write_cells", write)

    return break_off


def kept(desk):
    (path,) = (desk.paths.ledger_file.parent / "clicks").glob("*.json")
    return path


def test_a_change_is_kept_before_the_first_cell_is_changed(desk, breaking_off):
    desk.open(BAD[:2])
    desk.excel.answer("yes")
    breaking_off()
    desk.click("fix_safe", unexpected="RuntimeError")
    assert desk.entered(5) == [["M.8882.4808.5", "12.50", "ORDER_UPDATE"], [" M.8882.4808.6", "0", "REJECTED"]]
    change = read_last_change(kept(desk))
    assert change.before == {"B4": "12,50", "A5": " M.8882.4808.6"}
    assert change.after == {"B4": "12.50", "A5": "M.8882.4808.6"}


def test_rows_that_were_half_taken_out_come_back(desk, breaking_off):
    desk.open(REPEATS)
    before = desk.entered(7)
    desk.excel.answer("yes")
    repair = breaking_off()
    desk.click("remove_duplicates", unexpected="RuntimeError")
    assert desk.entered(7)[2:] == [[None, "7.50", "ORDER_UPDATE"], [None, "5", "ORDER_UPDATE"]]
    repair()
    desk.excel.answer("yes")
    assert desk.click("undo_change") == "Taken back: taking out 2 rows. The cells are as they were."
    assert desk.entered(7) == before


@pytest.fixture
def half_taken_out(desk, breaking_off):
    """A removal of two rows that was broken off after its first column; gives the cells as they were before."""
    desk.open([*REPEATS, BAD[0]])
    before = desk.entered(8)
    desk.excel.answer("yes")
    repair = breaking_off()
    desk.click("remove_duplicates", unexpected="RuntimeError")
    repair()
    assert desk.entered(7)[2:] == [[None, "7.50", "ORDER_UPDATE"], [None, "5", "ORDER_UPDATE"]]
    return before


@pytest.mark.parametrize("button", ["fix_safe", "remove_duplicates"])
def test_the_next_click_offers_to_take_back_a_change_that_was_broken_off(desk, half_taken_out, button):
    desk.excel.answer("yes")
    assert desk.click(button) == "Taken back: taking out 2 rows. The cells are as they were."
    assert desk.excel.alerts[-2].text == (
        "A change was broken off in the middle: taking out 2 rows.\n\nYes takes it back: the cells become what they "
        "were. No leaves the cells as they are now; then it can no longer be taken back. Cancel changes nothing."
    )
    assert desk.entered(8) == half_taken_out


def test_who_cancels_is_asked_again_by_the_next_click(desk, half_taken_out):
    half = desk.entered(8)
    desk.excel.answer("cancel")
    assert desk.click("remove_duplicates") == "Nothing was changed."
    assert desk.entered(8) == half
    desk.excel.answer("yes")
    desk.click("fix_safe")
    assert desk.entered(8) == half_taken_out


def test_who_leaves_the_cells_as_they_are_goes_on_with_the_click(desk, half_taken_out):
    half = desk.entered(7)
    desk.excel.answer("no", "yes")
    assert desk.click("fix_safe").startswith("1 cell corrected. ")
    assert desk.column("B", [8]) == ["12.50"]
    assert desk.entered(7) == half
    desk.excel.answer("yes")
    assert desk.click("undo_change") == "Taken back: the correction of 1 cell. The cells are as they were."
    assert desk.entered(7) == half


@pytest.mark.parametrize(("answer", "amount"), [("no", "12,50"), ("yes", "12.50")])
def test_a_change_that_was_broken_off_is_given_up_only_when_the_user_agrees(desk, half_taken_out, answer, amount):
    desk.put("Actions!B7", "6")  # so it cannot be taken back as a whole
    desk.excel.answer("yes", answer)
    said = desk.click("fix_safe")
    assert "(taking out 2 rows)" in desk.excel.alerts[-2].text
    assert "its cells or columns were changed since" in desk.excel.alerts[-2].text
    assert desk.column("B", [7, 8]) == ["6", amount]
    assert (said == "Nothing was changed.") == (answer == "no")
    desk.put("Actions!B7", "5")
    desk.excel.answer("yes")
    desk.click("undo_change")
    assert (desk.entered(8) == half_taken_out) == (answer == "no")


def test_a_change_whose_last_cell_was_written_counts_as_made(desk):
    desk.open(BAD[:1])
    desk.excel.answer("yes")
    save = edits.save_change
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edits, "save_change", lambda path, change: 1 / 0 if change.is_complete else save(path, change))
        desk.click("fix_safe", unexpected="ZeroDivisionError")
    desk.excel.answer("yes")
    assert desk.click("undo_change") == "Taken back: the correction of 1 cell. The cells are as they were."
    assert desk.excel.alerts[-2].text == (
        "Take back the correction of 1 cell? It was broken off in the middle. The cells of Actions become what they were:"
        '\n\nB4:  "12.50"  →  "12,50"'
    )


def test_taking_back_that_was_broken_off_is_offered_again_before_anything_else(desk, breaking_off):
    desk.open(REPEATS)
    desk.excel.answer("yes")
    desk.click("remove_duplicates")
    desk.excel.answer("yes")
    repair = breaking_off()
    desk.click("undo_change", unexpected="RuntimeError")
    repair()
    assert desk.entered(7)[2:] == [["M.8882.4808.1", None, None], ["M.8882.4808.2", None, None]]
    desk.excel.answer("yes")
    assert desk.click("remove_duplicates") == "Taken back: taking out 2 rows. The cells are as they were."
    assert desk.entered(7) == [list(row) for row in REPEATS]


def test_rows_are_not_taken_back_into_columns_that_changed_places(desk):
    desk.open(REPEATS)
    desk.excel.answer("yes")
    desk.click("remove_duplicates")
    for letter, cells in {"B": ["Reason", "REJECTED", "ORDER_UPDATE"], "C": ["Amount", "0", "5"]}.items():
        for row, cell in enumerate(cells, 3):
            desk.put(f"Actions!{letter}{row}", cell)
    before = desk.entered(7)
    assert desk.click("undo_change") == (
        "The last change (taking out 2 rows) can only be taken back while Action ID, Amount and Reason stand in the "
        "columns A, B and C. Nothing was changed. Move them back, then click Undo tool change again."
    )
    assert desk.entered(7) == before
    for letter, cells in {"C": ["Reason", "REJECTED", "ORDER_UPDATE"], "B": ["Amount", "0", "5"]}.items():
        for row, cell in enumerate(cells, 3):
            desk.put(f"Actions!{letter}{row}", cell)
    desk.excel.answer("yes")
    assert desk.click("undo_change") == "Taken back: taking out 2 rows. The cells are as they were."
    assert desk.entered(7) == [list(row) for row in REPEATS]


def test_rows_that_were_half_taken_out_stay_when_somebody_typed_over_one(desk, breaking_off):
    desk.open(REPEATS)
    desk.excel.answer("yes")
    repair = breaking_off()
    desk.click("remove_duplicates", unexpected="RuntimeError")
    repair()
    desk.put("Actions!B7", "6")
    assert desk.click("undo_change") == (
        "The last change (taking out 2 rows) cannot be taken back, because its cells were changed since: B7 held blank "
        'after it and holds "6" now. Nothing was changed. Put back what B7 held, then click Undo tool change again, or '
        "correct the cells by hand."
    )
    assert desk.column("B", [7]) == ["6"]


def test_what_was_taken_back_is_not_offered_again(desk):
    desk.open(REPEATS)
    desk.excel.answer("yes", "yes")
    desk.click("remove_duplicates")
    desk.click("undo_change")
    assert desk.click("undo_change") == NOTHING


def test_a_change_that_nothing_came_of_is_not_offered_to_be_taken_back(desk, monkeypatch):
    desk.open(REPEATS)
    desk.excel.answer("yes")
    monkeypatch.setattr(OpenWorkbook, "change", lambda *_: 1 / 0)
    desk.click("remove_duplicates", unexpected="ZeroDivisionError")
    assert desk.click("undo_change") == (
        "There is nothing to take back: the cells of the last change (taking out 2 rows) hold what they held before it."
    )


def test_rows_that_change_while_somebody_is_asked_are_not_taken_back(desk, monkeypatch):
    desk.open(BAD[:2])
    desk.excel.answer("yes")
    desk.click("fix_safe")

    def agree(book, text):
        desk.put("Actions!B4", "77.00")
        return True

    monkeypatch.setattr(OpenWorkbook, "ask", agree)
    assert "changed while you were asked. Nothing was changed" in desk.click("undo_change")
    assert desk.column("B", [4]) == ["77.00"]
    assert desk.column("A", [5]) == ["M.8882.4808.6"]


def test_a_change_in_one_workbook_is_not_taken_back_in_another(desk):
    desk.open(BAD[:2])
    desk.excel.answer("yes")
    desk.click("fix_safe")
    desk.open([tuple(row) for row in CORRECTED], name="other.xlsm")
    assert desk.click("undo_change") == NOTHING
    assert desk.entered(5) == CORRECTED


def test_a_change_in_one_workbook_is_not_taken_back_in_another_one_of_the_same_name(desk):
    desk.open(REPEATS)
    desk.excel.answer("yes")
    desk.click("remove_duplicates")
    desk.book.close()
    desk.open([*REPEATS[:2], (None, None, None), (None, None, None)])
    assert desk.click("undo_change") == NOTHING
    assert desk.column("A", [6, 7]) == [None, None]


def test_a_formula_that_was_typed_since_is_not_overwritten_by_taking_back(desk):
    desk.open(BAD[:2])
    desk.excel.answer("yes")
    desk.click("fix_safe")
    desk.excel._sheet("Actions", desk.book).grid.formulas[4, 2] = '="12"&".50"'
    desk.excel.answer("yes")
    assert desk.click("undo_change") == "B4 holds a formula of yours, which is never overwritten. Nothing was changed."
    assert desk.book.sheets["Actions"].range("B4").formula == '="12"&".50"'
    assert desk.column("A", [5]) == ["M.8882.4808.6"]


@pytest.mark.parametrize("button", ["fix_safe", "remove_duplicates"])
def test_a_change_is_not_taken_back_once_its_column_was_moved(desk, button):
    desk.open([(*row, None) for row in (*REPEATS, BAD[0])], own_headers=("Moved",))
    desk.excel.answer("yes")
    desk.click(button)
    for row, amount in [(3, "Amount"), (4, "0"), (5, "5"), (8, "12.50")]:
        desk.put(f"Actions!M{row}", amount)
    for row, note in [(3, "Mine"), (4, "my note"), (8, "my note")]:
        desk.put(f"Actions!B{row}", note)
    before = desk.entered(8)
    assert "Nothing was changed. Move them back" in desk.click("undo_change")
    assert desk.entered(8) == before


def test_what_is_kept_of_a_change_can_be_read_by_its_owner_only(desk, paths):
    open_to_everyone(paths.ledger_file.parent)
    desk.open(BAD[:2])
    desk.excel.answer("yes")
    desk.click("fix_safe")
    if os.name == "posix":
        assert stat.S_IMODE(kept(desk).stat().st_mode) == 0o600
    else:  # a file has the list of its folder there, though not under Wine
        assert large_groups_with_access(kept(desk).parent) == []


@pytest.mark.parametrize("rows", [GOOD, []])
def test_a_click_leaves_the_program_as_it_found_it(desk, rows):
    desk.open(rows)
    desk.click("validate")
    assert gc.isenabled()
    assert desk.book.app.status_bar is False


def test_a_damaged_ledger_is_told_in_words_and_not_as_an_unexpected_error(desk, outbox, paths):
    paths.ledger_file.write_bytes(b"this is no ledger" * 1_000)
    desk.open(GOOD)
    said = desk.click("history")
    assert str(paths.ledger_file) in said
    assert desk.excel.alerts[-1].mode == "critical"
    desk.excel.answer("yes")
    assert str(paths.ledger_file) in desk.click("send")
    assert list(outbox.iterdir()) == []


def test_an_error_is_told_even_where_its_details_cannot_be_kept(desk, paths, monkeypatch):
    paths.logs.parent.mkdir(parents=True, exist_ok=True)
    paths.logs.write_text("a file in the way")
    monkeypatch.setattr("action_returns.excel.check_table.check_loaded", lambda *_, **__: 1 / 0)
    desk.open(GOOD)
    monkeypatch.setattr(type(desk), "_details", lambda _desk: {})
    said = desk.click("validate")
    assert "(ZeroDivisionError). Whether anything was sent shows in History." in said
    assert "Details" not in said
    assert desk.excel.alerts[-1].mode == "critical"


class ListOnce(list):
    """A list that can be gone through, but not searched for one of its members."""

    def __contains__(self, member):
        raise AssertionError("looked for one among all")

    index = __contains__


def test_no_row_is_looked_for_among_all_rows_once_for_each_cell():
    columns = Columns(["a", "b"] * 4, [1.5] * 8, ["c"] * 8, ListOnce(range(2, 10)), letters=("B", "A", "D"))
    cells = edits.cells_of(columns, ListOnce([3, 9]))
    assert cells == {"B3": "b", "B9": "b", "A3": 1.5, "A9": 1.5, "D3": "c", "D9": "c"}
    assert edits.cells_at(columns, [*cells, "A11"]) == {**cells, "A11": None}
