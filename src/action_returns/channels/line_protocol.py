"""A client that sends one command and reads one numbered reply, as FTP and SMTP have it.

Neither ftplib nor smtplib checks whether a server spoke before it was asked. A stray line is then taken for the answer
to the next command; here it never is.
"""

import re
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Final

from action_returns.channels.base import InvalidReplyError
from action_returns.channels.line_connection import LONGEST_REPLY, LineConnection
from action_returns.channels.server_words import ServerWords
from action_returns.channels.time_limits import ALL_STEPS, Clock, TimeLimit

QUIT_TIMEOUT: Final = 5.0
_MOST_LINES: Final = 1_000
"""Lines of one reply; the longest that servers are known to have, a welcome or a list of features, has some fifty."""
_WAITS_FOR_MORE: Final = range(300, 400)  # the server waits for the rest of a command (RFC 959, 4.2; RFC 5321, 4.2.1)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the server.

    Args:
        code: its three digits.
        lines: its words as the server said them, line by line: to be read by the program, never to be shown.
        shown: its words as people may see them.
    """

    code: int
    lines: tuple[str, ...]
    shown: str

    @property
    def text(self) -> str:
        """Its words in one line: to be read by the program, never to be shown."""
        return " ".join(self.lines).strip()

    @property
    def is_positive(self) -> bool:
        """Whether the command was carried out (RFC 959, 4.2: 2yz)."""
        return self.code // 100 == 2  # noqa: PLR2004

    def __str__(self) -> str:
        return f"{self.code} {self.shown}".rstrip()


class LineClient:
    """A client that sends one command at a time and reads the reply to it.

    Args:
        host: the server.
        port: its port.
        connect_timeout: seconds for connecting and for each TLS handshake.
        reply_timeout: seconds for a whole reply, however slowly it comes.
        tls: settings for TLS from the first byte; None to begin without.
        steps_timeout: seconds for all steps together; see :meth:`begin_steps`.
        words: makes the words of the server fit to be shown.
        clock: see :data:`~action_returns.channels.time_limits.Clock`.

    Attributes:
        wire: the connection.

    Raises:
        OSError: when no connection came about.
    """

    REPLY_LINE: ClassVar["re.Pattern[bytes]"]
    """Three digits, then ``-`` where lines follow, then words."""
    ENCODING: ClassVar[tuple[str, str]]
    """How a command becomes bytes: the encoding, and what happens with a character it does not have."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        connect_timeout: float,
        reply_timeout: float,
        tls: ssl.SSLContext | None,
        steps_timeout: float = ALL_STEPS,
        words: ServerWords | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._host = host
        self._connect_timeout = connect_timeout
        self._reply_timeout = reply_timeout
        self._steps_timeout = steps_timeout
        self._may_quit = False
        self.wire = LineConnection(
            host, port, connect_timeout=connect_timeout, steps_timeout=steps_timeout, words=words, clock=clock
        )
        if tls is not None:
            self.wire.encrypt(tls)

    def begin_steps(self, timeout: float = 0) -> None:
        """Begin steps that have the time for all steps together.

        Args:
            timeout: seconds that the first of them may take on top.
        """
        self.wire.begin(self._steps_timeout + timeout)

    def reply(self, timeout: float | None = None) -> Reply:
        """Read one whole reply.

        Args:
            timeout: seconds for all of it, None for the usual ones.

        Raises:
            InvalidReplyError: when the words are not a reply.
            OSError: when no reply came.
        """
        return self._read_reply(self.wire.step(self._reply_timeout if timeout is None else timeout))

    def _read_reply(self, limit: TimeLimit) -> Reply:
        self._may_quit = False  # unless all of it comes: the rest of a half reply would answer the next command
        line = self.wire.line(limit)
        found = self.REPLY_LINE.fullmatch(line.rstrip(b"\r\n"))
        if found is None or len(line) > LONGEST_REPLY:
            raise self.wire.invalid_reply(line)
        code, words, size = found[1], [found[3] or b""], len(line)
        is_last = found[2] != b"-"
        while not is_last:
            line = self.wire.line(limit)
            size += len(line)
            if size > LONGEST_REPLY or len(words) == _MOST_LINES:
                raise self.wire.invalid_reply(line)
            is_last, text = self._next_line(code, line)
            words.append(text)
        self._may_quit = int(code) not in _WAITS_FOR_MORE
        lines = tuple(word.decode("utf-8", "replace").strip() for word in words)
        return Reply(int(code), lines, self.wire.words.show(" ".join(lines)))

    def ask(self, command: str) -> Reply:
        """Send one command and read the reply to it.

        Raises:
            InvalidReplyError: when the server had spoken without being asked, so that the next reply would belong to
                something else; when the words are not a reply; or when the command would be two.
            OSError: when the command or its reply was lost.
        """
        self.say(command)
        return self.reply()

    def say(self, command: str) -> None:
        """Send one command, and read no reply to it.

        Raises:
            InvalidReplyError: see :meth:`ask`.
            OSError: when the command was lost.
        """
        if "\r" in command or "\n" in command:
            raise InvalidReplyError("a command holds a line break, which would make it two commands")
        self.wire.expect_silence()
        self._send(command.encode(*self.ENCODING) + b"\r\n", self._reply_timeout)

    def close(self) -> None:
        """End the connection, with QUIT where the server waits for a command.

        Nothing depends on the answer to QUIT. It is not sent in the middle of a command or of a reply.
        """
        if self._may_quit:
            with suppress(OSError):
                self.wire.expect_silence()
                self._send(b"QUIT\r\n", self._reply_timeout)
                self.reply(min(QUIT_TIMEOUT, self._reply_timeout))
        self.wire.close()

    def _next_line(self, code: bytes, line: bytes) -> tuple[bool, bytes]:
        """Return whether a further line ends the reply, and its words."""
        raise NotImplementedError

    def _send(self, data: bytes, timeout: float) -> None:
        self._may_quit = False
        self.wire.send(data, timeout)
