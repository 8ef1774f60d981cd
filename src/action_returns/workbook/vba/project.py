"""A VBA project and its streams (MS-OVBA 2.2): everything that is in a ``vbaProject.bin``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from action_returns.workbook.vba.compound_file import compound_file
from action_returns.workbook.vba.compression import compress
from action_returns.workbook.vba.dir_stream import CODE_PAGE, LIBRARIES, dir_stream
from action_returns.workbook.vba.errors import VbaProblem
from action_returns.workbook.vba.protection import encrypt
from action_returns.workbook.vba.source import Module, ModuleKind

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
_TAKEN: Final = _REFUSED_BY_EDITOR | {name.lower() for name in LIBRARIES} | {"dir"}
"""``dir`` is the name of the stream beside those of the modules."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project with its modules.

    Args:
        modules: in the order in which the project lists them: one for the workbook, one for every sheet, and others.
        name: what code calls the project.
        guid: tells the project from others.

    Raises:
        VbaProblem: when Excel would refuse a name, when two names are one, or when there is not exactly one module
            for the workbook.
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
                raise VbaProblem(
                    f"Module {module.name} has the name of {other}; VBA does not tell capitals from small letters. "
                    "Rename one of them."
                )
            taken[module.name.lower()] = f"module {module.name}"
        workbooks = [module.name for module in self.modules if module.kind is ModuleKind.WORKBOOK]
        if len(workbooks) != 1:
            raise VbaProblem(
                f"A project has exactly one module for the workbook; this one has {', '.join(workbooks) or 'none'}. "
                "Give the module ThisWorkbook, and no other, that kind."
            )

    def to_bytes(self) -> bytes:
        """Write the project. The same project always gives the same bytes.

        Raises:
            VbaProblem: when a text is not in code page 1252, or cannot be kept.
        """
        modules = {module.name: _module_stream(module) for module in self.modules}
        project_dir = compress(dir_stream(self.name, self.modules))
        return compound_file(
            {
                "VBA": {**modules, "dir": project_dir, "_VBA_PROJECT": _NO_CACHE},
                "PROJECT": "".join(f"{line}\r\n" for line in self._project_lines()).encode("ascii"),
                "PROJECTwm": self._names(),
            }
        )

    def _project_lines(self) -> Iterator[str]:
        """Give the lines of the PROJECT stream (2.3.1): no protection, no password, visible."""
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

    def _names(self) -> bytes:
        """Give the PROJECTwm stream (2.3.3). Never compressed: Excel drops the whole project if it is."""
        names = (f"{module.name}\0" for module in self.modules)
        return b"".join(name.encode("ascii") + name.encode("utf-16-le") for name in names) + b"\0\0"


def _project_line(module: Module) -> str:
    """Give the ProjectModule line (2.3.1.3) of a module."""
    if module.kind.is_document:
        return f"Document={module.name}/&H00000000"
    return f"{'Class' if module.kind is ModuleKind.CLASS else 'Module'}={module.name}"


def _module_stream(module: Module) -> bytes:
    """Give the stream of a module (2.3.4.3): its text, compressed."""
    text = module.stream_text()
    try:
        return compress(text.encode(f"cp{CODE_PAGE}"))
    except UnicodeEncodeError as error:
        character = text[error.start]
        units = character.encode("utf-16-be", "surrogatepass").hex().upper()
        written = " & ".join(f"ChrW(&H{units[at : at + 4]})" for at in range(0, len(units), 4))
        line = text[text.rfind("\n", 0, error.start) + 1 : text.find("\r", error.start)]
        raise VbaProblem(
            f"Module {module.name} has {character!r} in the line {line.strip()!r}; VBA keeps text in code page "
            f"{CODE_PAGE}, which lacks it. Write {written} outside of the quotes instead, and plain letters in comments."
        ) from None
    except VbaProblem as problem:
        raise VbaProblem(f"Module {module.name}: {problem}") from None


def _check_name(name: str, what: str) -> None:
    if not _identifier(name):
        raise VbaProblem(
            f"{name!r} cannot be the name of {what}: a name begins with a letter A to Z and goes on with at most 30 "
            "letters, digits and underscores. Choose another name."
        )
    if name.lower() in _TAKEN:
        raise VbaProblem(f"{name!r} cannot be the name of {what}: VBA keeps that word. Choose another name.")
