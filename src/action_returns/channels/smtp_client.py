"""One SMTP session: commands out, replies in; reject everything that is not a valid reply (RFC 5321).

smtplib is not used, because it takes a reply that came before it was due for the answer to the message: a stray ``250``
followed by ``554`` counts as accepted. It also takes ``2_5`` and a reply whose lines carry different codes, tries a
refused password once more with the next mechanism (two failures towards a lockout for one click), and raises
UnicodeEncodeError for a password with an umlaut and binascii.Error for an odd challenge (Python 3.11).
"""

import re
import ssl
from base64 import b64encode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from action_returns.channels.line_protocol import LineClient, Reply
from action_returns.channels.time_limits import file_seconds

_CHUNK: Final = 65_536
_LONGEST_NAME: Final = 255
_GO_ON: Final = 334  # RFC 4954, 4


class SmtpClient(LineClient):
    """A connection to a mail server.

    Attributes:
        wire: the connection.
        name: the name that the server gives itself.
        offers: what the server said it can do, keyword -> values (RFC 5321, 4.1.1.1).
    """

    REPLY_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
    ENCODING = ("ascii", "strict")

    name: str = ""
    offers: Mapping[str, str] = MappingProxyType({})

    def _next_line(self, code: bytes, line: bytes) -> tuple[bool, bytes]:
        found = self.REPLY_LINE.fullmatch(line.rstrip(b"\r\n"))
        if found is None or found[1] != code:  # every line has the same code (RFC 5321, 4.2.1)
            raise self.wire.invalid_reply(line)
        return found[2] != b"-", found[3] or b""

    def welcome(self) -> Reply:
        """Read the greeting of the server, which holds its name.

        Raises:
            OSError: see :meth:`reply`.
        """
        reply = self.reply()
        self.name = self.wire.words.show(reply.lines[0].partition(" ")[0], _LONGEST_NAME)
        return reply

    def greet(self, name: str = "") -> Reply:
        """Send EHLO and keep what the server offers; earlier offers no longer count (RFC 3207, 4.2).

        Args:
            name: what this computer calls itself, ``""`` for its address.

        Raises:
            OSError: see :meth:`ask`.
        """
        reply = self.ask(f"EHLO {name or self.own_address}")
        offers: dict[str, str] = {}
        for line in reply.lines[1:]:
            keyword, values = _offer(line)
            if keyword == "AUTH" and keyword in offers:  # a server may say it in both ways, with other values
                values = f"{offers[keyword]} {values}"
            offers[keyword] = values
        self.offers = offers
        return reply

    def greet_without_offers(self, name: str = "") -> Reply:
        """Send HELO, for a server that does not know EHLO. It offers nothing then.

        Raises:
            OSError: see :meth:`ask`.
        """
        self.offers = {}
        return self.ask(f"HELO {name or self.own_address}")

    def start_tls(self, tls: ssl.SSLContext) -> None:
        """Encrypt the connection after the server has agreed to it.

        Raises:
            InvalidReplyError: when something came that would be taken for the first encrypted words (CVE-2011-0411).
            OSError: when no encrypted connection came about.
        """
        self.wire.expect_silence()
        self.wire.encrypt(tls)

    def sign_in(self, username: str, password: str, mechanism: str) -> Reply:
        """Sign in once (RFC 4954, RFC 4616); the reply 235 means success.

        Args:
            username: the name.
            password: the password.
            mechanism: ``PLAIN`` or ``LOGIN``.

        Raises:
            OSError: see :meth:`ask`.
        """
        if mechanism == "PLAIN":
            answers = [_base64(f"\0{username}\0{password}")]
            reply = self.ask(f"AUTH PLAIN {answers[0]}")  # it asks once more where it does not read what stands there
        else:
            answers = [_base64(username), _base64(password)]
            reply = self.ask("AUTH LOGIN")
        while reply.code == _GO_ON and answers:
            reply = self.ask(answers.pop(0))
        return reply

    def send_content(self, content: bytes, timeout: float) -> None:
        """Send a message, all but the line with the dot that ends it.

        Args:
            content: the message with CRLF line ends.
            timeout: seconds for each part of it; the whole has
                :func:`~action_returns.channels.time_limits.file_seconds`.

        Raises:
            OSError: when it did not leave as a whole. The server then has no message: the line that ends it was not
                sent, and without it nothing may be delivered (RFC 5321, 4.1.1.10).
        """
        lines = b"\r\n" + content.removesuffix(b"\r\n") + b"\r\n"
        dotted = lines.replace(b"\r\n.", b"\r\n..")[2:]  # RFC 5321, 4.5.2
        self.wire.begin(file_seconds(len(dotted)), "for the message")
        for start in range(0, len(dotted), _CHUNK):
            self._send(dotted[start : start + _CHUNK], timeout)
        self.wire.expect_silence()

    def end_content(self, timeout: float) -> Reply:
        """Send the line that ends the message and read the answer.

        Args:
            timeout: seconds for the reply.

        Raises:
            OSError: when the answer is lost, so that the server may have the message or not.
        """
        self.begin_steps(timeout)
        self._send(b".\r\n", self._reply_timeout)
        return self.reply(timeout)

    @property
    def own_address(self) -> str:
        """The address of this end as EHLO has it: looking up a name may take seconds and would show how this machine is called."""
        address = str(self.wire.socket.getsockname()[0]).partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"  # RFC 5321, 4.1.3


def _offer(line: str) -> tuple[str, str]:
    """Return keyword and values of what a server offers. Old ones write ``AUTH=LOGIN PLAIN``."""
    keyword, _, values = line.partition(" ")
    keyword, _, first = keyword.partition("=")
    return keyword.upper(), f"{first} {values}".strip()


def _base64(text: str) -> str:
    # A password from an environment variable may hold bytes that are no UTF-8 (PEP 383); they are sent as they are.
    return b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")
