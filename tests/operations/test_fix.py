"""``fix`` makes the safe corrections in a new file, keeps all of the old one that it can, and tells what it cannot."""

import io
import os
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import openpyxl
import pytest

from action_returns.errors import OutputFileError
from action_returns.operations.account import Account
from action_returns.operations.fix import fix
from action_returns.operations.new_workbook import workbook_bytes
from action_returns.readers.batch_file import read_batch
from action_returns.workbook_builder.contents import Entries
from tests.support.held_files import on_windows

ID = "M.8882.4808.1063563"
NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def fixed(tmp_path, paths, monkeypatch):
    """Write a file; return what a correction of it into another one came to."""
    monkeypatch.chdir(tmp_path)

    def fixed(content, target, name="returns.csv", **options):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        return fix(name, target and tmp_path / target, Account(), paths, now=NOW, **options)

    return fixed


def test_a_csv_keeps_every_other_column(fixed, tmp_path):
    done = fixed(
        f"ActionId,Amount,Reason,Order,Partner\r\n {ID},0,REJECTED,ORD-1,Coupon Corner\r\n".encode(), "out.csv"
    )
    assert (tmp_path / "out.csv").read_bytes() == (
        f"ActionId,Amount,Reason,Order,Partner\r\n{ID},0,REJECTED,ORD-1,Coupon Corner\r\n".encode()
    )
    assert [(change.before, change.after) for change in done.changes] == [(f" {ID}", ID)]
    assert (done.report.ready, done.not_kept) == (1, ())


@pytest.mark.parametrize("name", ["returns.csv", "returns.xlsx"])
@pytest.mark.parametrize("target", ["out.csv", "out.xlsx"])
def test_texts_that_a_spreadsheet_program_may_run_are_told_of_a_csv_and_are_texts_in_a_workbook(
    fixed, tmp_path, name, target
):
    content = f"ActionId,Amount,Reason,Shop\n{ID},0,REJECTED,=1+3\n".encode()
    if name == "returns.xlsx":
        content = workbook_bytes(
            Account(), Entries(rows=[(ID, "0", "REJECTED", "=1+3")], own_headers=("Shop",)), macros=False
        )
    done = fixed(content, target, name)
    if target == "out.csv":
        assert (tmp_path / target).read_text().splitlines()[1] == f"{ID},0,REJECTED,=1+3"
        assert done.note.startswith("1 cell (in line 2, column D) begins with =")
    else:
        assert done.note == ""
        cell = openpyxl.load_workbook(tmp_path / target)["Actions"]["D2"]
        assert (cell.data_type, cell.value) == ("s", "=1+3")


def test_of_a_workbook_of_ours_the_users_columns_stay_and_the_programs_go(fixed, tmp_path):
    rows = [(f" {ID}", "12,50", "ORDER_UPDATE", "7", "Ann"), (f"{ID}4", "0", "REJECTED", None, "Bob")]
    content = workbook_bytes(Account(), Entries(rows=rows, own_headers=("Order no", "Who")), macros=False)
    done = fixed(content, "out.xlsx", "returns.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Actions"]
    assert list(sheet.iter_rows(values_only=True)) == [
        ("ActionId", "Amount", "Reason", "Order no", "Who"),
        (ID, "12.50", "ORDER_UPDATE", "7", "Ann"),
        (f"{ID}4", "0", "REJECTED", None, "Bob"),
    ]
    assert sheet.tables["Actions"].ref == "A1:E3"
    told = " ".join(done.not_kept)
    assert "Columns that the program fills in are not in it: Check, Result, What to do" in told
    assert "Other sheets" not in told
    fixed(None, "out.csv", "returns.xlsx")
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == f"{ID},12.50,ORDER_UPDATE,7,Ann"


def test_a_dry_run_writes_nothing(fixed, tmp_path):
    done = fixed(f"ActionId,Amount,Reason\r\n {ID},0,REJECTED\r\n".encode(), None)
    assert len(done.changes) == 1
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["returns.csv"]


def test_what_came_through_a_pipe_is_corrected_whole(fixed, tmp_path, monkeypatch):
    content = f"Order;ActionId;Amount;Reason\n7; {ID};0;REJECTED\n".encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    fixed(None, "out.csv", "-")
    assert (tmp_path / "out.csv").read_bytes() == content.replace(b" M", b"M")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    fixed(None, "out.xlsx", "-")
    assert list(read_batch(tmp_path / "out.xlsx").columns.action_id) == [ID]


def test_columns_that_were_named_keep_their_headers_and_are_found_again(fixed, tmp_path):
    content = f"Aktions-ID;Betrag;Grund;Notiz\r\n{ID};12,50;ORDER_UPDATE;x\r\n".encode()
    done = fixed(content, "out.csv", columns={"ActionId": "Aktions-ID", "Amount": "Betrag", "Reason": "Grund"})
    assert (tmp_path / "out.csv").read_bytes() == content.replace(b"12,50", b"12.50")
    assert done.report.ready == 1
    assert fixed(None, None, "out.csv").reading.headers["Amount"] == "B Betrag"


@pytest.mark.parametrize("name", ["fixed.xls", "fixed", "fixed.csv.gz"])
def test_a_name_that_says_nothing_of_its_kind_is_refused(fixed, tmp_path, name):
    with pytest.raises(OutputFileError, match=r"ends in neither \.csv nor \.xlsx"):
        fixed(f"ActionId,Amount,Reason\r\n{ID},0,REJECTED\r\n".encode(), name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["fixed.xlsx", "fixed.CSV"])
def test_another_file_is_only_replaced_when_that_was_said(fixed, tmp_path, name):
    content = f"ActionId,Amount,Reason\r\n{ID},0,REJECTED\r\n".encode()
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputFileError, match="exists already and holds something else"):
        fixed(content, name)
    assert (tmp_path / name).read_text() == "mine"
    fixed(content, name, overwrite=True)
    assert len(read_batch(tmp_path / name).columns) == 1


@on_windows
def test_the_file_that_was_read_is_never_written_by_its_name_in_other_letters(fixed, tmp_path):
    content = f"ActionId,Amount,Reason\r\n {ID},0,REJECTED\r\n".encode()
    (tmp_path / "returns.csv").write_bytes(content)
    with pytest.raises(OutputFileError, match="is the file that was read"):
        fixed(None, "RETURNS.Csv", overwrite=True)
    assert (tmp_path / "returns.csv").read_bytes() == content


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_the_file_that_was_read_is_never_written_whatever_it_is_called(fixed, tmp_path, link):
    content = f"ActionId,Amount,Reason\r\n {ID},0,REJECTED\r\n".encode()
    (tmp_path / "returns.csv").write_bytes(content)
    link(tmp_path / "returns.csv", tmp_path / "other.csv")
    for target in ("returns.csv", "other.csv"):
        with pytest.raises(OutputFileError, match="is the file that was read"):
            fixed(None, target, overwrite=True)
    assert (tmp_path / "returns.csv").read_bytes() == content
