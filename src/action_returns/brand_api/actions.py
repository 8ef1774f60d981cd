"""Read the pending actions of a campaign: stretches of time, their pages, and the facts of each action.

The filter is the time of the event (ActionDateStart and ActionDateEnd), and not the last update (StartDate and EndDate).
An action without a change for months is still pending, and a filter on updates would leave it out. An event in the
past keeps its time, so that stretches can be read one after the other.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from action_returns.brand_api.answers import JsonObject, UnreadableAnswerError
from action_returns.brand_api.client import BrandApi
from action_returns.brand_api.whole_lists import PAGE_SIZE, Listing, Stretch, read_whole, time_text

COLUMNS: Final = (
    ("Action ID", "Id"),
    ("OID", "Oid"),
    ("Amount", "Amount"),
    ("Currency", "Currency"),
    ("State", "State"),
    ("Locking Date", "LockingDate"),
    ("Event Date", "EventDate"),
    ("Partner", "MediaPartnerName"),
    ("Campaign ID", "CampaignId"),
    ("Original Amount", "IntendedAmount"),
    ("Payout", "Payout"),
)
"""Header of the file and key of the API. IntendedAmount is the amount before any modification."""

ActionRow: TypeAlias = tuple[str, ...]
"""The facts of one action, in the order of :data:`COLUMNS`; ``""`` where the API has none."""

_KEYS: Final = tuple(key for _, key in COLUMNS)
_AT: Final = {key: at for at, key in enumerate(_KEYS)}
_NEAR: Final = timedelta(days=1)
"""How far beyond its stretch an event may be: the API may take a time for that of another zone."""


def read_stretch(api: BrandApi, stretch: Stretch, host: str, tell: Callable[[str], None]) -> list[ActionRow]:
    """Read every pending action of a stretch; it is that of their events.

    Args:
        api: the API.
        stretch: what is read.
        host: of the API, for messages.
        tell: takes sentences about a stretch that is read again.

    Raises:
        action_returns.brand_api.whole_lists.TooManyRowsError: it has to be halved.
        ApiError: it cannot be read.
    """
    parameters = {
        "CampaignId": stretch.campaign,
        "State": "PENDING",
        "ActionDateStart": time_text(stretch.start),
        "ActionDateEnd": time_text(stretch.end),
        "PageSize": str(PAGE_SIZE),
    }
    listing = Listing(
        "Actions",
        "Actions",
        parameters,
        str(stretch),
        ("action", "actions"),
        lambda action: _row(action, stretch),
        lambda row: row[0],
    )
    return read_whole(api, listing, host, tell)


def _row(action: JsonObject, stretch: Stretch) -> ActionRow:
    """Return the facts of an action.

    Raises:
        UnreadableAnswerError: it has no id or facts that are no texts, or it was not asked for.
    """
    row = tuple(text_of(action.get(key), key) for key in _KEYS)
    action_id, campaign, event = (row[_AT[key]] for key in ("Id", "CampaignId", "EventDate"))
    if not action_id.isprintable() or action_id.split() != [action_id]:
        raise UnreadableAnswerError("an action has no Id, or one with white space in it")
    if campaign != stretch.campaign:
        raise UnreadableAnswerError(f"an action is not of campaign {stretch.campaign}, which was asked for")
    try:
        moment = datetime.fromisoformat(event)
    except ValueError:  # its day decides nothing here
        return row
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not stretch.start - _NEAR <= moment <= stretch.end + _NEAR:
        raise UnreadableAnswerError("an action happened outside the time that was asked for, so others may be missing")
    return row


def text_of(value: Any, key: str) -> str:
    """Return a text or number of an action as text, ``""`` where there is none.

    Raises:
        UnreadableAnswerError: it is neither.
    """
    if value is None:
        return ""
    if isinstance(value, str):  # a number too, as its digits stand there
        return value if value.isascii() and "\0" not in value else _writable(value)
    raise UnreadableAnswerError(f"the {key} of an action is neither a text nor a number")


def check_identity(found: JsonObject, key: str, asked: str) -> None:
    """Check that an answer is about what was asked for.

    Raises:
        UnreadableAnswerError: it is not.
    """
    if found.get(key) != asked:
        raise UnreadableAnswerError("it is about something else than what was asked for")


def _writable(text: str) -> str:
    """Return a text that a file can hold: JSON may name one half of a character alone, or the character 0."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
