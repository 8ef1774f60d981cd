"""The workbook in Gnumeric: its live checks say what the rules say, as in LibreOffice."""

import csv
import subprocess

import pytest

from action_returns import __version__
from action_returns.operations.new_workbook import declared_template
from action_returns.workbook_builder import contents
from action_returns.workbook_builder.build import build_workbook
from action_returns.workbook_builder.contents import Entries
from action_returns.workbook_builder.info import WorkbookInfo
from tests.support.available import missing_gnumeric, require
from tests.workbook_builder import live_cases

GNUMERIC_READS_OTHERWISE = "M.8882.4808.21\r\n"
"""It does not undo the escape _x000D_ of a carriage return (1.12.55), and calls the id one of another shape."""


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory):
    """Every case, all cells of Actions as Gnumeric calculates them, and what the rules say."""
    require(missing_gnumeric())
    rows = [row for row in live_cases.rows() if row[0] != GNUMERIC_READS_OTHERWISE]
    folder = tmp_path_factory.mktemp("gnumeric")
    path = folder / "cases.xlsx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contents, "live_verdicts", lambda columns, *_: ["stale"] * len(columns))
        path.write_bytes(build_workbook(declared_template(), WorkbookInfo(__version__), entries=Entries(rows)))
    subprocess.run(
        ["ssconvert", "--recalc", "-S", path, folder / "%s.csv"], check=True, capture_output=True, timeout=60
    )
    with (folder / "Actions.csv").open(encoding="utf-8", newline="") as file:
        return rows, list(csv.reader(file)), live_cases.expected(path)


def test_the_live_check_says_what_the_rules_say(recalculated):
    rows, cells, wanted = recalculated
    said = [row[3] for row in cells[3 : 3 + len(rows)]]
    different = [
        (row, got, wanted.get(number, ""))
        for number, (row, got) in enumerate(zip(rows, said, strict=True), 4)
        if got != wanted.get(number, "")
    ]
    assert not different, "\n".join(map(repr, different))


def test_the_counts_above_the_table_are_those_of_its_rows(recalculated):
    rows, cells, wanted = recalculated
    said = [wanted.get(number, "").partition(":")[0] for number in range(4, 4 + len(rows))]
    filled, errors = sum(map(bool, said)), said.count("Error")
    assert cells[0][0] == (
        f"{filled} rows filled in · {filled - errors} can be sent · {errors} with an error · {said.count('Warning')} with a warning"
    )
