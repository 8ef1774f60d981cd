"""Sign in with the key and the password of the profile only: no SSH agent, no default key files."""

import codecs
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import paramiko

from action_returns.channels.base import ConnectionLostError, DeliveryEndedError, Outcome, Phase, State
from action_returns.channels.server_words import ServerWords
from action_returns.channels.ssh_connection import SshConnection
from action_returns.private_files import NotPrivateError, read_private_file

_KEYS: Final = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_LARGEST: Final = 65_536


@dataclass(frozen=True, slots=True)
class Credentials:
    """The means of signing in.

    Args:
        username: case-sensitive.
        key: the private key, None to sign in with the password alone.
        password: for the server, None where it gets none.
        words: makes the words of the server fit to be shown, without the password and without what opens the key.
    """

    username: str
    key: paramiko.PKey | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    words: ServerWords = field(default_factory=ServerWords, repr=False)


def load_credentials(username: str, private_key: Path | None, password: str | None) -> Credentials:
    """Read the private key where there is one. A password that opens it is never sent to the server.

    Args:
        username: case-sensitive.
        private_key: file of the private key.
        password: opens the key if it is encrypted; otherwise it is the server's.

    Raises:
        DeliveryEndedError: when the key cannot be used. Nothing is connected yet.
    """
    words = ServerWords(password or "")
    if private_key is None:
        return Credentials(username, None, password, words)
    path = private_key.expanduser()
    text = _read(path)
    key = _key(text, None)
    if key is not None:
        return Credentials(username, key, password, words)
    if not _is_encrypted(text):
        raise _sign_in_failed(f"{path} {_key_problem(text)}")
    if password is None:
        raise _sign_in_failed(
            f"{path} is encrypted, and the profile says nothing of its passphrase. Add password to the channel of the "
            "profile: it may say keyring, env:NAME or file:PATH"
        )
    key = _key(text, password)
    if key is None:
        raise _sign_in_failed(
            f"{path} is encrypted, and the password of the profile does not open it (or it is a kind of key that is not "
            "supported: Ed25519, ECDSA and RSA are). Set it again: action-returns secret set PROFILE"
        )
    return Credentials(username, key, words=words)


def sign_in(connection: SshConnection, credentials: Credentials, host: str, timeout: float) -> None:
    """Sign in once; each refused attempt may count towards a lockout.

    Args:
        connection: to the server with the pinned key.
        credentials: the means of signing in.
        host: the server, for messages.
        timeout: seconds for each answer.

    Raises:
        DeliveryEndedError: when the server does not let this user in.
    """
    transport = connection.transport
    key, password, username = credentials.key, credentials.password, credentials.username

    def attempt(step: Callable[[], list[str]], refusal: str) -> list[str]:
        try:
            with connection.time_limit(timeout):
                transport.auth_timeout = timeout + 1  # the time limit ends first
                return _authenticate(step, connection, refusal, host)
        except ConnectionLostError as error:
            raise _sign_in_failed(
                f"{host} ended the connection while signing in ({error}). The user name or password may be wrong, or the "
                "server is too busy. Check them, wait a minute, then test with: action-returns probe"
            ) from None

    missing = ["password"]
    if key is not None:
        missing = attempt(
            lambda: transport.auth_publickey(username, key),
            "did not accept this key for this user. Ask the administrator of the server to put its public half in place, and "
            "check the user name and the private key (private_key) in the profile",
        )
    if missing and password is not None:
        missing = attempt(
            lambda: _with_password(transport, username, password),
            "did not accept the user name or password. User names are case-sensitive. Update them, then test with: "
            "action-returns probe",
        )
    if missing:
        raise _sign_in_failed(
            f"{host} asks for more to sign in: {connection.words.show(', '.join(missing))}. Ask the administrator of the server"
        )


def _with_password(transport: paramiko.Transport, username: str, password: str) -> list[str]:
    """Sign in with the password, or with it as the answer where the server asks a question (RFC 4256)."""
    try:
        return transport.auth_password(username, password, fallback=False)
    except paramiko.BadAuthenticationType as error:
        if "keyboard-interactive" not in error.allowed_types:
            raise
    questions: list[str] = []

    def answer(_title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        questions.extend(question for question, _ in prompts)
        if len(questions) > 1:  # a second secret, or the same once more, which may count towards a lockout
            raise _MoreQuestionsError(" ".join(questions))
        return [password for _ in prompts]

    return transport.auth_interactive(username, answer)


class _MoreQuestionsError(paramiko.AuthenticationException):
    """A server asks more than one question."""


def _authenticate(step: Callable[[], list[str]], connection: SshConnection, refusal: str, host: str) -> list[str]:
    words = connection.words
    try:
        return step()
    except paramiko.BadAuthenticationType as error:
        offered = words.show(", ".join(error.allowed_types)) or "nothing"
        raise _sign_in_failed(
            f"{host} does not let this user sign in this way; it offers: {offered}. For publickey set "
            "a private key (private_key) in the profile, for password leave it out"
        ) from None
    except _MoreQuestionsError as more:
        raise _sign_in_failed(
            f"{host} did not accept the user name or password, or wants more than them (it asked: {words.show(str(more))}). "
            "Check them. If they are right, ask the administrator of the server for a user who signs in with a key"
        ) from None
    except paramiko.AuthenticationException:
        if not connection.transport.is_active():
            raise  # the connection broke off, which paramiko calls by the same name
        raise _sign_in_failed(f"{host} {refusal}") from None


def _sign_in_failed(problem: str) -> DeliveryEndedError:
    return DeliveryEndedError(Outcome(State.FAILED, f"{problem}. Nothing was sent.", Phase.CONNECT))


def _read(path: Path) -> str:
    try:
        content = read_private_file(path, largest=_LARGEST)
    except NotPrivateError as error:
        raise _sign_in_failed(f"{path}, the private key, {error.problem}. {error.remedy.removesuffix('.')}") from None
    except OSError as error:
        raise _sign_in_failed(
            f"The private key {path} cannot be read: {error.strerror or error}. Check the private key (private_key) in the profile"
        ) from None
    return _text(content)


def _text(content: bytes) -> str:
    """Return a key file as text; Windows' editor puts a mark before it, and its PowerShell writes UTF-16."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    return content.removeprefix(codecs.BOM_UTF8).decode("latin-1")


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


def _key_problem(text: str) -> str:
    if text.startswith("PuTTY-User-Key-File"):
        return "is a key of PuTTY. Open it in PuTTYgen and export it as an OpenSSH key"
    if text.startswith(("ssh-", "ecdsa-", "---- BEGIN SSH2 PUBLIC KEY")):
        return "is the public half of a key. The private half is the file without .pub"
    return (
        "is not a private key that this program can use. It must be an Ed25519, ECDSA or RSA key as ssh-keygen writes it; "
        "ssh-keygen -p rewrites an older one"
    )
