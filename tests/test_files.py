"""Paths of this computer, and files that are whole or not there."""

import errno
import os
import re
import stat
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import hatchling.build
import pytest

from action_returns import windows_files
from action_returns.access_lists import large_groups_with_access
from action_returns.files import Paths, default_paths, packaged_file, write_atomically
from action_returns.windows_files import InUseError, UnusableNameError
from tests.support.held_files import held, hold, on_windows
from tests.support.rights import make_private, open_to_everyone

ON_WINDOWS = os.name == "nt"
GIVES_A_NAME = (Path, "rename") if ON_WINDOWS else (os, "link")
"""What gives a new file its name where there are hard links, which Windows does not need."""
GIVES_A_NAME_WITHOUT_LINKS = (Path, "rename" if ON_WINDOWS else "replace")


def test_one_variable_moves_everything(tmp_path):
    paths = default_paths({"ACTION_RETURNS_HOME": str(tmp_path)})
    for name in ("config_file", "ledger_file", "submissions", "exports", "logs"):
        assert getattr(paths, name).parent == tmp_path
    assert default_paths({}).config_file.name == "config.toml"


def test_every_path_has_a_name_of_its_own_below_the_one_folder(tmp_path):
    paths = default_paths({"ACTION_RETURNS_HOME": str(tmp_path)})
    found = {
        name: getattr(paths, name).name
        for name in (*paths.__slots__, "backups", "pending", "imports", "pending_answers", "column_answers")
    }
    assert found == {
        "config_file": "config.toml",
        "ledger_file": "ledger.sqlite3",
        "submissions": "submissions",
        "exports": "exports",
        "logs": "logs",
        "backups": "backups",
        "pending": "pending",
        "imports": "imports.sqlite3",
        "pending_answers": "pending-columns.json",
        "column_answers": "batch-columns.json",
    }


def test_copies_lie_beside_the_ledger_and_answers_beside_the_profiles(tmp_path):
    paths = Paths(tmp_path / "c" / "config.toml", tmp_path / "d" / "ledger.sqlite3", *[tmp_path] * 3)
    assert paths.backups == tmp_path / "d" / "backups"
    assert paths.pending_answers == tmp_path / "c" / "pending-columns.json"


def test_the_samples_are_shipped():
    assert packaged_file("workbook_templates/samples/returns.xlsx").stat().st_size > 1000


def test_a_missing_file_of_the_installation_is_named():
    with pytest.raises(FileNotFoundError, match="addin/none is missing from this installation; install"):
        packaged_file("addin/none")


def test_an_installed_program_has_every_file_that_it_reads(tmp_path, monkeypatch):
    root = Path(__file__).parents[1]
    monkeypatch.chdir(root)
    with zipfile.ZipFile(tmp_path / hatchling.build.build_wheel(str(tmp_path))) as wheel:
        installed = set(wheel.namelist())
    folders = {
        "src/action_returns": "action_returns",
        "addin": "action_returns/shipped/addin",
        "workbook_templates": "action_returns/shipped/workbook_templates",
    }
    read = {
        f"{target}/{path.relative_to(root / folder).as_posix()}"
        for folder, target in folders.items()
        for path in (root / folder).rglob("*")
        if path.suffix in {".sql", ".html", ".toml", ".xml", ".bas", ".cls", ".xlsx", ".csv"}
    }
    assert {Path(name).suffix for name in read} >= {".sql", ".html", ".toml", ".xml", ".bas", ".cls", ".xlsx", ".csv"}
    assert read - installed == set()


# --- a file is whole or not there


def in_folder(folder):
    """Return name -> bytes of every file in a folder, drafts included."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def no_hard_links(monkeypatch):
    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)


def failing(number, message):
    def fail(*_args, **_options):
        raise OSError(number, message)

    return fail


def after(function, error):
    """Return the function as a network file system may run it: the work is done, the answer is an error."""

    def lost_answer(*args):
        function(*args)
        raise error

    return lost_answer


@pytest.mark.parametrize("content", [b"whole", lambda draft: draft.write_bytes(b"whole")])
@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("private", [True, False])
def test_a_file_holds_exactly_its_content_and_no_draft_stays(tmp_path, content, overwrite, private):
    write_atomically(tmp_path / "f", content, overwrite=overwrite, private=private)
    assert in_folder(tmp_path) == {"f": b"whole"}


def test_a_file_is_not_replaced_unless_asked(tmp_path):
    (tmp_path / "f").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "f", b"new", overwrite=False)
    assert in_folder(tmp_path) == {"f": b"old"}
    write_atomically(tmp_path / "f", b"new", overwrite=True)
    assert in_folder(tmp_path) == {"f": b"new"}


@pytest.mark.usefixtures("no_hard_links")
def test_without_hard_links_a_file_is_written_and_still_not_replaced_unless_asked(tmp_path):
    write_atomically(tmp_path / "f", b"old", overwrite=False)
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "f", b"new", overwrite=False)
    assert in_folder(tmp_path) == {"f": b"old"}


@pytest.mark.usefixtures("no_hard_links")
def test_without_hard_links_a_write_that_fails_leaves_no_empty_file(tmp_path, monkeypatch):
    monkeypatch.setattr(*GIVES_A_NAME_WITHOUT_LINKS, failing(5, "Input/output error"))
    with pytest.raises(OSError, match="Input/output error"):
        write_atomically(tmp_path / "f", b"whole", overwrite=False)
    assert in_folder(tmp_path) == {}


@pytest.mark.usefixtures("no_hard_links")
def test_without_hard_links_a_write_that_fails_removes_nothing_of_another_program(tmp_path, monkeypatch):
    def replaced_by_another(_draft, path):
        path.write_bytes(b"theirs")
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(*GIVES_A_NAME_WITHOUT_LINKS, replaced_by_another)
    with pytest.raises(OSError, match="Input/output error"):
        write_atomically(tmp_path / "f", b"mine", overwrite=False)
    assert in_folder(tmp_path) == {"f": b"theirs"}


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("content", [b"new", lambda draft: draft.write_bytes(b"new")])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, content, overwrite):
    (tmp_path / "f").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", failing(28, "No space left on device"))
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "f", content, overwrite=overwrite)
    assert in_folder(tmp_path) == {"f": b"old"}


def test_content_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "f").write_bytes(b"old")

    def broken(draft):
        draft.write_bytes(b"half")
        raise ValueError("the source is damaged")

    with pytest.raises(ValueError, match="the source is damaged"):
        write_atomically(tmp_path / "f", broken, overwrite=True)
    assert in_folder(tmp_path) == {"f": b"old"}


LOST = [FileExistsError(17, "File exists"), OSError(5, "Input/output error")]
"""What a network file system reports when it did the work, lost the answer and refused its own second try."""


@pytest.mark.parametrize("error", LOST)
def test_a_new_file_that_is_there_after_a_lost_answer_counts_as_written(tmp_path, monkeypatch, error):
    monkeypatch.setattr(*GIVES_A_NAME, after(getattr(*GIVES_A_NAME), error))
    write_atomically(tmp_path / "f", b"whole", overwrite=False)
    assert in_folder(tmp_path) == {"f": b"whole"}


@pytest.mark.parametrize("error", [FileNotFoundError(2, "No such file"), *LOST])
def test_a_replaced_file_that_is_there_after_a_lost_answer_counts_as_written(tmp_path, monkeypatch, error):
    (tmp_path / "f").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", after(Path.replace, error))
    write_atomically(tmp_path / "f", b"new", overwrite=True)
    assert in_folder(tmp_path) == {"f": b"new"}


@pytest.mark.usefixtures("no_hard_links")
@pytest.mark.parametrize("error", LOST)
def test_without_hard_links_a_file_that_is_there_after_a_lost_answer_counts_as_written(tmp_path, monkeypatch, error):
    monkeypatch.setattr(*GIVES_A_NAME_WITHOUT_LINKS, after(getattr(*GIVES_A_NAME_WITHOUT_LINKS), error))
    write_atomically(tmp_path / "f", b"whole", overwrite=False)
    assert in_folder(tmp_path) == {"f": b"whole"}


def test_another_file_is_never_taken_for_this_one_where_files_have_no_numbers(tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(b"theirs")
    look = Path.stat

    def numberless(path, **options):
        facts = list(look(path, **options))
        facts[stat.ST_INO] = 0
        return os.stat_result(facts)

    monkeypatch.setattr(Path, "stat", numberless)
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "f", b"mine", overwrite=False)
    monkeypatch.undo()
    assert in_folder(tmp_path) == {"f": b"theirs"}


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("content", [b"whole", lambda draft: draft.write_bytes(b"whole")])
def test_the_content_is_on_the_disk_before_the_name_and_then_the_name_too(tmp_path, monkeypatch, content, overwrite):
    flushed = []

    def noting(handle):
        facts = os.fstat(handle)
        what = "folder" if stat.S_ISDIR(facts.st_mode) else f"file of {facts.st_size} bytes"
        flushed.append((what, (tmp_path / "f").exists(), handle))

    monkeypatch.setattr(os, "fsync", noting)
    write_atomically(tmp_path / "f", content, overwrite=overwrite)
    of_the_name = [] if ON_WINDOWS else [("folder", True)]  # Windows lets no program flush a folder
    assert [note[:2] for note in flushed] == [("file of 5 bytes", False), *of_the_name]
    for _, _, handle in flushed:
        with pytest.raises(OSError, match=r"Bad file descriptor|WinError 6"):
            os.fstat(handle)


@pytest.fixture
def mac(monkeypatch):
    """A Mac: what its files are asked to do, and the numbers of the open files that cannot do it."""
    done, unable = [], set()

    def control(handle, command):
        if handle in unable:
            raise OSError(errno.ENOTSUP, "Operation not supported")
        done.append(("drive", command))

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "fcntl", SimpleNamespace(F_FULLFSYNC=51, fcntl=control))
    monkeypatch.setattr(os, "fsync", lambda _handle: done.append(("fsync", None)))
    return SimpleNamespace(done=done, unable=unable)


@pytest.mark.parametrize("content", [b"whole", lambda draft: draft.write_bytes(b"whole")])
def test_on_a_mac_the_drive_itself_is_told_to_keep_the_file(tmp_path, mac, content):
    write_atomically(tmp_path / "f", content, overwrite=False)
    of_the_name = [] if ON_WINDOWS else [("drive", 51)]
    assert mac.done == [("drive", 51), *of_the_name]


def test_on_a_mac_a_network_drive_that_cannot_do_so_keeps_the_file_as_elsewhere(tmp_path, mac):
    mac.unable |= set(range(10_000))
    write_atomically(tmp_path / "f", b"whole", overwrite=False)
    assert set(mac.done) == {("fsync", None)}
    assert (tmp_path / "f").read_bytes() == b"whole"


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_folder_that_cannot_be_flushed_is_no_failure(tmp_path, monkeypatch, call):
    known = getattr(os, call)

    def no_folders(what, *rest):
        is_folder = stat.S_ISDIR(os.fstat(what).st_mode) if isinstance(what, int) else what == tmp_path
        if is_folder:
            raise OSError(22, "Invalid argument")
        return known(what, *rest)

    monkeypatch.setattr(os, call, no_folders)
    write_atomically(tmp_path / "f", b"whole", overwrite=False)
    assert in_folder(tmp_path) == {"f": b"whole"}


@pytest.mark.parametrize("content", [b"secret", lambda draft: draft.write_bytes(b"secret")])
def test_no_other_user_can_read_a_private_file_from_its_first_byte_on(tmp_path, monkeypatch, content):
    modes, sync = [], os.fsync

    def noting(handle):
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        sync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    monkeypatch.setattr(Path, "chmod", failing(1, "A file that becomes private later was readable before."))
    (tmp_path / "f").write_bytes(b"old")
    write_atomically(tmp_path / "f", content, overwrite=True, private=True)
    assert (modes[0], stat.S_IMODE((tmp_path / "f").stat().st_mode)) == (0o600, 0o600)


def test_a_file_that_is_not_private_has_the_mode_of_every_new_file(tmp_path):
    (tmp_path / "usual").write_bytes(b"")
    write_atomically(tmp_path / "f", b"whole", overwrite=False, private=False)
    assert (tmp_path / "f").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize(("before", "after"), [(0o600, 0o600), (0o640, 0o640), (0o444, 0o644), (0o666, 0o664)])
def test_a_file_that_replaces_another_is_not_open_to_more_users(tmp_path, before, after):
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "f").chmod(before)
    umask = os.umask(0)
    try:
        write_atomically(tmp_path / "f", b"whole", overwrite=True, private=False)
    finally:
        os.umask(umask)
    assert oct((tmp_path / "f").stat().st_mode & 0o777) == oct(after)


def test_no_file_is_open_for_everyone_to_write(tmp_path):
    umask = os.umask(0)
    try:
        write_atomically(tmp_path / "f", b"whole", overwrite=False, private=False)
    finally:
        os.umask(umask)
    assert oct((tmp_path / "f").stat().st_mode & 0o777) == oct(0o664)


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_draft_that_cannot_be_removed_costs_nothing_but_itself(tmp_path, monkeypatch, overwrite):
    monkeypatch.setattr(Path, "unlink", failing(13, "Permission denied"))
    write_atomically(tmp_path / "f", b"whole", overwrite=overwrite)
    assert (tmp_path / "f").read_bytes() == b"whole"


def test_the_error_of_the_write_is_told_when_the_draft_cannot_be_removed_either(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", failing(28, "No space left on device"))
    monkeypatch.setattr(Path, "unlink", failing(13, "Permission denied"))
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "f", b"whole", overwrite=False)
    assert not (tmp_path / "f").exists()


def test_two_programs_that_write_one_file_at_once_have_a_draft_each(tmp_path):
    drafts = []

    def meanwhile(draft):
        drafts.append(draft.name)
        draft.write_bytes(b"first")
        if len(drafts) == 1:
            write_atomically(tmp_path / "f", meanwhile, overwrite=True)
            assert draft.read_bytes() == b"first"

    write_atomically(tmp_path / "f", meanwhile, overwrite=True)
    assert len(set(drafts)) == 2
    assert all(re.fullmatch(r"\.[0-9a-f]{8}\.part", name) for name in drafts)


@pytest.mark.parametrize("name", ["f" * 255, "Batch_Mods_Reversals_2026.csv", "\u00e9" * 127, "returns.csv"])
def test_the_name_of_a_draft_is_no_longer_than_that_of_the_file_or_very_short(tmp_path, name):
    drafts = []
    write_atomically(tmp_path / name, lambda draft: drafts.append(draft.name), overwrite=False)
    assert len(drafts[0].encode()) <= max(len(name.encode()), len(".0123abcd.part"))
    assert drafts[0].startswith(f".{name[:-14]}")


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "none" / "f", b"whole", overwrite=False)
    assert in_folder(tmp_path) == {}


@pytest.mark.parametrize("path", [".", "/", ""])
def test_what_has_no_name_is_told_as_a_folder(path):
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        write_atomically(Path(path), b"whole", overwrite=True)


def test_a_folder_is_never_replaced(tmp_path):
    (tmp_path / "f").mkdir()
    for overwrite, error in ((True, IsADirectoryError), (False, FileExistsError)):
        with pytest.raises(error):
            write_atomically(tmp_path / "f", b"whole", overwrite=overwrite)
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


# --- what only Windows refuses


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that are made while another program has a file open; none of them takes time."""
    made = []
    monkeypatch.setattr(windows_files, "sleep", made.append)
    return made


@on_windows
@pytest.mark.parametrize(
    "name", ["NUL", "nul.csv", "con.csv", "COM1.txt", "f<1>.csv", "ff:notes.csv", "f.csv.", "f.csv "]
)
@pytest.mark.parametrize("overwrite", [True, False])
def test_nothing_is_written_under_a_name_that_windows_would_not_keep(tmp_path, name, overwrite):
    (tmp_path / "f.csv").write_bytes(b"old")
    with pytest.raises(UnusableNameError, match="Windows"):
        write_atomically(tmp_path / name, b"whole", overwrite=overwrite)
    assert in_folder(tmp_path) == {"f.csv": b"old"}


@on_windows
@pytest.mark.parametrize("shared", ["nothing", "reading", "reading and writing"])
def test_a_file_that_another_program_has_open_for_long_is_left_as_it_is(tmp_path, pauses, shared):
    (tmp_path / "f").write_bytes(b"old")
    with (
        held(tmp_path / "f", shared),
        pytest.raises(InUseError, match="another program has it open"),
    ):
        write_atomically(tmp_path / "f", b"new", overwrite=True)
    assert in_folder(tmp_path) == {"f": b"old"}
    assert pauses


@on_windows
def test_a_file_that_another_program_has_open_for_a_moment_is_replaced(tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(b"old")
    with held(tmp_path / "f") as close:
        monkeypatch.setattr(windows_files, "sleep", lambda _: close())
        write_atomically(tmp_path / "f", b"new", overwrite=True)
    assert in_folder(tmp_path) == {"f": b"new"}


@on_windows
@pytest.mark.parametrize("overwrite", [True, False])
def test_a_virus_scanner_that_reads_the_draft_for_a_moment_is_waited_for(tmp_path, monkeypatch, overwrite):

    def written_and_scanned(draft):
        draft.write_bytes(b"whole")
        close = hold(draft, "reading and writing")
        monkeypatch.setattr(windows_files, "sleep", lambda _: close())

    write_atomically(tmp_path / "f", written_and_scanned, overwrite=overwrite)
    assert in_folder(tmp_path) == {"f": b"whole"}


@on_windows
def test_a_read_only_file_is_not_replaced_and_keeps_its_attribute(tmp_path, monkeypatch):
    """Windows answers so when the file has the attribute; an administrator under Wine may replace it."""

    def refused(draft, path):
        raise PermissionError(13, "Access is denied", str(draft), 5, str(path))

    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "f").chmod(stat.S_IREAD)
    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError, match="it is marked as read-only"):
        write_atomically(tmp_path / "f", b"new", overwrite=True)
    assert in_folder(tmp_path) == {"f": b"old"}
    assert not (tmp_path / "f").stat().st_mode & stat.S_IWRITE


@on_windows
def test_a_draft_is_gone_although_a_scanner_held_it_when_its_write_failed(tmp_path, monkeypatch):
    def scanned(draft):
        close = hold(draft, "reading and writing")
        monkeypatch.setattr(windows_files, "sleep", lambda _: close())
        raise ValueError("the source is damaged")

    with pytest.raises(ValueError, match="the source is damaged"):
        write_atomically(tmp_path / "f", scanned, overwrite=True)
    assert in_folder(tmp_path) == {}


@on_windows
@pytest.mark.parametrize("content", [b"whole", lambda draft: draft.write_bytes(b"whole")])
def test_a_file_that_replaces_one_for_this_user_only_is_not_open_to_more_users(tmp_path, content):
    open_to_everyone(tmp_path)
    (tmp_path / "f").write_bytes(b"old")
    assert large_groups_with_access(tmp_path / "f")
    write_atomically(tmp_path / "f", content, overwrite=True, private=False)
    assert large_groups_with_access(tmp_path / "f")
    make_private(tmp_path / "f")
    write_atomically(tmp_path / "f", content, overwrite=True, private=False)
    assert large_groups_with_access(tmp_path / "f") == []
    assert in_folder(tmp_path) == {"f": b"whole"}


@on_windows
def test_a_file_in_other_letters_is_the_same_file(tmp_path):
    (tmp_path / "Returns.csv").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "RETURNS.CSV", b"new", overwrite=False)
    assert in_folder(tmp_path) == {"Returns.csv": b"old"}


@on_windows
def test_a_new_file_gets_its_name_without_a_hard_link_and_is_never_empty(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", failing(1, "Incorrect function"))
    monkeypatch.setattr(Path, "touch", failing(1, "an empty file would be seen"))
    write_atomically(tmp_path / "f", b"whole", overwrite=False)
    assert in_folder(tmp_path) == {"f": b"whole"}


@on_windows
def test_a_drive_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match="there is no drive or network folder Q:"):
        write_atomically(Path("Q:\\returns.csv"), b"whole", overwrite=False)
