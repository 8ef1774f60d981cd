"""A draft message for the user's own mail program: the way out where no mail server may be used directly."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from action_returns.delivery import folder
from action_returns.delivery.outcome import Leaving, Outcome, Parcel, State, unrecorded


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

    def deliver(self, parcel: Parcel, leaving: Leaving = unrecorded) -> Outcome:
        """Write the draft; whether it was sent only the user knows."""
        from action_returns.delivery.message import write_letter

        try:
            letter = write_letter(
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
        outcome = folder.put(
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
        return folder.look_at(self.directory)
