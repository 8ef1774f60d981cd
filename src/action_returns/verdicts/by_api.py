"""Decide from the network's API what became of the rows of a batch: what it says of the file, and of the actions now.

A file that is complete is not free of errors, and a row without an error is processed, not necessarily changed. So the
errors of the file come first, then the action itself.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple

from action_returns.batch.cells import campaign_of
from action_returns.batch.context import PendingAction
from action_returns.batch.lock_dates import is_locked, takes_no_changes
from action_returns.verdicts.by_pending import REVERSED, Known, has_change, has_known_state, is_reversed
from action_returns.verdicts.by_result import WAITING, ReceiverResult, decide_by_result
from action_returns.verdicts.verdict import FINAL, RowResult, SentRow, Verdict, Why

_NO_ACTION: Final = PendingAction()
_FINISHED: Final = frozenset({"complete", "completed"})


class SingleChange(NamedTuple):
    """What the network says of a row that was sent as a single change.

    Args:
        is_waiting: whether it has not processed the change yet.
        error: the network's words for what is wrong, ``""`` for nothing.
    """

    is_waiting: bool
    error: str = ""


class Update(NamedTuple):
    """One change of an action, as the network lists it.

    Args:
        at: when.
        delta_cents: what it changed the amount by; None where that is not known.
        reason: the reason code.
        state: the state of the action then.
    """

    at: datetime
    delta_cents: int | None
    reason: str
    state: str


@dataclass(frozen=True, slots=True)
class ApiFindings:
    """What the API says about a batch.

    Args:
        actions: ActionId -> what the network has of it now.
        unknown: actions that the network does not know.
        campaigns: the campaigns of which the network showed actions, with the ids that batches have.
        file: what it says of the file; None where it lists none of this name.
        changes: ActionId -> what it says of a single change.
        updates: ActionId -> its changes since the batch was sent.
    """

    actions: Mapping[str, PendingAction] = field(default_factory=dict)
    unknown: Collection[str] = frozenset()
    campaigns: Collection[str] = frozenset()
    file: ReceiverResult | None = None
    changes: Mapping[str, SingleChange] = field(default_factory=dict)
    updates: Mapping[str, Sequence[Update]] = field(default_factory=dict)


def is_waiting(status: str) -> bool:
    """Return whether the network's word for a submission says that it is not processed yet."""
    return status.casefold() in WAITING


def is_finished(status: str) -> bool:
    """Return whether the network's word for a submission says that it is processed."""
    return status.casefold() in _FINISHED


def decide_by_api(
    rows: Sequence[SentRow], findings: ApiFindings, known: Known, *, taken: datetime, processing: timedelta
) -> list[RowResult]:
    """Return what became of each row, in the order of the rows.

    Args:
        rows: the rows that were sent.
        findings: what the API says.
        known: what is on record.
        taken: when the first question was asked, so that every answer is newer.
        processing: time that the network may take for a file.
    """
    return list(map(_Decision(rows, findings, known, taken, processing).decide, rows))


def was_changed_afterwards(row: SentRow, action: PendingAction, updates: Iterable[Update]) -> str:
    """Return the reason code of a change that replaced the row's, ``""`` where the updates do not prove one.

    The list has differences only. So the amounts are computed back from the one that the action has now.

    Args:
        row: what was sent.
        action: what the network has now, without a change that is not in the list.
        updates: its changes since the row was sent, in any order.
    """
    groups = [list(group) for _, group in groupby(sorted(updates, key=_time), key=_time)]
    cents = action.cents
    for at, group in enumerate(reversed(groups)):
        has_reason = any(update.reason == row.reason for update in group)
        was_reversed = any(update.state.upper() in REVERSED for update in group)
        is_as_sent = was_reversed if row.cents == 0 else cents == row.cents and not was_reversed
        if at and has_reason and is_as_sent:
            return groups[-1][-1].reason or "-"
        deltas = [update.delta_cents for update in group if update.delta_cents is not None]
        cents = cents - sum(deltas) if cents is not None and len(deltas) == len(group) else None
    return ""


def _time(update: Update) -> datetime:
    return update.at


class _Decision:
    """Decides about the rows of one batch."""

    def __init__(
        self, rows: Sequence[SentRow], findings: ApiFindings, known: Known, taken: datetime, processing: timedelta
    ) -> None:
        self._findings = findings
        self._known = known
        self._taken = taken
        self._had_time = taken >= known.sent_at + processing
        file = findings.file
        is_unproven = known.waits_for_upload and file is None
        self._waits_for_upload = is_unproven and not known.shows_arrival(rows, findings.actions)
        self._is_waiting = file is not None and is_waiting(file.status)
        self._is_finished = file is not None and is_finished(file.status)
        self._named: dict[str, RowResult] = {}
        if file is not None and self._is_finished and file.entries:
            of_file = decide_by_result(rows, file, Known(known.sent_at, known.before), taken)
            named = zip(rows, of_file, strict=True)
            self._named = {
                row.action_id: one for row, one in named if one.why in {Why.NAMED_AS_ERROR, Why.LINE_UNCLEAR}
            }

    def decide(self, row: SentRow) -> RowResult:
        """Return what became of a row."""
        earlier = self._known.earlier.get(row.action_id)
        action = self._findings.actions.get(row.action_id)
        if (later := self._known.replaced.get(row.action_id)) is not None:
            is_applied = earlier is not None and earlier.verdict is Verdict.APPLIED
            return earlier if earlier and is_applied else self._result(Verdict.TOO_EARLY, Why.REPLACED, action, later)
        if self._taken <= self._known.sent_at:
            return earlier or self._result(Verdict.TOO_EARLY, Why.OLDER, action)
        if earlier is not None and self._is_older_than(earlier):
            return earlier
        change = self._findings.changes.get(row.action_id)
        if self._is_waiting or (change is not None and change.is_waiting):
            return _kept(earlier) or self._result(Verdict.TOO_EARLY, Why.QUEUED, action)
        return self._by_action(row, action, earlier, self._named_as_error(row, action, change))

    def _result(self, verdict: Verdict, why: Why, action: PendingAction | None, word: str = "") -> RowResult:
        seen = action or _NO_ACTION
        return RowResult(verdict, why, seen.cents, seen.state or "", word, "api", self._taken)

    def _is_older_than(self, earlier: RowResult) -> bool:
        is_told = earlier.verdict is not Verdict.TOO_EARLY
        return is_told and earlier.seen_at is not None and self._taken < earlier.seen_at

    def _named_as_error(
        self, row: SentRow, action: PendingAction | None, change: SingleChange | None
    ) -> RowResult | None:
        """Return the result of a row that the network names as an error, or may name; None for others."""
        if change is not None and change.error:
            return self._result(Verdict.REFUSED, Why.NAMED_AS_ERROR, action, change.error)
        named = self._named.get(row.action_id)
        return None if named is None else self._result(named.verdict, named.why, action, named.word)

    def _by_action(
        self, row: SentRow, action: PendingAction | None, earlier: RowResult | None, named: RowResult | None
    ) -> RowResult:
        is_refused = named is not None and named.verdict is Verdict.REFUSED
        why = None if action is None else has_change(row, action)
        if action is None or self._is_unclear(row, action):
            if named is not None and is_refused:
                return named
            return self._not_seen(row, action, earlier, named)
        if why is not None:
            # A row that is named has not made the action what it is, unless that is certain to be new.
            if named is not None and is_refused and not self._is_new(row):
                return named
            return self._result(Verdict.APPLIED, why, action)
        if named is not None and is_refused:
            return named
        return self._other(row, action, earlier, named)

    def _is_new(self, row: SentRow) -> bool:
        """Return whether an action that is as the row wants it was certainly another one before."""
        return has_change(row, self._before(row)) is None and self._is_before_known(row)

    def _before(self, row: SentRow) -> PendingAction:
        return self._known.before.get(row.action_id, _NO_ACTION)

    def _is_before_known(self, row: SentRow) -> bool:
        return self._before(row).cents is not None or is_reversed(self._before(row))

    def _is_unclear(self, row: SentRow, action: PendingAction) -> bool:
        """Return whether what the network has cannot be compared with the row."""
        before = self._before(row).currency
        if before and action.currency and before.casefold() != action.currency.casefold():
            return True
        return not has_known_state(action) or (action.cents is None and not is_reversed(action))

    def _not_seen(
        self, row: SentRow, action: PendingAction | None, earlier: RowResult | None, named: RowResult | None
    ) -> RowResult:
        """Return the result of a row whose action was not seen, or not well enough."""
        if action is not None:
            has_both = has_known_state(action) and (action.cents is not None or is_reversed(action))
            why = Why.OTHER_CURRENCY if has_both else Why.NOT_TOLD
            return _kept(earlier) or self._result(Verdict.TOO_EARLY, why, action)
        if row.action_id not in self._findings.unknown:
            if earlier is not None and earlier.why is Why.NOT_UPLOADED and self._waits_for_upload:
                return earlier  # with the time at which the action was asked for
            return _kept(earlier) or named or self._result(Verdict.TOO_EARLY, Why.NOT_ASKED, None)
        if earlier is not None and earlier.verdict in FINAL:
            return earlier
        # Where no action of the campaign was seen, the API may write ids in another way than batches do.
        is_sure = campaign_of(row.action_id) in self._findings.campaigns
        verdict = Verdict.MISSING if is_sure else Verdict.TOO_EARLY
        return self._result(verdict, Why.NOT_KNOWN, None)

    def _other(
        self, row: SentRow, action: PendingAction, earlier: RowResult | None, named: RowResult | None
    ) -> RowResult:
        """Return the result of a row whose action is not as it was sent."""
        if earlier is not None and earlier.verdict is Verdict.APPLIED:
            return self._result(Verdict.DIFFERENT, Why.CHANGED_AFTERWARDS, action)
        if word := was_changed_afterwards(row, action, self._findings.updates.get(row.action_id, ())):
            return self._result(Verdict.DIFFERENT, Why.CHANGED_AFTERWARDS, action, word)
        before, is_known = self._before(row), self._is_before_known(row)
        is_unchanged = not is_known or _is_same(before, action)
        if is_unchanged and earlier is not None and earlier.verdict is Verdict.REFUSED:
            return earlier
        if takes_no_changes(action.state) or (self._had_time and is_locked(action, self._taken)):
            return self._result(Verdict.LOCKED, Why.LOCKED, action)
        if named is not None and is_unchanged:
            return named
        if not self._had_time and (is_unchanged or not self._is_finished):
            return self._result(Verdict.TOO_EARLY, Why.RECENT, action)
        if is_unchanged and self._waits_for_upload:
            return self._result(Verdict.TOO_EARLY, Why.NOT_UPLOADED, action)
        why = Why.UNCHANGED if is_known and is_unchanged else Why.OTHER_AMOUNT
        return self._result(Verdict.DIFFERENT, why, action)


def _kept(earlier: RowResult | None) -> RowResult | None:
    """Return an earlier result that tells more than that it is too early."""
    return None if earlier is None or earlier.verdict is Verdict.TOO_EARLY else earlier


def _is_same(before: PendingAction, now: PendingAction) -> bool:
    if is_reversed(before) or is_reversed(now):
        return is_reversed(before) and is_reversed(now)
    return before.cents == now.cents
