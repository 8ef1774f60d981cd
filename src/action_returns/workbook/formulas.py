"""The live formulas: from the words of the template to what a spreadsheet program calculates.

They use only functions that Excel 2016, Excel for Mac and LibreOffice 7 have: no LET, no LAMBDA, no dynamic arrays.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from action_returns.batch import RULES
from action_returns.workbook.errors import TemplateProblem
from action_returns.workbook.template import Live

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
        TemplateProblem: when a rule is named that there is not, or Excel could not hold the formula.
    """
    text = re.sub(r"\n\s*", "", formula)
    text = _PLACEHOLDER.sub(lambda match: _placeholder(match, live), text)
    text = _DIGITLESS.sub(lambda match: _without(match[1], [f'"{sign}"' for sign in "0123456789" + match[2]]), text)
    text = _BARE.sub(lambda match: _without(match[1], map(_character, live.blanks)), text)
    if cells is not None:
        text = re.sub(r"(?<![A-Za-z])" + _COLUMN.pattern, lambda match: cells[match[1]], text)
    if text.count("(") != text.count(")"):
        raise TemplateProblem(f"a live formula does not close its parentheses: {text[:60]}...")
    if len(text) > _LONGEST:
        raise TemplateProblem(f"a live formula has {len(text)} characters, Excel takes {_LONGEST}: {text[:60]}...")
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
        raise TemplateProblem(f"a live formula names {match[0]}, which is no rule of the catalogue")
    return title.replace('"', '""')


def _without(text: str, characters: Iterable[str]) -> str:
    for character in characters:
        text = f'SUBSTITUTE({text},{character},"")'
    return text


def _character(code: int) -> str:
    return f"CHAR({code})" if code < ord("\x7f") else f"_xlfn.UNICHAR({code})"
