"""What became of an upload, in words: what is true, why, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from action_returns.delivery.outcome import Outcome, Parcel, State


@dataclass(frozen=True, slots=True)
class UploadWords:
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

    def sent(self, parcel: Parcel, evidence: Mapping[str, str | int], size: int | None) -> Outcome:
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
        parcel: Parcel,
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

    def unknown(self, parcel: Parcel, why: str) -> Outcome:
        """Say that nobody can tell."""
        return Outcome(
            State.UNKNOWN,
            f"Nobody can tell whether {parcel.name} arrived at {self.host}: {why}. Do not send it again yet. "
            "Look for this file name under File Submissions, or compare with a new pending-actions download.",
            evidence={"lost": why},
        )
