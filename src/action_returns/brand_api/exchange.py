"""Ask the Brand API one question and read its whole answer. Nothing is repeated here."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from action_returns.brand_api import problems
from action_returns.brand_api.answers import UnreadableAnswerError
from action_returns.errors import ApiError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPSConnectionPool

    from action_returns.brand_api.connection import ApiPlace

LARGEST_ANSWER: Final = 128 * 2**20
"""Bytes of an answer, unpacked: a page of 20,000 actions has about 30 MB."""
ANSWER_SECONDS: Final = 600.0
"""Seconds for one whole answer: one that comes byte by byte would keep to every other limit."""
_CHUNK: Final = 2**16


class Reply(NamedTuple):
    """A whole answer of HTTP."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class LostError(Exception):
    """No whole answer came.

    Args:
        error: what the user reads when it was the last try.
        may_pass: whether another try may succeed.
    """

    def __init__(self, error: ApiError, *, may_pass: bool) -> None:
        super().__init__()
        self.error = error
        self.may_pass = may_pass


def exchange(
    pool: "HTTPSConnectionPool", place: "ApiPlace", target: str, *, clock: Callable[[], float] = time.monotonic
) -> Reply:
    """Ask a question once, and return the answer.

    Args:
        pool: the connection.
        place: where it leads.
        target: path and query.
        clock: seconds since any moment.

    Raises:
        LostError: no whole answer came.
        UnreadableAnswerError: the answer is too large or takes too long.
    """
    from urllib3.exceptions import HTTPError, TimeoutError  # noqa: A004  # its own kind

    try:
        response = pool.urlopen("GET", target, redirect=False, retries=False, preload_content=False)
        try:
            return Reply(response.status, response.headers, _read(response, clock))
        finally:
            response.close()
    except (HTTPError, OSError) as error:
        cause, is_timeout = problems.cause_of(error), isinstance(error, TimeoutError)
        text = problems.unreachable(cause, place.host, place.port, is_timeout=is_timeout)
        raise LostError(text, may_pass=problems.may_pass(cause)) from None


def _read(response: "BaseHTTPResponse", clock: Callable[[], float]) -> bytes:
    end = clock() + ANSWER_SECONDS
    parts: list[bytes] = []
    size = 0
    while part := response.read1(_CHUNK, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise UnreadableAnswerError(f"it has more than {LARGEST_ANSWER >> 20} MB")
        if clock() > end:
            raise UnreadableAnswerError(f"it took more than {ANSWER_SECONDS:.0f} seconds")
    return b"".join(parts)
