"""Look at everything on record: each batch with its parts compared with each other, and all of it as text."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TextIO

from action_returns.batch.csv_format import UnsafeBytesError, parse_csv_bytes
from action_returns.ledger import integrity
from action_returns.ledger.chain import broken_events
from action_returns.ledger.queries import NO_TAG, LedgerQueries, are_one_tag
from action_returns.ledger.records import BatchInFull, BatchRecord, Event, label


class LedgerInspection(LedgerQueries):
    """The questions about what was changed. Every method raises LedgerError when the ledger cannot be read."""

    def event_hashes(self) -> set[str]:
        """Return the hashes that the events carry."""
        return {chain for (chain,) in self._store.query("SELECT chain FROM event")}

    def in_full(self, number: int) -> BatchInFull:
        """Return everything on record about a batch, its parts compared with each other and its events with theirs.

        Raises:
            NoSuchBatchError: there is no batch of that number.
        """
        with self._store.snapshot():
            found = self._in_full(self.batch(number))
            told: dict[str, None] = {}
            for (event,) in self._store.query("SELECT rowid FROM event WHERE batch = ? ORDER BY rowid", number):
                # The event after carries a hash of this one, and so shows when both it and its hash were changed.
                ((after,),) = self._store.query("SELECT min(rowid) FROM event WHERE rowid > ?", event)
                broken = broken_events(self._store, event, event if after is None else after)
                told |= dict.fromkeys(sentence for listed in broken.values() for sentence in listed)
        return _with_problems(found, told)

    def all_in_full(self) -> Iterator[BatchInFull]:
        """Return every batch as :meth:`in_full` does, the oldest first; every event is read once."""
        broken = broken_events(self._store)
        counts = dict(self._store.query("SELECT batch, count(*) FROM sent_row GROUP BY batch"))
        for (number,) in self._store.query("SELECT number FROM batch ORDER BY number"):
            with self._store.snapshot():
                found = self._in_full(self.batch(number), counts.get(number, 0))
            yield _with_problems(found, broken.get(number, ()))

    def missing_batches(self) -> list[str]:
        """Return which batches are not on record though later ones are, or events of theirs, one sentence each."""
        found = self._store.query(
            "SELECT number, 1 FROM batch UNION SELECT batch, 0 FROM event "
            "WHERE NOT EXISTS (SELECT 1 FROM batch AS b WHERE b.number = event.batch) ORDER BY 1"
        )
        problems, expected = [], 1
        for number, is_there in found:
            if number > expected or not is_there:
                last = number - 1 if is_there else number
                which = label(expected) if last <= expected else f"{label(expected)} to {label(last)}"
                problems.append(f"Nothing is on record of batch {which}, though numbers are given one after the other.")
            expected = number + 1
        return problems

    def _in_full(self, record: BatchRecord, row_count: int | None = None) -> BatchInFull:
        """Return a batch, its parts compared with each other.

        Args:
            record: the batch.
            row_count: how many rows the table of rows has for it, None when they were not counted.
        """
        number, content = record.number, self._content(record.number)
        stored = [] if content is None or row_count is None else self._rows_of(number, content)
        if len(stored) != row_count:  # all of them are read: the table is sorted by action, so that takes longer
            stored = self._store.query(
                "SELECT action_id, cents, reason FROM sent_row WHERE batch = ? ORDER BY action_id", number
            )
        return integrity.compare(record, self.events(number), content, stored, newer=self._store.read_only)

    def _rows_of(self, number: int, content: bytes) -> list[tuple[str, int, str]]:
        """Return what the table of rows has for the actions in the bytes of a batch."""
        try:
            ids = sorted(parse_csv_bytes(content).action_ids)
        except UnsafeBytesError:
            return []
        return self._store.query(
            f"SELECT action_id, cents, reason FROM sent_row WHERE action_id {self._store.in_list} AND batch = ?",
            *(self._store.as_list(ids), number),
        )

    def problems(self) -> list[str]:
        """Compare everything on record with each other, and return what is broken, one sentence each."""
        tag = [] if are_one_tag(self._store.query("SELECT tag FROM ledger")) else [NO_TAG]
        batches = (" ".join(found.problems) for found in self.all_in_full() if found.problems)
        return [*tag, *self.missing_batches(), *batches]

    def export_lines(self, stream: TextIO) -> list[str]:
        """Write every batch with its rows and events as JSON, one batch a line, the oldest first.

        Returns:
            What is broken, one sentence each; the same is in the lines.
        """
        problems = self.missing_batches()
        for found in self.all_in_full():
            record = found.record
            names = [
                name
                for name in record.__dataclass_fields__
                if name not in {"broken", "may_have_arrived", "sending_until", "answered_late"}
            ]
            line = {name: _json_value(getattr(record, name)) for name in names}
            line["sent"] = [
                {"action_id": action_id, "cents": cents, "reason": reason} for action_id, cents, reason in found.rows
            ]
            line["events"] = [{**event_json(event), "chain": event.chain} for event in found.events]
            line["attachments"] = [
                {"kind": one.kind, "sha256": one.sha256, "size": one.size} for one in found.attachments
            ]
            line["problems"] = list(found.problems)
            stream.write(json.dumps(line) + "\n")
            problems += found.problems
        return problems


def _with_problems(found: BatchInFull, problems: Collection[str]) -> BatchInFull:
    return replace(found, problems=(*found.problems, *problems))


def event_json(event: Event) -> dict[str, object]:
    """Return an event for machines; no fact that a program gave takes the place of what the database recorded."""
    recorded = {
        "at": _json_value(event.at),
        "kind": event.kind,
        "database_user": event.db_user or None,
        "recorded_at": _json_value(event.recorded_at),
    }
    return {**recorded, **{name: value for name, value in event.detail.items() if name not in recorded}}


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else dict(value) if isinstance(value, Mapping) else value
