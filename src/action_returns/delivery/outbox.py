"""A folder that somebody or something else takes the file from."""

from dataclasses import dataclass
from pathlib import Path

from action_returns.delivery import folder
from action_returns.delivery.outcome import Leaving, Outcome, Parcel, unrecorded


@dataclass(frozen=True, slots=True)
class Outbox:
    """Puts the file into a folder.

    Args:
        directory: the folder; it must exist.
    """

    directory: Path

    @property
    def destination(self) -> str:
        """The folder."""
        return str(self.directory)

    def deliver(self, parcel: Parcel, leaving: Leaving = unrecorded) -> Outcome:
        """Put the file there under its name; a file of that name is never replaced."""
        leaving()
        return folder.put(
            self.directory,
            parcel.name,
            parcel.content,
            done="The file lies in {path}. Whoever takes it from there has still to send it.",
        )

    def probe(self) -> Outcome:
        """Look whether the folder is there and may be written to."""
        return folder.look_at(self.directory)
