"""Look up what was sent before for the actions of a batch."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from action_returns.batch.cell_rules import SENDABLE_ID
from action_returns.batch.context import SentAction
from action_returns.batch.rules import MODIFICATION_LIMIT
from action_returns.errors import LedgerError, SettingsError
from action_returns.operations.account import Account, open_ledger_if_exists

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.readers.batch_file import LoadedBatch

is_sendable = re.compile(SENDABLE_ID).fullmatch

_LIMIT: Final = f"An action takes {MODIFICATION_LIMIT:,} modifications in its life."
_OTHERS_NOT_COUNTED: Final = (
    "What others changed at the network, by hand or over the API: only what this program sent is counted here. "
    + _LIMIT
)
_NO_LEDGER_YET: Final = (
    "How often each action was modified before: this program has sent nothing yet that is on record here, and what "
    "others changed is not counted. " + _LIMIT
)
_NO_PROFILE: Final = (
    "How often each action was modified before: that is looked up as soon as there is a profile. " + _LIMIT
)


@dataclass(frozen=True, slots=True)
class PreviousSends:
    """What this program sent before for the actions of a batch.

    Args:
        sent: ActionId -> what was sent for it in batches that may have arrived. Other actions are not in it.
        unchecked: what the program does not know about earlier sends, one sentence for the user.
        error: why the ledger could not be read, None when it was read or does not exist.
    """

    sent: Mapping[str, SentAction] = field(default_factory=dict)
    unchecked: str = _OTHERS_NOT_COUNTED
    error: LedgerError | SettingsError | None = None

    @property
    def problem(self) -> str:
        """Why the ledger could not be read and what to do, an empty text when it was read or does not exist."""
        return "" if self.error is None else self.error.message

    @property
    def warning(self) -> str:
        """That it is not known what was sent before, why, and what to do; an empty text when it is known."""
        if self.error is None:
            return ""
        return (
            "It could not be looked up what was sent before, so these rows may have been sent already. "
            + self.error.message
        )

    def refuse_unread(self) -> None:
        """Raise when the ledger could not be read.

        Raises:
            LedgerError: it cannot be reached or used.
            SettingsError: a setting or a password of it is missing or wrong.
        """
        if self.error is not None:
            raise type(self.error)(self.warning)


def find_previous_sends(reading: "LoadedBatch", account: Account, paths: "Paths") -> PreviousSends:
    """Return what was sent before for the actions of a batch, by whichever profile of its account.

    Never raises: when the ledger cannot be read, the check goes on and reports it as not checked.

    Args:
        reading: the batch.
        account: the account whose ledger is read, and whose batches count.
        paths: where this computer's ledger is; it is not made when there is none.
    """
    return find_sends_of((cell for cell in reading.columns.action_id if isinstance(cell, str)), account, paths)


def find_sends_of(action_ids: Iterable[str], account: Account, paths: "Paths") -> PreviousSends:
    """Return what was sent before for these actions, by whichever profile of the account. Never raises.

    Args:
        action_ids: the actions; a text that is no ActionId is left aside.
        account: the account whose ledger is read, and whose batches count.
        paths: where this computer's ledger is; it is not made when there is none.
    """
    if not account.environment:
        return PreviousSends(unchecked=_NO_PROFILE)
    try:
        records = open_ledger_if_exists(account, paths)
        if records is None:
            return PreviousSends(unchecked=_NO_LEDGER_YET)
        with records:
            ids = set(filter(is_sendable, action_ids))
            return PreviousSends(records.sent_before(account.sender, ids) if ids else {})
    except Exception as error:  # noqa: BLE001  # a server that is away, a damaged file, a password that is missing
        reason = _ledger_error(error)
        return PreviousSends(unchecked=f"What was sent before for these actions, and how often. {reason}", error=reason)


def _ledger_error(error: Exception) -> LedgerError | SettingsError:
    """Return why the ledger cannot be read, and what to do."""
    if isinstance(error, LedgerError | SettingsError):
        return error
    return LedgerError(
        f"The record of what was sent cannot be read ({type(error).__name__}). Run action-returns doctor."
    )
