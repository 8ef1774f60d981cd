"""Judging an upload by what the server says and by what it holds, the same for every kind of server."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from action_returns.delivery.outcome import Outcome, Parcel
from action_returns.delivery.stopping import Stopped
from action_returns.delivery.upload_words import UploadWords


class Folder(Protocol):
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

    parcel: Parcel
    name: str
    words: UploadWords
    open_folder: Callable[[], Folder]
    looks: tuple[float, ...]
    pause: Callable[[float], None] = field(repr=False)
    renaming: bool = False

    @property
    def is_renamed(self) -> bool:
        """Whether it gets its final name only when it is there as a whole."""
        return self.name != self.parcel.name

    def confirmed(self, folder: Folder, evidence: Mapping[str, str | int], rename: Callable[[], str | None]) -> Outcome:
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

    def taken_back(self, folder: Folder, said: str, *, no_space: bool) -> Outcome:
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
            except (Stopped, OSError):
                continue
            if is_settled:
                break
        return outcome

    @property
    def _was_never_named(self) -> bool:
        """Whether nobody can have given it its final name, because nobody asked for that."""
        return self.is_renamed and not self.renaming

    def _found(self, folder: Folder, why: str) -> tuple[Outcome, bool]:
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


def name_at_first(parcel: Parcel, upload: str) -> str:
    """Give the name under which a file is sent.

    Args:
        parcel: the file.
        upload: ``direct`` under the final name, or ``temp-rename`` under another one first.
    """
    import secrets

    return parcel.name if upload == "direct" else f"{parcel.name.removesuffix('.csv')}.{secrets.token_hex(3)}.part"
