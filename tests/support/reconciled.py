"""Batches on record, the model of the network that has them, and what is true of each row."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from action_returns import ActionReturn
from action_returns.batch.amounts import cents_of_text
from action_returns.operations import api
from action_returns.operations.account import open_account
from action_returns.operations.reconcile import reconcile
from action_returns.operations.reconcile_api import ApiEvidence
from action_returns.verdicts.verdict import Verdict
from tests.servers.brand_api_server import SID, Literal, action
from tests.servers.loopback import LOOPBACK
from tests.support.profiles import write_profile

LATER = timedelta(hours=30)
PENDING_HEADER = "Action ID,Amount,Currency,State,Locking Date"


def mobile(number):
    """Return the id of an action of campaign 1000."""
    return f"M.1000.7.{number}"


def api_channel(authority, server):
    """Return the settings of a channel that sends each row to the API."""
    place = {"host": LOOPBACK, "port": server.port, "ca_file": str(authority.bundle)}
    return {"kind": "api", "account_sid": SID, "password": "env:API_TOKEN", **place}


def write_api_profile(home, authority, server, channel=None, **changes):
    """Write the profile acme, whose channel is a folder, and which leads to the API."""
    facts = {"account_sid": SID, "auth_token": "env:API_TOKEN", "campaigns": ["1000"], "host": LOOPBACK}
    place = {"port": server.port, "ca_file": str(authority.bundle)}
    (home / "outbox").mkdir(exist_ok=True)
    outbox = {"kind": "outbox", "directory": str(home / "outbox")}
    write_profile(home, channel or outbox, api={**facts, **place, **changes})


@dataclass
class World:
    """Batches that were sent, and the network.

    Args:
        server: the API of the network.
        paths: where the ledger is.
        home: the folder with everything.
        told: what the user was told.
    """

    server: object
    paths: object
    home: object
    told: list = field(default_factory=list)

    @property
    def network(self):
        """The model of the network."""
        return self.server.network

    def has(self, *numbers, amount="21.99", **facts):
        """Add actions that the network has, with ids that :func:`mobile` makes."""
        when = (datetime.now(UTC) - timedelta(days=20)).isoformat(timespec="seconds")
        locks = (datetime.now(UTC) + timedelta(days=20)).isoformat(timespec="seconds")
        known = {"when": when, "LockingDate": locks, "Amount": Literal(amount), **facts}
        self.network.actions += [action(mobile(number), **known) for number in numbers]

    def call(self, *rows, include_sent=False):
        """Send rows as :meth:`send` does, each by a call of the API, and return the batch."""
        loaded = api.load([ActionReturn(action_id=mobile(number), cents=c, reason=why) for number, c, why in rows])
        checked = api.check(loaded, pending=self._download(), paths=self.paths)
        facts = {"confirmed_rows": len(rows), "max_raise_cents": 10**12, "include_sent": include_sent}
        return api.send(checked, paths=self.paths, **facts).submission

    def send(self, *rows, is_known=True, arrives=True):
        """Send rows of (number, cents, reason), and return the batch; the network receives its file.

        Args:
            rows: the rows.
            is_known: whether the actions are compared with a pending download before, so that their amounts are known.
            arrives: whether the network receives the file.
        """
        loaded = api.load([ActionReturn(action_id=mobile(number), cents=c, reason=why) for number, c, why in rows])
        pending = self._download() if is_known else None
        checked = api.check(loaded, pending=pending, paths=self.paths)
        done = api.send(checked, confirmed_rows=len(rows), max_raise_cents=10**12, paths=self.paths).submission
        if arrives:
            content = (self.home / "outbox" / done.file_name).read_bytes()
            self.network.receive_file(done.file_name, content, datetime.now(UTC))
        return done

    def _download(self):
        path = self.home / "pending.csv"
        rows = [f"{one['Id']},{one['Amount']},USD,{one['State']},{one['LockingDate']}" for one in self.network.actions]
        path.write_text("\n".join([PENDING_HEADER, *rows, ""]), "utf-8")
        return path

    def reconcile(self, *, after=LATER, numbers=None, sleep=lambda _: None):
        """Return what became of the batches, asked for a time after now."""
        account = open_account(self.paths)
        evidence = ApiEvidence(account, self.paths, datetime.now(UTC) + after, self.told.append, sleep)
        return reconcile(numbers, evidence, account, self.paths)

    def truth(self, row):
        """Return the verdicts that are true of a row."""
        found = self.network.action_of(row.action_id)
        if found is None:
            return {Verdict.REFUSED, Verdict.MISSING}
        cents = cents_of_text(str(found["Amount"]))
        if found["State"] == "REVERSED":
            return {Verdict.APPLIED if row.cents == 0 else Verdict.DIFFERENT}
        if cents == row.cents:
            return {Verdict.APPLIED}
        return {Verdict.LOCKED, Verdict.DIFFERENT} if found["State"] == "APPROVED" else {Verdict.DIFFERENT}

    def false_verdicts(self, results):
        """Return the rows whose verdict is not true; that it is too early is always true."""
        return [
            (row, one)
            for batch in results
            for row, one in zip(batch.rows, batch.found.results, strict=True)
            if one.verdict is not Verdict.TOO_EARLY and one.verdict not in self.truth(row)
        ]


def verdicts(results):
    """Return the verdict and its reason of each row of one batch."""
    (batch,) = results
    return [(one.verdict.value, one.why.value) for one in batch.found.results]
