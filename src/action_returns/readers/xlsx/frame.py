"""Read what a worksheet says around its rows: hidden columns, merged areas (ECMA-376, 18.3.1).

Its ``zeroHeight`` (18.3.1.81) hides the rows that are not written, which hold nothing, so it is of no interest here.
"""

from dataclasses import dataclass, field
from typing import Final

from action_returns.batch.cells import area

LAST_COLUMN: Final = 16_384
"""Number of the column XFD (ECMA-376, 18.3.1.73: a worksheet has no more)."""
TRUE: Final = frozenset({"1", "true", "on"})
"""How XML says yes (22.9.2.7 of the strict schema and ``ST_OnOff`` of the transitional one)."""
_MOST_MERGES: Final = 1_048_576
"""One for each row of a worksheet; each takes memory."""


def says_yes(value: str | None) -> bool:
    """Return whether an attribute says yes; XML Schema takes the blanks around it away."""
    return value is not None and value.strip() in TRUE


def is_zero(size: str | bytes) -> bool:
    """Return whether a height or width is 0, so that nothing shows. What is no number counts as the usual size."""
    try:
        return float(size) == 0
    except ValueError:
        return False


@dataclass(slots=True)
class SheetFrame:
    """What stands around the rows of a worksheet; a handler for :mod:`action_returns.readers.xlsx.xml`.

    Args:
        hidden_columns: numbers of columns that are hidden or have no width.
        merges: merged areas: left, top, right, bottom.
        has_rows: whether it has an element ``sheetData``.
    """

    hidden_columns: set[int] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    has_rows: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element.

        Raises:
            ValueError: a column is no number, or there are more merged areas than in any worksheet.
        """
        match name:
            case "sheetData":
                self.has_rows = True
            case "col":
                self._column(attributes)
            case "mergeCell":
                merge = area(attributes.get("ref", "").strip())
                if merge is not None:
                    self.merges.append(merge)
                if len(self.merges) > _MOST_MERGES:
                    raise ValueError(f"more than {_MOST_MERGES:,} merged areas")

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take text between tags."""

    def _column(self, attributes: dict[str, str]) -> None:
        if says_yes(attributes.get("hidden")) or float(attributes.get("width", "1")) == 0:
            first, last = int(attributes.get("min", "1")), int(attributes.get("max", LAST_COLUMN))
            self.hidden_columns.update(range(max(first, 1), min(last, LAST_COLUMN) + 1))
