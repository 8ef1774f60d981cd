"""Texts of a workbook: the shared string table and what is escaped in it (ECMA-376, 18.4 and 22.9.2.19)."""

import re
from typing import Final

from action_returns.sources.xlsx.guard import Package, refuse_other_encoding, too_large

_PART: Final = 2**20
_MOST: Final = 8_000_000
"""Eight columns of a full worksheet, each text a different one."""
_entity = re.compile(r"&(?:#(\d+)|#x([0-9A-Fa-f]+)|(lt|gt|amp|quot|apos));")
_escaped = re.compile(r"_x([0-9A-Fa-f]{4})_")
_texts = re.compile(r"<t(?:\s[^>]*)?>([^<]*)</t>").findall
_item = re.compile(r"<si\s*/>|<si(?:\s[^>]*)?>(.*?)</si>", re.DOTALL)
_phonetic = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_SURROGATES: Final = range(0xD800, 0xE000)
_LAST: Final = 0x10FFFF


def text_of(raw: str) -> str:
    """Give the text that stands for itself: entities, ``_x000D_`` and line ends undone."""
    if "\r" in raw:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in raw:
        raw = _entity.sub(_character, raw)
    if "_x" in raw:
        raw = _escaped.sub(lambda match: chr(int(match[1], 16)), raw)
    return raw


def rich_text(body: str) -> str:
    """Give the text of a string item or inline string: its runs joined, without phonetic hints."""
    if "<rPh" in body:
        body = _phonetic.sub("", body)
    return "".join(map(text_of, _texts(body)))


def shared_strings(package: Package, part: str | None) -> list[str]:
    """Read the shared string table, in pieces: it may hold a million texts."""
    strings: list[str] = []
    if part is None or part not in package:
        return strings
    with package.open(part) as stream:
        tail = b""
        first = True
        while piece := stream.read(_PART):
            if first:
                refuse_other_encoding(piece)
                first = False
            piece = tail + piece
            end = piece.rfind(b"</si>") + len(b"</si>")
            if end < len(b"</si>"):
                tail = piece
                continue
            tail = piece[end:]
            strings += _strings(piece[:end].decode("utf-8", "surrogatepass"))
            if len(strings) > _MOST:
                raise too_large(package.name, f"it has more than {_MOST:,} different texts")
        strings += _strings(tail.decode("utf-8", "surrogatepass"))
    return strings


def _strings(text: str) -> list[str]:
    plain = _texts(text)
    if len(plain) == text.count("</si>") and "<r>" not in text and "<rPh" not in text and "/>" not in text:
        return [text_of(raw) for raw in plain] if "&" in text or "_x" in text or "\r" in text else plain
    return [rich_text(match[1] or "") for match in _item.finditer(text)]


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1]) if match[1] else int(match[2], 16)
    return chr(code) if code <= _LAST and code not in _SURROGATES else "\ufffd"
