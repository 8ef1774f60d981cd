"""What stands in one workbook: the rows, texts and formulas of its sheets, for one profile and one batch."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final, Self, TypeAlias

from action_returns.batch.amounts import exact_cents, money
from action_returns.batch.cells import EPOCH, LONGEST_TEXT, Cell, Columns, utf16_length
from action_returns.batch.check import check
from action_returns.batch.context import Policy, ReasonKind
from action_returns.batch.report import Finding
from action_returns.batch.rule import Severity
from action_returns.batch.rules import RULES
from action_returns.errors import WorkbookError
from action_returns.workbook_builder.formulas import expand_formula, live_text_formula, rule_codes
from action_returns.workbook_builder.info import WorkbookInfo
from action_returns.workbook_builder.template import (
    Column,
    RowSource,
    Table,
    Template,
)

SENT_COLUMNS: Final = 3
"""ActionId, Amount and Reason: the only columns that are sent."""

invalid_character: Final = re.compile(r"[\ud800-\udfff]").search
"""Finds an unpaired surrogate, which is left of a damaged file and which no XML can hold."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows for the table Actions.

    Args:
        rows: the raw cells of each row: ActionId, Amount, Reason, then the user's own columns.
        own_headers: headers of the user's own columns.
        reasons: reason codes for the sheet Reasons that the profile does not have.

    Raises:
        ValueError: a row has another number of cells than there are columns.
        WorkbookError: a workbook cannot hold one of the texts.
    """

    rows: Sequence[Sequence[Cell]] = ()
    own_headers: tuple[str, ...] = ()
    reasons: Mapping[str, ReasonKind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        width = SENT_COLUMNS + len(self.own_headers)
        wrong = next((at for at, row in enumerate(self.rows, 1) if len(row) != width), None)
        if wrong is not None:
            raise ValueError(f"row {wrong} has {len(self.rows[wrong - 1])} cells, there are {width} columns")
        for at, row in enumerate(self.rows, 1):
            for cell in row:
                if isinstance(cell, str) and (utf16_length(cell) > LONGEST_TEXT or invalid_character(cell)):
                    raise WorkbookError(
                        f"Row {at} holds a text that no workbook can hold: longer than {LONGEST_TEXT:,} characters, or "
                        "with an invalid character (an unpaired surrogate). Nothing was written. Correct it where it comes from."
                    )

    def columns(self) -> Columns:
        """Return the three columns that are sent."""
        action_id, amount, reason = ([row[at] for row in self.rows] for at in range(SENT_COLUMNS))
        return Columns(action_id, amount, reason, rows=range(1, len(self.rows) + 1))

    @classmethod
    def from_columns(cls, columns: Columns) -> Self:
        """Return the rows of a batch that was read from a file."""
        return cls(list(zip(columns.action_id, columns.amount, columns.reason, strict=True)))


def live_verdicts(columns: Columns, policy: Policy, live_codes: Collection[str]) -> list[str]:
    """Return the text of the live formula for every row, computed in Python.

    Programs that show the workbook before they calculate it show this text.

    Args:
        columns: the raw cells.
        policy: the account's rules.
        live_codes: codes of the rules that the live formula checks.

    Returns:
        One text a row: ``""`` for a blank row, else ``Error: …``, ``Warning: …`` or ``OK: …``.
    """
    columns = replace(columns, amount=[_number_of_date(cell) for cell in columns.amount])
    first_findings = {
        row: min(findings, key=_is_warning)  # the first error, else the first warning
        for row, group in groupby(check(columns, policy), key=lambda finding: finding.row)
        if (findings := [finding for finding in group if finding.code in live_codes])
    }
    titles = {rule.code: rule.title for rule in RULES}
    verdicts = []
    for row, action_id, amount, reason in zip(
        columns.rows, columns.action_id, columns.amount, columns.reason, strict=True
    ):
        finding = first_findings.get(row)
        if (action_id, amount, reason) == (None, None, None):
            verdicts.append("")
        elif finding is not None:
            verdicts.append(f"{finding.severity.capitalize()}: {titles[finding.code]}")
        else:
            cents = exact_cents(amount)  # type: ignore[arg-type]  # a row without a finding has a good amount
            verdicts.append(f"OK: new total {money(cents)}" if cents else "OK: reverse")
    return verdicts


def _number_of_date(cell: Cell) -> Cell:
    """Return a date, a time or a duration as the number it is for a formula, which does not see how a cell is shown."""
    match cell:
        case datetime() | timedelta():
            since = cell if isinstance(cell, timedelta) else cell.replace(tzinfo=None) - EPOCH
        case date():
            since = datetime.combine(cell, time()) - EPOCH
        case time():
            since = datetime.combine(EPOCH, cell.replace(tzinfo=None)) - EPOCH
        case _:
            return cell
    return since / timedelta(days=1)


def _is_warning(finding: Finding) -> bool:
    return finding.severity is not Severity.ERROR


Row: TypeAlias = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class TableContent:
    """The columns of a table, the user's own included, and its rows."""

    columns: Sequence[Column]
    rows: Sequence[Row]


class Contents:
    """The contents of one workbook.

    Args:
        template: the declared workbook.
        info: what differs between workbooks: profile, rules, interpreter.
        entries: the rows of the table Actions.

    Attributes:
        live_codes: codes of the rules that the live formulas check.
    """

    def __init__(self, template: Template, info: WorkbookInfo, entries: Entries) -> None:
        self.template = template
        self.info = info
        self.entries = entries
        declared = (column.formula for sheet in template.sheets for table in sheet.tables for column in table.columns)
        formulas = [*template.live.names.values(), *(formula for formula in declared if formula is not None)]
        self.live_codes = frozenset(code for formula in formulas for code in rule_codes(formula))
        self._verdicts = live_verdicts(entries.columns(), info.policy, self.live_codes)
        self._values = self._current_values()
        self._formulas: dict[str, str] = {}

    def formula(self, declared: str, cells: Mapping[str, str] | None = None) -> str:
        """Return a declared formula written out, see :func:`action_returns.workbook_builder.formulas.expand_formula`."""
        if cells is not None:
            return expand_formula(declared, self.template.live, cells)
        if declared not in self._formulas:  # the same in every row of a column
            self._formulas[declared] = expand_formula(declared, self.template.live)
        return self._formulas[declared]

    def live(self, text: str) -> tuple[str, str | int]:
        """Return a live text as a formula, and its value now, for programs that show before they calculate."""
        value = self._values.get(text.strip("{}")) if text.startswith("{") and text.endswith("}") else None
        return f"={live_text_formula(text)}", text.format_map(self._values) if value is None else value

    def value(self, name: str) -> str | int:
        """Return the value that a live formula has now."""
        return self._values[name]

    def table(self, table: Table) -> TableContent:
        """Return a table with the rows of a new workbook."""
        if table.name == "Actions":
            return self._actions_table(table)
        if table.rows is None:
            return TableContent(table.columns, [[None] * len(table.columns)] * table.blank_rows)
        return TableContent(table.columns, list(self.rows(table.rows)))

    def rows(self, source: RowSource) -> Iterator[Row]:
        """Return the rows of a printed table or of a hidden sheet."""
        match source:
            case "conf":
                yield from self.info.conf_rows()
            case "meta":
                yield from ((key, value) for key, _, value in self.info.meta_rows(self.template.version))
            case "reasons":
                reasons = {**self.info.policy.reasons, **self.entries.reasons}
                yield from ((code, kind.value, self.template.effects[kind.value]) for code, kind in reasons.items())
            case "columns":
                for entry in self.template.dictionary:
                    yield entry.column, entry.needed, entry.holds, entry.right, entry.wrong, entry.why, entry.note
            case "rules":
                for rule in RULES:
                    known = self.template.live.known_in_part.get(rule.code, "yes")
                    checked = known if rule.code in self.live_codes else "by Validate"
                    what, todo = rule.in_general(rule.what), rule.in_general(rule.todo)
                    yield rule.code, rule.severity.value, rule.title, what, rule.why, todo, checked

    def _current_values(self) -> dict[str, str | int]:
        """Return defined name -> value that the live formulas have now."""

        def starting(word: str) -> int:
            return sum(verdict.startswith(word) for verdict in self._verdicts)

        live = self.template.live

        def filled_beyond(limit: int) -> int:
            return sum(row[0] is not None for row in self.entries.rows[limit:])

        rows, errors = sum(map(bool, self._verdicts)), starting("Error:")
        return {
            "profile_banner": self.info.banner,
            "live_rows": rows,
            "live_errors": errors,
            "live_ready": rows - errors,
            "live_warnings": starting("Warning:"),
            "live_good": rows - errors - starting("Warning:"),
            "rows_beyond_limit": filled_beyond(live.duplicates_to),
            "rows_beyond_compared": filled_beyond(live.contradictions_to),
            "patterns_find_numbers": 0,
            "a_number": 5,
        }

    def _actions_table(self, table: Table) -> TableContent:
        """Return the table the user fills in: the sent columns, the tool's own, then the user's."""
        own = [Column(header=header, width=20, head="head-yours", style="text") for header in self.entries.own_headers]
        later = [None] * (len(table.columns) - SENT_COLUMNS - 1)
        rows: list[Row] = [
            [*row[:SENT_COLUMNS], verdict, *later, *row[SENT_COLUMNS:]]
            for row, verdict in zip(self.entries.rows, self._verdicts, strict=True)
        ]
        blank: Row = [*[None] * SENT_COLUMNS, "", *later, *[None] * len(own)]
        rows += [blank] * (table.blank_rows - len(rows))
        return TableContent((*table.columns, *own), rows)
