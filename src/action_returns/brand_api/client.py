"""Ask the Brand API over one HTTPS connection. The token goes to the configured host and nowhere else.

A question (GET) changes nothing at the network, so it is asked again when its answer was lost.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote, urlencode, urlsplit

from action_returns.brand_api import problems
from action_returns.brand_api.answers import Answer, UnreadableAnswerError, read_answer
from action_returns.brand_api.connection import HTTPS, ApiPlace, open_pool
from action_returns.brand_api.exchange import LostError, Reply, exchange
from action_returns.brand_api.problems import NotFoundError, RequestRefusedError
from action_returns.errors import ApiError

LONGEST_WAIT: Final = 900.0
"""Seconds that are waited in all until the API takes requests again."""
MOST_PAGES: Final = 1_000
"""Pages of one list that are followed: more than the API allows in an hour."""
PAUSES: Final = (1.0, 5.0)
"""Seconds before each further try of a question whose answer was lost."""

_MANY_REQUESTS: Final = 429
_DONE: Final = 200
_BAD_REQUEST: Final = 400
_NOT_FOUND: Final = 404
_FIRST_OF_SERVER: Final = 500
_UNKNOWN_RESET: Final = 60.0
"""Seconds that are waited when the API does not say when it takes requests again."""
_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?").fullmatch
_TARGET = re.compile(r"/[!-~]{1,4000}").fullmatch


class BrandApi:
    """Asks the API.

    Args:
        place: where it is.
        token: the auth token.
        show: makes the words of the server fit to be shown.
        tell: takes sentences about waiting.
        sleep: waits.
        clock: seconds since any moment.

    Attributes:
        requests: how many were sent. The API takes 1,000 an hour of an account.
        show: makes a word of an answer fit to be shown and recorded; the same few words come in every answer.
    """

    def __init__(
        self,
        place: ApiPlace,
        token: str,
        *,
        show: problems.ShowWords,
        tell: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._place = place
        self.show = lru_cache(maxsize=1024)(show)
        self._tell = tell
        self._sleep = sleep
        self._clock = clock
        self._waited = 0.0
        self.requests = 0
        self._pool = open_pool(place, token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    @property
    def host(self) -> str:
        """The host, for messages."""
        return self._place.host

    def get(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """Return the answer to a question about the account.

        Args:
            path: below the account: ``Actions``.
            parameters: the filters.

        Raises:
            RequestRefusedError: the API refused the parameters.
            ApiError: there is no answer, or none that can be used.
        """
        return self._fetch(self._account_target(path, parameters))

    def _account_target(self, path: str, parameters: Mapping[str, str]) -> str:
        account = quote(self._place.account_sid, safe="")
        return f"/Advertisers/{account}/{path}" + (f"?{urlencode(parameters)}" if parameters else "")

    def pages(self, path: str, parameters: Mapping[str, str]) -> Iterator[Answer]:
        """Return every page of a list; addresses of next pages are followed on the same host only.

        Raises:
            ApiError: as :meth:`get`; or a next page is on another host, or there is no end to them.
        """
        return self._pages_from(self._account_target(path, parameters))

    def pages_at(self, address: str) -> Iterator[Answer]:
        """Return every page of a list whose address an answer names.

        Raises:
            ApiError: as :meth:`pages`.
        """
        return self._pages_from(self._target(address))

    def is_of_account(self, address: str) -> bool:
        """Return whether an address of an answer leads to the account on the same host."""
        try:
            return self._target(address).startswith(self._account_target("", {}))
        except ApiError:
            return False

    def _pages_from(self, target: str) -> Iterator[Answer]:
        answer = self._fetch(target)
        seen: set[str] = set()
        while True:
            yield answer
            try:
                address = answer.next_page
            except UnreadableAnswerError as error:
                raise problems.unusable(str(error), self._place.host) from None
            if not address:
                return
            target = self._target(address)
            if target in seen or len(seen) >= MOST_PAGES:
                raise problems.unusable("there is no end to its pages", self._place.host)
            seen.add(target)
            answer = self._fetch(target)

    def _target(self, address: str) -> str:
        """Return the path and query of the next page.

        Raises:
            ApiError: it is on another host, or no address.
        """
        place = self._place
        try:
            parts = urlsplit(address)
            is_here = not (parts.scheme or parts.netloc) or (
                parts.scheme == "https"
                and parts.username is None
                and (parts.hostname or "") == place.host.lower()
                and (parts.port or HTTPS) == place.port
            )
        except ValueError:  # a port that is none, a bracket that is not closed
            is_here = False
        else:
            address = parts.path + (f"?{parts.query}" if parts.query else "")
        if not is_here:
            raise problems.unusable(
                "its next page is on another server, which is not asked: the token goes to one host only", place.host
            )
        if not _TARGET(address) or address.startswith("//"):
            raise problems.unusable("its address of the next page is none", place.host)
        return address

    def _fetch(self, target: str) -> Answer:
        tries = iter(PAUSES)
        while True:
            try:
                self.requests += 1
                reply = exchange(self._pool, self._place, target, clock=self._clock)
            except LostError as lost:
                self._pause(next(tries, None) if lost.may_pass else None, lost.error)
                continue
            except UnreadableAnswerError as error:
                raise problems.unusable(str(error), self._place.host) from None
            if reply.status == _MANY_REQUESTS:
                self._wait_for_reset(reply)
            elif reply.status >= _FIRST_OF_SERVER:
                self._pause(next(tries, None), self._refusal(reply, target))
            elif reply.status != _DONE:
                raise self._refusal(reply, target)
            else:
                return self._read_answer(reply, target)

    def _read_answer(self, reply: Reply, target: str) -> Answer:
        try:
            answer = read_answer(reply.content)
        except UnreadableAnswerError as error:
            raise problems.unusable(str(error), self._place.host) from None
        if _is_refusal(answer):
            raise self._refusal(reply, target)
        return answer

    def _pause(self, seconds: float | None, error: ApiError) -> None:
        if seconds is None:
            raise error
        self._sleep(seconds)

    def _refusal(self, reply: Reply, target: str) -> ApiError:
        scope = f"read {problems.scope_of(target)}"
        error = problems.refusal(reply.status, reply.content, self._place, self.show, scope=scope)
        if reply.status == _BAD_REQUEST:
            return RequestRefusedError(error.problem, error.message, problems.refused_fields(reply.content))
        if reply.status == _NOT_FOUND:
            is_documented = problems.is_error_object(reply.content)
            return NotFoundError(error.problem, error.message, is_documented=is_documented)
        return error

    def _wait_for_reset(self, reply: Reply) -> None:
        """Wait until the API takes requests again.

        Raises:
            ApiError: that takes too long.
        """
        # Seconds until the reset, and not its date (documentation of the rate limits). There is no Retry-After.
        told = reply.headers.get("X-RateLimit-Reset", "").strip()
        seconds = float(told) + 1 if _SECONDS(told) else _UNKNOWN_RESET
        minutes = max(1, round(seconds / 60))
        many = "1 minute" if minutes == 1 else f"{minutes:,} minutes"
        limit = (
            f"{self._place.host} takes no more requests for about {many}: the account has used up those of this hour"
        )
        if self._waited + seconds > LONGEST_WAIT:
            raise ApiError(problems.LIMIT, f"{limit}. Run the same command again after that time.")
        self._tell(f"{limit}. Waiting for that time …")
        self._waited += seconds
        self._sleep(seconds)


def _is_refusal(answer: Answer) -> bool:
    """Return whether an answer is the object of a refusal, whatever its status is."""
    return answer.content.get("Status") == "ERROR"
