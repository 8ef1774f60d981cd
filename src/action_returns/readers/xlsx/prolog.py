"""Look at how a part of a workbook begins: whether it declares a document type (XML 1.0, 2.8).

A document type stands before the first element, and only there. Parts are read by us and by openpyxl, which may itself
use another parser than expat (lxml, where it is installed), so every part is looked at, in any encoding one of them
reads.
"""

import re
from typing import IO, Final
from xml.parsers import expat

DOCUMENT_TYPE: Final = "declares a document type, which can make it grow without limit"
_FIRST_PIECE: Final = 2**10
_PIECE: Final = 2**12
_usual = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="utf-8")?(?: standalone="(?:yes|no)")? ?\?>)?\s*<[a-z]""",
    re.IGNORECASE,
).match
"""How programs begin a part: nothing but its declaration before the first element."""
_DECLARATION: Final = b"<!DOCTYPE"


def refusal_of_prolog(stream: IO[bytes], most: int) -> str | None:
    """Read a part up to its first element.

    Args:
        stream: the part, from its start.
        most: bytes within which its first element must begin.

    Returns:
        Why the part must not be read, as the predicate of a sentence. None when it may be, and when it is no XML at all.
    """
    start = stream.read(_FIRST_PIECE)
    return None if _usual(start) else _refusal(start, stream, most)


def _refusal(start: bytes, stream: IO[bytes], most: int) -> str | None:
    parser = expat.ParserCreate()
    found: list[bool] = []

    def begin_element(*_: object) -> None:
        parser.StartElementHandler = None
        found.append(False)

    parser.StartElementHandler = begin_element
    parser.StartDoctypeDeclHandler = lambda *_: found.append(True)
    piece, size = start, len(start)
    try:
        while piece:
            parser.Parse(piece, False)
            if found:
                return DOCUMENT_TYPE if found[0] else None
            if size >= most:
                return f"holds no element in its first {most:,} bytes"
            piece = stream.read(min(_PIECE, most - size))
            size += len(piece)
    except (expat.ExpatError, LookupError, ValueError):  # the last two: an encoding that Python does not know or use
        start += stream.read(_PIECE)
        if found[:1] == [True] or _declares_unread(start):
            return DOCUMENT_TYPE
    return None


def _declares_unread(start: bytes) -> bool:
    """Return whether a part that expat does not begin to read declares a document type."""
    if b"utf-7" in start[:200].lower():  # it has several ways to write each character
        return _DECLARATION.decode() in start.decode("utf-7", "replace")
    wide = (bytes(zeros).join(b"%c" % letter for letter in _DECLARATION) for zeros in (1, 3))  # UTF-16, UTF-32
    return any(form in start for form in (_DECLARATION, _DECLARATION.decode().encode("cp037"), *wide))
