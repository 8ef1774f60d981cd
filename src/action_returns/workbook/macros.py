"""The macro parts of a workbook: the VBA project from text, and the ribbon."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from action_returns.workbook.errors import WorkbookProblem
from action_returns.workbook.template import Template
from action_returns.workbook.vba import Module, ModuleKind, Project, parse_module

WORKBOOK_MODULE: Final = "ThisWorkbook"
_OF_XLWINGS: Final = (("xlwings.bas", "xlwings"), ("addin/Dictionary.cls", "Dictionary"))
"""What xlwings needs in a workbook of its own: its module, and the class that replaces a Windows object on a Mac."""
_KINDS: Final = {".bas": ModuleKind.STANDARD, ".cls": ModuleKind.CLASS}


@dataclass(frozen=True, slots=True)
class Macros:
    """What makes an .xlsm of a workbook.

    Args:
        vba_project: the bytes of ``xl/vbaProject.bin``.
        ribbon: the bytes of ``customUI/customUI14.xml``.
    """

    vba_project: bytes
    ribbon: bytes


def make_macros(addin: Path, template: Template) -> Macros:
    """Make the macro parts from their texts.

    Args:
        addin: the folder ``addin/``.
        template: the workbook they belong to; every sheet has its module.

    Raises:
        WorkbookProblem: when a text is missing, or cannot be VBA.
    """
    modules = tuple(vba_modules(addin, (sheet.code_name for sheet in template.sheets)))
    return Macros(Project(modules).to_bytes(), (addin / "ribbon" / "customUI14.xml").read_bytes())


def vba_modules(addin: Path, sheets: Iterable[str]) -> Iterator[Module]:
    """Give every module of the project: the workbook's, the sheets', ours, and those of the installed xlwings.

    Args:
        addin: the folder ``addin/``.
        sheets: code names of the sheets, the hidden ones included.
    """
    ours = addin / "vba"
    workbook = (ours / f"{WORKBOOK_MODULE}.cls").read_text(encoding="ascii")
    yield parse_module(workbook, WORKBOOK_MODULE, ModuleKind.WORKBOOK)
    for name in sheets:
        yield Module(name, ModuleKind.SHEET, "Option Explicit\n")
    for path in sorted(ours.iterdir()):
        if path.suffix in _KINDS and path.stem != WORKBOOK_MODULE:
            yield parse_module(path.read_text(encoding="ascii"), path.stem, _KINDS[path.suffix])
    folder = _xlwings()
    for file, name in _OF_XLWINGS:
        path = folder / file
        yield parse_module(path.read_text(encoding="cp1252"), name, _KINDS[path.suffix])


def _xlwings() -> Path:
    # Found, not imported: the import asks for Excel and takes a tenth of a second.
    found = find_spec("xlwings")
    if found is None or found.origin is None:
        raise WorkbookProblem("xlwings is not installed beside this program. Install action-returns again.")
    return Path(found.origin).parent
