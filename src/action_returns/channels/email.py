"""E-mail over SMTP, step by step, so that the phase of a failure is known (RFC 5321; RFC 8314 for TLS).

A mail server that accepts the message has taken it over; whether it arrives is not known at that moment. That is
``handed-over``, not ``sent``. What decides is the line with one dot that ends the message: a server that has not seen
it must throw the message away (RFC 5321, 4.1.1.10), one that has may have taken it even when its answer is lost
(RFC 1047).
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self, TypeAlias

from pydantic import AfterValidator, model_validator

from action_returns.channels.base import (
    Ask,
    BeforeFirstByte,
    DeliveryEndedError,
    Outcome,
    OutgoingFile,
    Phase,
    ProbeResult,
    State,
    answer_no,
    bracketed,
    do_nothing,
    probe_failed,
    retry,
)
from action_returns.channels.settings_base import (
    HOST_NAME,
    Address,
    Allowed,
    EncryptedServer,
    Host,
    Line,
    Port,
    ReadSecret,
    Secret,
    UserName,
    mail_receiver,
    password_reader,
    setting,
)
from action_returns.channels.time_limits import ALL_STEPS, Clock

if TYPE_CHECKING:  # not at run time: reading config.toml imports this module, and ssl and email take long
    import ssl
    from pathlib import Path

    from action_returns.channels.email_message import EmailWithFile
    from action_returns.channels.email_session import EmailSession

_OK: Final = 250
_REFUSAL: Final = range(400, 600)


_EHLO_TEXT: Final = "a host name such as pc.example.com, or an address in brackets such as [192.0.2.1]"


def _check_ehlo_name(text: str) -> str:
    if text.startswith("[") and text.endswith("]") and "%" not in text:  # a zone would be the one of this computer
        address = text[1:-1].removeprefix("IPv6:")
        with contextlib.suppress(ValueError):
            if (ip_address(address).version == 6) == text.startswith("[IPv6:"):  # noqa: PLR2004  # RFC 5321, 4.1.3
                return text
    elif HOST_NAME.fullmatch(text) and not text.replace(".", "").isdigit():
        return text
    raise ValueError(_EHLO_TEXT)


EhloName: TypeAlias = Annotated[str, AfterValidator(_check_ehlo_name), Allowed(_EHLO_TEXT)]


class EmailSettings(EncryptedServer):
    """A mail server that takes the file as an attachment."""

    kind: Literal["email"]
    host: Host = setting("Mail server", "The server that your mail is sent through.", example="smtp.example.com")
    port: Port = setting(
        "Port", "The port; 465 is usual with implicit-tls.", example="587", default=587, asked="in the window"
    )
    security: Literal["starttls", "implicit-tls", "plain"] = setting(
        "Encryption",
        "`starttls`, `implicit-tls`, or `plain` with accept_plaintext.",
        example="starttls",
        default="starttls",
        asked="in the window",
    )
    username: UserName | None = setting(
        "User name",
        "The user name; left out where the server asks for no sign-in.",
        example="returns@example.com",
        default=None,
        asked="in the window",
    )
    password: Secret | None = setting(
        "Password", "Where the password is kept; needed with a user name.", example="keyring", default=None
    )
    sender: Address = setting("From", "The address that the message comes from.", example="returns@example.com")
    recipient: Address = setting(
        "To", "The address that impact.com shows for this account.", example="account@batch.example"
    )
    subject: Line | None = setting(
        "Subject",
        "The subject of the message; the file name when left out.",
        example="Returns",
        default=None,
        asked="never",
    )
    auth: Literal["auto", "plain", "login"] = setting(
        "Way to sign in",
        "`plain`, `login`, or `auto` for the first of the two that the server offers.",
        example="auto",
        default="auto",
        asked="never",
    )
    ehlo_name: EhloName | None = setting(
        "Name of this computer",
        "What this computer calls itself to the server (EHLO); its address when left out.",
        example="pc.example.com",
        default=None,
        asked="never",
    )

    @model_validator(mode="after")
    def _check_sign_in(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together: give both, or leave both out")
        return self

    @classmethod
    def needs_password(cls, values: Mapping[str, object]) -> bool:
        """Return whether there is a user name to sign in with."""
        return bool(values.get("username"))

    def receiver(self) -> str:
        """Return the address; the mail server only passes the message on."""
        return mail_receiver(self.recipient)

    def open(self, read_secret: ReadSecret) -> "EmailChannel":
        """Return the channel; the password is read when it is needed."""
        return EmailChannel(
            host=self.host,
            port=self.port,
            security=self.security,
            username=self.username,
            password=None if self.password is None else password_reader(self.password, read_secret),
            sender=self.sender,
            recipient=self.recipient,
            subject=self.subject,
            auth=self.auth,
            ehlo_name=self.ehlo_name,
            ca_file=self.ca_file,
        )


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
        password: reads the password when it is needed.
        subject: None for the file's name.
        auth: the way to sign in: ``plain``, ``login``, or ``auto`` for the first of the two that is offered.
        ehlo_name: what this computer calls itself; its address when None.
        ca_file: certificates that are trusted for this server, beside those that this computer trusts.
        context: TLS settings; what this computer and ca_file trust when None.
        connect_timeout: seconds for connecting.
        command_timeout: seconds for each reply.
        data_timeout: seconds for each part of the message (RFC 5321, 4.5.3.2.5 asks for three minutes).
        accept_timeout: seconds for the reply after the final dot (RFC 5321, 4.5.3.2.6 asks for ten minutes).
        steps_timeout: seconds for all steps before the message together.
        pause: waits before it connects once more.
        clock: see :data:`~action_returns.channels.time_limits.Clock`.
    """

    host: str
    port: int
    security: Literal["starttls", "implicit-tls", "plain"]
    sender: str
    recipient: str
    username: str | None = None
    password: Callable[[], str] | None = field(default=None, repr=False)
    subject: str | None = None
    auth: Literal["auto", "plain", "login"] = "auto"
    ehlo_name: str | None = None
    ca_file: "Path | None" = None
    context: "ssl.SSLContext | None" = field(default=None, repr=False)
    connect_timeout: float = 15
    command_timeout: float = 60
    data_timeout: float = 180
    accept_timeout: float = 600
    steps_timeout: float = ALL_STEPS
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Clock = field(default=time.monotonic, repr=False)

    @property
    def destination(self) -> str:
        """The recipient and the server, as they are shown to users."""
        return f"{self.recipient} via {bracketed(self.host)}"

    def deliver(self, file: OutgoingFile, before_first_byte: BeforeFirstByte = do_nothing, /) -> Outcome:
        """Hand the message over once."""
        from action_returns.channels.email_message import build_email

        try:
            message = build_email(
                file,
                sender=self.sender,
                recipient=self.recipient,
                subject=self.subject,
                now=datetime.now().astimezone(),
            )
        except ValueError as problem:
            return Outcome(State.FAILED, f"{problem} Nothing was sent. Correct it in the profile.", Phase.CONNECT)
        try:
            with self._signed_in() as session:
                session.send_envelope(self.sender, self.recipient, len(message.content))
                return self._hand_over(session, message, before_first_byte)
        except DeliveryEndedError as ended:
            return ended.outcome

    def probe(self, _ask: Ask = answer_no, _accepted: str | None = None, /) -> ProbeResult:
        """Connect, sign in and name sender and recipient, then leave. No message is sent."""
        try:
            with self._signed_in() as session:
                session.send_envelope(self.sender, self.recipient, 0)
                evidence = {"security": session.client.wire.security}
        except DeliveryEndedError as ended:
            return probe_failed(ended.outcome)
        warning = " The connection is not encrypted: others can read what is sent." if self.security == "plain" else ""
        return ProbeResult(
            works=True,
            message=f"The mail server {self.host} works: it accepts {self.sender} as sender and {self.recipient} as recipient. "
            f"No message was sent.{warning}",
            evidence=evidence,
        )

    @contextlib.contextmanager
    def _signed_in(self) -> "Iterator[EmailSession]":
        """Open a session in which a message may be handed over; close it at the end or on an error."""
        password = self.password() if self.password is not None else None
        # Again only before the sign-in: a second refused one may lock the user out.
        session = retry(lambda: self._open(password), self.pause)
        try:
            if password is not None:
                session.sign_in(password)
            yield session
        finally:
            session.client.close()

    def _open(self, password: str | None) -> "EmailSession":
        from action_returns.channels.connection_errors import connection_failed, is_retryable
        from action_returns.channels.email_session import EmailSession, Greeting
        from action_returns.channels.line_connection import tls_settings
        from action_returns.channels.server_words import ServerWords
        from action_returns.channels.smtp_client import SmtpClient

        tls = tls_settings(self.security, self.context, self.ca_file)
        try:
            client = SmtpClient(
                self.host,
                self.port,
                connect_timeout=self.connect_timeout,
                reply_timeout=self.command_timeout,
                tls=tls if self.security == "implicit-tls" else None,
                steps_timeout=self.steps_timeout,
                words=ServerWords(password or ""),
                clock=self.clock,
            )
        except OSError as error:
            raise DeliveryEndedError(
                connection_failed(error, self.host, self.port), retryable=is_retryable(error)
            ) from None
        session = EmailSession(client, self.host, self.port, Greeting(self.ehlo_name, self.username, self.auth))
        try:
            session.introduce(tls if self.security == "starttls" else None)
        except BaseException:
            client.close()
            raise
        return session

    def _hand_over(
        self, session: "EmailSession", message: "EmailWithFile", before_first_byte: BeforeFirstByte
    ) -> Outcome:
        """Send the message. Once its last line has left, only the server knows whether it was taken."""
        from action_returns.channels.connection_errors import reason
        from action_returns.channels.email_texts import EmailTexts

        client, texts = session.client, EmailTexts(self.host, self.sender, self.recipient)
        session.announce_message()
        before_first_byte()
        evidence = {"message_id": message.message_id, "security": client.wire.security, "server": client.name}
        try:
            client.send_content(message.content, self.data_timeout)
        except OSError as error:
            return texts.broken_off(reason(error), evidence)
        try:
            reply = client.end_content(self.accept_timeout)
        except OSError as error:
            return texts.unknown(reason(error), evidence)
        evidence["reply"] = str(reply)
        if reply.code in _REFUSAL:
            return texts.refused(reply, evidence)
        if reply.code != _OK:
            return texts.unknown(f"it answered {reply}", evidence)
        return texts.handed_over(reply, evidence)
