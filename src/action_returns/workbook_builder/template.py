"""The declared workbook: ``workbook_templates/mobile_actions.toml`` as typed values."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from action_returns.errors import TemplateError

Cell: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}[1-9][0-9]*$")]
Area: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z]+[1-9][0-9]*:[A-Z]+[1-9][0-9]*$")]
RowSource: TypeAlias = Literal["reasons", "columns", "rules", "conf", "meta"]
"""The source of the rows of a printed table or of a hidden sheet."""

# Excel's own limits: a title of 32 and a text of 255 characters (ECMA-376 Part 1, 18.3.1.32 dataValidation).
_Title: TypeAlias = Annotated[str, StringConstraints(max_length=32)]
_Message: TypeAlias = Annotated[str, StringConstraints(max_length=255)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Line(_Declared):
    """One cell outside the tables: a text, a live formula, a link, or a cell that Python fills later.

    Args:
        at: its address.
        style: name of its style.
        text: its text.
        formula: its formula.
        value: the live value that its formula has now; without one it shows nothing as long as the table is new.
        live: a text in which ``{name}`` stands for the value of a defined name.
        link: the cell inside the workbook that a click jumps to.
        fill_to: letter of the last column of its row that has the same style.
    """

    at: Cell
    style: str
    text: str | None = None
    formula: str | None = None
    value: str | None = None
    live: str | None = None
    link: str | None = None
    fill_to: str | None = None


class Column(_Declared):
    """One column of a table.

    Args:
        header: its header.
        width: in characters.
        head: style of the header.
        style: style of its cells.
        formula: live formula of every cell.
        title: title of the input message.
        message: the input message, shown when a cell is selected.
        choices: defined name of the values in its drop-down.
        refusal: the message when the user types another value.
    """

    header: str
    width: int
    head: str
    style: str
    formula: str | None = None
    title: _Title | None = None
    message: _Message | None = None
    choices: str | None = None
    refusal: _Message | None = None


class Table(_Declared):
    """A table with either blank rows or printed ones.

    Args:
        name: its name.
        at: address of its first header.
        columns: its columns, left to right.
        blank_rows: the least number of rows it has.
        rows: the source of its printed rows.
        filter: whether its headers have filter buttons.
    """

    name: str
    at: Cell
    columns: tuple[Column, ...] = Field(min_length=1, strict=False)
    blank_rows: int = 0
    rows: RowSource | None = None
    filter: bool = True


class ConditionalFormat(_Declared):
    """A style that cells have while a formula is true."""

    range: str
    formula: str
    style: str


class Button(_Declared):
    """A button on a sheet.

    Args:
        at: the cell it covers.
        caption: its text.
        macro: the ``Module.Procedure`` it starts.
        description: its alternative text.
    """

    at: Cell
    caption: str
    macro: str
    description: str


class Chart(_Declared):
    """A chart of horizontal bars.

    Args:
        at: the cell under its top left corner.
        title: its title.
        categories: the cells with the names of its bars, on the same sheet.
        values: the cells with their lengths.
        number_format: of the figures beside the bars.
        alt_text: what it shows, for those who do not see it.
    """

    at: Cell
    title: str
    categories: Area
    values: Area
    number_format: str
    alt_text: str


class EntryCell(_Declared):
    """One cell outside the tables that the user fills in.

    Args:
        at: its address.
        title: title of the input message.
        message: the input message, shown when the cell is selected.
        values: the values of its drop-down; without them any value can be typed.
    """

    at: Cell
    title: _Title
    message: _Message
    values: tuple[str, ...] = Field((), strict=False)


class Sheet(_Declared):
    """One sheet.

    Args:
        name: its name.
        code_name: its name in VBA.
        protected: whether only its entry cells can be changed.
        very_hidden: whether Excel does not even list it among the hidden sheets.
        tab_color: colour of its tab.
        widths: widths of its columns in characters, where no table has its own.
        heights: row number -> height in points.
        freeze: the first cell that scrolls.
        select: the cell that is selected when the workbook opens.
        landscape: whether it prints in landscape format.
        repeat_rows: number of top rows that are printed on every page.
        print_area: what is printed, the whole sheet when None.
        lines: its cells outside of tables.
        tables: its tables.
        marks: its conditional formats.
        buttons: its buttons.
        rows: the source of its rows, for a hidden sheet without tables.
        names: defined name -> cell or range that Python fills later.
        lists: defined name -> column of values for a drop-down; the name stands for its filled cells.
        entry_cells: its cells outside of tables that the user fills in.
        charts: its charts.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=31)]
    code_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,30}$")]
    protected: bool = False
    very_hidden: bool = False
    tab_color: str | None = None
    widths: tuple[int, ...] = Field((), strict=False)
    heights: dict[str, int] = {}
    freeze: Cell | None = None
    select: Cell = "A1"
    landscape: bool = False
    repeat_rows: int = 0
    print_area: Area | None = None
    lines: tuple[Line, ...] = Field((), strict=False)
    tables: tuple[Table, ...] = Field((), strict=False)
    marks: tuple[ConditionalFormat, ...] = Field((), strict=False)
    buttons: tuple[Button, ...] = Field((), strict=False)
    rows: RowSource | None = None
    names: dict[str, str] = {}
    lists: dict[str, str] = {}
    entry_cells: tuple[EntryCell, ...] = Field((), strict=False)
    charts: tuple[Chart, ...] = Field((), strict=False)


class Live(_Declared):
    """The live checks.

    Args:
        duplicates_to: number of rows up to which they look for repeated rows.
        contradictions_to: number of rows up to which they compare repeated rows with each other.
        few: number of rows up to which the stamp of the sheet is calculated at once.
        known_in_part: rule -> which part of it they know.
        blanks: code points that count as white space.
        lookalikes: plain sign -> code points of signs that people type in its place.
        functions: name -> formula in which ``{x}`` stands for its argument.
        names: defined name -> formula.
    """

    duplicates_to: int
    contradictions_to: int
    few: int
    known_in_part: dict[str, str] = {}
    blanks: tuple[int, ...] = Field(strict=False)
    lookalikes: dict[str, Annotated[tuple[int, ...], Field(strict=False)]] = {}
    functions: dict[Annotated[str, StringConstraints(pattern=r"^[A-Z]+$")], str] = {}
    names: dict[str, str]


class DictionaryEntry(_Declared):
    """The texts about one column on the sheet Dictionary."""

    column: str
    needed: str
    holds: str
    right: str
    wrong: str
    why: str
    note: str


class Template(_Declared):
    """The whole declared workbook."""

    version: int
    title: str
    created: date
    styles: dict[str, dict[str, str | int | bool]]
    live: Live
    sheets: tuple[Sheet, ...] = Field(strict=False)
    dictionary: tuple[DictionaryEntry, ...] = Field(strict=False)
    effects: dict[Literal["reverse", "modify", "either"], str]

    @model_validator(mode="after")
    def _styles_are_declared(self) -> Self:
        used = {line.style for sheet in self.sheets for line in sheet.lines}
        used |= {mark.style for sheet in self.sheets for mark in sheet.marks}
        used |= {
            style
            for sheet in self.sheets
            for table in sheet.tables
            for column in table.columns
            for style in (column.style, column.head)
        }
        missing = used - self.styles.keys()
        if missing:
            raise ValueError(f"styles that are used but not declared: {', '.join(sorted(missing))}")
        return self


def load_template(path: Path) -> Template:
    """Read the declared workbook.

    Args:
        path: the TOML file.

    Raises:
        TemplateError: it is not valid TOML, or declares something unknown or impossible.
    """
    try:
        return Template.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{path.name} is not valid TOML: {error}. Install action-returns again.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise TemplateError(f"{path.name}, {where}: {first['msg']}. Install action-returns again.") from None
