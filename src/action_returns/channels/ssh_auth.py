"""Sign in with the key and the password of the profile only, in the steps that the server asks for.

No SSH agent and no default key files are used. Each refused step may count towards a lockout, so a password leaves once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import paramiko

from action_returns.channels.base import ConnectionLostError, DeliveryEndedError
from action_returns.channels.ssh_auth_step import NoSignatureError, PasswordExpiredError, Reply, Step
from action_returns.channels.ssh_connection import SshConnection
from action_returns.channels.ssh_credentials import Credentials, sign_in_failed

_KEY: Final = "publickey"
_PASSWORD: Final = "password"  # noqa: S105  # the name of a way to sign in (RFC 4252, 8)
_QUESTIONS: Final = "keyboard-interactive"
_SET_PASSWORD: Final = "action-returns secret set PROFILE"  # noqa: S105  # a command

_OLD_SERVER: Final = (
    "If it is in place, the server may be old and know RSA signatures with SHA-1 only, which are not safe and which this "
    "program does not make. An Ed25519 or ECDSA key helps then (ssh-keygen -t ed25519)"
)


def sign_in(connection: SshConnection, credentials: Credentials, host: str, timeout: float) -> None:
    """Sign in once.

    The server names the ways that it allows, first and after each step that it accepts (RFC 4252, 5.1). With several
    of them the key comes first. A password that opened the key never leaves.

    Args:
        connection: to the server with the pinned key.
        credentials: the means of signing in.
        host: the server, for messages.
        timeout: seconds for each answer.

    Raises:
        DeliveryEndedError: when the server does not let this user in.
    """
    _SignIn(connection, credentials, host, timeout).run()


class _UnanswerableError(paramiko.AuthenticationException):
    """The server asks a question to which the profile has no answer."""


@dataclass(slots=True)
class _SignIn:
    """One sign-in, and what became of its steps."""

    connection: SshConnection
    credentials: Credentials
    host: str
    timeout: float
    accepted: list[str] = field(default_factory=list)
    key_is_refused: bool = False
    password_has_left: bool = False
    asked: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Take one step after the other until the user is signed in."""
        username = self.credentials.username
        reply = self._try(lambda step: step.auth_none(username, step.answered))
        while not reply.is_signed_in:
            method = self._next_method(reply.methods)
            reply = self._try(self._requests[method])
            if reply.is_accepted:
                self.accepted.append(method)
                self.key_is_refused = False
            elif not reply.is_signed_in:
                self._refuse(method)

    def _next_method(self, offered: tuple[str, ...]) -> str:
        """Return the way to take.

        Args:
            offered: by the server; none where it does not tell, as by Node's ssh2 unless its user tells.
        """
        for method, is_there in (
            (_KEY, self.credentials.key is not None and not self.key_is_refused),
            (_PASSWORD, self._has_password),
            (_QUESTIONS, self._has_password or self.accepted),
        ):
            if is_there and method not in self.accepted and (not offered or method in offered):
                return method
        raise self._no_way(offered)

    @property
    def _has_password(self) -> bool:
        return self.credentials.password is not None and not self.password_has_left

    @property
    def _requests(self) -> dict[str, Callable[[Step], None]]:
        username, key, password = self.credentials.username, self.credentials.key, self.credentials.password

        def with_password(step: Step) -> None:
            self.password_has_left = True
            step.auth_password(username, password or "", step.answered)

        return {
            _KEY: lambda step: step.auth_publickey(username, key, step.answered),
            _PASSWORD: with_password,
            _QUESTIONS: lambda step: step.auth_interactive(username, self._answers, step.answered),
        }

    def _answers(self, _title: str, instructions: str, questions: list[tuple[str, bool]]) -> list[str]:
        """Answer a question with the password, once; a blank list of questions is confirmed (RFC 4256, 3.4)."""
        if not questions:
            return []
        from action_returns.channels.ssh_questions import asks_for_password

        texts = [text.strip() or instructions for text, _ in questions]
        self.asked.extend(texts)
        is_for_password = asks_for_password(texts[0], is_shown=questions[0][1])
        if len(questions) > 1 or not self._has_password or not is_for_password:
            raise _UnanswerableError
        self.password_has_left = True
        return [self.credentials.password or ""]

    def _try(self, begin: Callable[[Step], None]) -> Reply:
        try:
            with self.connection.time_limit(self.timeout):
                return self._converting_refusals(begin)
        except ConnectionLostError as error:
            raise sign_in_failed(
                f"{self.host} ended the connection while signing in ({error}). The user name or password may be wrong, or the "
                "server is too busy. Check them, wait a minute, then test with: action-returns probe"
            ) from None

    def _converting_refusals(self, begin: Callable[[Step], None]) -> Reply:
        try:
            return self.connection.transport.try_to_sign_in(begin)
        except NoSignatureError:
            raise sign_in_failed(
                f"{self.host} does not know the signatures that this program makes with an RSA key. It is an old server that "
                "knows RSA signatures with SHA-1 only, which are not safe. Use an Ed25519 or ECDSA key (ssh-keygen -t ed25519), "
                "and ask the administrator of the server to put its public half in place"
            ) from None
        except PasswordExpiredError as error:
            raise sign_in_failed(
                f"{self.host} wants a new password for this user first (it said: {self._show(str(error))}). Change the password "
                f"with another SFTP program or by the administrator of the server. Then set it here: {_SET_PASSWORD}"
            ) from None
        except _UnanswerableError:
            raise self._unanswered() from None

    def _refuse(self, method: str) -> None:
        """Raise unless another step may follow. The server may ask for the password before the key."""
        if method == _KEY:
            self.key_is_refused = True
            return
        if self.key_is_refused:
            raise sign_in_failed(
                f"{self.host} accepted neither the key nor the password for this user. Ask the administrator of the server to put "
                "the public half of the key in place. Check the user name, the private key (private_key) and the password"
            )
        if not self.password_has_left:
            raise sign_in_failed(
                f"{self.host} did not let this user in after the first step. Ask the administrator of the server what it expects"
            )
        raise sign_in_failed(
            f"{self.host} did not accept the user name or password. User names are case-sensitive. Update them, then test "
            "with: action-returns probe"
        )

    def _no_way(self, offered: tuple[str, ...]) -> DeliveryEndedError:
        """Return the end of a sign-in that cannot go on."""
        if self.key_is_refused:
            hint = f". {_OLD_SERVER}" if self.credentials.has_rsa_key else ""
            return sign_in_failed(
                f"{self.host} did not accept this key for this user. Ask the administrator of the server to put its public half in "
                f"place, and check the user name and the private key (private_key) in the profile{hint}"
            )
        ways = self._show(", ".join(offered)) or "nothing"
        if self.accepted:
            return sign_in_failed(f"{self.host} asks for more to sign in: {ways}. {self._what_is_missing(offered)}")
        return sign_in_failed(
            f"{self.host} does not let this user sign in this way; it offers: {ways}. For publickey set a private key "
            "(private_key) in the profile, for password or keyboard-interactive set password"
        )

    def _what_is_missing(self, offered: tuple[str, ...]) -> str:
        if _KEY in offered and self.credentials.key is None:
            return "Set a private key (private_key) in the profile"
        if {_PASSWORD, _QUESTIONS}.isdisjoint(offered) or self.password_has_left:
            return "Ask the administrator of the server"
        if self.credentials.opened_key:
            return (
                "The password of the profile opens the private key and is never sent. Ask the administrator of the server for a user "
                "who signs in with the key alone. Or take the password off the key (ssh-keygen -p), and set the password of the "
                f"server: {_SET_PASSWORD}"
            )
        return (
            "Add password to the channel of the profile: it may say keyring, env:NAME or file:PATH. Then set it: "
            f"{_SET_PASSWORD}"
        )

    def _unanswered(self) -> DeliveryEndedError:
        questions = self._show(" ".join(self.asked))
        todo = "ask the administrator of the server for a user who signs in with a key"
        if len(self.asked) > 1 and self.password_has_left:
            return sign_in_failed(
                f"{self.host} did not accept the user name or password, or wants more than them (it asked: {questions}). Check "
                f"them. If they are right, {todo}"
            )
        return sign_in_failed(
            f"{self.host} asks for more to sign in than the profile has (it asked: {questions}). A code that changes cannot stand "
            f"in a profile: {todo}, or with a password alone"
        )

    def _show(self, words: str) -> str:
        return self.connection.words.show(words)
