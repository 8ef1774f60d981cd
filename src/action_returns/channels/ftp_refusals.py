"""Why an FTP server did not let a user in, by its code and its words, and what to do.

``530`` stands for all of it: a wrong password, missing encryption, a full server, a user who is locked out. Only the words
tell, and each server has its own. These are the ones of vsftpd, ProFTPD, Pure-FTPd, FileZilla Server, IIS and pyftpdlib.
"""

import re
from dataclasses import dataclass
from typing import Final

from action_returns.channels.line_protocol import Reply


@dataclass(frozen=True, slots=True)
class SignInRefusal:
    """Why a server did not let a user in.

    Args:
        why: to follow the name of the server.
        todo: what to do, in whole sentences.
        may_pass: whether it is certainly no judgement about the user and may be over a moment later. All else is tried
            once: each further try with a wrong password may count towards a lockout.
    """

    why: str
    todo: str
    may_pass: bool = False


_PASSWORD: Final = SignInRefusal(
    "did not accept the user name or password",
    "User names are case-sensitive. Update them, then test with: action-returns probe",
)
WANTS_ENCRYPTION: Final = SignInRefusal(
    "serves encrypted connections only",
    "Set the encryption (security) in the profile to explicit-tls, then test with: action-returns probe",
)
_ACCOUNT: Final = SignInRefusal(
    "wants the name of an account beside user name and password, which this program cannot send",
    "Ask the administrator of the server for a user who needs none.",
)
_LOCKED_OUT: Final = SignInRefusal(
    "keeps this user out",
    "Do not try again before you have asked the administrator of the server: further tries may keep the user out for longer.",
)
_FULL: Final = SignInRefusal(
    "lets no further connection in at the moment",
    "Close other programs that are connected there, wait some minutes, then send again.",
    may_pass=True,
)
_NO_FOLDER: Final = SignInRefusal(
    "has no folder that this user can enter",
    "User name and password may be right. Ask the administrator of the server to repair the user's folder.",
)
_OTHER_NETWORK: Final = SignInRefusal(
    "does not let this user in from your network",
    "Ask the administrator of the server which addresses may connect, and to add the one of your network.",
)
_BROKEN_OFF: Final = SignInRefusal(
    "broke off the sign-in", "Try again later; if it stays, ask the administrator of the server."
)


# 534 is a refusal for reasons of policy (RFC 2228); IIS: 534 Policy requires SSL. FileZilla Server: 503 Use AUTH first.
_is_about_encryption: Final = re.compile(
    r"(?i)^534 |\b(tls|ssl|ftps)\b|encrypt|clear ?text|plain ?text|secure (channel|connection|login|session)|insecure"
    r"|\buse auth\b|verschl.{1,2}ssel"
).search
_BY_WORDS: Final = (
    (
        re.compile(
            r"(?i)too many( \w+){0,4} (attempts|failures|tries)|too many (bad|failed|incorrect|invalid|wrong)\b|max(imum)?( \w+){0,4} attempts|\block(ed|out)"
            r"|\b(banned|blocked|deactivated|disabled|expired|suspended)\b|\b(abgelaufen|deaktiviert|gesperrt)\b"
        ).search,
        _LOCKED_OUT,
    ),
    (
        re.compile(
            r"(?i)too many|max(imum)? (number|clients|connections|sessions|users)|\(the maximum\)|already (connected|logged)"
            r"|(client|connection|session|user)s? limit|limit (exceeded|reached)|zu viele"
        ).search,
        _FULL,
    ),
    (
        re.compile(
            r"(?i)home ?(dir|folder)|(basis|heimat|home|stamm)verzeichnis"
            r"|(cannot|can't|could not|failed to|unable to) (change|chdir)|chroot"
        ).search,
        _NO_FOLDER,
    ),
    (
        re.compile(
            r"(?i)(from|for) (this|your) (address|computer|host|ip|location|network)|your (address|host|ip)\b|\bip[- ]address"
        ).search,
        _OTHER_NETWORK,
    ),
)
"""In this order: the maximum number of attempts has been reached by a user who is locked out."""
_is_about_passwords: Final = re.compile(r"(?i)credential|incorrect|kennwort|log ?in|pass ?(wor[dt]|phrase)").search

_NAMES: Final = re.compile(r"(?i)(?<!\w)'[^']*'|\"[^\"]*\"|(?<![\w.])(?:[a-z]:)?[/\\]\S*")
"""Words in quotes, and whole paths such as ``/srv/failover``."""
_names_a_file: Final = re.compile(r"(?i)\.(?:csv|part)\b").search
"""Finds the end of the name of a file that this program sends."""

_CLOSING: Final = 421
_INVALID_USER: Final = 430
_NEEDS_ACCOUNT: Final = (332, 532)  # RFC 959, 4.2.1
_NOT_UNDERSTOOD: Final = range(500, 505)


def wants_encryption(answer: str) -> bool:
    """Return whether a server refused a command because the connection is not encrypted; to ask where it is not.

    Args:
        answer: its code and its words.
    """
    return _is_about_encryption(answer) is not None


def sign_in_refusal(reply: Reply, username: str, *, is_encrypted: bool) -> SignInRefusal:
    """Return why a server did not let a user in.

    Args:
        reply: its answer to the user name or the password.
        username: what it may repeat; a user may be called like a reason.
        is_encrypted: whether the connection is.
    """
    if not is_encrypted and wants_encryption(f"{reply.code} {reply.text}"):
        return WANTS_ENCRYPTION
    if reply.code in _NEEDS_ACCOUNT:
        return _ACCOUNT
    text = without_names(reply.text, username)
    for says, refusal in _BY_WORDS:
        if says(text):
            return refusal
    is_about_something_else = reply.code in _NOT_UNDERSTOOD or reply.code // 100 == _CLOSING // 100
    if is_about_something_else and reply.code != _INVALID_USER and not _is_about_passwords(text):
        return _BROKEN_OFF
    return _PASSWORD


def without_names(words: str, *names: str) -> str:
    """Return the words of a server without the names and paths that it may repeat: they may be called like a reason.

    Args:
        words: of the server.
        names: further names, such as that of the user.
    """
    for name in names:
        words = _name(name).sub("", words)
    return " ".join(word for word in _NAMES.sub("", words).split(" ") if not _names_a_file(word))


def _name(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
