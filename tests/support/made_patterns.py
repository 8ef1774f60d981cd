"""Examples of the patterns that functions of the product make, and what is known of those that are handed on."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest

from action_returns.batch import amounts, csv_format
from action_returns.channels import ftp_refusals
from action_returns.channels.server_words import ServerWords
from action_returns.excel import button_texts, ribbon
from action_returns.operations import support_file
from action_returns.readers.usual_lines import DownloadColumns, like_line
from action_returns.readers.xlsx import blocks, row_pattern
from action_returns.readers.xlsx.package import Package
from action_returns.workbook_builder import formulas
from tests.support.patterns import Function
from tests.support.workbook_parts import pack, parts

USUAL_ROW = (
    b'<row r="2" ht="15"><c r="A2" s="1" t="s"><v>0</v></c><c r="B2"><v>1.5</v></c><c r="C2" t="s"><v>1</v></c></row>'
)
SPACED_ROW = b'<row r="2">\n<c r="A2" t="s">\n<v>0</v>\n</c>\n<c r="B2">\n<f>1+1</f><v>2</v>\n</c>\n</row>'


def _row_patterns() -> Iterator["re.Pattern[bytes]"]:
    for row in (USUAL_ROW, SPACED_ROW):
        like = row_pattern.like_row(row, (1, 2, 3), with_styles=True)
        assert like is not None
        yield like.pattern
        yield row_pattern.any_row((1, 2, 3), row).pattern


def _block_patterns() -> Iterator["re.Pattern[bytes]"]:
    """Return the patterns that are made while a workbook is read."""
    made = []

    def compile_and_keep(text: bytes) -> "re.Pattern[bytes]":
        made.append(re.compile(text))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(blocks, "re", SimpleNamespace(compile=compile_and_keep, escape=re.escape))
        path = Path(folder) / "returns.xlsx"
        pack(path, parts())
        with Package(path) as package:
            list(blocks.blocks(package, "xl/worksheets/sheet1.xml", "row", "sheetData"))
    return iter(made)


def _usual_lines() -> Iterator["re.Pattern[bytes]"]:
    """Return the patterns of the lines of a download: by order, quoted, and by id with other columns between them."""
    columns = DownloadColumns(action_id=0, order_id=1, amount=2, currency=None, dates=(3,))
    spread = DownloadColumns(action_id=1, order_id=None, amount=3, currency=5, dates=())
    for line, which, point in (
        (b"M.1.2.3,1001,5.00,2026-11-30T10:00:00Z", columns, "."),
        (b'"M.1.2.3","#EU1","5.00","30/11/2026"', columns, None),
        (b"a,M.1.2.3,b,5.00,c,EUR,d", spread, "."),
    ):
        usual = like_line(line, b",", which, point=point, capitals=b"EU1" in line)
        yield usual.in_any.__self__  # type: ignore[attr-defined]
        yield usual.in_even.__self__  # type: ignore[attr-defined]


MADE: dict[Function, Callable[[], Iterator[tuple["re.Pattern[Any]", set[str]]]]] = {
    ("action_returns.batch.amounts", "_grouped_by"): lambda: (
        (grouped.__self__, {"fullmatch"}) for grouped, _ in amounts._GROUPED
    ),
    ("action_returns.batch.csv_format", "_only_records"): lambda: (
        (csv_format._only_records(reason), {"fullmatch"}) for reason in (csv_format._REASON, csv_format._EARLIER_REASON)
    ),
    ("action_returns.operations.support_file", "without_person"): lambda: (
        (re.compile(pattern), {"sub"})
        for pattern in (
            support_file._pattern_of_folder("/home/ann"),
            support_file._pattern_of_folder("C:\\Users\\Ann Smith"),
            support_file._pattern_of_name("ann"),
            support_file._pattern_of_name("PC-7.example"),
        )
    ),
    ("action_returns.channels.ftp_refusals", "_name"): lambda: (
        (ftp_refusals._name(name), {"sub"}) for name in ("ann", "brand-12345", "a a")
    ),
    ("action_returns.workbook_builder.formulas", "_call"): lambda: iter(
        [(formulas._call({"BARE": "", "PLAIN": ""}), {"search"})]
    ),
    ("action_returns.channels.server_words", "__init__"): lambda: iter(
        [(ServerWords("ab", "c.d")._is_word.__self__, {"search"})]
    ),
    ("action_returns.excel.button_texts", "_patterns"): lambda: (
        (pattern, {"sub"}) for pattern, _ in button_texts._patterns()
    ),
    ("action_returns.readers.usual_lines", "like_line"): lambda: ((pattern, {"findall"}) for pattern in _usual_lines()),
    ("action_returns.readers.xlsx.blocks", "blocks"): lambda: (
        (pattern, {"search"}) for pattern in islice(_block_patterns(), 0, 1)
    ),
    ("action_returns.readers.xlsx.blocks", "_whole_items"): lambda: (
        (pattern, {"match"}) for pattern in islice(_block_patterns(), 1, 2)
    ),
    ("action_returns.readers.xlsx.row_pattern", "like_row"): lambda: (
        (pattern, {"findall"}) for pattern in islice(_row_patterns(), 0, None, 2)
    ),
    ("action_returns.readers.xlsx.row_pattern", "any_row"): lambda: (
        (pattern, {"findall"}) for pattern in islice(_row_patterns(), 1, None, 2)
    ),
}
"""Functions that make patterns -> examples of them, with their methods."""
OF_USER: set[Function] = {
    ("action_returns.settings.profile", "_check_pattern"),
    ("action_returns.batch.cell_rules", "__init__"),
}
"""Where the user's own pattern of ActionIds from config.toml is used, on ids of 64 characters at most."""
PASSED_ON = {
    ("action_returns.excel.ribbon", pattern.pattern): {"subn", "sub", "search"}
    for pattern in (ribbon._GROUPS, ribbon._CALLBACKS, ribbon._PROCEDURES)
}
"""Patterns that are handed to a function, with all that it could do with them."""
