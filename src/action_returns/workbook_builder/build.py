"""The finished package: the ribbon part added, and zipped so that the same parts give the same bytes."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import quote_sheetname, xl_cell_to_rowcol, xl_rowcol_to_cell

from action_returns.batch.cells import COLUMN_NAMES
from action_returns.errors import WorkbookError
from action_returns.workbook_builder.contents import Contents, Entries, WorkbookInfo
from action_returns.workbook_builder.sheet_writer import SheetWriter
from action_returns.workbook_builder.template import Template
from action_returns.workbook_builder.vba.module import Module, ModuleKind, parse_module
from action_returns.workbook_builder.vba.project import Project

_RIBBON_PART: Final = "customUI/customUI14.xml"
# [MS-CUSTOMUI2] 2.1: the part is found by a relationship of the package.
_RIBBON_RELATION: Final = (
    '<Relationship Id="rIdRibbon" Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility" '
    f'Target="{_RIBBON_PART}"/>'
)
_FIRST: Final = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_NEVER: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every part: the earliest a zip file knows, so that no clock gets into the bytes."""


def pack_parts(content: bytes, ribbon: bytes | None) -> bytes:
    """Zip a workbook anew.

    Args:
        content: the workbook as XlsxWriter made it.
        ribbon: customUI14.xml, None for a workbook without macros.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if ribbon is not None:
        relations = parts["_rels/.rels"].decode("utf-8")
        parts["_rels/.rels"] = relations.replace("</Relationships>", f"{_RIBBON_RELATION}</Relationships>").encode()
        parts[_RIBBON_PART] = ribbon
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in (*_FIRST, *sorted(parts.keys() - set(_FIRST))):
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.create_system = 0  # not the machine it happens to be made on
            archive.writestr(entry, parts[name], zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


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
        WorkbookError: when a text is missing, or cannot be VBA.
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
        raise WorkbookError("xlwings is not installed beside this program. Install action-returns again.")
    return Path(found.origin).parent


_WINDOW = (1360, 820)
"""Width and height of the window in pixels."""


def build_workbook(
    template: Template, stamp: WorkbookInfo, *, entries: Entries | None = None, macros: Macros | None = None
) -> bytes:
    """Make a workbook.

    Args:
        template: what it looks like.
        stamp: for whom it is made.
        entries: rows that stand in the table Actions already.
        macros: the VBA project and the ribbon; without them it is an .xlsx.

    Returns:
        The bytes of the file, .xlsm with macros, .xlsx without.

    Raises:
        WorkbookError: when the entries do not fit, or the template contradicts itself.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": template.title, "created": datetime.combine(template.created, time())})
    book.set_size(*_WINDOW)
    contents = Contents(template, stamp, entries or Entries())
    looks = _FormatCache(book, template)
    # All sheets first: a formula may name any of them.
    sheets = [(sheet, book.add_worksheet(sheet.name)) for sheet in template.sheets]
    for sheet, worksheet in sheets:
        page = SheetWriter(sheet, worksheet, contents, looks.look, lambda name, at: book.define_name(name, f"={at}"))
        page.write(with_buttons=macros is not None)
    _define_names(book, contents)
    book.set_vba_name(WORKBOOK_MODULE)
    if macros is not None:
        book.add_vba_project(io.BytesIO(macros.vba_project), is_stream=True)
    book.close()
    return pack_parts(buffer.getvalue(), None if macros is None else macros.ribbon)


class _FormatCache:
    """The declared styles as formats of one workbook, each made once."""

    def __init__(self, book: Any, template: Template) -> None:
        self._book = book
        self._styles = template.styles
        self._made: dict[tuple[str, str | None], Any] = {}

    def look(self, style: str, number_format: str | None) -> Any:
        key = (style, number_format)
        if key not in self._made:
            other = {} if number_format is None else {"num_format": number_format}
            self._made[key] = self._book.add_format({**self._styles[style], **other})
        return self._made[key]


def _define_names(book: Any, contents: Contents) -> None:
    template = contents.template
    sheet, table = next(
        (sheet, table) for sheet in template.sheets for table in sheet.tables if table.name == "Actions"
    )
    _, left = xl_cell_to_rowcol(table.at)
    # Seen from A1, "Actions!$A1" in a name is column A of whichever row asks (ECMA-376 Part 1, 18.2.5 definedName).
    cells: dict[str, str] = {
        name: f"{sheet.name}!{xl_rowcol_to_cell(0, left + at, col_abs=True)}" for at, name in enumerate(COLUMN_NAMES)
    }
    for name, formula in template.live.names.items():
        book.define_name(name, f"={contents.formula(formula, cells)}")
    book.define_name("reason_codes", "=Reasons[Code]")
    book.define_name("reason_effects", "=Reasons[What it does]")
    for at, (_, name, _) in enumerate(contents.stamp.meta(template.version), 1):
        book.define_name(name, f"={quote_sheetname('_meta')}!$B${at}")
