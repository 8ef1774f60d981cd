"""Recognising a column by its header, however it is spelled."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from action_returns.batch.columns import COLUMN_NAMES, ColumnName
from action_returns.sources.errors import SourceProblem

_SEPARATORS: Final = re.compile(r"[\s_\-\u00ad\u200b-\u200d\u2060\ufeff]+")

BATCH_ALIASES: Final[Mapping[ColumnName, frozenset[str]]] = {
    # Spellings seen in impact.com's own help pages, reports and API answers.
    "ActionId": frozenset({"actionid"}),
    "Amount": frozenset({"amount", "saleamount", "revenue"}),
    "Reason": frozenset({"reason", "reasoncode"}),
}


def fold(header: object) -> str:
    """Give the spelling-free form of a header: no blanks, underscores or hyphens, one case."""
    return _SEPARATORS.sub("", header).casefold() if isinstance(header, str) else ""


def find_columns(headers: Sequence[object]) -> dict[ColumnName, int] | None:
    """Find ActionId, Amount and Reason in one row of cells.

    Args:
        headers: the cells of the row, left to right.

    Returns:
        The index of each of the three, or None when the row is not their header row.

    Raises:
        SourceProblem: ``columns-repeated`` when all three are there but one stands there twice.
    """
    folded = [fold(header) for header in headers]
    places = {name: [i for i, text in enumerate(folded) if text in BATCH_ALIASES[name]] for name in COLUMN_NAMES}
    if not all(places.values()):
        return None
    return {name: _the_one(name, places[name], folded, headers) for name in COLUMN_NAMES}


def _the_one(name: ColumnName, places: list[int], folded: list[str], headers: Sequence[object]) -> int:
    exact = [i for i in places if folded[i] == name.casefold()]
    candidates = exact or places
    if len(candidates) > 1:
        seen = ", ".join(f'"{headers[i]}"' for i in candidates)
        raise SourceProblem(
            "columns-repeated",
            f"The column {name} stands there {len(candidates)} times ({seen}), so nobody can tell which one counts. "
            "Keep one of them and rename or delete the others.",
        )
    return candidates[0]


def columns_missing(rows: Sequence[Sequence[object]], name: str) -> SourceProblem:
    """Say which of the three columns were not found.

    Args:
        rows: the rows that were looked at.
        name: the file or sheet, for the message.
    """
    found = max(([column for column in COLUMN_NAMES if _has(row, column)] for row in rows), key=len, default=[])
    missing = [column for column in COLUMN_NAMES if column not in found]
    has = f"It has {' and '.join(found)}, but not {' and '.join(missing)}. " if found else ""
    return SourceProblem(
        "columns-missing",
        f"{name} has no row with the headers ActionId, Amount and Reason. {has}"
        "Write the three headers in one row above the data; other columns may stand beside them.",
    )


def _has(row: Sequence[object], column: ColumnName) -> bool:
    return any(fold(cell) in BATCH_ALIASES[column] for cell in row)
