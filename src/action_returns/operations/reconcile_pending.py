"""Find what a later pending download says of batches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from action_returns.batch.context import PendingDownload
from action_returns.clean_text import clean_line
from action_returns.ledger.records import HANDED_OVER
from action_returns.operations.known_results import LIST_SHA256, TAKEN_BY
from action_returns.operations.list_age import UNKNOWN_AGE, file_date
from action_returns.operations.open_batches import OpenBatch
from action_returns.operations.pending_source import PendingSource, load_download
from action_returns.operations.reconcile import Found
from action_returns.operations.result_notes import local_minute, notes_on_age, notes_on_newer_results
from action_returns.operations.texts import counted, one_or_many
from action_returns.verdicts.by_pending import ListAge, decide_by_pending, has_change, is_reversed
from action_returns.verdicts.verdict import RowResult, Verdict, Why

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.operations.account import Account

_ENOUGH_ROWS: Final = 3
"""Rows of a batch from which on it is no chance that all of them have other amounts."""


@dataclass(frozen=True, slots=True)
class PendingEvidence:
    """A later pending download.

    Args:
        source: the download.
        account: the account whose time zone holds, and for which the copy is kept.
        paths: where it is kept.
        now: the local time.
        taken: when the user downloaded it, None when the user did not say.
    """

    source: PendingSource
    account: "Account"
    paths: "Paths"
    now: datetime
    taken: datetime | None = None

    def find(self, batches: Sequence[OpenBatch]) -> "list[Found | None]":
        """Compare the rows of each batch with the download."""
        from action_returns.operations.evidence_of_file import refuse_as_pending
        from action_returns.operations.kept_pending import hash_of, with_its_facts
        from action_returns.operations.list_age import age_of, loaded_before

        refuse_as_pending(self.source.path)
        source = with_its_facts(self.source, self.account, self.paths)
        loaded = loaded_before(source, self.account, self.paths)
        ids = {row.action_id for batch in batches for row in batch.rows}
        pending = load_download(source, None, self.account, self.paths, now=self.now, ids=ids)
        is_zone_known = self.account.is_time_zone_known
        age = age_of(source, pending, loaded, self.taken, now=self.now, is_zone_known=is_zone_known)
        sha256 = hash_of(self.source.path)[0]
        lists_others = self._lists_others(source, pending, batches)
        other_partners = self._other_partners(source, pending, batches)
        return [
            self._found(batch, pending, age, sha256, lists_others=lists_others, other_partners=other_partners)
            for batch in batches
        ]

    def _found(
        self,
        batch: OpenBatch,
        pending: PendingDownload,
        age: ListAge,
        sha256: str,
        *,
        lists_others: bool,
        other_partners: frozenset[str],
    ) -> Found:
        if batch.without_list is not None:
            # What a list said of which another age was given before is corrected by what it says now.
            told = "" if self.taken is None else age.latest.isoformat(timespec="seconds")
            batch = replace(batch, known=batch.without_list(sha256, told))
        is_dated = age.earliest != UNKNOWN_AGE
        hours = self.account.results_after_hours
        results = decide_by_pending(
            batch.rows,
            pending,
            batch.known,
            age,
            processing=timedelta(hours=hours),
            lists_others=lists_others,
            other_partners=other_partners,
        )
        facts: dict[str, str | int] = {"file": self.source.path.name, "actions": pending.count, LIST_SHA256: sha256}
        if self.taken is not None:
            facts[TAKEN_BY] = "the user"
        notes = notes_on_age(batch, results, age, hours)
        if self.taken is None and (of := file_date(self.source.path)) > self.now + timedelta(minutes=1):
            in_future = f"The date of {self.source.path.name}, {local_minute(of)}, is in the future."
            notes += (f"{in_future} When it was downloaded earlier, say so: --taken TIME.",)
        if batch.record.state == HANDED_OVER and any(one.why is Why.UNCHANGED for one in results):
            notes += (
                (
                    f"Batch {batch.record.label} was handed over, and it is not on record when its file was uploaded. Where that was "
                    f"less than {counted(hours, 'hour')} before the list, or not at all, the unchanged rows may still change."
                ),
            )
        notes += notes_on_newer_results(batch, results, age)
        if has_other_amounts(batch, pending):
            notes += (self._note_on_column(batch),)
        taken = age.earliest if is_dated else age.latest
        return Found(results, "pending", taken, facts, proof_of(batch, results), notes, is_dated)

    def _note_on_column(self, batch: OpenBatch) -> str:
        """Return that the amounts of the list may be of another column, with the name of the one that was read."""
        from action_returns.readers.headers import find_fields
        from action_returns.readers.pending_rows import read_headers

        headers = read_headers(self.source.path)
        at = find_fields(headers, self.source.columns).get("amount")
        named = "" if at is None else f", {clean_line(headers[at])},"
        return (
            f"No action of batch {batch.record.label} has the amount from before or the one that was sent. The column that "
            f"was read as Amount{named} may be another one. Compare one action with the network."
        )

    @staticmethod
    def _other_partners(
        source: PendingSource, pending: PendingDownload, batches: Sequence[OpenBatch]
    ) -> frozenset[str]:
        """Return the partners of reversed actions that are not in the download, of which it has no other action either."""
        from action_returns.operations.list_age import partners_not_listed

        absent = (
            batch.known.before.get(row.action_id)
            for batch in batches
            for row in batch.rows
            if row.cents == 0 and row.action_id not in pending.actions
        )
        listed = {action.partner for action in pending.actions.values()}
        asked = {action.partner for action in absent if action is not None and action.partner} - listed
        return partners_not_listed(source.path, source.columns, asked) if asked else frozenset()

    @staticmethod
    def _lists_others(source: PendingSource, pending: PendingDownload, batches: Sequence[OpenBatch]) -> bool:
        """Return whether the download has actions that are not pending. It is looked at only where that decides."""
        from action_returns.operations.list_age import lists_other_states

        is_asked = any(
            row.cents == 0 and row.action_id not in pending.actions and row.action_id in batch.known.before
            for batch in batches
            for row in batch.rows
        )
        if any((action.state or "PENDING").upper() != "PENDING" for action in pending.actions.values()):
            return True
        return is_asked and lists_other_states(source.path, source.columns)


def has_other_amounts(batch: OpenBatch, pending: PendingDownload) -> bool:
    """Return whether no action of a batch has an amount that is known: then the list may have been read wrongly.

    Args:
        batch: the batch; of fewer than three rows, or where an amount from before is not known, that tells nothing.
        pending: the list.
    """
    if len(batch.rows) < _ENOUGH_ROWS:
        return False
    has_any = False
    for row in batch.rows:
        before, now = batch.known.before.get(row.action_id), pending.actions.get(row.action_id)
        if before is None or before.cents is None:
            return False
        if now is None or now.cents is None:
            continue
        if now.cents in {before.cents, row.cents} or is_reversed(now):
            return False
        has_any = True
    return has_any


def proof_of(batch: OpenBatch, results: Sequence[RowResult]) -> str:
    """Return what makes certain that the receiver has the batch, ``""`` where nothing does.

    That is: every row whose amount from before is known and is another one than was sent is as sent now, at least one; no
    row contradicts; and no other batch of the account explains it.
    """
    known = batch.known
    proven = 0
    for row, result in zip(batch.rows, results, strict=True):
        if result.verdict not in {Verdict.APPLIED, Verdict.TOO_EARLY} or result.why is Why.LEFT_THE_LIST:
            return ""
        before = known.before.get(row.action_id)
        if before is None or before.cents is None or has_change(row, before) is not None:
            continue
        if result.verdict is not Verdict.APPLIED or row.action_id in known.explained:
            return ""
        proven += 1
    if not proven:
        return ""
    return f"{counted(proven, 'action')} had another amount before, and now {one_or_many(proven, 'has', 'have')} the one that was sent"
