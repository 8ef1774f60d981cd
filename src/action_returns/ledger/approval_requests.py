"""Record the bytes that a person prepared, for another one to approve, and read every approval on record.

Each approval carries a hash over its request and its steps (``chain_of``). The event ``confirmed`` of the batch that uses
it names that hash, so that an approval which was changed later is seen as every other change of a batch is.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from action_returns.batch.csv_format import CsvFile, UnsafeBytesError, parse_csv_bytes
from action_returns.errors import ApprovalError, LedgerError
from action_returns.ledger import integrity
from action_returns.ledger.approval_records import APPROVED, WAITING, Approval, NewRequest, Person, Step, Target
from action_returns.ledger.attachments import LedgerAttachments
from action_returns.ledger.chain import chain_of
from action_returns.ledger.decoding import decode_facts, decode_time
from action_returns.ledger.recordable import LONGEST_NAME, LONGEST_PLACE, plain_facts, plain_line
from action_returns.ledger.records import BatchRecord, NewBatch
from action_returns.ledger.store import user_and_host, user_name

_HASHED: Final = (
    *("number", "at", "who", "os_user", "sha256", "account", "profile", "environment", "channel", "receiver"),
    *("destination", "source", "detail"),
)
"""Columns of a request that its hash covers, before the user of the database and the server's time."""
HASHED_OF_STEP: Final = ("approval", "at", "kind", "who", "os_user", "detail")
_WITHDRAW: Final = "It cannot be approved. Ask who prepared it, and withdraw it."


class LedgerApprovalRequests(LedgerAttachments):
    """The requests for approval, and what became of them. Every method raises LedgerError when the ledger cannot be used."""

    def myself(self, name: str = "") -> Person:
        """Return the person who uses this program, as the ledger will record them.

        Args:
            name: the name that the person typed, ``""`` for the user of this computer.
        """
        return Person(
            plain_line(name, LONGEST_NAME).strip() or user_name(), user_and_host(), self._store.database_user()
        )

    def now(self) -> datetime:
        """Return the time by the clock of this ledger."""
        return self._now()

    def approvals(self) -> list[Approval]:
        """Return every approval, the latest first."""
        with self._store.snapshot():
            return self._approvals("ORDER BY number DESC")

    def approval(self, number: int) -> Approval:
        """Return one approval.

        Raises:
            ApprovalError: there is none of that number.
            LedgerError: it was changed after it was recorded.
        """
        with self._store.snapshot():
            return self._approval(number)

    def approval_content(self, number: int) -> bytes:
        """Return the bytes that a person prepared, which are those of the hash and of the totals.

        Raises:
            ApprovalError: there is no approval of that number.
            LedgerError: they were changed, or the totals on record are of other bytes.
        """
        with self._store.snapshot():
            return self._content_of(self._approval(number))

    def _content_of(self, approval: Approval) -> bytes:
        number = approval.number
        content = self._bytes_of(number)
        if hashlib.sha256(content).hexdigest() != approval.target.sha256:
            raise LedgerError(f"The bytes of approval {number} are not those of its hash. {integrity.WHAT_TO_DO}")
        try:
            totals = _totals(content)
        except UnsafeBytesError:
            raise LedgerError(f"The bytes of approval {number} are not a file of action changes. {_WITHDRAW}") from None
        # A person approves what is shown: in a team, a program of another member wrote it.
        if any(approval.facts.get(name) != total for name, total in totals.items()):
            raise LedgerError(f"The totals of approval {number} are not those of its bytes. {_WITHDRAW}")
        return content

    def _bytes_of(self, number: int) -> bytes:
        ((content,),) = self._store.query("SELECT bytes FROM approval WHERE number = ?", number)
        return bytes(content)

    def request_approval(self, request: NewRequest, file: CsvFile) -> Approval:
        """Record the bytes that a person prepared, for another person to approve.

        Args:
            request: where they come from, where they would go, and who asks.
            file: the bytes and their hash.

        Raises:
            ApprovalError: an approval for the same bytes waits or is given already.
        """
        with self._store.transaction():
            batch = NewBatch(request.sender, request.channel, request.destination, request.source)
            target = self._target(batch, self.batches_of(request.sender).names[0], file.sha256)
            facts = {**request.facts, **_totals(file.content)}
            same = [
                one
                for one in self._same_target(target)
                if one.state(self._now()) in {WAITING, APPROVED} and sent_again(one.facts) >= sent_again(facts)
            ]
            if same:
                raise ApprovalError(
                    f"Approval {same[0].number} is for the same bytes and {same[0].state(self._now())} already. Nothing "
                    f"was recorded. See: action-returns approval show {same[0].number}"
                )
            ((number,),) = self._store.query("SELECT coalesce(max(number), 0) + 1 FROM approval")
            columns: dict[str, object] = {
                "number": number,
                "at": self._utc_now(),
                **self._columns_of(self.myself(request.by)),
                **{name: getattr(target, name) for name in Target.__dataclass_fields__},
                "source": plain_line(request.source, LONGEST_PLACE),
                "size": len(file.content),
                "detail": json.dumps(plain_facts(facts)),
            }
            columns["chain"] = "" if self._store.chains_events else chain_of_approval("", columns, _HASHED)
            self._insert("approval", {**columns, "bytes": file.content})
            return self._approval(number)

    def _target(self, batch: NewBatch, account: str, sha256: str) -> Target:
        sender, destination = batch.sender, plain_line(batch.destination, LONGEST_PLACE)
        return Target(sha256, account, sender.profile, sender.environment, batch.channel, sender.receiver, destination)

    def _same_target(self, target: Target) -> list[Approval]:
        listed = self._approvals("WHERE sha256 = ? ORDER BY number DESC", target.sha256)
        return [one for one in listed if one.target == target]

    def _approval(self, number: int) -> Approval:
        found = self._approvals("WHERE number = ?", number)
        if not found:
            raise ApprovalError(f"There is no approval {number}. See: action-returns approval list")
        if not found[0].is_whole:
            raise LedgerError(f"Approval {number} is broken. {integrity.WHAT_TO_DO}")
        return found[0]

    def _approvals(self, condition: str, *values: object) -> list[Approval]:
        requests = [
            dict(zip((*_HASHED, "size", "chain", "db_user", "recorded_at"), row, strict=True))
            for row in self._store.query(
                f"SELECT {', '.join(_HASHED)}, size, chain, {self._store.recorder} FROM approval {condition}", *values
            )
        ]
        listed = self._store.as_list([request["number"] for request in requests])
        steps = defaultdict[int, list[dict[str, Any]]](list)
        names = (*HASHED_OF_STEP, "chain", "db_user", "recorded_at")
        for row in self._store.query(
            f"SELECT {', '.join(HASHED_OF_STEP)}, chain, {self._store.recorder} FROM approval_step "
            f"WHERE approval {self._store.in_list} ORDER BY number",
            listed,
        ):
            steps[row[0]].append(dict(zip(names, row, strict=True)))
        uses = defaultdict[int, list[int]](list)
        for approval, batch in self._store.query(
            f"SELECT approval, batch FROM approval_use WHERE approval {self._store.in_list} ORDER BY batch", listed
        ):
            uses[approval].append(batch)
        return [
            _decode(one, steps[one["number"]], [self.batch(number) for number in uses[one["number"]]])
            for one in requests
        ]

    def _columns_of(self, person: Person) -> dict[str, str]:
        return {"who": person.name, "os_user": person.user}

    def _insert(self, table: str, columns: Mapping[str, object]) -> None:
        self._store.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", *columns.values()
        )


def sent_again(facts: Mapping[str, str | int]) -> int:
    """Return how many rows a person was shown that may have arrived before and go out again."""
    number = facts.get("sent_again", 0)
    return number if isinstance(number, int) else 0


def _totals(content: bytes) -> dict[str, int]:
    """Return the totals of a file that leaves."""
    rows = parse_csv_bytes(content)
    return {
        "rows": len(rows),
        "reversals": sum(cents == 0 for cents in rows.cents),
        "new_total_cents": sum(rows.cents),
    }


def chain_of_approval(before: str, columns: Mapping[str, Any], hashed: Sequence[str]) -> str:
    """Return the hash of a request or of a step: its columns, the user of the database and the server's time."""
    recorded = (columns.get("db_user", ""), columns.get("recorded_at", ""))
    return chain_of(1, before, *(columns[name] for name in hashed), *recorded)


def _decode(request: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], batches: Sequence[BatchRecord]) -> Approval:
    """Return an approval, and whether every hash fits what it is of."""
    chain = chain_of_approval("", request, _HASHED)
    is_whole = chain == request["chain"]
    decoded = []
    for step in steps:
        chain = chain_of_approval(chain, step, HASHED_OF_STEP)
        is_whole = is_whole and chain == step["chain"]
        why = str(decode_facts(step["detail"])[0].get("why", ""))
        decoded.append(Step(step["kind"], _time(step), _person(step), why, chain))
    used_by = tuple(batch.label for batch in batches if batch.may_have_arrived)
    return Approval(
        number=request["number"],
        target=Target(**{name: request[name] for name in Target.__dataclass_fields__}),
        source=request["source"],
        size=request["size"],
        at=_time(request),
        by=_person(request),
        facts=decode_facts(request["detail"])[0],
        steps=tuple(decoded),
        used_by=used_by,
        chain=chain,
        is_whole=is_whole,
    )


def _time(row: Mapping[str, Any]) -> datetime | None:
    """Return when it was: by the clock of the database server where there is one."""
    return decode_time(row["recorded_at"] or row["at"])


def _person(row: Mapping[str, Any]) -> Person:
    return Person(row["who"], row["os_user"], row["db_user"])
