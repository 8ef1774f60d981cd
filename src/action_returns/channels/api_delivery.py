"""Send rows to the network's API, one call after the other, and know of each what became of it.

Each row is recorded before its call may leave and after its reply. So a program that ends in between leaves one row unknown,
and never a row of which the record says too much. No call is repeated.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from action_returns.brand_api.change_calls import ChangeCalls, LostReplyError, NotConnectedError
from action_returns.brand_api.changes import Change, RowResult, RowState, change_of, read_reply
from action_returns.brand_api.exchange import Reply
from action_returns.channels import api_texts
from action_returns.channels.base import (
    BeforeFirstByte,
    DeliveryEndedError,
    Outcome,
    Phase,
    ProbeResult,
    RowRecord,
    probe_failed,
    retry,
)
from action_returns.channels.connection_errors import connection_failed, is_retryable
from action_returns.channels.server_words import ServerWords
from action_returns.channels.time_limits import Clock

if TYPE_CHECKING:
    from action_returns.batch.cells import ReadyRows

MOST_LOST: Final = 3
"""Replies in a row that may be lost before the rest is left: more would only be unknown, too."""
ALL_CALLS: Final = 900.0
"""Seconds in which a call may still begin. The ledger takes a sender for ended after 22 minutes (time_limits.py)."""
_SIGN_IN: Final = 401
_PAYMENT: Final = 402
_NOT_ALLOWED: Final = 403
_MANY_REQUESTS: Final = 429
_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?").fullmatch


@dataclass(slots=True)
class Delivery:
    """One batch on its way.

    Args:
        calls: the connection.
        host: the host of the API.
        port: its port.
        token: the auth token, which no word of the server may repeat.
        record: keeps what becomes of each row.
        pause: waits before it connects once more.
        clock: see :data:`~action_returns.channels.time_limits.Clock`.
    """

    calls: ChangeCalls
    host: str
    port: int
    token: str = field(repr=False)
    record: RowRecord
    pause: Callable[[float], None]
    clock: Clock
    _results: list[tuple[str, RowResult]] = field(default_factory=list)
    _under_way: str = ""
    _stopped: str = ""
    _is_on_record: bool = True
    _lost: int = 0
    _uris: set[str] = field(default_factory=set)

    def run(self, rows: "ReadyRows", before_first_byte: BeforeFirstByte) -> Outcome:
        """Send the rows until all are sent or something stops them, and return what became of the batch.

        Args:
            rows: the rows; the API takes a call for each.
            before_first_byte: called when a connection is there, before the first call; what it raises is passed on.
        """
        end = self.clock() + ALL_CALLS
        try:
            self._connect()
        except DeliveryEndedError as ended:
            return ended.outcome
        before_first_byte()
        try:
            for action_id, cents, reason in rows:
                change = change_of(action_id, cents, reason)
                if self._stopped or change is None:  # refused before anything was sent
                    break
                if self.clock() > end:
                    self._stopped = f"It took longer than {ALL_CALLS / 60:.0f} minutes, so the rest was left."
                elif self._results and not self._connected_again():
                    break
                else:
                    self._send(action_id, change)
        except KeyboardInterrupt:
            self._interrupted()
        evidence: dict[str, str | int] = {"calls": len(self._results)}
        tried = len(self._results) == len(rows)
        return api_texts.outcome_of(self._results, rows.action_ids, "" if tried else self._stopped, self.host, evidence)

    def _connect(self) -> None:
        def attempt() -> None:
            try:
                self.calls.connect()
            except NotConnectedError as error:
                failed = connection_failed(error.cause, self.host, self.port)
                raise DeliveryEndedError(failed, retryable=is_retryable(error.cause)) from None

        retry(attempt, self.pause)

    def _connected_again(self) -> bool:
        """Return whether there is a connection for the next row; else the rest is left."""
        try:
            self._connect()
        except DeliveryEndedError as ended:
            self._stopped = f"The connection for the next row did not come about. {ended.outcome.message}".replace(
                " Nothing was sent.", ""
            )
            return False
        return True

    def _send(self, action_id: str, change: Change) -> None:
        """Send one row, and note what became of it and whether another may follow."""
        self._under_way = action_id
        try:
            self.record.sending(action_id, _facts(change))
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must not leave without a record
            self._under_way = ""
            self._stopped = f"The ledger could not record the next row ({error}), so the rest was left."
            return
        try:
            reply = self.calls.change(change)
        except LostReplyError as lost:
            self._note(RowResult(RowState.UNKNOWN, str(lost)))
        else:
            self._note(self._read(reply), reply.headers)

    def _read(self, reply: Reply) -> RowResult:
        result = read_reply(reply, ServerWords(self.token).show)
        if result.state is not RowState.QUEUED or not result.uri:
            # The same reply once more would be taken for the one to the next row.
            self.calls.hang_up()
        elif result.uri in self._uris:
            self.calls.hang_up()
            return RowResult(RowState.UNKNOWN, "the reply is the one to an earlier row", result.status)
        self._uris.add(result.uri)
        return result

    def _note(self, result: RowResult, headers: Mapping[str, str] | None = None) -> None:
        """Keep the result of the row under way, record it, and decide whether the next one may follow."""
        action_id = self._under_way
        self._results.append((action_id, result))
        self._under_way, self._is_on_record = "", False
        self._lost = self._lost + 1 if result.state is RowState.UNKNOWN else 0
        self._stopped = self._why_to_stop(result, headers or {})
        try:
            self._record(action_id, result)
            self._is_on_record = True
        except Exception as error:  # noqa: BLE001  # the row has left; the user has to learn what became of it
            self._stopped = (
                f"The ledger could not record what became of {action_id} ({error}): it is {result.state.value}. The rest "
                "was left."
            )

    def _record(self, action_id: str, result: RowResult) -> None:
        self.record.outcome(action_id, api_texts.STATES[result.state], result.words, result.facts)

    def _why_to_stop(self, result: RowResult, headers: Mapping[str, str]) -> str:
        """Return why no further row is sent, ``""`` when the next one may follow."""
        match result.status:
            case s if s == _SIGN_IN:
                return api_texts.sign_in_refused(self.host)
            case s if s == _NOT_ALLOWED:
                return api_texts.not_allowed(self.host)
            case s if s == _PAYMENT:
                return f"The account has no right to use the API at the moment ({_PAYMENT}). Ask the network's support."
            case s if s == _MANY_REQUESTS:
                return api_texts.limit_reached(self.host, seconds_until_reset(headers))
        if headers.get("X-RateLimit-Remaining", "").strip() == "0":
            return api_texts.limit_reached(self.host, seconds_until_reset(headers))
        if self._lost == MOST_LOST:
            return f"The last {MOST_LOST} replies were lost or no documented ones, so the rest was left."
        return ""

    def _interrupted(self) -> None:
        """Note that the user stopped the delivery: the call under way may have arrived."""
        if self._under_way:
            self._note(RowResult(RowState.UNKNOWN, "it was stopped before the reply came"))
        elif not self._is_on_record:  # it was stopped while that was recorded
            action_id, result = self._results[-1]
            with suppress(Exception):  # the row stays unknown on record, which is never too much
                self._record(action_id, result)
        self._stopped = "You stopped it."


def _facts(change: Change) -> dict[str, str | int]:
    code = change.fields.get("Reason") or change.fields["DispositionCode"]
    return {"call": change.method, "amount": change.fields.get("Amount", "0"), "code": code}


def seconds_until_reset(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until the API takes calls again, None where it does not say."""
    told = headers.get("X-RateLimit-Reset", "").strip()
    return float(told) if _SECONDS(told) else None


def probe(calls: ChangeCalls, host: str, port: int, token: str) -> ProbeResult:
    """Sign in with a question that the API answers without a change, and return what that shows.

    The question names no campaign, so the documented answer to a token that may read actions is 400.
    """
    try:
        calls.connect()
        reply = calls.ask("Actions")
    except NotConnectedError as error:
        return probe_failed(connection_failed(error.cause, host, port))
    except LostReplyError as lost:
        return ProbeResult(works=False, message=f"{host}: {lost}. Try again later.")
    evidence: dict[str, str | int] = {"status": reply.status}
    match reply.status:
        case 200 | 400:
            message = (
                f"The API at {host} works: it took the sign-in, and the token may read actions. Whether the token may change "
                "them shows only with a change. Nothing was changed."
            )
            return ProbeResult(works=True, message=message, evidence=evidence)
        case s if s == _SIGN_IN:
            message = api_texts.sign_in_refused(host)
        case s if s == _NOT_ALLOWED:
            message = api_texts.not_allowed(host)
        case s if s == _MANY_REQUESTS:
            message = api_texts.limit_reached(host, seconds_until_reset(reply.headers))
        case status:
            said = read_reply(reply, ServerWords(token).show).words
            message = f"The API at {host} cannot be used at the moment ({status}: {said}). Check account_sid and host in the profile."
    # As with other channels, a sign-in that was refused is the end of connecting.
    phase = Phase.CONNECT if reply.status in {_SIGN_IN, _NOT_ALLOWED} else Phase.TRANSFER
    return ProbeResult(works=False, message=message, phase=phase, evidence=evidence)
