"""Record which other person approved a file or took that back, and find the approval that a batch needs."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Final, TextIO

from action_returns.batch.csv_format import UnsafeBytesError, parse_csv_bytes
from action_returns.errors import ApprovalError
from action_returns.ledger.approval_records import (
    APPROVED,
    USED,
    WAITING,
    WITHDRAWN,
    Approval,
    NotApprovedError,
    Person,
    Step,
)
from action_returns.ledger.approval_requests import (
    HASHED_OF_STEP,
    LedgerApprovalRequests,
    chain_of_approval,
    sent_again,
)
from action_returns.ledger.recordable import LONGEST_PLACE, LONGEST_TEXT, plain_facts, plain_line
from action_returns.ledger.records import BatchInFull, BatchRecord, NewBatch

_NEAR: Final = 3
"""Approvals that a refusal is told of at most."""


class LedgerApprovals(LedgerApprovalRequests):
    """The approvals of batches. Every method raises LedgerError when the ledger cannot be used."""

    def requires_approval(self) -> bool:
        """Return whether the team's database takes no batch without an approval, whatever a profile says."""
        has_users = self._store.chains_events
        return has_users and self._store.query("SELECT 1 FROM approval_rule LIMIT 1") != []

    def approve(self, number: int, sha256: str, by: str = "") -> Approval:
        """Record that a person approves the bytes that another one prepared.

        Args:
            number: the approval.
            sha256: the hash of the bytes that the person was shown, in hex.
            by: the name that the person typed, ``""`` for the user of this computer.

        Raises:
            ApprovalError: it does not wait for approval, the hash is another one, or the same person prepared it.
        """
        with self._store.transaction():
            found, person = self._approval(number), self.myself(by)
            state = found.state(self._now())
            if state != WAITING:
                raise ApprovalError(f"Approval {number} is {state}, so it cannot be approved. Nothing was recorded.")
            if sha256 != found.target.sha256:
                raise ApprovalError(
                    f"The file of approval {number} has another SHA-256: {found.target.sha256}. Nothing was approved. Look "
                    f"at it again: action-returns approval show {number}"
                )
            if person.is_same(found.by):
                raise ApprovalError(
                    f"{person} prepared approval {number} as {found.by}. Another person has to approve it. Nothing was "
                    "approved."
                )
            self._content_of(found)
            self._add_step(found, APPROVED, person, {"sha256": sha256})
            return self._approval(number)

    def withdraw(self, number: int, why: str, by: str = "") -> Approval:
        """Record that an approval, or the request for one, no longer holds.

        Args:
            number: the approval.
            why: the reason.
            by: the name that the person typed, ``""`` for the user of this computer.

        Raises:
            ApprovalError: it was used or withdrawn already, or there is no reason.
        """
        if not why.strip():
            raise ApprovalError(f"Approval {number} was not withdrawn: say why, so that others can follow it later.")
        with self._store.transaction():
            found = self._approval(number)
            if (state := found.state(self._now())) in {USED, WITHDRAWN}:
                batch = f" by batch {found.used_by[-1]}" if found.used_by else ""
                raise ApprovalError(f"Approval {number} is {state}{batch} already. Nothing was recorded.")
            self._add_step(found, WITHDRAWN, self.myself(by), {"why": plain_line(why.strip(), LONGEST_TEXT)})
            return self._approval(number)

    def _add_step(self, approval: Approval, kind: str, person: Person, detail: Mapping[str, str]) -> None:
        step: dict[str, object] = {
            "approval": approval.number,
            "at": self._utc_now(),
            "kind": kind,
            **self._columns_of(person),
            "detail": json.dumps(plain_facts(detail)),
        }
        step["chain"] = "" if self._store.chains_events else chain_of_approval(approval.chain, step, HASHED_OF_STEP)
        self._insert("approval_step", step)

    def usable_approval(self, batch: NewBatch, sha256: str, again: int = 0) -> Approval:
        """Return the approval by which a batch may be sent now.

        Args:
            batch: where it comes from and where it goes.
            sha256: hash of its bytes.
            again: how many of its rows may have arrived before, and go out again.

        Raises:
            NotApprovedError: there is none.
        """
        with self._store.snapshot():
            return self._usable_approval(batch, self.batches_of(batch.sender).names[0], sha256, again)

    def _usable_approval(self, batch: NewBatch, account: str, sha256: str, again: int) -> Approval:
        target = self._target(batch, account, sha256)
        same = self._same_target(target)
        for one in same:
            # Who approved it was shown how many rows go out again.
            if one.is_whole and one.state(self._now()) == APPROVED and sent_again(one.facts) >= again:
                return one
        same_bytes = self._approvals("WHERE sha256 = ? ORDER BY number DESC", sha256)
        same_file = self._approvals(
            "WHERE source = ? AND profile = ? ORDER BY number DESC",
            *(plain_line(batch.source, LONGEST_PLACE), batch.sender.profile),
        )
        # One that waits tells more than one that was withdrawn before or after it.
        same.sort(key=lambda one: one.state(self._now()) != WAITING)
        near = {one.number: one for one in (*same, *same_bytes, *same_file)}
        raise NotApprovedError(target, tuple(near.values())[:_NEAR])

    def _use(self, approval: Approval, number: int) -> dict[str, str | int]:
        """Record that a batch uses an approval, inside the claim, and return the facts that its confirmation names."""
        self._insert("approval_use", {"batch": number, "approval": approval.number})
        return facts_of(approval)

    def _in_full(self, record: BatchRecord, row_count: int | None = None) -> BatchInFull:
        """Return a batch as :class:`LedgerInspection` does, also compared with the approval that it names."""
        found = super()._in_full(record, row_count)
        problems = self._approval_problems(found)
        return replace(found, problems=(*found.problems, *problems)) if problems else found

    def _approval_problems(self, found: BatchInFull) -> list[str]:
        told = next((event.detail for event in found.events if event.kind == "confirmed"), {})
        used = self._store.query("SELECT approval FROM approval_use WHERE batch = ?", found.record.number)
        if not used and "approval" not in told:
            return []
        numbers = {*(number for (number,) in used), told.get("approval")}
        one = next(iter(numbers))
        listed = self._approvals("WHERE number = ?", one) if len(numbers) == 1 and isinstance(one, int) else []
        if not listed:
            return [
                f"Batch {found.record.label} names another approval than is on record for it, or one that is missing."
            ]
        facts = facts_of(listed[0])
        if not listed[0].is_whole or any(told.get(name) != fact for name, fact in facts.items()):
            return [f"Approval {one} of batch {found.record.label} was changed after the batch was recorded."]
        return []

    def problems(self) -> list[str]:
        """Compare everything on record with each other, approvals too, and return what is broken, one sentence each."""
        return [*super().problems(), *(sentence for _, sentence in self._changed_approvals())]

    def export_lines(self, stream: TextIO) -> list[str]:
        """Write every batch as :class:`LedgerInspection` does, then every approval, one a line, the oldest first.

        The line of an approval has the key ``approval``, that of a batch ``number``.
        """
        problems = super().export_lines(stream)
        changed = dict(self._changed_approvals())
        for one in reversed(self.approvals()):
            line = {
                **_exported(one),
                "asked_for": self._asked_for(one),
                "problems": [*filter(None, [changed.get(one.number)])],
            }
            stream.write(json.dumps(line) + "\n")
        return [*problems, *changed.values()]

    def _changed_approvals(self) -> list[tuple[int, str]]:
        """Return number of each approval that was changed, and a sentence that says so, the latest first."""
        return [
            (one.number, f"Approval {one.number} was changed after it was recorded.")
            for one in self.approvals()
            if not one.is_whole or hashlib.sha256(self._bytes_of(one.number)).hexdigest() != one.target.sha256
        ]

    def _asked_for(self, approval: Approval) -> list[dict[str, str | int]] | None:
        """Return the rows of the bytes of an approval, None where they are not a file of action changes."""
        try:
            rows = parse_csv_bytes(self._bytes_of(approval.number))
        except UnsafeBytesError:
            return None
        return [{"action_id": action_id, "cents": cents, "reason": reason} for action_id, cents, reason in rows]


def facts_of(approval: Approval) -> dict[str, str | int]:
    """Return what the confirmation of a batch names of its approval: number, hash, both persons and times."""
    approved = approval.approved or Step(APPROVED, None, Person("", ""))
    return plain_facts(
        {
            "approval": approval.number,
            # As it was then: it may be withdrawn after a batch that failed.
            "approval_chain": approved.chain,
            "prepared_by": str(approval.by),
            "prepared_at": _iso(approval.at),
            "approved_by": str(approved.by),
            "approved_at": _iso(approved.at),
        }
    )


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat(timespec="seconds")


def _exported(approval: Approval) -> dict[str, object]:
    """Return an approval for machines, without its rows."""
    return {
        "approval": approval.number,
        "asked_at": _iso(approval.at),
        "prepared_by": approval.by._asdict(),
        "source": approval.source,
        **asdict(approval.target),
        "size": approval.size,
        "facts": dict(approval.facts),
        "steps": [
            {"kind": step.kind, "at": _iso(step.at), "by": step.by._asdict(), "why": step.why, "chain": step.chain}
            for step in approval.steps
        ],
        "batches": list(approval.used_by),
        "chain": approval.chain,
    }
