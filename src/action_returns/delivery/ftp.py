"""FTP, with TLS unless plain was accepted: look first, send once, believe only positive evidence.

Until right before STOR a failure is certain, and what may pass is tried again. From then on nothing is tried again: what
the server holds is looked up over new connections, and where that does not settle it, the outcome is unknown.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NoReturn

from action_returns.delivery.connecting import may_pass, not_connected
from action_returns.delivery.ftp_client import Conversation, Reply
from action_returns.delivery.ftp_words import FtpWords
from action_returns.delivery.outcome import Leaving, Outcome, Parcel, Phase, unrecorded
from action_returns.delivery.stopping import Stopped, in_three_attempts
from action_returns.delivery.uploading import Upload, name_at_first
from action_returns.delivery.wire import NotAReply

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

    def deliver(self, parcel: Parcel, leaving: Leaving = unrecorded) -> Outcome:
        """Upload the file once."""
        password = self.password()  # a missing secret is told before anything is connected
        try:
            client, data = in_three_attempts(lambda: self._prepared(parcel, password), self.pause)
        except Stopped as stopped:
            return stopped.outcome
        with contextlib.closing(client), contextlib.closing(data):
            leaving()
            upload = _FtpUpload(
                parcel,
                name_at_first(parcel, self.upload),
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
            client = in_three_attempts(lambda: self._signed_in(password), self.pause)
        except Stopped as stopped:
            return stopped.outcome
        with contextlib.closing(client):
            return self._words.works(client.security, offers_tls="AUTH" in client.features)

    @property
    def _words(self) -> FtpWords:
        return FtpWords(self.host, self.directory, self.destination)

    def _prepared(self, parcel: Parcel, password: str) -> tuple[Conversation, socket.socket]:
        """Do all that can be done before the file leaves: the name is free, and a connection for the file stands."""
        client = self._signed_in(password)
        try:
            with self._certain(Phase.TRANSFER):
                self._refuse_taken_name(client, parcel.name)
                return client, self._data_connection(client)
        except BaseException:
            client.close()
            raise

    def _refuse_taken_name(self, client: Conversation, name: str) -> None:
        size = client.size(name)
        if size is not None:
            raise Stopped(self._words.name_taken(name, size))

    def _data_connection(self, client: Conversation) -> socket.socket:
        data = client.open_data()
        if isinstance(data, Reply):
            self._stop("opened no connection for the file", data, Phase.TRANSFER)
        return data

    def _signed_in(self, password: str) -> Conversation:
        """Give a conversation that has arrived in the folder."""
        tls = None if self.security == "plain" else self.context or ssl.create_default_context()
        with self._certain(Phase.CONNECT):
            client = Conversation(
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

    def _sign_in(self, client: Conversation, tls: ssl.SSLContext | None, password: str) -> None:
        # The silence of a server counts against the time for connecting: it may be none at all.
        self._need(client.reply(self.connect_timeout), "does not talk to us now", Phase.CONNECT, wanted=_READY)
        if self.security == "explicit-tls" and tls is not None:
            reply = client.ask("AUTH TLS")
            if not reply.good:
                raise Stopped(self._words.no_tls(reply), may_pass=reply.code == _CLOSING)
            client.wire.expect_silence()
            client.wire.encrypt(tls)
        client.wire.keep_to_oneself(password)
        reply = client.ask(f"USER {self.username}")
        if reply.code == _PASSWORD_WANTED:
            reply = client.ask(f"PASS {password}")
        if reply.code != _SIGNED_IN:
            # One attempt only, unless it never came to that: each refused one may count towards a lockout.
            raise Stopped(self._words.not_signed_in(reply), may_pass=reply.code == _CLOSING)
        if tls is not None:
            self._need(client.protect(tls), "does not protect the connection for the file", Phase.CONNECT)
        client.look_at_features()

    def _go_to_folder(self, client: Conversation) -> None:
        if self.directory not in {"", ".", "/"}:
            reply = client.ask(f"CWD {self.directory}")
            if not reply.good:
                raise Stopped(self._words.no_folder(str(reply)), may_pass=reply.code == _CLOSING)
        # Some servers tell sizes in binary mode only; in the other one they would change the bytes.
        self._need(client.ask("TYPE I"), "takes no files byte by byte", Phase.CONNECT)

    @contextlib.contextmanager
    def _certain(self, phase: Phase) -> Iterator[None]:
        """Turn what breaks a conversation before the file leaves into the outcome: certainly not delivered."""
        try:
            yield
        except NotAReply as odd:
            raise Stopped(self._words.odd(str(odd), self.port, phase)) from None
        except OSError as error:
            outcome = replace(not_connected(error, self.host, self.port), phase=phase)
            raise Stopped(outcome, may_pass=may_pass(error)) from None

    def _need(self, reply: Reply, what: str, phase: Phase, *, wanted: int | None = None) -> None:
        if not (reply.good if wanted is None else reply.code == wanted):
            self._stop(what, reply, phase)

    def _stop(self, what: str, reply: Reply, phase: Phase) -> NoReturn:
        raise Stopped(self._words.refused_before(what, reply, phase), may_pass=_is_for_now(reply))


class _FtpUpload(Upload):
    """The FTP commands that bring a file there."""

    def run(self, client: Conversation, data: socket.socket, data_timeout: float, reply_timeout: float) -> Outcome:
        """Upload; never raises for what a server or network may do.

        Args:
            client: the conversation.
            data: the connection for the file.
            data_timeout: seconds for each part of the file.
            reply_timeout: seconds for the reply after the last byte.
        """
        try:
            return self._store(client, data, data_timeout, reply_timeout)
        except OSError as error:  # NotAReply included: after an odd word nothing more of this conversation is believed
            client.wire.close()
            return self.look_again(str(error) or type(error).__name__)

    def _store(self, client: Conversation, data: socket.socket, data_timeout: float, reply_timeout: float) -> Outcome:
        reply = client.ask(f"STOR {self.name}")
        if reply.code // 100 != 1:
            # What may lie there under this name is not ours.
            return self.words.refused(str(reply), no_space=reply.code in _NO_SPACE)
        try:
            refusal = client.send_content(data, self.parcel.content, timeout=data_timeout)
        except NotAReply:
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
            raise NotAReply(f"it said: {reply}")
        return self.taken_back(client, str(reply), no_space=reply.code in _NO_SPACE)

    def _rename(self, client: Conversation) -> str | None:
        """Give the file its final name; give the server's refusal if it does not."""
        reply = client.ask(f"RNFR {self.name}")
        if reply.code == _GIVE_NEW_NAME:
            self.renaming = True
            reply = client.ask(f"RNTO {self.parcel.name}")
        if reply.good:
            return None
        if reply.code < _REFUSED:
            raise NotAReply(f"it said: {reply}")
        return str(reply)


def _is_for_now(reply: Reply) -> bool:
    return reply.code // 100 == _REFUSED // 100
