"""Files and folders of the program itself: which are made, opened and read, on every system."""

import os

import pytest

from action_returns import windows_files
from action_returns.private_files import make_private_folder, private_opener, read_own_file, read_private_file
from action_returns.windows_files import InUseError, UnusableNameError
from tests.support.held_files import held, on_windows
from tests.support.rights import both, make_private


@pytest.fixture
def secret(tmp_path):
    (tmp_path / "mine").mkdir(mode=0o700)
    path = tmp_path / "mine" / "secret"
    path.write_bytes(b"s3cret")
    make_private(path)
    return path


@both
def test_a_file_of_this_user_is_read(secret, read):
    assert read(secret) == b"s3cret"


@both
def test_a_folder_and_a_missing_file_are_errors(tmp_path, read):
    with pytest.raises(IsADirectoryError):
        read(tmp_path)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none")


def test_no_more_is_read_than_a_file_may_have(secret):
    secret.write_bytes(b"123456789")
    for read in (read_private_file, read_own_file):
        assert read(secret, largest=9) == b"123456789"
        with pytest.raises(OSError, match="too large: more than 8 bytes") as caught:
            read(secret, largest=8)
        assert "1234" not in str(caught.value)


def test_a_folder_and_those_above_it_are_made_once(tmp_path):
    folder = tmp_path / "a" / "b" / "submissions"
    for _ in range(2):
        make_private_folder(folder)
        assert folder.is_dir()


def test_a_file_under_the_name_of_a_folder_is_an_error_and_stays(tmp_path):
    (tmp_path / "exports").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        make_private_folder(tmp_path / "exports")
    with pytest.raises(FileExistsError if os.name == "nt" else NotADirectoryError):
        make_private_folder(tmp_path / "exports" / "below")
    assert (tmp_path / "exports").read_bytes() == b"mine"


@pytest.mark.parametrize(("how", "there"), [("xb", b"row"), ("ab", b"oldrow"), ("wb", b"row")])
def test_a_file_is_opened_as_asked(tmp_path, how, there):
    path = tmp_path / "f"
    if how != "xb":
        path.write_bytes(b"old")
    with open(path, how, opener=private_opener) as file:
        file.write(b"row")
    assert path.read_bytes() == there
    with pytest.raises(FileExistsError), open(path, "xb", opener=private_opener):
        pass


@pytest.mark.parametrize("how", ["ab", "wb"])
def test_a_folder_is_told_as_a_folder_when_a_file_is_written(tmp_path, how):
    with pytest.raises(IsADirectoryError), open(tmp_path, how, opener=private_opener):
        pass


# --- what only Windows refuses


@on_windows
@both
def test_a_file_that_another_program_has_to_itself_is_told_as_exactly_that(secret, read, monkeypatch):
    pauses = []
    monkeypatch.setattr(windows_files, "sleep", pauses.append)
    with held(secret), pytest.raises(InUseError, match="another program has it open"):
        read(secret)
    assert pauses


@on_windows
@both
def test_a_file_that_a_virus_scanner_has_for_a_moment_is_read(secret, read, monkeypatch):
    with held(secret) as close:
        monkeypatch.setattr(windows_files, "sleep", lambda _: close())
        assert read(secret) == b"s3cret"


@on_windows
def test_a_file_that_another_program_has_for_a_moment_is_written(secret, monkeypatch):
    with held(secret, "reading") as close:
        monkeypatch.setattr(windows_files, "sleep", lambda _: close())
        with open(secret, "ab", opener=private_opener) as file:
            file.write(b"!")
    assert secret.read_bytes() == b"s3cret!"


@on_windows
@both
@pytest.mark.parametrize("name", ["NUL", "con", "com1.txt"])
def test_a_device_is_no_file(tmp_path, read, name):
    with pytest.raises(UnusableNameError, match="for a device"):
        read(tmp_path / name)


@on_windows
def test_a_drive_that_is_not_there_is_named_when_a_folder_is_made(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no drive or network folder Q:"):
        make_private_folder(type(tmp_path)("Q:\\home\\exports"))
