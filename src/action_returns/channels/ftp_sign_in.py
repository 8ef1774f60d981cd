"""Sign in at an FTP server, and go to the folder: every step before a file, none of which can deliver anything."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from action_returns.channels.base import DeliveryEndedError, InvalidReplyError, Phase, TookTooLongError
from action_returns.channels.connection_errors import reason, speaks_no_tls
from action_returns.channels.ftp_client import FtpClient
from action_returns.channels.ftp_refusals import sign_in_refusal
from action_returns.channels.ftp_texts import IMPLICIT_TLS_PORT, FtpTexts
from action_returns.channels.line_protocol import Reply

_READY: Final = 220
_NEEDS_PASSWORD: Final = 331
_SIGNED_IN: Final = (230, 232)  # 232: by what the encryption told (RFC 2228, 5.2)
_NO_PASSWORD_NEEDED: Final = 202  # "superfluous" (RFC 959, 5.4)
_FEATURES: Final = 211
_CLOSING: Final = 421
_BEFORE_ENCRYPTION: Final = 0.3


class StumbledError(Exception):
    """A server stumbled over a step that it may do right, or that is not needed, in a second and more careful attempt."""


@dataclass(frozen=True, slots=True)
class FtpSignIn:
    """Signs in at one FTP server.

    Args:
        username: case-sensitive.
        password: of this user.
        directory: folder at the server.
        port: of the server.
        tls: the settings of the encryption, None without.
        begins_plain: whether the server is asked for encryption.
        texts: builds the outcomes.
        greeting_timeout: seconds for its first words.
        pause: waits that many seconds.
    """

    username: str
    password: str = field(repr=False)
    directory: str
    port: int
    tls: ssl.SSLContext | None = field(repr=False)
    begins_plain: bool
    texts: FtpTexts
    greeting_timeout: float
    pause: Callable[[float], None] = field(repr=False)

    def run(self, client: FtpClient, *, carefully: bool = False) -> None:
        """Sign in and go to the folder.

        Args:
            client: just connected.
            carefully: whether to leave out what servers stumble over.

        Raises:
            DeliveryEndedError: when the server refused a step.
            StumbledError: when an attempt that is made carefully may succeed.
            OSError: see :meth:`~action_returns.channels.line_protocol.LineClient.ask`.
        """
        self._hear_greeting(client)
        if self.begins_plain and self.tls is not None:
            self._encrypt(client, self.tls, carefully=carefully)
        self._identify(client)
        if self.tls is not None:
            reply = client.protect(self.tls)
            if not reply.is_positive:
                raise refused(self.texts, "does not protect the connection for the file", reply)
        if carefully:
            self._go_to_folder(client)
            return
        self._read_features(client)
        try:
            self._go_to_folder(client)
        except InvalidReplyError:  # what seemed to be all about its features was not
            raise StumbledError from None

    def _hear_greeting(self, client: FtpClient) -> None:
        # A server that is silent after connecting may be no FTP server: it gets the time for connecting, not for a reply.
        try:
            reply = client.reply(self.greeting_timeout)
        except TimeoutError:
            if client.wire.is_encrypted:
                raise
            is_slow = self.port != IMPLICIT_TLS_PORT
            raise DeliveryEndedError(self.texts.silent(self.port), retryable=is_slow) from None
        if reply.code != _READY:
            raise refused(self.texts, "does not accept connections at the moment", reply)

    def _encrypt(self, client: FtpClient, tls: ssl.SSLContext, *, carefully: bool) -> None:
        reply = client.ask("AUTH TLS")
        if not reply.is_positive:
            raise DeliveryEndedError(self.texts.no_tls(reply), retryable=reply.code == _CLOSING)
        client.wire.expect_silence()
        if carefully:
            self.pause(_BEFORE_ENCRYPTION)
        try:
            client.wire.encrypt(tls)
        except ssl.SSLError as error:
            # ftp-srv answers a client that begins at once in plain words, because it is not ready to decrypt yet.
            if carefully or not speaks_no_tls(error):
                raise
            raise StumbledError from None

    def _identify(self, client: FtpClient) -> None:
        reply = client.ask(f"USER {self.username}")
        if reply.code == _NEEDS_PASSWORD:
            reply = self._tell_password(client)
            if reply.code == _NO_PASSWORD_NEEDED:
                return
        if reply.code not in _SIGNED_IN:
            refusal = sign_in_refusal(reply, self.username, is_encrypted=self.tls is not None)
            is_retryable = refusal.may_pass and reply.code == _CLOSING
            raise DeliveryEndedError(self.texts.not_signed_in(refusal, reply), retryable=is_retryable)

    def _tell_password(self, client: FtpClient) -> Reply:
        """Send the password, once: where its answer is lost, the server may have counted it as a wrong one."""
        try:
            return client.ask(f"PASS {self.password}")
        except InvalidReplyError:
            raise
        except OSError as error:
            raise DeliveryEndedError(self.texts.sign_in_lost(reason(error))) from None

    def _read_features(self, client: FtpClient) -> None:
        """Read what the server can do. An upload does not need it: a server that stumbles over it is not asked again."""
        try:
            client.read_features()
        except TookTooLongError:
            raise
        except OSError:
            raise StumbledError from None

    def _go_to_folder(self, client: FtpClient) -> None:
        if self.directory not in {"", ".", "/"}:
            reply = client.ask(f"CWD {self.directory}")
            _expect_another_answer(reply)
            if not reply.is_positive:
                raise DeliveryEndedError(self.texts.no_folder(str(reply)), retryable=reply.code == _CLOSING)
        # Some servers answer SIZE in binary mode only; in text mode they would change the bytes.
        reply = client.ask("TYPE I")
        _expect_another_answer(reply)
        if not reply.is_positive:
            raise refused(self.texts, "takes no files byte by byte", reply)


def _expect_another_answer(reply: Reply) -> None:
    """Check that a reply is not the end of a list of features whose first line said that nothing follows.

    Raises:
        InvalidReplyError: when it is.
    """
    if reply.code == _FEATURES:
        raise InvalidReplyError(f"it said: {reply}")


def refused(texts: FtpTexts, problem: str, reply: Reply, phase: Phase = Phase.CONNECT) -> DeliveryEndedError:
    """Return the error for a step that the server refused before a file could leave.

    Args:
        texts: builds the outcome.
        problem: what the server does not do, to follow its name in a sentence.
        reply: its refusal.
        phase: how far it had come.
    """
    is_temporary = reply.code // 100 == 4  # noqa: PLR2004  # RFC 959, 4.2
    return DeliveryEndedError(texts.refused_before(problem, reply, phase), retryable=is_temporary)
