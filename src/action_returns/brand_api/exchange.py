"""Send one request to the Brand API and read its whole answer. Nothing is repeated here."""

import time
from collections.abc import Callable, Iterator, Mapping
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
        has_left: whether the API may have the whole request.
    """

    def __init__(self, error: ApiError, *, may_pass: bool, has_left: bool) -> None:
        super().__init__()
        self.error = error
        self.may_pass = may_pass
        self.has_left = has_left


class _Form:
    """The body of a request, which notes that it was asked for: the library does that when a connection stands.

    Args:
        content: the form, encoded.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.has_left = False

    def __iter__(self) -> Iterator[bytes]:
        self.has_left = True
        yield self._content

    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(self._content))}


def exchange(
    pool: "HTTPSConnectionPool",
    place: "ApiPlace",
    method: str,
    target: str,
    *,
    form: bytes | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Reply:
    """Send a request once, and return the answer.

    Args:
        pool: the connection.
        place: where it leads.
        method: the method of HTTP.
        target: path and query.
        form: the body, encoded as a form; None for none.
        clock: seconds since any moment.

    Raises:
        LostError: no whole answer came.
        UnreadableAnswerError: the answer is too large or takes too long.
    """
    from urllib3.exceptions import HTTPError, TimeoutError  # noqa: A004  # its own kind

    body = None if form is None else _Form(form)
    headers = None if body is None else {**pool.headers, **body.headers()}
    try:
        response = pool.urlopen(
            method,
            target,
            body=body,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
        )
        try:
            return Reply(response.status, response.headers, _read(response, clock))
        finally:
            response.close()
    except (HTTPError, OSError) as error:
        cause, is_timeout = problems.cause_of(error), isinstance(error, TimeoutError)
        text = problems.unreachable(cause, place.host, place.port, is_timeout=is_timeout)
        has_left = body is None or body.has_left
        raise LostError(text, may_pass=problems.may_pass(cause), has_left=has_left) from None


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
