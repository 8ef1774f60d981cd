"""Signing in with a private key, a password, or both; nothing that merely lies around is tried."""

import io
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import paramiko

from action_returns.channels.base import DeliveryEndedError, Outcome, Phase, State
from action_returns.channels.ssh_connection import ConnectionLostError, SshConnection, printable

_KEYS: Final = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_LARGEST: Final = 65_536


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a user signs in with.

    Args:
        username: case-sensitive.
        key: the private key, None to sign in with the password alone.
        password: what the server asks for, None where it is told nothing.
    """

    username: str
    key: paramiko.PKey | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def load_credentials(username: str, private_key: Path | None, password: str | None) -> Credentials:
    """Read the private key where there is one. A password that opens it is never told to the server.

    Args:
        username: case-sensitive.
        private_key: file of the private key.
        password: what opens the key if it is encrypted, else the server's.

    Raises:
        Stopped: when the key cannot be used. Nothing is connected yet.
    """
    if private_key is None:
        return Credentials(username, None, password)
    path = private_key.expanduser()
    text = _read(path)
    key = _key(text, None)
    if key is not None:
        return Credentials(username, key, password)
    if not _is_encrypted(text):
        raise _stopped(f"{path} {_what_it_is(text)}")
    if password is None:
        raise _stopped(
            f"{path} is encrypted, and the profile says nothing of its passphrase. Add password to the channel of the "
            "profile: it may say keyring, env:NAME or file:PATH"
        )
    key = _key(text, password)
    if key is None:
        raise _stopped(
            f"{path} is encrypted, and the password of the profile does not open it (or it is a kind of key that is not "
            "supported: Ed25519, ECDSA and RSA are). Set it again: action-returns secret set PROFILE"
        )
    return Credentials(username, key)


def sign_in(connection: SshConnection, credentials: Credentials, host: str, timeout: float) -> None:
    """Sign in once; each refused attempt may count towards a lockout.

    Args:
        connection: to the server whose key is the pinned one.
        credentials: who signs in.
        host: the server as people know it.
        timeout: seconds for each answer.

    Raises:
        Stopped: when the server does not let this user in.
    """
    transport = connection.transport
    key, password, username = credentials.key, credentials.password, credentials.username

    def tried(step: Callable[[], list[str]], refused: str) -> list[str]:
        try:
            with connection.patience(timeout):
                transport.auth_timeout = timeout + 1  # the patience ends first
                return _asked(step, transport, refused, host)
        except ConnectionLostError as lost:
            raise _stopped(
                f"{host} ended the conversation while signing in ({lost}). The user name or password may be wrong, or the "
                "server is too busy. Check them, wait a minute, then test with: action-returns probe"
            ) from None

    left = ["password"]
    if key is not None:
        left = tried(
            lambda: transport.auth_publickey(username, key),
            "did not accept this key for this user. Ask whoever runs the server to put its public half in place, and "
            "check channel.username and channel.private_key",
        )
    if left and password is not None:
        left = tried(
            lambda: _with_password(transport, username, password),
            "did not accept the user name or password. User names are case-sensitive. Update them, then test with: "
            "action-returns probe",
        )
    if left:
        raise _stopped(f"{host} asks for more to sign in: {printable(', '.join(left))}. Ask whoever runs the server")


def _with_password(transport: paramiko.Transport, username: str, password: str) -> list[str]:
    """Tell the password; where the server puts the question itself, as the answer to that (RFC 4256)."""
    try:
        return transport.auth_password(username, password, fallback=False)
    except paramiko.BadAuthenticationType as error:
        if "keyboard-interactive" not in error.allowed_types:
            raise
    questions: list[str] = []

    def answer(_title: str, _instructions: str, asked: list[tuple[str, bool]]) -> list[str]:
        questions.extend(question for question, _ in asked)
        if len(questions) > 1:  # a second secret, or the same once more, which may count towards a lockout
            raise _MoreWanted(" ".join(questions))
        return [password for _ in asked]

    return transport.auth_interactive(username, answer)


class _MoreWanted(paramiko.AuthenticationException):
    """A server asks more than one question."""


def _asked(step: Callable[[], list[str]], transport: paramiko.Transport, refused: str, host: str) -> list[str]:
    try:
        return step()
    except paramiko.BadAuthenticationType as error:
        offered = printable(", ".join(error.allowed_types)) or "nothing"
        raise _stopped(
            f"{host} does not let this user sign in this way; it offers: {offered}. For publickey set "
            "channel.private_key, for password leave it out"
        ) from None
    except _MoreWanted as more:
        raise _stopped(
            f"{host} did not accept the user name or password, or wants more than them (it asked: {printable(str(more))}). "
            "Check them. If they are right, ask whoever runs the server for a user who signs in with a key"
        ) from None
    except paramiko.AuthenticationException:
        if not transport.is_active():
            raise  # the connection broke off, which paramiko calls by the same name
        raise _stopped(f"{host} {refused}") from None


def _stopped(what: str) -> DeliveryEndedError:
    return DeliveryEndedError(Outcome(State.FAILED, f"{what}. Nothing was sent.", Phase.CONNECT))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_LARGEST)
    except OSError as error:
        raise _stopped(
            f"The private key {path} cannot be read: {error.strerror or error}. Check channel.private_key"
        ) from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise _stopped(f"{path}, the private key, can be read by others. Run: chmod 600 {path}")
    return content.decode("latin-1")


def _key(text: str, passphrase: str | None) -> paramiko.PKey | None:
    for kind in _KEYS:
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except Exception:  # noqa: BLE001, S112  # a broken key file breaks its readers in many ways
            continue
    return None


def _is_encrypted(text: str) -> bool:
    for kind in _KEYS:
        try:
            kind.from_private_key(io.StringIO(text))
        except paramiko.PasswordRequiredException:
            return True
        except Exception:  # noqa: BLE001, S112  # as above
            continue
    return False


def _what_it_is(text: str) -> str:
    if text.startswith("PuTTY-User-Key-File"):
        return "is a key of PuTTY. Open it in PuTTYgen and export it as an OpenSSH key"
    if text.startswith(("ssh-", "ecdsa-", "---- BEGIN SSH2 PUBLIC KEY")):
        return "is the public half of a key. The private half is the file without .pub"
    return (
        "is not a private key that this program can use. It must be an Ed25519, ECDSA or RSA key as ssh-keygen writes it; "
        "ssh-keygen -p rewrites an older one"
    )
