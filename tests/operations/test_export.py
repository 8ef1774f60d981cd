"""The clean CSV as a file: no file of the user is lost for it."""

import errno
import os
import re
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from action_returns import windows_files
from action_returns.errors import NoRowsToSendError, OutputFileError
from action_returns.operations.account import Account
from action_returns.operations.check import check_file
from action_returns.operations.export import export
from tests.support.held_files import held, on_windows
from tests.support.profiles import paths_of

ROWS = b"ActionId,Amount,Reason\r\nM.8882.4808.1063415,0,REJECTED\r\n"
TODAY = date(2026, 6, 5)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a list of returns, in which the program is run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "returns.csv").write_bytes(ROWS)
    return tmp_path


def exported(file, target, home, *, overwrite=True):
    paths = paths_of(home)
    checked = check_file(str(file), Account(), paths, now=datetime(2026, 6, 5, tzinfo=UTC))
    return export(checked, paths, target=Path(target), today=TODAY, overwrite=overwrite)


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


@on_windows
def test_the_list_that_was_checked_is_never_written_by_its_name_in_other_letters(folder, home):
    for target in ("RETURNS.CSV", "Returns.Csv", str(folder).upper() + "\\returns.csv"):
        with pytest.raises(OutputFileError, match="is the file that was read"):
            exported("returns.csv", target, home)
    assert (folder / "returns.csv").read_bytes() == ROWS


@on_windows
@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("NUL", "Windows keeps the name NUL for a device, whatever follows it"),
        ("new\\con.csv", "Windows keeps the name con for a device, whatever follows it"),
        ("returns.csv:clean", "Windows allows no : in a name"),
        ("returns.csv.", "Windows drops the full stop at the end of a name"),
        ("returns.csv ", "Windows drops the space at the end of a name"),
        ("new>\\clean.csv", "Windows allows no > in a name"),
    ],
)
def test_a_name_that_windows_would_not_keep_is_refused_before_anything_is_made(folder, home, target, why):
    with pytest.raises(OutputFileError) as caught:
        exported("returns.csv", target, home)
    assert str(caught.value) == f"{target} cannot be written: {why}. Nothing was written. Choose another name."
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("returns.csv", ROWS)]


@on_windows
def test_a_file_that_is_open_in_excel_is_left_as_it_is_with_what_to_do(folder, home, monkeypatch):
    monkeypatch.setattr(windows_files, "sleep", lambda _: None)
    (folder / "other.csv").write_bytes(b"older")
    with held(folder / "other.csv", "reading"), pytest.raises(OutputFileError) as caught:
        exported("returns.csv", "other.csv", home)
    assert str(caught.value) == (
        "other.csv cannot be written: another program has it open. Nothing was written. Close it there, then try again."
    )
    assert sorted((path.name, path.read_bytes()) for path in folder.iterdir()) == [
        ("other.csv", b"older"),
        ("returns.csv", ROWS),
    ]


def test_a_file_that_cannot_even_be_compared_is_left_as_it_is_with_what_to_do(folder, home, monkeypatch):
    """On Windows, a program may have a file to itself."""

    def held_elsewhere(_path):
        raise windows_files.InUseError(errno.EBUSY, "another program has it open")

    (folder / "other.csv").write_bytes(b"older")
    monkeypatch.setattr("action_returns.operations.export.open_to_read", held_elsewhere)
    with pytest.raises(OutputFileError) as caught:
        exported("returns.csv", "other.csv", home, overwrite=False)
    assert str(caught.value) == (
        "other.csv cannot be written: another program has it open. Nothing was written. Close it there, then try again."
    )
    assert (folder / "other.csv").read_bytes() == b"older"


@on_windows
def test_a_name_on_the_current_folder_of_a_drive_is_written_there(folder, home):
    assert exported("returns.csv", f"{folder.drive}clean.csv", home) == Path(f"{folder.drive}clean.csv")
    assert (folder / "clean.csv").read_bytes() == ROWS


@on_windows
def test_a_drive_and_a_network_folder_that_are_not_there_are_named(folder, home):
    for target, place in (
        ("Q:\\new\\clean.csv", "Q:\\"),
        ("\\\\no.invalid\\share\\new\\clean.csv", "\\\\no.invalid\\share\\"),
    ):
        with pytest.raises(OutputFileError) as caught:
            exported("returns.csv", target, home)
        assert f"{target} cannot be written: there is no drive or network folder {place}." in str(caught.value)


def test_a_folder_is_told_as_a_folder_and_nothing_is_written_in_it(folder, home):
    (folder / "new").mkdir()
    for target in ("new", ".", folder.anchor):
        for overwrite in (False, True):
            with pytest.raises(OutputFileError) as caught:
                exported("returns.csv", target, home, overwrite=overwrite)
            assert str(caught.value).endswith(
                " cannot be written: it is a folder. Nothing was written. Name a file in it."
            )
    assert list((folder / "new").iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_named(folder, home):
    for target in ("returns.csv/clean.csv", "returns.csv/new/clean.csv"):
        with pytest.raises(OutputFileError) as caught:
            exported("returns.csv", target, home)
        assert re.search(
            r"cannot be written: (returns\.csv is no folder|Not a directory)\. Nothing was", str(caught.value)
        )


def test_on_a_drive_without_file_numbers_another_file_is_replaced_and_the_list_is_not(folder, home, monkeypatch):
    (folder / "other.csv").write_bytes(b"older")
    look = Path.stat

    def numberless(path, **options):
        facts = list(look(path, **options))
        facts[stat.ST_INO] = facts[stat.ST_DEV] = 0
        return os.stat_result(facts)

    monkeypatch.setattr(Path, "stat", numberless)
    exported("returns.csv", "other.csv", home)
    with pytest.raises(OutputFileError, match="is the file that was read"):
        exported("returns.csv", f"../{folder.name}/returns.csv", home)
    assert (folder / "other.csv").read_bytes() == ROWS


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


def test_a_link_is_replaced_and_what_it_leads_to_stays(folder, home):
    (folder / "theirs.csv").write_bytes(b"theirs")
    (folder / "link.csv").symlink_to("theirs.csv")
    assert exported("returns.csv", "link.csv", home) == Path("link.csv")
    assert (folder / "theirs.csv").read_bytes() == b"theirs"
    assert (folder / "link.csv").read_bytes() == ROWS


def test_the_folder_of_exports_that_an_older_version_left_open_becomes_private(folder, home):
    paths = paths_of(home)
    checked = check_file("returns.csv", Account(), paths, now=datetime(2026, 6, 5, tzinfo=UTC))
    before = export(checked, paths, target=None, today=TODAY)
    before.chmod(0o644)
    before.parent.chmod(0o755)
    assert export(checked, paths, target=None, today=TODAY) == before
    assert before.parent.stat().st_mode & 0o777 == 0o700
