"""A connection to a server that talks in lines: encrypted or not, and with a time limit for everything."""

import socket
import ssl
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from action_returns.channels.addresses import connect
from action_returns.channels.base import DeliveryEndedError, InvalidReplyError, Outcome, Phase, State
from action_returns.channels.server_words import ServerWords
from action_returns.channels.time_limits import ALL_STEPS, LONGEST_WAIT, Clock, TimeLimit
from action_returns.trusted_certificates import trusting_context

LONGEST_REPLY: Final = 65_536
_CHUNK: Final = 65_536
_SHOWN: Final = 80
"""Characters of words that are no reply: enough to see what kind of server it is."""
_NO_DATA_YET: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class LineConnection:
    """A connection to a server that talks in lines.

    Args:
        host: the server.
        port: its port.
        connect_timeout: seconds for connecting and for each TLS handshake.
        steps_timeout: seconds for all steps together, until :meth:`begin` sets others.
        words: makes the words of the server fit to be shown.
        clock: see :data:`~action_returns.channels.time_limits.Clock`.

    Raises:
        OSError: when no connection came about.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        connect_timeout: float,
        steps_timeout: float = ALL_STEPS,
        words: ServerWords | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.words = words or ServerWords()
        self._host = host
        self._connect_timeout = connect_timeout
        self._unread = b""
        self._steps = TimeLimit(steps_timeout, "in all", clock=clock)
        self.socket = connect(host, port, self.step(connect_timeout))

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection is encrypted now."""
        return isinstance(self.socket, ssl.SSLSocket)

    @property
    def security(self) -> str:
        """What protects the connection now: ``TLSv1.3``, or ``not encrypted``."""
        return (isinstance(self.socket, ssl.SSLSocket) and self.socket.version()) or "not encrypted"

    def begin(self, seconds: float, what: str = "in all") -> None:
        """Begin steps that must be over in so many seconds together.

        Args:
            seconds: for all of them.
            what: what they are, to follow "it took longer than N seconds".
        """
        self._steps = self._steps.renewed(seconds, what)

    def step(self, seconds: float) -> TimeLimit:
        """Return the time limit of one step."""
        return self._steps.step(seconds)

    def encrypt(self, tls: ssl.SSLContext) -> None:
        """Encrypt the connection from here on.

        Raises:
            InvalidReplyError: when something came that would be taken for the first encrypted words (CVE-2011-0411).
            OSError: when no encrypted connection came about.
        """
        if self._unread:
            raise self._spoke_unasked()
        try:
            self.socket.settimeout(self.step(self._connect_timeout).left())  # for the whole handshake
            self.socket = tls.wrap_socket(self.socket, server_hostname=self._host)
        except OSError:
            self.socket.close()
            raise

    def line(self, limit: TimeLimit) -> bytes:
        """Read one line, its end included.

        Args:
            limit: the time in which it must be there.

        Raises:
            InvalidReplyError: when it is too long to be one.
            OSError: when none came.
        """
        while b"\n" not in self._unread:
            if len(self._unread) > LONGEST_REPLY:
                raise self.invalid_reply(self._unread)
            self.socket.settimeout(min(limit.left(), LONGEST_WAIT))
            with suppress(TimeoutError):  # the limit says which time is over
                self._read()
        line, end, self._unread = self._unread.partition(b"\n")
        return line + end

    def send(self, data: bytes, timeout: float, connection: socket.socket | None = None) -> None:
        """Send bytes.

        Args:
            data: all of them.
            timeout: seconds for all of them.
            connection: a socket beside this connection; None for its own.

        Raises:
            OSError: when they did not all leave.
        """
        limit, left, to = self.step(timeout), memoryview(data), connection or self.socket
        while left:
            to.settimeout(min(limit.left(), LONGEST_WAIT))
            try:
                left = left[to.send(left) :]
            except TimeoutError:
                continue  # the limit says which time is over
            except ssl.SSLError as error:  # not a handshake: the wording for those would mislead
                raise ConnectionError(error.reason or str(error)) from None

    def has_spoken(self) -> bool:
        """Return whether the server has said something since its last reply.

        Raises:
            ConnectionError: when it closed the connection.
        """
        if not self._unread:
            self.socket.settimeout(0)
            with suppress(*_NO_DATA_YET):
                self._read()
        return bool(self._unread)

    def expect_silence(self) -> None:
        """Check that the server has said nothing since its last reply.

        Raises:
            InvalidReplyError: when it did.
            ConnectionError: when it closed the connection.
        """
        if self.has_spoken():
            raise self._spoke_unasked()

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def invalid_reply(self, line: bytes) -> InvalidReplyError:
        """Return the error for a line that is not a reply."""
        return InvalidReplyError(f"it said: {self.words.show(line, _SHOWN)}")

    def _spoke_unasked(self) -> InvalidReplyError:
        return InvalidReplyError(f"it said without being asked: {self.words.show(self._unread, _SHOWN)}")

    def _read(self) -> None:
        try:
            read = self.socket.recv(_CHUNK)
        except _NO_DATA_YET:
            raise
        except ssl.SSLError as error:
            raise ConnectionError(error.reason or str(error)) from None
        if not read:
            raise ConnectionError("the server closed it")
        self._unread += read


def tls_settings(security: str, context: ssl.SSLContext | None, ca_file: Path | None = None) -> ssl.SSLContext | None:
    """Return the TLS settings of a connection, None where it is ``plain``.

    Args:
        security: as the profile has it.
        context: settings to use; those of this computer when None.
        ca_file: certificates that are trusted beside those of this computer.

    Raises:
        action_returns.errors.ConfigError: when the file cannot be used. Nothing is connected yet.
        DeliveryEndedError: when the certificates of this computer cannot be read.
    """
    if security == "plain":
        return None
    try:
        return context or trusting_context(ca_file)
    except ssl.SSLError as error:
        raise DeliveryEndedError(
            Outcome(
                State.FAILED,
                f"The certificates that this computer trusts cannot be read ({error.reason or error}), so it could not check "
                "any server. Nothing was sent. Ask the administrator of this computer.",
                Phase.CONNECT,
            )
        ) from None
