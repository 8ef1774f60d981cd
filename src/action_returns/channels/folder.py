"""Putting one file into a folder so that it is there as a whole or not at all, and never over another one."""

import errno
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from action_returns.channels.base import BeforeFirstByte, Outcome, OutgoingFile, State, do_nothing
from action_returns.files import write_atomically


def write_into_folder(directory: Path, name: str, content: bytes, *, done: str) -> Outcome:
    """Write a file into a folder; a file of that name is never replaced.

    Args:
        directory: the folder; it must exist.
        name: the file's name.
        content: all of it.
        done: what to say when it is there; may name ``{path}``.
    """
    path = directory / name
    try:
        write_atomically(path, content, overwrite=False)
    except FileExistsError:
        return Outcome(
            State.FAILED,
            f"{path} exists already and was left as it is. Nothing was written. Look what it is before you send again.",
        )
    except OSError as error:
        return _failed(directory, error)
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
