"""What the ledger holds of approvals: which bytes a person prepared, and which other person approved them.

waiting ──► approved ──► used         when a batch with it may have arrived; it is approved again when that batch failed
   │           │
   └───────────┴───────► withdrawn    by any person, for good

One that is older than :data:`VALID` is expired and approves nothing: lock dates pass, and the figures were of that day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from action_returns.errors import LedgerError
from action_returns.ledger.records import database_user

if TYPE_CHECKING:
    from action_returns.ledger.accounts import Sender

WAITING: Final = "waiting"
"""A person has prepared the bytes; another one has to approve them."""
APPROVED: Final = "approved"
"""Another person has approved the bytes; they may be sent once."""
WITHDRAWN: Final = "withdrawn"
"""A person took it back; it approves nothing any more."""
USED: Final = "used"
"""A batch with it may have arrived."""
EXPIRED: Final = "expired"
"""It is too old to approve anything."""
VALID: Final = timedelta(days=7)
"""How long after the request its bytes may be approved and sent."""


def same_person(one: str, other: str) -> bool:
    """Return whether two names are the same, whatever their case, blanks and form in Unicode."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    from unicodedata import normalize  # inside: every check imports this module, and few compare names

    return "".join(normalize("NFKC", name).split()).casefold()


class Person(NamedTuple):
    """A person as the ledger knows them.

    Args:
        name: the name that the person typed, else the one of the user of this computer.
        user: the user of this computer, and its name: ``ann on laptop``.
        db_user: the user of the team's database, ``""`` in a ledger of one computer.
    """

    name: str
    user: str
    db_user: str = ""

    def __str__(self) -> str:
        shown = self.user if self.user.partition(" on ")[0] == self.name else f"{self.name} (signed in as {self.user})"
        return f"{shown}{database_user(self.db_user)}"

    def is_same(self, other: "Person") -> bool:
        """Return whether both may be one person: by the database's users, else by any of the names of the other one."""
        if self.db_user or other.db_user:
            return self.db_user == other.db_user
        return same_person(self.name, other.name) or same_person(self.name, other.user.partition(" on ")[0])


class Step(NamedTuple):
    """One thing that happened to an approval.

    Args:
        kind: ``approved`` or ``withdrawn``.
        at: when, UTC; by the clock of the server in a team's database. None where that cannot be read.
        by: the person.
        why: why it was withdrawn.
        chain: the hash of it and of all before.
    """

    kind: str
    at: datetime | None
    by: Person
    why: str = ""
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Which bytes go where: what an approval is for. It fits a batch only when all of it is equal.

    Args:
        sha256: hash of the exact bytes.
        account: the name in the ledger of the account.
        profile: the profile.
        environment: ``live`` or ``test``.
        channel: kind of channel.
        receiver: who gets the file, as the channel's settings tell it.
        destination: where it goes, as users are shown it.
    """

    sha256: str
    account: str
    profile: str
    environment: str
    channel: str
    receiver: str
    destination: str


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request for approval before it has a number.

    Args:
        sender: the profile it would go out under.
        channel: kind of channel.
        destination: where it would go, as the user is shown it.
        source: the file it was made from.
        by: the name that the person typed, ``""`` for the user of this computer.
        facts: totals, findings and options, by name.
    """

    sender: "Sender"
    channel: str
    destination: str
    source: str
    by: str
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Approval:
    """A request for approval on record, and what became of it.

    Args:
        number: its number, counted from 1.
        target: which bytes, and where they go.
        source: the file they were made from.
        size: how many bytes.
        at: when it was asked for, UTC; by the clock of the server in a team's database. None where that cannot be read.
        by: the person who prepared it.
        facts: totals, findings and options, by name.
        steps: what happened to it, in order.
        used_by: labels of the batches that were sent with it and may have arrived.
        chain: the hash of all of it.
        is_whole: whether nothing of it was changed, as far as its hashes tell.
    """

    number: int
    target: Target
    source: str
    size: int
    at: datetime | None
    by: Person
    facts: Mapping[str, str | int]
    steps: tuple[Step, ...] = ()
    used_by: tuple[str, ...] = ()
    chain: str = ""
    is_whole: bool = True

    @property
    def approved(self) -> Step | None:
        """Who approved it and when, None where no person did."""
        return next((step for step in self.steps if step.kind == APPROVED), None)

    @property
    def valid_until(self) -> datetime | None:
        """Until when its bytes may be approved and sent, UTC."""
        return None if self.at is None else self.at + VALID

    def state(self, now: datetime) -> str:
        """Return its state at a time."""
        if self.used_by:
            return USED
        if self.steps and self.steps[-1].kind == WITHDRAWN:
            return WITHDRAWN
        if self.valid_until is None or now >= self.valid_until:
            return EXPIRED
        return APPROVED if self.steps else WAITING


class NotApprovedError(LedgerError):
    """No approval on record fits the batch and may be used now.

    Args:
        target: what would need one.
        near: the approvals on record that come near it, the nearest first.
    """

    def __init__(self, target: Target, near: tuple[Approval, ...]) -> None:
        super().__init__("No other person has approved these bytes.")
        self.target = target
        self.near = near
