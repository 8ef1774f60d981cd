"""The clean CSV as a file: no file of the user is lost for it."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from action_returns.errors import NoRowsToSendError, OutputFileError
from action_returns.operations.account import Account
from action_returns.operations.check import check_file
from action_returns.operations.export import export
from tests.support.profiles import paths_of

ROWS = b"ActionId,Amount,Reason\r\nM.8882.4808.1063415,0,REJECTED\r\n"
TODAY = date(2026, 6, 5)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a list of returns, in which the program is run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "returns.csv").write_bytes(ROWS)
    return tmp_path


def exported(file, target, home):
    paths = paths_of(home)
    checked = check_file(str(file), Account(), paths, now=datetime(2026, 6, 5, tzinfo=UTC))
    return export(checked, paths, target=Path(target), today=TODAY, overwrite=True)


def test_the_list_that_was_checked_is_never_written_however_its_name_is_spelled(folder, home):
    whole = folder / "returns.csv"
    for file, target in (
        ("returns.csv", whole),
        (whole, "returns.csv"),
        ("returns.csv", f"../{folder.name}/returns.csv"),
    ):
        with pytest.raises(OutputFileError, match="is the file that was read"):
            exported(file, target, home)
    assert whole.read_bytes() == ROWS


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_the_list_that_was_checked_is_never_written_through_another_name_of_it(folder, home, link):
    link(folder / "returns.csv", folder / "other.csv")
    for file, target in (("returns.csv", "other.csv"), ("other.csv", "returns.csv")):
        with pytest.raises(OutputFileError, match="is the file that was read"):
            exported(file, target, home)
    assert (folder / "returns.csv").read_bytes() == (folder / "other.csv").read_bytes() == ROWS


def test_another_file_is_replaced_where_that_was_asked_for(folder, home):
    (folder / "other.csv").write_bytes(b"older")
    assert exported("returns.csv", "other.csv", home) == Path("other.csv")
    assert (folder / "other.csv").read_bytes() == ROWS
    assert (folder / "returns.csv").read_bytes() == ROWS


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("M.1.1.1,x,REJECTED\r\n", "the only row of bad.csv has errors. Repair it first: action-returns check bad.csv"),
        ("M.1.1.1,x,REJECTED\r\n" * 2, "all 2 rows of bad.csv have errors. Repair them first: action-returns check"),
    ],
)
def test_without_a_ready_row_no_file_is_written(folder, home, rows, why):
    (folder / "bad.csv").write_text(f"ActionId,Amount,Reason\r\n{rows}", newline="")
    with pytest.raises(NoRowsToSendError, match=f"^Nothing was sent or written: {why}"):
        exported("bad.csv", "other.csv", home)
    assert not (folder / "other.csv").exists()


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_link_is_replaced_and_what_it_leads_to_stays(folder, home):
    (folder / "theirs.csv").write_bytes(b"theirs")
    (folder / "link.csv").symlink_to("theirs.csv")
    assert exported("returns.csv", "link.csv", home) == Path("link.csv")
    assert (folder / "theirs.csv").read_bytes() == b"theirs"
    assert (folder / "link.csv").read_bytes() == ROWS


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_the_folder_of_exports_that_an_older_version_left_open_becomes_private(folder, home):
    paths = paths_of(home)
    checked = check_file("returns.csv", Account(), paths, now=datetime(2026, 6, 5, tzinfo=UTC))
    before = export(checked, paths, target=None, today=TODAY)
    before.chmod(0o644)
    before.parent.chmod(0o755)
    assert export(checked, paths, target=None, today=TODAY) == before
    assert before.parent.stat().st_mode & 0o777 == 0o700
