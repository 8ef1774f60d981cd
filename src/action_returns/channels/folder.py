"""Putting one file into a folder so that it is there as a whole or not at all, and never over another one."""

import errno
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from action_returns.channels.base import BeforeFirstByte, Outcome, OutgoingFile, State, do_nothing


def write_into_folder(directory: Path, name: str, content: bytes, *, done: str) -> Outcome:
    """Write a file into a folder.

    Args:
        directory: the folder; it must exist.
        name: the file's name.
        content: all of it.
        done: what to say when it is there; may name ``{path}``.
    """
    path = directory / name
    draft = directory / f".{name}.{secrets.token_hex(4)}.part"
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _name_it(draft, path)
        _settle(directory)
    except FileExistsError:
        return Outcome(
            State.FAILED,
            f"{path} exists already and was left as it is. Nothing was written. Look what it is before you send again.",
        )
    except OSError as error:
        return _failed(directory, error)
    finally:
        with suppress(OSError):  # a folder that has gone, or never was one
            draft.unlink(missing_ok=True)
    return Outcome(State.HANDED_OVER, done.format(path=path), evidence={"path": str(path), "size": len(content)})


def probe_folder(directory: Path) -> Outcome:
    """Tell whether files could be put into a folder, without leaving one there."""
    try:
        if not stat.S_ISDIR(directory.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "it is a file")
    except OSError as error:
        return _failed(directory, error)
    if not os.access(directory, os.W_OK):
        return _failed(directory, PermissionError(errno.EACCES, "this user may not write there"))
    return Outcome(State.SENT, f"The folder {directory} is there and may be written to. Nothing was written.")


def _name_it(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # fails when the name is taken, in one step
    except OSError as error:
        if _is_there(draft, path):
            return
        if isinstance(error, FileExistsError):
            raise
        _take_name(draft, path)


def _is_there(draft: Path, path: Path) -> bool:
    """Tell whether it has its name after all: over a network the answer may get lost and the second try refused."""
    try:
        return path.samefile(draft)
    except OSError:
        return False


def _take_name(draft: Path, path: Path) -> None:
    """Give it its name on a file system without hard links."""
    path.touch(exist_ok=False)
    try:
        draft.replace(path)
    except OSError:
        path.unlink()
        raise


def _settle(directory: Path) -> None:
    """Make the name itself survive a power cut; Windows does that on its own, and not every file system can."""
    with suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _failed(directory: Path, error: OSError) -> Outcome:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            why, todo = "the disk is full", "Make room and send again."
        case errno.ENOENT | errno.ENOTDIR:
            why, todo = "there is no such folder", "Make it, or change channel.directory in the profile."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            why, todo = "this user may not write there", "Ask for the right to write, or choose another folder."
        case _:
            why, todo = error.strerror or str(error), "Choose another folder in the profile."
    return Outcome(State.FAILED, f"Nothing was written to {directory}: {why}. {todo}")


@dataclass(frozen=True, slots=True)
class OutboxChannel:
    """Puts the file into a folder.

    Args:
        directory: the folder; it must exist.
    """

    directory: Path

    @property
    def destination(self) -> str:
        """The folder."""
        return str(self.directory)

    def deliver(self, parcel: OutgoingFile, leaving: BeforeFirstByte = do_nothing) -> Outcome:
        """Put the file there under its name; a file of that name is never replaced."""
        leaving()
        return write_into_folder(
            self.directory,
            parcel.name,
            parcel.content,
            done="The file lies in {path}. Whoever takes it from there has still to send it.",
        )

    def probe(self) -> Outcome:
        """Look whether the folder is there and may be written to."""
        return probe_folder(self.directory)


@dataclass(frozen=True, slots=True)
class DraftChannel:
    """Writes an .eml file that a mail program opens as an unsent message.

    Args:
        directory: the folder it is written to; it must exist.
        sender: address it comes from, None to let the mail program choose.
        recipient: address it goes to, None to fill it in by hand.
        subject: its subject, the file's name when None.
    """

    directory: Path
    sender: str | None = None
    recipient: str | None = None
    subject: str | None = None

    @property
    def destination(self) -> str:
        """The folder."""
        return str(self.directory)

    def deliver(self, parcel: OutgoingFile, leaving: BeforeFirstByte = do_nothing) -> Outcome:
        """Write the draft; whether it was sent only the user knows."""
        from action_returns.channels.email_message import build_email

        try:
            letter = build_email(
                parcel,
                sender=self.sender or "",
                recipient=self.recipient or "",
                subject=self.subject,
                now=datetime.now().astimezone(),
                draft=True,
            )
        except ValueError as odd:
            return Outcome(State.FAILED, f"{odd} Nothing was written. Correct it in the profile.")
        leaving()
        outcome = write_into_folder(
            self.directory,
            parcel.name.removesuffix(".csv") + ".eml",
            letter.content,
            done="The draft lies in {path}. Open it with your mail program, look at it and send it; only then it leaves.",
        )
        return Outcome(
            outcome.state,
            outcome.message,
            outcome.phase,
            {**outcome.evidence, "message_id": letter.message_id} if outcome.evidence else {},
        )

    def probe(self) -> Outcome:
        """Look whether the folder is there and may be written to."""
        return probe_folder(self.directory)
