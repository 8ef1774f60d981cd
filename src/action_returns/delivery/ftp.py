"""FTP, with TLS unless plain was accepted: look first, send once, believe only positive evidence.

Nothing is tried twice by itself. Before the first byte of the file a failure is certain; after it, what the server
holds is looked up over a new connection, and where that does not settle it, the outcome is unknown.
"""

import contextlib
import ftplib
import secrets
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from action_returns.delivery.connecting import not_connected
from action_returns.delivery.ftp_client import TlsClient, Upload
from action_returns.delivery.outcome import Leaving, Outcome, Parcel, Phase, State, unrecorded

_NETWORK: Final = (OSError, EOFError)
_NO_SPACE: Final = ("452", "552")
"""Insufficient storage, exceeded storage allocation (RFC 959, 4.2.2)."""


class _Stopped(Exception):
    """Ends a conversation with the outcome it has led to."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class FtpChannel:
    """Uploads the file to an FTP server.

    Args:
        host: the server.
        port: its port; 21, with implicit TLS usually 990.
        security: ``explicit-tls``, ``implicit-tls``, or ``plain`` where that was accepted.
        username: case-sensitive.
        password: fetches the password when it is needed.
        directory: folder at the server.
        upload: ``direct`` under the final name, or ``temp-rename`` under another one first.
        context: TLS settings; the machine's trusted certificates when None.
        connect_timeout: seconds for connecting and for each reply.
        reply_timeout: seconds to wait for the reply after the last byte.
    """

    host: str
    port: int
    security: Literal["explicit-tls", "implicit-tls", "plain"]
    username: str
    password: Callable[[], str] = field(repr=False)
    directory: str = "/"
    upload: Literal["direct", "temp-rename"] = "direct"
    context: ssl.SSLContext | None = field(default=None, repr=False)
    connect_timeout: float = 15
    reply_timeout: float = 60

    @property
    def destination(self) -> str:
        """The server and the folder, as people are shown it."""
        scheme = {"explicit-tls": "ftp", "implicit-tls": "ftps", "plain": "ftp"}[self.security]
        usual = 990 if self.security == "implicit-tls" else 21
        port = "" if self.port == usual else f":{self.port}"
        return f"{scheme}://{self.host}{port}/{self.directory.strip('/')}"

    def deliver(self, parcel: Parcel, leaving: Leaving = unrecorded) -> Outcome:
        """Upload the file once."""
        try:
            with self._signed_in() as client:
                self._refuse_taken_name(client, parcel.name)
                leaving()
                return self._upload(client, parcel)
        except _Stopped as stopped:
            return stopped.outcome

    def probe(self) -> Outcome:
        """Connect, sign in and go to the folder. Whether it may be written to shows only when something is sent."""
        try:
            with self._signed_in() as client:
                evidence = self._evidence(client)
        except _Stopped as stopped:
            return stopped.outcome
        return Outcome(
            State.SENT,
            f"The connection to {self.destination} works: signed in, the folder is there, "
            f"encryption {evidence['security']}. Nothing was sent; whether the folder may be written to was not tested.",
            evidence=evidence,
        )

    @contextlib.contextmanager
    def _signed_in(self) -> Iterator[ftplib.FTP]:
        password = self.password()  # a missing secret is told before anything is connected
        client = self._connected()
        try:
            self._sign_in(client, password)
            self._go_to_folder(client)
            yield client
        finally:
            # What came of the upload is decided; a lost answer to QUIT changes nothing.
            with contextlib.suppress(*_NETWORK, ftplib.Error):
                client.quit()
            client.close()

    def _connected(self) -> ftplib.FTP:
        client: ftplib.FTP
        if self.security == "plain":
            client = ftplib.FTP(timeout=self.connect_timeout)  # accepted per profile, in writing
        else:
            # ftplib's own default context verifies nothing.
            context = self.context or ssl.create_default_context()
            client = TlsClient(context, implicit=self.security == "implicit-tls", timeout=self.connect_timeout)
        try:
            client.connect(self.host, self.port)
            if self.security == "explicit-tls":
                client.auth()  # type: ignore[attr-defined]
        except ftplib.Error as error:
            client.close()
            raise _Stopped(self._no_tls(str(error))) from None
        except _NETWORK as error:
            client.close()
            raise _Stopped(not_connected(error, self.host, self.port)) from None
        return client

    def _no_tls(self, reply: str) -> Outcome:
        return Outcome(
            State.FAILED,
            f"{self.host} does not offer an encrypted connection here (it answered: {reply}). Nothing was sent, not even "
            "the password. Check channel.port and channel.security in the profile.",
            Phase.CONNECT,
        )

    def _sign_in(self, client: ftplib.FTP, password: str) -> None:
        try:
            client.login(self.username, password)
            if isinstance(client, TlsClient):
                client.prot_p()
        except ftplib.Error as error:
            raise _Stopped(
                Outcome(
                    State.FAILED,
                    f"{self.host} did not accept the user name or password (it answered: {str(error)[:200]}). "
                    "Nothing was sent. User names are case-sensitive. Update them, then test with: action-returns probe",
                    Phase.CONNECT,
                )
            ) from None
        except _NETWORK as error:
            raise _Stopped(not_connected(error, self.host, self.port)) from None

    def _go_to_folder(self, client: ftplib.FTP) -> None:
        if self.directory in {"", ".", "/"}:
            return
        try:
            client.cwd(self.directory)
        except ftplib.Error as error:
            raise _Stopped(
                Outcome(
                    State.FAILED,
                    f"There is no folder {self.directory} on {self.host}, or this user may not enter it "
                    f"(it answered: {error}). Nothing was sent. Check channel.directory in the profile.",
                )
            ) from None
        except _NETWORK as error:
            raise _Stopped(not_connected(error, self.host, self.port)) from None

    def _refuse_taken_name(self, client: ftplib.FTP, name: str) -> None:
        try:
            size = _size(client, name)
        except _NETWORK as error:
            raise _Stopped(not_connected(error, self.host, self.port)) from None
        if size is not None:
            raise _Stopped(
                Outcome(
                    State.FAILED,
                    f"{self.host} holds a file named {name} already ({size} bytes), which was left as it is. Nothing was "
                    "sent. Look at that file first; another program may be using the same names.",
                )
            )

    def _upload(self, client: ftplib.FTP, parcel: Parcel) -> Outcome:
        name = parcel.name
        if self.upload == "temp-rename":
            name = f"{parcel.name.removesuffix('.csv')}.{secrets.token_hex(3)}.part"
        upload = Upload(client)
        try:
            reply = upload.run(name, parcel.content, reply_timeout=self.reply_timeout)
        except ftplib.Error as error:
            return self._refused(client, name, parcel, str(error), started=upload.started)
        except _NETWORK as error:
            if not upload.started:
                outcome = not_connected(error, self.host, self.port)
                return Outcome(outcome.state, outcome.message, Phase.TRANSFER)
            return self._look_again(name, parcel, str(error))
        return self._confirm(client, name, parcel, reply)

    def _confirm(self, client: ftplib.FTP, name: str, parcel: Parcel, reply: str) -> Outcome:
        """The server said that it has everything; compare the size where it tells it, and give the final name."""
        evidence = {**self._evidence(client), "reply": reply}
        try:
            size = _size(client, name)
            if size is not None and size != len(parcel.content):
                return self._wrong_size(client, name, parcel, size, evidence)
            if name != parcel.name:
                client.rename(name, parcel.name)
        except ftplib.Error as error:
            return Outcome(
                State.FAILED,
                f"{self.host} took the file as {name} but did not give it its final name (it answered: {error}). "
                "The receiver does not look at that name, so nothing was delivered. Set channel.upload to direct.",
                evidence=evidence,
            )
        except _NETWORK as error:
            if name == parcel.name:
                return self._sent(parcel, evidence, None)
            return self._look_again(name, parcel, str(error))
        return self._sent(parcel, evidence, size)

    def _sent(self, parcel: Parcel, evidence: dict[str, str | int], size: int | None) -> Outcome:
        proof = "the server confirmed the transfer"
        if size is not None:
            evidence = {**evidence, "size": size}
            proof = "size confirmed by the server"
        return Outcome(
            State.SENT,
            f"Sent {len(parcel.content):,} bytes to {self.destination}, {proof}. This means delivered, not yet processed. "
            "The file may disappear from the folder; that is normal.",
            evidence=evidence,
        )

    def _wrong_size(
        self, client: ftplib.FTP, name: str, parcel: Parcel, size: int, evidence: dict[str, str | int]
    ) -> Outcome:
        gone = _remove(client, name)
        state = State.FAILED if gone or name != parcel.name else State.UNKNOWN
        left = "It was removed again." if gone else f"It could not be removed and lies there as {name}."
        todo = (
            "Send again." if state is State.FAILED else "Do not send again before somebody has removed or checked it."
        )
        return Outcome(
            state,
            f"{self.host} holds {size} of {len(parcel.content)} bytes: the file did not arrive whole. {left} {todo}",
            evidence={**evidence, "size": size},
        )

    def _refused(self, client: ftplib.FTP, name: str, parcel: Parcel, reply: str, *, started: bool) -> Outcome:
        left = ""
        if started:
            # A refusal after the first byte can leave part of the file under its name.
            try:
                size = _size(client, name)
                gone = size is None or _remove(client, name)
            except (*_NETWORK, ftplib.Error):
                return self._look_again(name, parcel, reply)
            if size == len(parcel.content):
                return self._unknown(parcel, f"it answered {reply}, although it holds all of the file")
            if not gone:
                left = f" {size} bytes of it lie there as {name} and could not be removed; ask for them to be removed."
        if reply.startswith(_NO_SPACE):
            why = f"The disk of {self.host} is full, or your share of it is used up (it answered: {reply})."
            todo = "Ask whoever runs the server to make room, then send again."
        else:
            why = f"{self.host} did not take the file (it answered: {reply})."
            todo = "Check whether this user may write to channel.directory, then send again."
        return Outcome(State.FAILED, f"{why} Nothing was delivered.{left} {todo}", evidence={"reply": reply})

    def _look_again(self, name: str, parcel: Parcel, why: str) -> Outcome:
        """The answer was lost after the first byte: look over a new connection what the server holds."""
        try:
            with self._signed_in() as client:
                size = _size(client, parcel.name)
                evidence = self._evidence(client)
        except (_Stopped, *_NETWORK, ftplib.Error):
            return self._unknown(parcel, why)
        if size == len(parcel.content):
            return self._sent(parcel, evidence, size)
        if size is None and name != parcel.name:
            return Outcome(
                State.FAILED,
                f"The connection to {self.host} broke off ({why}) before the file got its final name. Nothing was "
                "delivered. Send again.",
                evidence=evidence,
            )
        # Absent does not prove failed: a receiver that takes files at once leaves nothing behind.
        return self._unknown(parcel, why if size is None else f"{why}; {size} of {len(parcel.content)} bytes are there")

    def _unknown(self, parcel: Parcel, why: str) -> Outcome:
        return Outcome(
            State.UNKNOWN,
            f"Nobody can tell whether {parcel.name} arrived at {self.host}: {why}. Do not send it again yet. "
            "Look for this file name under File Submissions, or compare with a new pending-actions download.",
        )

    def _evidence(self, client: ftplib.FTP) -> dict[str, str | int]:
        socket = client.sock
        secure = socket.version() if isinstance(socket, ssl.SSLSocket) else None
        return {"server": client.getwelcome().splitlines()[0][:200], "security": secure or "none"}


def _size(client: ftplib.FTP, name: str) -> int | None:
    """Ask how many bytes the server holds; None when it holds no such file or does not tell (RFC 3659, 4)."""
    try:
        client.voidcmd("TYPE I")  # some servers tell sizes in binary mode only
        return client.size(name)
    except (ftplib.error_perm, ftplib.error_temp, ftplib.error_reply, ValueError):
        return None


def _remove(client: ftplib.FTP, name: str) -> bool:
    try:
        client.delete(name)
    except ftplib.Error:
        return False
    return True
