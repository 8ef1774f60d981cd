"""Build the texts of one SFTP server: of its key and its connection, and of what it refuses before a file leaves."""

from typing import Final

from action_returns.channels.base import Outcome, Phase, ProbeResult, State
from action_returns.channels.upload_texts import Evidence, UploadTexts

_EXCLUSIVELY: Final = (
    "create a file only where none has the name (SSH_FXF_EXCL), which keeps files of others from being replaced"
)


class SftpTexts(UploadTexts):
    """Builds the outcomes and results of one SFTP server."""

    __slots__ = ()

    def works(self, evidence: Evidence) -> ProbeResult:
        """Return the result of a connection test that succeeded.

        Args:
            evidence: facts about the server and the encryption.
        """
        return ProbeResult(
            works=True,
            message=f"The connection to {self.destination} works: the server has the key that was confirmed, signed in, "
            "the folder is there. Nothing was sent; whether the folder may be written to was not tested.",
            evidence=evidence,
        )

    def key_refused(self, fingerprint: str) -> ProbeResult:
        """Return the result of a connection test in which the user did not confirm the key of the server."""
        return ProbeResult(
            works=False,
            message=f"The key of {self.host} was not confirmed, so the program did not sign in. Nothing was sent or kept. Ask "
            "the administrator of the server for its fingerprint.",
            phase=Phase.CONNECT,
            evidence={"host_key": fingerprint},
        )

    def key_unconfirmed(self) -> Outcome:
        """Return the outcome for a server whose key the user has not confirmed yet. Nothing is connected."""
        return Outcome(
            State.FAILED,
            f"The key of {self.host} is not confirmed yet, so it may be another server. Nothing was sent. Show its key "
            "and confirm it: action-returns probe",
            Phase.CONNECT,
        )

    def broken_off(self, why: str, phase: Phase) -> Outcome:
        """Return the outcome for a connection that was lost before the file left.

        Args:
            why: in a few words.
            phase: how far it had come.
        """
        return Outcome(
            State.FAILED,
            f"The connection to {self.host} broke off ({why}). Nothing was sent. Try again; if it stays, ask "
            "the administrator of the server whether it offers SFTP to this user.",
            phase,
        )

    @property
    def check_todo(self) -> str:
        """What to do where the server does not show whether a file name is taken, and has to."""
        return (
            "Set upload in the profile to direct: the server then creates the file only where none has its name. Or ask the "
            "administrator of the server to let this user see the files of the folder. Or, if no other program writes files "
            "into it, set the check of the name (name_check) in the profile to when-possible."
        )

    def no_exclusive_creation(self, answer: str, *, is_told: bool) -> Outcome:
        """Return the outcome for a server that cannot create a file only where none has the name.

        Args:
            answer: of the server.
            is_told: whether it says so; else this user may have no right to write there.
        """
        if is_told:
            why = f"It seems unable to {_EXCLUSIVELY}."
            todo = "Ask the administrator of the server whether it can. Or, if"
        else:
            why = (
                "It does not say why. Either this user may not write to the folder (directory) of the profile, or the server is "
                f"unable to {_EXCLUSIVELY}."
            )
            todo = "Ask the administrator of the server which of them it is. If it is the second, and"
        return Outcome(
            State.FAILED,
            f"{self.host} did not create the file (it answered: {answer}). {why} Nothing was delivered. {todo} no other program "
            "writes files into this folder, set the check of the name (name_check) in the profile to when-possible, then send "
            "again.",
            evidence={"reply": answer},
        )
