"""Amounts with a comma or grouped thousands, and the one amount they can mean, if there is only one."""

import re
from collections.abc import Callable
from typing import Final

from action_returns.batch.amounts import Cents, cents_of_text

_separated = re.compile(r"[0-9][0-9.,'\u2019]*[0-9]").fullmatch
_decimal_comma = re.compile(r"([0-9]+),([0-9]{1,2})").fullmatch


def _grouped_by(mark: str, point: str) -> Callable[[str], re.Match[str] | None]:
    # Indian grouping has pairs before the last three: 1,23,456.
    whole = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{2,3}})*{mark}[0-9]{{3}}"
    return re.compile(rf"(?P<whole>{whole})(?:{point}(?P<cents>[0-9]{{1,2}}))?").fullmatch


_GROUPED: Final[tuple[tuple[Callable[[str], re.Match[str] | None], Callable[[str], bool]], ...]] = (
    # One comma or dot before three digits may also be a decimal point ("1,250"); two of them, or an apostrophe, not.
    (_grouped_by(",", r"\."), lambda whole: whole.count(",") > 1),
    (_grouped_by(r"\.", ","), lambda whole: whole.count(".") > 1),
    (_grouped_by("['\u2019]", "[.,]"), lambda _whole: True),
)


def has_separators(text: str) -> bool:
    """Tell whether a text is digits with commas, dots or apostrophes between them."""
    return _separated(text) is not None


def only_reading(text: str) -> Cents | None:
    """Give the one amount the text can mean; None where two readings are possible, as in ``1,250``."""
    comma = _decimal_comma(text)
    if comma is not None:
        return cents_of_text(f"{comma[1]}.{comma[2]}")
    for grouped, surely in _GROUPED:
        match = grouped(text)
        if match is not None and (match["cents"] or surely(match["whole"])):
            whole = re.sub("[^0-9]", "", match["whole"])
            return cents_of_text(f"{whole}.{match['cents'] or '0'}")
    return None
