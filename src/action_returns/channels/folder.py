"""The outbox and draft channels: a file in a folder, whole or not there at all, and never over another file."""

import errno
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from action_returns.channels.base import (
    Ask,
    BeforeFirstByte,
    Outcome,
    OutgoingFile,
    ProbeResult,
    State,
    answer_no,
    do_nothing,
    probe_failed,
)
from action_returns.channels.settings_base import (
    Address,
    ChannelSettings,
    Folder,
    Line,
    ReadSecret,
    folder_receiver,
    mail_receiver,
    setting,
)
from action_returns.files import may_write_in, what_to_do, write_atomically


class OutboxSettings(ChannelSettings):
    """A folder from which a person or another program takes the file."""

    kind: Literal["outbox"]
    directory: Folder = setting("Folder", "The folder; it must exist.", example="/srv/returns/outgoing")

    def receiver(self) -> str:
        """Return the folder."""
        return folder_receiver("outbox", self.directory)

    def open(self, _read_secret: ReadSecret) -> "OutboxChannel":
        """Return the channel."""
        return OutboxChannel(directory=self.directory)


class DraftSettings(ChannelSettings):
    """A draft message for the user's own mail program."""

    kind: Literal["draft"]
    directory: Folder = setting("Folder", "The folder for drafts; it must exist.", example="/home/me/drafts")
    sender: Address | None = setting(
        "From",
        "The address that the message comes from; the mail program chooses it when left out.",
        example="returns@example.com",
        default=None,
        asked="in the window",
    )
    recipient: Address | None = setting(
        "To",
        "The address that it goes to; you fill it in by hand when left out.",
        example="account@batch.example",
        default=None,
        asked="in the window",
    )
    subject: Line | None = setting(
        "Subject",
        "The subject of the message; the file name when left out.",
        example="Returns",
        default=None,
        asked="never",
    )

    def receiver(self) -> str:
        """Return the address that the drafts are for, or the folder when the user fills it in by hand."""
        return folder_receiver("drafts", self.directory) if self.recipient is None else mail_receiver(self.recipient)

    def open(self, _read_secret: ReadSecret) -> "DraftChannel":
        """Return the channel."""
        return DraftChannel(
            directory=self.directory, sender=self.sender, recipient=self.recipient, subject=self.subject
        )


@dataclass(frozen=True, slots=True)
class OutboxChannel:
    """Writes the file into a folder.

    Args:
        directory: the folder; it must exist.
    """

    directory: Path

    @property
    def destination(self) -> str:
        """The folder."""
        return str(self.directory)

    def deliver(self, file: OutgoingFile, before_first_byte: BeforeFirstByte = do_nothing, /) -> Outcome:
        """Write the file under its name; a file of that name is never replaced."""
        before_first_byte()
        return write_into_folder(
            self.directory,
            file.name,
            file.content,
            done="The file is in {path}. It is not sent yet: a person or another program has to send it from there.",
            private=False,  # the program that takes it may run as another user, whom the folder's owner let in
        )

    def probe(self, _ask: Ask = answer_no, _accepted: str | None = None, /) -> ProbeResult:
        """Check whether the folder is there and may be written to."""
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

    def deliver(self, file: OutgoingFile, before_first_byte: BeforeFirstByte = do_nothing, /) -> Outcome:
        """Write the draft; only the user knows whether it is sent later."""
        from action_returns.channels.email_message import build_email

        try:
            message = build_email(
                file,
                sender=self.sender or "",
                recipient=self.recipient or "",
                subject=self.subject,
                now=datetime.now().astimezone(),
                draft=True,
            )
        except ValueError as problem:
            return Outcome(State.FAILED, f"{problem} Nothing was written. Correct it in the profile.")
        before_first_byte()
        outcome = write_into_folder(
            self.directory,
            file.name.removesuffix(".csv") + ".eml",
            message.content,
            done="The draft is in {path}. It is not sent yet: open it with your mail program, check it and send it.",
            private=True,  # for the mail program of this user
        )
        return Outcome(
            outcome.state,
            outcome.message,
            outcome.phase,
            {**outcome.evidence, "message_id": message.message_id} if outcome.evidence else {},
        )

    def probe(self, _ask: Ask = answer_no, _accepted: str | None = None, /) -> ProbeResult:
        """Check whether the folder is there and may be written to."""
        return probe_folder(self.directory)


def write_into_folder(directory: Path, name: str, content: bytes, *, done: str, private: bool) -> Outcome:
    """Write a file into a folder; a file of that name is never replaced.

    Args:
        directory: the folder; it must exist.
        name: the file's name.
        content: all of it.
        done: the message when it is there; may name ``{path}``.
        private: whether only this user may read it.
    """
    path = directory / name
    try:
        write_atomically(path, content, overwrite=False, private=private)
    except FileExistsError:
        return Outcome(
            State.FAILED,
            f"{path} exists already and was left as it is. Nothing was written. Look what it is before you send again.",
        )
    except OSError as error:
        return _failed(directory, error)
    return Outcome(State.HANDED_OVER, done.format(path=path), evidence={"path": str(path), "size": len(content)})


def probe_folder(directory: Path) -> ProbeResult:
    """Return whether files could be written into a folder, without leaving one there."""
    try:
        if not stat.S_ISDIR(directory.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "it is a file")
    except OSError as error:
        return probe_failed(_failed(directory, error))
    if not may_write_in(directory):
        return probe_failed(_failed(directory, PermissionError(errno.EACCES, "this user may not write there")))
    return ProbeResult(
        works=True, message=f"The folder {directory} is there and may be written to. Nothing was written."
    )


def _failed(directory: Path, error: OSError) -> Outcome:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            why, todo = "the disk is full", "Make room and send again."
        case errno.ENOENT | errno.ENOTDIR:
            why, todo = "there is no such folder", "Make it, or change the folder (directory) in the profile."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            why, todo = "this user may not write there", "Ask for the right to write, or choose another folder."
        case _:
            why = error.strerror or str(error)
            todo = what_to_do(error, "Choose another folder in the profile.")
    return Outcome(State.FAILED, f"Nothing was written to {directory}: {why}. {todo}")
