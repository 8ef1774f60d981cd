"""Ask another person to approve a file, look at it, approve it or withdraw it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from action_returns.errors import ApprovalError, DeclinedError
from action_returns.ledger.approval_records import APPROVED, WAITING, Approval, NewRequest
from action_returns.operations import approval_texts
from action_returns.operations.account import open_account_ledger, open_ledger_to_read
from action_returns.operations.confirmation import facts_to_record
from action_returns.operations.send import Consent, send

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.operations.account import Account
    from action_returns.operations.check import CheckedBatch
    from action_returns.operations.review import Review
    from action_returns.operations.send import Dialogue


@dataclass(frozen=True, slots=True)
class Requested:
    """A request for approval that was recorded.

    Args:
        approval: the request.
        page: what was shown.
    """

    approval: Approval
    page: "Review"


def request_approval(
    check: Callable[[], "CheckedBatch"],
    account: "Account",
    paths: "Paths",
    dialogue: "Dialogue",
    *,
    clock: Callable[[], datetime],
    only_ready: bool = False,
    include_sent: bool = False,
    by: str = "",
) -> Requested:
    """Check a batch as :func:`action_returns.operations.send.send` does, and record its bytes for another person.

    Args:
        check: reads and checks the batch; called once.
        account: the profile it would go out under.
        paths: where the ledger is.
        dialogue: shows what would be sent. It is not asked.
        clock: the local time, with its zone.
        only_ready: rows with errors may stay behind.
        include_sent: rows that may have arrived before go out again.
        by: the name of the person who asks, ``""`` for the user of this computer.

    Raises:
        ApprovalError: an approval for the same bytes waits or is given already.
        action_returns.errors.ActionReturnsError: the batch could not be sent either.
    """
    consent = Consent("a request for approval", only_ready=only_ready, include_sent=include_sent)
    page = send(check, account, paths, dialogue, consent=consent, clock=clock, dry_run=True).page
    return Requested(record_request(page, account, paths, by=by), page)


def record_request(page: "Review", account: "Account", paths: "Paths", *, by: str = "") -> Approval:
    """Record the bytes of a batch that was shown, for another person to approve.

    Args:
        page: the batch, where it would go and its totals.
        account: the profile it would go out under.
        paths: where the ledger is.
        by: the name of the person who asks, ``""`` for the user of this computer.

    Raises:
        ApprovalError: an approval for the same bytes waits or is given already; or a name was given though the team's
            database knows who it is.
    """
    checked = page.checked
    request = NewRequest(account.sender, page.channel, page.destination, checked.file, by, _facts(checked))
    with open_account_ledger(account, paths) as ledger:
        _refuse_name(by, ledger.myself().db_user)
        return ledger.request_approval(request, checked.prepared)


def _facts(checked: "CheckedBatch") -> dict[str, str | int]:
    """Return what the person who approves is shown: totals, findings, and the options with which it is sent."""
    soon = checked.locks_soon
    words = [*checked.options, *approval_texts.row_options(checked)]
    facts: dict[str, str | int | None] = {
        "locks_soon": None if soon is None else len(soon),
        "sent_again": approval_texts.rows_again(checked) or None,
        "options": "\n".join(words) or None,
        **facts_to_record(checked),
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def list_approvals(paths: "Paths", profile: str | None) -> list[Approval]:
    """Return every approval on record, the latest first.

    Args:
        paths: where this computer's ledger is.
        profile: the profile whose ledger it is, None when the user names none.
    """
    with open_ledger_to_read(paths, profile) as ledger:
        return ledger.approvals()


def read_approval(number: int, paths: "Paths", profile: str | None) -> tuple[Approval, bytes]:
    """Return an approval and the exact bytes that it is of.

    Args:
        number: its number.
        paths: where this computer's ledger is.
        profile: the profile whose ledger it is, None when the user names none.

    Raises:
        ApprovalError: there is none of that number.
        action_returns.errors.LedgerError: it was changed after it was recorded.
    """
    with open_ledger_to_read(paths, profile) as ledger:
        return ledger.approval(number), ledger.approval_content(number)


@dataclass(frozen=True, slots=True)
class Approver:
    """The person who approves, and how they are asked.

    Args:
        name: the name they typed, ``""`` for none yet.
        ask_name: asks for it; None where no user is there to answer.
        ask: shows the file and asks; None where no user is there to answer.
    """

    name: str = ""
    ask_name: Callable[[], str] | None = None
    ask: Callable[[Approval], bool] | None = None


def approve(number: int, approver: Approver, paths: "Paths", profile: str | None, *, sha256: str = "") -> Approval:
    """Record that another person approves the bytes of a request.

    Args:
        number: the approval.
        approver: the person, and how they are asked.
        paths: where this computer's ledger is.
        profile: the profile whose ledger it is, None when the user names none.
        sha256: the beginning of the hash that the person gives, ``""`` where they are asked.

    Raises:
        ApprovalError: it cannot be approved like that.
        action_returns.errors.DeclinedError: the person was asked and said no.
        action_returns.errors.UsageError: neither the hash nor a user to ask is there.
    """
    with open_ledger_to_read(paths, profile) as ledger:
        found = ledger.approval(number)
        _refuse_hash(found, sha256)
        db_user = ledger.myself().db_user
        _refuse_name(approver.name, db_user)
        name = approver.name
        if not db_user and not name:
            name = "" if approver.ask_name is None else approver.ask_name()
            if not name.strip():
                raise ApprovalError(
                    f"Who approves? Nothing was approved. Add your name: {approval_texts.approve_command(found)} --by NAME"
                )
        if found.state(ledger.now()) != WAITING or ledger.myself(name).is_same(found.by):
            return ledger.approve(number, found.target.sha256, name)  # raises: there is nothing to ask
        ledger.approval_content(number)  # raises where the bytes are no longer those of the hash and of the totals
        if approver.ask is not None:
            if not approver.ask(found):
                raise DeclinedError("Not approved. Nothing was recorded.")
        elif not sha256:
            raise ApprovalError(
                f"Cannot ask here. Nothing was approved. Look at the file (action-returns approval show {number}) and name "
                f"its hash: {approval_texts.approve_command(found)} --sha256 PREFIX"
            )
        return ledger.approve(number, found.target.sha256, name)


def _refuse_hash(found: Approval, sha256: str) -> None:
    given = sha256.strip().casefold()
    if not sha256:
        return
    if len(given) < approval_texts.SHORTEST_HASH:
        raise ApprovalError(
            f"{len(given)} characters of the SHA-256 are too few; {approval_texts.SHORTEST_HASH} or more are needed. Nothing "
            f"was approved. See: action-returns approval show {found.number}"
        )
    if not found.target.sha256.startswith(given):
        raise ApprovalError(
            f"The SHA-256 of approval {found.number} does not begin with {given[:64]}, so this is another file. Nothing was "
            f"approved. See: action-returns approval show {found.number}"
        )


def _refuse_name(name: str, db_user: str) -> None:
    if name and db_user:
        raise ApprovalError(
            f"The team's database knows you as {db_user}, whatever name is typed. Nothing was recorded. Leave --by out."
        )


def withdraw(number: int, why: str, paths: "Paths", profile: str | None, *, by: str = "") -> Approval:
    """Record that an approval, or a request for one, no longer holds.

    Args:
        number: the approval.
        why: the reason.
        paths: where this computer's ledger is.
        profile: the profile whose ledger it is, None when the user names none.
        by: the name that the person typed.

    Raises:
        ApprovalError: it was used or withdrawn already, or there is no reason.
    """
    with open_ledger_to_read(paths, profile) as ledger:
        _refuse_name(by, ledger.myself().db_user)
        return ledger.withdraw(number, why, by)


def next_step(approval: Approval, now: datetime) -> str:
    """Return the next command for an approval, ``""`` where there is none."""
    state = approval.state(now)
    if state == WAITING:
        return f"Another person approves it: {approval_texts.approve_command(approval)}"
    return f"Send it: {approval_texts.send_command(approval)}" if state == APPROVED else ""
