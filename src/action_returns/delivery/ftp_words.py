"""What only an FTP server can lead to, in words."""

from action_returns.delivery.ftp_client import Reply
from action_returns.delivery.outcome import Outcome, Phase, State
from action_returns.delivery.upload_words import UploadWords


class FtpWords(UploadWords):
    """Says it of one server."""

    __slots__ = ()

    def works(self, security: str, *, offers_tls: bool) -> Outcome:
        """Say that the connection works."""
        plain = ""
        if security == "not encrypted":
            plain = " Others can read password and rows on the way."
            if offers_tls:
                plain += ' The server offers encryption: set channel.security to "explicit-tls".'
        return Outcome(
            State.SENT,
            f"The connection to {self.destination} works: signed in, the folder is there, encryption {security}. Nothing "
            f"was sent; whether the folder may be written to was not tested.{plain}",
            evidence={"security": security},
        )

    def odd(self, what: str, port: int, phase: Phase) -> Outcome:
        """Say that nothing was sent, because this is no FTP server, or none in its right mind."""
        return Outcome(
            State.FAILED,
            f"{self.host}:{port} does not talk as an FTP server should ({what}). Nothing was sent. Check channel.host, "
            "channel.port and channel.security; if they are right, ask whoever runs the server.",
            phase,
        )

    def no_tls(self, reply: Reply) -> Outcome:
        """Say that the server does not encrypt, and that nothing was told to it."""
        return Outcome(
            State.FAILED,
            f"{self.host} does not offer an encrypted connection here (it answered: {reply}). Nothing was sent, not even "
            "the password. Check channel.port and channel.security in the profile.",
            Phase.CONNECT,
        )

    def not_signed_in(self, reply: Reply) -> Outcome:
        """Say that user name or password were refused."""
        return Outcome(
            State.FAILED,
            f"{self.host} did not accept the user name or password (it answered: {reply}). "
            "Nothing was sent. User names are case-sensitive. Update them, then test with: action-returns probe",
            Phase.CONNECT,
        )

    def refused_before(self, what: str, reply: Reply, phase: Phase) -> Outcome:
        """Say what the server refused before anything left."""
        return Outcome(
            State.FAILED,
            f"{self.host} {what} (it answered: {reply}). Nothing was sent. Try again; if it stays, ask whoever runs it.",
            phase,
            {"reply": str(reply)},
        )
