"""A small model of the network behind its API: actions, files and changes that it received, and what became of them.

What only the real one shows is made up: that the header row counts as line 1, the word for an unknown action, and that a
locked action is left as it is without an error.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

MOST_DAYS = 45
UNKNOWN_ACTION = "ACTION_REF_NOT_FOUND"


class Literal(str):
    """The text of a number, which is written into the JSON as it stands."""

    __slots__ = ()


class RefusedError(Exception):
    """The API refuses a request."""

    def __init__(self, code: int, message: str, field_name: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.error: dict[str, Any] = {"Status": "ERROR", "Message": message}
        if field_name:
            self.error["Errors"] = [{"Field": field_name, "Message": message}]


def action(
    action_id: str, *, campaign: str = "1000", when: str = "2026-11-20T10:00:00-08:00", **facts: Any
) -> dict[str, Any]:
    """Return an action with all the keys that the documents name for it and this program reads."""
    return {
        "Id": action_id,
        "CampaignId": Literal(campaign),
        "CampaignName": "Acme Campaign",
        "ActionTrackerId": Literal("2240"),
        "MediaPartnerId": Literal("10000"),
        "MediaPartnerName": "Acme Partner",
        "State": "PENDING",
        "Payout": Literal("0.88"),
        "IntendedPayout": Literal("0.88"),
        "Amount": Literal("21.99"),
        "DeltaAmount": Literal("21.99"),
        "IntendedAmount": Literal("21.99"),
        "Currency": "USD",
        "EventDate": when,
        "CreationDate": when,
        "LockingDate": "2026-12-26T00:00:00-08:00",
        "ClearedDate": "",
        "Oid": "9217374917472",
        **facts,
    }


@dataclass(slots=True)
class Network:
    """What the network has.

    Args:
        sid: the account.
        actions: its actions.
        files: what it received by FTP or email, as ``FTPFileSubmissions`` lists it.
        changes: what it received by its API: BatchId -> what ``APISubmissions`` tells.
        errors: BatchId -> the errors of the file.
        updates: every change of an action, as ``ActionUpdates`` lists it.
        header_lines: lines before the first row of a file, for the numbers of lines in errors.
    """

    sid: str
    actions: list[dict[str, Any]] = field(default_factory=list, repr=False)
    files: list[dict[str, Any]] = field(default_factory=list)
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list, repr=False)
    header_lines: int = 1
    updated: dict[str, datetime] = field(default_factory=dict, repr=False)
    waiting: list[tuple[dict[str, Any], list[dict[str, str]]]] = field(default_factory=list, repr=False)

    def action_of(self, action_id: str) -> dict[str, Any] | None:
        """Return an action, None where there is none."""
        return next((one for one in self.actions if one["Id"] == action_id), None)

    def receive_file(self, name: str, content: bytes, at: datetime) -> dict[str, Any]:
        """Receive a file; it is processed later."""
        rows = list(csv.DictReader(content.decode("ascii").splitlines()))
        batch_id = f"F-{len(self.files) + 1}"
        submission = {
            "BatchId": batch_id,
            "AccountId": Literal("10001"),
            "SubmissionDate": at.isoformat(timespec="seconds"),
            "FileName": name,
            "Type": "Modification",
            "Status": "Queued",
            "TotalRecords": Literal(str(len(rows))),
            "TotalErrors": Literal("0"),
            "CompletionDate": "",
            "ErrorsUri": f"/Advertisers/{self.sid}/FTPSubmissions/{batch_id}/Errors",
            "Uri": f"/Advertisers/{self.sid}/FTPSubmissions/{batch_id}",
        }
        self.files.append(submission)
        self.waiting.append((submission, rows))
        return submission

    def receive_change(self, batch_id: str, kind: str, form: dict[str, str], at: datetime) -> dict[str, Any]:
        """Receive one change under an id; it is processed later."""
        if not form.get("ActionId") or not (form.get("Reason") or form.get("DispositionCode")):
            raise RefusedError(400, "ActionId and a reason are required", "ActionId")
        submission = {
            "BatchId": batch_id,
            "AccountId": Literal("10001"),
            "SubmissionDate": at.isoformat(timespec="seconds"),
            "Type": kind,
            "Status": "Queued",
            "CompletionDate": "",
            "ErrorType": "",
            "ErrorReason": "",
            "Uri": f"/Advertisers/{self.sid}/APISubmissions/{batch_id}",
        }
        self.changes[batch_id] = submission
        row = {"ActionId": form["ActionId"], "Amount": form.get("Amount", "0")}
        self.waiting.append((submission, [{**row, "Reason": form.get("Reason") or form["DispositionCode"]}]))
        return {"Status": "QUEUED", "QueuedUri": submission["Uri"]}

    def process(self, at: datetime, *, until: int | None = None) -> None:
        """Process what waits, or the first few of it."""
        for submission, rows in self.waiting[:until]:
            batch_id = submission["BatchId"]
            refused = [line for line, row in enumerate(rows, 1) if not self._apply(row, at)]
            self.errors[batch_id] = [self._error(line + self.header_lines, batch_id) for line in refused]
            submission |= {"Status": "Complete", "CompletionDate": at.isoformat(timespec="seconds")}
            if "FileName" in submission:
                submission["TotalErrors"] = Literal(str(len(refused)))
            elif refused:
                submission |= {"ErrorType": "Validation", "ErrorReason": UNKNOWN_ACTION}
        del self.waiting[:until]

    def change(self, action_id: str, amount: str, reason: str, at: datetime) -> None:
        """Change an action, as a person at the network does."""
        self._apply({"ActionId": action_id, "Amount": amount, "Reason": reason}, at)

    def _apply(self, row: dict[str, str], at: datetime) -> bool:
        """Change an action; return False where there is none. One that is locked stays as it is."""
        found = self.action_of(row["ActionId"])
        if found is None:
            return False
        if found["State"] != "PENDING" or datetime.fromisoformat(found["LockingDate"]) <= at:
            return True
        delta = Decimal(row["Amount"]) - Decimal(str(found["Amount"]))
        found |= {"Amount": Literal(str(Decimal(row["Amount"]))), "DeltaAmount": Literal(str(delta))}
        if Decimal(row["Amount"]) == 0:
            found["State"] = "REVERSED"
        self.updated[found["Id"]] = at
        self.updates.append(
            {
                "Id": f"{found['Id']}.{len(self.updates) + 1}",
                "ActionId": found["Id"],
                "CampaignId": found["CampaignId"],
                "State": found["State"],
                "StateDetail": "",
                "Disposition": row["Reason"],
                "DeltaAmount": Literal(str(delta)),
                "DeltaPayout": Literal("0"),
                "Currency": found["Currency"],
                "UpdateDate": at.isoformat(timespec="seconds"),
                "LockingDate": found["LockingDate"],
                "Oid": found["Oid"],
                "Sku": "1",
                "Quantity": "1",
            }
        )
        return True

    def _error(self, line: int, batch_id: str) -> dict[str, Any]:
        return {
            "Line": Literal(str(line)),
            "CampaignId": Literal("1000"),
            "OrderId": "",
            "Status": "Validation",
            "Reason": UNKNOWN_ACTION,
            "Uri": f"/Advertisers/{self.sid}/FTPSubmissions/{batch_id}/Errors/{line}",
        }

    def answer(self, path: str, asked: dict[str, str]) -> tuple[str, list[dict[str, Any]]] | dict[str, Any]:
        """Return the key and the rows of a list, or an object.

        Args:
            path: below the account.
            asked: the filters.

        Raises:
            RefusedError: there is no such thing, or a filter is missing or wrong.
        """
        match path.split("/"):
            case ["Actions"]:
                return "Actions", self._actions(asked)
            case ["Actions", action_id] if (found := self.action_of(action_id)) is not None:
                return dict(found)
            case ["ActionUpdates"]:
                start, end = _range(asked, "Start", "End", "{}Date")
                return "ActionUpdates", _newest_first(self.updates, asked, start, end, "UpdateDate", _at("UpdateDate"))
            case ["FTPFileSubmissions"]:
                start, end = _range(asked, "Start", "End", "SubmissionDate{}", most=timedelta(days=3650))
                files = [one for one in self.files if start <= datetime.fromisoformat(one["SubmissionDate"]) <= end]
                return "FTPFileSubmissions", files
            case ["FTPFileSubmissions", batch_id, "ErrorDetails"] | ["FTPSubmissions", batch_id, "Errors"] if (
                batch_id in self.errors
            ):
                return "ErrorDetail", self.errors[batch_id]
            case ["APISubmissions", batch_id] if batch_id in self.changes:
                return dict(self.changes[batch_id])
        raise RefusedError(404, "The requested resource was not found")

    def _actions(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        if "ActionDateStart" not in asked:
            start, end = _range(asked, "Start", "End", "{}Date")
            updated: Callable[[dict[str, Any]], datetime] = lambda one: (  # noqa: E731
                self.updated.get(one["Id"]) or datetime.fromisoformat(one["CreationDate"])
            )
            return _newest_first(self.actions, asked, start, end, "CreationDate", updated)
        start, end = _range(asked, "Start", "End", "ActionDate{}")
        return _newest_first(self.actions, asked, start, end, "CreationDate", _at("EventDate"))


def _at(key: str) -> Callable[[dict[str, Any]], datetime]:
    return lambda one: datetime.fromisoformat(one[key])


def _range(
    asked: dict[str, str], first: str, last: str, name: str, *, most: timedelta = timedelta(days=MOST_DAYS)
) -> tuple[datetime, datetime]:
    if name.format(first) not in asked:
        return datetime.now(UTC) - timedelta(days=7), datetime.now(UTC)
    start, end = (datetime.fromisoformat(asked[name.format(one)]) for one in (first, last))
    if end - start > most:
        raise RefusedError(400, "The range exceeds 45 days", name.format(last))
    return start, end


def _newest_first(  # a filter and an order
    rows: list[dict[str, Any]],
    asked: dict[str, str],
    start: datetime,
    end: datetime,
    order: str,
    moment: Callable[[dict[str, Any]], datetime],
) -> list[dict[str, Any]]:
    if not asked.get("CampaignId"):
        raise RefusedError(400, "CampaignId is required", "CampaignId")
    found = [
        dict(one)
        for one in rows
        if one["CampaignId"] == asked["CampaignId"]
        and asked.get("State") in {None, one["State"]}
        and start <= moment(one) <= end
    ]
    found.sort(key=lambda one: datetime.fromisoformat(one[order]).astimezone(UTC), reverse=True)
    return found
