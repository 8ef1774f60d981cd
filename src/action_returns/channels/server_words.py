"""The words of a server, fit to be shown, logged and recorded: one short line, without a password.

A server is a stranger. Its words may rename the window of a terminal, fill a page, or repeat the password that it was
told, plain or in another form, and messages, logs, receipts and the ledger would keep it. Every channel passes all
words of a server through here, the texts of libraries that repeat such words too.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from action_returns.clean_text import clean_line

HIDDEN: Final = "(not shown, because it repeats the sign-in)"
LONGEST: Final = 300
"""Characters of one answer that are shown and recorded."""
_MOST_SEARCHED: Final = 65_536
_PIECE: Final = 8
"""Characters in a row of a secret that give it away; a shorter secret is looked for as a whole."""
_A_WORD: Final = 3
"""A secret of so few characters is looked for as a word of its own: by chance it stands in most texts."""
_TOO_SHORT_TO_SPREAD: Final = 5
"""A secret of so few letters and digits is not looked for between other signs: ``1234`` stands in ``at 12:34``."""
_drop_separators = re.compile(r"[\W_]+").sub


class ServerWords:
    """Makes the words of one server fit to be shown.

    Args:
        secrets: what must never be shown: the password, or what opens the private key.
    """

    __slots__ = ("_is_word", "_pieces", "_spread_pieces")

    def __init__(self, *secrets: str) -> None:
        contents = [secret.encode("utf-8", "surrogateescape") for secret in secrets]
        short = [re.escape(_decode(content)) for content in contents if 0 < len(content) <= _A_WORD]
        forms = {form for content in contents if len(content) > _A_WORD for form in _forms(content)}
        spread = {_drop_separators("", form) for form in forms}
        self._is_word = re.compile(rf"(?<!\w)(?:{'|'.join(short)})(?!\w)").search if short else None
        self._pieces = {piece for form in forms for piece in _pieces(form)}
        self._spread_pieces = {piece for form in spread if len(form) > _TOO_SHORT_TO_SPREAD for piece in _pieces(form)}

    def show(self, words: bytes | str, longest: int = LONGEST) -> str:
        """Return words of the server as one line, or :data:`HIDDEN` where they repeat a secret.

        Args:
            words: as they came.
            longest: characters that are kept.
        """
        text = (words if isinstance(words, str) else _decode(words))[:_MOST_SEARCHED]
        return HIDDEN if self._repeat_a_secret(text) else clean_line(text.strip())[:longest].strip()

    def _repeat_a_secret(self, text: str) -> bool:
        if self._is_word is not None and self._is_word(text):
            return True
        for view in {text.casefold(), unquote(text, errors="replace").casefold()} if self._pieces else ():
            spread = _drop_separators("", view)
            if any(piece in view for piece in self._pieces) or any(piece in spread for piece in self._spread_pieces):
                return True
        return False


def _decode(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _forms(secret: bytes) -> Iterator[str]:
    """Return a secret in the forms in which a server may repeat it, without upper case."""
    text = _decode(secret).casefold()
    yield from (text, text[::-1], secret.hex())
    # Within a longer text, as in AUTH PLAIN, it may begin at any of three places of a group of base64.
    for before in range(3):
        encoded = b64encode(bytes(before) + secret).decode("ascii").casefold()
        yield encoded[(before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6]


def _pieces(form: str) -> Iterator[str]:
    """Return every run of characters of a form that gives it away."""
    return (form[at : at + _PIECE] for at in range(max(1, len(form) - _PIECE + 1)))
