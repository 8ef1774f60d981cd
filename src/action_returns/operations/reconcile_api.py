"""Ask the network's API what became of the rows of batches: all batches together, with as few requests as possible."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from action_returns.batch.cells import campaign_of
from action_returns.batch.context import PendingAction
from action_returns.brand_api.changed_actions import read_action, read_actions_since, read_changes
from action_returns.brand_api.client import BrandApi
from action_returns.brand_api.submissions import read_change_submission
from action_returns.errors import ApiError
from action_returns.ledger.row_states import ACTION, BY_ROW, ROW_OUTCOME
from action_returns.operations.api_access import api_settings, open_api
from action_returns.operations.open_batches import OpenBatch
from action_returns.operations.reconcile import Found
from action_returns.operations.reconcile_api_files import CLOCKS, FileReading, note_refusal, notes_about_files
from action_returns.operations.reconcile_pending import proof_of
from action_returns.operations.texts import counted, one_or_many
from action_returns.verdicts.by_api import ApiFindings, SingleChange, Update, decide_by_api, is_waiting
from action_returns.verdicts.by_pending import has_change
from action_returns.verdicts.verdict import SentRow, Why

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.operations.account import Account

MOST_SINGLE: Final = 200
"""Actions that are asked for one by one, and single changes likewise: the API takes 1,000 requests an hour."""
AN_HOUR: Final = 1_000
"""Requests that the API takes of an account in an hour."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_STEP: Final = 50
_CHECK: Final = (
    "Check api.campaigns in the profile. The days that are asked about begin with the oldest batch: name newer ones alone, "
    "with action-returns reconcile BATCH --api."
)
"""What to check where the API refuses a question; how many days a fetch goes back does not matter here."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ApiEvidence:
    """The network's API.

    Args:
        account: the account; its profile has the settings of the API.
        paths: where the settings are.
        now: the local time.
        tell: takes sentences about the progress.
        sleep: waits.
    """

    account: "Account"
    paths: "Paths"
    now: datetime
    tell: Tell
    sleep: Callable[[float], None] = time.sleep

    def find(self, batches: Sequence[OpenBatch]) -> "list[Found | None]":
        """Ask about the batches, and decide about their rows.

        Raises:
            action_returns.errors.ConfigError: the profile has no settings of the API, or urllib3 is not installed.
            action_returns.errors.SecretError: the token is missing, or kept where it must not be used.
            ApiError: the API cannot be reached, refuses, or its answers cannot be used.
        """
        settings = api_settings(self.account, self.paths)
        with open_api(settings, self.account.name, self.tell, self.sleep, check=_CHECK) as api:
            reading = _Reading(api, settings.campaigns, batches, self.now.astimezone(), self.tell)
            reading.read()
        requests = f"{counted(api.requests, 'request')} of the API {one_or_many(api.requests, 'was', 'were')} used"
        self.tell(f"{requests}; it takes {AN_HOUR:,} an hour.")
        processing = timedelta(hours=self.account.results_after_hours)
        return [self._found(batch, reading, processing, api.requests) for batch in batches]

    def _found(self, batch: OpenBatch, reading: "_Reading", processing: timedelta, requests: int) -> Found:
        findings = reading.findings(batch)
        taken = reading.began
        results = decide_by_api(batch.rows, findings, batch.known, taken=taken, processing=processing)
        facts: dict[str, str | int] = {"requests": requests}
        notes = list(reading.notes)
        arrived = ""
        files = reading.of_files.files.get(batch.record.number, [])
        if batch.record.channel == BY_ROW:
            arrived = proof_of(batch, results)
        elif not files and reading.of_files.are_known:
            if taken >= batch.known.sent_at + processing:
                notes.append(
                    f"Batch {batch.record.label}: the network lists no file {batch.record.file_name}. Look at File "
                    "Submissions there, and ask the network's support whether it received it."
                )
        else:
            for file in files:
                facts |= {"submission": file.batch_id, "submission_status": file.status}
            more, arrived = notes_about_files(batch, files)
            notes += more
        not_asked = sum(one.why is Why.NOT_ASKED for one in results)
        if not_asked:
            notes.append(
                f"Batch {batch.record.label}: {counted(not_asked, 'action')} did not change since it was sent. At most "
                f"{MOST_SINGLE} actions are asked for one by one, so these are still open."
            )
        return Found(results, "api", taken, facts, arrived, tuple(notes))


@dataclass(slots=True)
class _Reading:
    """What was read for several batches.

    Args:
        api: the API.
        campaigns: the campaigns that are read.
        batches: the batches.
        began: the time before the first question.
        tell: takes sentences about the progress.
    """

    api: BrandApi
    campaigns: Sequence[str]
    batches: Sequence[OpenBatch]
    began: datetime
    tell: Tell
    notes: list[str] = field(default_factory=list)
    of_files: FileReading = field(init=False)
    actions: dict[str, PendingAction] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    changes: dict[tuple[int, str], SingleChange] = field(default_factory=dict)
    updates: dict[str, list[Update]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.of_files = FileReading(self.api, self.batches, self.began, self.tell, self.notes)

    def read(self) -> None:
        """Ask the API, the widest questions first."""
        self.of_files.read()
        asked = [batch for batch in self.batches if not self.of_files.is_waiting(batch)]
        if asked:
            self._read_actions(asked)
            self._read_single_changes(asked)
            self._read_single_actions(asked)
            self._read_updates(asked)

    def findings(self, batch: OpenBatch) -> ApiFindings:
        """Return what was read about a batch."""
        return ApiFindings(
            self.actions,
            self.unknown,
            self.shown,
            self.of_files.results.get(batch.record.number),
            {action: found for (number, action), found in self.changes.items() if number == batch.record.number},
            self.updates,
        )

    def _read_actions(self, batches: Sequence[OpenBatch]) -> None:
        wanted = {row.action_id for batch in batches for row in batch.rows}
        start = min(batch.known.sent_at for batch in batches) - CLOCKS
        for campaign in self.campaigns:
            self.tell(f"Asking for the actions of campaign {campaign} that changed since {start:%Y-%m-%d} …")
            since = read_actions_since(self.api, campaign, start, self.began, wanted, self.tell)
            self.actions.update(since.found)
            self.listed.update(dict.fromkeys(since.found, campaign))
            if since.has_mobile_ids:
                self.shown.add(campaign)
        self.shown |= set(map(campaign_of, self.actions))

    def _open_rows(self, batches: Sequence[OpenBatch]) -> Iterator[tuple[OpenBatch, SentRow]]:
        """Return the rows that evidence is still looked for, the oldest batch first."""
        for batch in sorted(batches, key=lambda one: one.record.number):
            for row in batch.rows:
                earlier = batch.known.earlier.get(row.action_id)
                if row.action_id not in batch.known.replaced and (earlier is None or earlier.is_open):
                    yield batch, row

    def _read_single_actions(self, batches: Sequence[OpenBatch]) -> None:
        rows = [found for found in self._open_rows(batches) if found[1].action_id not in self.actions]
        missing = dict.fromkeys(row.action_id for _, row in sorted(rows, key=_last_asked))
        asked = list(missing)[:MOST_SINGLE]
        for at, action_id in enumerate(asked):
            if at % _STEP == 0:
                self.tell(f"Asking for single actions: {at:,} of {len(asked):,} …")
            action = read_action(self.api, action_id)
            if action is None:
                self.unknown.add(action_id)
            else:
                self.actions[action_id] = action
                self.shown.add(campaign_of(action_id))

    def _read_single_changes(self, batches: Sequence[OpenBatch]) -> None:
        """Read what became of rows that were sent one by one and do not show as sent."""
        ids: dict[tuple[int, str], str] = {}
        by_row = [batch for batch in batches if batch.record.channel == BY_ROW]
        outcomes = {batch.record.number: _outcomes_of(batch) for batch in by_row}
        for batch, row in sorted(self._open_rows(by_row), key=_last_asked):
            number = batch.record.number
            action, outcome = self.actions.get(row.action_id), outcomes[number].get(row.action_id, {})
            if action is not None and has_change(row, action) is not None:
                continue
            if outcome.get("row") == "refused":
                words = str(outcome.get("message", "")) or "no reason"
                self.changes[number, row.action_id] = SingleChange(is_waiting=False, error=words)
            elif submission := _submission_of(outcome):
                ids[number, row.action_id] = submission
        for sent, submission in list(ids.items())[:MOST_SINGLE]:
            try:
                found = read_change_submission(self.api, submission)
            except ApiError as error:
                note_refusal(self.notes, error, "What the network says of single changes is not known.")
                return
            if found is not None:
                self.changes[sent] = SingleChange(is_waiting(found.status), found.error)

    def _read_updates(self, batches: Sequence[OpenBatch]) -> None:
        """Read the changes of actions that have neither the amount from before nor the one that was sent."""
        asked: dict[str, set[str]] = defaultdict(set)
        starts = []
        for batch, row in self._open_rows(batches):
            campaign, before = self.listed.get(row.action_id), batch.known.before.get(row.action_id)
            action = self.actions.get(row.action_id)
            if campaign is None or action is None or has_change(row, action) is not None:
                continue
            if before is None or before.cents != action.cents:
                asked[campaign].add(row.action_id)
                starts.append(batch.known.sent_at)
        for campaign, ids in asked.items():
            self.tell(f"Asking how {counted(len(ids), 'action')} of campaign {campaign} changed …")
            try:
                found = read_changes(self.api, campaign, min(starts), self.began, ids, self.tell)
            except ApiError as error:
                note_refusal(self.notes, error, "How actions changed is not known.")
                return
            for change in found:
                update = Update(change.at, change.delta_cents, change.disposition, change.state)
                self.updates[change.action_id].append(update)


def _last_asked(found: tuple[OpenBatch, SentRow]) -> datetime:
    """Return when an action was asked for, so that those never asked for come first and then those asked the longest ago."""
    batch, row = found
    earlier = batch.known.earlier.get(row.action_id)
    if earlier is None or earlier.why is Why.NOT_ASKED:
        return _NEVER
    return earlier.seen_at or _NEVER


def _outcomes_of(batch: OpenBatch) -> dict[str, Mapping[str, str | int]]:
    """Return ActionId -> the facts of the latest outcome on record, for rows that were sent one by one."""
    return {str(event.detail.get(ACTION)): event.detail for event in batch.events if event.kind == ROW_OUTCOME}


def _submission_of(outcome: Mapping[str, str | int]) -> str:
    """Return the network's id of a single change, ``""`` where none is on record."""
    address = str(outcome.get("uri", "")).split("?", maxsplit=1)[0]
    _, found, submission = address.rpartition("/APISubmissions/")
    return submission if found and "/" not in submission else ""
