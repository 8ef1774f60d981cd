"""What stands in the sheets: the rows of every table, and what the live texts amount to when the file is made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from action_returns.batch import RULES
from action_returns.batch.columns import Cell
from action_returns.workbook.entries import SENT_COLUMNS, Entries, live_verdicts
from action_returns.workbook.formulas import codes_in, expand, live_text
from action_returns.workbook.stamp import Stamp
from action_returns.workbook.template import Column, Filling, Table, Template

Row: TypeAlias = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Printed:
    """A table as it is written: its columns, the user's own included, and its rows."""

    columns: Sequence[Column]
    rows: Sequence[Row]


class Contents:
    """The contents of one workbook.

    Args:
        template: what is declared.
        stamp: for whom it is made.
        entries: the rows of the table Actions.
    """

    def __init__(self, template: Template, stamp: Stamp, entries: Entries) -> None:
        self.template = template
        self.stamp = stamp
        self.entries = entries
        declared = (column.formula for sheet in template.sheets for table in sheet.tables for column in table.columns)
        formulas = [*template.live.names.values(), *(formula for formula in declared if formula is not None)]
        self.live_codes = frozenset(code for formula in formulas for code in codes_in(formula))
        self._verdicts = live_verdicts(entries.columns(), stamp.policy, self.live_codes)
        self._now = self._figures()
        self._written: dict[str, str] = {}

    def formula(self, declared: str, cells: Mapping[str, str] | None = None) -> str:
        """Write out a declared formula; see :func:`action_returns.workbook.formulas.expand`."""
        if cells is not None:
            return expand(declared, self.template.live, cells)
        if declared not in self._written:  # the same in every row of a column
            self._written[declared] = expand(declared, self.template.live)
        return self._written[declared]

    def live(self, text: str) -> tuple[str, str | int]:
        """Give a live text as a formula, and what it amounts to now, for programs that show before they calculate."""
        lone = self._now.get(text.strip("{}")) if text.startswith("{") and text.endswith("}") else None
        return f"={live_text(text)}", text.format_map(self._now) if lone is None else lone

    def table(self, table: Table) -> Printed:
        """Give a table with the rows it starts with."""
        if table.name == "Actions":
            return self._actions(table)
        if table.rows is None:
            return Printed(table.columns, [[None] * len(table.columns)] * table.blank_rows)
        return Printed(table.columns, list(self.rows(table.rows)))

    def rows(self, filling: Filling) -> Iterator[Row]:
        """Give the rows of a printed table or of a hidden sheet."""
        match filling:
            case "conf":
                yield from self.stamp.conf()
                yield from self.entries.conf.items()
            case "meta":
                yield from ((key, value) for key, _, value in self.stamp.meta(self.template.version))
            case "reasons":
                reasons = {**self.stamp.policy.reasons, **self.entries.reasons}
                yield from ((code, kind.value, self.template.effects[kind.value]) for code, kind in reasons.items())
            case "columns":
                for entry in self.template.dictionary:
                    yield entry.column, entry.needed, entry.holds, entry.right, entry.wrong, entry.why, entry.note
            case "rules":
                for rule in RULES:
                    known = "yes" if rule.code in self.live_codes else "by Validate"
                    what, todo = rule.what.format_map(_IN_GENERAL), rule.todo.format_map(_IN_GENERAL)
                    yield rule.code, rule.severity.value, rule.title, what, rule.why, todo, known

    def _figures(self) -> dict[str, str | int]:
        def starting(word: str) -> int:
            return sum(verdict.startswith(word) for verdict in self._verdicts)

        rows, errors = sum(map(bool, self._verdicts)), starting("Error:")
        return {
            "profile_banner": self.stamp.banner,
            "live_rows": rows,
            "live_errors": errors,
            "live_ready": rows - errors,
            "live_warnings": starting("Warning:"),
            "live_reversals": starting("OK: reverse"),
            "live_new_totals": starting("OK: new total"),
        }

    def _actions(self, table: Table) -> Printed:
        """Give the table that is filled in: the sent columns, the tool's own, then the user's."""
        own = [Column(header=header, width=20, head="head-yours", style="text") for header in self.entries.own_headers]
        later = [None] * (len(table.columns) - SENT_COLUMNS - 1)
        rows: list[Row] = [
            [*row[:SENT_COLUMNS], verdict, *later, *row[SENT_COLUMNS:]]
            for row, verdict in zip(self.entries.rows, self._verdicts, strict=True)
        ]
        blank: Row = [*[None] * SENT_COLUMNS, "", *later, *[None] * len(own)]
        rows += [blank] * (table.blank_rows - len(rows))
        return Printed((*table.columns, *own), rows)


_IN_GENERAL: Final[Mapping[str, str]] = {
    "found": "The cell",
    "first_row": "N",
    "campaign": "A",
    "main_campaign": "B",
    "limit": "the profile's limit",
    "current": "N",
    "amount": "beside it",
    "reasons": "the codes on Reasons",
    "count": "N",
    "lock": "is locked",
    "batch": "N",
}
"""How the facts of a case read in the Dictionary, where there is no case at hand."""
