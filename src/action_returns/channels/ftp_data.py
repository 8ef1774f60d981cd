"""The connection that FTP uses for one file: encrypted where the other one is, filled, and ended."""

import selectors
import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from typing import Final

from action_returns.channels.connection_errors import reason
from action_returns.channels.line_connection import LineConnection
from action_returns.channels.line_protocol import QUIT_TIMEOUT, Reply
from action_returns.channels.time_limits import LONGEST_WAIT, TimeLimit

_CHUNK: Final = 65_536


class FileConnection:
    """The connection for one file.

    Args:
        connection: to the port that the server named.
        control: the connection on which the server answers.
    """

    def __init__(self, connection: socket.socket, control: LineConnection) -> None:
        self.socket = connection
        self._control = control
        self._agreeing: ssl.SSLSocket | None = None
        self._problem: OSError | None = None

    @property
    def is_untrusted(self) -> bool:
        """Whether this program ended it because of the server's certificate."""
        return isinstance(self._problem, ssl.SSLCertVerificationError)

    def explain(self, reply: Reply) -> Reply:
        """Return a refusal with the reason that the server cannot know: a certificate that cannot be trusted."""
        if self._problem is None or not self.is_untrusted:
            return reply
        return replace(reply, shown=f"{reply.shown}; {reason(self._problem)}".removeprefix("; "))

    def encrypt(self, tls: ssl.SSLContext, host: str) -> None:
        """Encrypt it from here on, as a part of the session of the control connection (RFC 4217, 9).

        Nothing leaves before :meth:`agree`, and nothing is raised before :meth:`send`.

        Args:
            tls: the settings of the control connection.
            host: the server.
        """
        control = self._control.socket
        session = control.session if isinstance(control, ssl.SSLSocket) else None
        try:
            self.socket.getpeername()  # Python's ssl leaves a socket open when it meets a connection that was reset
            self.socket = self._agreeing = tls.wrap_socket(
                self.socket, server_hostname=host, session=session, do_handshake_on_connect=False
            )
        except OSError as error:  # the server has closed it
            self._problem = error

    def agree(self, limit: TimeLimit, *, until_reply: bool = False) -> None:
        """Agree on the encryption with the server.

        Args:
            limit: the time for that.
            until_reply: whether to stop when the server says something on the control connection.

        Raises:
            ConnectionError: when the server closed the control connection.
            TimeoutError: when the time was over.
        """
        while self._agreeing is not None and not (until_reply and self._control.has_spoken()):
            self._go_on(self._agreeing, limit, until_reply=until_reply)

    def send(self, content: bytes, timeout: float) -> None:
        """Send the bytes of the file.

        Args:
            content: all of them.
            timeout: seconds for each part.

        Raises:
            OSError: when they did not all leave, or when the encryption was not agreed on.
        """
        if self._problem is not None:
            raise self._problem
        for start in range(0, len(content), _CHUNK):
            self._control.send(content[start : start + _CHUNK], timeout, self.socket)

    def receive(self, timeout: float, most: int) -> bytes:
        """Receive all that the server sends, until it ends the connection.

        Args:
            timeout: seconds for all of it.
            most: bytes.

        Raises:
            OSError: when it broke off, took longer, was longer, or when the encryption was not agreed on.
        """
        if self._problem is not None:
            raise self._problem
        limit = self._control.step(timeout)
        content = bytearray()
        while len(content) <= most:
            self.socket.settimeout(min(limit.left(), LONGEST_WAIT))
            with suppress(TimeoutError):  # the limit says which time is over
                received = self.socket.recv(_CHUNK)
                if not received:
                    return bytes(content)
                content += received
        raise ConnectionError(f"it is longer than {most} bytes")

    def end(self) -> None:
        """Send the end of the file, and close the connection.

        Some servers close at once or never answer the close_notify; the reply on the control connection is what counts
        (CPython issues 103443, 78738).
        """
        if isinstance(self.socket, ssl.SSLSocket):
            with suppress(OSError, ValueError):
                self.socket.settimeout(QUIT_TIMEOUT)
                self.socket.unwrap()
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def _go_on(self, agreeing: ssl.SSLSocket, limit: TimeLimit, *, until_reply: bool) -> None:
        """Take one step of the TLS handshake, and wait until another one is possible."""
        try:
            agreeing.settimeout(0)
            agreeing.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as wish:
            with selectors.DefaultSelector() as selector:
                wants_to_read = isinstance(wish, ssl.SSLWantReadError)
                selector.register(agreeing, selectors.EVENT_READ if wants_to_read else selectors.EVENT_WRITE)
                if until_reply:
                    selector.register(self._control.socket, selectors.EVENT_READ)
                selector.select(min(limit.left(), LONGEST_WAIT))
            return
        except OSError as error:
            self._problem = error
            self.close()  # the server may wait for that before it says why
        self._agreeing = None
