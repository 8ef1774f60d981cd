"""Decide the outcome of an upload, and build its texts."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from action_returns.channels.base import DeliveryEndedError, Outcome, OutgoingFile, State

Cause: TypeAlias = Literal["no space", "no data connection", "no data encryption", ""]
"""Why a server refused a file, where its answer tells: its disk is full, or the second connection of FTP failed."""

DATA_CONNECTION_TODO: Final = (
    "A firewall on the way often blocks that connection. Ask the administrator of the server which passive ports it uses "
    "and whether they are open, and the administrator of your network to let connections to them out."
)


@dataclass(frozen=True, slots=True)
class UploadTexts:
    """Builds the outcomes of uploads to one server.

    Args:
        host: the server.
        directory: the folder.
        destination: both, as they are shown to users.
    """

    host: str
    directory: str
    destination: str

    def no_folder(self, answer: str) -> Outcome:
        """Return the outcome for a missing folder."""
        return Outcome(
            State.FAILED,
            f"There is no folder {self.directory} on {self.host}, or this user may not enter it "
            f"(it answered: {answer}). Nothing was sent. Check the folder (directory) in the profile.",
        )

    def name_taken(self, name: str, size: int) -> Outcome:
        """Return the outcome for a file name that is taken."""
        return Outcome(
            State.FAILED,
            f"{self.host} holds a file named {name} already ({size} bytes), which was left as it is. Nothing was "
            "sent. Look at that file first; another program may be using the same names.",
        )

    def sent(
        self, file: OutgoingFile, evidence: Mapping[str, str | int], size: int | None, *, looked: bool = True
    ) -> Outcome:
        """Return the outcome for a file that the server confirmed.

        Args:
            file: the file.
            evidence: the answers of the server.
            size: how many bytes of it the server holds, None when it named no size.
            looked: whether the server was asked for that, and answered.
        """
        if not looked:
            proof = (
                "the server confirmed the transfer. Right after that the connection ended, so the folder was not looked "
                "at"
            )
        elif size is None:
            proof = (
                "the server confirmed the transfer. Asked for the file afterwards, it named no size: a receiver that takes "
                "files at once, or a server that tells no sizes, answers like that"
            )
        else:
            evidence = {**evidence, "size": size}
            proof = "size confirmed by the server"
        return Outcome(
            State.SENT,
            f"Sent {len(file.content):,} bytes to {self.destination}, {proof}. This means delivered, not yet "
            "processed. The file may disappear from the folder; that is normal.",
            evidence=evidence,
        )

    def wrong_size(
        self,
        file: OutgoingFile,
        name: str,
        size: int,
        evidence: Mapping[str, str | int],
        *,
        gone: bool,
        certain: bool,
    ) -> Outcome:
        """Return the outcome for a file that the server confirmed with another number of bytes."""
        rest = "It was removed again." if gone else f"It could not be removed and is still on the server as {name}."
        todo = "Send again." if certain else "Do not send again before it is removed or checked."
        return Outcome(
            State.FAILED if certain else State.UNKNOWN,
            f"{self.host} holds {size} of {len(file.content)} bytes: the file did not arrive whole. {rest} {todo}",
            evidence={**evidence, "size": size},
        )

    def no_final_name(self, name: str, answer: str, evidence: Mapping[str, str | int], *, gone: bool) -> Outcome:
        """Return the outcome for a file that the server did not rename."""
        rest = "It was removed again." if gone else _still_there(name)
        return Outcome(
            State.FAILED,
            f"{self.host} took the file as {name} but did not give it its final name (it answered: {answer}). "
            f"{rest} Nothing was delivered. Set upload to direct in the profile, then send again.",
            evidence=evidence,
        )

    def not_renamed(self, name: str, why: str, evidence: Mapping[str, str | int], *, gone: bool) -> Outcome:
        """Return the outcome for a connection that was lost before the file could be renamed."""
        rest = (
            ""
            if gone
            else f" Part of it may be on the server as {name}. The receiver does not read files with this name."
        )
        return Outcome(
            State.FAILED,
            f"The connection to {self.host} broke off ({why}) before the file got its final name. Nothing was "
            f"delivered.{rest} Send again.",
            evidence=evidence,
        )

    def refused(self, answer: str, rest: str = "", *, cause: Cause = "") -> Outcome:
        """Return the outcome for a file that the server refused.

        Args:
            answer: of the server.
            rest: a sentence about what is left there, with a blank before it.
            cause: why, where the answer tells.
        """
        if cause == "no space":
            why = f"The disk of {self.host} is full, or your share of it is used up (it answered: {answer})."
            todo = "Ask the administrator of the server to make room, then send again."
        elif cause == "no data connection":
            why = f"The second connection to {self.host}, which FTP uses for the file, did not work (it answered: {answer})."
            todo = f"{DATA_CONNECTION_TODO} Then send again."
        elif cause == "no data encryption":
            why = f"{self.host} did not accept how the second connection, which FTP uses for the file, was encrypted (it answered: {answer})."
            todo = (
                "Ask the administrator of the server what it expects; this program resumes the TLS session of the first "
                "connection. SFTP and e-mail need no second connection."
            )
        else:
            why = f"{self.host} did not take the file (it answered: {answer})."
            todo = "Check whether this user may write to the folder (directory) of the profile, then send again."
        return Outcome(State.FAILED, f"{why} Nothing was delivered.{rest} {todo}", evidence={"reply": answer})

    def unknown(self, file: OutgoingFile, why: str) -> Outcome:
        """Return the outcome for a file that may have arrived or not."""
        return Outcome(
            State.UNKNOWN,
            f"It is not known whether {file.name} arrived at {self.host}: {why}. Do not send it again yet. "
            "Look for this file name under File Submissions, or compare with a new pending-actions download.",
            evidence={"lost": why},
        )


class UploadFolder(Protocol):
    """The receiving folder, over an open connection."""

    @property
    def security(self) -> str:
        """What protects the connection."""

    def size(self, name: str) -> int | None:
        """Return how many bytes a file there has; None when there is none or the server does not tell.

        Raises:
            OSError: when the connection broke off.
        """

    def remove(self, name: str) -> bool:
        """Remove a file; return whether the server did.

        Raises:
            OSError: when the connection broke off.
        """

    def close(self) -> None:
        """Close the connection."""


@dataclass(slots=True)
class Upload:
    """One upload, from the moment at which the first byte may leave.

    Args:
        file: the file.
        name: the name during the upload; not the final one when the file is renamed afterwards.
        texts: builds the outcomes.
        open_folder: opens a new connection; fails with :class:`~action_returns.channels.base.DeliveryEndedError`.
        recheck_delays: seconds before each check of what the server holds.
        pause: waits that many seconds.
        renaming: whether the server was asked to give it its final name.
    """

    file: OutgoingFile
    name: str
    texts: UploadTexts
    open_folder: Callable[[], UploadFolder]
    recheck_delays: tuple[float, ...]
    pause: Callable[[float], None] = field(repr=False)
    renaming: bool = False

    @property
    def is_renamed(self) -> bool:
        """Whether it gets its final name only when it is there as a whole."""
        return self.name != self.file.name

    def confirmed(
        self, folder: UploadFolder, evidence: Mapping[str, str | int], rename: Callable[[], str | None]
    ) -> Outcome:
        """Return the outcome after the server confirmed the file: compare the size, and rename the file.

        Args:
            folder: where it was sent.
            evidence: the answers of the server.
            rename: renames the file; returns the server's refusal, None where there is none.

        Raises:
            OSError: when the connection broke off before the file was renamed.
        """
        try:
            size = folder.size(self.name)
        except OSError:
            if self.is_renamed:
                raise
            return self.texts.sent(self.file, evidence, None, looked=False)
        if size is not None and size != len(self.file.content):
            gone = folder.remove(self.name)
            certain = gone or self.is_renamed
            return self.texts.wrong_size(self.file, self.name, size, evidence, gone=gone, certain=certain)
        if self.is_renamed:
            refusal = rename()
            if refusal is not None:
                gone = folder.remove(self.name)
                return self.texts.no_final_name(self.name, refusal, evidence, gone=gone)
        return self.texts.sent(self.file, evidence, size)

    def rejected_after_upload(self, folder: UploadFolder, answer: str, *, cause: Cause) -> Outcome:
        """Return the outcome after the server refused a file that it had agreed to take; remove what it kept.

        Args:
            folder: where it was sent.
            answer: of the server.
            cause: why, where the answer tells.

        Raises:
            OSError: when the connection broke off.
        """
        size = folder.size(self.name)
        if size == len(self.file.content) and not self.is_renamed:
            return self.texts.unknown(self.file, f"it answered {answer}, although it holds all of the file")
        rest = ""
        if size is None:
            rest = " The server does not show whether part of it is there."
        elif not folder.remove(self.name):
            rest = f" {size} bytes of it are on the server as {self.name} and could not be removed; ask for them to be removed."
        return self.texts.refused(answer, rest, cause=cause)

    def check_on_server(self, why: str) -> Outcome:
        """Check over new connections what the server holds, and return the outcome. Nothing is sent again.

        Args:
            why: what happened to the connection.
        """
        outcome = self.texts.unknown(self.file, why)
        if self._was_not_renamed:
            outcome = self.texts.not_renamed(self.name, why, {"lost": why}, gone=False)
        for seconds in self.recheck_delays:
            self.pause(seconds)
            try:
                with closing(self.open_folder()) as folder:
                    outcome, is_settled = self._outcome_of_check(folder, why)
            except (DeliveryEndedError, OSError):
                continue
            if is_settled:
                break
        return outcome

    @property
    def _was_not_renamed(self) -> bool:
        """Whether the file cannot have its final name, because the server was not asked to rename it."""
        return self.is_renamed and not self.renaming

    def _outcome_of_check(self, folder: UploadFolder, why: str) -> tuple[Outcome, bool]:
        """Return the outcome that the folder shows, and whether it is final."""
        size = folder.size(self.file.name)
        evidence: dict[str, str | int] = {"security": folder.security, "lost": why}
        if size == len(self.file.content):
            return self.texts.sent(self.file, evidence, size), True
        if size is not None:
            details = f"{why}; {size} of {len(self.file.content)} bytes are there under that name"
            return self.texts.unknown(self.file, details), False
        if self.is_renamed:
            # A file that could be removed under its other name cannot get the final one any more.
            gone = folder.remove(self.name)
            if gone or self._was_not_renamed:
                return self.texts.not_renamed(self.name, why, evidence, gone=gone), True
        # Absent does not prove failed: a receiver that takes files at once leaves nothing behind.
        return self.texts.unknown(self.file, why), False


def _still_there(name: str) -> str:
    return f"It is still on the server as {name}. The receiver does not read files with this name."


def upload_name(file: OutgoingFile, upload: str) -> str:
    """Return the name under which a file is uploaded.

    Args:
        file: the file.
        upload: ``direct`` under the final name, or ``temp-rename`` under another one first.
    """
    import secrets

    return file.name if upload == "direct" else f"{file.name.removesuffix('.csv')}.{secrets.token_hex(3)}.part"
