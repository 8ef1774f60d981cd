"""The words about rows that go to the network's API one by one: which it cannot take, and what became of each."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import amount_text
from action_returns.brand_api.changes import REVERSAL_CODES, UPDATE_CODES, RowResult, RowState, change_of
from action_returns.channels.base import Outcome, Phase, RowCounts, State

if TYPE_CHECKING:
    from action_returns.batch.cells import ReadyRows

_MOST_NAMED: Final = 5
"""Rows that a message names at most; the ledger has them all."""
STATES: Final = {
    RowState.QUEUED: State.SENT,
    RowState.REFUSED: State.FAILED,
    RowState.NOT_SENT: State.FAILED,
    RowState.UNKNOWN: State.UNKNOWN,
}
"""What became of a row -> the state that the ledger and other channels know."""
_NO_SIGN_IN: Final = frozenset({401, 403})
_FILE: Final = (
    "send them as a file, over a profile with another channel (ftp, sftp or email), or upload the file of "
    "action-returns export yourself"
)
_SCOPE: Final = (
    "In the network, under Settings, Technical, API, allow the token to change Actions, or make one that may"
)
_STORE: Final = "Store it: action-returns secret set PROFILE"


def refusals(rows: "ReadyRows", most_rows: int) -> str:
    """Return why these rows are not sent over the API, and what to do; ``""`` when it takes them all."""
    if len(rows) > most_rows:
        return (
            f"The channel api sends {_rows(most_rows)} at most (most_rows in the profile), and these are {len(rows):,}: the API "
            f"takes 1,000 calls an hour, one for each row. Nothing was sent. To send them now, {_FILE}; or raise "
            "most_rows: action-returns profile set PROFILE most_rows=NUMBER"
        )
    refused = [at for at, row in enumerate(rows) if change_of(*row) is None]
    if not refused:
        return ""
    named = [_refused_row(rows, at) for at in refused[:_MOST_NAMED]]
    if more := len(refused) - len(named):
        named.append(f"{more:,} more")
    is_above = any(rows.cents[at] for at in refused)
    is_zero = any(not rows.cents[at] for at in refused)
    takes = [
        *([f"with an amount above 0, {', '.join(UPDATE_CODES)}"] if is_above else []),
        *([f"with 0, {', '.join(dict.fromkeys((*REVERSAL_CODES, *UPDATE_CODES)))}"] if is_zero else []),
    ]
    return (
        f"The API does not take the reason code of {_rows(len(refused))}: {'; '.join(named)}. It takes, "
        f"{'; '.join(takes)}. Nothing was sent. Choose one of these codes; or {_FILE}."
    )


def _refused_row(rows: "ReadyRows", at: int) -> str:
    where = f"row {rows.rows[at]}, {rows.action_ids[at]}" if rows.rows else rows.action_ids[at]
    return f"{where} ({rows.reasons[at]} with {amount_text(rows.cents[at])})"


def failed_at_once(message: str) -> Outcome:
    """Return the outcome of a batch of which no row was tried."""
    return Outcome(State.FAILED, message, Phase.CONNECT)


def outcome_of(
    results: Sequence[tuple[str, RowResult]],
    action_ids: Sequence[str],
    stopped: str,
    host: str,
    evidence: dict[str, str | int],
) -> Outcome:
    """Return what became of a batch, from what became of its rows.

    ``sent`` when at least one row is queued, else ``unknown`` when one may have arrived, else ``failed``.

    Args:
        results: ActionId and result of each row that was tried, in order.
        action_ids: every row of the batch.
        stopped: why the rest was not tried, one sentence; ``""`` when every row was.
        host: the host of the API.
        evidence: what else the receipt keeps.
    """
    rows = len(action_ids)
    of = {state: [(action_id, one) for action_id, one in results if one.state is state] for state in RowState}
    left = rows - len(results) + len(of[RowState.NOT_SENT])
    counts = RowCounts(len(of[RowState.QUEUED]), len(of[RowState.REFUSED]), len(of[RowState.UNKNOWN]), left)
    sentences = [_queued(counts.queued, rows, host)]
    if of[RowState.REFUSED]:
        words = _named(of[RowState.REFUSED])
        sentences.append(f"{_were(counts.refused)} refused, and {_is(counts.refused)} unchanged: {words}.")
    if of[RowState.UNKNOWN]:
        words = _named(of[RowState.UNKNOWN])
        sentences.append(f"It is not known whether {_rows(counts.unknown)} arrived: {words}.")
    if left:
        sentences.append(f"{_were(left)} not sent.")
    if stopped:
        sentences.append(stopped)
    sentences.append(_next_step(counts))
    state = State.SENT if counts.queued else State.UNKNOWN if counts.unknown else State.FAILED
    facts = {"queued": counts.queued, "refused": counts.refused, "unknown": counts.unknown, "not_sent": left}
    # As with other channels, a sign-in that was refused is the end of connecting.
    is_signed_in = any(one.status not in _NO_SIGN_IN for _, one in results)
    states = dict.fromkeys(action_ids, State.FAILED) | {action_id: STATES[one.state] for action_id, one in results}
    phase = Phase.TRANSFER if is_signed_in else Phase.CONNECT
    return Outcome(state, " ".join(filter(None, sentences)), phase, {**evidence, **facts}, counts, states)


def _queued(queued: int, rows: int, host: str) -> str:
    if not queued:
        return f"{host} has confirmed none of {_rows(rows)}."
    every = ("The row" if rows == 1 else f"All {rows:,} rows") if queued == rows else f"{queued:,} of {_rows(rows)}"
    return f"{every} {'is' if queued == 1 else 'are'} queued at {host}: received, and applied later."


def _next_step(counts: RowCounts) -> str:
    if counts.are_all_queued:
        return "A later pending download shows what was applied."
    steps = []
    if counts.unknown:
        it = "this row" if counts.unknown == 1 else "these rows"
        steps.append(
            f"Do not send {it} again before you have looked: at a new pending download, or at the API submissions."
        )
    if counts.refused:
        steps.append("Correct what was refused, or leave it out.")
    if counts.not_sent or counts.refused:
        rest = "rows that are queued or unknown stay behind" if counts.queued or counts.unknown else "nothing arrived"
        steps.append(f"To go on, send the same file again: {rest}.")
    return " ".join(steps)


def _named(results: Iterable[tuple[str, RowResult]]) -> str:
    named = [
        f"{action_id} ({one.status}: {one.words})" if one.status else f"{action_id} ({one.words})"
        for action_id, one in results
    ]
    more = len(named) - _MOST_NAMED
    return "; ".join([*named[:_MOST_NAMED], *([f"{more:,} more"] if more > 0 else [])]).rstrip(".")


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _were(number: int) -> str:
    return f"{_rows(number)} {'was' if number == 1 else 'were'}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def sign_in_refused(host: str) -> str:
    """Return what to do about a refused sign-in (401)."""
    return (
        f"{host} refused the sign-in (401): the account SID or the auth token is not right. Check account_sid in the "
        f"profile, and store the token again; the network shows both under Settings, Technical, API. {_STORE}"
    )


def not_allowed(host: str) -> str:
    """Return what to do about a token without the scope (403)."""
    return f"{host} took the sign-in, but the token may not do this (403): it lacks a scope. {_SCOPE}. {_STORE}"


def limit_reached(host: str, seconds: float | None) -> str:
    """Return when the API takes calls again.

    Args:
        host: the host of the API.
        seconds: until then, None where it does not say.
    """
    if seconds is None:
        when = "It does not say when it takes them again; an hour at most."
    else:
        minutes = max(1, round(seconds / 60))
        when = f"It takes them again in about {'1 minute' if minutes == 1 else f'{minutes:,} minutes'}."
    return f"{host} takes no more calls for now: the account has used up those of this hour. {when}"
