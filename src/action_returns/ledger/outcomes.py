"""Record what became of a batch: what its program found out, what a person found, and what can be told of a lost program.

An outcome that comes after a person's mark is never lost. It decides where the mark would let rows go out twice:

* ``sent`` or ``handed-over`` after a mark ``failed``: the receiver has it, so its rows count as arrived again;
* ``unknown`` after a mark ``failed`` that was made while the file was on its way: the person looked too early;
* everything else changes nothing: it stands beside the mark as an event of its own.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from action_returns.errors import LedgerError, MarkError
from action_returns.ledger.chain import FORM, chain_of
from action_returns.ledger.inspection import LedgerInspection
from action_returns.ledger.integrity import OUTCOME_FACTS
from action_returns.ledger.kept_outcomes import KeptOutcome, kept_outcomes
from action_returns.ledger.marks import makes_more_of, not_to_be_marked, rows_have_arrived
from action_returns.ledger.recordable import LONGEST_TEXT, plain_facts, plain_text
from action_returns.ledger.records import (
    FAILED,
    LATE,
    MARKS,
    OPEN,
    PREPARED,
    SENDING,
    SENT,
    UNKNOWN,
    BatchRecord,
    Event,
    label,
    marked_message,
)
from action_returns.ledger.row_states import arrived_rows
from action_returns.ledger.store import Store, user_and_host

_ENDED_BEFORE_SENDING: Final = (
    "The program that was to send this batch ended before the first byte left. Nothing was delivered. Send it again."
)
_ENDED_WHILE_SENDING: Final = (
    "The program that sent this batch {ended} before it could record the outcome. The file may have arrived or not. "
    "Do not send it again before you have looked: compare with File Submissions or a new pending download."
)


_LONGEST_FINDER: Final = 200
"""Characters with which a team's database adds to an outcome who found it."""
_UNFINISHED: Final = "unfinished"
_KEPT: Final = "kept since"
"""What an outcome is found by beside evidence: no outcome of its program, or one that was kept on its computer."""


class OnRecord(NamedTuple):
    """What is on record after an outcome was recorded.

    Args:
        state: the state of the batch.
        mark: the mark of a person that was there before the outcome, None for none.
    """

    state: str
    mark: Event | None = None


class LedgerOutcomes(LedgerInspection):
    """The outcomes of batches. Every method raises LedgerError when the ledger cannot be used.

    Args:
        store: the database.
        now: the clock.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        super().__init__(store)
        self._now = now

    def settle(
        self, number: int, state: str, message: str, evidence: Mapping[str, str | int], *, found: str = ""
    ) -> OnRecord:
        """Record the outcome of a batch; one that is on record already is not recorded again.

        Args:
            number: the batch.
            state: ``sent``, ``handed-over``, ``failed`` or ``unknown``.
            message: the outcome in words.
            evidence: what the receiver answered.
            found: where the outcome comes from, when it is recorded by another program than the one that sent it.

        Returns:
            What is on record now: another state when a person has marked the batch meanwhile.

        Raises:
            LedgerError: it cannot be recorded, or the batch has another outcome already.
        """
        # Another program may have taken this one for dead and recorded unknown; the sender knows better.
        before = (*(OPEN if state == FAILED else (SENDING,)), UNKNOWN)
        message, evidence = plain_text(message, LONGEST_TEXT), plain_facts(evidence)
        detail: dict[str, str | int] = {"state": state, "message": message, **({"found": found} if found else {})}
        with self._store.transaction():
            record, events = self.batch(number), self.events(number)
            mark = next((event for event in reversed(events) if event.kind == "marked"), None)
            if any(_tells(event, state, message, evidence) for event in events):
                return OnRecord(record.state, mark)
            changes_nothing = record.state == state or _is_found(record, events)
            if mark is not None:
                changes_nothing = not makes_more_of(mark, record.state, state)
            if changes_nothing:
                self._add_event(number, LATE, {**detail, **evidence})
                return OnRecord(record.state, mark)
            if not self._change_state(number, before if mark is None else (FAILED,), state, message, evidence):
                raise LedgerError(
                    f"Batch {label(number)} is {record.state}, so the outcome {state} cannot be recorded."
                )
            self._add_event(number, "outcome", {**detail, **evidence})
        return OnRecord(state, mark)

    def settle_found(
        self, number: int, state: str, message: str, evidence: Mapping[str, str | int], *, found: str
    ) -> OnRecord:
        """Record that the receiver certainly has a batch of which that was not certain. Any member may do it.

        It takes nothing away: the rows stay behind before and after. So any member of a team may record it, and the database
        names the member in the message. That the receiver has nothing is for a person to say: :meth:`mark`.

        Args:
            number: the batch, ``unknown`` or ``handed-over``.
            state: ``sent``.
            message: the outcome in words.
            evidence: what shows it; added to what the receiver answered.
            found: where it was found: the list of the receiver's files, a later pending download and so on.

        Returns:
            What is on record now. A batch that is ``sent`` already stays as it is.

        Raises:
            LedgerError: it cannot be recorded, or the batch is in a state that evidence does not change.
        """
        if state != SENT or not found.strip():
            raise LedgerError(
                f"Evidence shows that a batch was sent, and where it was found; it shows no batch {state}."
            )
        with self._store.transaction():
            record = self.batch(number)
            if record.state == SENT:
                return OnRecord(SENT)
            shows = {name: fact for name, fact in plain_facts(evidence).items() if name not in OUTCOME_FACTS}
            together = {**shows, **record.evidence}
            message = plain_text(message, LONGEST_TEXT - _LONGEST_FINDER)
            if not self._change_state(number, MARKS[SENT], SENT, message, together):
                raise LedgerError(f"Batch {label(number)} is {record.state}, so no evidence makes it sent.")
            # A team's database adds to the message who found it.
            detail = {"state": SENT, "message": self.batch(number).message, "found": found}
            self._add_event(number, "outcome", {**detail, **together})
        return OnRecord(SENT)

    @property
    def process(self) -> str:
        """This program, as the ledger names it in the batches that it sends."""
        return self._store.process_name()

    def record_kept(self, folder: Path) -> list[str]:
        """Record the outcomes that are kept on this computer and belong to batches of this ledger.

        One that cannot be recorded now stays kept.

        Args:
            folder: where they are kept.

        Returns:
            The labels of the batches.
        """
        return [] if self._store.read_only else [kept.label for kept in kept_outcomes(folder) if self._takes(kept)]

    def _takes(self, kept: KeptOutcome) -> bool:
        try:
            its = self._store.query(
                "SELECT number FROM batch WHERE number = ? AND file_name = ? AND sha256 = ? AND process = ?",
                *(kept.number, kept.file_name, kept.sha256, kept.process),
            )
            if not its:
                return False
            self.settle(kept.number, kept.state, kept.message, kept.evidence, found=f"{_KEPT} {kept.at}")
        except LedgerError:
            return False
        with suppress(OSError):  # it is recorded once, however often it is found
            kept.path.unlink()
        return True

    def mark(self, number: int, state: str, why: str, *, shown: str, program_ended: bool = False) -> None:
        """Record the outcome that a person found at the receiver's side.

        Args:
            number: the batch, ``unknown`` or ``handed-over``; or ``sent``, when the receiver has nothing.
            state: ``sent`` or ``failed``.
            why: what the person found.
            shown: the state the person was shown.
            program_ended: whether the person knows that the program which sent it has ended, though the ledger cannot tell
                that from a lost connection.

        Raises:
            MarkError: the batch is in another state than the person was shown, or in one that this mark does not
                change; a program is at work on it, or may be; there is no reason; or it would become failed though it
                is on record that the receiver has some of its rows.
        """
        if state not in MARKS:
            raise MarkError(f"A batch can be marked sent or failed, not {state}.")
        if not why.strip():
            raise MarkError(f"Batch {label(number)} was not marked: say why, so that others can follow it later.")
        decision = plain_facts({"state": state, "who": user_and_host(), "why": why.strip(), "was": shown})
        self.settle_unfinished()  # a program that was sending it may have ended since the ledger was opened
        with self._store.transaction():
            record = self.batch(number)
            before = (*MARKS[state], SENDING) if program_ended and record.sending_until else MARKS[state]
            if record.state != shown and shown in MARKS[state]:
                raise MarkError(
                    f"Batch {record.label} became {record.state} meanwhile. Nothing was marked. Look again."
                )
            if record.state not in before:
                raise MarkError(not_to_be_marked(record, state, self._now()))
            if state == FAILED and (arrived := arrived_rows(self._store, number)):
                raise MarkError(rows_have_arrived(record, arrived, self._now()))
            # The event comes first: the database makes no sent batch failed without it.
            self._add_event(number, "marked", {**decision, "was": record.state})
            self._change_state(number, before, state, marked_message(decision), record.evidence)

    def settle_unfinished(self) -> list[str]:
        """Settle every batch whose program ended without recording an outcome, and return their labels.

        One that lost its connection may still be at it: its batch is left alone until it certainly is not.
        """
        if self._store.read_only:
            return []
        unfinished = self._store.query(
            "SELECT number, process, state FROM batch WHERE state IN (?, ?) ORDER BY number", *OPEN
        )
        abandoned = [batch for batch in unfinished if self._store.is_abandoned(batch[0], batch[1])]
        return [label(batch[0]) for batch in abandoned if self._settle_abandoned(*batch)]

    def _settle_abandoned(self, number: int, process: str, was: str) -> bool:
        """Settle a batch unless another program was faster or its own is there again; return whether this one did."""
        ended = _ENDED_WHILE_SENDING.format(ended=self._store.ended)
        state, message = (FAILED, _ENDED_BEFORE_SENDING) if was == PREPARED else (UNKNOWN, ended)
        try:
            with self._store.transaction():
                is_settled = self._change_state(number, (was,), state, message, {})
                if is_settled:
                    self._add_event(number, "outcome", {"state": state, "message": message, "found": _UNFINISHED})
        except LedgerError:
            # Its program connected again at this very moment, so the database refuses to take it for ended.
            if self._store.is_abandoned(number, process):
                raise
            return False
        return is_settled

    def _change_state(
        self,
        number: int,
        before: tuple[str, ...],
        state: str,
        message: str = "",
        evidence: Mapping[str, str | int] | None = None,
    ) -> bool:
        """Change the state of a batch if it is one of some, and return whether it was."""
        settled_at = None if state == SENDING else self._utc_now()
        changed = self._store.execute(
            "UPDATE batch SET state = ?, message = ?, evidence = ?, settled_at = ? "
            f"WHERE number = ? AND state IN ({', '.join('?' * len(before))})",
            state,
            plain_text(message, 3 * LONGEST_TEXT),  # a mark has two names and a reason
            json.dumps(plain_facts(evidence or {})),
            *(settled_at, number, *before),
        )
        return changed == 1

    def _add_event(self, number: int, kind: str, detail: Mapping[str, str | int]) -> None:
        event = (number, self._utc_now(), kind, json.dumps(plain_facts(detail)))
        chain = "" if self._store.chains_events else chain_of(FORM, self.chain_end(), *event)
        self._store.execute("INSERT INTO event (batch, at, kind, detail, chain) VALUES (?, ?, ?, ?, ?)", *event, chain)

    def _utc_now(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")


def _tells(event: Event, state: str, message: str, evidence: Mapping[str, str | int]) -> bool:
    """Return whether an event has just this outcome."""
    if event.kind not in {"outcome", LATE}:
        return False
    kept = {name: value for name, value in event.detail.items() if name not in OUTCOME_FACTS}
    return (event.detail["state"], event.detail["message"], kept) == (state, message, evidence)


def _is_found(record: BatchRecord, events: Sequence[Event]) -> bool:
    """Return whether evidence shows that the receiver has a batch, whatever its program found out."""
    latest = next((event for event in reversed(events) if event.kind == "outcome"), None)
    where = "" if latest is None else str(latest.detail.get("found", ""))
    return record.state == SENT and where not in {"", _UNFINISHED} and not where.startswith(_KEPT)
