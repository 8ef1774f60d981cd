"""Outbox and draft: a file that is there as a whole, never over another one."""

import os
import shutil
import signal
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from action_returns import windows_files
from action_returns.channels.base import OutgoingFile, State
from action_returns.channels.folder import DraftChannel, OutboxChannel
from action_returns.files import may_write_in
from tests.channels.quick import failed
from tests.servers import unpacked
from tests.support.available import missing_programs, require
from tests.support.held_files import hold, on_windows

ON_WINDOWS = os.name == "nt"
GIVES_A_NAME = (Path, "rename") if ON_WINDOWS else (os, "link")
GIVES_A_NAME_WITHOUT_LINKS = (Path, "rename" if ON_WINDOWS else "replace")
PARCEL = OutgoingFile("Batch_1.csv", b"ActionId,Amount,Reason\r\nM.1.2.3,0,REJECTED\r\n")


def test_the_outbox_holds_exactly_the_file(tmp_path):
    outcome = OutboxChannel(tmp_path).deliver(PARCEL)
    assert outcome.state is State.HANDED_OVER
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(PARCEL.name, PARCEL.content)]


def test_a_file_of_that_name_is_left_as_it_is(tmp_path):
    (tmp_path / PARCEL.name).write_bytes(b"mine")
    outcome = OutboxChannel(tmp_path).deliver(PARCEL)
    assert outcome.state is State.FAILED
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


def test_a_missing_folder_is_told_and_not_made(tmp_path):
    for result in (OutboxChannel(tmp_path / "none").deliver(PARCEL), OutboxChannel(tmp_path / "none").probe()):
        assert failed(result, "no such folder")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outcome = OutboxChannel(tmp_path).deliver(PARCEL)
    assert outcome.state is State.FAILED
    assert "disk is full" in outcome.message
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_hard_links_works_and_still_replaces_nothing(tmp_path, monkeypatch):
    def unsupported(*_):
        raise OSError(1, "not permitted")

    monkeypatch.setattr(os, "link", unsupported)
    assert OutboxChannel(tmp_path).deliver(PARCEL).state is State.HANDED_OVER
    assert OutboxChannel(tmp_path).deliver(OutgoingFile(PARCEL.name, b"other")).state is State.FAILED
    assert (tmp_path / PARCEL.name).read_bytes() == PARCEL.content


def test_a_draft_opens_as_an_unsent_message_with_the_exact_file(tmp_path):
    outcome = DraftChannel(tmp_path, "a@b.example", "c@d.example").deliver(PARCEL)
    assert outcome.state is State.HANDED_OVER
    message = message_from_bytes((tmp_path / "Batch_1.eml").read_bytes(), policy=policy.SMTP)
    (attachment,) = message.iter_attachments()
    assert (message["X-Unsent"], message["To"], attachment.get_filename()) == ("1", "c@d.example", PARCEL.name)
    assert attachment.get_payload(decode=True) == PARCEL.content
    assert outcome.evidence["message_id"] == message["Message-ID"]


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="needs a user whom a folder can refuse")
def test_a_folder_that_may_not_be_written_is_told(tmp_path):
    tmp_path.chmod(0o500)
    assert "may not write" in OutboxChannel(tmp_path).deliver(PARCEL).message


DELIVER = """
import os, signal, sys
from pathlib import Path
from action_returns.channels.base import OutgoingFile
from action_returns.channels.folder import DraftChannel, OutboxChannel
kind, folder, patch = sys.argv[1:]
content = b"ActionId,Amount,Reason\\r\\n" + b"M.1.2.3,0,REJECTED\\r\\n" * 20_000
channel = {"outbox": OutboxChannel, "draft": DraftChannel}[kind](Path(folder))
exec(patch)
outcome = channel.deliver(OutgoingFile("Batch_1.csv", content))
print(outcome.state, outcome.message, sorted(os.listdir(folder)), sep="\\n")
"""


def deliver_on_its_own(kind, folder, *, mount="", patch=""):
    """Deliver 400,022 bytes in a program of its own, on a disk of its own where one is mounted."""
    command = [sys.executable, "-c", DELIVER, kind, str(folder), patch]
    if mount:
        require(missing_programs("unshare"))
        command = unpacked.in_own_mounts(command, binds={}, setup=mount)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("kind", ["outbox", "draft"])
def test_a_disk_that_is_really_full_gets_nothing_at_all(tmp_path, kind):
    done = deliver_on_its_own(kind, tmp_path, mount=f"mount -t tmpfs -o size=64k tmpfs '{tmp_path}'")
    state, message, listed = done.stdout.splitlines()
    assert (state, listed) == ("failed", "[]"), done.stderr
    assert "the disk is full. Make room and send again" in message


@pytest.mark.parametrize("kind", ["outbox", "draft"])
def test_a_disk_that_is_read_only_is_told(tmp_path, kind):
    mount = f"mount -t tmpfs tmpfs '{tmp_path}'; mount -o remount,ro '{tmp_path}'"
    state, message, listed = deliver_on_its_own(kind, tmp_path, mount=mount).stdout.splitlines()
    assert (state, listed) == ("failed", "[]")
    assert "may not write there" in message


KILL = signal.SIGTERM if ON_WINDOWS else signal.SIGKILL  # neither can be caught, there or here
KILLED = KILL if ON_WINDOWS else -KILL
DIE = f"os.kill(os.getpid(), {int(KILL)})"
WHERE, NAMING = ("Path", "rename") if ON_WINDOWS else ("os", "link")


@pytest.mark.parametrize("kind", ["outbox", "draft"])
@pytest.mark.parametrize(
    ("moment", "there"),
    [
        (f"os.open = lambda *_: {DIE}", False),
        (f"os.fsync = lambda _: {DIE}", False),
        (f"{WHERE}.{NAMING} = lambda *_: {DIE}", False),
        (f"give = {WHERE}.{NAMING}; {WHERE}.{NAMING} = lambda *names: (give(*names), {DIE})", True),
        (f"Path.unlink = lambda *_, **__: {DIE}", True),
    ],
)
def test_a_program_that_is_killed_leaves_the_whole_file_or_no_file(tmp_path, kind, moment, there):
    assert deliver_on_its_own(kind, tmp_path, patch=moment).returncode == KILLED
    finished = [path for path in tmp_path.iterdir() if not path.name.startswith(".")]
    assert len(finished) == there
    whole = b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 20_000
    for path in finished:
        if kind == "outbox":
            assert path.read_bytes() == whole
        else:
            (attachment,) = message_from_bytes(path.read_bytes(), policy=policy.SMTP).iter_attachments()
            assert attachment.get_payload(decode=True) == whole


def test_what_a_killed_program_left_does_not_stand_in_the_way(tmp_path):
    assert deliver_on_its_own("outbox", tmp_path, patch=f"{WHERE}.{NAMING} = lambda *_: {DIE}").returncode == KILLED
    assert OutboxChannel(tmp_path).deliver(PARCEL).state is State.HANDED_OVER
    assert (tmp_path / PARCEL.name).read_bytes() == PARCEL.content


@pytest.mark.parametrize("kind", [OutboxChannel, DraftChannel])
def test_the_whole_file_and_then_its_name_are_on_the_disk_before_it_is_called_there(tmp_path, monkeypatch, kind):
    flushed, sync = [], os.fsync

    def noting(handle):
        facts = os.fstat(handle)
        name = "folder" if facts.st_ino == tmp_path.stat().st_ino else "file"
        named = [path.stat().st_size for path in tmp_path.iterdir() if not path.name.startswith(".")]
        flushed.append((name, facts.st_size if name == "file" else named, handle))
        sync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    assert kind(tmp_path).deliver(PARCEL).state is State.HANDED_OVER
    (size,) = [path.stat().st_size for path in tmp_path.iterdir()]
    of_the_name = [] if ON_WINDOWS else [("folder", [size])]  # Windows lets no program flush a folder
    assert [note[:2] for note in flushed] == [("file", size), *of_the_name]
    with pytest.raises(OSError, match=r"Bad file descriptor|WinError 6"):
        os.fstat(flushed[-1][2])  # let go of again


def test_a_folder_that_cannot_be_flushed_takes_the_file_all_the_same(tmp_path, monkeypatch):
    """Not every file system can; the file is there and must not be called failed."""
    sync = os.fsync

    def unsupported(handle):
        if os.fstat(handle).st_ino == tmp_path.stat().st_ino:
            raise OSError(22, "Invalid argument")
        sync(handle)

    monkeypatch.setattr(os, "fsync", unsupported)
    assert OutboxChannel(tmp_path).deliver(PARCEL).state is State.HANDED_OVER
    assert (tmp_path / PARCEL.name).read_bytes() == PARCEL.content


def test_a_folder_that_vanishes_on_the_way_is_told(tmp_path):
    folder = tmp_path / "outbox"
    folder.mkdir()
    outcome = OutboxChannel(folder).deliver(PARCEL, folder.rmdir)
    assert outcome.state is State.FAILED
    assert "no such folder" in outcome.message
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_vanishes_before_the_file_has_its_name_is_told(tmp_path, monkeypatch):
    folder = tmp_path / "outbox"
    folder.mkdir()
    give = getattr(*GIVES_A_NAME)

    def vanish(*names):
        shutil.rmtree(folder)
        give(*names)

    monkeypatch.setattr(*GIVES_A_NAME, vanish)
    outcome = OutboxChannel(folder).deliver(PARCEL)
    assert outcome.state is State.FAILED
    assert "no such folder" in outcome.message


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    place = tmp_path / "outbox"
    place.write_bytes(b"mine")
    for result in (OutboxChannel(place).deliver(PARCEL), OutboxChannel(place).probe()):
        assert failed(result, "no such folder")
    assert place.read_bytes() == b"mine"


def test_a_disk_with_another_trouble_is_told_in_its_own_words(tmp_path, monkeypatch):
    def broken(_handle):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    assert "Input/output error. Choose another folder" in OutboxChannel(tmp_path).deliver(PARCEL).message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [FileExistsError(17, "File exists"), OSError(5, "Input/output error")])
def test_a_file_that_has_its_name_although_the_network_says_no_is_there(tmp_path, monkeypatch, error):
    """A network file system may lose its own answer and refuse its own second try; failed would be a lie."""
    give = getattr(*GIVES_A_NAME)

    def given_but_denied(*names):
        give(*names)
        raise error

    monkeypatch.setattr(*GIVES_A_NAME, given_but_denied)
    assert OutboxChannel(tmp_path).deliver(PARCEL).state is State.HANDED_OVER
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(PARCEL.name, PARCEL.content)]


def test_a_name_that_cannot_be_given_is_not_left_on_an_empty_file(tmp_path, monkeypatch):
    def unsupported(*_):
        raise OSError(1, "not permitted")

    monkeypatch.setattr(os, "link", unsupported)
    monkeypatch.setattr(*GIVES_A_NAME_WITHOUT_LINKS, unsupported)
    assert OutboxChannel(tmp_path).deliver(PARCEL).state is State.FAILED
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_probed_without_a_trace(tmp_path):
    for channel in (OutboxChannel(tmp_path), DraftChannel(tmp_path)):
        outcome = channel.probe()
        assert outcome.works
        assert (str(tmp_path) in outcome.message, channel.destination) == (True, str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_file_is_told_by_the_probe(tmp_path, monkeypatch):
    assert may_write_in(tmp_path)
    monkeypatch.setattr(
        *(windows_files, "_answer") if ON_WINDOWS else (os, "access"), lambda *_: 5 if ON_WINDOWS else 0
    )
    assert not may_write_in(tmp_path)
    assert "may not write" in OutboxChannel(tmp_path).probe().message


def test_a_draft_of_that_name_is_left_as_it_is(tmp_path):
    (tmp_path / "Batch_1.eml").write_bytes(b"mine")
    outcome = DraftChannel(tmp_path).deliver(PARCEL)
    assert outcome.state is State.FAILED
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


@pytest.mark.parametrize("header", ["sender", "recipient", "subject"])
def test_a_draft_with_a_header_that_would_smuggle_something_in_is_not_written(tmp_path, header):
    told = []
    outcome = DraftChannel(tmp_path, **{header: "x@y.example\nBcc: e@f.example"}).deliver(
        PARCEL, lambda: told.append(1)
    )
    assert outcome.state is State.FAILED
    assert f"The {header}" in outcome.message
    assert (list(tmp_path.iterdir()), told) == ([], [])


@pytest.mark.parametrize("kind", [OutboxChannel, DraftChannel])
def test_a_record_that_cannot_be_made_writes_nothing(tmp_path, kind):
    def broken():
        raise OSError(28, "the ledger's disk is full")

    with pytest.raises(OSError, match="the ledger's disk"):
        kind(tmp_path).deliver(PARCEL, broken)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [OutboxChannel, DraftChannel])
def test_leaving_is_told_once_and_before_anything_is_there(tmp_path, kind):
    told = []
    assert kind(tmp_path).deliver(PARCEL, lambda: told.append(list(tmp_path.iterdir()))).state is State.HANDED_OVER
    assert told == [[]]


@on_windows
@pytest.mark.parametrize("kind", [OutboxChannel, DraftChannel])
def test_a_new_file_that_a_virus_scanner_does_not_let_go_is_told_and_removed(tmp_path, monkeypatch, kind):
    sync, closers = os.fsync, []

    def scanned(handle):
        sync(handle)
        (draft,) = tmp_path.iterdir()
        closers.append(hold(draft, "reading and writing"))

    def sleep(pause):
        if len(pauses) > len(windows_files._PAUSES):  # the name was not given; the draft is removed
            closers[0]()
        pauses.append(pause)

    pauses = [0]
    monkeypatch.setattr(os, "fsync", scanned)
    monkeypatch.setattr(windows_files, "sleep", sleep)
    outcome = kind(tmp_path).deliver(PARCEL)
    assert outcome.state is State.FAILED
    assert outcome.message == (
        f"Nothing was written to {tmp_path}: another program has it open. Close it there, then try again."
    )
    assert list(tmp_path.iterdir()) == []


@on_windows
@pytest.mark.parametrize("kind", [OutboxChannel, DraftChannel])
def test_a_folder_whose_access_list_takes_no_file_of_this_user_is_told(tmp_path, monkeypatch, kind):
    def refused(name, *_):
        raise PermissionError(13, "Permission denied", str(name))

    monkeypatch.setattr(os, "open", refused)
    monkeypatch.setattr(windows_files, "_answer", lambda *_, create=False: 5 if create else 2)
    outcome = kind(tmp_path).deliver(PARCEL)
    assert outcome.state is State.FAILED
    assert outcome.message == (
        f"Nothing was written to {tmp_path}: this user may not write there. Ask for the right to write, or choose "
        "another folder."
    )
