"""One step of a sign-in over paramiko, and the answer of the server.

paramiko requests the service that signs users in before each step. A server allows one request (RFC 4253, 10): AsyncSSH
and Node's ssh2 end the conversation at the second one. paramiko.ServiceRequestingTransport requests it once, but waits
for ever when the connection breaks off, and misses an answer that comes at once.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import paramiko
from paramiko.auth_handler import AuthHandler

_SERVICE: Final = "ssh-userauth"
_MOST_QUESTIONS: Final = 16

Questions: TypeAlias = Callable[[str, str, list[tuple[str, bool]]], list[str]]
"""Answers the questions of a sign-in (RFC 4256): title, instructions, questions -> answers."""


class PasswordExpiredError(paramiko.AuthenticationException):
    """The server wants a new password before it signs the user in (RFC 4252, 8)."""


class NoSignatureError(paramiko.AuthenticationException):
    """The server knows none of the signatures that this program makes with this kind of key."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer of a server to one step (RFC 4252, 5.1).

    Args:
        is_signed_in: whether the user is signed in.
        is_accepted: whether the step was right, and the server asks for another one.
        methods: the ways to sign in that the server allows next.
    """

    is_signed_in: bool = False
    is_accepted: bool = False
    methods: tuple[str, ...] = ()


class Step(AuthHandler):
    """One step of a sign-in.

    Args:
        transport: of the connection.
        is_first: whether the service is not requested yet.
    """

    def __init__(self, transport: paramiko.Transport, *, is_first: bool) -> None:
        super().__init__(transport)
        self.answered = threading.Event()
        self.reply = Reply()
        self._waits_for_service = is_first

    def _request_auth(self) -> None:
        if self._waits_for_service:
            super()._request_auth()  # type: ignore[misc]  # the types leave it out
            return
        accepted = paramiko.Message()
        accepted.add_string(_SERVICE)
        accepted.rewind()
        try:
            super()._parse_service_accept(accepted)  # type: ignore[misc]  # as above
        except paramiko.AuthenticationException as error:  # paramiko found no signature that the server knows
            raise NoSignatureError(str(error)) from None

    def _parse_service_accept(self, message: paramiko.Message) -> None:
        if not self._waits_for_service:  # else the server could have a password sent twice
            raise paramiko.SSHException("it accepted a service that was not requested")
        self._waits_for_service = False
        super()._parse_service_accept(message)  # type: ignore[misc]  # as above

    def _parse_userauth_success(self, message: paramiko.Message) -> None:
        self.reply = Reply(is_signed_in=True)
        super()._parse_userauth_success(message)  # type: ignore[misc]  # as above

    def _parse_userauth_failure(self, message: paramiko.Message) -> None:
        methods = tuple(name for name in message.get_list() if name)
        self.reply = Reply(is_accepted=message.get_boolean(), methods=methods)
        self.answered.set()

    def _parse_userauth_info_request(self, message: paramiko.Message) -> None:
        if self.auth_method == "password":  # the number has another meaning then: a new password is wanted
            raise PasswordExpiredError(message.get_string().decode("utf-8", "replace"))
        # Counted before paramiko makes a list of them.
        ahead = paramiko.Message(message.asbytes())
        for _ in ("name", "instruction", "language tag"):  # RFC 4256, 3.2
            ahead.get_string()
        if ahead.get_int() > _MOST_QUESTIONS:
            raise paramiko.SSHException("it asks more questions than a sign-in has")
        super()._parse_userauth_info_request(message)  # type: ignore[misc]  # as above
