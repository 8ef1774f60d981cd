"""E-mail over SMTP, step by step, so that the phase of a failure is known (RFC 5321; RFC 8314 for TLS).

A mail server that accepts the message has taken it over; whether it arrives nobody knows at that moment. That is
``handed-over``, not ``sent``. What decides is the line with one dot that ends the message: a server that has not seen
it must throw the message away (RFC 5321, 4.1.1.10), one that has may have taken it even when its answer is lost
(RFC 1047).
"""

import contextlib
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
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
from action_returns.channels.email_message import EmailWithFile, build_email
from action_returns.channels.line_protocol import InvalidReplyError
from action_returns.channels.smtp_client import SmtpClient, SmtpReply

# Replies that let the conversation go on (RFC 5321, 4.3.2; RFC 4954, 6).
_READY: Final = 220
_SIGNED_IN: Final = 235
_OK: Final = 250
_FORWARDED: Final = 251
_START_MESSAGE: Final = 354
_REFUSAL: Final = range(400, 600)
_FOR_NOW: Final = range(400, 500)
_FINAL_REFUSAL: Final = range(500, 600)

_SIZE: Final = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """Hands the file to a mail server as the one attachment of a message to the one recipient.

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
        data_timeout: seconds for each part of the message (RFC 5321, 4.5.3.2.5 asks for three minutes).
        accept_timeout: seconds for the reply after the final dot (RFC 5321, 4.5.3.2.6 asks for ten minutes).
        pause: waits before it connects once more.
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
    data_timeout: float = 180
    accept_timeout: float = 600
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)

    @property
    def destination(self) -> str:
        """The recipient and the server, as people are shown it."""
        return f"{self.recipient} via {self.host}"

    def deliver(self, parcel: OutgoingFile, leaving: BeforeFirstByte = do_nothing) -> Outcome:
        """Hand the message over once."""
        try:
            letter = build_email(
                parcel,
                sender=self.sender,
                recipient=self.recipient,
                subject=self.subject,
                now=datetime.now().astimezone(),
            )
        except ValueError as odd:
            return Outcome(State.FAILED, f"{odd} Nothing was sent. Correct it in the profile.", Phase.CONNECT)
        try:
            with self._signed_in() as client:
                self._envelope(client, len(letter.content))
                return self._hand_over(client, letter, leaving)
        except DeliveryEndedError as stopped:
            return stopped.outcome

    def probe(self) -> Outcome:
        """Connect, sign in and name sender and recipient, then leave. No message is sent."""
        try:
            with self._signed_in() as client:
                self._envelope(client, 0)
                evidence = {"security": client.wire.security}
        except DeliveryEndedError as stopped:
            return stopped.outcome
        warning = " The connection is not encrypted: others can read what is sent." if self.security == "plain" else ""
        return Outcome(
            State.SENT,
            f"The mail server {self.host} works: it accepts {self.sender} as sender and {self.recipient} as recipient. "
            f"No message was sent.{warning}",
            evidence=evidence,
        )

    @contextlib.contextmanager
    def _signed_in(self) -> Iterator[SmtpClient]:
        """Give a conversation in which a message may be handed over; drop it when anything goes wrong in it."""
        password = self.password() if self.password is not None else None
        client = retry(self._open, self.pause)  # nobody has signed in yet
        try:
            if self.username is not None and password is not None:
                self._sign_in(client, self.username, password)
            yield client
        finally:
            client.close()

    def _open(self) -> SmtpClient:
        tls = None if self.security == "plain" else self.context or ssl.create_default_context()
        try:
            client = SmtpClient(
                self.host,
                self.port,
                connect_timeout=self.connect_timeout,
                reply_timeout=self.command_timeout,
                tls=tls if self.security == "implicit-tls" else None,
            )
        except OSError as error:
            raise DeliveryEndedError(
                connection_failed(error, self.host, self.port), may_pass=is_retryable(error)
            ) from None
        try:
            self._introduce(client, tls if self.security == "starttls" else None)
        except BaseException:
            client.close()
            raise
        return client

    def _introduce(self, client: SmtpClient, tls: ssl.SSLContext | None) -> None:
        with self._certain(Phase.CONNECT):
            self._need(client.welcome(), _READY, f"{self.host} does not talk to us now", Phase.CONNECT)
            self._need(client.greet(), _OK, f"{self.host} does not talk to us", Phase.CONNECT)
            if tls is not None:
                if "STARTTLS" not in client.offers:
                    self._stop(
                        f"{self.host}:{self.port} does not offer an encrypted connection (STARTTLS)",
                        Phase.CONNECT,
                        "Not even the password has left. Check channel.port and channel.security in the profile.",
                    )
                self._need(client.ask("STARTTLS"), _READY, f"{self.host} does not encrypt now", Phase.CONNECT)
                client.start_tls(tls)
                self._need(client.greet(), _OK, f"{self.host} does not talk to us", Phase.CONNECT)

    def _sign_in(self, client: SmtpClient, username: str, password: str) -> None:
        offered = client.offers.get("AUTH", "").upper().split()
        mechanism = next((known for known in ("PLAIN", "LOGIN") if known in offered), None)
        if mechanism is None:
            ways = f"it offers {', '.join(offered)}" if offered else "it offers none"
            self._stop(
                f"{self.host}:{self.port} has no sign-in with user name and password ({ways})",
                Phase.CONNECT,
                "Check channel.port and channel.security, or leave out username and password.",
            )
        with self._certain(Phase.CONNECT):
            reply = client.sign_in(username, password, mechanism)
        # One attempt only: each refused one may count towards a lockout.
        if reply.code in _FINAL_REFUSAL:
            self._stop(
                f"{self.host} did not accept the user name or password",
                Phase.CONNECT,
                "User names are case-sensitive; some providers want an app password. Update them, then test with: "
                "action-returns probe",
                reply,
            )
        self._need(reply, _SIGNED_IN, f"{self.host} could not sign in now", Phase.CONNECT)

    def _envelope(self, client: SmtpClient, size: int) -> None:
        """Name sender and recipient. A server that refuses either is never sent a message."""
        limit = client.offers.get("SIZE", "")
        if _SIZE.fullmatch(limit) and 0 < int(limit) < size:
            self._stop(
                f"{self.host} takes messages of at most {int(limit):,} bytes, this one has {size:,}",
                Phase.TRANSFER,
                "Split the sheet in two, or send by FTP.",
            )
        announced = f" SIZE={size}" if size and "SIZE" in client.offers else ""
        with self._certain(Phase.TRANSFER):
            self._need(
                client.ask(f"MAIL FROM:<{self.sender}>{announced}"),
                _OK,
                f"{self.host} does not accept {self.sender} as sender",
                Phase.TRANSFER,
                "Check channel.sender in the profile.",
            )
            reply = client.ask(f"RCPT TO:<{self.recipient}>")
            self._need(
                reply,
                _FORWARDED if reply.code == _FORWARDED else _OK,
                f"{self.host} does not accept {self.recipient} as recipient",
                Phase.TRANSFER,
                "Check channel.recipient: it is the address that impact.com showed for this account.",
            )

    def _hand_over(self, client: SmtpClient, letter: EmailWithFile, leaving: BeforeFirstByte) -> Outcome:
        """Send the message; from its last line on nobody but the server knows what became of it."""
        with self._certain(Phase.TRANSFER):
            self._need(client.ask("DATA"), _START_MESSAGE, f"{self.host} did not take the message", Phase.TRANSFER)
        leaving()
        evidence = {"message_id": letter.message_id, "security": client.wire.security, "server": client.name}
        try:
            client.send_content(letter.content, self.data_timeout)
        except OSError as error:
            raise DeliveryEndedError(self._broken_off(str(error), evidence)) from None
        try:
            reply = client.end_content(self.accept_timeout)
        except OSError as error:
            raise DeliveryEndedError(self._unknown(str(error) or "the answer was lost", evidence)) from None
        evidence["reply"] = str(reply)
        if reply.code in _REFUSAL:  # then it must not deliver it (RFC 5321, 4.2.5)
            self._need(reply, _OK, f"{self.host} did not take the message", Phase.TRANSFER)
        if reply.code != _OK:
            raise DeliveryEndedError(self._unknown(f"it answered {reply}", evidence))
        return Outcome(
            State.HANDED_OVER,
            f"Handed to the mail server {self.host} for {self.recipient} (message {letter.message_id}). Delivery and "
            f"processing are not confirmed yet; a bounce would come to {self.sender}.",
            evidence=evidence,
        )

    @contextlib.contextmanager
    def _certain(self, phase: Phase) -> Iterator[None]:
        """Turn what breaks a conversation before the message is whole into the outcome: certainly not delivered."""
        try:
            yield
        except InvalidReplyError as odd:
            raise DeliveryEndedError(
                Outcome(
                    State.FAILED,
                    f"{self.host}:{self.port} does not talk as a mail server should ({odd}). Nothing was sent. Check "
                    "channel.host, channel.port and channel.security; if they are right, ask whoever runs the server.",
                    phase,
                )
            ) from None
        except OSError as error:
            outcome = replace(connection_failed(error, self.host, self.port), phase=phase)
            raise DeliveryEndedError(outcome, may_pass=isinstance(error, ConnectionError)) from None

    def _need(
        self, reply: SmtpReply, wanted: int, what: str, phase: Phase, todo: str = "Read what it answered."
    ) -> None:
        if reply.code == wanted:
            return
        later = "It may take it later: try again in a few minutes."
        self._stop(what, phase, later if reply.code in _FOR_NOW else todo, reply)

    def _stop(self, what: str, phase: Phase, todo: str, reply: SmtpReply | None = None) -> NoReturn:
        answered = f" (it answered: {reply})" if reply else ""
        evidence = {"reply": str(reply)} if reply else {}
        outcome = Outcome(State.FAILED, f"{what}{answered}. Nothing was sent. {todo}", phase, evidence)
        raise DeliveryEndedError(outcome, may_pass=reply is not None and reply.code in _FOR_NOW)

    def _broken_off(self, why: str, evidence: Mapping[str, str]) -> Outcome:
        return Outcome(
            State.FAILED,
            f"The connection to {self.host} broke off in the middle of the message ({why}). A mail server throws away a "
            "message that was not ended, so nothing was delivered. Send it again.",
            evidence=evidence,
        )

    def _unknown(self, why: str, evidence: Mapping[str, str]) -> Outcome:
        return Outcome(
            State.UNKNOWN,
            f"Nobody can tell whether {self.host} took the message for {self.recipient}: {why}. "
            "Do not send it again yet. Look into your sent or bounced mail and at File Submissions.",
            evidence=evidence,
        )
