"""The FTP channel: check the folder, upload once, then verify the size on the server."""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NoReturn

from action_returns.channels.base import (
    BeforeFirstByte,
    DeliveryEndedError,
    Outcome,
    OutgoingFile,
    Phase,
    State,
    connection_failed,
    do_nothing,
    is_retryable,
    retry,
)
from action_returns.channels.ftp_client import FtpClient, FtpReply
from action_returns.channels.line_protocol import InvalidReplyError
from action_returns.channels.upload import Upload, UploadTexts, upload_name


class FtpTexts(UploadTexts):
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

    def no_tls(self, reply: FtpReply) -> Outcome:
        """Say that the server does not encrypt, and that nothing was told to it."""
        return Outcome(
            State.FAILED,
            f"{self.host} does not offer an encrypted connection here (it answered: {reply}). Nothing was sent, not even "
            "the password. Check channel.port and channel.security in the profile.",
            Phase.CONNECT,
        )

    def not_signed_in(self, reply: FtpReply) -> Outcome:
        """Say that user name or password were refused."""
        return Outcome(
            State.FAILED,
            f"{self.host} did not accept the user name or password (it answered: {reply}). "
            "Nothing was sent. User names are case-sensitive. Update them, then test with: action-returns probe",
            Phase.CONNECT,
        )

    def refused_before(self, what: str, reply: FtpReply, phase: Phase) -> Outcome:
        """Say what the server refused before anything left."""
        return Outcome(
            State.FAILED,
            f"{self.host} {what} (it answered: {reply}). Nothing was sent. Try again; if it stays, ask whoever runs it.",
            phase,
            {"reply": str(reply)},
        )


_READY: Final = 220
_SIGNED_IN: Final = 230
_PASSWORD_WANTED: Final = 331
_REFUSED: Final = 400  # and above; below 500 it may go well later (RFC 959, 4.2.1)
_COMPLETE: Final = (226, 250)  # RFC 959, 5.4
_GIVE_NEW_NAME: Final = 350
_CLOSING: Final = 421
_NO_SPACE: Final = (452, 552)  # insufficient storage, exceeded storage allocation (RFC 959, 4.2.2)


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
        connect_timeout: seconds for connecting, and for each TLS handshake.
        reply_timeout: seconds for the reply after the last byte.
        command_timeout: seconds for every other reply.
        data_timeout: seconds for each part of the file.
        looks: seconds before each look at what the server holds, after the connection was lost in mid course.
        pause: waits that many seconds.
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
    command_timeout: float = 30
    data_timeout: float = 30
    looks: tuple[float, ...] = (2, 8, 30)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)

    @property
    def destination(self) -> str:
        """The server and the folder, as people are shown it."""
        scheme = {"explicit-tls": "ftp", "implicit-tls": "ftps", "plain": "ftp"}[self.security]
        usual = 990 if self.security == "implicit-tls" else 21
        port = "" if self.port == usual else f":{self.port}"
        return f"{scheme}://{self.host}{port}/{self.directory.strip('/')}"

    def deliver(self, parcel: OutgoingFile, leaving: BeforeFirstByte = do_nothing) -> Outcome:
        """Upload the file once."""
        password = self.password()  # a missing secret is told before anything is connected
        try:
            client, data = retry(lambda: self._prepared(parcel, password), self.pause)
        except DeliveryEndedError as stopped:
            return stopped.outcome
        with contextlib.closing(client), contextlib.closing(data):
            leaving()
            upload = _FtpUpload(
                parcel,
                upload_name(parcel, self.upload),
                self._words,
                lambda: self._signed_in(password),
                self.looks,
                self.pause,
            )
            return upload.run(client, data, self.data_timeout, self.reply_timeout)

    def probe(self) -> Outcome:
        """Connect, sign in and go to the folder. Whether it may be written to shows only when something is sent."""
        password = self.password()
        try:
            client = retry(lambda: self._signed_in(password), self.pause)
        except DeliveryEndedError as stopped:
            return stopped.outcome
        with contextlib.closing(client):
            return self._words.works(client.security, offers_tls="AUTH" in client.features)

    @property
    def _words(self) -> FtpTexts:
        return FtpTexts(self.host, self.directory, self.destination)

    def _prepared(self, parcel: OutgoingFile, password: str) -> tuple[FtpClient, socket.socket]:
        """Do all that can be done before the file leaves: the name is free, and a connection for the file stands."""
        client = self._signed_in(password)
        try:
            with self._certain(Phase.TRANSFER):
                self._refuse_taken_name(client, parcel.name)
                return client, self._data_connection(client)
        except BaseException:
            client.close()
            raise

    def _refuse_taken_name(self, client: FtpClient, name: str) -> None:
        size = client.size(name)
        if size is not None:
            raise DeliveryEndedError(self._words.name_taken(name, size))

    def _data_connection(self, client: FtpClient) -> socket.socket:
        data = client.open_data()
        if isinstance(data, FtpReply):
            self._stop("opened no connection for the file", data, Phase.TRANSFER)
        return data

    def _signed_in(self, password: str) -> FtpClient:
        """Give a conversation that has arrived in the folder."""
        tls = None if self.security == "plain" else self.context or ssl.create_default_context()
        with self._certain(Phase.CONNECT):
            client = FtpClient(
                self.host,
                self.port,
                connect_timeout=self.connect_timeout,
                reply_timeout=self.command_timeout,
                tls=tls if self.security == "implicit-tls" else None,
            )
        try:
            with self._certain(Phase.CONNECT):
                self._sign_in(client, tls, password)
                self._go_to_folder(client)
        except BaseException:
            client.close()
            raise
        return client

    def _sign_in(self, client: FtpClient, tls: ssl.SSLContext | None, password: str) -> None:
        # The silence of a server counts against the time for connecting: it may be none at all.
        self._need(client.reply(self.connect_timeout), "does not talk to us now", Phase.CONNECT, wanted=_READY)
        if self.security == "explicit-tls" and tls is not None:
            reply = client.ask("AUTH TLS")
            if not reply.good:
                raise DeliveryEndedError(self._words.no_tls(reply), may_pass=reply.code == _CLOSING)
            client.wire.expect_silence()
            client.wire.encrypt(tls)
        client.wire.keep_to_oneself(password)
        reply = client.ask(f"USER {self.username}")
        if reply.code == _PASSWORD_WANTED:
            reply = client.ask(f"PASS {password}")
        if reply.code != _SIGNED_IN:
            # One attempt only, unless it never came to that: each refused one may count towards a lockout.
            raise DeliveryEndedError(self._words.not_signed_in(reply), may_pass=reply.code == _CLOSING)
        if tls is not None:
            self._need(client.protect(tls), "does not protect the connection for the file", Phase.CONNECT)
        client.look_at_features()

    def _go_to_folder(self, client: FtpClient) -> None:
        if self.directory not in {"", ".", "/"}:
            reply = client.ask(f"CWD {self.directory}")
            if not reply.good:
                raise DeliveryEndedError(self._words.no_folder(str(reply)), may_pass=reply.code == _CLOSING)
        # Some servers tell sizes in binary mode only; in the other one they would change the bytes.
        self._need(client.ask("TYPE I"), "takes no files byte by byte", Phase.CONNECT)

    @contextlib.contextmanager
    def _certain(self, phase: Phase) -> Iterator[None]:
        """Turn what breaks a conversation before the file leaves into the outcome: certainly not delivered."""
        try:
            yield
        except InvalidReplyError as odd:
            raise DeliveryEndedError(self._words.odd(str(odd), self.port, phase)) from None
        except OSError as error:
            outcome = replace(connection_failed(error, self.host, self.port), phase=phase)
            raise DeliveryEndedError(outcome, may_pass=is_retryable(error)) from None

    def _need(self, reply: FtpReply, what: str, phase: Phase, *, wanted: int | None = None) -> None:
        if not (reply.good if wanted is None else reply.code == wanted):
            self._stop(what, reply, phase)

    def _stop(self, what: str, reply: FtpReply, phase: Phase) -> NoReturn:
        raise DeliveryEndedError(self._words.refused_before(what, reply, phase), may_pass=_is_for_now(reply))


class _FtpUpload(Upload):
    """The FTP commands that bring a file there."""

    def run(self, client: FtpClient, data: socket.socket, data_timeout: float, reply_timeout: float) -> Outcome:
        """Upload; never raises for what a server or network may do.

        Args:
            client: the conversation.
            data: the connection for the file.
            data_timeout: seconds for each part of the file.
            reply_timeout: seconds for the reply after the last byte.
        """
        try:
            return self._store(client, data, data_timeout, reply_timeout)
        except (
            OSError
        ) as error:  # InvalidReplyError included: after an odd word nothing more of this conversation is believed
            client.wire.close()
            return self.look_again(str(error) or type(error).__name__)

    def _store(self, client: FtpClient, data: socket.socket, data_timeout: float, reply_timeout: float) -> Outcome:
        reply = client.ask(f"STOR {self.name}")
        if reply.code // 100 != 1:
            # What may lie there under this name is not ours.
            return self.words.refused(str(reply), no_space=reply.code in _NO_SPACE)
        try:
            refusal = client.send_content(data, self.parcel.content, timeout=data_timeout)
        except InvalidReplyError:
            raise
        except OSError as error:
            # The server may say why; if it says that it has everything, that is not true.
            refusal = client.reply(reply_timeout)
            if refusal.code < _REFUSED:
                raise ConnectionError(f"the connection for the file broke off ({error})") from None
        reply = refusal or client.reply(reply_timeout)
        if reply.code in _COMPLETE:
            evidence = {"security": client.security, "reply": str(reply)}
            return self.confirmed(client, evidence, lambda: self._rename(client))
        if reply.code < _REFUSED:
            raise InvalidReplyError(f"it said: {reply}")
        return self.taken_back(client, str(reply), no_space=reply.code in _NO_SPACE)

    def _rename(self, client: FtpClient) -> str | None:
        """Give the file its final name; give the server's refusal if it does not."""
        reply = client.ask(f"RNFR {self.name}")
        if reply.code == _GIVE_NEW_NAME:
            self.renaming = True
            reply = client.ask(f"RNTO {self.parcel.name}")
        if reply.good:
            return None
        if reply.code < _REFUSED:
            raise InvalidReplyError(f"it said: {reply}")
        return str(reply)


def _is_for_now(reply: FtpReply) -> bool:
    return reply.code // 100 == _REFUSED // 100
