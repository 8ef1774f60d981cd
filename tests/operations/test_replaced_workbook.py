"""A workbook that is replaced keeps its rights and a copy, and whatever fails leaves it as it was."""

import errno
import os
import stat
from datetime import date

import pytest

from action_returns import files
from action_returns.errors import OutputFileError
from action_returns.operations import replaced_workbook
from action_returns.operations.replaced_workbook import replace_workbook

TODAY = date(2026, 12, 1)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "w.xlsx"
    path.write_bytes(b"before")
    return path


def replace(path):
    return replace_workbook(path, b"before", b"after", TODAY)


def names(path):
    return sorted(one.name for one in path.parent.iterdir())


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660, 0o664, 0o700])
def test_the_workbook_and_its_copy_have_the_rights_that_it_had(path, mode):
    path.chmod(mode)
    kept = replace(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert stat.S_IMODE(kept.stat().st_mode) == mode
    assert (path.read_bytes(), kept.read_bytes()) == (b"after", b"before")


def test_the_workbook_keeps_its_owner_and_group_where_this_user_may_hand_it_over(path):
    try:
        os.chown(path, 1234, 2345)
    except PermissionError:
        pytest.skip("only root gives files away")
    kept = replace(path)
    assert [(one.stat().st_uid, one.stat().st_gid) for one in (path, kept)] == [(1234, 2345)] * 2


def test_a_group_that_cannot_be_kept_is_not_exchanged_for_another_one_with_its_rights(path, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    try:
        os.chown(path, -1, 2345)
    except PermissionError:
        pytest.skip("only root gives files away")
    path.chmod(0o660)
    monkeypatch.setattr(os, "chown", refuse)
    replace(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_workbook_that_may_only_be_read_is_not_replaced(path):
    path.chmod(0o444)
    with pytest.raises(OutputFileError, match="may only be read"):
        replace(path)
    assert path.read_bytes() == b"before"
    assert names(path) == ["w.xlsx"]


@pytest.mark.parametrize("lock", ["~$real.xlsx", ".~lock.real.xlsx#"])
def test_a_workbook_that_is_open_under_its_own_name_is_not_replaced_through_a_link(tmp_path, lock):
    real, link = tmp_path / "real.xlsx", tmp_path / "w.xlsx"
    real.write_bytes(b"before")
    link.symlink_to(real)
    (tmp_path / lock).touch()
    with pytest.raises(OutputFileError, match="open in a spreadsheet program"):
        replace(link)
    assert real.read_bytes() == b"before"


def test_a_workbook_that_is_saved_while_its_copy_is_written_is_not_replaced(path, monkeypatch):
    real = replaced_workbook.write_atomically

    def write(target, content, *, overwrite, private):
        real(target, content, overwrite=overwrite, private=private)
        path.write_bytes(b"saved by another program")

    monkeypatch.setattr(replaced_workbook, "write_atomically", write)
    with pytest.raises(OutputFileError, match="was changed while") as refused:
        replace(path)
    assert path.read_bytes() == b"saved by another program"
    assert "w before import 2026-12-01.xlsx" in refused.value.message


def test_a_workbook_that_is_gone_meanwhile_is_named(path):
    path.unlink()
    with pytest.raises(OutputFileError, match=r"w\.xlsx cannot be written: No such file"):
        replace(path)
    assert names(path) == []


STEPS = [(files, "_write_draft"), (files, "_flush"), (files, "_give_name"), (files, "_replace"), (files.os, "fsync")]


@pytest.mark.parametrize("why", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.ESTALE, errno.EACCES, KeyboardInterrupt])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[1])
def test_whatever_step_fails_the_workbook_is_whole_and_no_draft_is_left(path, monkeypatch, step, at, why):
    module, name = step
    real, calls = getattr(module, name), []

    def fail(*arguments):
        calls.append(1)
        if len(calls) == at:
            raise KeyboardInterrupt if why is KeyboardInterrupt else OSError(why, os.strerror(why))
        return real(*arguments)

    monkeypatch.setattr(module, name, fail)
    kept, message = None, ""
    try:
        kept = replace(path)
    except OutputFileError as refused:
        message = refused.message
    except KeyboardInterrupt:
        message = "It is as it was."
    monkeypatch.undo()
    assert (kept is None) == ("It is as it was." in message)
    assert path.read_bytes() in (
        {b"before", b"after"} if why is KeyboardInterrupt else {b"after" if kept else b"before"}
    )
    copies = [one for one in path.parent.iterdir() if one != path]
    assert [one.read_bytes() for one in copies] in ([], [b"before"])
    assert [one for one in copies if one.suffix == ".part"] == []
    assert kept or why is KeyboardInterrupt or all(one.name in message for one in copies)
