"""Checking a batch: columns in, report out. Every rule that the columns and the given facts allow to be judged."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from action_returns.batch import passes
from action_returns.batch.columns import ColumnName, Columns
from action_returns.batch.context import NO_CONTEXT, Context, SentAction
from action_returns.batch.judge import Judge
from action_returns.batch.pending import PendingAction
from action_returns.batch.policy import DEFAULT_POLICY, Policy, ReasonKind
from action_returns.batch.report import Hits, Neighbours, Report
from action_returns.batch.rules import MODIFICATION_LIMIT, NEAR_LIMIT, RULE_BY_CODE, Severity

_ERRORS: Final = frozenset(code for code, rule in RULE_BY_CODE.items() if rule.severity is Severity.ERROR)
_LOCKED_STATES: Final = frozenset({"APPROVED", "LOCKED"})
"""States in which an action takes no more changes (impact.com: an approved action cannot be modified further)."""


def check(columns: Columns, policy: Policy = DEFAULT_POLICY, context: Context = NO_CONTEXT) -> Report:
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
        self.judge = Judge(policy)
        self.context = context
        self.marks: list[int] = []
        self.counts: dict[str, int] = {}
        self.unready = bytearray(len(columns))

    def report(self) -> Report:
        keys, bad_ids, neighbours = self._action_ids()
        self._against_sent(keys, bad_ids)
        spoken_for = self._against_pending(bad_ids)
        self._amounts_and_reasons(spoken_for)
        self._hidden_rows()
        self.marks.sort()
        return Report(self.columns, self.judge, self.context, Hits(self.marks), self.counts, self.unready, neighbours)

    def _say(self, code: str, column: ColumnName, positions: Sequence[int]) -> None:
        number, shift = Hits.number(code, column), Hits.SHIFT
        self.marks += [at << shift | number for at in positions]
        self.counts[code] = self.counts.get(code, 0) + len(positions)
        if code in _ERRORS:
            unready = self.unready
            for at in positions:
                unready[at] = 1

    def _say_each(self, column: ColumnName, positions: Mapping[str, Sequence[int]]) -> None:
        for code, at in positions.items():
            self._say(code, column, at)

    def _action_ids(self) -> tuple[Sequence[str | None], AbstractSet[int], Neighbours]:
        """Judge the ids; give their normal forms, the positions of those that are no ids, and what is known of repeats."""
        ids, judge = self.columns.action_id, self.judge
        text = passes.joined(ids)
        unusual = passes.unusual_lines(text)
        suspects = unusual if judge.policy.action_id_pattern is None else range(len(ids))
        codes = {at: code for at in suspects if (code := judge.action_id(ids[at])) is not None}
        no_ids = {at: code for at, code in codes.items() if code in _ERRORS}
        keys = self._keys(no_ids)
        repeated = passes.later_occurrences(keys)
        main, apart = passes.campaigns_apart(text, ids, unusual)
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
        for at in passes.among(keys, sent):
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
        suspects = passes.suspect_amounts(columns.amount, columns.reason, changing, reversing, beyond)
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


def _neighbours(keys: Sequence[str | None], repeated: Sequence[int], main_campaign: str) -> Neighbours:
    key_of = {at: key for at in repeated if (key := keys[at]) is not None}
    wanted = set(key_of.values())
    first_of: dict[str, int] = {}
    if wanted:
        for at, key in enumerate(keys):
            if key in wanted and key is not None:
                first_of.setdefault(key, at)
    return Neighbours(first_of, key_of, main_campaign)


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
