"""The actions that a fetch has read, each once, and the CSV file of them."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from action_returns.brand_api.actions import COLUMNS, ActionRow
from action_returns.operations.fetch_part import FetchPart
from action_returns.operations.formula_texts import is_formula_text, may_hold_formulas
from action_returns.operations.texts import counted, one_or_many

_PENDING: Final = "PENDING"
_AT: Final = {key: at for at, (_, key) in enumerate(COLUMNS)}
_ID, _STATE, _CAMPAIGN = (_AT[key] for key in ("Id", "State", "CampaignId"))
_OF_OTHERS: Final = (_AT["Oid"], _AT["MediaPartnerName"])
"""Columns whose texts shops and partners write."""


class MergedRows:
    """The actions of all stretches, each once: of an action that was read twice, the last one read counts.

    Args:
        part: what was read.

    Attributes:
        count: how many there are.
        campaigns: campaign -> number of its actions, for those that were written.
    """

    def __init__(self, part: FetchPart) -> None:
        self._part = part
        self._last: dict[str, int] = {}
        for number, rows in enumerate(part.stretches()):
            self._last.update(dict.fromkeys((row[_ID] for row in rows), number))
        self.count = len(self._last)
        self.campaigns: dict[str, int] = {}
        self._differing: list[str] = []
        self._not_pending = self._formulas = 0

    def __iter__(self) -> Iterator[ActionRow]:
        earlier: dict[str, ActionRow] = {}
        for number, rows in enumerate(self._part.stretches()):
            for row in rows:
                if self._last[row[_ID]] != number:
                    earlier[row[_ID]] = row
                    continue
                if earlier.get(row[_ID], row) != row:
                    self._differing.append(row[_ID])
                self._look_at(row)
                yield row

    def _look_at(self, row: ActionRow) -> None:
        self.campaigns[row[_CAMPAIGN]] = self.campaigns.get(row[_CAMPAIGN], 0) + 1
        self._not_pending += row[_STATE] != _PENDING
        texts = (row[at] for at in _OF_OTHERS)
        self._formulas += sum(1 for text in texts if may_hold_formulas(text) and is_formula_text(text))

    def notes(self) -> Iterator[str]:
        """Return what the user should know of the rows, after they were written."""
        if self._differing:
            many = len(self._differing)
            first = ", ".join(self._differing[:3])
            yield (
                f"{counted(many, 'action')} ({first}{', …' if many > 3 else ''}) changed while the list was read: "  # noqa: PLR2004
                "what was read last counts."
            )
        if self._not_pending:
            yield (
                f"{counted(self._not_pending, 'action')} {one_or_many(self._not_pending, 'is', 'are')} not pending any "
                "more: the state stands in the list."
            )
        if self._formulas:
            yield (
                f"{counted(self._formulas, 'text')} of orders and partners {one_or_many(self._formulas, 'begins', 'begin')} with =, +, -, @, a tab or a line break, which a "
                "spreadsheet program that opens the file may take for a formula. Nothing in them was changed. Do not open the "
                "file in a spreadsheet program; import it there as text."
            )


def write_csv(rows: MergedRows, draft: Path) -> None:
    """Write the actions into an empty file, in the shape of a pending download."""
    with draft.open("r+", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header for header, _ in COLUMNS)
        writer.writerows(rows)
