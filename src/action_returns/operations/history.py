"""Look up what was ever sent for one action."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import quote, strip_white_space
from action_returns.files import Paths
from action_returns.operations.account import Account, open_ledger_if_exists
from action_returns.operations.previous_sends import is_sendable

if TYPE_CHECKING:
    from action_returns.ledger.accounts import AccountBatches
    from action_returns.ledger.records import ActionRecord


@dataclass(frozen=True, slots=True)
class ActionHistory:
    """Everything this program ever sent for one action.

    Args:
        action_id: the action, as it was looked up.
        environment: the environment of the account whose modifications count.
        sent: what was sent, the oldest first, under every account.
        hint: what may be wrong with the id, an empty text when nothing is.
        account: the batches that belong to the account whose modifications count, None when nothing is on record.
        undoes: label of a batch in ``sent`` -> label of the batch that it undoes.
    """

    action_id: str
    environment: str
    sent: "tuple[ActionRecord, ...]"
    hint: str = ""
    account: "AccountBatches | None" = None
    undoes: Mapping[str, str] = field(default_factory=dict)

    def undone_by(self, row: "ActionRecord") -> list[str]:
        """Return the labels of the batches that undid a row: those that may have arrived."""
        return [
            one.batch.label
            for one in self.sent
            if one.batch.may_have_arrived and self.undoes.get(one.batch.label) == row.batch.label
        ]

    @property
    def used(self) -> int:
        """How many modifications are used up, as far as this program knows."""
        return sum(self.counts(row) for row in self.sent)

    def counts(self, row: "ActionRecord") -> bool:
        """Return whether a row uses up a modification: it may have arrived, in a batch of the account that counts."""
        return self.account is not None and self.account.include(row.batch.way) and row.may_have_arrived


def action_history(entered: str, account: Account, paths: Paths) -> ActionHistory:
    """Look up everything that was ever sent for one action.

    Args:
        entered: the ActionId as the user entered it; blanks around it are left out.
        account: the account whose ledger is read and whose batches count, all live ones without a profile.
        paths: where this computer's ledger is.

    Raises:
        action_returns.errors.LedgerError: the ledger cannot be read.
    """
    action_id = strip_white_space(entered)
    sent: tuple[ActionRecord, ...] = ()
    batches, undoes = None, {}
    if is_sendable(action_id) and (records := open_ledger_if_exists(account, paths)) is not None:
        with records:
            sent, batches = tuple(records.action(action_id)), records.batches_of(account.sender)
            named = {row.batch.label: records.undoes(row.batch.number) for row in sent}
            undoes = {label: undone for label, undone in named.items() if undone is not None}
    hint = _hint(entered, action_id, CellRules(account.policy), was_sent=bool(sent))
    return ActionHistory(action_id, account.environment or "live", sent, hint, batches, undoes)


def _hint(entered: str, action_id: str, rules: CellRules, *, was_sent: bool) -> str:
    """Return what may be wrong with an ActionId, an empty text when nothing is."""
    corrected = rules.corrected_id(entered)
    if corrected is None:
        if was_sent:
            return ""
        return f"{quote(action_id)} is not an Action ID of this account; mobile ids look like M.8882.4808.1063415."
    if corrected != action_id:
        return f"Did you mean {corrected}? Look it up with: action-returns action show {corrected}"
    return "" if action_id == entered else "The blanks around it were left out."
