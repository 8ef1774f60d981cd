"""A session with a mail server up to its message: greet, encrypt, sign in, name sender and recipient (RFC 5321, RFC 4954).

Whatever goes wrong here, no message was delivered.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn

from action_returns.channels.base import DeliveryEndedError, InvalidReplyError, Outcome, Phase, State
from action_returns.channels.connection_errors import connection_failed, is_retryable
from action_returns.channels.smtp_client import SmtpClient

if TYPE_CHECKING:
    import ssl

    from action_returns.channels.line_protocol import Reply

# Replies after which the session goes on (RFC 5321, 4.3.2; RFC 4954, 6).
_READY: Final = 220
_SIGNED_IN: Final = 235
_OK: Final = 250
_FORWARDED: Final = 251
_START_MESSAGE: Final = 354
_TEMPORARY_REFUSAL: Final = range(400, 500)
_FINAL_REFUSAL: Final = range(500, 600)

_SIZE: Final = re.compile(r"[0-9]{1,18}")


class EmailSession:
    """The steps before a message.

    Args:
        client: connected.
        host: the mail server, as it is named to users.
        port: its port.
    """

    def __init__(self, client: SmtpClient, host: str, port: int) -> None:
        self.client = client
        self._host = host
        self._port = port

    def introduce(self, tls: "ssl.SSLContext | None") -> None:
        """Greet the server, and encrypt the connection where the settings say STARTTLS.

        Args:
            tls: for STARTTLS, which is then required; None for a connection that is encrypted already, or never.
        """
        client = self.client
        with self._failing_in(Phase.CONNECT):
            self.need(
                client.welcome(), _READY, f"{self._host} does not accept connections at the moment", Phase.CONNECT
            )
            self.need(
                client.greet(), _OK, f"{self._host} does not accept connections from this computer", Phase.CONNECT
            )
            if tls is not None:
                if "STARTTLS" not in client.offers:
                    self._stop(
                        f"{self._host}:{self._port} does not offer an encrypted connection (STARTTLS)",
                        Phase.CONNECT,
                        "Not even the password has left. Check port and encryption (security) in the profile.",
                    )
                self.need(client.ask("STARTTLS"), _READY, f"{self._host} does not encrypt now", Phase.CONNECT)
                client.start_tls(tls)
                self.need(
                    client.greet(), _OK, f"{self._host} does not accept connections from this computer", Phase.CONNECT
                )

    def sign_in(self, username: str, password: str) -> None:
        """Sign in; a wrong password is tried once only."""
        client = self.client
        offered = client.offers.get("AUTH", "").upper().split()
        mechanism = next((name for name in ("PLAIN", "LOGIN") if name in offered), None)
        if mechanism is None:
            ways = f"it offers {client.wire.words.show(', '.join(offered))}" if offered else "it offers none"
            self._stop(
                f"{self._host}:{self._port} has no sign-in with user name and password ({ways})",
                Phase.CONNECT,
                "Check port and encryption (security) in the profile, or leave out user name and password.",
            )
        with self._failing_in(Phase.CONNECT):
            reply = client.sign_in(username, password, mechanism)
        # One attempt only: each refused one may count towards a lockout.
        if reply.code in _FINAL_REFUSAL:
            self._stop(
                f"{self._host} did not accept the user name or password",
                Phase.CONNECT,
                "User names are case-sensitive; some providers want an app password. Update them, then test with: "
                "action-returns probe",
                reply,
            )
        self.need(reply, _SIGNED_IN, f"{self._host} could not sign in now", Phase.CONNECT)

    def send_envelope(self, sender: str, recipient: str, size: int) -> None:
        """Name sender and recipient. A server that refuses either is never sent a message.

        Args:
            sender: address it comes from.
            recipient: address it goes to.
            size: bytes of the message, 0 where none is sent.
        """
        client = self.client
        limit = client.offers.get("SIZE", "")
        if _SIZE.fullmatch(limit) and 0 < int(limit) < size:
            self._stop(
                f"{self._host} takes messages of at most {int(limit):,} bytes, this one has {size:,}",
                Phase.TRANSFER,
                "Split the sheet in two, or send by FTP.",
            )
        announced = f" SIZE={size}" if size and "SIZE" in client.offers else ""
        with self._failing_in(Phase.TRANSFER):
            self.need(
                client.ask(f"MAIL FROM:<{sender}>{announced}"),
                _OK,
                f"{self._host} does not accept {sender} as sender",
                Phase.TRANSFER,
                "Check the sender in the profile.",
            )
            reply = client.ask(f"RCPT TO:<{recipient}>")
            self.need(
                reply,
                _FORWARDED if reply.code == _FORWARDED else _OK,
                f"{self._host} does not accept {recipient} as recipient",
                Phase.TRANSFER,
                "Check the recipient in the profile: it is the address that impact.com showed for this account.",
            )

    def announce_message(self) -> None:
        """Ask the server to take a message; from its yes on the next bytes are the message."""
        with self._failing_in(Phase.TRANSFER):
            self.need(self.client.ask("DATA"), _START_MESSAGE, f"{self._host} did not take the message", Phase.TRANSFER)

    @contextlib.contextmanager
    def _failing_in(self, phase: Phase) -> Iterator[None]:
        """Convert an error of the connection before the message is whole to the outcome: certainly not delivered."""
        try:
            yield
        except InvalidReplyError as error:
            raise DeliveryEndedError(
                Outcome(
                    State.FAILED,
                    f"{self._host}:{self._port} does not talk as a mail server should ({error}). Nothing was sent. Check "
                    "server (host), port and encryption (security) in the profile; if they are right, ask the administrator of the server.",
                    phase,
                )
            ) from None
        except OSError as error:
            outcome = replace(connection_failed(error, self._host, self._port), phase=phase)
            retryable = isinstance(error, ConnectionError) and is_retryable(error)
            raise DeliveryEndedError(outcome, retryable=retryable) from None

    def need(self, reply: "Reply", code: int, problem: str, phase: Phase, todo: str = "Read what it answered.") -> None:
        """Stop with the problem unless the reply has this code."""
        if reply.code == code:
            return
        later = "It may take it later: try again in a few minutes."
        self._stop(problem, phase, later if reply.code in _TEMPORARY_REFUSAL else todo, reply)

    def _stop(self, problem: str, phase: Phase, todo: str, reply: "Reply | None" = None) -> NoReturn:
        """Raise that nothing was delivered, why, and what to do."""
        answered = f" (it answered: {reply})" if reply else ""
        evidence = {"reply": str(reply)} if reply else {}
        outcome = Outcome(State.FAILED, f"{problem}{answered}. Nothing was sent. {todo}", phase, evidence)
        raise DeliveryEndedError(outcome, retryable=reply is not None and reply.code in _TEMPORARY_REFUSAL)
