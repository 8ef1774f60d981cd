"""Decide what became of an upload, and build the texts that say so."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from action_returns.channels.base import DeliveryEndedError, Outcome, OutgoingFile, State


@dataclass(frozen=True, slots=True)
class UploadTexts:
    """Says it of one server.

    Args:
        host: the server.
        directory: the folder.
        destination: both, as people are shown them.
    """

    host: str
    directory: str
    destination: str

    def no_folder(self, said: str) -> Outcome:
        """Say that there is no such folder."""
        return Outcome(
            State.FAILED,
            f"There is no folder {self.directory} on {self.host}, or this user may not enter it "
            f"(it answered: {said}). Nothing was sent. Check channel.directory in the profile.",
        )

    def name_taken(self, name: str, size: int) -> Outcome:
        """Say that a file of that name lies there already."""
        return Outcome(
            State.FAILED,
            f"{self.host} holds a file named {name} already ({size} bytes), which was left as it is. Nothing was "
            "sent. Look at that file first; another program may be using the same names.",
        )

    def sent(self, parcel: OutgoingFile, evidence: Mapping[str, str | int], size: int | None) -> Outcome:
        """Say that the server has it, and what shows that."""
        if size is None:
            proof = (
                "the server confirmed the transfer. It shows no such file afterwards: a receiver that takes files at "
                "once, or a folder that shows nothing, looks like that"
            )
        else:
            evidence = {**evidence, "size": size}
            proof = "size confirmed by the server"
        return Outcome(
            State.SENT,
            f"Sent {len(parcel.content):,} bytes to {self.destination}, {proof}. This means delivered, not yet "
            "processed. The file may disappear from the folder; that is normal.",
            evidence=evidence,
        )

    def wrong_size(
        self,
        parcel: OutgoingFile,
        name: str,
        size: int,
        evidence: Mapping[str, str | int],
        *,
        gone: bool,
        certain: bool,
    ) -> Outcome:
        """Say that the server confirmed a file and holds another number of bytes."""
        left = "It was removed again." if gone else f"It could not be removed and lies there as {name}."
        todo = "Send again." if certain else "Do not send again before somebody has removed or checked it."
        return Outcome(
            State.FAILED if certain else State.UNKNOWN,
            f"{self.host} holds {size} of {len(parcel.content)} bytes: the file did not arrive whole. {left} {todo}",
            evidence={**evidence, "size": size},
        )

    def no_final_name(self, name: str, said: str, evidence: Mapping[str, str | int], *, gone: bool) -> Outcome:
        """Say that the file has not got its final name."""
        left = "It was removed again." if gone else f"It lies there as {name}, where no receiver looks."
        return Outcome(
            State.FAILED,
            f"{self.host} took the file as {name} but did not give it its final name (it answered: {said}). "
            f"{left} Nothing was delivered. Set channel.upload to direct, then send again.",
            evidence=evidence,
        )

    def never_named(self, name: str, why: str, evidence: Mapping[str, str | int], *, gone: bool) -> Outcome:
        """Say that the conversation was lost before the file could get its final name."""
        left = "" if gone else f" Something of it may lie there as {name}, where no receiver looks."
        return Outcome(
            State.FAILED,
            f"The connection to {self.host} broke off ({why}) before the file got its final name. Nothing was "
            f"delivered.{left} Send again.",
            evidence=evidence,
        )

    def refused(self, said: str, left: str = "", *, no_space: bool = False) -> Outcome:
        """Say that the server did not take the file."""
        if no_space:
            why = f"The disk of {self.host} is full, or your share of it is used up (it answered: {said})."
            todo = "Ask whoever runs the server to make room, then send again."
        else:
            why = f"{self.host} did not take the file (it answered: {said})."
            todo = "Check whether this user may write to channel.directory, then send again."
        return Outcome(State.FAILED, f"{why} Nothing was delivered.{left} {todo}", evidence={"reply": said})

    def unknown(self, parcel: OutgoingFile, why: str) -> Outcome:
        """Say that nobody can tell."""
        return Outcome(
            State.UNKNOWN,
            f"Nobody can tell whether {parcel.name} arrived at {self.host}: {why}. Do not send it again yet. "
            "Look for this file name under File Submissions, or compare with a new pending-actions download.",
            evidence={"lost": why},
        )


class UploadFolder(Protocol):
    """The receiving folder, seen over a conversation that stands."""

    @property
    def security(self) -> str:
        """What protects the conversation."""

    def size(self, name: str) -> int | None:
        """Give how many bytes a file there has; None when there is none or the server does not tell.

        Raises:
            OSError: when the conversation broke off.
        """

    def remove(self, name: str) -> bool:
        """Remove a file; tell whether the server did.

        Raises:
            OSError: when the conversation broke off.
        """

    def close(self) -> None:
        """End the conversation."""


@dataclass(slots=True)
class Upload:
    """One file on its way, from the moment on at which its first byte may leave.

    Args:
        parcel: the file.
        name: under which it is sent; another than the final one when it is renamed afterwards.
        words: says what became of it.
        open_folder: starts a new conversation; fails with :class:`Stopped`.
        looks: seconds before each look at what the server holds.
        pause: waits that many seconds.
        renaming: whether the server was asked to give it its final name.
    """

    parcel: OutgoingFile
    name: str
    words: UploadTexts
    open_folder: Callable[[], UploadFolder]
    looks: tuple[float, ...]
    pause: Callable[[float], None] = field(repr=False)
    renaming: bool = False

    @property
    def is_renamed(self) -> bool:
        """Whether it gets its final name only when it is there as a whole."""
        return self.name != self.parcel.name

    def confirmed(
        self, folder: UploadFolder, evidence: Mapping[str, str | int], rename: Callable[[], str | None]
    ) -> Outcome:
        """Judge after the server said that it has everything: compare the size, and give the final name.

        Args:
            folder: where it was sent.
            evidence: what the server said.
            rename: gives it its final name, or the words with which the server refused that.

        Raises:
            OSError: when the conversation broke off before the final name.
        """
        try:
            size = folder.size(self.name)
        except OSError:
            if self.is_renamed:
                raise
            return self.words.sent(self.parcel, evidence, None)
        if size is not None and size != len(self.parcel.content):
            gone = folder.remove(self.name)
            certain = gone or self.is_renamed
            return self.words.wrong_size(self.parcel, self.name, size, evidence, gone=gone, certain=certain)
        if self.is_renamed:
            refusal = rename()
            if refusal is not None:
                gone = folder.remove(self.name)
                return self.words.no_final_name(self.name, refusal, evidence, gone=gone)
        return self.words.sent(self.parcel, evidence, size)

    def taken_back(self, folder: UploadFolder, said: str, *, no_space: bool) -> Outcome:
        """Judge after the server said no to a file it had agreed to take; what it kept all the same is removed.

        Args:
            folder: where it was sent.
            said: what the server said.
            no_space: whether that means that its disk is full.

        Raises:
            OSError: when the conversation broke off.
        """
        size = folder.size(self.name)
        if size == len(self.parcel.content) and not self.is_renamed:
            return self.words.unknown(self.parcel, f"it answered {said}, although it holds all of the file")
        left = ""
        if size is None:
            left = " Whether part of it lies there was not to be seen."
        elif not folder.remove(self.name):
            left = f" {size} bytes of it lie there as {self.name} and could not be removed; ask for them to be removed."
        return self.words.refused(said, left, no_space=no_space)

    def look_again(self, why: str) -> Outcome:
        """Look over new conversations what the server holds, and judge by that. Nothing is sent again.

        Args:
            why: what happened to the conversation.
        """
        outcome = self.words.unknown(self.parcel, why)
        if self._was_never_named:
            outcome = self.words.never_named(self.name, why, {"lost": why}, gone=False)
        for seconds in self.looks:
            self.pause(seconds)
            try:
                with closing(self.open_folder()) as folder:
                    outcome, is_settled = self._found(folder, why)
            except (DeliveryEndedError, OSError):
                continue
            if is_settled:
                break
        return outcome

    @property
    def _was_never_named(self) -> bool:
        """Whether nobody can have given it its final name, because nobody asked for that."""
        return self.is_renamed and not self.renaming

    def _found(self, folder: UploadFolder, why: str) -> tuple[Outcome, bool]:
        """Judge by what is there; tell whether that settles it."""
        size = folder.size(self.parcel.name)
        evidence: dict[str, str | int] = {"security": folder.security, "lost": why}
        if size == len(self.parcel.content):
            return self.words.sent(self.parcel, evidence, size), True
        if size is not None:
            told = f"{why}; {size} of {len(self.parcel.content)} bytes lie there under that name"
            return self.words.unknown(self.parcel, told), False
        if self.is_renamed:
            # A file that could be removed under its other name cannot get the final one any more.
            gone = folder.remove(self.name)
            if gone or self._was_never_named:
                return self.words.never_named(self.name, why, evidence, gone=gone), True
        # Absent does not prove failed: a receiver that takes files at once leaves nothing behind.
        return self.words.unknown(self.parcel, why), False


def upload_name(parcel: OutgoingFile, upload: str) -> str:
    """Give the name under which a file is sent.

    Args:
        parcel: the file.
        upload: ``direct`` under the final name, or ``temp-rename`` under another one first.
    """
    import secrets

    return parcel.name if upload == "direct" else f"{parcel.name.removesuffix('.csv')}.{secrets.token_hex(3)}.part"
