"""Every kind of workbook that is written passes the validator of Microsoft's Open XML SDK."""

import shutil
import zipfile
from datetime import datetime

import pytest

from action_returns.batch.cells import CellError
from action_returns.files import packaged_file
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import new_workbook, workbook_bytes
from action_returns.operations.upgrade_workbook import upgrade_workbook
from action_returns.workbook_builder.contents import Entries
from tests.support.cli import run_program
from tests.support.open_xml import OFFICES, errors
from tests.support.profiles import paths_of

OTHER_OFFICES = [pytest.param(office, marks=pytest.mark.long) for office in ("Office2019", "Office2021")]
HARD_TO_WRITE = [
    ("M.8882.4808.1", 0.1 + 0.2, "ORDER_UPDATE", "<r>&amp;</r> \x01 _x0041_", datetime(2026, 5, 12, 8, 20)),  # noqa: DTZ001
    ("=1+1", CellError("error", "#N/A"), "REJECTED", " \U0001f600 \u202e", True),
    (None, "-5", None, "line\nline", 1e300),
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Every kind of workbook that is written, by name."""
    folder = tmp_path_factory.mktemp("valid")
    for suffix in ("xlsm", "xlsx"):
        new_workbook(folder / f"empty.{suffix}", Account())
        new_workbook(folder / f"filled.{suffix}", Account(), samples=True)
    entries = Entries(HARD_TO_WRITE, own_headers=("Note", "Since <when> & why"))
    (folder / "hard.xlsm").write_bytes(workbook_bytes(Account(), entries, macros=True))
    upgrade_workbook(folder / "hard.xlsm", folder / "upgraded.xlsx", paths_of(folder / "home"))
    run_program("fix", packaged_file("workbook_templates/samples/returns.xlsx"), "-o", folder / "fixed.xlsx")
    return folder


KINDS = ["empty.xlsm", "empty.xlsx", "filled.xlsm", "filled.xlsx", "hard.xlsm", "upgraded.xlsx", "fixed.xlsx"]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("office", [*OFFICES, *OTHER_OFFICES])
def test_office_finds_nothing_to_repair(written, name, office):
    assert errors(written / name, office) == []


@pytest.mark.parametrize(
    ("part", "good", "bad"),
    [
        ("xl/worksheets/sheet2.xml", b"<sheetData>", b"<sheetDatum>1</sheetDatum><sheetData>"),
        ("xl/tables/table1.xml", b'displayName="Actions"', b'displayname="Actions"'),
        ("customUI/customUI14.xml", b'size="large"', b'size="huge"'),
    ],
)
def test_the_validator_sees_what_is_wrong_in_every_kind_of_part(written, tmp_path, part, good, bad):
    path = tmp_path / "broken.xlsm"
    with zipfile.ZipFile(written / "filled.xlsm") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(good, bad, 1) if name == part else content)
    assert errors(path, "Microsoft365")
    shutil.copy(written / "filled.xlsm", path)
    assert not errors(path, "Microsoft365")
