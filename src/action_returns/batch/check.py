"""Check a batch: scan whole columns for cells that need the detailed rules, then apply those rules.

A scan stands for a plain sentence about single cells. It may select too many cells, never too few; the selected ones
go to :class:`action_returns.batch.cell_rules.CellRules`. Then every rule of
:data:`action_returns.batch.row_rules.ROW_RULES` is applied. A property test compares the outcome with a row-by-row
reference.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import count
from typing import Final

from action_returns.batch.amounts import EXACT_BELOW, Cents
from action_returns.batch.cell_rules import USUAL_ID, CellRules, Code
from action_returns.batch.cells import Cell, ColumnName, Columns, campaign_of
from action_returns.batch.checked_cells import CheckedCells
from action_returns.batch.context import DEFAULT_POLICY, NO_CONTEXT, Context, Policy, ReasonKind
from action_returns.batch.repeats import content_reader, find_repeats
from action_returns.batch.report import CheckResult, FindingIndex
from action_returns.batch.row_rules import ROW_RULES
from action_returns.batch.rule import OtherRows, Severity
from action_returns.batch.rules import RULE_BY_CODE
from action_returns.batch.shown_rules import main_currency, percentages

# Every count of USUAL_ID made possessive: one call runs to the next unusual id, without a step back.
_usual_run = re.compile(rf"(?:{USUAL_ID.replace('}', '}+')}\n)*+").match
_plain_amount = re.compile(r"(?:0|[1-9][0-9]{0,10})(?:\.[0-9]{1,2})?").fullmatch


def join_column(cells: Sequence[Cell]) -> str:
    """Write a column as one text, one cell a line; a cell that is no text or holds a line break becomes empty."""
    if not cells:
        return ""
    try:
        text = "\n".join(cells) + "\n"  # type: ignore[arg-type]
    except TypeError:
        text = ""
    if text.count("\n") != len(cells):
        lines = [cell if cell.__class__ is str and "\n" not in cell else "" for cell in cells]
        text = "\n".join(lines) + "\n"
    return text


def unusual_lines(text: str) -> list[int]:
    """Return the 0-based lines that are not ``M.digits.digits.digits``, in order."""
    unusual = []
    line, at, end = 0, 0, len(text)
    count_breaks, find = text.count, text.find
    while at < end:
        stop = _usual_run(text, at).end()  # type: ignore[union-attr]  # the empty run always matches
        if stop > at:
            line += count_breaks("\n", at, stop)
        if stop == end:
            break
        unusual.append(line)
        line += 1
        at = find("\n", stop) + 1
    return unusual


def suspect_amounts(
    amounts: Sequence[Cell], reasons: Sequence[Cell], changing: Collection[str], reversing: Collection[str], most: float
) -> list[int]:
    """Return the positions whose amount or reason is not plainly good, or whose amount and reason may not agree.

    Args:
        amounts: raw cells of the Amount column.
        reasons: raw cells of the Reason column.
        changing: reason codes that go with an amount above 0.
        reversing: reason codes that go with 0.
        most: an amount from here on is suspect.
    """
    most = min(most, EXACT_BELOW)
    if str in set(map(type, amounts)):
        amounts = [float(cell) if cell.__class__ is str and _plain_amount(cell) else cell for cell in amounts]
    try:
        # amounts.EXACT_BELOW explains why this proves a two-place amount.
        return [
            position
            for position, x, reason in zip(count(), amounts, reasons, strict=False)
            if not (
                x.__class__ is float
                and 0 <= x < most
                and int(x * 100 + 0.5) / 100 == x
                and (reason in changing if x else reason in reversing)
            )
        ]
    except TypeError:  # a reason that cannot be looked up, such as a list: then every row is checked by itself
        return list(range(len(amounts)))


def other_campaigns(text: str, ids: Sequence[Cell], unusual: Sequence[int]) -> tuple[str, list[int]]:
    """Return the campaign most usual ids belong to, and the positions of usual ids of any other campaign.

    Args:
    text: the column as :func:`join_column` returns it.
    ids: the column itself.
    unusual: the positions of ids without the usual form, in order.
    """
    usual = len(ids) - len(unusual)
    if not usual:
        return "", []
    first = next((at for at, apart in enumerate(unusual) if at != apart), len(unusual))
    campaign = campaign_of(str(ids[first]))
    start = f"M.{campaign}."
    among_unusual = sum(
        cell.startswith(start) and "\n" not in cell for at in unusual if isinstance(cell := ids[at], str)
    )
    if ("\n" + text).count("\n" + start) - among_unusual == usual:
        return campaign, []
    apart = set(unusual)
    of_each = [(at, campaign_of(str(cell))) for at, cell in enumerate(ids) if at not in apart]
    main = Counter(campaign for _, campaign in of_each).most_common(1)[0][0]
    return main, [at for at, campaign in of_each if campaign != main]


_ERRORS: Final = frozenset(code for code, rule in RULE_BY_CODE.items() if rule.severity is Severity.ERROR)


def check(columns: Columns, policy: Policy = DEFAULT_POLICY, context: Context = NO_CONTEXT) -> CheckResult:
    """Check a batch.

    Args:
        columns: the raw cells.
        policy: the account's rules.
        context: what is known from outside the batch; a rule without its facts is not applied.

    Returns:
        The findings and the ready rows. Never raises for anything a cell may hold.
    """
    return _Check(columns, policy, context).result()


class _Check:
    """State of a running check: findings so far, rows with errors."""

    def __init__(self, columns: Columns, policy: Policy, context: Context) -> None:
        self.columns = columns
        self.rules = CellRules(policy)
        self.context = context
        self.packed: list[int] = []
        self.counts: dict[Code, int] = {}
        self.has_error = bytearray(len(columns))
        self.percentages = percentages(columns)

    def result(self) -> CheckResult:
        """Apply every rule and return what they found."""
        batch, main_campaign = self._check_ids()
        batch.suspects = self._check_amounts_and_reasons()
        batch.main_currency = main_currency(self.columns)
        for rule in ROW_RULES:
            for code, positions, shown_in in rule(batch, self.context):
                column = RULE_BY_CODE[code].column or shown_in
                if column is None:
                    raise ValueError(f"{code} is a rule about rows, so its entry must name the column it is shown in")
                self._add(code, column, positions)
                if column == "Amount":
                    batch.rows_with_amount_finding.update(positions)
        self.packed.sort()
        return CheckResult(
            self.columns,
            self.rules,
            self.context,
            FindingIndex(self.packed),
            self.counts,
            self.has_error,
            OtherRows(batch.keys, batch.repeats.groups, main_campaign, batch.main_currency),
            batch.repeats,
        )

    def _add(self, code: Code, column: ColumnName, positions: Sequence[int]) -> None:
        if not positions:
            return
        number, shift = FindingIndex.number(code, column), FindingIndex.SHIFT
        self.packed += [at << shift | number for at in positions]
        self.counts[code] = self.counts.get(code, 0) + len(positions)
        if code in _ERRORS:
            has_error = self.has_error
            for at in positions:
                has_error[at] = 1

    def _check_ids(self) -> tuple[CheckedCells, str]:
        """Check the ids; return what the rules for rows need of them, and the campaign of most rows."""
        ids, rules = self.columns.action_id, self.rules
        text = join_column(ids)
        unusual = unusual_lines(text)
        suspects = unusual if rules.policy.action_id_pattern is None else range(len(ids))
        codes = {at: code for at in suspects if (code := rules.action_id(ids[at])) is not None}
        bad_ids = {at: code for at, code in codes.items() if code in _ERRORS}
        keys = self._keys(bad_ids)
        repeats = find_repeats(keys, content_reader(self.columns, rules, self.percentages))
        main_campaign, apart = other_campaigns(text, ids, unusual)
        told_of_repeat = {*repeats.contradicting_rows(), *(at for at in repeats.later_rows() if at not in bad_ids)}
        by_code: dict[Code, list[int]] = defaultdict(list)
        for at, code in codes.items():
            if at not in told_of_repeat:  # that matters more than how the id is written
                by_code[code].append(at)
        for code, positions in by_code.items():
            self._add(code, "ActionId", positions)
        return CheckedCells(
            self.columns, rules, codes, bad_ids.keys(), keys, repeats, apart, percentages=self.percentages
        ), main_campaign

    def _keys(self, bad_ids: dict[int, Code]) -> Sequence[str | None]:
        """Return the normal form of every id, None where there is none.

        " M.1.2.3" and "M.1.2.3" are one action: a repeat must be found before the user corrects the white space.
        """
        ids = self.columns.action_id
        if not bad_ids:
            return ids  # type: ignore[return-value]  # all of them are texts then
        keys: list[str | None] = list(ids)  # type: ignore[arg-type]
        for at, code in bad_ids.items():
            keys[at] = self.rules.fix(code, ids[at])
        return keys

    def _check_amounts_and_reasons(self) -> list[tuple[int, Cents, ReasonKind | Code]]:
        """Check the cells of both columns; return the rows with an amount that the scan did not find plainly good."""
        columns, rules = self.columns, self.rules
        kinds = rules.policy.reasons.items()
        changing = {code for code, kind in kinds if kind is not ReasonKind.REVERSE}
        reversing = {code for code, kind in kinds if kind is not ReasonKind.MODIFY}
        beyond = (rules.policy.max_cents + 1) / 100
        suspects: list[tuple[int, Cents, ReasonKind | Code]] = []
        on_amount: dict[Code, list[int]] = defaultdict(list)
        on_reason: dict[Code, list[int]] = defaultdict(list)
        for at in suspect_amounts(columns.amount, columns.reason, changing, reversing, beyond):
            cents = "amount-percent" if at in self.percentages else rules.amount(columns.amount[at])
            kind = rules.reason(columns.reason[at])
            if isinstance(cents, str):
                if at not in self.percentages:  # a rule for rows tells of them all
                    on_amount[cents].append(at)
            else:
                suspects.append((at, cents, kind))
            if not isinstance(kind, ReasonKind):
                on_reason[kind].append(at)
        for code, positions in on_amount.items():
            self._add(code, "Amount", positions)
        for code, positions in on_reason.items():
            self._add(code, "Reason", positions)
        return suspects
