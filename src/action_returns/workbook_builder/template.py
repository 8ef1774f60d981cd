"""The declared workbook: ``workbook_templates/mobile_actions.toml`` as typed values, or a clear refusal."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from action_returns.batch.rules import RULES
from action_returns.errors import TemplateError

Cell: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}[1-9][0-9]*$")]
RowSource: TypeAlias = Literal["reasons", "columns", "rules", "conf", "meta"]
"""Where the rows of a printed table or of a hidden sheet come from."""

# Excel's own limits: a title of 32 and a text of 255 characters (ECMA-376 Part 1, 18.3.1.32 dataValidation).
_Title: TypeAlias = Annotated[str, StringConstraints(max_length=32)]
_Message: TypeAlias = Annotated[str, StringConstraints(max_length=255)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Line(_Declared):
    """One cell outside the tables: a text, a live formula, a link, or a place that Python fills in.

    Args:
        at: its address.
        style: name of its style.
        text: what stands there.
        formula: what is calculated there; nothing to see in it as long as the table is new.
        live: a text in which ``{name}`` stands for what a defined name amounts to.
        link: the cell inside the workbook that a click jumps to.
        fill_to: column letter up to which its row wears the same style.
    """

    at: Cell
    style: str
    text: str | None = None
    formula: str | None = None
    live: str | None = None
    link: str | None = None
    fill_to: str | None = None


class Column(_Declared):
    """One column of a table.

    Args:
        header: what stands above it.
        width: in characters.
        head: style of the header.
        style: style of its cells.
        formula: live formula of every cell.
        title: title of the input message.
        message: the input message, shown when a cell is selected.
        choices: defined name of the values that may be picked.
        refusal: what is said when something else is typed.
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
    """A table: where it starts, its columns, and either blank rows or printed ones.

    Args:
        name: its name.
        at: where its headers start.
        columns: left to right.
        blank_rows: rows it has at least.
        rows: what is printed in it.
        row_height: of its rows, in points, where texts need several lines.
    """

    name: str
    at: Cell
    columns: tuple[Column, ...] = Field(min_length=1, strict=False)
    blank_rows: int = 0
    rows: RowSource | None = None
    row_height: int | None = None


class ConditionalFormat(_Declared):
    """A look that cells take on by a formula."""

    range: str
    formula: str
    style: str


class Button(_Declared):
    """A button on a sheet.

    Args:
        at: the cell it covers.
        caption: what it says.
        macro: ``Module.Procedure`` that it starts.
        description: its alternative text.
    """

    at: Cell
    caption: str
    macro: str
    description: str


class Sheet(_Declared):
    """One sheet; widths are given where no table has its own, names stand for places that Python fills in."""

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
    lines: tuple[Line, ...] = Field((), strict=False)
    tables: tuple[Table, ...] = Field((), strict=False)
    marks: tuple[ConditionalFormat, ...] = Field((), strict=False)
    buttons: tuple[Button, ...] = Field((), strict=False)
    rows: RowSource | None = None
    names: dict[str, str] = {}


class Live(_Declared):
    """The live checks: which blanks they know, up to how many rows they look for repeats, and their formulas."""

    duplicates_to: int
    blanks: tuple[int, ...] = Field(strict=False)
    names: dict[str, str]


class DictionaryEntry(_Declared):
    """What the Dictionary says of one column."""

    column: str
    needed: str
    holds: str
    right: str
    wrong: str
    why: str
    note: str


class Template(_Declared):
    """The whole workbook as declared."""

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
        TemplateError: when it declares something unknown or impossible.
    """
    try:
        return Template.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{path.name} is not valid TOML: {error}. Install action-returns again.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise TemplateError(f"{path.name}, {where}: {first['msg']}. Install action-returns again.") from None


_TITLES: Final = {rule.code: rule.title for rule in RULES}
_PLACEHOLDER: Final = re.compile(r"\{(rule:)?([a-z-]+)\}")
_NAME: Final = re.compile(r"(\{[a-z_]+\})")
_BARE: Final = re.compile(r"BARE\(([^()]*)\)")
_DIGITLESS: Final = re.compile(r'DIGITLESS\(((?:[^()]|\([^()]*\))*), "([^"]*)"\)')
_COLUMN: Final = re.compile(r"\[(ActionId|Amount|Reason)\](?!\])")
_LONGEST: Final = 8192
"""Characters a formula may have in Excel."""


def expand(formula: str, live: Live, cells: Mapping[str, str] | None = None) -> str:
    """Write out a formula of the template.

    Args:
        formula: as it is declared.
        live: the declared blanks and limits.
        cells: column name -> reference that stands for its cell in the row that asks, for formulas that are names.

    Raises:
        TemplateError: when a rule is named that there is not, or Excel could not hold the formula.
    """
    text = re.sub(r"\n\s*", "", formula)
    text = _PLACEHOLDER.sub(lambda match: _placeholder(match, live), text)
    text = _DIGITLESS.sub(lambda match: _without(match[1], [f'"{sign}"' for sign in "0123456789" + match[2]]), text)
    text = _BARE.sub(lambda match: _without(match[1], map(_character, live.blanks)), text)
    if cells is not None:
        text = re.sub(r"(?<![A-Za-z])" + _COLUMN.pattern, lambda match: cells[match[1]], text)
    if text.count("(") != text.count(")"):
        raise TemplateError(f"a live formula does not close its parentheses: {text[:60]}...")
    if len(text) > _LONGEST:
        raise TemplateError(f"a live formula has {len(text)} characters, Excel takes {_LONGEST}: {text[:60]}...")
    return text


def live_text(text: str) -> str:
    """Write a text in which ``{name}`` stands for a defined name as a formula.

    Args:
        text: such as ``"{live_rows} rows"``; a lone ``"{live_rows}"`` gives the value itself, a number as a number.
    """
    pieces = [piece for piece in _NAME.split(text) if piece]
    quoted = (piece[1:-1] if _NAME.fullmatch(piece) else '"' + piece.replace('"', '""') + '"' for piece in pieces)
    return "&".join(quoted)


def codes_in(formula: str) -> set[str]:
    """Give the codes of the rules that a formula of the template names."""
    return {match[2] for match in _PLACEHOLDER.finditer(formula) if match[1] is not None}


def _placeholder(match: re.Match[str], live: Live) -> str:
    if match[1] is None and match[2] == "limit":
        return str(live.duplicates_to)
    title = _TITLES.get(match[2])
    if title is None:
        raise TemplateError(f"a live formula names {match[0]}, which is no rule of the catalogue")
    return title.replace('"', '""')


def _without(text: str, characters: Iterable[str]) -> str:
    for character in characters:
        text = f'SUBSTITUTE({text},{character},"")'
    return text


def _character(code: int) -> str:
    return f"CHAR({code})" if code < ord("\x7f") else f"_xlfn.UNICHAR({code})"
