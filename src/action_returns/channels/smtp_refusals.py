"""What a mail server means by a refusal: which setting it asks for, and whether it is about the password or the size.

The codes are those of RFC 5321, 4.2, RFC 4954, 6, and RFC 5248. Servers give them for much else, so their words count too.
"""

import re
from dataclasses import dataclass
from typing import Final

from action_returns.channels.line_protocol import Reply

TEMPORARY: Final = range(400, 500)
FINAL: Final = range(500, 600)

_SIGN_IN_NEEDED: Final = 530
_ENCRYPTION_NEEDED: Final = frozenset({523, 538})
_NO_SUCH_WAY: Final = range(500, 505)
_WRONG_PASSWORD: Final = frozenset({525, 534, 535})
"""525 is for a user whose account is disabled (RFC 5248, 2.4)."""

# Servers answer in English, and some of them in the language of their users too.
_SAYS_ENCRYPTION: Final = re.compile(
    r"(?i)\bSTARTTLS\b|\b(?:TLS|SSL)\b|encrypt|\bsecure (?:connection|channel)\b|\b5\.7\.1[01]\b"
    r"|verschl.{1,2}ssel|chiffr|\bcifrad|\bcifrat|cri[pt]tograf"
)
_SAYS_SIGN_IN: Final = re.compile(r"(?i)\bauth?enti[cfks]|\bauthoriz|\bauth\b|\blog ?(?:in|on)\b|\bsign ?in\b|\banmeld")
_SAYS_OF_OTHERS: Final = re.compile(r"(?i)\b(?:SPF|DKIM|DMARC|ARC)\b|\b5\.[12]\.[0-9]")
"""Checks of the sender's domain, in which authentication means something else, and codes about addresses and mailboxes."""
_SAYS_NAME: Final = re.compile(r"(?i)\b(?:EHLO|HELO)\b")
_SAYS_RELAY: Final = re.compile(r"(?i)\brela[iy]|\brcpthosts\b")
_SAYS_WRONG_PASSWORD: Final = re.compile(
    r"(?i)\b5\.7\.8\b|\b(?:invalid|incorrect|wrong|bad)\b.{0,60}\b(?:credentials?|password|user ?name)\b"
    r"|\b(?:credentials?|password|user ?name)\b.{0,60}\b(?:invalid|incorrect|wrong)\b"
    r"|\baccount\b.{0,30}\b(?:locked|disabled|suspended|blocked)\b|\btoo many\b"
    r"|\b(?:kennwort|passwort|mot de passe|identifiants?|contraseña|senha|wachtwoord)\b"
)
"""Also an account that is locked: each further try may lengthen that."""
_SAYS_SIZE: Final = re.compile(
    r"(?i)\b5\.3\.4\b|\btoo (?:large|big)\b|\blarger than\b|\b(?:exceed|limit|max).{0,60}\b(?:size|[kmg]i?b|bytes)\b"
    r"|\bsize\b.{0,60}(?:exceed|limit|max)|\bzu gro|\btrop (?:volumineux|gros|grand)|\b(?:demasiado|troppo|muito) grande\b|\bte groot\b"
)
_SAYS_OAUTH: Final = re.compile(
    r"(?i)oauth|\bbasic auth\w* is disabled|\bSmtpClientAuthentication is disabled|\b5\.7\.139\b"
)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a conversation when the server refuses a command.

    Args:
        host: the server, as it is named to users.
        is_encrypted: whether the connection is encrypted now.
        has_user_name: whether the profile has a user name to sign in with.
        offers_sign_in: whether the server said that it takes a sign-in.
    """

    host: str
    is_encrypted: bool
    has_user_name: bool
    offers_sign_in: bool


def explain(reply: Reply, situation: Situation, problem: str, todo: str) -> tuple[str, str]:
    """Return what a refusal is about and what to do.

    Args:
        reply: the refusal.
        situation: when it came.
        problem: what was refused, where the answer tells no more than that.
        todo: what to do then.
    """
    if wants_encryption(reply, situation):
        return f"{situation.host} wants an encrypted connection", ENCRYPT
    if _wants_sign_in(reply, situation):
        known = "Check user name (username) and password" if situation.has_user_name else _SIGN_IN
        return f"{situation.host} wants a sign-in", f"{known} in the profile."
    if reply.code in TEMPORARY:
        todo = LATER
    elif reply.code in FINAL and not situation.has_user_name and _may_want_sign_in(reply, situation):
        todo = f"{todo} The server may also want a sign-in: s{_SIGN_IN[1:]} in the profile."
    return problem, f"{todo} {NAME}" if _SAYS_NAME.search(reply.text) else todo


LATER: Final = "It may take it later: try again in a few minutes."
SPLIT: Final = "Split the sheet in two, or send by FTP."
NAME: Final = (
    "It may be about what this computer calls itself (EHLO): set ehlo_name in the profile to a full host name, such as "
    'ehlo_name = "pc.example.com".'
)
ENCRYPT: Final = (
    "Set the encryption (security) in the profile: starttls, or implicit-tls with the port for it, often 465."
)
_SIGN_IN: Final = "Set user name (username) and password"


def wants_encryption(reply: Reply, situation: Situation) -> bool:
    """Return whether a server refuses because the connection is not encrypted."""
    if reply.code in _ENCRYPTION_NEEDED:
        return True
    may_be = reply.code == _SIGN_IN_NEEDED or (reply.code in FINAL and not situation.is_encrypted)
    return may_be and _SAYS_ENCRYPTION.search(reply.text) is not None


def _wants_sign_in(reply: Reply, situation: Situation) -> bool:
    if reply.code == _SIGN_IN_NEEDED:
        return True
    says = _SAYS_SIGN_IN.search(reply.text) is not None and _SAYS_OF_OTHERS.search(reply.text) is None
    return says and reply.code in FINAL and not situation.has_user_name


def _may_want_sign_in(reply: Reply, situation: Situation) -> bool:
    return situation.offers_sign_in or _SAYS_RELAY.search(reply.text) is not None


def is_about_password(reply: Reply) -> bool:
    """Return whether a server says that user name or password are wrong, or the account locked; another try may count towards a lockout."""
    return reply.code in _WRONG_PASSWORD or _SAYS_WRONG_PASSWORD.search(reply.text) is not None


def is_no_such_way(reply: Reply) -> bool:
    """Return whether a server says that it does not know a way to sign in; nothing about user name or password."""
    return reply.code in _NO_SUCH_WAY


def wants_oauth(reply: Reply) -> bool:
    """Return whether a server says that it takes no password, only OAuth2."""
    return _SAYS_OAUTH.search(reply.text) is not None


def is_about_size(reply: Reply) -> bool:
    """Return whether a server says that the message is too large."""
    return reply.code in FINAL and _SAYS_SIZE.search(reply.text) is not None
