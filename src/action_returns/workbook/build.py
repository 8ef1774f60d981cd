"""From the declared template to the bytes of a workbook. The same input gives the same bytes."""

import io
from datetime import datetime, time
from typing import Any

import xlsxwriter
from xlsxwriter.utility import quote_sheetname, xl_cell_to_rowcol, xl_rowcol_to_cell

from action_returns.batch.columns import COLUMN_NAMES
from action_returns.workbook.contents import Contents
from action_returns.workbook.entries import Entries
from action_returns.workbook.macros import WORKBOOK_MODULE, Macros
from action_returns.workbook.package import packed
from action_returns.workbook.page import Page
from action_returns.workbook.stamp import Stamp
from action_returns.workbook.template import Template

_WINDOW = (1360, 820)
"""Width and height of the window in pixels."""


def build_workbook(
    template: Template, stamp: Stamp, *, entries: Entries | None = None, macros: Macros | None = None
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
        WorkbookProblem: when the entries do not fit, or the template contradicts itself.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": template.title, "created": datetime.combine(template.created, time())})
    book.set_size(*_WINDOW)
    contents = Contents(template, stamp, entries or Entries())
    looks = _Looks(book, template)
    # All sheets first: a formula may name any of them.
    sheets = [(sheet, book.add_worksheet(sheet.name)) for sheet in template.sheets]
    for sheet, worksheet in sheets:
        page = Page(sheet, worksheet, contents, looks.look, lambda name, at: book.define_name(name, f"={at}"))
        page.write(with_buttons=macros is not None)
    _define_names(book, contents)
    book.set_vba_name(WORKBOOK_MODULE)
    if macros is not None:
        book.add_vba_project(io.BytesIO(macros.vba_project), is_stream=True)
    book.close()
    return packed(buffer.getvalue(), None if macros is None else macros.ribbon)


class _Looks:
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
