"""One SMTP conversation: commands out, replies in, and nothing taken for a reply that is none (RFC 5321).

smtplib is not used, because it takes a reply that came before it was due for the answer to the message: a stray ``250``
followed by ``554`` counts as accepted. It also takes ``2_5`` and a reply whose lines carry different codes, tries a
refused password once more with the next mechanism (two failures towards a lockout for one click), and raises
UnicodeEncodeError for a password with an umlaut and binascii.Error for an odd challenge (Python 3.11).
"""

import re
import ssl
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from action_returns.channels.line_protocol import LONGEST_REPLY, InvalidReplyError, LineConnection

_REPLY_LINE: Final = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_CHUNK: Final = 65_536
_GO_ON: Final = 334  # RFC 4954, 4
_WANTS_MORE: Final = range(300, 400)  # the server waits for the rest of what it was told (RFC 5321, 4.2.1)
_GOOD_BYE: Final = 5.0


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """One answer of the server.

    Args:
        code: its three digits.
        lines: its words, line by line, printable signs only.
    """

    code: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.code} {' '.join(self.lines)}".rstrip()[:300]


class SmtpClient:
    """A connection to a mail server.

    Args:
        host: the mail server.
        port: its port.
        connect_timeout: seconds for connecting and for the TLS handshake.
        reply_timeout: seconds for a whole reply, however slowly it comes.
        tls: settings for TLS from the first byte; None to begin without.

    Attributes:
        wire: the connection.
        name: what the server calls itself.
        offers: what the server said it can do, keyword -> values (RFC 5321, 4.1.1.1).

    Raises:
        OSError: when no connection came about.
    """

    def __init__(
        self, host: str, port: int, *, connect_timeout: float, reply_timeout: float, tls: ssl.SSLContext | None
    ) -> None:
        self._reply_timeout = reply_timeout
        self._may_speak = False
        self.name = ""
        self.offers: dict[str, str] = {}
        self.wire = LineConnection(host, port, connect_timeout=connect_timeout)
        if tls is not None:
            self.wire.encrypt(tls)

    def reply(self, timeout: float | None = None) -> SmtpReply:
        """Read one whole reply.

        Args:
            timeout: seconds for all of it, when other than usual.

        Raises:
            InvalidReplyError: when what came is not one.
            OSError: when none came.
        """
        until = time.monotonic() + (self._reply_timeout if timeout is None else timeout)
        size, code, words = 0, b"", []
        while True:
            line = self.wire.line(until)
            size += len(line)
            found = _REPLY_LINE.fullmatch(line.rstrip(b"\r\n"))
            if found is None or code not in (b"", found[1]) or size > LONGEST_REPLY:
                raise InvalidReplyError(f"it said: {self.wire.shown(line)[:80]}")
            code = found[1]
            words.append(self.wire.shown(found[3] or b""))
            if found[2] != b"-":
                self._may_speak = int(code) not in _WANTS_MORE
                return SmtpReply(int(code), tuple(words))

    def ask(self, command: str) -> SmtpReply:
        """Send one command and read the reply to it.

        Raises:
            InvalidReplyError: when the server had spoken without being asked, so that the next reply would belong to
                something else; when what came back is not a reply; or when the command would be two.
            OSError: when the command or its reply was lost.
        """
        if "\r" in command or "\n" in command:
            raise InvalidReplyError("an address holds a line break, which would be a second command")
        self.wire.expect_silence()
        self._send(command.encode("ascii") + b"\r\n", self._reply_timeout)
        return self.reply()

    def welcome(self) -> SmtpReply:
        """Read what the server says first; by it the server's name is known.

        Raises:
            OSError: see :meth:`reply`.
        """
        reply = self.reply()
        self.name = reply.lines[0].partition(" ")[0][:255]
        return reply

    def greet(self) -> SmtpReply:
        """Say EHLO; what the server offers is known afterwards, and nothing it said before counts (RFC 3207, 4.2).

        Raises:
            OSError: see :meth:`ask`.
        """
        reply = self.ask(f"EHLO {self._own_name()}")
        offers = (line.partition(" ") for line in reply.lines[1:])
        self.offers = {keyword.upper(): values for keyword, _, values in offers}
        return reply

    def start_tls(self, tls: ssl.SSLContext) -> None:
        """Encrypt the connection after the server has agreed to it.

        Raises:
            InvalidReplyError: when something came that would be taken for the first encrypted words (CVE-2011-0411).
            OSError: when no encrypted connection came about.
        """
        self.wire.expect_silence()
        self.wire.encrypt(tls)

    def sign_in(self, username: str, password: str, mechanism: str) -> SmtpReply:
        """Sign in once (RFC 4954, RFC 4616); 235 says that it worked. What repeats a secret is not shown from now on.

        Args:
            username: the name.
            password: the password.
            mechanism: ``PLAIN`` or ``LOGIN``.

        Raises:
            OSError: see :meth:`ask`.
        """
        if mechanism == "PLAIN":
            both = _base64(f"\0{username}\0{password}")
            self.wire.keep_to_oneself(both, password)
            return self.ask(f"AUTH PLAIN {both}")
        answers = [_base64(username), _base64(password)]
        self.wire.keep_to_oneself(*answers, password)
        reply = self.ask("AUTH LOGIN")
        while reply.code == _GO_ON and answers:
            reply = self.ask(answers.pop(0))
        return reply

    def send_content(self, content: bytes, timeout: float) -> None:
        """Send a message, all but the line with the dot that ends it.

        Args:
            content: the message with CRLF line ends.
            timeout: seconds for each part of it.

        Raises:
            OSError: when it did not leave as a whole. The server then has no message: the line that ends it was not
                sent, and without it nothing may be delivered (RFC 5321, 4.1.1.10).
        """
        lines = b"\r\n" + content.removesuffix(b"\r\n") + b"\r\n"
        dotted = lines.replace(b"\r\n.", b"\r\n..")[2:]  # RFC 5321, 4.5.2
        for start in range(0, len(dotted), _CHUNK):
            self._send(dotted[start : start + _CHUNK], timeout)
        self.wire.expect_silence()

    def end_content(self, timeout: float) -> SmtpReply:
        """Send the line that ends the message and read what becomes of it.

        Args:
            timeout: seconds for the reply.

        Raises:
            OSError: when nobody can tell what became of it.
        """
        self._send(b".\r\n", self._reply_timeout)
        return self.reply(timeout)

    def close(self) -> None:
        """End the connection, with a good-bye where the server waits for a command.

        Nothing depends on the good-bye being heard. In the middle of a message there is none: a message that was not
        ended is thrown away.
        """
        if self._may_speak:
            try:
                self._send(b"QUIT\r\n", self._reply_timeout)
                self.reply(min(_GOOD_BYE, self._reply_timeout))
            except OSError:
                pass
        self.wire.close()

    def _own_name(self) -> str:
        """Give the own end's address: looking up a name may take seconds and tells others how this machine is called."""
        address = str(self.wire.socket.getsockname()[0]).partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"  # RFC 5321, 4.1.3

    def _send(self, data: bytes, timeout: float) -> None:
        self._may_speak = False
        self.wire.send(data, timeout)


def _base64(text: str) -> str:
    # A password from an environment variable may hold bytes that are no UTF-8 (PEP 383); they are sent as they are.
    return b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")
