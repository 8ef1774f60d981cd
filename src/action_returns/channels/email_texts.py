"""What became of a message, in words: handed over, refused, broken off, or not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from action_returns.channels.base import Outcome, State
from action_returns.channels.line_protocol import Reply
from action_returns.channels.smtp_kept import says_held_back, says_kept
from action_returns.channels.smtp_refusals import LATER, SPLIT, TEMPORARY, is_about_size

Evidence: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EmailTexts:
    """The outcomes of a message that was begun.

    Args:
        host: the mail server, as it is named to users.
        sender: address it comes from.
        recipient: address it goes to.
    """

    host: str
    sender: str
    recipient: str

    def handed_over(self, reply: Reply, evidence: Evidence) -> Outcome:
        """Return that the server took the message, with its words where they say that it may go no further."""
        held = ""
        if says_held_back(reply):
            held = f" Its answer says that the message may go no further: {reply}. Ask the administrator of the server."
        return Outcome(
            State.HANDED_OVER,
            f"Handed to the mail server {self.host} for {self.recipient} (message {evidence['message_id']}). Delivery and "
            f"processing are not confirmed yet; a bounce would come to {self.sender}.{held}",
            evidence=evidence,
        )

    def refused(self, reply: Reply, evidence: Evidence) -> Outcome:
        """Return what became of a whole message that the server refused: it must not deliver it (RFC 5321, 4.2.5).

        Some servers refuse a message and keep it, so that a person can let it through.
        """
        if says_kept(reply):
            why = f"it refused the message, and says that it keeps it or may deliver it ({reply})"
            return self.unknown(why, evidence)
        todo = SPLIT if is_about_size(reply) else LATER if reply.code in TEMPORARY else "Read what it answered."
        return Outcome(
            State.FAILED,
            f"{self.host} got the message and refused it (it answered: {reply}), so it does not deliver it. {todo}",
            evidence=evidence,
        )

    def broken_off(self, why: str, evidence: Evidence) -> Outcome:
        """Return that the connection was lost before the end of the message."""
        return Outcome(
            State.FAILED,
            f"The connection to {self.host} broke off in the middle of the message ({why}). A mail server throws away a "
            "message that was not ended, so nothing was delivered. Send it again.",
            evidence={**evidence, "lost": why},
        )

    def unknown(self, why: str, evidence: Evidence) -> Outcome:
        """Return that only the server knows whether it took the message."""
        return Outcome(
            State.UNKNOWN,
            f"It is not known whether {self.host} took the message for {self.recipient}: {why}. "
            "Do not send it again yet. Look into your sent or bounced mail and at File Submissions.",
            evidence={**evidence, "lost": why},
        )
