"""Decide the outcome of an upload by what the server answers and what it shows."""

from collections.abc import Callable
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from action_returns.channels.base import DeliveryEndedError, Outcome, OutgoingFile
from action_returns.channels.looks import FREE, Look, Taken, Unseen
from action_returns.channels.upload_texts import Cause, Evidence, UploadTexts


class UploadFolder(Protocol):
    """The receiving folder, over an open connection. Every method raises OSError when the connection broke off."""

    @property
    def security(self) -> str:
        """What protects the connection."""

    def look(self, name: str) -> Look:
        """Return what the server shows under a name."""

    def look_otherwise(self, name: str) -> Look | None:
        """Return what the server shows when it is asked in another way; None where it has no other one."""

    def remove(self, name: str) -> bool:
        """Remove a file; return whether the server did."""

    def close(self) -> None:
        """Close the connection."""


class Judge(Protocol):
    """Looks at a folder and decides."""

    def __call__(self, folder: UploadFolder, /, *, is_last: bool) -> tuple[Outcome, bool]:
        """Return the outcome that the folder shows, and whether that is final.

        Args:
            folder: over an open connection.
            is_last: whether this is the last look.
        """


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
        was_seen: whether the server showed that the final name was free.
        must_see: whether a file may only get a name that was seen to be free.
        has_left: whether all bytes have left.
        renaming: whether the server was asked to give it its final name.
    """

    file: OutgoingFile
    name: str
    texts: UploadTexts
    open_folder: Callable[[], UploadFolder]
    recheck_delays: tuple[float, ...]
    pause: Callable[[float], None] = field(repr=False)
    was_seen: bool = True
    must_see: bool = False
    has_left: bool = False
    renaming: bool = False

    @property
    def is_renamed(self) -> bool:
        """Whether it gets its final name only when it is there as a whole."""
        return self.name != self.file.name

    def confirmed(self, folder: UploadFolder, evidence: Evidence, rename: Callable[[], tuple[str, bool]]) -> Outcome:
        """Return the outcome after the server confirmed the file: compare the size, and rename the file.

        Args:
            folder: where it was sent.
            evidence: the answers of the server.
            rename: renames the file; returns the server's answer, and whether it is a yes.

        Raises:
            OSError: when the connection broke off before the file was renamed, or its answer to that was lost.
        """
        self.has_left = True
        if self.is_renamed:
            from action_returns.channels.final_name import FinalName

            return FinalName(self, evidence).give(folder, rename)
        try:
            look = self.look(folder, self.name)
        except OSError:
            return self.sent(evidence, None)
        if not self.is_other_size(look):
            return self.sent(evidence, look)
        return self.settle(
            partial(self._judge_other_size, evidence), self.texts.unknown(self.file, self.shown(look), evidence), folder
        )

    def rejected_before_upload(self, folder: UploadFolder, answer: str, *, cause: Cause) -> Outcome:
        """Return the outcome after the server did not agree to take the file; look whether it left one all the same.

        Args:
            folder: where it was to be sent.
            answer: of the server.
            cause: why, where the answer tells.
        """
        rest = ""
        with suppress(OSError):
            look = folder.look(self.name)
            if isinstance(look, Taken) and not (self.is_renamed and folder.remove(self.name)):
                # Under the final name it is not certainly ours, so it stays.
                rest = (
                    f" A file named {self.name} ({look}) is there now, and nothing of this file was put into it: ask the "
                    "administrator of the server to remove it."
                )
        return self.texts.refused(answer, rest, cause=cause)

    def rejected_after_upload(self, folder: UploadFolder, answer: str, *, cause: Cause) -> Outcome:
        """Return the outcome after the server refused a file that it had agreed to take; remove what it kept.

        Args:
            folder: where it was sent.
            answer: of the server.
            cause: why, where the answer tells.

        Raises:
            OSError: when the connection broke off.
        """
        look = self.look(folder, self.name)
        if not self.is_renamed and isinstance(look, Taken) and not self.is_other_size(look):
            all_of_it = "all of the file" if look.size is not None else "a file of that name and does not tell its size"
            return self.texts.unknown(self.file, f"it answered {answer}, although it holds {all_of_it}")
        if not self.is_renamed and self.has_left and look == FREE and cause in {"", "maybe no space", "not now"}:
            # A server that moves a file away as soon as it is whole may fail at its own last step.
            gone = "although it had all bytes, and no file of that name is there"
            return self.texts.unknown(self.file, f"it answered {answer}, {gone}", {"reply": answer})
        rest = ""
        if isinstance(look, Unseen):
            rest = " The server does not show whether part of it is there."
        elif isinstance(look, Taken) and not folder.remove(self.name):
            rest = f" Part of it ({look}) is on the server as {self.name} and could not be removed; ask for it to be removed."
        return self.texts.refused(answer, rest, cause=cause)

    def check_on_server(self, why: str) -> Outcome:
        """Check over new connections what the server holds, and return the outcome. Nothing is sent again.

        Args:
            why: what happened to the connection.
        """
        if self.renaming:
            from action_returns.channels.final_name import FinalName

            return FinalName(self, {"lost": why}).check(why)
        if self.is_renamed:
            # Only this program could have given it the final name.
            outcome = self.texts.not_renamed(self.name, why, {"lost": why}, gone=False)
            return self.settle(partial(self._judge_unfinished, why), outcome)
        return self.settle(partial(self._judge_lost, why), self.texts.unknown(self.file, why))

    def settle(self, judge: Judge, outcome: Outcome, folder: UploadFolder | None = None) -> Outcome:
        """Return the outcome that the server shows: at once where it is connected, and after each pause until it is final.

        Args:
            judge: looks and decides.
            outcome: what is true where no look succeeds.
            folder: over the open connection, None where there is none.
        """
        delays = self.recheck_delays if folder is None else (0, *self.recheck_delays)
        for number, seconds in enumerate(delays, 1):
            if seconds:
                self.pause(seconds)
            try:
                with closing(self.open_folder()) if folder is None else nullcontext(folder) as here:
                    outcome, is_final = judge(here, is_last=number == len(delays))
            except (DeliveryEndedError, OSError):
                folder = None
                continue
            if is_final:
                break
        return outcome

    def look(self, folder: UploadFolder, name: str) -> Look:
        """Return what a folder shows under a name; another size than that of the file only where every way shows it.

        Some servers count line ends as a text would have them, although the transfer is binary (RFC 3659, 4).

        Args:
            folder: over an open connection.
            name: the name.

        Raises:
            OSError: when the connection broke off.
        """
        look = folder.look(name)
        return (self.is_other_size(look) and folder.look_otherwise(name)) or look

    def is_other_size(self, look: Look) -> bool:
        """Return whether the server shows another number of bytes than the file has."""
        return isinstance(look, Taken) and look.size not in {None, len(self.file.content)}

    def sent(self, evidence: Evidence, look: Look | None) -> Outcome:
        """Return the outcome for a file that the receiver has; see :meth:`UploadTexts.sent`."""
        return self.texts.sent(self.file, evidence, look, checked=self.was_seen)

    def _judge_other_size(self, evidence: Evidence, folder: UploadFolder, /, *, is_last: bool) -> tuple[Outcome, bool]:
        """Return the outcome for a confirmed file of another size: some servers store it only after they confirmed it."""
        look = self.look(folder, self.name)
        if not (isinstance(look, Taken) and look.size is not None and self.is_other_size(look)):
            return self.sent(evidence, look), True
        if is_last:
            gone = folder.remove(self.name)
            # A receiver reads whatever has the final name; of an empty file it gets nothing.
            certain = gone and look.size == 0
            return self.texts.wrong_size(self.file, self.name, look.size, evidence, gone=gone, certain=certain), True
        return self.texts.unknown(self.file, self.shown(look), evidence), False

    def _judge_unfinished(self, why: str, folder: UploadFolder, /, *, is_last: bool) -> tuple[Outcome, bool]:
        """Return the outcome for a file whose final name was never asked for: only this program could have given it that name."""
        del is_last
        if folder.look(self.name) == FREE:
            if self.has_left:
                details = f"{why}; all bytes had left, and no file {self.name} is there any more"
                return self.texts.unknown(self.file, details, {"lost": why}), False
            return self.texts.not_renamed(self.name, why, {"lost": why}, gone=True), True
        gone = folder.remove(self.name)
        return self.texts.not_renamed(self.name, why, {"lost": why}, gone=gone), True

    def _judge_lost(self, why: str, folder: UploadFolder, /, *, is_last: bool) -> tuple[Outcome, bool]:
        """Return the outcome for a file of which the server's word was lost, under its final name."""
        del is_last
        look = self.look(folder, self.name)
        evidence: dict[str, str | int] = {"security": folder.security, "lost": why}
        if look == Taken(len(self.file.content)) and self.was_seen:
            return self.sent(evidence, look), True
        # A free name does not prove failed: a receiver that takes files at once leaves nothing behind.
        shown = f"{why}; {self.shown(look)}" if isinstance(look, Taken) else why
        return self.texts.unknown(self.file, shown, evidence), False

    def shown(self, look: Look) -> str:
        """Return what the server shows under a name that is taken, in the middle of a sentence."""
        if not isinstance(look, Taken) or look.size is None:
            return "a file is there under that name, whose size the server does not tell"
        return f"{look.size} of {len(self.file.content)} bytes are there under that name"


def upload_name(file: OutgoingFile, upload: str) -> str:
    """Return the name under which a file is uploaded.

    Args:
        file: the file.
        upload: ``direct`` under the final name, or ``temp-rename`` under another one first.
    """
    import secrets

    return file.name if upload == "direct" else f"{file.name.removesuffix('.csv')}.{secrets.token_hex(3)}.part"


def unused_name() -> str:
    """Return a name that no file has, to see what the server shows of it."""
    import secrets

    return f"action-returns-{secrets.token_hex(8)}.csv"
