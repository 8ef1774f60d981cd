"""Rows of an import go below those of a workbook, of which nothing is lost: no cell, no part, no formula of the user."""

import errno
import io
import stat
import zipfile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from action_returns.errors import FileError, OutputFileError
from action_returns.operations import replaced_workbook
from action_returns.operations.account import Account
from action_returns.operations.import_into import add_to_workbook, open_target
from action_returns.operations.new_workbook import workbook_bytes
from action_returns.readers.xlsx.batch import read_grid
from action_returns.workbook_builder.contents import Entries
from tests.support.imports_into import HEADERS, TODAY, ImportOf, add, made, new_rows, parts, sent_cells


def plain(path, fill=lambda _book, _sheet: None, *, last=3, total_row=False):
    """Write a workbook of another program with a table Actions of two rows and, down to row `last`, blank ones."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Actions")
    options = {"name": "Actions", "columns": [{"header": name} for name in HEADERS], "total_row": total_row}
    sheet.add_table(0, 0, last - 1 + total_row, 2, options)
    for row, cells in enumerate((("M.1.1.1", "5.00", "ORDER_UPDATE"), ("M.1.1.2", "0", "REJECTED")), 1):
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
    fill(book, sheet)
    book.close()
    return path


@pytest.mark.parametrize("number", [1, 198, 199, 250])
def test_rows_follow_the_last_filled_one_also_beyond_the_end_of_the_table(tmp_path, number):
    path = made(tmp_path / "w.xlsx", [("M.1.1.1", "5.00", "ORDER_UPDATE"), ("M.1.1.2", 0.0, "REJECTED")])
    add(path, new_rows(number))
    expected = [["M.1.1.1", "5.00", "ORDER_UPDATE"], ["M.1.1.2", 0.0, "REJECTED"]]
    expected += [
        [action_id, f"{cents // 100}.{cents % 100:02d}", reason] for action_id, cents, reason in new_rows(number)
    ]
    assert sent_cells(path) == expected
    assert len(open_target(path, Account()).sheet) == max(200, number + 2)


def test_new_rows_beyond_the_table_have_the_live_check_and_the_formats_of_the_others(tmp_path):
    path = made(tmp_path / "w.xlsx", [("M.1.1.1", "5.00", "ORDER_UPDATE")] * 200)
    add(path, new_rows(2))
    rows = parts(path)["xl/worksheets/sheet2.xml"].decode().split("<row ")
    last_old, first_new = (next(row for row in rows if row.startswith(f'r="{at}"')) for at in (203, 204))
    assert '<c r="A204" s="12" t="inlineStr">' in first_new
    assert first_new.count("<f>") == last_old.count("<f>") == 1
    assert first_new.partition("<f>")[2].partition("</f>")[0] == last_old.partition("<f>")[2].partition("</f>")[0]
    assert 'ref="A3:L205"' in parts(path)["xl/tables/table1.xml"].decode()


def test_the_counts_above_the_rows_are_those_of_all_rows_when_libreoffice_opens_the_workbook(office, tmp_path):
    path = made(tmp_path / "w.xlsx", [("M.8882.4808.1063415", "5.00", "ORDER_UPDATE")])
    add(path, [*new_rows(250), ("M.8882.4808.1063415", 700, "ORDER_UPDATE")])
    with office.opened(path) as document:
        sheet = document.Sheets.getByName("Actions")
        shown = [row[0] for row in sheet.getCellRangeByName("D4:D255").DataArray]
        head = sheet.getCellRangeByName("A1").String
        start = document.Sheets.getByName("Start").getCellRangeByName("A1:C30").DataArray
    assert head.startswith("252 rows filled in")
    assert shown[0].startswith("Error: ActionId")
    assert shown[1] == "OK: new total 10.00"
    assert shown[250] == "OK: new total 12.49"
    assert 252.0 in [cell for row in start for cell in row]


def test_every_other_part_of_the_workbook_stays_as_it_is(tmp_path):
    path = made(tmp_path / "w.xlsm", [("M.1.1.1", "5.00", "ORDER_UPDATE", "mine")], ("My note",))
    before = parts(path)
    kept = add(path, new_rows(3)).kept
    after = parts(path)
    assert parts(kept) == before
    assert list(after) == list(before)
    changed = {name for name in before if before[name] != after[name]}
    assert "xl/vbaProject.bin" in before
    assert changed <= {name for name in before if name.startswith("xl/worksheets/sheet")} | {"xl/workbook.xml"}
    old, new = (list(read_grid(one, sheet="Actions")) for one in (kept, path))
    users = [row[12] for _, row in new if len(row) > 12]
    assert users[: len(old)] == [row[12] for _, row in old if len(row) > 12]


def test_a_formula_of_the_user_keeps_its_value_and_one_of_the_program_is_calculated_anew(tmp_path):
    def fill(_, sheet):
        sheet.write_formula("B2", "=[other.xlsx]S!A1", None, 5)
        sheet.write_formula("F9", "=1+1", None, 2)

    path = plain(tmp_path / "w.xlsx", fill, last=9)
    add(path, new_rows(1))
    xml = parts(path)["xl/worksheets/sheet1.xml"].decode()
    assert "<f>[other.xlsx]S!A1</f><v>5</v>" in xml
    assert "<f>1+1</f><v>2</v>" in xml


def test_a_formula_of_the_user_in_a_row_without_an_id_is_not_written_over(tmp_path):
    path = plain(tmp_path / "w.xlsx", lambda _, sheet: sheet.write_formula("B4", '=IF(A4="","",1)', None, ""), last=9)
    add(path, new_rows(1))
    xml = parts(path)["xl/worksheets/sheet1.xml"].decode()
    assert '<f>IF(A4="","",1)</f>' in xml
    assert 'r="A5" t="inlineStr"' in xml


@pytest.mark.parametrize(
    ("fill", "last", "why"),
    [
        (lambda _, sheet: sheet.protect("secret"), 9, "is protected"),
        (lambda _, sheet: sheet.merge_range("A4:B5", ""), 3, "merged cells"),
        (lambda _, sheet: sheet.add_table("E1:F3", {"name": "Other"}), 3, "too few blank rows"),
    ],
)
def test_a_sheet_of_which_something_could_be_lost_is_left_alone_with_another_way(tmp_path, fill, last, why):
    path = plain(tmp_path / "w.xlsx", fill, last=last)
    before = path.read_bytes()
    with pytest.raises(OutputFileError, match=why) as refused:
        add(path, new_rows(2))
    assert "Import returns" in refused.value.message
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["w.xlsx"]


def test_a_table_with_a_row_of_totals_is_not_made_longer(tmp_path):
    path = plain(tmp_path / "w.xlsx", total_row=True)
    with pytest.raises(OutputFileError, match="too few blank rows"):
        add(path, new_rows(2))


def test_rows_below_the_table_are_not_taken_for_rows_of_it(tmp_path):
    path = plain(tmp_path / "w.xlsx", lambda _, sheet: sheet.write_string("A9", "M.1.1.9"))
    with pytest.raises(FileError, match="below its table"):
        open_target(path, Account())


def test_a_workbook_of_another_profile_is_not_added_to(tmp_path):
    path = tmp_path / "w.xlsx"
    path.write_bytes(workbook_bytes(Account("acme", "test", profile=object()), Entries(), macros=False))
    with pytest.raises(OutputFileError, match="--profile acme"):
        open_target(path, Account("other", "test", profile=object()))
    assert open_target(path, Account("acme", "test", profile=object())).sheet is not None


def test_a_workbook_of_another_program_is_not_added_to(tmp_path):
    path = tmp_path / "w.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Sheet1").write_string(0, 0, "Name")
    book.close()
    with pytest.raises(FileError, match="no table Actions"):
        open_target(path, Account())


def test_a_workbook_that_was_saved_meanwhile_is_not_replaced(tmp_path):
    path = made(tmp_path / "w.xlsx")
    target = open_target(path, Account())
    made(path, [("M.1.1.1", "5.00", "ORDER_UPDATE")])
    saved = path.read_bytes()
    with pytest.raises(OutputFileError, match="was changed"):
        add_to_workbook(ImportOf(new_rows(1)), target, Account(), today=TODAY)
    assert path.read_bytes() == saved


def test_a_copy_never_takes_the_name_of_another_file(tmp_path):
    path = made(tmp_path / "w.xlsx")
    first, second = (add(path, new_rows(1, start)).kept for start in (3_000_000, 4_000_000))
    assert first.name == "w before import 2026-12-01.xlsx"
    assert second.name == "w before import 2026-12-01 2.xlsx"
    assert len(sent_cells(first)) == 0
    assert len(sent_cells(second)) == 1


def test_a_disk_that_is_full_leaves_the_workbook_as_it_was_and_names_the_copy(tmp_path, monkeypatch):
    path = made(tmp_path / "w.xlsx")
    before, real = path.read_bytes(), replaced_workbook.write_atomically

    def full(target, content, *, overwrite, private):
        if overwrite:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(target, content, overwrite=overwrite, private=private)

    monkeypatch.setattr(replaced_workbook, "write_atomically", full)
    with pytest.raises(
        OutputFileError, match=r"It is as it was\. A copy of it as it was read is .*before import 2026-12-01"
    ):
        add(path, new_rows(1))
    assert path.read_bytes() == before


def test_the_copy_of_a_workbook_that_only_this_user_may_read_is_as_private(tmp_path):
    path = made(tmp_path / "w.xlsx")
    path.chmod(0o600)
    kept = add(path, new_rows(1)).kept
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_to_a_workbook_stays_a_link(tmp_path):
    path = made(tmp_path / "real.xlsx")
    link = tmp_path / "w.xlsx"
    link.symlink_to(path)
    add(link, new_rows(1))
    assert link.is_symlink()
    assert len(sent_cells(path)) == 1


def test_a_signed_workbook_is_not_changed(tmp_path):
    path = made(tmp_path / "w.xlsx")
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("_xmlsignatures/sig1.xml", "<Signature/>")
    with pytest.raises(OutputFileError, match="signed"):
        add(path, new_rows(1))


@settings(max_examples=settings().max_examples // 8)
@given(st.integers(0, 6), st.integers(1, 6), st.integers(3, 12))
def test_wherever_the_table_ends_old_and_new_rows_stand_in_order(tmp_path_factory, old, new, last):
    path = tmp_path_factory.mktemp("w") / "w.xlsx"
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("Actions")
    sheet.add_table(2, 1, max(last, old + 2), 3, {"name": "Actions", "columns": [{"header": name} for name in HEADERS]})
    for at in range(old):
        for column, text in enumerate((f"M.1.1.{at}", "5.00", "ORDER_UPDATE"), 1):
            sheet.write_string(3 + at, column, text)
    book.close()
    path.write_bytes(buffer.getvalue())
    add(path, new_rows(new))
    found = [row[1] for _, row in read_grid(path, sheet="Actions") if len(row) > 1 and row[1] not in {None, "ActionId"}]
    assert found == [f"M.1.1.{at}" for at in range(old)] + [action_id for action_id, _, _ in new_rows(new)]
