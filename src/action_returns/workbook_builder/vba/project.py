"""A VBA project: its modules, and the streams that describe them (MS-OVBA 2.2.1, 2.3)."""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from action_returns.errors import VbaError
from action_returns.workbook_builder.vba.compound_file import compound_file
from action_returns.workbook_builder.vba.module import Module, ModuleKind, compress

_CODE_PAGE: Final = 1252

_STDOLE: Final = r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"
_OFFICE: Final = (
    r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
    r"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library"
)
_REFERENCES: Final = (("stdole", _STDOLE), ("Office", _OFFICE))
"""Name and libid: Excel finds them by GUID, the path is a hint. VBA and Excel are always there and never listed."""
_LIBRARIES: Final = frozenset({"VBA", "Excel", *(name for name, _ in _REFERENCES)})
"""Names of the libraries of every project."""

_NO_CACHE: Final = bytes.fromhex("CC61 FFFF 00 0000")
"""The _VBA_PROJECT stream (2.3.4.1) of a project without compiled code."""
_GUID: Final = UUID("3fa90743-adc5-58ec-b46b-69308205040e")
_VISIBLE: Final = b"\xff"
_identifier = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}").fullmatch
# What Excel's editor refuses as the name of a module, as measured by the pyOpenVBA project.
_REFUSED_BY_EDITOR: Final = frozenset(
    {"array", "circle", "date", "debug", "get", "input", "lbound", "me", "open"}
    | {"print", "pset", "put", "scale", "seek", "spc", "stop", "tab"}
)
_RESERVED_NAMES: Final = _REFUSED_BY_EDITOR | {name.lower() for name in _LIBRARIES} | {"dir"}
"""``dir`` is the name of the stream beside those of the modules."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project with its modules.

    Args:
        modules: in the order in which the project lists them: one for the workbook, one for every sheet, and others.
        name: the name of the project in code.
        guid: its unique id.

    Raises:
        VbaError: Excel would refuse a name, two names are the same to VBA, or there is not exactly one module for the
            workbook.
    """

    modules: tuple[Module, ...]
    name: str = "VBAProject"
    guid: UUID = _GUID

    def __post_init__(self) -> None:
        _check_name(self.name, "the project")
        taken = {self.name.lower(): "the project"}
        for module in self.modules:
            _check_name(module.name, "a module")
            other = taken.get(module.name.lower())
            if other:
                raise VbaError(
                    f"Module {module.name} has the name of {other}; VBA does not tell capitals from small letters. "
                    "Rename one of them."
                )
            taken[module.name.lower()] = f"module {module.name}"
        workbooks = [module.name for module in self.modules if module.kind is ModuleKind.WORKBOOK]
        if len(workbooks) != 1:
            raise VbaError(
                f"A project has exactly one module for the workbook; this one has {', '.join(workbooks) or 'none'}. "
                "Give the module ThisWorkbook, and no other, that kind."
            )

    def to_bytes(self) -> bytes:
        """Return ``vbaProject.bin``. The same project always gives the same bytes.

        Raises:
            VbaError: a text has characters outside of code page 1252, or cannot be compressed.
        """
        modules = {module.name: _module_stream(module) for module in self.modules}
        project_dir = compress(_dir_stream(self.name, self.modules))
        return compound_file(
            {
                "VBA": {**modules, "dir": project_dir, "_VBA_PROJECT": _NO_CACHE},
                "PROJECT": "".join(f"{line}\r\n" for line in self._project_lines()).encode("ascii"),
                "PROJECTwm": self._name_map(),
            }
        )

    def _project_lines(self) -> Iterator[str]:
        """Return the lines of the PROJECT stream (2.3.1): no protection, no password, visible."""
        project_id = f"{{{self.guid}}}".upper()
        seed = self.guid.bytes[0]
        yield f'ID="{project_id}"'
        for module in self.modules:
            yield _project_line(module)
        yield f'Name="{self.name}"'
        yield 'HelpContextID="0"'
        yield 'VersionCompatible32="393222000"'
        yield f'CMG="{encrypt(bytes(4), project_id, seed)}"'
        yield f'DPB="{encrypt(bytes(1), project_id, seed ^ 0x5A)}"'
        yield f'GC="{encrypt(_VISIBLE, project_id, seed ^ 0xA5)}"'
        yield from ("", "[Host Extender Info]")
        yield "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"
        yield from ("", "[Workspace]")
        for module in self.modules:
            yield f"{module.name}=0, 0, 0, 0, C"

    def _name_map(self) -> bytes:
        """Return the PROJECTwm stream (2.3.3). Never compressed: Excel drops the whole project if it is."""
        names = (f"{module.name}\0" for module in self.modules)
        return b"".join(name.encode("ascii") + name.encode("utf-16-le") for name in names) + b"\0\0"


def _project_line(module: Module) -> str:
    """Return the ProjectModule line (2.3.1.3) of a module."""
    if module.kind.is_document:
        return f"Document={module.name}/&H00000000"
    return f"{'Class' if module.kind is ModuleKind.CLASS else 'Module'}={module.name}"


def _module_stream(module: Module) -> bytes:
    """Return the stream of a module (2.3.4.3): its text, compressed."""
    text = module.stream_text()
    try:
        return compress(text.encode(f"cp{_CODE_PAGE}"))
    except UnicodeEncodeError as error:
        character = text[error.start]
        units = character.encode("utf-16-be", "surrogatepass").hex().upper()
        written = " & ".join(f"ChrW(&H{units[at : at + 4]})" for at in range(0, len(units), 4))
        line = text[text.rfind("\n", 0, error.start) + 1 : text.find("\r", error.start)]
        raise VbaError(
            f"Module {module.name} has {character!r} in the line {line.strip()!r}; VBA keeps text in code page "
            f"{_CODE_PAGE}, which lacks it. Write {written} outside of the quotes instead, and plain letters in comments."
        ) from None
    except VbaError as problem:
        raise VbaError(f"Module {module.name}: {problem}") from None


def _check_name(name: str, what: str) -> None:
    if not _identifier(name):
        raise VbaError(
            f"{name!r} cannot be the name of {what}: a name begins with a letter A to Z and goes on with at most 30 "
            "letters, digits and underscores. Choose another name."
        )
    if name.lower() in _RESERVED_NAMES:
        raise VbaError(f"{name!r} cannot be the name of {what}: VBA keeps that word. Choose another name.")


# --- the dir stream (2.3.4.2)

_WIN64: Final = 3
_ENGLISH_US: Final = 0x0409
_VERSION: Final = (0x6BCFA0AA, 1)
"""Major and minor (2.3.4.2.1.11): any numbers, as long as they stay the same."""
_COOKIE: Final = struct.pack("<H", 0xFFFF)
"""A value that readers ignore (2.3.4.2.3)."""


def _dir_stream(name: str, modules: Sequence[Module]) -> bytes:
    """Return the dir stream before its compression.

    Args:
        name: the name of the project.
        modules: the modules in the order of the project.
    """
    records = [*_information_record(name), *_references_record(), *_modules_record(modules), _record(0x0010)]
    return b"".join(records)


def _information_record(name: str) -> Iterator[bytes]:
    """Return the PROJECTINFORMATION record (2.3.4.2.1)."""
    yield _record(0x0001, _uint32(_WIN64))
    yield _record(0x0002, _uint32(_ENGLISH_US))
    yield _record(0x0014, _uint32(_ENGLISH_US))
    yield _record(0x0003, struct.pack("<H", _CODE_PAGE))
    yield _record(0x0004, name.encode("ascii"))
    yield from _in_both_encodings(0x0005, "", 0x0040)  # description
    yield from (_record(0x0006), _record(0x003D))  # help files
    yield _record(0x0007, _uint32(0))  # help context
    yield _record(0x0008, _uint32(0))  # library flags
    # The one record that states another size than it has: 4 for its 6 bytes (2.3.4.2.1.11).
    yield struct.pack("<HIIH", 0x0009, 4, *_VERSION)
    yield from _in_both_encodings(0x000C, "", 0x003C)  # conditional compilation constants


def _references_record() -> Iterator[bytes]:
    """Return the PROJECTREFERENCES record (2.3.4.2.2): registered type libraries (2.3.4.2.2.5)."""
    for name, library in _REFERENCES:
        yield from _in_both_encodings(0x0016, name, 0x003E)
        libid = library.encode("ascii")
        yield _record(0x000D, _uint32(len(libid)) + libid + bytes(4 + 2))


def _modules_record(modules: Sequence[Module]) -> Iterator[bytes]:
    """Return the PROJECTMODULES record (2.3.4.2.3), with a MODULE record (2.3.4.2.3.2) for each."""
    yield _record(0x000F, struct.pack("<H", len(modules)))
    yield _record(0x0013, _COOKIE)
    for module in modules:
        yield from _in_both_encodings(0x0019, module.name, 0x0047)
        yield from _in_both_encodings(0x001A, module.name, 0x0032)  # the stream has the module's name
        yield from _in_both_encodings(0x001C, "", 0x0048)  # description
        yield _record(0x0031, _uint32(0))  # the text starts at byte 0: no compiled code comes before it
        yield _record(0x001E, _uint32(0))  # help context
        yield _record(0x002C, _COOKIE)
        yield _record(0x0021 if module.kind is ModuleKind.STANDARD else 0x0022)
        yield _record(0x002B)


def _record(number: int, content: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(content)) + content


def _in_both_encodings(number: int, text: str, unicode_number: int) -> tuple[bytes, bytes]:
    """Return two records of a text: bytes of the code page, then UTF-16. Sizes count bytes."""
    return _record(number, text.encode("ascii")), _record(unicode_number, text.encode("utf-16-le"))


def _uint32(value: int) -> bytes:
    return struct.pack("<I", value)


# --- the values of the PROJECT stream for protection (2.4.3)

_ENCRYPTION_VERSION: Final = 2


def encrypt(data: bytes, project_id: str, seed: int) -> str:
    """Return a protection value encrypted (Data Encryption, 2.4.3.2). It hides nothing: the key is in the same stream.

    Args:
        data: the value: ProjectProtectionState (2.3.1.15), ProjectPassword (2.3.1.16) or ProjectVisibilityState
            (2.3.1.17).
        project_id: the project's ID with its braces; every ID has its own values.
        seed: the first byte, any value.

    Returns:
        Upper-case hexadecimal digits.
    """
    project_key = sum(project_id.encode("ascii")) & 0xFF
    encrypted = [seed, seed ^ _ENCRYPTION_VERSION, seed ^ project_key]
    filler = bytes((seed & 6) // 2)
    previous = project_key
    for byte in filler + struct.pack("<I", len(data)) + data:
        encrypted.append(byte ^ ((encrypted[-2] + previous) & 0xFF))
        previous = byte
    return bytes(encrypted).hex().upper()
