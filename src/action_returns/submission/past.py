"""What this program sent before: for the actions of a batch, and for one action."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from action_returns.batch import SentAction
from action_returns.batch.blanks import strip_blanks
from action_returns.batch.judge import SENDABLE_ID, Judge
from action_returns.batch.report import quoted
from action_returns.batch.rules import MODIFICATION_LIMIT
from action_returns.settings import Places
from action_returns.submission.account import Account
from action_returns.submission.records import existing_records

if TYPE_CHECKING:
    from action_returns.ledger import ActionRecord
    from action_returns.sources import Reading

_sendable = re.compile(SENDABLE_ID).fullmatch

_LIFE: Final = f"An action takes {MODIFICATION_LIMIT:,} modifications in its life."
_OTHERS: Final = (
    "What others changed at the network, by hand or over the API: only what this program sent is counted here. " + _LIFE
)
_NOTHING_YET: Final = (
    "How often each action was modified before: this program has sent nothing yet that is on record here, and what "
    "others changed is not counted. " + _LIFE
)
_NO_PROFILE: Final = (
    "How often each action was modified before: that is looked up as soon as there is a profile. " + _LIFE
)


@dataclass(frozen=True, slots=True)
class Past:
    """What this program sent before for the actions of a batch.

    Args:
        sent: ActionId -> what was sent for it, in batches that may have arrived; only actions of which something was.
        unchecked: what is not known all the same, for people.
        problem: why nobody could look it up, ``""`` when somebody could.
    """

    sent: Mapping[str, SentAction] = field(default_factory=dict)
    unchecked: str = _OTHERS
    problem: str = ""


def look_back(reading: "Reading", account: Account, places: Places) -> Past:
    """Look up what was sent before for the actions of a batch, in the environment of the account.

    A check is worth its while without this, so nothing is raised: what could not be looked up is told.

    Args:
        reading: the batch.
        account: whose ledger, and which environment.
        places: where this machine's ledger lies; a check makes none.
    """
    if not account.environment:
        return Past(unchecked=_NO_PROFILE)
    try:
        records = existing_records(account, places)
        if records is None:
            return Past(unchecked=_NOTHING_YET)
        with records:
            ids = {cell for cell in reading.columns.action_id if isinstance(cell, str) and _sendable(cell)}
            return Past(records.sent_before(account.environment, ids) if ids else {})
    except Exception as error:  # noqa: BLE001  # a server that is away, a damaged file, a password that is missing
        problem = _why(error)
        return Past(unchecked=f"What was sent before for these actions, and how often. {problem}", problem=problem)


def _why(error: Exception) -> str:
    from action_returns.ledger import LedgerProblem
    from action_returns.settings import SettingsProblem

    if isinstance(error, LedgerProblem | SettingsProblem):
        return str(error)
    return f"The record of what was sent cannot be read ({type(error).__name__}). Run action-returns doctor."


@dataclass(frozen=True, slots=True)
class ActionPast:
    """Everything this program ever sent for one action.

    Args:
        action_id: the action, as it was looked up.
        environment: the environment whose modifications count.
        sent: what was sent, the oldest first, in every environment.
        hint: what may be wrong with the id, ``""`` when nothing is.
    """

    action_id: str
    environment: str
    sent: "tuple[ActionRecord, ...]"
    hint: str = ""

    @property
    def used(self) -> int:
        """How many modifications are used up, as far as this program knows."""
        return sum(self.counts(row) for row in self.sent)

    def counts(self, row: "ActionRecord") -> bool:
        """Tell whether a row uses up a modification: it may have arrived, in the environment that counts."""
        from action_returns.ledger.states import MAY_HAVE_ARRIVED

        return row.batch.environment == self.environment and row.batch.state in MAY_HAVE_ARRIVED


def everything_sent(given: str, account: Account, places: Places) -> ActionPast:
    """Look up everything that was ever sent for one action.

    Args:
        given: the ActionId as a person gave it; blanks around it are left out.
        account: whose ledger, and whose environment counts; ``live`` where there is no profile.
        places: where this machine's ledger lies.

    Raises:
        action_returns.ledger.LedgerProblem: when the ledger cannot be read.
    """
    action_id = strip_blanks(given)
    sent: tuple[ActionRecord, ...] = ()
    if _sendable(action_id) and (records := existing_records(account, places)) is not None:
        with records:
            sent = tuple(records.action(action_id))
    hint = _hint(given, action_id, Judge(account.policy), found=bool(sent))
    return ActionPast(action_id, account.environment or "live", sent, hint)


def _hint(given: str, action_id: str, judge: Judge, *, found: bool) -> str:
    repaired = judge.repaired_id(given)
    if repaired is None:
        shape = f"{quoted(action_id)} is not an Action ID of this account; mobile ids look like M.8882.4808.1063415."
        return "" if found else shape
    if repaired != action_id:
        return f"Did you mean {repaired}? Look it up with: action-returns action show {repaired}"
    return "" if action_id == given else "The blanks around it were left out."
