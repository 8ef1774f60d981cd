"""Whole-column passes: the few cells worth a second look, found at the speed of C.

Each pass stands for a plain sentence about single cells and may suspect too many, never too few; what is suspected
goes to :class:`action_returns.batch.cell_rules.CellRules`. A property test compares the outcome with a row-by-row reference.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import compress, count
from typing import Final

from action_returns.batch.amounts import EXACT_BELOW
from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import Cell, ColumnName, Columns
from action_returns.batch.context import (
    DEFAULT_POLICY,
    NO_CONTEXT,
    Context,
    PendingAction,
    Policy,
    ReasonKind,
    SentAction,
)
from action_returns.batch.report import CheckResult, DuplicateInfo, FindingIndex
from action_returns.batch.rules import MODIFICATION_LIMIT, NEAR_LIMIT, RULE_BY_CODE, Severity

# judge.USUAL_ID, line by line. Possessive: runs to the next unusual id in one call, without a step back.
_usual_run = re.compile(r"(?:M\.[0-9]{1,10}+\.[0-9]{1,10}+\.[0-9]{1,15}+\n)*+").match
_plain_amount = re.compile(r"[0-9]{1,11}(?:\.[0-9]{1,2})?").fullmatch

_CHUNK: Final = 64


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
    """Give the 0-based lines that are not ``M.digits.digits.digits``, in order."""
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


def later_occurrences(keys: Sequence[str | None]) -> list[int]:
    """Give the positions of every key that stood further up already; None is nobody's key."""
    seen: set[str | None] = set()
    repeated = []
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        if seen.isdisjoint(chunk):
            before = len(seen)
            seen.update(chunk)
            if len(seen) - before == len(chunk):
                continue
            seen.difference_update(chunk)
        for position, key in enumerate(chunk, start):
            if key is None:
                continue
            if key in seen:
                repeated.append(position)
            seen.add(key)
    return repeated


def positions_among(keys: Sequence[str | None], known: Container[str | None]) -> list[int]:
    """Give the positions of the keys that something is known about."""
    return list(compress(count(), map(known.__contains__, keys)))


def suspect_amounts(
    amounts: Sequence[Cell], reasons: Sequence[Cell], changing: Collection[str], reversing: Collection[str], most: float
) -> list[int]:
    """Give the positions whose amount or reason is not plainly good, or whose amount and reason may not agree.

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
        # amounts.EXACT_BELOW says why this proves a two-place amount.
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
    except TypeError:  # a reason that cannot be looked up, such as a list: then every row is judged by itself
        return list(range(len(amounts)))


def other_campaigns(text: str, ids: Sequence[Cell], unusual: Sequence[int]) -> tuple[str, list[int]]:
    """Give the campaign most usual ids belong to, and the positions of usual ids of any other campaign.

    The campaign is the first number of an id (in impact.com's API samples it equals the record's CampaignId).

    Args:
        text: the column as :func:`joined` gives it.
        ids: the column itself.
        unusual: the positions of ids without the usual form, in order.
    """
    usual = len(ids) - len(unusual)
    if not usual:
        return "", []
    first = next((at for at, apart in enumerate(unusual) if at != apart), len(unusual))
    campaign = _campaign(ids[first])
    start = f"M.{campaign}."
    among_unusual = sum(
        cell.startswith(start) and "\n" not in cell for at in unusual if isinstance(cell := ids[at], str)
    )
    if ("\n" + text).count("\n" + start) - among_unusual == usual:
        return campaign, []
    apart = set(unusual)
    of_each = [(at, _campaign(cell)) for at, cell in enumerate(ids) if at not in apart]
    main = Counter(campaign for _, campaign in of_each).most_common(1)[0][0]
    return main, [at for at, campaign in of_each if campaign != main]


def _campaign(usual_id: Cell) -> str:
    return str(usual_id).split(".", 2)[1]


_ERRORS: Final = frozenset(code for code, rule in RULE_BY_CODE.items() if rule.severity is Severity.ERROR)
_LOCKED_STATES: Final = frozenset({"APPROVED", "LOCKED"})
"""States in which an action takes no more changes (impact.com: an approved action cannot be modified further)."""


def check(columns: Columns, policy: Policy = DEFAULT_POLICY, context: Context = NO_CONTEXT) -> CheckResult:
    """Check a batch.

    Args:
        columns: the raw cells.
        policy: the account's rules.
        context: what is known from outside the batch; a rule whose facts are not given is not judged.

    Returns:
        The report. Never raises for anything a cell may hold.
    """
    return _Check(columns, policy, context).report()


class _Check:
    """One check while it runs: what was said so far, and the rows that are out."""

    def __init__(self, columns: Columns, policy: Policy, context: Context) -> None:
        self.columns = columns
        self.judge = CellRules(policy)
        self.context = context
        self.marks: list[int] = []
        self.counts: dict[str, int] = {}
        self.unready = bytearray(len(columns))

    def report(self) -> CheckResult:
        keys, bad_ids, neighbours = self._action_ids()
        self._against_sent(keys, bad_ids)
        spoken_for = self._against_pending(bad_ids)
        self._amounts_and_reasons(spoken_for)
        self._hidden_rows()
        self.marks.sort()
        return CheckResult(
            self.columns, self.judge, self.context, FindingIndex(self.marks), self.counts, self.unready, neighbours
        )

    def _say(self, code: str, column: ColumnName, positions: Sequence[int]) -> None:
        number, shift = FindingIndex.number(code, column), FindingIndex.SHIFT
        self.marks += [at << shift | number for at in positions]
        self.counts[code] = self.counts.get(code, 0) + len(positions)
        if code in _ERRORS:
            unready = self.unready
            for at in positions:
                unready[at] = 1

    def _say_each(self, column: ColumnName, positions: Mapping[str, Sequence[int]]) -> None:
        for code, at in positions.items():
            self._say(code, column, at)

    def _action_ids(self) -> tuple[Sequence[str | None], AbstractSet[int], DuplicateInfo]:
        """Judge the ids; give their normal forms, the positions of those that are no ids, and what is known of repeats."""
        ids, judge = self.columns.action_id, self.judge
        text = join_column(ids)
        unusual = unusual_lines(text)
        suspects = unusual if judge.policy.action_id_pattern is None else range(len(ids))
        codes = {at: code for at in suspects if (code := judge.action_id(ids[at])) is not None}
        no_ids = {at: code for at, code in codes.items() if code in _ERRORS}
        keys = self._keys(no_ids)
        repeated = later_occurrences(keys)
        main, apart = other_campaigns(text, ids, unusual)
        for at in apart:
            codes.setdefault(at, "id-mixed-campaigns")
        codes |= {at: "id-duplicate" for at in repeated if at not in no_ids}
        by_code = defaultdict(list)
        for at, code in codes.items():
            by_code[code].append(at)
        self._say_each("ActionId", by_code)
        return keys, no_ids.keys(), _neighbours(keys, repeated, main)

    def _keys(self, no_ids: Mapping[int, str]) -> Sequence[str | None]:
        """Give the normal form of every id, None for what is none.

        " M.1.2.3" and "M.1.2.3" are one action: a repeat must show before somebody repairs the blank.
        """
        ids = self.columns.action_id
        if not no_ids:
            return ids  # type: ignore[return-value]  # all of them are texts then
        keys: list[str | None] = list(ids)  # type: ignore[arg-type]
        for at, code in no_ids.items():
            keys[at] = self.judge.fix(code, ids[at])
        return keys

    def _against_sent(self, keys: Sequence[str | None], bad_ids: AbstractSet[int]) -> None:
        """Judge the rows by what was sent for their actions before."""
        sent = self.context.sent
        if not sent:
            return
        columns, judge = self.columns, self.judge
        on_id = defaultdict(list)
        for at in positions_among(keys, sent):
            if at in bad_ids:  # what a repair would make of it is looked at when somebody has made it
                continue
            before = sent[keys[at]]  # type: ignore[index]  # only texts are among them
            if code := _against_limit(before):
                on_id[code].append(at)
            reason = columns.reason[at]
            if (
                isinstance(judge.reason(reason), ReasonKind)
                and (judge.amount(columns.amount[at]), reason) in before.rows
            ):
                on_id["already-sent"].append(at)
        self._say_each("ActionId", on_id)

    def _against_pending(self, bad_ids: AbstractSet[int]) -> set[int]:
        """Judge the rows by the pending-actions download; give the positions whose amount something was said about."""
        pending = self.context.pending
        if pending is None:
            return set()
        columns, find = self.columns, pending.actions.get
        on_id, on_amount = defaultdict(list), defaultdict(list)
        for at, action_id in enumerate(columns.action_id):
            if at in bad_ids:
                continue
            action = find(action_id)  # type: ignore[arg-type]  # a good id is a text
            if action is None:
                on_id["action-unknown"].append(at)
                continue
            if self._is_locked(action):
                on_id["action-locked"].append(at)
            if action.cents is not None and (code := _against_current(self.judge.amount(columns.amount[at]), action)):
                on_amount[code].append(at)
        self._say_each("ActionId", on_id)
        self._say_each("Amount", on_amount)
        return {at for positions in on_amount.values() for at in positions}

    def _is_locked(self, action: PendingAction) -> bool:
        now = self.context.now
        date_passed = now is not None and action.locks_at is not None and action.locks_at <= now
        return date_passed or (action.state or "").upper() in _LOCKED_STATES

    def _amounts_and_reasons(self, spoken_for: set[int]) -> None:
        columns, judge, policy = self.columns, self.judge, self.judge.policy
        either = {code for code, kind in policy.reasons.items() if kind is ReasonKind.EITHER}
        changing = either | {code for code, kind in policy.reasons.items() if kind is ReasonKind.MODIFY}
        reversing = either | {code for code, kind in policy.reasons.items() if kind is ReasonKind.REVERSE}
        beyond = (policy.max_cents + 1) / 100
        suspects = suspect_amounts(columns.amount, columns.reason, changing, reversing, beyond)
        on_amount, on_reason = defaultdict(list), defaultdict(list)
        for at in suspects:
            cents = judge.amount(columns.amount[at])
            kind = judge.reason(columns.reason[at])
            if isinstance(cents, str):
                on_amount[cents].append(at)
            elif cents > policy.max_cents and at not in spoken_for:
                on_amount["amount-large"].append(at)
            if not isinstance(kind, ReasonKind):
                on_reason[kind].append(at)
            elif not isinstance(cents, str) and columns.reason[at] not in (changing if cents else reversing):
                on_reason["reason-amount-mismatch"].append(at)
        self._say_each("Amount", on_amount)
        self._say_each("Reason", on_reason)

    def _hidden_rows(self) -> None:
        hidden = self.columns.hidden
        if hidden:
            self._say("row-hidden", "ActionId", [at for at, row in enumerate(self.columns.rows) if row in hidden])


def _neighbours(keys: Sequence[str | None], repeated: Sequence[int], main_campaign: str) -> DuplicateInfo:
    key_of = {at: key for at in repeated if (key := keys[at]) is not None}
    wanted = set(key_of.values())
    first_of: dict[str, int] = {}
    if wanted:
        for at, key in enumerate(keys):
            if key in wanted and key is not None:
                first_of.setdefault(key, at)
    return DuplicateInfo(first_of, key_of, main_campaign)


def _against_limit(before: SentAction) -> str | None:
    if before.times >= MODIFICATION_LIMIT:
        return "limit-reached"
    return "limit-near" if before.times >= NEAR_LIMIT else None


def _against_current(cents: int | str, action: PendingAction) -> str | None:
    if isinstance(cents, str) or action.cents is None:
        return None
    if cents == action.cents:
        return "amount-unchanged" if cents else "amount-was-zero"
    return "amount-above-original" if cents > action.cents else None
