"""Read the pending actions of a campaign: stretches of time, their pages, and the facts of each action.

The filter is the time of the event (ActionDateStart and ActionDateEnd), and not the last update (StartDate and EndDate).
An action without a change for months is still pending, and a filter on updates would leave it out. An event in the
past keeps its time, so that stretches can be read one after the other.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from action_returns.brand_api import problems
from action_returns.brand_api.answers import Answer, JsonNumber, JsonObject, UnreadableAnswerError
from action_returns.brand_api.client import BrandApi, RequestRefusedError
from action_returns.errors import ApiError

INCOMPLETE: Final = "api-incomplete"
PAGE_SIZE: Final = 20_000
MOST_PAGES: Final = 10
"""Pages of one request; of more, the API answers an error (documentation of Actions)."""
MOST_DAYS: Final = 45
"""Days of one stretch."""
READINGS: Final = 3
"""How often a stretch is read at most, when it changes while it is read."""
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
_SHORTEST: Final = timedelta(minutes=1)
_NEAR: Final = timedelta(days=1)
"""How far beyond its stretch an event may be: the API may take a time for that of another zone."""
_OF_TIME: Final = ("date", "page")
"""Words in the names of parameters that a shorter stretch changes."""


class Stretch(NamedTuple):
    """The events of one campaign in a stretch of time, both ends included."""

    campaign: str
    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"campaign {self.campaign}, {self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"

    def halves(self) -> "tuple[Stretch, Stretch] | None":
        """Return its two halves, which share the second between them; None when it is too short."""
        half = self.start + timedelta(seconds=int((self.end - self.start).total_seconds()) // 2)
        if half - self.start < _SHORTEST:
            return None
        return self._replace(end=half), self._replace(start=half)


class TooManyActionsError(Exception):
    """A stretch holds more actions than the API answers for one request.

    Args:
        error: what the user reads when no shorter stretch helps.
    """

    def __init__(self, error: ApiError) -> None:
        super().__init__()
        self.error = error


def stretches(campaign: str, start: datetime, end: datetime) -> list[Stretch]:
    """Return the stretches of at most 45 days that cover a time, the earliest one first.

    Neighbours share one second: an event between the last second of one and the first of the next would be in none.
    """
    found = []
    while start < end:
        until = min(start + timedelta(days=MOST_DAYS), end)
        found.append(Stretch(campaign, start, until))
        start = until
    return found


def read_stretch(api: BrandApi, stretch: Stretch, host: str, tell: Callable[[str], None]) -> list[ActionRow]:
    """Read every action of a stretch.

    An action that changes its state while pages are read moves those behind it, and one of them may be on no page. So a
    stretch counts only when each page names the same total, and as many different actions were read.

    Args:
        api: the API.
        stretch: what is read.
        host: of the API, for messages.
        tell: takes sentences about a stretch that is read again.

    Raises:
        TooManyActionsError: it has to be halved.
        ApiError: it cannot be read.
    """
    difference = ""
    for reading in range(1, READINGS + 1):
        rows, difference = _read_once(api, stretch, host)
        if not difference:
            return rows
        if reading < READINGS:
            tell(f"{stretch}: {difference}, so it is read again …")
    raise ApiError(
        INCOMPLETE,
        f"{stretch}: {difference}, {READINGS} times in a row. So actions may be missing, and nothing was written. The network "
        "may be changing them at this moment. Run the same command again later.",
    )


def _read_once(api: BrandApi, stretch: Stretch, host: str) -> tuple[list[ActionRow], str]:
    """Return the rows of a stretch, and how they differ from what the API counts: ``""`` when they do not."""
    rows: list[ActionRow] = []
    totals: set[int | None] = set()
    for number, answer in enumerate(_pages(api, stretch), 1):
        try:
            totals.add(answer.total)
            if (answer.pages or 0) > MOST_PAGES or number > MOST_PAGES:
                raise TooManyActionsError(_too_many(stretch))
            rows += (_row(action, stretch) for action in answer.rows("Actions"))
        except UnreadableAnswerError as error:
            raise problems.unusable(str(error), host) from None
    found = len({row[0] for row in rows})
    if None in totals:
        raise problems.unusable("it does not say how many actions there are (@total)", host)
    if len(totals) > 1:
        return rows, "the number of its actions changed while it was read"
    (total,) = totals
    if total != found or total != len(rows):
        twice = f", {len(rows) - found:,} of them twice" if len(rows) > found else ""
        return rows, f"the API counts {total:,} {'action' if total == 1 else 'actions'} and sent {len(rows):,}{twice}"
    return rows, ""


def _pages(api: BrandApi, stretch: Stretch) -> Iterator[Answer]:
    try:
        yield from api.pages("Actions", _parameters(stretch))
    except RequestRefusedError as error:
        # What the API says of too many rows is not documented. So any refusal may be that one, unless it names a
        # parameter that stays the same.
        if all(any(word in field.lower() for word in _OF_TIME) for field in error.fields):
            raise TooManyActionsError(error) from None
        raise


def _parameters(stretch: Stretch) -> dict[str, str]:
    return {
        "CampaignId": stretch.campaign,
        "State": "PENDING",
        "ActionDateStart": _time_text(stretch.start),
        "ActionDateEnd": _time_text(stretch.end),
        "PageSize": str(PAGE_SIZE),
    }


def _time_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _too_many(stretch: Stretch) -> ApiError:
    return ApiError(
        INCOMPLETE,
        f"{stretch}: there are more than {PAGE_SIZE * MOST_PAGES:,} actions within a minute, more than the API lists. Nothing "
        "was written. Download Pending Actions in the network instead.",
    )


def _row(action: JsonObject, stretch: Stretch) -> ActionRow:
    """Return the facts of an action.

    Raises:
        UnreadableAnswerError: it has no id or facts that are no texts, or it was not asked for.
    """
    row = tuple(_text(action.get(key), key) for key in _KEYS)
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


def _text(value: Any, key: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):  # a number too, as its digits stand there
        return value if isinstance(value, JsonNumber) or (value.isascii() and "\0" not in value) else _writable(value)
    raise UnreadableAnswerError(f"the {key} of an action is neither a text nor a number")


def _writable(text: str) -> str:
    """Return a text that a file can hold: JSON may name one half of a character alone, or the character 0."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
