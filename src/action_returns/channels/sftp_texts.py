"""Build the texts of one SFTP server."""

from action_returns.channels.base import Outcome, State
from action_returns.channels.upload_texts import UploadTexts


class SftpTexts(UploadTexts):
    """Builds the outcomes of one SFTP server."""

    __slots__ = ()

    @property
    def check_todo(self) -> str:
        """What to do where the server does not show whether a file name is taken, and has to."""
        return (
            "Set upload in the profile to direct: the server then creates the file only where none has its name. Or ask the "
            "administrator of the server to let this user see the files of the folder. Or, if no other program writes files "
            "into it, set the check of the name (name_check) in the profile to when-possible."
        )

    def no_exclusive_creation(self, answer: str) -> Outcome:
        """Return the outcome for a server that cannot create a file only where none has the name.

        Args:
            answer: of the server.
        """
        return Outcome(
            State.FAILED,
            f"{self.host} did not create the file (it answered: {answer}). It seems unable to create a file only where none has "
            "the name (SSH_FXF_EXCL), which keeps files of others from being replaced. Nothing was delivered. Ask the "
            "administrator of the server whether it can. Or, if no other program writes files into this folder, set the check "
            "of the name (name_check) in the profile to when-possible, then send again.",
            evidence={"reply": answer},
        )
