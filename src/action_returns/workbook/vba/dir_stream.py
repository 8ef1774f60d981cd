"""The ``dir`` stream (MS-OVBA 2.3.4.2): what the project is, what it refers to, which modules it has."""

import struct
from collections.abc import Iterator, Sequence
from typing import Final

from action_returns.workbook.vba.source import Module, ModuleKind

CODE_PAGE: Final = 1252

_STDOLE: Final = r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"
_OFFICE: Final = (
    r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
    r"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library"
)
_REFERENCES: Final = (("stdole", _STDOLE), ("Office", _OFFICE))
"""Found by their GUIDs; the paths are hints. VBA and Excel are always there and never listed."""
LIBRARIES: Final = frozenset({"VBA", "Excel", *(name for name, _ in _REFERENCES)})
"""Names that are taken in every project."""

_WIN64: Final = 3
_ENGLISH_US: Final = 0x0409
_VERSION: Final = (0x6BCFA0AA, 1)
"""Major and minor (2.3.4.2.1.11): any numbers, as long as they stay the same."""
_COOKIE: Final = struct.pack("<H", 0xFFFF)
"""To be ignored by readers (2.3.4.2.3)."""


def dir_stream(name: str, modules: Sequence[Module]) -> bytes:
    """Give the stream before its compression.

    Args:
        name: the name of the project.
        modules: the modules in the order of the project.
    """
    records = [*_information(name), *_references(), *_modules(modules), _record(0x0010)]
    return b"".join(records)


def _information(name: str) -> Iterator[bytes]:
    """Give the PROJECTINFORMATION record (2.3.4.2.1)."""
    yield _record(0x0001, _number(_WIN64))
    yield _record(0x0002, _number(_ENGLISH_US))
    yield _record(0x0014, _number(_ENGLISH_US))
    yield _record(0x0003, struct.pack("<H", CODE_PAGE))
    yield _record(0x0004, name.encode("ascii"))
    yield from _in_both_encodings(0x0005, "", 0x0040)  # description
    yield from (_record(0x0006), _record(0x003D))  # help files
    yield _record(0x0007, _number(0))  # help context
    yield _record(0x0008, _number(0))  # library flags
    # The one record that states another size than it has: 4 for its 6 bytes (2.3.4.2.1.11).
    yield struct.pack("<HIIH", 0x0009, 4, *_VERSION)
    yield from _in_both_encodings(0x000C, "", 0x003C)  # conditional compilation constants


def _references() -> Iterator[bytes]:
    """Give the PROJECTREFERENCES record (2.3.4.2.2): registered type libraries (2.3.4.2.2.5)."""
    for name, library in _REFERENCES:
        yield from _in_both_encodings(0x0016, name, 0x003E)
        libid = library.encode("ascii")
        yield _record(0x000D, _number(len(libid)) + libid + bytes(4 + 2))


def _modules(modules: Sequence[Module]) -> Iterator[bytes]:
    """Give the PROJECTMODULES record (2.3.4.2.3), with a MODULE record (2.3.4.2.3.2) for each."""
    yield _record(0x000F, struct.pack("<H", len(modules)))
    yield _record(0x0013, _COOKIE)
    for module in modules:
        yield from _in_both_encodings(0x0019, module.name, 0x0047)
        yield from _in_both_encodings(0x001A, module.name, 0x0032)  # the stream has the module's name
        yield from _in_both_encodings(0x001C, "", 0x0048)  # description
        yield _record(0x0031, _number(0))  # the text starts at byte 0: nothing compiled stands before it
        yield _record(0x001E, _number(0))  # help context
        yield _record(0x002C, _COOKIE)
        yield _record(0x0021 if module.kind is ModuleKind.STANDARD else 0x0022)
        yield _record(0x002B)


def _record(number: int, content: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(content)) + content


def _in_both_encodings(number: int, text: str, unicode_number: int) -> tuple[bytes, bytes]:
    """Give two records of a text: bytes of the code page, then UTF-16. Sizes count bytes."""
    return _record(number, text.encode("ascii")), _record(unicode_number, text.encode("utf-16-le"))


def _number(value: int) -> bytes:
    return struct.pack("<I", value)
