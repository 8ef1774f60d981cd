"""Read the key and the password of a profile, with which it signs in at an SSH server."""

import codecs
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import paramiko

from action_returns.channels.base import DeliveryEndedError, Outcome, Phase, State
from action_returns.channels.server_words import ServerWords
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
        opened_key: whether the password of the profile opened the key; then it is not the server's.
        words: makes the words of the server fit to be shown, without the password and without what opens the key.
    """

    username: str
    key: paramiko.PKey | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    opened_key: bool = False
    words: ServerWords = field(default_factory=ServerWords, repr=False)

    @property
    def has_rsa_key(self) -> bool:
        """Whether the key is an RSA key."""
        return isinstance(self.key, paramiko.RSAKey)


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
        return Credentials(username, None, password, words=words)
    path = private_key.expanduser()
    text = _read(path)
    key = _key(text, None)
    if key is not None:
        return Credentials(username, key, password, words=words)
    if not _is_encrypted(text):
        raise sign_in_failed(f"{path} {_key_problem(text)}")
    if password is None:
        raise sign_in_failed(
            f"{path} is encrypted, and the profile says nothing of its passphrase. Add password to the channel of the "
            "profile: it may say keyring, env:NAME or file:PATH"
        )
    key = _key(text, password)
    if key is None:
        raise sign_in_failed(
            f"{path} is encrypted, and the password of the profile does not open it (or it is a kind of key that is not "
            "supported: Ed25519, ECDSA and RSA are). Set it again: action-returns secret set PROFILE"
        )
    return Credentials(username, key, opened_key=True, words=words)


def sign_in_failed(problem: str) -> DeliveryEndedError:
    """Return the end of a delivery whose sign-in did not come about.

    Args:
        problem: why and what to do, without the full stop.
    """
    return DeliveryEndedError(Outcome(State.FAILED, f"{problem}. Nothing was sent.", Phase.CONNECT))


def _read(path: Path) -> str:
    try:
        content = read_private_file(path, largest=_LARGEST)
    except NotPrivateError as error:
        raise sign_in_failed(f"{path}, the private key, {error.problem}. {error.remedy.removesuffix('.')}") from None
    except OSError as error:
        raise sign_in_failed(
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
