"""Refuse to send what no other person has approved, and show whether one has."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from action_returns.errors import ApprovalMissingError, LedgerError, SettingsError
from action_returns.ledger.approval_records import WAITING, NotApprovedError
from action_returns.ledger.records import NewBatch
from action_returns.operations import approval_texts
from action_returns.operations.account import has_team_database, open_account_ledger

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.operations.account import Account
    from action_returns.operations.check import CheckedBatch
    from action_returns.operations.review import Review


def require_approval(page: "Review", account: "Account", paths: "Paths", now: datetime) -> None:
    """Stop a send for which an approval is missing, before the user is asked.

    Where neither the profile nor a team's database can ask for one, nothing is looked up.

    Args:
        page: the batch and where it would go.
        account: the profile it would go out under.
        paths: where the ledger is.
        now: the local time.

    Raises:
        ApprovalMissingError: another person has not approved these bytes, or no longer.
    """
    if not (needs_approval(account) or has_team_database(account)):
        return
    with open_account_ledger(account, paths) as ledger:
        if not (needs_approval(account) or ledger.requires_approval()):
            return
        try:
            ledger.usable_approval(_batch(page, account), page.sha256, approval_texts.rows_again(page.checked))
        except NotApprovedError as refused:
            raise approval_missing(refused, page.checked, now) from None


def approval_missing(refused: NotApprovedError, checked: "CheckedBatch", now: datetime) -> ApprovalMissingError:
    """Return the error for users of a file that no approval on record fits.

    Args:
        refused: what the ledger found.
        checked: the batch.
        now: the time.
    """
    nearest = refused.near[0] if refused.near else None
    waits = nearest is not None and nearest.target == refused.target and nearest.state(now) == WAITING
    told, step = approval_texts.missing(refused.target, refused.near, checked, now)
    number = None if nearest is None else nearest.number
    return ApprovalMissingError(f"{told} Nothing was sent. {step}", told, number, asked=waits)


def with_approval(page: "Review", account: "Account", paths: "Paths", now: datetime) -> "Review":
    """Return a review that also shows whether another person has approved the file, where that is needed.

    A ledger that cannot be read raises nothing here: it is told where something is sent.

    Args:
        page: the review.
        account: the profile it would go out under.
        paths: where the ledger is.
        now: the local time.
    """
    if not (needs_approval(account) or has_team_database(account)) or not page.sha256:
        return page
    try:
        with open_account_ledger(account, paths) as ledger:
            if not (needs_approval(account) or ledger.requires_approval()):
                return page
            found = ledger.usable_approval(_batch(page, account), page.sha256, approval_texts.rows_again(page.checked))
    except NotApprovedError as refused:
        told, step = approval_texts.missing(refused.target, refused.near, page.checked, now)
        return replace(page, approval=f"MISSING. {told} {step}")
    except (LedgerError, SettingsError):
        if not needs_approval(account):  # whether the team's database asks for one is not known
            return page
        return replace(page, approval="unknown, because the ledger cannot be read")
    until = approval_texts.when(found.valid_until)
    return replace(page, approval=f"given. {approval_texts.asked(found)} It may be sent until {until}.")


def needs_approval(account: "Account") -> bool:
    """Return whether the profile sends only what another person has approved."""
    return account.profile is not None and account.profile.approval


def _batch(page: "Review", account: "Account") -> NewBatch:
    return NewBatch(account.sender, page.channel, page.destination, page.checked.file)
