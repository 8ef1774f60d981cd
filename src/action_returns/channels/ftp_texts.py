"""Build the texts of one FTP server: of its sign-in, and of what it refuses before a file leaves."""

from dataclasses import dataclass
from typing import Final

from action_returns.channels.base import Outcome, Phase, ProbeResult, State, bracketed
from action_returns.channels.connection_errors import reason
from action_returns.channels.ftp_refusals import WANTS_ENCRYPTION, SignInRefusal, wants_encryption
from action_returns.channels.line_protocol import Reply
from action_returns.channels.upload_texts import DATA_CONNECTION_TODO, Cause, UploadTexts

IMPLICIT_TLS_PORT: Final = 990
"""The usual port of servers that encrypt from the first byte."""


@dataclass(frozen=True, slots=True)
class FtpTexts(UploadTexts):
    """Builds the outcomes and results of one FTP server.

    Args:
        is_plain: whether the profile says not to encrypt.
    """

    is_plain: bool = False

    def works(self, security: str, *, offers_tls: bool) -> ProbeResult:
        """Return the result of a connection test that succeeded."""
        plain = ""
        if security == "not encrypted":
            plain = " Others can read password and rows on the way."
            if offers_tls:
                plain += " The server offers encryption: set the encryption (security) in the profile to explicit-tls."
        return ProbeResult(
            True,  # works
            f"The connection to {self.destination} works: signed in, the folder is there, encryption {security}. Nothing "
            f"was sent; whether the folder may be written to was not tested.{plain}",
            evidence={"security": security},
        )

    def not_ftp(self, problem: str, port: int, phase: Phase) -> Outcome:
        """Return the outcome for a server that does not follow the FTP protocol."""
        return Outcome(
            State.FAILED,
            f"{bracketed(self.host)}:{port} does not talk as an FTP server should ({problem}). Nothing was sent. Check server "
            "(host), port and encryption (security) in the profile; if they are right, ask the administrator of the server.",
            phase,
        )

    def silent(self, port: int) -> Outcome:
        """Return the outcome for a server that says nothing on a connection that is not encrypted."""
        return Outcome(
            State.FAILED,
            f"{bracketed(self.host)}:{port} did not answer in time. Nothing was sent. It may wait for encryption from the "
            f"first byte, as is usual on port {IMPLICIT_TLS_PORT}: then set the encryption (security) in the profile to "
            "implicit-tls. Else check server (host) and port; a firewall may be in the way.",
            Phase.CONNECT,
        )

    def no_tls(self, reply: Reply) -> Outcome:
        """Return the outcome for a server that does not encrypt. It was told nothing, not even the user name."""
        return Outcome(
            State.FAILED,
            f"{self.host} does not offer an encrypted connection here (it answered: {reply}). Nothing was sent, not even "
            "the password. Check port and encryption (security) in the profile.",
            Phase.CONNECT,
        )

    def not_signed_in(self, refusal: SignInRefusal, reply: Reply) -> Outcome:
        """Return the outcome for a user whom the server did not let in.

        Args:
            refusal: why.
            reply: its answer.
        """
        return Outcome(
            State.FAILED,
            f"{self.host} {refusal.why} (it answered: {reply}). Nothing was sent. {refusal.todo}",
            Phase.CONNECT,
        )

    def sign_in_lost(self, why: str) -> Outcome:
        """Return the outcome for a password whose answer was lost; it is not sent again.

        Args:
            why: what happened to the connection.
        """
        return Outcome(
            State.FAILED,
            f"{self.host} did not answer the password ({why}), so it is not known whether user name and password are right. "
            "Nothing was sent. The program did not send the password again, because wrong ones may keep the user out. Check "
            "user name and password, wait a minute, then test with: action-returns probe",
            Phase.CONNECT,
        )

    def password_of_two_lines(self) -> Outcome:
        """Return the outcome for a password with a line break: FTP has no way to send it."""
        return Outcome(
            State.FAILED,
            "The password holds a line break, and an FTP password is one line. Nothing was sent. Set it again without the "
            "line break, or correct the file or variable that the profile names, then test with: action-returns probe",
            Phase.CONNECT,
        )

    def no_data_connection(self, port: int, problem: OSError) -> Outcome:
        """Return the outcome for a connection for the file that did not come about.

        Args:
            port: that the server named for it.
            problem: why.
        """
        return Outcome(
            State.FAILED,
            f"{self.host} works, but the second connection, which FTP uses for the file, did not come about: port {port}, "
            f"{reason(problem)}. Nothing was sent. User name, password, server and port of the profile are right. "
            f"{DATA_CONNECTION_TODO}",
            evidence={"data_port": port},
        )

    def refused_before(self, problem: str, reply: Reply, phase: Phase) -> Outcome:
        """Return the outcome for a command that was refused before anything left.

        Args:
            problem: what the server does not do, to follow its name in a sentence.
            reply: its refusal.
            phase: how far it had come.
        """
        todo = "Try again; if it stays, ask its administrator."
        if self.is_plain and wants_encryption(str(reply)):
            problem, todo = WANTS_ENCRYPTION.why, WANTS_ENCRYPTION.todo
        return Outcome(
            State.FAILED,
            f"{self.host} {problem} (it answered: {reply}). Nothing was sent. {todo}",
            phase,
            {"reply": str(reply)},
        )

    def refused(self, answer: str, rest: str = "", *, cause: Cause = "") -> Outcome:
        """Return the outcome for a file that the server refused; see :meth:`UploadTexts.refused`."""
        if not (self.is_plain and wants_encryption(answer)):
            return UploadTexts.refused(self, answer, rest, cause=cause)
        return Outcome(
            State.FAILED,
            f"{self.host} {WANTS_ENCRYPTION.why} (it answered: {answer}). Nothing was delivered.{rest} {WANTS_ENCRYPTION.todo}",
            evidence={"reply": answer},
        )
