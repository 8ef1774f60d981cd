"""Decide from a later pending download what became of the rows of a batch.

A list of pending actions shows an action with its new total; one that was reversed has the state REVERSED, or is not in the
list any more. A file is processed within a day (the network documents no time), so an unchanged amount means nothing before.
How old a list is, is known between two moments. A verdict has to be true for every moment between them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from action_returns.batch.cells import campaign_of
from action_returns.batch.context import DEFAULT_RESULTS_AFTER_HOURS, PendingAction, PendingDownload
from action_returns.batch.lock_dates import is_locked
from action_returns.verdicts.verdict import FINAL, RowResult, SentRow, Verdict, Why

PROCESSING: Final = timedelta(hours=DEFAULT_RESULTS_AFTER_HOURS)
"""Time that the network may take for a file."""
REVERSED: Final = frozenset({"REVERSED", "REJECTED"})
"""States of an action that was taken back."""
_STATES: Final = frozenset({"PENDING", "APPROVED", "LOCKED"}) | REVERSED
"""States of which it is known what they mean for the amount."""
_NO_ACTION: Final = PendingAction()


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record about a batch.

    Args:
        sent_at: when it was sent.
        before: ActionId -> what the download said of it when the batch was sent.
        replaced: ActionId -> label of the later batch that changed it again.
        earlier: ActionId -> its latest result.
        explained: actions for which another batch of the account sent the same amount.
        listed_before: how many actions the download had when the batch was sent; 0 where that is not known.
        waits_for_upload: whether a person uploads the file, and nothing on record proves that the network has it.
    """

    sent_at: datetime
    before: Mapping[str, PendingAction] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, RowResult] = field(default_factory=dict)
    explained: Collection[str] = frozenset()
    listed_before: int = 0
    waits_for_upload: bool = False

    def is_new(self, row: SentRow, action: PendingAction) -> bool:
        """Return whether an action is as the row wants it, was another one before, and no other batch explains that."""
        before = self.before.get(row.action_id)
        return (
            before is not None
            and (before.cents is not None or is_reversed(before))
            and has_change(row, before) is None
            and has_change(row, action) is not None
            and row.action_id not in self.explained
        )

    def shows_arrival(self, rows: Iterable[SentRow], actions: Mapping[str, PendingAction]) -> bool:
        """Return whether a row proves that the network has the batch: now, or in an earlier result.

        Args:
            rows: the rows that were sent.
            actions: ActionId -> what the network has, in evidence that is newer than the batch.
        """
        for row in rows:
            earlier = self.earlier.get(row.action_id)
            was_applied = earlier is not None and earlier.verdict is Verdict.APPLIED
            seen = [actions.get(row.action_id, _NO_ACTION)]
            if earlier is not None and was_applied and earlier.why is not Why.LEFT_THE_LIST:
                seen.append(PendingAction(earlier.cents, None, earlier.state or None))
            if any(has_known_state(one) and self.is_new(row, one) for one in seen):
                return True
        return False


@dataclass(frozen=True, slots=True)
class ListAge:
    """Between which moments a list was made.

    Args:
        earliest: it is not older, because it has an action of that moment.
        latest: it is not newer, because its file is of that moment.
        zones: by how much its dates count earlier, because nothing tells their time zone.
    """

    earliest: datetime
    latest: datetime
    zones: timedelta = timedelta(0)


def decide_by_pending(
    rows: Sequence[SentRow],
    pending: PendingDownload,
    known: Known,
    age: ListAge,
    *,
    processing: timedelta = PROCESSING,
    lists_others: bool = False,
    other_partners: Collection[str] = frozenset(),
) -> list[RowResult]:
    """Return what became of each row, in the order of the rows.

    Args:
        rows: the rows that were sent.
        pending: the later download, with at least the actions of the rows.
        known: what is on record.
        age: when the download was made.
        processing: time that the network may take for a file.
        lists_others: whether the download has actions that are not pending, too.
        other_partners: partners of the rows of which the download has no action.
    """
    comparison = _Comparison(
        rows, pending, known, age, processing, lists_others=lists_others, other_partners=other_partners
    )
    return list(map(comparison.decide, rows))


def has_change(row: SentRow, action: PendingAction) -> Why | None:
    """Return why an action is as the row wants it, None when it is not.

    Args:
        row: what was sent.
        action: what the network has.
    """
    if action.state != "PENDING" and is_reversed(action):
        return Why.REVERSED if row.cents == 0 else None
    return Why.AS_SENT if action.cents == row.cents else None


def is_reversed(action: PendingAction) -> bool:
    """Return whether the state of an action says that it was taken back."""
    return (action.state or "").upper() in REVERSED


def has_known_state(action: PendingAction) -> bool:
    """Return whether it is known what the state of an action means: one that is called void may be taken back."""
    state = (action.state or "").upper()
    return state in _STATES or state.startswith("PENDING (")


def has_unknown_state(action: PendingAction) -> bool:
    """Return whether an action has a state, of which it is not known what it means."""
    return bool(action.state) and not has_known_state(action)


class _Comparison:
    """Compares the rows of one batch with one download."""

    def __init__(
        self,
        rows: Sequence[SentRow],
        pending: PendingDownload,
        known: Known,
        age: ListAge,
        processing: timedelta,
        *,
        lists_others: bool,
        other_partners: Collection[str],
    ) -> None:
        self._pending = pending
        self._currency = pending.currency
        self._known = known
        self._age = age
        self._is_newer = age.earliest > known.sent_at
        self._had_time = age.earliest >= known.sent_at + processing
        self._waits_for_upload = known.waits_for_upload and not known.shows_arrival(rows, pending.actions)
        self._other_partners = other_partners
        self._tells_states = any(action.state for action in pending.actions.values())
        self._is_short = pending.count * 2 < known.listed_before
        found = [action for row in rows if (action := pending.actions.get(row.action_id)) is not None]
        self._lists_others = lists_others or any((one.state or "PENDING").upper() != "PENDING" for one in found)
        self._leaves_out = any(map(self._is_left_out, rows))
        campaigns = {campaign_of(row.action_id) for row in rows}
        # Without an action of the campaign in the list, the list may be of the other campaigns only.
        self._listed = (
            campaigns
            if len(campaigns) == 1
            else {campaign_of(row.action_id) for row in rows if row.action_id in pending.actions}
        )

    def decide(self, row: SentRow) -> RowResult:
        """Return what became of a row."""
        earlier = self._known.earlier.get(row.action_id)
        action = self._pending.actions.get(row.action_id)
        if (later := self._known.replaced.get(row.action_id)) is not None:
            is_applied = earlier is not None and earlier.verdict is Verdict.APPLIED
            return earlier if earlier and is_applied else self._result(Verdict.TOO_EARLY, Why.REPLACED, action, later)
        if self._age.latest <= self._known.sent_at:
            return self._older(action, earlier)
        if earlier is not None and self._may_be_older_than(earlier):
            return earlier
        if action is None:
            return self._decide_absent(row, earlier)
        if (why := self._why_unclear(row, action)) is not None:
            return self._kept(earlier) or self._result(Verdict.TOO_EARLY, why, action)
        if (why := has_change(row, action)) is not None:
            is_told = self._is_newer or self._is_ours(row)
            return self._result(Verdict.APPLIED, why, action) if is_told else self._older(action, earlier)
        return self._decide_other(row, action, earlier) if self._is_newer else self._older(action, earlier)

    def _result(self, verdict: Verdict, why: Why, action: PendingAction | None, word: str = "") -> RowResult:
        seen = action or _NO_ACTION
        return RowResult(verdict, why, seen.cents, seen.state or "", word, "pending", self._age.latest)

    @staticmethod
    def _kept(earlier: RowResult | None) -> RowResult | None:
        """Return an earlier result that tells more than that it is too early."""
        return None if earlier is None or earlier.verdict is Verdict.TOO_EARLY else earlier

    def _older(self, action: PendingAction | None, earlier: RowResult | None) -> RowResult:
        """Return the result of a row of which a list tells nothing that may be older than the batch."""
        if earlier is not None and earlier.why is not Why.OLDER:
            return earlier
        return self._result(Verdict.TOO_EARLY, Why.OLDER, action)

    def _may_be_older_than(self, earlier: RowResult) -> bool:
        """Return whether the action was seen at a time that may be later than this list."""
        is_seen = earlier.verdict is not Verdict.TOO_EARLY and earlier.source != "result"
        return is_seen and earlier.seen_at is not None and self._age.earliest <= earlier.seen_at

    def _before(self, row: SentRow) -> PendingAction:
        return self._known.before.get(row.action_id, _NO_ACTION)

    def _is_ours(self, row: SentRow) -> bool:
        """Return whether what is as sent cannot have been so before, as far as is known."""
        return has_change(row, self._before(row)) is None and row.action_id not in self._known.explained

    def _why_unclear(self, row: SentRow, action: PendingAction) -> Why | None:
        before, currency = self._before(row).currency, action.currency or self._currency
        if before and currency and before != currency and before.casefold() != currency.casefold():
            return Why.OTHER_CURRENCY
        tells = action.state == "PENDING" or (has_known_state(action) if action.state else not self._tells_states)
        if action.cents is not None and tells:
            return None
        is_zero = row.cents == 0 == action.cents
        return None if is_zero or is_reversed(action) else Why.NOT_TOLD

    def _decide_absent(self, row: SentRow, earlier: RowResult | None) -> RowResult:
        if not self._is_newer:
            return self._older(None, earlier)
        if earlier is not None and earlier.verdict in FINAL:
            return earlier
        locks_at = self._before(row).locks_at
        if locks_at is not None and locks_at <= self._age.latest:
            return self._result(Verdict.MISSING, Why.LOCK_DATE_PASSED, None)
        if self._is_short:
            return self._result(Verdict.MISSING, Why.FEWER_ROWS, None)
        if row.cents == 0 and locks_at is not None and self._leaves_when_reversed(row):
            return self._result(Verdict.APPLIED, Why.LEFT_THE_LIST, None)
        return self._result(Verdict.MISSING, Why.NOT_LISTED, None)

    def _leaves_when_reversed(self, row: SentRow) -> bool:
        """Return whether the action was pending with an amount, in a list like this one, which has no other actions."""
        had_amount = bool(self._before(row).cents) and not is_reversed(self._before(row))
        is_pending_list = had_amount and not self._lists_others and not self._leaves_out
        return is_pending_list and campaign_of(row.action_id) in self._listed and self._has_partner(row)

    def _has_partner(self, row: SentRow) -> bool:
        """Return whether the list has actions of the row's partner, as far as that is known: it may be of other partners."""
        return self._before(row).partner not in self._other_partners

    def _is_left_out(self, row: SentRow) -> bool:
        """Return whether an action is not in the list that a complete list has: one with an amount that cannot have locked."""
        if not row.cents or row.action_id in self._pending.actions or row.action_id in self._known.replaced:
            return False
        before = self._before(row)
        return bool(before.cents) and before.locks_at is not None and before.locks_at > self._age.latest

    def _decide_other(self, row: SentRow, action: PendingAction, earlier: RowResult | None) -> RowResult:
        """Return the result of a row whose action is not as it was sent, in a list that is newer than the batch."""
        before = self._before(row)
        if earlier is not None and earlier.verdict is Verdict.APPLIED:
            return self._result(Verdict.DIFFERENT, Why.CHANGED_AFTERWARDS, action)
        is_known = before.cents is not None or is_reversed(before)
        is_unchanged = not is_known or _is_same(before, action)
        if is_unchanged and earlier is not None and earlier.verdict is Verdict.REFUSED:
            return earlier
        if is_locked(action, self._age.earliest):
            return self._result(Verdict.LOCKED, Why.LOCKED, action)
        if is_unchanged and not self._had_time:
            return self._result(Verdict.TOO_EARLY, Why.RECENT, action)
        if is_unchanged and self._waits_for_upload:
            return self._result(Verdict.TOO_EARLY, Why.NOT_UPLOADED, action)
        why = Why.UNCHANGED if is_known and is_unchanged else Why.OTHER_AMOUNT
        return self._result(Verdict.DIFFERENT, why, action)


def _is_same(before: PendingAction, now: PendingAction) -> bool:
    if is_reversed(before) or is_reversed(now):
        return is_reversed(before) and is_reversed(now)
    return before.cents == now.cents
