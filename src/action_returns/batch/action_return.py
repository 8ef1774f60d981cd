"""One ready row as a model: the public way to make a batch from code, and the contract the fast check agrees with."""

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from action_returns.batch.amounts import amount_text
from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import Columns, ReadyRows
from action_returns.batch.context import DEFAULT_POLICY, ReasonKind
from action_returns.batch.rule import Severity
from action_returns.batch.rules import RULE_BY_CODE


class ActionReturn(BaseModel):
    """One row that may be sent.

    Pass ``context={"policy": policy}`` to ``model_validate`` for another account's rules; without it the defaults hold.

    Args:
        action_id: the action, ``M.8882.4808.1063415``.
        cents: the new order total in integer cents; 0 reverses the action.
        reason: one of the policy's reason codes.

    Raises:
        pydantic.ValidationError: when the row has what the check calls an error; the message names the rule's code.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", str_strip_whitespace=False)

    action_id: str
    cents: int = Field(ge=0, lt=10**17)
    reason: str

    @model_validator(mode="after")
    def _may_be_sent(self, info: ValidationInfo) -> Self:
        policy = (info.context or {}).get("policy", DEFAULT_POLICY)
        rules = CellRules(policy)
        codes: list[str | None] = [rules.action_id(self.action_id)]
        kind = rules.reason(self.reason)
        if not isinstance(kind, ReasonKind):
            codes.append(kind)
        if kind is (ReasonKind.REVERSE if self.cents else ReasonKind.MODIFY):
            codes.append("reason-amount-mismatch")
        errors = [code for code in codes if code is not None and RULE_BY_CODE[code].severity is Severity.ERROR]
        if errors:
            raise ValueError("; ".join(f"{code}: {RULE_BY_CODE[code].title}" for code in errors))
        return self

    @property
    def amount(self) -> str:
        """The amount as the file has it: ``49.90``, zero alone ``0``."""
        return amount_text(self.cents)


def ready_rows(actions: Iterable[ActionReturn]) -> ReadyRows:
    """Build the rows of a file from models."""
    listed = list(actions)
    return ReadyRows(
        action_ids=[action.action_id for action in listed],
        cents=[action.cents for action in listed],
        reasons=[action.reason for action in listed],
    )


def as_columns(actions: Iterable[ActionReturn]) -> Columns:
    """Build columns from models, so that the rules that look at several rows can be checked too."""
    rows = ready_rows(actions)
    amounts = [amount_text(cents) for cents in rows.cents]
    return Columns(rows.action_ids, amounts, rows.reasons, range(1, len(rows) + 1))
