"""A VBA module: its kind, its text with the attributes of its kind, and its compression (MS-OVBA 2.3.4.3, 2.4.1)."""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from types import MappingProxyType
from typing import Final

from action_returns.errors import VbaError


class ModuleKind(StrEnum):
    """The kind of a module."""

    STANDARD = "standard"
    """Procedures and functions on their own: a .bas file."""
    CLASS = "class"
    """A class: a .cls file."""
    WORKBOOK = "workbook"
    """The code behind the workbook; every project has exactly one."""
    SHEET = "sheet"
    """The code behind a sheet; every sheet has one, the hidden ones too."""

    @property
    def is_document(self) -> bool:
        """Whether Excel owns the object that the code belongs to."""
        return self in {ModuleKind.WORKBOOK, ModuleKind.SHEET}


_BASE_CLASSES: Final[Mapping[ModuleKind, str]] = MappingProxyType(
    {
        ModuleKind.CLASS: "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
        ModuleKind.WORKBOOK: "0{00020819-0000-0000-C000-000000000046}",
        ModuleKind.SHEET: "0{00020820-0000-0000-C000-000000000046}",
    }
)
_HEADER_ATTRIBUTES: Final = frozenset(
    {"VB_Name", "VB_Base", "VB_GlobalNameSpace", "VB_Creatable"}
    | {"VB_PredeclaredId", "VB_Exposed", "VB_TemplateDerived", "VB_Customizable"}
)
"""The attributes of :meth:`Module.header`; the editor writes a selection of them into the files it exports."""
_MAX_LINE: Final = 1023
_MAX_CONTINUATIONS: Final = 24
_EXCERPT_LENGTH: Final = 40

_class_block = re.compile(r"VERSION 1\.0 CLASS[ \t]*\nBEGIN[ \t]*\n(?:[ \t]+\w+[ \t]*=.*\n)*END[ \t]*\n").match
_attribute = re.compile(r"Attribute (VB_\w++) = ((?:.*\S)?+)\s*+").fullmatch


@dataclass(frozen=True, slots=True)
class Module:
    r"""A module of a project.

    Args:
        name: its name in code; for a workbook or sheet, exactly the code name in the workbook's own parts.
        kind: its kind.
        body: the code without the attributes of :meth:`header`; its lines may end in ``\n``, ``\r\n`` or ``\r``.
        predeclared: for a class, whether its name is an instance as well (VB_PredeclaredId).
        exposed: for a class, whether other projects see it (VB_Exposed).

    Raises:
        VbaError: the editor cannot hold a line of the body.
    """

    name: str
    kind: ModuleKind
    body: str
    predeclared: bool = False
    exposed: bool = False

    def __post_init__(self) -> None:
        continuations = 0
        for number, line in enumerate(_unix_newlines(self.body).split("\n"), 1):
            if len(line) > _MAX_LINE:
                raise VbaError(
                    f"{self._describe_line(number, line)} has {len(line)} characters; a line of VBA has at most "
                    f"{_MAX_LINE}. Break it into several lines."
                )
            continuations = continuations + 1 if _is_continued(line) else 0
            if continuations > _MAX_CONTINUATIONS:
                raise VbaError(
                    f"{self._describe_line(number, line)} is continued once too often; a statement of VBA is continued at "
                    f"most {_MAX_CONTINUATIONS} times. Make several statements of it."
                )

    def _describe_line(self, number: int, line: str) -> str:
        return f"Line {number} of the code of module {self.name}, which begins with {line[:_EXCERPT_LENGTH].strip()!r},"

    def header(self) -> tuple[str, ...]:
        """Return the attributes that every module of its kind begins with (2.3.4.3)."""
        name = f'Attribute VB_Name = "{self.name}"'
        if self.kind is ModuleKind.STANDARD:
            return (name,)
        document = self.kind.is_document
        return (
            name,
            f'Attribute VB_Base = "{_BASE_CLASSES[self.kind]}"',
            "Attribute VB_GlobalNameSpace = False",
            "Attribute VB_Creatable = False",
            f"Attribute VB_PredeclaredId = {document or self.predeclared}",
            f"Attribute VB_Exposed = {document or self.exposed}",
            "Attribute VB_TemplateDerived = False",
            f"Attribute VB_Customizable = {document}",
        )

    def stream_text(self) -> str:
        r"""Return the whole text of the module stream: header and body, every line ended with ``\r\n``."""
        text = "\n".join([*self.header(), _unix_newlines(self.body)])
        return text.removesuffix("\n").replace("\n", "\r\n") + "\r\n"


def parse_module(text: str, name: str, kind: ModuleKind) -> Module:
    """Read a module that the editor exported as .bas or .cls, or code without attributes.

    Args:
        text: the text of the file.
        name: the name of the module.
        kind: its kind.

    Raises:
        VbaError: the text names another module or is of another kind, or the editor cannot hold it.
    """
    lines = _without_class_block(_unix_newlines(text.removeprefix("\ufeff")), name, kind).split("\n")
    header = [match for line in takewhile(_attribute, lines) if (match := _attribute(line))]
    facts = {match[1]: match[2] for match in header}
    named = facts.get("VB_Name", f'"{name}"')
    if named != f'"{name}"':
        raise VbaError(
            f"The text for module {name} says that it is {named} (its line Attribute VB_Name). "
            "Rename the file or correct the line: both must be the same."
        )
    kept = [match[0] for match in header if match[1] not in _HEADER_ATTRIBUTES]
    return Module(
        name,
        kind,
        "\n".join([*kept, *lines[len(header) :]]),
        predeclared=facts.get("VB_PredeclaredId") == "True",
        exposed=facts.get("VB_Exposed") == "True",
    )


def _without_class_block(text: str, name: str, kind: ModuleKind) -> str:
    """Return the text without the lines from VERSION to END, which only an exported class has."""
    if not text.startswith("VERSION "):
        return text
    block = _class_block(text)
    if block is None:
        raise VbaError(
            f"The text for module {name} begins with VERSION, but not with the lines VERSION 1.0 CLASS, BEGIN … END of "
            "a class. User forms cannot be written; for a class, export it again from the editor."
        )
    if kind is ModuleKind.STANDARD:
        raise VbaError(
            f"The text for module {name} is a class by its first line, but the file is for a standard module. "
            "Give it as a class, or take away the lines from VERSION to END."
        )
    return text[block.end() :]


def _is_continued(line: str) -> bool:
    code = line.rstrip()
    return code == "_" or code.endswith((" _", "\t_"))


def _unix_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


# --- compression of modules and of the dir stream (2.4.1)
# Every reader takes any valid sequence of tokens. Like the specification's own search (2.4.1.3.19.4), this one looks
# for the longest match at every position; among equally long ones it takes the first instead of the nearest.

_CHUNK: Final = 4096
_MIN_MATCH: Final = 3
_MAX_COMPRESSED: Final = 2 + _CHUNK
"""A chunk with its header holds at most this many bytes (2.4.1.1.5)."""


def compress(data: bytes) -> bytes:
    """Compress into a CompressedContainer (2.4.1.1.1): a signature byte, then a chunk for every 4096 bytes.

    Args:
        data: any bytes.

    Raises:
        VbaError: a last chunk shorter than 4096 bytes does not get smaller; only whole chunks can be stored as they
            are (2.4.1.3.10).
    """
    return b"\x01" + b"".join(_compressed_chunk(data[at : at + _CHUNK]) for at in range(0, len(data), _CHUNK))


def _compressed_chunk(data: bytes) -> bytes:
    """Return a CompressedChunk (2.4.1.1.4): a header of 12 bits size, the signature 0b011, the flag "compressed"."""
    tokens = _token_sequences(data)
    if 2 + len(tokens) <= _MAX_COMPRESSED:
        return struct.pack("<H", 0xB000 | (len(tokens) - 1)) + tokens
    if len(data) < _CHUNK:
        raise VbaError(
            f"The last {len(data)} bytes do not get smaller, and only whole blocks of {_CHUNK} bytes can be kept as "
            "they are. Program text always gets smaller: take out what is not, such as encoded pictures or keys."
        )
    return struct.pack("<H", 0x3000 | (_CHUNK - 1)) + data


def _token_sequences(data: bytes) -> bytes:
    """Return the TokenSequences of a chunk (2.4.1.1.7): a byte of flags, then up to eight literals and copies."""
    out = bytearray()
    at = 0
    while at < len(data):
        flags_at = len(out)
        out.append(0)
        for bit in range(8):
            offset, length = _longest_match(data, at)
            if length >= _MIN_MATCH:
                token, length = _copy_token(at, offset, length)
                out += token
                out[flags_at] |= 1 << bit
            else:
                out += data[at : at + 1]
                length = 1
            at += length
            if at >= len(data):
                break
    return bytes(out)


def _longest_match(data: bytes, at: int) -> tuple[int, int]:
    """Find the longest earlier part of a chunk that equals the bytes from ``at`` on; the two may overlap.

    Returns:
        How many bytes back it starts, and its length; a length below 3 means that there is none.
    """
    start, length = 0, _MIN_MATCH - 1
    # A longer match begins where a shorter one was found first, or later: the search never goes back.
    while at + length < len(data) and (found := data.find(data[at : at + length + 1], start, at + length)) >= 0:
        start = found
        length += 1
        while at + length < len(data) and data[start + length] == data[at + length]:
            length += 1
    return at - start, length


def _copy_token(at: int, offset: int, length: int) -> tuple[bytes, int]:
    """Pack a CopyToken (2.4.1.1.8); the further into the chunk, the more bits are for the offset (2.4.1.3.19.1).

    Returns:
        The token, and the length it could hold.
    """
    offset_bits = max(4, (at - 1).bit_length())
    length = min(length, (0xFFFF >> offset_bits) + _MIN_MATCH)
    return struct.pack("<H", (offset - 1) << (16 - offset_bits) | (length - _MIN_MATCH)), length
