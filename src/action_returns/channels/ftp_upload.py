"""Upload one file over FTP, and build the texts of one FTP server."""

import socket
from collections.abc import Mapping
from typing import Final

from action_returns.channels.base import InvalidReplyError, Outcome, Phase, ProbeResult, State
from action_returns.channels.connection_errors import reason
from action_returns.channels.ftp_client import FtpClient
from action_returns.channels.line_protocol import Reply
from action_returns.channels.upload import DATA_CONNECTION_TODO, Cause, Upload, UploadTexts

_REFUSED: Final = 400  # and above; below 500 it may go well later (RFC 959, 4.2.1)
_COMPLETE: Final = (226, 250)  # RFC 959, 5.4
_NEEDS_NEW_NAME: Final = 350
_CAUSES: Final[Mapping[int, Cause]] = {
    425: "no data connection",  # can't open data connection (RFC 959, 4.2.2)
    426: "no data connection",  # connection closed, transfer aborted
    452: "no space",  # insufficient storage
    552: "no space",  # exceeded storage allocation
    522: "no data encryption",  # wants the TLS session resumed (vsftpd, pure-ftpd), or other encryption (RFC 4217, 9)
}
"""Reply -> what it says about the cause."""


class FtpTexts(UploadTexts):
    """Builds the outcomes and results of one FTP server."""

    __slots__ = ()

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
            f"{self.host}:{port} does not talk as an FTP server should ({problem}). Nothing was sent. Check server "
            "(host), port and encryption (security) in the profile; if they are right, ask the administrator of the server.",
            phase,
        )

    def no_tls(self, reply: Reply) -> Outcome:
        """Return the outcome for a server that does not encrypt. It was told nothing, not even the user name."""
        return Outcome(
            State.FAILED,
            f"{self.host} does not offer an encrypted connection here (it answered: {reply}). Nothing was sent, not even "
            "the password. Check port and encryption (security) in the profile.",
            Phase.CONNECT,
        )

    def not_signed_in(self, reply: Reply) -> Outcome:
        """Return the outcome for a refused user name or password."""
        return Outcome(
            State.FAILED,
            f"{self.host} did not accept the user name or password (it answered: {reply}). "
            "Nothing was sent. User names are case-sensitive. Update them, then test with: action-returns probe",
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
        return Outcome(
            State.FAILED,
            f"{self.host} {problem} (it answered: {reply}). Nothing was sent. Try again; if it stays, ask its administrator.",
            phase,
            {"reply": str(reply)},
        )


class FtpUpload(Upload):
    """The FTP commands that upload a file."""

    def run(self, client: FtpClient, data: socket.socket, data_timeout: float, reply_timeout: float) -> Outcome:
        """Upload; never raises for what a server or network may do.

        Args:
            client: signed in, and in the folder.
            data: the connection for the file.
            data_timeout: seconds for each part of the file.
            reply_timeout: seconds for the reply after the last byte.
        """
        try:
            return self._store(client, data, data_timeout, reply_timeout)
        except OSError as error:  # InvalidReplyError too: after an invalid reply no later one can be trusted
            client.wire.close()
            return self.check_on_server(reason(error))

    def _store(self, client: FtpClient, data: socket.socket, data_timeout: float, reply_timeout: float) -> Outcome:
        client.begin_steps()
        reply = client.ask(f"STOR {self.name}")
        if reply.code // 100 != 1:
            # A file under this name, if there is one, is not ours.
            return self.texts.refused(str(reply), cause=_CAUSES.get(reply.code, ""))
        try:
            refusal = client.send_content(data, self.file.content, timeout=data_timeout)
        except InvalidReplyError:
            raise
        except OSError as error:
            # The server may say why. A confirmation cannot be true: not all bytes left.
            refusal = self._refusal(client, reply_timeout, f"the connection for the file broke off ({reason(error)})")
        client.begin_steps(reply_timeout)
        reply = refusal or client.reply(reply_timeout)
        if reply.code in _COMPLETE:
            evidence = {"security": client.security, "reply": str(reply)}
            return self.confirmed(client, evidence, lambda: self._rename(client))
        if reply.code < _REFUSED:
            raise InvalidReplyError(f"it said: {reply}")
        return self.rejected_after_upload(client, str(reply), cause=_CAUSES.get(reply.code, ""))

    def _refusal(self, client: FtpClient, timeout: float, problem: str) -> Reply:
        """Return what the server says about a file of which not all bytes left.

        Raises:
            ConnectionError: with the problem, when the server says nothing about it.
        """
        client.begin_steps(timeout)
        try:
            refusal = client.reply(timeout)
        except OSError:
            raise ConnectionError(problem) from None
        if refusal.code < _REFUSED:
            raise ConnectionError(problem)
        return refusal

    def _rename(self, client: FtpClient) -> str | None:
        """Rename the file to its final name; return the server's refusal, None where there is none."""
        reply = client.ask(f"RNFR {self.name}")
        if reply.code == _NEEDS_NEW_NAME:
            self.renaming = True
            reply = client.ask(f"RNTO {self.file.name}")
        if reply.is_positive:
            return None
        if reply.code < _REFUSED:
            raise InvalidReplyError(f"it said: {reply}")
        return str(reply)
