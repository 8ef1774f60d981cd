"""Texts and outcomes of an upload: what happened, what lies on the server, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from action_returns.channels.base import Outcome, OutgoingFile, ProbeResult, State
from action_returns.channels.looks import Free, Look, Taken, Unseen

Cause: TypeAlias = Literal[
    "no space", "maybe no space", "no data connection", "no data encryption", "no trust", "not now", ""
]
"""Why a server refused a file, where its answer tells: its disk is full, or the second connection of FTP failed."""
Evidence: TypeAlias = Mapping[str, str | int]

NO_EVIDENCE: Final[Evidence] = MappingProxyType({})
UNCHECKED: Final[Evidence] = MappingProxyType({"name_check": "not possible"})
"""Evidence that the server did not show whether the name was taken before."""

DATA_CONNECTION_TODO: Final = (
    "A firewall on the way often blocks that connection. Ask the administrator of the server which passive ports it uses "
    "and whether they are open, and the administrator of your network to let connections to them out."
)
_LOOK_FIRST: Final = (
    "Do not send it again yet. Look for this file name under File Submissions, or compare with a new pending download."
)
_UNREAD: Final = "The receiver does not read files with this name."


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

    def name_taken(
        self, name: str, taken: Taken, rest: str = "Nothing was sent.", evidence: Evidence = NO_EVIDENCE
    ) -> Outcome:
        """Return the outcome for a file name that is taken.

        Args:
            name: the name.
            taken: what the server shows of it.
            rest: what became of our own file.
            evidence: the answers of the server.
        """
        return Outcome(
            State.FAILED,
            f"{self.host} holds a file named {name} already ({taken}), which was left as it is. {rest} Look at that file "
            "first: it may hold the same rows, sent from another computer or before a backup of the ledger was put back. "
            "If it does not, send again: the next batch has another number, and so another name.",
            evidence=evidence,
        )

    def name_unseen(
        self, name: str, unseen: Unseen, rest: str = "Nothing was sent.", evidence: Evidence = NO_EVIDENCE
    ) -> Outcome:
        """Return the outcome for a server that does not show whether a file name is taken, where it has to.

        Args:
            name: the name.
            unseen: what it answered.
            rest: what became of our own file.
            evidence: the answers of the server.
        """
        text = f"{self._unchecked(unseen, f'named {name} ')} {rest} {self.check_todo}"
        return Outcome(State.FAILED, text, evidence=evidence)

    def tested(self, result: ProbeResult, look: Look, *, is_required: bool) -> ProbeResult:
        """Return the result of a connection test, with what it means when the server does not show names.

        Args:
            result: of the steps before.
            look: what the server shows under a name that no file has.
            is_required: whether nothing is sent where it does not show that.
        """
        if not isinstance(look, Unseen):
            return result
        todo = self.check_todo if is_required else "The profile allows that (name_check)."
        return ProbeResult(
            works=result.works and not is_required,
            message=f"{result.message} {self._unchecked(look)} {'So nothing would be sent. ' * is_required}{todo}",
            phase=result.phase,
            evidence={**result.evidence, **UNCHECKED},
        )

    @property
    def check_todo(self) -> str:
        """What to do where the server does not show whether a file name is taken, and has to."""
        return (
            "Ask the administrator of the server to let this user see the files of the folder. Or, if no other program writes "
            "files into it, set the check of the name (name_check) in the profile to when-possible."
        )

    def _unchecked(self, unseen: Unseen, named: str = "") -> str:
        return (
            f"{self.host} does not show whether a file {named}is there already (it answered: {unseen.answers}). A file of "
            "another sender with the same name could be replaced."
        )

    def sent(self, file: OutgoingFile, evidence: Evidence, look: Look | None, *, checked: bool = True) -> Outcome:
        """Return the outcome for a file that the server confirmed.

        Args:
            file: the file.
            evidence: the answers of the server.
            look: what the server showed under its name afterwards; None where it could not be asked.
            checked: whether the name was seen to be free before.
        """
        proof = (
            "the server confirmed the transfer. Right after that the connection ended, so the folder was not looked at"
        )
        if isinstance(look, Taken) and look.size is not None:
            evidence = {**evidence, "size": look.size}
            proof = "size confirmed by the server"
        elif isinstance(look, Taken):
            proof = "the server confirmed the transfer. The file is there; the server named no size"
        elif isinstance(look, Free):
            proof = (
                "the server confirmed the transfer. Asked for the file afterwards, it showed none: a receiver that takes "
                "files at once leaves none"
            )
        elif isinstance(look, Unseen):
            proof = (
                "the server confirmed the transfer. It does not show whether the file is there, so the program could "
                f"not look (it answered: {look.answers})"
            )
        unchecked = ""
        if not checked:
            evidence = {**evidence, **UNCHECKED}
            unchecked = (
                " Whether another file had this name before is not known: the server does not show it, and the profile "
                "allows that (name_check)."
            )
        return Outcome(
            State.SENT,
            f"Sent {len(file.content):,} bytes to {self.destination}, {proof}. This means delivered, not yet "
            f"processed. The file may disappear from the folder; that is normal.{unchecked}",
            evidence=evidence,
        )

    def wrong_size(
        self, file: OutgoingFile, name: str, size: int, evidence: Evidence, *, gone: bool, certain: bool
    ) -> Outcome:
        """Return the outcome for a file that the server confirmed with another number of bytes.

        Args:
            file: the file.
            name: the name that it has on the server.
            size: the number of bytes there.
            evidence: the answers of the server.
            gone: whether it was removed.
            certain: whether no receiver can have read it, or will.
        """
        holds = f"{size} of {len(file.content)} bytes: the file did not arrive whole"
        if size > len(file.content):
            holds = (
                f"{size} bytes instead of {len(file.content)}: the file did not arrive as it was sent. Ask the administrator "
                "of the server whether it changes the ends of lines"
            )
        rest = "It was removed again." if gone else f"It could not be removed and is still on the server as {name}."
        if certain:
            todo = "Nothing was delivered. Send again."
        elif gone:
            todo = f"A receiver may have read it before. {_LOOK_FIRST}"
        else:
            todo = "Do not send again before it is removed or checked."
        return Outcome(
            State.FAILED if certain else State.UNKNOWN,
            f"{self.host} holds {holds}. {rest} {todo}",
            evidence={**evidence, "size": size},
        )

    def no_final_name(self, name: str, answer: str, rest: str, evidence: Evidence) -> Outcome:
        """Return the outcome for a file that certainly did not get its final name.

        Args:
            name: the name that it has, or had until it was removed.
            answer: the server's refusal.
            rest: what became of the file.
            evidence: its answers.
        """
        return Outcome(
            State.FAILED,
            f"{self.host} took the file as {name} but did not give it its final name (it answered: {answer}). "
            f"{rest} Ask the administrator of the server whether this user may rename files there, then send again.",
            evidence=evidence,
        )

    def not_renamed(self, name: str, why: str, evidence: Evidence, *, gone: bool) -> Outcome:
        """Return the outcome for a connection that was lost before the file could be renamed."""
        rest = "" if gone else f" Part of it may be on the server as {name}. {_UNREAD}"
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
        elif cause == "maybe no space":
            why = f"{self.host} created the file but did not take what is in it (it answered: {answer})."
            todo = "Its disk may be full, or your share of it used up. Ask the administrator of the server, then send again."
        elif cause == "no data connection":
            why = f"The second connection to {self.host}, which FTP uses for the file, did not work (it answered: {answer})."
            todo = f"{DATA_CONNECTION_TODO} Then send again."
        elif cause == "no data encryption":
            why = f"{self.host} did not accept how the second connection, which FTP uses for the file, was encrypted (it answered: {answer})."
            todo = (
                "Ask the administrator of the server what it expects; this program resumes the TLS session of the first "
                "connection. SFTP and e-mail need no second connection."
            )
        elif cause == "no trust":
            why = f"The program ended the second connection to {self.host}, which FTP uses for the file, before any of it left: the server did not prove there who it is (it answered: {answer})."
            todo = (
                "Another computer may be pretending to be the server. The certificate of the first connection is right: ask "
                "the administrator of the server to use that one for both connections."
            )
        elif cause == "not now":
            why = f"{self.host} did not take the file at the moment (it answered: {answer})."
            todo = "Wait some minutes, then send again. If it stays, ask the administrator of the server."
        else:
            why = f"{self.host} did not take the file (it answered: {answer})."
            todo = "Check whether this user may write to the folder (directory) of the profile, then send again."
        return Outcome(State.FAILED, f"{why} Nothing was delivered.{rest} {todo}", evidence={"reply": answer})

    def unknown(self, file: OutgoingFile, why: str, evidence: Evidence | None = None) -> Outcome:
        """Return the outcome for a file that may have arrived or not.

        Args:
            file: the file.
            why: what happened, and what the server shows.
            evidence: the answers of the server, None where there is nothing but why.
        """
        return Outcome(
            State.UNKNOWN,
            f"It is not known whether {file.name} arrived at {self.host}: {why}. {_LOOK_FIRST}",
            evidence={"lost": why} if evidence is None else evidence,
        )


def left_behind(name: str, *, gone: bool) -> str:
    """Return the sentence about a file that is not to be delivered under the name that it has."""
    return "It was removed again." if gone else f"It is still on the server as {name}. {_UNREAD}"
