"""Which call of the Brand API changes one action, and what the reply to it says (``PUT`` and ``DELETE …/Actions``).

A reply counts for what the documents say of it and for nothing more. Where they say nothing, it is unknown whether the
network took the change.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from action_returns.batch.amounts import amount_text
from action_returns.brand_api.answers import UnreadableAnswerError, read_answer
from action_returns.brand_api.exchange import Reply
from action_returns.brand_api.problems import ShowWords, server_words

UPDATE_CODES: Final = (
    "ORDER_UPDATE", "ITEM_RETURNED", "CONS_FRAUD", "CONS_ERROR", "ORDER_ERROR", "PUB_ACT_DISPUTE", "ADV_ACT_DISPUTE",
    "NOT_COMPLIANCE_TERMS", "ITEM_OUT_OF_STOCK", "TEST_ACTION", "PARTNER_NOT_ACTIVE", "CREDITED_DIFFERENT_MP", "OTHER",
)  # fmt: skip
"""Reason codes that PUT takes, in the order of its documentation (Brand API 14, ActionModificationRequest)."""
REVERSAL_CODES: Final = (
    "REJECTED", "CONS_INFO_INVALID", "CONS_ERROR", "CONS_FRAUD", "ITEM_RETURNED", "ITEM_OUT_OF_STOCK", "ORDER_ERROR",
    "PUB_ACT_DISPUTE", "NOT_COMPLIANCE_TERMS", "MP_RETURNED", "OTHER", "CREDITED_DIFFERENT_MP", "ADV_ACT_DISPUTE",
    "TEST_ACTION",
)  # fmt: skip
"""Codes that DELETE takes, in the order of its documentation (Brand API 14, ActionReversalRequest)."""

LARGEST_REPLY: Final = 2**16
"""Bytes of a reply to a change; the documented ones have fewer than 1,000."""
_DONE: Final = 200
_MANY_REQUESTS: Final = 429
_REFUSALS: Final = frozenset({400, 401, 402, 403, 404, 405, _MANY_REQUESTS})
"""Statuses that the documentation names for a request that was not carried out."""
_LONGEST_URI: Final = 500


class Change(NamedTuple):
    """One call that changes an action.

    Args:
        method: of HTTP.
        fields: what the call says, in order.
    """

    method: Literal["PUT", "DELETE"]
    fields: Mapping[str, str]


def change_of(action_id: str, cents: int, reason: str) -> Change | None:
    """Return the call for a row, None where the API takes no call with its amount and reason code.

    A reversal is a DELETE, and a PUT with the amount 0 where only PUT takes the code.

    Args:
        action_id: the action.
        cents: its new total in cents; 0 reverses it.
        reason: the code.
    """
    if cents == 0 and reason in REVERSAL_CODES:
        return Change("DELETE", {"ActionId": action_id, "DispositionCode": reason})
    if reason in UPDATE_CODES:
        # The code is last: without it the API refuses a request, so half a body is never an amount with fewer digits.
        return Change("PUT", {"ActionId": action_id, "Amount": amount_text(cents), "Reason": reason})
    return None


class RowState(StrEnum):
    """What is known of one row after its call."""

    QUEUED = "queued"
    """The API has received the change and applies it later."""
    REFUSED = "refused"
    """The API has refused the change."""
    NOT_SENT = "not-sent"
    """The API certainly has not taken the change."""
    UNKNOWN = "unknown"
    """The API may have taken the change or not."""


class RowResult(NamedTuple):
    """What became of one row.

    Args:
        state: what is known.
        words: why, or what the API says; ``""`` for nothing.
        status: of HTTP; 0 without a reply.
        uri: where the API tells later what became of the change; ``""`` for none.
    """

    state: RowState
    words: str = ""
    status: int = 0
    uri: str = ""

    @property
    def facts(self) -> dict[str, str | int]:
        """What the ledger keeps of it beside the words."""
        facts: dict[str, str | int] = {"row": self.state.value, "status": self.status, "uri": self.uri}
        return {name: value for name, value in facts.items() if value}


def read_reply(reply: Reply, show: ShowWords) -> RowResult:
    """Return what a reply says of the change.

    Args:
        reply: the reply.
        show: makes the words of the server fit to be shown.
    """
    said = server_words(reply.content, show)
    try:
        found = read_answer(reply.content).content
    except UnreadableAnswerError:
        found = {}
    is_queued = found.get("Status") == "QUEUED"
    if reply.status == _DONE and is_queued:
        uri = found.get("QueuedUri")
        return RowResult(RowState.QUEUED, "", _DONE, show(uri[:_LONGEST_URI]) if isinstance(uri, str) else "")
    if reply.status == _MANY_REQUESTS and not is_queued:
        return RowResult(RowState.NOT_SENT, said or "too many requests", reply.status)
    is_refused = reply.status in _REFUSALS or (reply.status == _DONE and found.get("Status") == "ERROR")
    if is_refused and not is_queued:
        return RowResult(RowState.REFUSED, said or "no reason was given", reply.status)
    return RowResult(RowState.UNKNOWN, said or "the reply is not a documented one", reply.status)
