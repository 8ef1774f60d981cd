"""What Windows refuses is told as what it is, whether a file is read or written."""

import errno
import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from action_returns import windows_files
from action_returns.windows_files import (
    DELETE,
    READ,
    WRITE,
    InUseError,
    NoFolderError,
    NoRightError,
    OnlineOnlyError,
    PathTooLongError,
    ReadOnlyError,
    UnusableNameError,
    check_file_name,
    explain,
    may_add_files,
    once_free,
)
from tests.support.held_files import held, on_windows

# --- names


@pytest.mark.parametrize(
    "name",
    [
        "NUL",
        "nul.csv",
        "Con",
        "con.backup.csv",
        "COM1.txt",
        "lpt9",
        "AUX .csv",
        "COM\u00b9.csv",
        "PRN.",
        "conin$",
        "nul:",
    ],
)
@pytest.mark.parametrize("reading", [True, False])
def test_the_name_of_a_device_is_refused_in_every_folder_and_with_every_ending(name, reading):
    for path in (name, f"C:\\returns\\{name}", f"C:{name}", f"\\\\server\\share\\{name}\\returns.csv"):
        with pytest.raises(UnusableNameError, match=r"Windows keeps the name \S+ for a device"):
            check_file_name(PureWindowsPath(path), reading=reading)


@pytest.mark.parametrize("character", list('<>:"|?*'))
def test_a_character_that_windows_forbids_is_named(character):
    with pytest.raises(UnusableNameError) as caught:
        check_file_name(PureWindowsPath(f"returns{character}x.csv"))
    assert caught.value.strerror == f"Windows allows no {character} in a name"


def test_a_name_is_no_longer_than_windows_takes():
    check_file_name(PureWindowsPath("x" * 255))
    with pytest.raises(UnusableNameError, match="Windows takes no name of more than 255 characters"):
        check_file_name(PureWindowsPath("x" * 256))


def test_a_control_character_is_not_printed():
    with pytest.raises(UnusableNameError, match="Windows allows no control character in a name"):
        check_file_name(PureWindowsPath("returns\x07.csv"))


@pytest.mark.parametrize(
    ("end", "named"), [(".", "full stop"), (" ", "space"), (". .", "full stop"), ("...", "full stop")]
)
def test_an_end_that_windows_drops_is_refused_so_that_no_two_names_are_one_file(end, named):
    for path in (f"returns.csv{end}", f"C:\\returns{end}\\returns.csv"):
        with pytest.raises(UnusableNameError, match=f"Windows drops the {named} at the end of a name"):
            check_file_name(PureWindowsPath(path))


@pytest.mark.parametrize(
    "path",
    [
        "returns.csv",
        "C:returns.csv",
        "C:\\my returns\\..\\returns.v2.csv",
        ".\\.returns",
        "\\\\server\\share\\November returns.csv",
        "console.csv",
        "COM10.csv",
        "nulls.csv",
        "null\\conto.csv",
        "\\\\?\\C:\\returns\\nul",
        "r\u00fcckgaben \u20ac.csv",
    ],
)
def test_every_name_that_windows_keeps_is_allowed(path):
    check_file_name(PureWindowsPath(path))


@pytest.mark.parametrize("path", ["returns.csv.", "returns.csv:notes", "returns*.csv"])
def test_a_file_that_is_only_read_may_be_spelled_as_windows_finds_it(path):
    check_file_name(PureWindowsPath(path), reading=True)


# --- errors: what Windows answers when it is asked again is made up here


class WindowsError(PermissionError):
    """An error with the number that Python gives it on Windows; its text is in the language of the system."""

    def __init__(self, number, *names):
        super().__init__(errno.EACCES, "Zugriff verweigert", *map(str, names[:1]))
        self.winerror = number
        if names[1:]:
            self.filename2 = str(names[1])


def denied(path):
    """Return what ``open`` raises on Windows, whatever the reason."""
    return PermissionError(errno.EACCES, "Permission denied", str(path))


@pytest.fixture
def answers(monkeypatch):
    """Have Windows answer with a number for every file, or with one for a new file."""

    def answer(number, creating=0):
        monkeypatch.setattr(
            windows_files, "_answer", lambda _path, _wanted, *, create=False: creating if create else number
        )

    return answer


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "returns.csv"
    path.write_bytes(b"rows")
    return path


def attributes(monkeypatch, number):
    monkeypatch.setattr(windows_files, "_attributes", lambda _path: number)


@pytest.mark.parametrize("wanted", [READ, WRITE, DELETE])
@pytest.mark.parametrize("number", [32, 33, 1224])
def test_a_file_that_another_program_has_open_is_told_as_that(file, answers, wanted, number):
    answers(number)
    for error in (denied(file), WindowsError(number, file), WindowsError(5, file)):
        told = explain(error, wanted)
        assert (type(told), told.strerror) == (InUseError, "another program has it open")


@pytest.mark.parametrize("wanted", [READ, WRITE, DELETE])
def test_a_file_that_was_closed_meanwhile_had_been_open_in_another_program(file, answers, wanted):
    answers(0)
    assert isinstance(explain(denied(file), wanted), InUseError)


@pytest.mark.parametrize("wanted", [READ, WRITE, DELETE])
def test_a_file_without_a_right_is_told_as_that(file, answers, wanted):
    answers(5)
    told = explain(denied(file), wanted)
    assert (type(told), told.strerror) == (NoRightError, "this user has no right to it")


@pytest.mark.parametrize("answer", [0, 5])
def test_a_read_only_file_is_told_as_that_when_it_would_be_changed(file, answers, monkeypatch, answer):
    answers(answer)
    attributes(monkeypatch, 0x21)
    for wanted in (WRITE, DELETE):
        told = explain(WindowsError(5, file), wanted)
        assert (type(told), told.strerror) == (ReadOnlyError, "it is marked as read-only")
    assert not isinstance(explain(denied(file), READ), ReadOnlyError)


def test_a_read_only_file_that_another_program_has_open_is_told_as_open_first(file, answers, monkeypatch):
    answers(32)
    attributes(monkeypatch, 0x21)
    assert isinstance(explain(WindowsError(32, file), DELETE), InUseError)


@pytest.mark.parametrize("wanted", [READ, WRITE, DELETE])
def test_a_folder_is_told_as_a_folder(tmp_path, answers, wanted):
    answers(32)
    for error in (denied(tmp_path), WindowsError(5, tmp_path)):
        told = explain(error, wanted)
        assert (type(told), told.strerror) == (IsADirectoryError, "it is a folder")


def test_a_folder_that_takes_no_file_of_this_user_is_named(tmp_path, answers):
    answers(2, creating=5)
    told = explain(denied(tmp_path / "new.csv"), WRITE)
    assert (type(told), told.strerror) == (NoRightError, f"this user may not write in {tmp_path}")


def test_a_disk_that_is_write_protected_is_told_as_that(tmp_path, answers):
    answers(2, creating=19)
    told = explain(denied(tmp_path / "new.csv"), WRITE)
    assert (told.errno, told.strerror) == (errno.EROFS, "the disk is write-protected")


def test_an_answer_that_is_not_known_leaves_the_error_as_it_is(file, answers):
    answers(4321)
    error = denied(file)
    assert explain(error, READ) is error


def test_of_a_rename_the_name_that_is_taken_is_looked_at_and_else_the_draft(file, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(windows_files, "_answer", lambda path, _wanted, **_: asked.append(path) or 32)
    (tmp_path / "draft").write_bytes(b"")
    explain(WindowsError(5, tmp_path / "draft", file), DELETE)
    explain(WindowsError(5, tmp_path / "draft", tmp_path / "free"), DELETE)
    assert asked == [file, tmp_path / "draft"]


def missing(path):
    return FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))


def test_a_drive_that_is_not_there_is_told_as_that(tmp_path, monkeypatch):
    monkeypatch.setattr(os.path, "exists", lambda _: False)
    told = explain(missing(tmp_path / "returns.csv"), WRITE)
    assert isinstance(told, NoFolderError)
    assert told.strerror.startswith("there is no drive or network folder ")


def test_a_path_that_may_be_too_long_is_told_with_its_length(tmp_path):
    path = tmp_path.joinpath(*["returns of a long year"] * 12, "returns.csv")
    for wanted in (READ, WRITE):
        told = explain(missing(path), wanted)
        assert isinstance(told, PathTooLongError)
        assert told.strerror == f"its whole path of {len(str(path))} characters may be too long for Windows"


def test_a_folder_that_is_there_and_takes_no_file_is_one_that_windows_guards(tmp_path):
    told = explain(missing(tmp_path / "new.csv"), WRITE)
    assert isinstance(told, NoFolderError)
    assert f"Windows lets this program make no file in {tmp_path}" in told.strerror


def test_a_file_in_the_place_of_a_folder_is_told_as_elsewhere(file):
    for path in (file / "x.csv", file / "y" / "x.csv"):
        for wanted in (READ, WRITE):
            assert isinstance(explain(missing(path), wanted), NotADirectoryError)


def test_a_missing_file_and_a_missing_folder_are_left_as_they_are(tmp_path):
    for error, wanted in ((missing(tmp_path / "none"), READ), (missing(tmp_path / "none" / "f"), WRITE)):
        assert explain(error, wanted) is error


def invalid(path):
    return OSError(errno.EINVAL, "Invalid argument", str(path))


def test_a_file_whose_content_is_kept_online_is_told_as_that(file, monkeypatch):
    for attribute in (0x1000, 0x4_0000, 0x40_0000):
        attributes(monkeypatch, attribute)
        told = explain(OSError(errno.EINVAL, "Invalid argument"), READ, file)
        assert isinstance(told, OnlineOnlyError)
        assert told.strerror.startswith("its content is not on this computer")


def test_an_argument_that_windows_calls_invalid_is_told_as_the_name_that_it_does_not_allow(tmp_path, file):
    told = explain(invalid(tmp_path / "returns?.csv"), READ)
    assert (type(told), told.strerror) == (UnusableNameError, "Windows allows no ? in a name")
    error = invalid(file)
    assert explain(error, READ) is error


@pytest.mark.parametrize(
    "error",
    [
        FileExistsError(errno.EEXIST, "File exists", "f"),
        OSError(errno.ENOSPC, "No space left on device", "f"),
        PermissionError(errno.EACCES, "Permission denied"),  # names no file
        InUseError(errno.EBUSY, "another program has it open", "f"),
    ],
)
def test_an_error_that_says_enough_is_left_as_it_is(error):
    assert explain(error, WRITE) is error


def test_no_other_system_loads_the_module_to_read_and_write(file):
    code = (
        "import sys; from pathlib import Path; from action_returns.files import write_atomically; "
        "from action_returns.readers.table_file import read_table; read_table(Path(sys.argv[1])); "
        "write_atomically(Path(sys.argv[1]), b'', overwrite=True); print('action_returns.windows_files' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(os.name == "nt")]


def test_every_reason_says_what_to_do_when_writing_and_when_reading():
    for kind in windows_files.RefusedError.__subclasses__():
        for text in (kind.to_write, kind.to_read):
            assert text[0].isupper()
            assert text.endswith(".")


# --- waiting for another program


@pytest.fixture
def pauses(monkeypatch):
    made = []
    monkeypatch.setattr(windows_files, "sleep", made.append)
    return made


def test_a_step_is_run_again_until_the_other_program_has_closed_the_file(file, answers, pauses):
    answers(32)
    tries = []

    def step():
        tries.append(1)
        if len(tries) < 4:
            raise denied(file)
        return "done"

    assert once_free(step, DELETE) == "done"
    assert (len(tries), len(pauses)) == (4, 3)


@pytest.mark.parametrize(("briefly", "most"), [(False, 1.6), (True, 0.4)])
def test_a_file_that_stays_open_is_told_after_short_pauses(file, answers, pauses, briefly, most):
    answers(32)

    def step():
        raise denied(file)

    with pytest.raises(InUseError):
        once_free(step, DELETE, briefly=briefly)
    assert pauses == sorted(pauses)
    assert 0.2 < sum(pauses) < most


@pytest.mark.parametrize("number", [5, 4321])
def test_no_other_error_is_waited_for(file, answers, pauses, number):
    answers(number)

    def step():
        raise denied(file)

    with pytest.raises(PermissionError):
        once_free(step, DELETE)
    assert pauses == []


# --- the same with Windows itself


@on_windows
@pytest.mark.parametrize("shared", ["nothing", "reading", "reading and writing"])
def test_windows_answers_about_a_file_that_is_really_open(file, shared):
    steps = {
        "remove": (DELETE, file.unlink),
        "rename": (DELETE, lambda: file.rename(file.with_name("other"))),
        "change": (WRITE, lambda: file.open("ab").close()),
        "read": (READ, file.read_bytes),
    }
    possible = {"reading": ["read"], "reading and writing": ["change", "read"]}.get(shared, [])
    with held(file, shared):
        for name, (wanted, step) in steps.items():
            if name in possible:
                step()
                continue
            with pytest.raises(PermissionError) as caught:
                step()
            assert isinstance(explain(caught.value, wanted), InUseError)
    assert file.read_bytes() == b"rows"


@on_windows
def test_windows_answers_about_a_folder_a_free_file_and_a_missing_one(file, tmp_path):
    with pytest.raises(PermissionError) as caught:
        tmp_path.open("rb")
    assert isinstance(explain(caught.value, READ), IsADirectoryError)
    assert [windows_files._answer(path, READ) for path in (file, tmp_path / "none")] == [0, 2]
    assert windows_files._answer(tmp_path / "none", WRITE, create=True) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["returns.csv"]


@on_windows
def test_a_folder_is_asked_for_its_rights_without_a_trace(tmp_path):
    assert may_add_files(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("answer", "may"), [(0, True), (32, True), (5, False), (19, False)])
def test_a_folder_takes_files_unless_its_rights_or_the_disk_forbid_it(answers, answer, may):
    answers(answer)
    assert may_add_files(Path()) is may


@pytest.mark.skipif(os.name != "nt", reason="only Windows has short names")
def test_the_short_path_leads_to_the_same_file(tmp_path):
    file = tmp_path / "Łukasz %TEMP%" / "python.exe"
    file.parent.mkdir()
    file.write_text("here")
    short = windows_files.short_path(str(file))
    assert Path(short).read_text() == "here"
    assert short.isascii()
    assert "%TEMP%" not in short
    assert windows_files.short_path(str(tmp_path / "none")) == str(tmp_path / "none")
