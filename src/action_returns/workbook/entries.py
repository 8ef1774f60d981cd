"""Rows that go into the table Actions, and what the live Check says of them before a program has calculated it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Self

from action_returns.batch import RULES, Columns, Policy, ReasonKind, Severity, check
from action_returns.batch.amounts import amount_text, exact_cents
from action_returns.batch.columns import Cell
from action_returns.batch.report import Finding
from action_returns.workbook.errors import WorkbookProblem

SENT_COLUMNS: Final = 3
"""ActionId, Amount and Reason: the only columns that are sent."""


LONGEST_TEXT: Final = 32_767
"""Characters a cell holds (Excel specifications and limits)."""

half_character: Final = re.compile(r"[\ud800-\udfff]").search
"""Finds half a character: what is left of a broken file, and no XML can hold."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows for the table Actions.

    Args:
        rows: the raw cells of each row: ActionId, Amount, Reason, then the user's own columns.
        own_headers: headers of the user's own columns.
        reasons: reason codes that stand on the sheet Reasons although the profile does not have them.
        conf: settings of the user's own for the sheet ``xlwings.conf``.

    Raises:
        ValueError: when a row has another number of cells than there are columns.
        WorkbookProblem: when a text is none that a workbook can hold.
    """

    rows: Sequence[Sequence[Cell]] = ()
    own_headers: tuple[str, ...] = ()
    reasons: Mapping[str, ReasonKind] = field(default_factory=dict)
    conf: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted = SENT_COLUMNS + len(self.own_headers)
        wrong = next((at for at, row in enumerate(self.rows, 1) if len(row) != wanted), None)
        if wrong is not None:
            raise ValueError(f"row {wrong} has {len(self.rows[wrong - 1])} cells, there are {wanted} columns")
        for at, row in enumerate(self.rows, 1):
            for cell in row:
                if isinstance(cell, str) and (len(cell) > LONGEST_TEXT or half_character(cell)):
                    raise WorkbookProblem(
                        f"Row {at} holds a text that no workbook can hold: longer than {LONGEST_TEXT:,} characters, or "
                        "with half a character in it. Correct it where it comes from; nothing was written."
                    )

    def columns(self) -> Columns:
        """Give the three columns that are sent."""
        action_id, amount, reason = ([row[at] for row in self.rows] for at in range(SENT_COLUMNS))
        return Columns(action_id, amount, reason, rows=range(1, len(self.rows) + 1))

    @classmethod
    def from_columns(cls, columns: Columns) -> Self:
        """Take over a batch that was read from a file."""
        return cls(list(zip(columns.action_id, columns.amount, columns.reason, strict=True)))


def live_verdicts(columns: Columns, policy: Policy, live_codes: Collection[str]) -> list[str]:
    """Say of every row what the live formula says of it.

    Args:
        columns: the raw cells.
        policy: the account's rules.
        live_codes: the rules that the formula knows.
    """
    report = check(columns, policy)
    said = {
        row: min(findings, key=_by_weight)
        for row, group in groupby(report, key=lambda finding: finding.row)
        if (findings := [finding for finding in group if finding.code in live_codes])
    }
    titles = {rule.code: rule.title for rule in RULES}
    verdicts = []
    for row, action_id, amount, reason in zip(
        columns.rows, columns.action_id, columns.amount, columns.reason, strict=True
    ):
        finding = said.get(row)
        if (action_id, amount, reason) == (None, None, None):
            verdicts.append("")
        elif finding is not None:
            verdicts.append(f"{finding.severity.capitalize()}: {titles[finding.code]}")
        else:
            cents = exact_cents(amount)  # type: ignore[arg-type]  # a row without a finding has a good amount
            verdicts.append(f"OK: new total {amount_text(cents)}" if cents else "OK: reverse")
    return verdicts


def _by_weight(finding: Finding) -> bool:
    return finding.severity is not Severity.ERROR
