"""Read what the network has of certain actions now: those that changed since a time, single ones, and their changes."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache, partial
from typing import Final, NamedTuple, TypeAlias, TypeVar
from urllib.parse import quote

from action_returns.batch.amounts import LIMIT, Cents, cents_of_text
from action_returns.batch.context import PendingAction
from action_returns.brand_api import problems
from action_returns.brand_api.actions import check_identity, text_of
from action_returns.brand_api.answers import JsonObject, UnreadableAnswerError
from action_returns.brand_api.client import BrandApi
from action_returns.brand_api.problems import NotFoundError
from action_returns.brand_api.whole_lists import (
    PAGE_SIZE,
    Listing,
    Stretch,
    TooManyRowsError,
    read_whole,
    stretches,
    time_text,
)

YEARS_BACK: Final = timedelta(days=3 * 365)
"""How far back the API reads (documentation of Actions)."""
_NUMBER: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?").fullmatch

Tell = Callable[[str], None]


class ActionChange(NamedTuple):
    """One change of an action (``ActionUpdates``).

    Args:
        action_id: the action.
        at: when it was changed.
        delta_cents: what it changed the amount by, in cents; None where that cannot be read.
        disposition: the reason code, as the network has it.
        state: the state of the action then.
    """

    action_id: str
    at: datetime
    delta_cents: int | None
    disposition: str
    state: str


class ActionsSince(NamedTuple):
    """The actions of a campaign that changed in a time.

    Args:
        found: ActionId -> what the network has, for those that were looked for.
        has_mobile_ids: whether the network writes an id as it does in a batch, with M.
    """

    found: Mapping[str, PendingAction]
    has_mobile_ids: bool


_Words: TypeAlias = tuple[datetime | None, str | None, None, None, str | None]
"""When an action locks, its state, and its currency, as they stand in a pending action."""


class _Seen(NamedTuple):
    identity: str
    action: PendingAction | None


class _ChangeRow(NamedTuple):
    identity: tuple[str, ...]
    change: ActionChange


_Row = TypeVar("_Row", _Seen, _ChangeRow)


def read_actions_since(
    api: BrandApi,
    campaign: str,
    start: datetime,
    end: datetime,
    wanted: Collection[str],
    tell: Tell,
) -> ActionsSince:
    """Read the actions of a campaign whose last update is in a time, and return those that are looked for.

    An action that changes while it is read is updated after ``end``, so that it is not in the list any more. One that two
    lists have in two ways is left out for the same reason.

    Args:
        api: the API.
        campaign: the campaign.
        start: the earliest moment.
        end: the latest moment.
        wanted: ids of the actions that are looked for.
        tell: takes sentences about the progress.

    Raises:
        ApiError: the list cannot be read.
    """
    found: dict[str, PendingAction] = {}
    unclear: set[str] = set()
    has_mobile_ids = False
    for rows in _by_updates(api, "Actions", campaign, start, end, _reader(campaign, wanted, api.show), tell):
        for action_id, action in rows:
            has_mobile_ids = has_mobile_ids or action_id.startswith("M.")
            if action is not None and found.setdefault(action_id, action) != action:
                unclear.add(action_id)
    return ActionsSince({one: action for one, action in found.items() if one not in unclear}, has_mobile_ids)


def read_action(api: BrandApi, action_id: str) -> PendingAction | None:
    """Read one action; None when the network does not know it, and says so twice.

    Raises:
        ApiError: it cannot be read.
    """
    for _ in range(2):
        try:
            content = api.get(f"Actions/{quote(action_id, safe='')}", {}).content
            check_identity(content, "Id", action_id)
            return _facts(content, partial(_words, api.show))
        except NotFoundError as error:
            if not error.is_documented:  # a server on the way may have answered instead
                raise
        except UnreadableAnswerError as error:
            raise problems.unusable(str(error), api.host) from None
    return None


def read_changes(
    api: BrandApi,
    campaign: str,
    start: datetime,
    end: datetime,
    wanted: Collection[str],
    tell: Tell,
) -> list[ActionChange]:
    """Read the changes in a time of the actions that are looked for, as :func:`read_actions_since` reads actions."""
    found: dict[tuple[str, ...], ActionChange] = {}
    for rows in _by_updates(api, "ActionUpdates", campaign, start, end, _change_reader(campaign, api.show), tell):
        found.update((identity, change) for identity, change in rows if change.action_id in wanted)
    return list(found.values())


def _by_updates(  # what is asked, of whom
    api: BrandApi,
    path: str,
    campaign: str,
    start: datetime,
    end: datetime,
    read: Callable[[JsonObject], _Row],
    tell: Tell,
) -> Iterator[list[_Row]]:
    left = stretches(campaign, max(start, end - YEARS_BACK), end)[::-1]
    while left:
        stretch = left.pop()
        try:
            yield read_whole(api, _listing(path, stretch, read), api.host, tell)
        except TooManyRowsError as too_many:
            halves = stretch.halves()
            if halves is None:
                raise too_many.error from None
            left += reversed(halves)


def _listing(path: str, stretch: Stretch, read: Callable[[JsonObject], _Row]) -> Listing[_Row]:
    parameters = {
        "CampaignId": stretch.campaign,
        "StartDate": time_text(stretch.start),
        "EndDate": time_text(stretch.end),
        "PageSize": str(PAGE_SIZE),
    }
    noun = ("action", "actions") if path == "Actions" else ("change", "changes")
    return Listing(path, path, parameters, f"{noun[1].capitalize()} of {stretch}", noun, read, lambda row: row.identity)


def _reader(campaign: str, wanted: Collection[str], show: problems.ShowWords) -> Callable[[JsonObject], _Seen]:
    words = lru_cache(maxsize=4096)(partial(_words, show))  # the actions of one day have the same few

    def read(action: JsonObject) -> _Seen:
        action_id = _id(action, "Id", campaign)
        return _Seen(action_id, _facts(action, words) if action_id in wanted else None)

    return read


def _change_reader(campaign: str, show: problems.ShowWords) -> Callable[[JsonObject], _ChangeRow]:
    def read(change: JsonObject) -> _ChangeRow:
        action_id = _id(change, "ActionId", campaign)
        texts = tuple(
            text_of(change.get(key), key) for key in ("Id", "Sku", "UpdateDate", "DeltaAmount", "Disposition", "State")
        )
        at = _moment(texts[2])
        if not texts[0] or at is None:
            raise UnreadableAnswerError("a change of an action has no Id or no UpdateDate")
        delta = texts[3]
        cents = _cents(delta.removeprefix("-"))
        if cents is not None and delta.startswith("-"):
            cents = Cents(-cents)
        return _ChangeRow((action_id, *texts), ActionChange(action_id, at, cents, show(texts[4]), show(texts[5])))

    return read


def _id(found: JsonObject, key: str, campaign: str) -> str:
    action_id = found.get(key)
    if not isinstance(action_id, str) or not action_id.isprintable() or action_id.split() != [action_id]:
        raise UnreadableAnswerError(f"an action has no {key}, or one with white space in it")
    if found.get("CampaignId") != campaign:
        raise UnreadableAnswerError(f"an action is not of campaign {campaign}, which was asked for")
    return action_id


def _facts(action: JsonObject, words: Callable[[str, str, str], _Words]) -> PendingAction:
    """Return what decides about a row, and nothing else: a list may have hundreds of thousands of actions."""
    get = action.get
    cents = _cents(text_of(get("Amount"), "Amount"))
    locks_at = text_of(get("LockingDate"), "LockingDate")
    state, currency = text_of(get("State"), "State"), text_of(get("Currency"), "Currency")
    return PendingAction(cents, *words(locks_at, state, currency))


def _words(show: problems.ShowWords, locks_at: str, state: str, currency: str) -> _Words:
    """Return the facts of an action behind its amount, in the order of a pending action."""
    return _moment(locks_at), show(state) or None, None, None, show(currency) or None


def _cents(text: str) -> Cents | None:
    """Return an amount in cents: the digits of the JSON, with an exponent or with more zeros; None for any other one."""
    cents = cents_of_text(f"{text}0" if text[-2:-1] == "." else text)  # with two places is nearly always, and faster
    if cents is not None or not _NUMBER(text):
        return cents
    whole = Fraction(text) * 100
    return Cents(int(whole)) if whole.denominator == 1 and whole < LIMIT * 100 else None


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
