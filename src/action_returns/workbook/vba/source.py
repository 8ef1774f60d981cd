"""The modules of a project as text (MS-OVBA 2.3.4.3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from types import MappingProxyType
from typing import Final

from action_returns.workbook.vba.errors import VbaProblem


class ModuleKind(StrEnum):
    """What a module belongs to."""

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
        """Whether Excel owns the object that the code stands behind."""
        return self in {ModuleKind.WORKBOOK, ModuleKind.SHEET}


_BASES: Final[Mapping[ModuleKind, str]] = MappingProxyType(
    {
        ModuleKind.CLASS: "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
        ModuleKind.WORKBOOK: "0{00020819-0000-0000-C000-000000000046}",
        ModuleKind.SHEET: "0{00020820-0000-0000-C000-000000000046}",
    }
)
_REGENERATED: Final = frozenset(
    {"VB_Name", "VB_Base", "VB_GlobalNameSpace", "VB_Creatable"}
    | {"VB_PredeclaredId", "VB_Exposed", "VB_TemplateDerived", "VB_Customizable"}
)
"""The attributes of :meth:`Module.header`; the editor writes a selection of them into the files it exports."""
_LONGEST_LINE: Final = 1023
_MOST_CONTINUATIONS: Final = 24
_EXCERPT: Final = 40

_class_block = re.compile(r"VERSION 1\.0 CLASS[ \t]*\nBEGIN[ \t]*\n(?:[ \t]+\w+[ \t]*=.*\n)*END[ \t]*\n").match
_attribute = re.compile(r"Attribute (VB_\w+) = (.*?)\s*").fullmatch


@dataclass(frozen=True, slots=True)
class Module:
    r"""A module of a project.

    Args:
        name: what code calls it; for a workbook or sheet, exactly the code name in the workbook's own parts.
        kind: what it belongs to.
        body: the code without the attributes of :meth:`header`; its lines may end in ``\n``, ``\r\n`` or ``\r``.
        predeclared: for a class, whether its name is an instance as well (VB_PredeclaredId).
        exposed: for a class, whether other projects see it (VB_Exposed).

    Raises:
        VbaProblem: when the editor cannot hold a line of the body.
    """

    name: str
    kind: ModuleKind
    body: str
    predeclared: bool = False
    exposed: bool = False

    def __post_init__(self) -> None:
        continuations = 0
        for number, line in enumerate(_newlines(self.body).split("\n"), 1):
            if len(line) > _LONGEST_LINE:
                raise VbaProblem(
                    f"{self._place(number, line)} has {len(line)} characters; a line of VBA has at most "
                    f"{_LONGEST_LINE}. Break it into several lines."
                )
            continuations = continuations + 1 if _is_continued(line) else 0
            if continuations > _MOST_CONTINUATIONS:
                raise VbaProblem(
                    f"{self._place(number, line)} is continued once too often; a statement of VBA is continued at "
                    f"most {_MOST_CONTINUATIONS} times. Make several statements of it."
                )

    def _place(self, number: int, line: str) -> str:
        return f"Line {number} of the code of module {self.name}, which begins with {line[:_EXCERPT].strip()!r},"

    def header(self) -> tuple[str, ...]:
        """Give the attributes that every module of its kind begins with (2.3.4.3)."""
        name = f'Attribute VB_Name = "{self.name}"'
        if self.kind is ModuleKind.STANDARD:
            return (name,)
        document = self.kind.is_document
        return (
            name,
            f'Attribute VB_Base = "{_BASES[self.kind]}"',
            "Attribute VB_GlobalNameSpace = False",
            "Attribute VB_Creatable = False",
            f"Attribute VB_PredeclaredId = {document or self.predeclared}",
            f"Attribute VB_Exposed = {document or self.exposed}",
            "Attribute VB_TemplateDerived = False",
            f"Attribute VB_Customizable = {document}",
        )

    def stream_text(self) -> str:
        r"""Give the whole text of the module stream: header and body, every line ended with ``\r\n``."""
        text = "\n".join([*self.header(), _newlines(self.body)])
        return text.removesuffix("\n").replace("\n", "\r\n") + "\r\n"


def parse_module(text: str, name: str, kind: ModuleKind) -> Module:
    """Read a module that the editor exported as .bas or .cls, or bare code.

    Args:
        text: what the file says.
        name: what the module is to be called.
        kind: what it belongs to.

    Raises:
        VbaProblem: when the text says that it is another module, or one of another kind, or cannot be VBA.
    """
    lines = _without_block(_newlines(text.removeprefix("\ufeff")), name, kind).split("\n")
    header = [match for line in takewhile(_attribute, lines) if (match := _attribute(line))]
    facts = {match[1]: match[2] for match in header}
    named = facts.get("VB_Name", f'"{name}"')
    if named != f'"{name}"':
        raise VbaProblem(
            f"The text for module {name} says that it is {named} (its line Attribute VB_Name). "
            "Rename the file or correct the line: both must be the same."
        )
    kept = [match[0] for match in header if match[1] not in _REGENERATED]
    return Module(
        name,
        kind,
        "\n".join([*kept, *lines[len(header) :]]),
        predeclared=facts.get("VB_PredeclaredId") == "True",
        exposed=facts.get("VB_Exposed") == "True",
    )


def _without_block(text: str, name: str, kind: ModuleKind) -> str:
    """Take away the lines from VERSION to END that only an exported class has."""
    if not text.startswith("VERSION "):
        return text
    block = _class_block(text)
    if block is None:
        raise VbaProblem(
            f"The text for module {name} begins with VERSION, but not with the lines VERSION 1.0 CLASS, BEGIN … END of "
            "a class. User forms cannot be written; for a class, export it again from the editor."
        )
    if kind is ModuleKind.STANDARD:
        raise VbaProblem(
            f"The text for module {name} is a class by its first line, but a standard module is wanted. "
            "Give it as a class, or take away the lines from VERSION to END."
        )
    return text[block.end() :]


def _is_continued(line: str) -> bool:
    code = line.rstrip()
    return code == "_" or code.endswith((" _", "\t_"))


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
