"""The documented words of the receiver for an error, in our words, and what to do.

Source: the schema of an error of a file in the network's OpenAPI document of submissions, version 14. Most of the words are about
orders that are reported, not about changes of actions; a word that is not here is shown as it comes.
"""

import re
from collections.abc import Mapping
from typing import Final

_LOOK_UP: Final = "Look the action up in the network."
_ASK: Final = "Ask the network's support why, and name the batch and the action."
_CHECK_ID: Final = "Compare its ActionId with a new pending download."

REFUSALS: Final[Mapping[str, str]] = {
    "ACTION_REF_NOT_FOUND": f"The network does not find what the row refers to. {_CHECK_ID}",
    "ACTIONTERMS_NOT_FOUND": f"The partner's contract has no terms for this kind of event. {_ASK}",
    "ACTIONTRACKER_CAMPAIGN_MISMATCH": f"The event type belongs to another programme. {_CHECK_ID}",
    "ACTIONTRACKER_NOT_ACTIVE": f"The event type is not enabled. Enable it in the network, then send the row again. {_LOOK_UP}",
    "ACTIONTRACKER_NOT_FOUND": f"The network does not find the event type. {_CHECK_ID}",
    "BLACKLISTED_SOURCE_IP": f"The customer's address is restricted. {_ASK}",
    "BLOCKED_BY_PROMOCODE": f"The partner used a promo code that is not theirs. {_LOOK_UP}",
    "CALL_DUPLICATE": f"The same caller made an action before. {_LOOK_UP}",
    "CALL_DURATION_TOO_SHORT": f"The call was too short to be paid. {_LOOK_UP}",
    "CALL_FOR_CALL_PER_CONV_AT": f"The call did not become a sale that is paid. {_LOOK_UP}",
    "CALL_INCOMPLETE": f"The call did not connect. {_LOOK_UP}",
    "CALL_OUTSIDE_DAILY_RANGE": f"The call was outside of the agreed hours. {_LOOK_UP}",
    "CAMPAIGN_NOT_FOUND": f"The network does not find the programme. {_CHECK_ID}",
    "CONTRACT_NOT_FOUND": f"The partner had no contract at that time. {_ASK}",
    "CONV_DUPLICATE": f"An action with the same order ID exists. {_LOOK_UP}",
    "CREDITING_RULE_MISMATCH": f"The rules give the credit to another partner. {_LOOK_UP}",
    "MALFORMED": f"The network cannot read the row. {_CHECK_ID} When it is right, ask the network's support.",
    "MAX_RECURRENCES_REACHED": f"The customer was credited with enough actions. {_ASK}",
    "NO_ITEM": f"The network finds no item in the row. {_ASK}",
    "NO_VALID_ACTION_REF": f"What the row refers to cannot be paid. {_LOOK_UP}",
    "OID_MISSING": f"The network finds no order ID. {_CHECK_ID}",
    "OTHER_REF_PRIORITIZED": f"Another partner has priority. {_LOOK_UP}",
    "OUTSIDE_ASSOCIATION_WINDOW": f"The action is too long after the click. {_LOOK_UP}",
    "PARTNER_NOT_ACTIVE": f"The partner was not active. {_ASK}",
    "REFTYPE_NOT_ACCEPTED": f"The contract has no terms for this way of referral. {_ASK}",
    "RESTRICTED_PROMOCODE": f"The promo code belongs to another channel. {_LOOK_UP}",
    "UNCLAIMED": f"No preferred source claims the action. {_ASK}",
}
"""Word -> the same in our words, and what to do."""
_WORDS: Final = re.compile(r"[A-Z][A-Z_]+")


def explain_refusal(word: str) -> str:
    """Return what the receiver's word for an error means and what to do.

    Args:
        word: the receiver's word or words, as they came.
    """
    known = [REFUSALS[one] for one in dict.fromkeys(_WORDS.findall(word)) if one in REFUSALS]
    return " ".join(known) or "The network does not document this word. Ask its support what it means."
