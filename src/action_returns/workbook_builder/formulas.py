"""The formulas of the template written out: as Excel, LibreOffice and Gnumeric read them."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from action_returns.batch.cells import COLUMN_NAMES
from action_returns.batch.rules import RULES
from action_returns.errors import TemplateError
from action_returns.workbook_builder.template import Live, Sheet, Table

_TITLES: Final = {rule.code: rule.title for rule in RULES}
_PLACEHOLDER: Final = re.compile(r"\{(rule:)?([a-z-]+)\}")
_NAME_IN_TEXT: Final = re.compile(r"(\{[a-z_]+\})")
_BARE: Final = re.compile(r"BARE\(([^()]*)\)")
_PLAIN: Final = re.compile(r"PLAIN\(([^()]*)\)")
_DIGITLESS: Final = re.compile(r'DIGITLESS\(((?:[^()]|\([^()]*\))*), "([^"]*)"\)')
_COLUMN_REFERENCE: Final = re.compile(r"\[((?:ActionId|Amount|Reason)(?: head| limited| compared| few)?)\]")
_LONGEST_FORMULA: Final = 8192
"""Characters a formula may have in Excel."""


def expand_formula(formula: str, live: Live, cells: Mapping[str, str] | None = None) -> str:
    """Return a formula of the template as Excel reads it.

    Args:
        formula: the declared formula, with ``{rule:code}``, ``{limit}``, ``{compared}``, ``BARE(…)``, ``PLAIN(…)``, ``DIGITLESS(…)`` and the
            declared functions.
        live: the declared functions, blanks and limits.
        cells: what stands in square brackets -> reference, for formulas that are defined names.

    Raises:
        TemplateError: it names a rule that does not exist, or Excel cannot hold it.
    """
    text = _expand_functions(re.sub(r"\n\s*", "", formula), live.functions)
    text = _PLACEHOLDER.sub(lambda match: _placeholder_text(match, live), text)
    text = _DIGITLESS.sub(
        lambda match: _substitute_away(match[1], [f'"{sign}"' for sign in "0123456789" + match[2]]), text
    )
    text = _BARE.sub(lambda match: _substitute_away(match[1], map(_character_formula, live.blanks)), text)
    text = _PLAIN.sub(lambda match: _made_plain(match[1], live.lookalikes), text)
    if cells is not None:
        text = _COLUMN_REFERENCE.sub(lambda match: cells[match[1]], text)
    if text.count("(") != text.count(")"):
        raise TemplateError(f"a live formula does not close its parentheses: {text[:60]}...")
    if len(text) > _LONGEST_FORMULA:
        raise TemplateError(
            f"a live formula has {len(text)} characters, Excel takes {_LONGEST_FORMULA}: {text[:60]}..."
        )
    return text


def column_references(sheet: Sheet, table: Table, live: Live) -> dict[str, str]:
    """Return what ``[ActionId]``, ``[ActionId limited]`` and so on stand for in the formula of a defined name.

    They are plain ranges, because Gnumeric shows the text of a name that refers to a table (1.12.55). Each begins with the
    header, so that rows that are put in above the first one belong to it.
    """
    top, left = xl_cell_to_rowcol(table.at)
    headers = [column.header for column in table.columns]
    found: dict[str, str] = {}
    for name in COLUMN_NAMES:
        column = left + headers.index(name)
        head = f"{sheet.name}!{xl_rowcol_to_cell(top, column, row_abs=True, col_abs=True)}"
        # Defined in A1, "Actions!$A1" in a name is column A of the row that uses the name (ECMA-376 Part 1, 18.2.5 definedName).
        found[name] = f"{sheet.name}!{xl_rowcol_to_cell(0, column, col_abs=True)}"
        found[f"{name} head"] = head
        # The end is relative: a fixed one would move up with every row that is deleted.
        for kind, rows in (("limited", live.duplicates_to), ("compared", live.contradictions_to), ("few", live.few)):
            found[f"{name} {kind}"] = f"{head}:{xl_rowcol_to_cell(top + rows, column, col_abs=True)}"
    return found


def live_text_formula(text: str) -> str:
    """Return the formula of a text in which ``{name}`` stands for the value of a defined name.

    Args:
        text: such as ``"{live_rows} rows"``; the formula of a lone ``"{live_rows}"`` keeps a number a number.
    """
    pieces = [piece for piece in _NAME_IN_TEXT.split(text) if piece]
    quoted = (
        piece[1:-1] if _NAME_IN_TEXT.fullmatch(piece) else '"' + piece.replace('"', '""') + '"' for piece in pieces
    )
    return "&".join(quoted)


def rule_codes(formula: str) -> set[str]:
    """Return the codes of the rules that a formula of the template names."""
    return {match[2] for match in _PLACEHOLDER.finditer(formula) if match[1] is not None}


def _expand_functions(text: str, functions: Mapping[str, str]) -> str:
    """Return a formula with the bodies of the declared functions, which may use each other."""
    call = _call(functions) if functions else None
    while call is not None and (match := call.search(text)) is not None:
        end = _closing_parenthesis(text, match.end())
        body = functions[match[1]].replace("{x}", text[match.end() : end])
        text = text[: match.start()] + re.sub(r"\n\s*", "", body) + text[end + 1 :]
    return text


def _call(functions: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(functions)})\(")


def _closing_parenthesis(text: str, start: int) -> int:
    depth = 1
    for at, sign in enumerate(text[start:], start):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return at
    raise TemplateError(f"a live formula does not close its parentheses: {text[:60]}...")


def _placeholder_text(match: re.Match[str], live: Live) -> str:
    if match[1] is None and match[2] in {"limit", "compared"}:
        return str(live.duplicates_to if match[2] == "limit" else live.contradictions_to)
    title = _TITLES.get(match[2])
    if title is None:
        raise TemplateError(f"a live formula names {match[0]}, which is no rule of the catalogue")
    return title.replace('"', '""')


def _substitute_away(text: str, characters: Iterable[str]) -> str:
    for character in characters:
        text = f'SUBSTITUTE({text},{character},"")'
    return text


def _made_plain(text: str, lookalikes: Mapping[str, Iterable[int]]) -> str:
    for plain, codes in lookalikes.items():
        for code in codes:
            text = f'SUBSTITUTE({text},{_character_formula(code)},"{plain}")'
    return text


def _character_formula(code: int) -> str:
    return f"CHAR({code})" if code < ord("\x7f") else f"_xlfn.UNICHAR({code})"
