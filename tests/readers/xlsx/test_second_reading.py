"""Amounts of an unusual sheet are read twice; where the two readings differ, the file is refused with both values."""

import os
import random
import re
import subprocess
import sys
import tracemalloc
import zipfile
from array import array
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.batch.cells import CellError
from action_returns.errors import FileError
from action_returns.readers.xlsx.cells import CellContext
from action_returns.readers.xlsx.exact import ExactSheet
from action_returns.readers.xlsx.package import Package
from action_returns.readers.xlsx.second_reading import second_reading
from action_returns.readers.xlsx.sheet import ColumnData
from tests.readers.xlsx.spellings import STYLES, Scribe, Written, book, plain

TEXTS = ["M.1.2.3", "49.90", "12,50", "", "(5)"]
NOON = datetime(2026, 1, 1, 12)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
NUMBER, TEXT, DATE = Written("n", "49.9"), Written("s", "1"), Written("n", "46023.5", 1)


def filled(*amounts, first=2):
    """Return columns with these amounts, one a row."""
    rows = array("L", range(first, first + len(amounts)))
    return ColumnData((["M.1.2.3"] * len(amounts), list(amounts), ["REJECTED"] * len(amounts)), rows)


def written(path, *amounts):
    return book(path, plain({row: {2: amount} for row, amount in enumerate(amounts, 2)}), TEXTS)


@pytest.mark.parametrize(
    ("cell", "ours"),
    [
        (NUMBER, 49.9),
        (Written("n", "49"), 49.0),
        (Written("n", "123456789012345678901"), 123456789012345678901.0),
        (TEXT, "49.90"),
        (Written("inlineStr", "12,50"), "12,50"),
        (Written("str", "a_x000D_b5"), "a\rb5"),
        (DATE, NOON),
        (Written("b", "1"), True),
        (Written("e", "#N/A"), CellError("error", "#N/A")),
        # A finding on its row, and never sent.
        (NUMBER, NOON),
        (NUMBER, True),
        (NUMBER, CellError("no-value", "")),
        # openpyxl knows no value of these.
        (Written("n", None), 49.9),
        (Written("n", None, formula=True), CellError("no-value", "")),
        (Written("str", ""), ""),
        (Written("inlineStr", "note"), None),
    ],
)
def test_amounts_on_which_both_readers_agree_are_taken_without_a_word(tmp_path, cell, ours):
    path = written(tmp_path / "b.xlsx", Written("n", "7"), cell)
    assert second_reading(path, "Returns", 2, 2, filled(7.0, ours)) is None


@pytest.mark.parametrize(
    ("cell", "ours", "says"),
    [
        (NUMBER, 4.99, '"4.99" and "49.9"'),
        (NUMBER, 0.0, '"0" and "49.9"'),
        (NUMBER, 49.900000000000006, '"49.900000000000006" and "49.9"'),
        (NUMBER, "49.9", '"49.9" and "49.9"'),
        (NUMBER, None, 'nothing and "49.9"'),
        (TEXT, 1.0, '"1" and "49.90"'),
        (TEXT, "4990", '"4990" and "49.90"'),
        (TEXT, None, 'nothing and "49.90"'),
        (Written("s", "4"), "5", '"5" and "(5)"'),
        (DATE, 46023.5, '"46023.5" and "2026-01-01 12:00:00"'),
        (DATE, "49.90", '"49.90" and "2026-01-01 12:00:00"'),
        (Written("b", "1"), 1.0, '"1" and "TRUE"'),
        (Written("e", "#N/A"), 1.0, '"1" and "#N/A"'),
    ],
)
def test_an_amount_that_the_two_readers_read_differently_refuses_the_file(tmp_path, cell, ours, says):
    path = written(tmp_path / "b.xlsx", Written("n", "7"), cell)
    with pytest.raises(FileError, match=re.escape(says)) as caught:
        second_reading(path, "Returns", 2, 2, filled(7.0, ours))
    assert caught.value.problem == "file-unreadable"
    assert "two readers read cell B3 of sheet Returns differently" in caught.value.message
    assert "Open it in the spreadsheet program" in caught.value.message


def test_an_amount_between_the_rows_that_we_read_is_not_lost(tmp_path):
    path = written(tmp_path / "b.xlsx", NUMBER, NUMBER, NUMBER)
    ours = filled(49.9, 49.9)
    ours.rows[1] = 4
    with pytest.raises(FileError, match=r'cell B3 .* nothing and "49.9"'):
        second_reading(path, "Returns", 2, 2, ours)


def test_rows_above_the_data_are_not_compared(tmp_path):
    path = written(tmp_path / "b.xlsx", Written("n", "1"), NUMBER)
    assert second_reading(path, "Returns", 2, 3, filled(49.9, first=3)) is None


def test_a_sheet_without_rows_is_not_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(openpyxl, "load_workbook", None)
    assert second_reading(written(tmp_path / "b.xlsx"), "Returns", 2, 2, filled()) is None


cells = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: Written("n", repr(number))),
    st.integers(0, 10**20).map(lambda number: Written("n", str(number))),
    st.integers(0, len(TEXTS) - 1).map(lambda at: Written("s", str(at))),
    st.text(st.characters(categories=("L", "N", "P", "Z")), max_size=8).map(lambda text: Written("inlineStr", text)),
    st.integers(1, 2_958_465).map(lambda number: Written("n", str(number), 1)),
    st.sampled_from([Written("b", "1"), Written("e", "#N/A"), Written("n", None, 2), Written("n", None, formula=True)]),
)
sheets = st.dictionaries(st.integers(1, 40), st.dictionaries(st.integers(1, 4), cells, max_size=3), max_size=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder for all examples of a property."""
    return tmp_path_factory.mktemp("books")


@given(sheets, st.integers(0, 2**32))
def test_no_unusual_way_of_writing_is_refused(folder, rows, seed):
    rows = {number: dict(sorted(row.items())) for number, row in sorted(rows.items())}
    path = book(folder / "b.xlsx", Scribe(random.Random(seed), foreign=False).sheet(rows), TEXTS)
    with Package(path) as package:
        sheet = ExactSheet(package, "xl/worksheets/sheet1.xml", CellContext(TEXTS, frozenset({1}), from_1904=False))
        columns = sheet.columns((1, 2, 3), 1)
    assert second_reading(path, "Returns", 2, 1, columns) is None


# When it cannot be read a second time


def test_a_workbook_that_openpyxl_cannot_open_is_taken_with_a_note(tmp_path):
    path = book(tmp_path / "b.xlsx", plain({2: {2: NUMBER}}), styles=STYLES.replace("<fill><p", "<fill/><fill><p"))
    note = second_reading(path, "Returns", 2, 2, filled(1.0))
    assert "b.xlsx is written in an unusual way" in note
    assert "could not be read a second time (openpyxl stopped with TypeError)" in note
    assert "Compare some amounts" in note


def test_a_sheet_that_openpyxl_does_not_find_is_taken_with_a_note(tmp_path):
    note = second_reading(written(tmp_path / "b.xlsx", NUMBER), "Other", 2, 2, filled(49.9))
    assert "openpyxl stopped with KeyError" in note


def test_amounts_of_which_openpyxl_sees_none_are_taken_with_a_note(tmp_path):
    note = second_reading(written(tmp_path / "b.xlsx", Written("n", None)), "Returns", 2, 2, filled(49.9))
    assert "openpyxl found none in it" in note


def test_a_large_workbook_is_read_once_with_a_note(tmp_path, monkeypatch):
    path = written(tmp_path / "b.xlsx", NUMBER)
    monkeypatch.setattr(openpyxl, "load_workbook", None)
    monkeypatch.setattr("action_returns.readers.xlsx.second_reading._MOST", 2**10)
    note = second_reading(path, "Returns", 2, 2, filled(1.0))
    assert "(its XML is larger than 0 MB)" in note


@pytest.mark.parametrize(
    ("part", "content", "why"),
    [
        ("xl/theme/theme1.bin", b"<!DOCTYPE a><a/>", "declares a document type"),
        ("xl/styles/", "<!DOCTYPE a><a/>".encode("utf-16"), "declares a document type"),
        (
            "docProps/core.xml",
            b"<?xml version='1.0' encoding='shift_jis'?><a/>",
            "is XML in an encoding that not every reader",
        ),
        (
            "xl/theme/theme1.xml",
            b"<?xml version='1.0' encoding='koi8-r'?><a/>",
            "is XML in an encoding that not every reader",
        ),
    ],
)
def test_openpyxl_gets_no_workbook_with_a_part_that_another_parser_could_read_otherwise(
    tmp_path, monkeypatch, part, content, why
):
    path = written(tmp_path / "b.xlsx", NUMBER)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(part, content)
    monkeypatch.setattr(openpyxl, "load_workbook", None)
    assert f"could not be read a second time (one of its parts {why}" in second_reading(
        path, "Returns", 2, 2, filled(49.9)
    )


LXML = """
LXML_VERSION = (5, 0, 0, 0)
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise SystemExit(f"lxml.etree.{name} is used")
"""


@pytest.mark.parametrize("variables", [{}, {"OPENPYXL_DEFUSEDXML": "False"}, {"OPENPYXL_LXML": "True"}])
def test_openpyxl_parses_with_defusedxml_though_lxml_is_there_and_whatever_the_environment_says(tmp_path, variables):
    (tmp_path / "lxml").mkdir()
    (tmp_path / "lxml" / "__init__.py").touch()
    (tmp_path / "lxml" / "etree.py").write_text(LXML)
    written(tmp_path / "b.xlsx", NUMBER)
    program = (
        "import os, sys; from array import array; from pathlib import Path\n"
        "from action_returns.readers.xlsx.second_reading import second_reading\n"
        "from action_returns.readers.xlsx.sheet import ColumnData\n"
        "before = dict(os.environ)\n"
        "columns = ColumnData((['M.1.2.3'], [49.9], ['REJECTED']), array('L', [2]))\n"
        "print(second_reading(Path('b.xlsx'), 'Returns', 2, 2, columns))\n"
        "from openpyxl.xml import functions\n"
        "print(functions.fromstring.__module__, functions.iterparse.__module__, functions.LXML)\n"
        "print(os.environ == before)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), **variables}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines() == ["None", "defusedxml.common defusedxml.common False", "True"], done.stderr


def test_the_file_is_closed_and_not_written(tmp_path):
    path = written(tmp_path / "b.xlsx", NUMBER)
    before = path.read_bytes()
    second_reading(path, "Returns", 2, 2, filled(49.9))
    assert path.read_bytes() == before
    path.rename(tmp_path / "other.xlsx")


@pytest.mark.parametrize(("row", "column"), [(1_048_576, 3), (300, 16_384)])
def test_a_stray_formatted_cell_far_out_costs_no_memory(tmp_path, row, column):
    rows = {at: {2: Written("n", str(at))} for at in range(2, 300)}
    near = book(tmp_path / "near.xlsx", plain(rows))
    far = book(tmp_path / "far.xlsx", plain({**rows, row: {column: Written("n", None, 2)}}))
    amounts = filled(*map(float, range(2, 300)))

    def peak(path):
        tracemalloc.start()
        try:
            assert second_reading(path, "Returns", 2, 2, amounts) is None
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(near)
    assert peak(far) < peak(near) + 2**20
