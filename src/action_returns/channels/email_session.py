"""A session with a mail server up to its message: greet, encrypt, sign in, name sender and recipient (RFC 5321, RFC 4954).

Whatever goes wrong here, no message was delivered.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from action_returns.channels.base import DeliveryEndedError, InvalidReplyError, Outcome, Phase, State, bracketed
from action_returns.channels.connection_errors import connection_failed, is_retryable
from action_returns.channels.smtp_client import SmtpClient
from action_returns.channels.smtp_refusals import (
    ENCRYPT,
    FINAL,
    NAME,
    SPLIT,
    TEMPORARY,
    Situation,
    explain,
    is_about_password,
    is_about_size,
    is_no_such_way,
    wants_encryption,
    wants_oauth,
)

if TYPE_CHECKING:
    import ssl

    from action_returns.channels.line_protocol import Reply

# Replies after which the session goes on (RFC 5321, 4.3.2; RFC 4954, 6).
_READY: Final = 220
_SIGNED_IN: Final = 235
_OK: Final = 250
_FORWARDED: Final = 251
_START_MESSAGE: Final = 354
_NO_SUCH_COMMAND: Final = frozenset({500, 502})

_SIZE: Final = re.compile(r"[0-9]{1,18}")
_MECHANISMS: Final = re.compile(r"[^\s,=]+")
_CHECK_PORT: Final = "Check server (host), port and encryption (security) in the profile."
_OTHER_WAY: Final = 'Use a draft (kind = "draft"), which your own mail program sends, or a mail server that takes user name and password.'


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the profile says about the way in.

    Args:
        ehlo_name: what this computer calls itself; None for its address.
        username: None where there is no sign-in.
        auth: the way to sign in: ``plain``, ``login``, or ``auto`` for the first of them that is offered.
    """

    ehlo_name: str | None = None
    username: str | None = None
    auth: Literal["auto", "plain", "login"] = "auto"


class EmailSession:
    """The steps before a message.

    Args:
        client: connected.
        host: the mail server, as it is named to users.
        port: its port.
        greeting: what the profile says about the way in.
    """

    def __init__(self, client: SmtpClient, host: str, port: int, greeting: Greeting) -> None:
        self.client = client
        self._host = host
        self._port = port
        self._where = f"{bracketed(host)}:{port}"
        self._greeting = greeting

    def introduce(self, tls: "ssl.SSLContext | None") -> None:
        """Greet the server, and encrypt the connection where the settings say STARTTLS.

        Args:
            tls: for STARTTLS, which is then required; None for a connection that is encrypted already, or never.
        """
        client = self.client
        with self._failing_in(Phase.CONNECT):
            self._hear_welcome()
            self._greet(may_do_without_offers=tls is None and self._greeting.username is None)
            if tls is not None:
                if "STARTTLS" not in client.offers:
                    self._stop(
                        f"{self._where} does not offer an encrypted connection (STARTTLS)",
                        Phase.CONNECT,
                        "Not even the password has left. Check port and encryption (security) in the profile.",
                    )
                self.need(client.ask("STARTTLS"), _READY, f"{self._host} does not encrypt now", Phase.CONNECT)
                client.start_tls(tls)
                self._greet(may_do_without_offers=False)

    def _hear_welcome(self) -> None:
        try:
            reply = self.client.welcome()
        except TimeoutError:
            if self.client.wire.is_encrypted:
                raise
            self._stop(
                f"{self._where} did not answer in time",
                Phase.CONNECT,
                "It may wait for encryption from the first byte, as is usual on port 465: then set the encryption (security) in "
                "the profile to implicit-tls. Else check server (host) and port; a firewall may be in the way.",
            )
        self.need(reply, _READY, f"{self._host} does not accept connections at the moment", Phase.CONNECT)

    def _greet(self, *, may_do_without_offers: bool) -> None:
        name = self._greeting.ehlo_name or ""
        reply = self.client.greet(name)
        if reply.code in _NO_SUCH_COMMAND and may_do_without_offers:
            reply = self.client.greet_without_offers(name)
        if reply.code == _OK:
            return
        if reply.code in _NO_SUCH_COMMAND:
            problem, todo = (
                f"{self._host} does not know EHLO, without which there is no encryption and no sign-in",
                _CHECK_PORT,
            )
        else:
            said = f"{name} (ehlo_name in the profile)" if name else self.client.own_address
            problem = f"{self._host} does not accept this computer, which calls itself {said}"
            problem, todo = explain(reply, self._situation, problem, NAME)
            todo = todo if NAME in todo else f"{todo} {NAME}"
        self._stop(problem, Phase.CONNECT, todo, reply)

    def sign_in(self, password: str) -> None:
        """Sign in with the user name of the profile; a wrong password is tried once only."""
        first, *others = self._mechanisms()
        tried, reply = [first], self._try(password, first)
        # Each refused password may count towards a lockout. A way to sign in that does not work is no refused password.
        if (
            others
            and reply.code in FINAL
            and not (is_about_password(reply) or wants_encryption(reply, self._situation))
        ):
            with contextlib.suppress(DeliveryEndedError):  # the connection broke off: the first answer says why
                second = self._try(password, others[0])
                tried, reply = [first, others[0]], second
        if reply.code in FINAL:
            self._refused(reply, " and ".join(tried), others[len(tried) - 1 :])
        self.need(reply, _SIGNED_IN, f"{self._host} could not sign in now", Phase.CONNECT)

    def _mechanisms(self) -> list[str]:
        """Return the ways to sign in that the server offers and the profile allows, the first to try first."""
        client, auth = self.client, self._greeting.auth
        offered = [name.upper() for name in _MECHANISMS.findall(client.offers.get("AUTH", ""))]
        allowed = ("PLAIN", "LOGIN") if auth == "auto" else (auth.upper(),)
        return [name for name in allowed if name in offered] or self._no_mechanism(list(dict.fromkeys(offered)))

    def _no_mechanism(self, offered: list[str]) -> NoReturn:
        """Raise that the server offers no way to sign in that the profile allows."""
        where, ways = self._where, self.client.wire.words.show(", ".join(offered))
        if {"PLAIN", "LOGIN"} & set(offered):
            problem = f"{where} has no sign-in by {self._greeting.auth.upper()} (it offers {ways})"
            self._stop(problem, Phase.CONNECT, 'Set auth = "auto" in the profile.')
        if any("OAUTH" in name for name in offered):
            problem = f"{where} wants a sign-in by OAuth2 (it offers {ways}), which is not supported here"
            self._stop(problem, Phase.CONNECT, _OTHER_WAY)
        if offered:
            problem = f"{where} has only ways to sign in that are not supported here (it offers {ways})"
            self._stop(problem, Phase.CONNECT, _OTHER_WAY)
        todo = "Check port and encryption (security) in the profile, or leave out user name and password."
        if not self._situation.is_encrypted:
            todo = (
                f"Many servers offer it only on an encrypted connection. {ENCRYPT} Or leave out user name and password."
            )
        self._stop(f"{where} has no sign-in with user name and password (it offers none)", Phase.CONNECT, todo)

    def _try(self, password: str, mechanism: str) -> "Reply":
        with self._failing_in(Phase.CONNECT):
            return self.client.sign_in(self._greeting.username or "", password, mechanism)

    def _refused(self, reply: "Reply", tried: str, left: list[str]) -> NoReturn:
        """Raise that the sign-in was refused for good."""
        other = f'try the other way to sign in: set auth = "{left[0].lower()}" in the profile.' if left else ""
        if wants_encryption(reply, self._situation):
            problem, todo = f"{self._host} wants an encrypted connection before the sign-in", ENCRYPT
        elif wants_oauth(reply):
            problem = f"{self._host} takes no password, but wants a sign-in by OAuth2, which is not supported here"
            todo = _OTHER_WAY
        elif is_no_such_way(reply):
            problem = f"{self._host} does not take the sign-in by {tried}"
            todo = f"T{other[1:]}" if other else "Ask the administrator of the server how programs sign in."
            if not self._situation.is_encrypted:  # Exchange takes it on an encrypted connection only (504 5.7.4)
                todo = f"It may do so on an encrypted connection. {ENCRYPT}"
        else:
            problem = f"{self._host} did not accept the user name or password (sign-in by {tried})"
            todo = "User names are case-sensitive; some providers want an app password. Update them, then test with: action-returns probe"
            todo += f". If they are right, {other}" if other else ""
        self._stop(problem, Phase.CONNECT, todo, reply)

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
                SPLIT,
            )
        announced = f" SIZE={size}" if size and "SIZE" in client.offers else ""
        with self._failing_in(Phase.TRANSFER):
            reply = client.ask(f"MAIL FROM:<{sender}>{announced}")
            if size and is_about_size(reply):
                self._stop(f"{self._host} takes no message of {size:,} bytes", Phase.TRANSFER, SPLIT, reply)
            self.need(
                reply,
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
                    f"{self._where} does not talk as a mail server should ({error}). Nothing was sent. Check "
                    "server (host), port and encryption (security) in the profile; if they are right, ask the administrator of the server.",
                    phase,
                )
            ) from None
        except OSError as error:
            outcome = replace(connection_failed(error, self._host, self._port), phase=phase)
            retryable = isinstance(error, ConnectionError) and is_retryable(error)
            raise DeliveryEndedError(outcome, retryable=retryable) from None

    def need(self, reply: "Reply", code: int, problem: str, phase: Phase, todo: str = "Read what it answered.") -> None:
        """Stop with the problem, or with what the server wants, unless the reply has this code."""
        if reply.code != code:
            problem, todo = explain(reply, self._situation, problem, todo)
            self._stop(problem, phase, todo, reply)

    @property
    def _situation(self) -> Situation:
        return Situation(
            host=self._host,
            is_encrypted=self.client.wire.is_encrypted,
            has_user_name=self._greeting.username is not None,
            offers_sign_in="AUTH" in self.client.offers,
        )

    def _stop(self, problem: str, phase: Phase, todo: str, reply: "Reply | None" = None) -> NoReturn:
        """Raise that nothing was delivered, why, and what to do."""
        answered = f" (it answered: {reply})" if reply else ""
        evidence = {"reply": str(reply)} if reply else {}
        outcome = Outcome(State.FAILED, f"{problem}{answered}. Nothing was sent. {todo}", phase, evidence)
        raise DeliveryEndedError(outcome, retryable=reply is not None and reply.code in TEMPORARY)
