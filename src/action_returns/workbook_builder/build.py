"""Build the workbook: its macros, its sheets, and the package, whose bytes are the same for the same input."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import quote_sheetname, xl_cell_to_rowcol, xl_range_abs

from action_returns.errors import ActionReturnsError
from action_returns.workbook_builder.charts import insert_charts
from action_returns.workbook_builder.contents import Contents, Entries
from action_returns.workbook_builder.formulas import column_references
from action_returns.workbook_builder.info import WorkbookInfo
from action_returns.workbook_builder.sheet_writer import TEXTS_STAY_TEXTS, SheetWriter
from action_returns.workbook_builder.template import Sheet, Table, Template
from action_returns.workbook_builder.vba.module import Module, ModuleKind, parse_module
from action_returns.workbook_builder.vba.project import Project

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
    """Return every module of the project: the workbook's, the sheets', ours, and those of the installed xlwings.

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
        raise ActionReturnsError("xlwings is not installed beside this program. Install action-returns again.")
    return Path(found.origin).parent


_MOST_CODES: Final = 1000
"""Number of reason codes that the drop-down can show."""
_WINDOW_SIZE: Final = (1360, 820)
"""Width and height of Excel's window in pixels."""


def build_workbook(
    template: Template, info: WorkbookInfo, *, entries: Entries | None = None, macros: Macros | None = None
) -> bytes:
    """Build a workbook.

    Args:
        template: the declared workbook.
        info: what differs between workbooks: profile, rules, interpreter.
        entries: the rows of the table Actions.
        macros: the VBA project and the ribbon, None for a workbook without macros.

    Returns:
        The bytes of the file, .xlsm with macros, .xlsx without.

    Raises:
        WorkbookError: the entries do not fit, or the template contradicts itself.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **TEXTS_STAY_TEXTS})
    book.set_properties({"title": template.title, "created": datetime.combine(template.created, time())})
    book.set_size(*_WINDOW_SIZE)
    contents = Contents(template, info, entries or Entries())
    formats = _FormatCache(book, template)
    # All sheets first, because a formula may name any of them.
    sheets = [(sheet, book.add_worksheet(sheet.name)) for sheet in template.sheets]
    for sheet, worksheet in sheets:
        writer = SheetWriter(
            sheet, worksheet, contents, formats.cell_format, lambda name, at: book.define_name(name, f"={at}")
        )
        writer.write(with_buttons=macros is not None)
        insert_charts(book, worksheet, sheet)
    _define_names(book, contents)
    book.set_vba_name(WORKBOOK_MODULE)
    if macros is not None:
        book.add_vba_project(io.BytesIO(macros.vba_project), is_stream=True)
    book.close()
    return _pack_parts(buffer.getvalue(), None if macros is None else macros.ribbon)


class _FormatCache:
    """The declared styles as XlsxWriter's formats, each added to the workbook once."""

    def __init__(self, book: Any, template: Template) -> None:
        self._book = book
        self._styles = template.styles
        self._formats: dict[tuple[str, str | None], Any] = {}

    def cell_format(self, style: str, number_format: str | None) -> Any:
        """Return the format of a style, with another number format unless that is None."""
        key = (style, number_format)
        if key not in self._formats:
            other = {} if number_format is None else {"num_format": number_format}
            self._formats[key] = self._book.add_format({**self._styles[style], **other})
        return self._formats[key]


def _define_names(book: Any, contents: Contents) -> None:
    template = contents.template
    cells = column_references(*_declared_table(template, "Actions"), template.live)
    for name, formula in template.live.names.items():
        book.define_name(name, f"={contents.formula(formula, cells)}")
    _define_choices(book, template)
    for at, (_, name, _) in enumerate(contents.info.meta_rows(template.version), 1):
        book.define_name(name, f"={quote_sheetname('_meta')}!$B${at}")


def _define_choices(book: Any, template: Template) -> None:
    sheet, table = _declared_table(template, "Reasons")
    top, left = xl_cell_to_rowcol(table.at)
    _define_list(book, "reason_codes", sheet.name, (top + 1, left, top + _MOST_CODES, left))
    for sheet in template.sheets:
        for name, cells in sheet.lists.items():
            first, _, last = cells.partition(":")
            _define_list(book, name, sheet.name, (*xl_cell_to_rowcol(first), *xl_cell_to_rowcol(last)))


def _define_list(book: Any, name: str, sheet: str, corners: tuple[int, int, int, int]) -> None:
    """Define a name for the filled cells of a column, without a gap from its top."""
    top, left, _, _ = corners
    first, whole = (f"{sheet}!{xl_range_abs(*area)}" for area in ((top, left, top, left), corners))
    # No blank cell among the choices: with one, Excel lets every text pass (Data validation, Ignore blank).
    book.define_name(name, f"=OFFSET({first},0,0,MAX(1,COUNTA({whole})),1)")


def _declared_table(template: Template, name: str) -> tuple[Sheet, Table]:
    return next((sheet, table) for sheet in template.sheets for table in sheet.tables if table.name == name)


_RIBBON_PART: Final = "customUI/customUI14.xml"
# [MS-CUSTOMUI2] 2.1: the part is found by a relationship of the package.
_RIBBON_RELATION: Final = (
    '<Relationship Id="rIdRibbon" Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility" '
    f'Target="{_RIBBON_PART}"/>'
)
_FIRST_PARTS: Final = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_PART_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every part: the earliest one of a zip file, so that the bytes do not depend on the clock."""


def _pack_parts(content: bytes, ribbon: bytes | None) -> bytes:
    """Return a workbook zipped again, with the ribbon, in a fixed order and without dates.

    Args:
        content: the workbook as XlsxWriter wrote it.
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
        for name in (*_FIRST_PARTS, *sorted(parts.keys() - set(_FIRST_PARTS))):
            entry = zipfile.ZipInfo(name, _PART_DATE)
            entry.create_system = 0  # else the bytes depend on the operating system
            archive.writestr(entry, parts[name], zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()
