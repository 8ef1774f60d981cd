"""A file format is one module and one line; what reads files asks the list and nothing else."""

import json
import os
import subprocess
import sys
from datetime import UTC
from pathlib import Path

import pytest

from action_returns import readers, windows_files
from action_returns.batch.check import check
from action_returns.errors import FileError
from action_returns.readers.batch_file import read_batch
from action_returns.readers.pending_download import read_pending_download
from action_returns.readers.pending_rows import read_headers
from tests.support.held_files import held, on_windows
from tests.support.workbooks import write

ID = "M.8882.4808.1063415"


def pending(path):
    return read_pending_download(path, wanted={ID}, time_zone=UTC)


@pytest.fixture
def _made_up(monkeypatch):
    monkeypatch.setattr(readers, "FORMATS", ("tests.readers.made_up_format", *readers.FORMATS))


@pytest.mark.usefixtures("_made_up")
def test_a_new_format_is_read_as_a_batch(tmp_path):
    path = tmp_path / "returns.txt"
    path.write_bytes(b"%BARS\n" + f"ActionId|Amount|Reason\n{ID}|0|REJECTED\n{ID}|0|REJECTED\n".encode())
    loaded = read_batch(path, sheet="one")
    assert loaded.origin == "bars, sheet one"
    assert [(finding.row, finding.code) for finding in check(loaded.columns)] == [(4, "id-duplicate")]


@pytest.mark.usefixtures("_made_up")
def test_a_new_format_is_read_as_a_pending_download(tmp_path):
    path = tmp_path / "pending.txt"
    path.write_bytes(b"%BARS\n" + f"Report of June\nAction ID|Sale Amount|State\n{ID}|49.90|PENDING\n".encode())
    assert read_headers(path) == ["Action ID", "Sale Amount", "State"]
    action = pending(path).actions[ID]
    assert (action.cents, action.state) == (4990, "PENDING")


@pytest.mark.usefixtures("_made_up")
def test_a_format_may_go_by_the_name_of_a_file(tmp_path):
    path = tmp_path / "returns.bars"
    path.write_text(f"any first line\nActionId|Amount|Reason\n{ID}|0|REJECTED\n")
    assert list(read_batch(path).columns.amount) == ["0"]


def test_the_same_file_is_no_batch_before_its_format_is_registered(tmp_path):
    path = tmp_path / "returns.bars"
    path.write_text(f"%BARS\nActionId|Amount|Reason\n{ID}|0|REJECTED\n")
    with pytest.raises(FileError, match="has no row with the headers"):
        read_batch(path)


LOADED = """
import sys
from datetime import UTC
from pathlib import Path
from action_returns.readers.batch_file import read_batch
from action_returns.readers.pending_download import read_pending_download
if sys.argv[1] == "batch":
    read_batch(Path(sys.argv[2]))
else:
    read_pending_download(Path(sys.argv[2]), wanted=None, time_zone=UTC)
print(*sorted(name for name in sys.modules if name.startswith("action_returns.readers.")))
"""
WORKBOOK, JSON, CSV = (
    "action_returns.readers.xlsx",
    "action_returns.readers.json_file",
    "action_returns.readers.csv_file",
)


@pytest.mark.parametrize(
    ("what", "name", "without"),
    [
        ("batch", "b.xlsx", {JSON, CSV}),
        ("batch", "b.csv", {WORKBOOK}),
        ("pending", "b.xlsx", {JSON, CSV}),
        ("pending", "b.json", {WORKBOOK, CSV}),
        ("pending", "b.csv", {WORKBOOK}),
    ],
)
def test_a_format_that_is_not_used_is_not_loaded(tmp_path, what, name, without):
    path = tmp_path / name
    if name == "b.xlsx":
        write(path, [(ID, 0.0, "REJECTED")])
    elif name == "b.json":
        path.write_text(json.dumps([{"ActionId": ID}]))
    else:
        path.write_text(f"ActionId,Amount,Reason\n{ID},0,REJECTED\n")
    command = [sys.executable, "-c", LOADED, what, str(path)]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert "action_returns.readers.headers" in loaded
    assert not loaded & without


def test_a_list_of_actions_in_json_is_no_batch(tmp_path):
    path = tmp_path / "actions.json"
    path.write_text(json.dumps({"Actions": [{"ActionId": ID, "Amount": 0, "Reason": "REJECTED"}]}))
    with pytest.raises(FileError):
        read_batch(path)


@pytest.mark.parametrize("name", ["b.xlsx", "B.XLSM", "b.xltx", "b.xltm", "b.xlsb"])
def test_a_file_with_the_name_of_a_workbook_is_never_read_as_text(tmp_path, name):
    path = tmp_path / name
    path.write_text(f"ActionId,Amount,Reason\n{ID},0,REJECTED\n")
    problem, message = refusal_of(read_batch, path)
    assert (problem, message.startswith(f"{name} is not a workbook")) == ("file-unreadable", True)


@pytest.mark.parametrize("name", ["b.xls", "b.ods", "b.txt", "b"])
def test_a_text_with_another_name_is_read_as_text(tmp_path, name):
    """Many programs export a text file and call it .xls."""
    path = tmp_path / name
    path.write_text(f"ActionId\tAmount\tReason\n{ID}\t0\tREJECTED\n")
    assert list(read_batch(path).columns.amount) == ["0"]


@pytest.mark.parametrize("name", ["b.csv", "b.json", "b.xls", "b"])
def test_a_workbook_with_another_name_is_read_as_a_workbook(tmp_path, name):
    path = tmp_path / name
    write(tmp_path / "b.xlsx", [(ID, 12.5, "ORDER_UPDATE")]).rename(path)
    assert list(read_batch(path).columns.amount) == [12.5]


def test_json_that_is_nested_too_deep_is_refused_in_words(tmp_path, monkeypatch):
    path = tmp_path / "pending.json"
    path.write_text('{"Actions": [[]]}')

    def too_deep(*_args, **_options):
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr(json, "loads", too_deep)
    problem, message = refusal_of(pending, path)
    assert (problem, "is not valid JSON" in message) == ("file-unreadable", True)


def refusal_of(read, path):
    with pytest.raises(FileError) as caught:
        read(path)
    return caught.value.problem, caught.value.message


@pytest.mark.parametrize("read", [read_batch, read_headers, pending])
@pytest.mark.parametrize("name", ["none.xlsx", "none.csv", "none.json", "no-folder/none.csv"])
def test_a_missing_file_has_one_text_whatever_reads_it(tmp_path, read, name):
    text = f"There is no file {tmp_path / name}. Check the name and the folder it is in."
    assert refusal_of(read, tmp_path / name) == ("file-unreadable", text)


@pytest.mark.parametrize("read", [read_batch, read_headers, pending])
@pytest.mark.parametrize("name", ["folder.xlsx", "folder"])
def test_a_folder_has_one_text_whatever_reads_it(tmp_path, read, name):
    (tmp_path / name).mkdir()
    text = f"{tmp_path / name} is a folder. Name a file that is in it."
    assert refusal_of(read, tmp_path / name) == ("file-unreadable", text)


@pytest.mark.parametrize("read", [read_batch, read_headers, pending])
@pytest.mark.parametrize("name", ["b.xlsx", "b.csv"])
def test_a_file_that_another_program_holds_has_one_text_whatever_reads_it(tmp_path, monkeypatch, read, name):
    path = tmp_path / name
    path.write_bytes(b"PK")

    def held(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", held)
    monkeypatch.setattr(type(path), "stat", held)  # as in a folder that may not be looked into
    told = {
        "nt": "another program has it open. Close it there or save a copy, and try again.",
        "posix": "Permission denied. If another program has it open, close it there or save a copy, and try again.",
    }
    assert refusal_of(read, path)[1] == f"{path} cannot be opened: {told[os.name]}"


@on_windows
@pytest.mark.parametrize("read", [read_batch, read_headers, pending])
@pytest.mark.parametrize("name", ["b.xlsx", "b.csv", "b.json"])
def test_a_file_that_another_program_has_to_itself_is_told_as_exactly_that(tmp_path, monkeypatch, read, name):
    monkeypatch.setattr(windows_files, "sleep", lambda _: None)
    path = tmp_path / name
    path.write_bytes(b"PK")
    with held(path):
        assert refusal_of(read, path) == (
            "file-unreadable",
            f"{path} cannot be opened: another program has it open. Close it there or save a copy, and try again.",
        )


@on_windows
def test_a_file_that_is_open_in_excel_is_read(tmp_path):
    path = write(tmp_path / "b.xlsx", [(ID, 12.5, "ORDER_UPDATE")])
    with held(path, "reading and writing"):
        assert list(read_batch(path).columns.amount) == [12.5]


@on_windows
def test_a_file_that_a_virus_scanner_has_for_a_moment_is_read(tmp_path, monkeypatch):
    path = write(tmp_path / "b.xlsx", [(ID, 12.5, "ORDER_UPDATE")])
    with held(path) as close:
        monkeypatch.setattr(windows_files, "sleep", lambda _: close())
        assert list(read_batch(path).columns.amount) == [12.5]


@on_windows
@pytest.mark.parametrize("read", [read_batch, read_headers, pending])
def test_a_file_without_a_right_is_told_as_exactly_that(tmp_path, monkeypatch, read):
    def refused(path, *_args, **_options):
        raise PermissionError(13, "Permission denied", str(path))

    path = tmp_path / "b.csv"
    path.write_bytes(b"")
    monkeypatch.setattr(type(path), "open", refused)
    monkeypatch.setattr(windows_files, "_answer", lambda *_, **__: 5)
    assert refusal_of(read, path)[1] == (
        f"{path} cannot be opened: this user has no right to it. Ask for the right to read it, or for a copy."
    )


@on_windows
@pytest.mark.parametrize("read", [read_batch, read_headers, pending])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("NUL", "Windows keeps the name NUL for a device, whatever follows it"),
        ("com1.csv", "Windows keeps the name com1 for a device, whatever follows it"),
        ("*.csv", "Windows allows no * in a name"),
        ('folder"', 'Windows allows no " in a name'),  # the backslash before a quote is none for the command line
    ],
)
def test_a_name_that_no_file_has_is_refused_and_no_device_is_waited_for(tmp_path, read, name, why):
    assert refusal_of(read, tmp_path / name) == (
        "file-unreadable",
        f"{tmp_path / name} cannot be opened: {why}. Check the name.",
    )


@on_windows
@pytest.mark.parametrize("read", [read_batch, read_headers, pending])
def test_a_drive_that_is_not_there_is_told(read):
    assert refusal_of(read, Path("Q:\\b.csv"))[1] == (
        "Q:\\b.csv cannot be opened: there is no drive or network folder Q:\\. Check the name and the folder it is in."
    )


@pytest.mark.parametrize("name", ["b.xlsx", "b.csv", "b.json"])
def test_a_file_that_vanishes_after_its_first_bytes_were_read_is_told_like_a_missing_one(tmp_path, monkeypatch, name):
    path = tmp_path / name
    path.write_bytes({"b.xlsx": b"PK", "b.csv": b"a,b", "b.json": b"[]"}[name])
    find = readers.find_format

    def vanishing(given):
        found = find(given)
        given.unlink()
        return found

    monkeypatch.setattr("action_returns.readers.table_file.find_format", vanishing)
    with pytest.raises(FileError, match="There is no file"):
        read_headers(path)
