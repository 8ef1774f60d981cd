"""E-mail over SMTP, step by step, so that the phase of a failure is known (RFC 5321; RFC 8314 for TLS).

A mail server that accepts the message has taken it over; whether it arrives nobody knows at that moment. That is
``handed-over``, not ``sent``. When the answer after the final dot is lost the mail may be on its way (RFC 1047).
"""

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NoReturn

from action_returns.delivery.connecting import not_connected
from action_returns.delivery.message import write_letter
from action_returns.delivery.outcome import Leaving, Outcome, Parcel, Phase, State, unrecorded

_NETWORK: Final = (OSError, EOFError, smtplib.SMTPServerDisconnected)
_OK: Final = range(200, 300)


class _Stopped(Exception):
    """Ends a conversation with the outcome it has led to."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """Hands the file to a mail server as the one attachment of a message.

    Args:
        host: the mail server.
        port: its port; 587 with STARTTLS, 465 with implicit TLS.
        security: ``starttls`` (required, never skipped), ``implicit-tls``, or ``plain`` where that was accepted.
        sender: address it comes from; bounces go there.
        recipient: the account's address for batch files.
        username: None when the server asks for no sign-in.
        password: fetches the password when it is needed.
        subject: None for the file's name.
        context: TLS settings; the machine's trusted certificates when None.
        connect_timeout: seconds for connecting.
        command_timeout: seconds for each reply.
        accept_timeout: seconds for the reply after the final dot (RFC 5321, 4.5.3.2.6 asks for ten minutes).
    """

    host: str
    port: int
    security: Literal["starttls", "implicit-tls", "plain"]
    sender: str
    recipient: str
    username: str | None = None
    password: Callable[[], str] | None = field(default=None, repr=False)
    subject: str | None = None
    context: ssl.SSLContext | None = field(default=None, repr=False)
    connect_timeout: float = 15
    command_timeout: float = 60
    accept_timeout: float = 600

    @property
    def destination(self) -> str:
        """The recipient and the server, as people are shown it."""
        return f"{self.recipient} via {self.host}"

    def deliver(self, parcel: Parcel, leaving: Leaving = unrecorded) -> Outcome:
        """Hand the message over once."""
        letter = write_letter(
            parcel,
            sender=self.sender,
            recipient=self.recipient,
            subject=self.subject,
            now=datetime.now().astimezone(),
        )
        try:
            with self._signed_in() as client:
                self._refuse_too_large(client, len(letter.content))
                self._envelope(client, len(letter.content))
                reply = self._data(client, letter.content, leaving)
        except _Stopped as stopped:
            return stopped.outcome
        return Outcome(
            State.HANDED_OVER,
            f"Handed to the mail server {self.host} for {self.recipient} (message {letter.message_id}). Delivery and "
            f"processing are not confirmed yet; a bounce would come to {self.sender}.",
            evidence={"reply": reply, "message_id": letter.message_id},
        )

    def probe(self) -> Outcome:
        """Connect, sign in and name sender and recipient, then take it back. No message is sent."""
        try:
            with self._signed_in() as client:
                self._envelope(client, 0)
                with contextlib.suppress(*_NETWORK, smtplib.SMTPException):
                    client.rset()
        except _Stopped as stopped:
            return stopped.outcome
        return Outcome(
            State.SENT,
            f"The mail server {self.host} works: it accepts {self.sender} as sender and {self.recipient} as recipient. "
            "No message was sent.",
        )

    @contextlib.contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        password = self.password() if self.password is not None else None
        client = self._connected()
        try:
            self._secure(client)
            if self.username is not None and password is not None:
                self._sign_in(client, self.username, password)
            yield client
        finally:
            # The message is accepted or not by now; a lost answer to QUIT changes nothing.
            with contextlib.suppress(*_NETWORK, smtplib.SMTPException):
                client.quit()
            client.close()

    def _connected(self) -> smtplib.SMTP:
        try:
            if self.security == "implicit-tls":
                # smtplib's own default context verifies nothing.
                return smtplib.SMTP_SSL(self.host, self.port, timeout=self.connect_timeout, context=self._tls())
            return smtplib.SMTP(self.host, self.port, timeout=self.connect_timeout)
        except smtplib.SMTPResponseException as error:
            self._stop(f"{self.host} does not talk to us now", _reply(error.smtp_code, error.smtp_error), Phase.CONNECT)
        except _NETWORK as error:
            raise _Stopped(not_connected(error, self.host, self.port)) from None

    def _tls(self) -> ssl.SSLContext:
        return self.context or ssl.create_default_context()

    def _secure(self, client: smtplib.SMTP) -> None:
        try:
            if client.sock is not None:
                client.sock.settimeout(self.command_timeout)
            client.ehlo()
            if self.security == "starttls":
                if not client.has_extn("starttls"):
                    raise _Stopped(self._no_tls())
                client.starttls(context=self._tls())
                client.ehlo()
        except smtplib.SMTPResponseException as error:
            self._stop(f"{self.host} refused", _reply(error.smtp_code, error.smtp_error), Phase.CONNECT)
        except _NETWORK as error:
            raise _Stopped(not_connected(error, self.host, self.port)) from None

    def _no_tls(self) -> Outcome:
        return Outcome(
            State.FAILED,
            f"{self.host}:{self.port} does not offer an encrypted connection (STARTTLS). Nothing was sent, not even the "
            "password. Check channel.port and channel.security in the profile.",
            Phase.CONNECT,
        )

    def _sign_in(self, client: smtplib.SMTP, username: str, password: str) -> None:
        try:
            client.login(username, password)
        except smtplib.SMTPAuthenticationError as error:
            self._stop(
                f"{self.host} did not accept the user name or password",
                _reply(error.smtp_code, error.smtp_error),
                Phase.CONNECT,
                "User names are case-sensitive; some providers want an app password. Update them, then test with: "
                "action-returns probe",
            )
        except smtplib.SMTPNotSupportedError:
            self._stop(
                f"{self.host}:{self.port} offers no sign-in here",
                "",
                Phase.CONNECT,
                "Check channel.port and channel.security, or leave out username and password.",
            )
        except smtplib.SMTPServerDisconnected as error:
            raise _Stopped(not_connected(error, self.host, self.port)) from None
        except smtplib.SMTPException as error:
            self._stop(f"Signing in to {self.host} failed", type(error).__name__, Phase.CONNECT)
        except _NETWORK as error:
            raise _Stopped(not_connected(error, self.host, self.port)) from None

    def _refuse_too_large(self, client: smtplib.SMTP, size: int) -> None:
        limit = client.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
            self._stop(
                f"{self.host} takes messages of at most {int(limit):,} bytes, this one has {size:,}",
                "",
                Phase.TRANSFER,
                "Split the sheet in two, or send by FTP.",
            )

    def _envelope(self, client: smtplib.SMTP, size: int) -> None:
        options = [f"SIZE={size}"] if size and client.has_extn("size") else []
        try:
            code, text = client.mail(self.sender, options)
            if code not in _OK:
                self._stop(
                    f"{self.host} does not accept {self.sender} as sender",
                    _reply(code, text),
                    Phase.TRANSFER,
                    "Check channel.sender in the profile.",
                )
            code, text = client.rcpt(self.recipient)
            if code not in _OK:
                self._stop(
                    f"{self.host} does not accept {self.recipient} as recipient",
                    _reply(code, text),
                    Phase.TRANSFER,
                    "Check channel.recipient: it is the address that impact.com showed for this account.",
                )
        except _NETWORK as error:
            outcome = not_connected(error, self.host, self.port)
            raise _Stopped(Outcome(outcome.state, outcome.message, Phase.TRANSFER)) from None

    def _data(self, client: smtplib.SMTP, content: bytes, leaving: Leaving) -> str:
        """Send the message; give the server's reply after the final dot."""
        started = False
        try:
            code, text = client.docmd("DATA")
            if code != 354:  # noqa: PLR2004  # start mail input (RFC 5321, 4.2.3)
                self._stop(f"{self.host} did not take the message", _reply(code, text), Phase.TRANSFER)
            leaving()
            started = True
            client.send(_dotted(content))
            if client.sock is not None:
                client.sock.settimeout(self.accept_timeout)
            code, text = client.getreply()
        except _NETWORK as error:
            if started:
                raise _Stopped(self._unknown(str(error))) from None
            outcome = not_connected(error, self.host, self.port)
            raise _Stopped(Outcome(outcome.state, outcome.message, Phase.TRANSFER)) from None
        if code not in _OK:
            todo = "Ask whoever runs the server to make room." if code in (452, 552) else "Read what it answered."
            self._stop(f"{self.host} did not take the message", _reply(code, text), Phase.TRANSFER, todo)
        return _reply(code, text)

    def _unknown(self, why: str) -> Outcome:
        return Outcome(
            State.UNKNOWN,
            f"Nobody can tell whether {self.host} took the message for {self.recipient}: {why or 'the answer was lost'}. "
            "Do not send it again yet. Look into your sent or bounced mail and at File Submissions.",
        )

    def _stop(self, what: str, reply: str, phase: Phase, todo: str = "Try again later.") -> NoReturn:
        answered = f" (it answered: {reply})" if reply else ""
        evidence = {"reply": reply} if reply else {}
        raise _Stopped(Outcome(State.FAILED, f"{what}{answered}. Nothing was sent. {todo}", phase, evidence)) from None


def _dotted(content: bytes) -> bytes:
    """Double a dot that starts a line, and end with the line that holds one dot only (RFC 5321, 4.5.2)."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    lines = b"." + lines if lines.startswith(b".") else lines
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {words}".replace("\n", " ")[:300]
