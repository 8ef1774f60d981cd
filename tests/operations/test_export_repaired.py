"""A repaired list holds every row and every cell as it was, except for what was corrected."""

import os
from datetime import datetime

import openpyxl
import pytest

from action_returns.batch.cells import CellError, Columns
from action_returns.errors import OutputFileError
from action_returns.operations.export import write_repaired
from action_returns.readers.batch_file import read_batch

ID = "M.8882.4808.1063415"
NOON = datetime(2026, 3, 1, 12, 30)  # noqa: DTZ001  # a spreadsheet's dates have no time zone


def repaired(path, *amounts, source="returns.xlsx", **options):
    """Write a list with these amounts; give the amounts that are read from it again."""
    columns = Columns(
        [ID] * len(amounts), list(amounts), ["ORDER_UPDATE"] * len(amounts), rows=range(2, len(amounts) + 2)
    )
    write_repaired(columns, path, source=source, **options)
    return read_batch(path).columns.amount


@pytest.mark.parametrize("number", [0.1 + 0.2, 1 / 3, 12.345678901234567, 1e-7, 123456789.12345679, 49.9, 0.0])
@pytest.mark.parametrize("name", ["fixed.xlsx", "fixed.csv"])
def test_a_number_is_the_same_number_to_its_last_digit(tmp_path, name, number):
    (found,) = repaired(tmp_path / name, number)
    assert float(found) == number


def test_a_yes_stays_a_yes_and_a_text_of_digits_stays_a_text(tmp_path):
    repaired(tmp_path / "fixed.xlsx", True, "0012", "=1+1", None, "12,50")
    sheet = openpyxl.load_workbook(tmp_path / "fixed.xlsx")["Actions"]
    assert [(cell.data_type, cell.value) for (cell,) in sheet.iter_rows(2, 6, 2, 2)] == [
        ("b", True), ("s", "0012"), ("s", "=1+1"), ("n", None), ("s", "12,50"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["fixed.xlsx", "fixed.csv"])
@pytest.mark.parametrize(
    ("cell", "text"), [(NOON, "2026-03-01 12:30:00"), (CellError("error", "#N/A"), "#N/A"), (True, "TRUE")]
)
def test_what_no_amount_can_be_is_still_seen_as_what_it_was(tmp_path, name, cell, text):
    (found,) = repaired(tmp_path / name, cell)
    assert str(found).upper() == text


def test_the_columns_stand_in_their_order_and_the_ids_are_texts(tmp_path):
    repaired(tmp_path / "fixed.xlsx", 5.0)
    sheet = openpyxl.load_workbook(tmp_path / "fixed.xlsx")["Actions"]
    assert [cell.value for cell in sheet[1]] == ["ActionId", "Amount", "Reason"]
    assert [cell.value for cell in sheet[2]] == [ID, 5, "ORDER_UPDATE"]
    assert [cell.number_format for cell in sheet["A"][1:]] == ["@"]
    assert sheet.tables["Actions"].ref == "A1:C2"


@pytest.mark.parametrize("name", ["fixed.xls", "fixed", "fixed.csv.gz"])
def test_a_name_that_says_nothing_of_its_kind_is_refused(tmp_path, name):
    with pytest.raises(OutputFileError, match=r"ends in neither \.csv nor \.xlsx"):
        repaired(tmp_path / name, 5.0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["fixed.xlsx", "fixed.CSV"])
def test_another_file_is_only_replaced_when_that_was_said(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputFileError, match="exists already and holds something else"):
        repaired(tmp_path / name, 5.0)
    assert (tmp_path / name).read_text() == "mine"
    assert len(repaired(tmp_path / name, 5.0, overwrite=True)) == 1


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_the_file_that_was_read_is_never_written_whatever_it_is_called(tmp_path, monkeypatch, suffix, link):
    monkeypatch.chdir(tmp_path)
    source = tmp_path / f"returns{suffix}"
    source.write_text("the user's list")
    link(source, tmp_path / f"other{suffix}")
    for target in (source, tmp_path / f"other{suffix}"):
        with pytest.raises(OutputFileError, match="is the file that was read"):
            repaired(target, 5.0, source=source.name, overwrite=True)
    assert source.read_text() == "the user's list"
