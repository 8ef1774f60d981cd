"""Rename a whole file to its final name, and decide the outcome."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from action_returns.channels.base import Outcome
from action_returns.channels.looks import FREE, Look, Taken, Unseen
from action_returns.channels.upload_texts import Evidence, left_behind

if TYPE_CHECKING:  # upload imports this module
    from action_returns.channels.upload import Upload, UploadFolder

_EXISTS: Final = re.compile(r"\balready\b|(?<!not )(?<!n't )\bexists?\b", re.IGNORECASE)
"""Words of a server that refuses a name because a file has it."""


@dataclass(slots=True)
class FinalName:
    """The step from the name during the upload to the final one.

    Only the final name proves something. A server may rename although it refuses, later than it answers, or by a copy
    before it removes the other name. A receiver may take the file away under either name.

    Args:
        upload: the upload; the server confirmed every byte.
        evidence: what the server answered so far.
        refusal: its refusal of the final name, empty where there is none.
        confirmation: its confirmation of it, empty where there is none.
        lost: what happened to the connection instead of an answer.
    """

    upload: "Upload"
    evidence: Evidence
    refusal: str = ""
    confirmation: str = ""
    lost: str = ""

    def give(self, folder: "UploadFolder", rename: Callable[[], tuple[str, bool]]) -> Outcome:
        """Ask for the final name where it is free, and return the outcome.

        Args:
            folder: where the file is.
            rename: renames it; returns the server's answer, and whether it is a yes.

        Raises:
            OSError: when the connection broke off before the server answered.
        """
        upload, texts = self.upload, self.upload.texts
        part = upload.look(folder, upload.name)
        for seconds in upload.recheck_delays:  # some servers store a file only after they confirmed it
            if not upload.is_other_size(part):
                break
            upload.pause(seconds)
            part = upload.look(folder, upload.name)
        if isinstance(part, Taken) and part.size is not None and upload.is_other_size(part):
            gone = folder.remove(upload.name)
            return texts.wrong_size(upload.file, upload.name, part.size, self.evidence, gone=gone, certain=True)
        # The name was free before the upload. RFC 959 lets a server replace a file that has it by now.
        final = folder.look_otherwise(upload.file.name) or folder.look(upload.file.name)
        if isinstance(final, Taken):
            return self._stop(folder, "a file has its final name", partial(texts.name_taken, upload.file.name, final))
        if isinstance(final, Unseen) and upload.must_see:
            return self._stop(
                folder,
                "the server does not show whether its final name is free",
                partial(texts.name_unseen, upload.file.name, final),
            )
        answer, is_yes = rename()
        if not upload.renaming:
            return self._stop(
                folder,
                f"the server did not rename it (it answered: {answer})",
                partial(texts.no_final_name, upload.name, answer),
            )
        self.evidence = {**self.evidence, "rename": answer}
        if is_yes:
            self.confirmation = answer
        else:
            self.refusal = answer
        return upload.settle(self._judge, self._unknown("it was not seen under its final name"), folder)

    def check(self, lost: str) -> Outcome:
        """Return the outcome after the answer was lost.

        Args:
            lost: what happened to the connection.
        """
        self.lost = lost
        return self.upload.settle(self._judge, self._unknown("it was not seen under its final name"))

    def _stop(self, folder: "UploadFolder", why: str, outcome: Callable[[str, Evidence], Outcome]) -> Outcome:
        """Remove the file, whose final name was not asked for, and return the outcome.

        Args:
            folder: where it is.
            why: why it does not get its final name, in the middle of a sentence.
            outcome: builds the outcome from a sentence about what became of the file, and the evidence.
        """
        name = self.upload.name
        # Looked at first: some servers confirm that they removed what was not there.
        look = folder.look(name)
        gone = look != FREE and folder.remove(name)
        if not gone and not isinstance(look, Taken):
            shown = f"no file {name} is shown any more"
            if look != FREE:
                shown = f"the server does not show whether {name} is still there"
            details = f"the server took every byte as {name}; then {why}; {shown}"
            return self.upload.texts.unknown(self.upload.file, details, self.evidence)
        return outcome(f"{left_behind(name, gone=gone)} Nothing was delivered.", self.evidence)

    def _judge(self, folder: "UploadFolder", /, *, is_last: bool) -> tuple[Outcome, bool]:
        """Return the outcome after the final name was asked for, and whether it is final."""
        upload = self.upload
        final = upload.look(folder, upload.file.name)
        evidence = {"security": folder.security, **self.evidence}
        is_whole = final == Taken(len(upload.file.content))
        if self.confirmation and self._may_be_believed(final):
            return upload.sent(evidence, final), True
        part = folder.look(upload.name)
        if part == FREE and (is_whole or (self.confirmation and isinstance(final, Unseen))):
            return upload.sent(evidence, final), True
        if self.refusal and isinstance(final, Unseen) and isinstance(part, Unseen):
            return self._refused_unseen(folder), True
        if self.refusal and is_last and isinstance(part, Taken) and not is_whole:
            return self._refused(folder, final), True
        return self._unknown(self._shown(final, part)), False

    def _may_be_believed(self, final: Look) -> bool:
        """Return whether the server shows the file under its final name, or shows no names at all."""
        if isinstance(final, Unseen):
            return not self.upload.was_seen
        return isinstance(final, Taken) and not self.upload.is_other_size(final)

    def _refused(self, folder: "UploadFolder", final: Look) -> Outcome:
        """Return the outcome where all looks are over, the server refused the final name, and the other name is there."""
        upload, texts = self.upload, self.upload.texts
        if isinstance(final, Taken) and _says_exists(self.refusal):
            gone = folder.remove(upload.name)
            rest = f"{left_behind(upload.name, gone=gone)} Nothing was delivered."
            return texts.name_taken(upload.file.name, final, rest, self.evidence)
        if final == FREE:
            gone = folder.remove(upload.name)
            final = folder.look(upload.file.name)
            if final == FREE:
                rest = f"{left_behind(upload.name, gone=gone)} Nothing was delivered."
                return texts.no_final_name(upload.name, self.refusal, rest, self.evidence)
            return self._unknown(self._shown(final, FREE))
        return self._unknown(self._shown(final, Taken(None)))

    def _refused_unseen(self, folder: "UploadFolder") -> Outcome:
        """Return the outcome where the server refused the final name and shows nothing, by its words."""
        upload = self.upload
        if _says_exists(self.refusal) and folder.remove(upload.name):
            rest = f"{left_behind(upload.name, gone=True)} Nothing was delivered."
            return upload.texts.name_taken(upload.file.name, Taken(None), rest, self.evidence)
        return self._unknown("it does not show what it holds")

    def _unknown(self, shown: str) -> Outcome:
        if self.confirmation:
            then = f"said that it has its final name ({self.confirmation})"
        elif self.refusal:
            then = f"refused to give it its final name ({self.refusal})"
        else:
            then = f"was asked to give it its final name, and its answer was lost ({self.lost})"
        why = f"the server took every byte as {self.upload.name}, {then}; {shown}"
        return self.upload.texts.unknown(self.upload.file, why, self.evidence)

    def _shown(self, final: Look, part: Look) -> str:
        """Return what the server shows under both names, in the middle of a sentence."""
        if isinstance(final, Taken):
            also = f", and {self.upload.name} is there too" if isinstance(part, Taken) else ""
            return self.upload.shown(final) + also
        if isinstance(final, Unseen):
            return "it does not show what it holds"
        if isinstance(part, Taken):
            return f"a moment ago it was still there as {self.upload.name}"
        return "it shows the file under neither name" if part == FREE else "it shows no file of that name"


def _says_exists(answer: str) -> bool:
    return _EXISTS.search(answer) is not None
