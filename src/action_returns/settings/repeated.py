"""Decide which refused texts a message repeats: what was typed or pasted in a wrong place may be a password.

A message helps most when it repeats what it refuses, and it goes to terminals, logs and support. So only texts are
repeated that are too short or too close to an allowed word to be a password: ``secuirty = "explict-tls"``, ``port = 0``.
"""

import json
import re
from collections.abc import Iterable
from typing import Final

NOT_REPEATED: Final = "What stands there is not repeated: it may hold a password."
"""What the user reads instead of a value."""

_NEVER_REPEATED: Final = r"(?i)pass|secret|token|key|pwd|credential|ledger"
"""Keys whose values are never repeated; the address of a team's ledger may hold a password by mistake."""
_MOST_DIGITS: Final = 6
# Compiled where they are needed: every click reads config.toml, and mostly nothing is refused.
_SHORT: Final = r"[A-Za-z0-9.,-]{1,5}"
_WORD: Final = r"[A-Za-z-]{1,20}"
_KEY: Final = r"[a-z_]{1,20}(?:\.[A-Za-z_]{1,20})?"
_LIKE_A_KEY: Final = r"[A-Za-z_.-]{1,30}"


def close_match(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean acme?`` where one of the known words is close, else nothing."""
    close = _closest(word, known)
    return f" Did you mean {close}?" if close else ""


def repeated_value(value: object, *, key: str, known: Iterable[str] = ()) -> str | None:
    """Return a refused value as config.toml has it, None where it is not to be repeated.

    Args:
        value: the value.
        key: the key it stands under.
        known: the words that are allowed there.
    """
    if re.search(_NEVER_REPEATED, key):
        return None
    match value:
        case bool():
            may_be = True
        case int() | float():
            may_be = len(re.sub(r"\D", "", repr(value))) <= _MOST_DIGITS
        case str():
            may_be = bool(re.fullmatch(_SHORT, value) or (re.fullmatch(_WORD, value) and _closest(value, known)))
        case _:
            may_be = False
    return json.dumps(value, ensure_ascii=False) if may_be else None


def repeated_key(name: str, known: Iterable[str]) -> str | None:
    """Return the name of an unknown key, None where it is not to be repeated.

    Args:
        name: as it was written.
        known: the keys that are known.
    """
    return name if re.fullmatch(_KEY, name) or (re.fullmatch(_LIKE_A_KEY, name) and _closest(name, known)) else None


def without_sign_in(text: str) -> str:
    r"""Return a message without what stands between the scheme of an address and ``@``, where it holds a colon.

    An address with a password may be pasted where the name of a file belongs, and a path takes ``//`` for ``/`` or ``\``.
    """
    return re.sub(r"\S++", lambda word: _without_sign_in(word[0]), text)


def _without_sign_in(word: str) -> str:
    scheme, at = re.search(r"(?<=.):[/\\]++", word), word.rfind("@")
    if scheme is None or not scheme.end() <= word.find(":", scheme.end()) < at:
        return word
    return f"{word[: scheme.end()]}…{word[at:]}"


def _closest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    by_letters = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_letters, n=1)
    return by_letters[close[0]] if close else ""
