"""Read texts the fast way: entities, escapes, and the shared string table (ECMA-376, 18.4.8, 18.4.9 and 22.9.2.19)."""

import re
from collections.abc import Sequence
from typing import Final, NoReturn

from action_returns.readers.xlsx.blocks import blocks
from action_returns.readers.xlsx.guarded import ERRORS, guarded_parser
from action_returns.readers.xlsx.package import Package, UnsupportedXmlError, too_large
from action_returns.readers.xlsx.row_pattern import ATTRIBUTES, BLANKS, CLOSED, OPEN_TEXT

MOST_STRINGS: Final = 8_000_000
"""Eight columns of a full worksheet, each text a different one."""
_entity = re.compile(r"&(?:(?:#([0-9]+)|#x([0-9A-Fa-f]+)|(lt|gt|amp|quot|apos));)?")
_escaped = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NO_CHARACTERS: Final = bytes({*range(0x20)} - {*b"\t\n\r"})
"""Bytes that stand in no XML (XML 1.0, 2.2)."""
_WHITE: Final = frozenset(map(ord, "\t\n\r"))
_NO_CHARACTERS_16: Final = frozenset({0xFFFE, 0xFFFF})
_MOST_DIGITS: Final = 9
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_SURROGATES: Final = range(0xD800, 0xE000)
_LAST: Final = 0x10FFFF
_plain_items = re.compile(rb"<si>" + OPEN_TEXT + rb"([^<]*+)</t></si>" + BLANKS + rb"(?=<si|\Z)").findall
_items = re.compile(
    rb"(?:<si>"
    + OPEN_TEXT
    + rb"([^<]*+)</t></si>|(<si>(?:[^<]++|<(?!si|/si>))*+</si>)|<si/>)"
    + BLANKS
    + rb"(?=<si|\Z)"
).findall

_RUN: Final = rb"<r>(?:<rPr>(?:<[A-Za-z]++" + ATTRIBUTES + CLOSED + rb")*+</rPr>)?+" + OPEN_TEXT + rb"([^<]*+)</t></r>"
_usual_runs = re.compile(rb"<si>(?:" + _RUN + rb")++</si>").fullmatch
_texts_of_runs = re.compile(_RUN).findall


def text_of(raw: bytes) -> str:
    """Return the plain text: entities, ``_x000D_`` and line ends decoded.

    Raises:
        UnsupportedXmlError: when it is no text that can stand in XML.
    """
    return texts_of((raw,))[0]


def texts_of(raws: Sequence[bytes]) -> list[str]:
    """Return the plain texts of a whole column.

    Raises:
        UnsupportedXmlError: when one of them is no text that can stand in XML.
    """
    together = b"\n".join(raws)
    if len(together.translate(None, _NO_CHARACTERS)) != len(together):
        raise UnsupportedXmlError("control character")
    try:
        texts = together.decode().split("\n")
        if len(texts) != len(raws):
            texts = [raw.decode() for raw in raws]
    except UnicodeDecodeError:
        raise UnsupportedXmlError("not UTF-8") from None
    if b"&" in together or b"_x" in together or b"\r" in together:
        return [_plain(text) for text in texts]
    return texts


def rich_text(item: bytes) -> str:
    """Return the text of one ``<si>``: its runs joined, without hints how to read it aloud (18.4.8, 18.4.6).

    Raises:
        UnsupportedXmlError: when it does not stand by itself, such as one with prefixes.
    """
    if _usual_runs(item):
        return "".join(texts_of(_texts_of_runs(item)))
    texts: list[str] = []
    inside: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        inside.append(name)
        if name == "t" and "rPh" not in inside:
            texts.append("")

    def text(piece: str) -> None:
        if inside[-1:] == ["t"] and "rPh" not in inside:
            texts[-1] += piece

    parser = guarded_parser(_refuse_type)
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: inside.pop()
    parser.CharacterDataHandler = text
    try:
        parser.Parse(item, True)
    except ERRORS:
        raise UnsupportedXmlError("string item") from None
    return "".join(map(unescape, texts))  # an escape does not go on in the next run (22.9.2.19)


def _refuse_type(*_: object) -> NoReturn:
    raise UnsupportedXmlError("a document type")


def unescape(text: str) -> str:
    """Return a text with the characters that XML cannot hold, written ``_x000D_`` (ECMA-376, 22.9.2.19)."""
    return _escaped.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def shared_strings(package: Package, part: str) -> list[str]:
    """Read the shared string table, in pieces: it may hold a million texts.

    Raises:
        UnsupportedXmlError: when it is not written as the common programs write it.
        FileError: ``file-too-large``.
    """
    strings: list[str] = []
    for block in blocks(package, part, "si", "sst", _NoItems()):
        found = _plain_items(block)
        if len(found) == block.count(b"<si"):
            strings += texts_of(found)
        else:
            items = _items(block)
            if len(items) != block.count(b"<si"):
                raise UnsupportedXmlError("string items")
            plain = texts_of([text for text, _ in items])
            strings += [rich_text(rich) if rich else text for text, (_, rich) in zip(plain, items, strict=True)]
        if len(strings) > MOST_STRINGS:
            raise too_large(package.name, f"it has more than {MOST_STRINGS:,} different texts")
    return strings


class _NoItems:
    """Refuses items among what stands around the items: each one counts, blank ones too."""

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            raise UnsupportedXmlError("a blank text at the end")

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take text between tags."""


def _plain(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _entity.sub(_character, text)
    return unescape(text)


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    digits = match[1] or match[2]
    code = int(digits, 10 if match[1] else 16) if digits and len(digits) < _MOST_DIGITS else 0
    if not _may_stand(code):
        raise UnsupportedXmlError("entity")
    return chr(code)


def _may_stand(code: int) -> bool:
    """Return whether XML may hold a character (XML 1.0, 2.2)."""
    return code in _WHITE or (0x20 <= code <= _LAST and code not in _SURROGATES and code not in _NO_CHARACTERS_16)  # noqa: PLR2004
