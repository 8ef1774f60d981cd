"""Look at how a part of a workbook begins: whether it declares a document type (XML 1.0, 2.8).

A document type stands before the first element, and only there. Parts are read by us and by openpyxl, which may itself
use another parser than expat (lxml, where it is installed), so every part is looked at, in any encoding one of them
reads.
"""

import re
from contextlib import suppress
from typing import IO, Final, NoReturn

from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser, is_known_encoding

DOCUMENT_TYPE: Final = "declares a document type, which can make it grow without limit"
OTHER_ENCODING: Final = "is XML in an encoding that not every reader knows"
_FIRST_PIECE: Final = 2**10
_PIECE: Final = 2**12
_usual = re.compile(
    rb"""(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="utf-8")?(?: standalone="(?:yes|no)")? ?\?>)?\s*<[a-z]""",
    re.IGNORECASE,
).match
"""How programs begin a part: nothing but its declaration before the first element."""
_DECLARATION: Final = b"<!DOCTYPE"
_BYTE_ORDER_MARKS: Final = b"\xef\xbb\xbf\xff\xfe"
_IN_EBCDIC: Final = b"\x4c\x6f\xa7\x94"
"""``<?xm`` in EBCDIC (XML 1.0, appendix F.1)."""


class _DocumentTypeError(Exception):
    """A part declares a document type."""


def refusal_of_prolog(stream: IO[bytes], most: int, *, other_parsers: bool = False) -> str | None:
    """Read a part up to its first element.

    Args:
        stream: the part, from its start.
        most: bytes within which its first element must begin.
        other_parsers: whether parsers other than expat will read it, which may know more encodings.

    Returns:
        Why the part must not be read, as the predicate of a sentence. None when it may be, and when it is no XML at all.
    """
    start = stream.read(_FIRST_PIECE)
    if _usual(start):
        return None
    encodings: list[str | None] = []
    try:
        refusal = _read_up_to_element(start, stream, most, encodings)
    except _DocumentTypeError:
        return DOCUMENT_TYPE
    except ERRORS:
        xml = _begins_as_xml(start)
        if _declares_unread(start + stream.read(most if xml else _PIECE)):
            return DOCUMENT_TYPE
        return OTHER_ENCODING if other_parsers and xml else None
    return OTHER_ENCODING if other_parsers and not all(map(is_known_encoding, encodings)) else refusal


def _read_up_to_element(start: bytes, stream: IO[bytes], most: int, encodings: list[str | None]) -> str | None:
    """Parse a part up to its first element, note the encoding that it declares, and return why it must not be read.

    Raises:
        _DocumentTypeError: it declares a document type.
        ExpatError, LookupError, ValueError: it cannot be parsed.
    """
    parser = guarded_parser(_stop)
    if hasattr(parser, "SetReparseDeferralEnabled"):  # expat 2.6 and newer else keep a long comment back for a while
        parser.SetReparseDeferralEnabled(False)
    found: list[str] = []

    def begin_element(name: str, _: object) -> None:
        parser.StartElementHandler = None
        found.append(name)

    parser.StartElementHandler = begin_element
    parser.XmlDeclHandler = lambda _version, encoding, _standalone: encodings.append(encoding)
    piece, size = start, len(start)
    while piece:
        parser.Parse(piece, False)
        if found:
            return None
        if size >= most:
            return f"holds no element in its first {most:,} bytes"
        piece = stream.read(min(_PIECE, most - size))
        size += len(piece)
    with suppress(*ERRORS):  # a Python without that switch: what was kept back is parsed now
        parser.Parse(b"", True)
    return None


def _stop(*_: object) -> NoReturn:
    raise _DocumentTypeError


def _begins_as_xml(start: bytes) -> bool:
    text = start[:64].replace(b"\0", b"").lstrip(_BYTE_ORDER_MARKS + b" \t\r\n")
    return text.startswith((b"<", _IN_EBCDIC))


def _declares_unread(start: bytes) -> bool:
    """Return whether a part that expat does not begin to read declares a document type."""
    if b"utf-7" in start[:200].lower():  # it has several ways to write each character
        return _DECLARATION.decode() in start.decode("utf-7", "replace")
    wide = (bytes(zeros).join(b"%c" % letter for letter in _DECLARATION) for zeros in (1, 3))  # UTF-16, UTF-32
    return any(form in start for form in (_DECLARATION, _DECLARATION.decode().encode("cp037"), *wide))
