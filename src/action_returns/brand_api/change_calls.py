"""Call the Brand API once for each change, over one HTTPS connection. No call is ever repeated here.

There is no key that would let the network see a repetition, so a call whose reply was lost stays unknown. urllib3's pool is
not used: by default it repeats a PUT and a DELETE whose reply was lost, because HTTP takes both for safe to repeat, and its
errors do not show whether a request had begun to leave.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, urlencode

from action_returns.brand_api.changes import LARGEST_REPLY, Change
from action_returns.brand_api.connection import ApiPlace, check_urllib3, headers_of
from action_returns.brand_api.exchange import Reply
from action_returns.brand_api.problems import cause_of

if TYPE_CHECKING:
    import ssl


CONNECT_SECONDS: Final = 15.0
SILENCE_SECONDS: Final = 60.0
"""Seconds without a byte of the reply."""
CALL_SECONDS: Final = 120.0
"""Seconds for a call and its whole reply: one that comes byte by byte would keep to the other limit."""


class NotConnectedError(Exception):
    """No connection came about, so no byte of a request has left.

    Args:
        cause: why, as the system or TLS has it.
    """

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class LostReplyError(Exception):
    """A request may have left, and no whole reply came. Its text says why."""


class ChangeCalls:
    """Calls the API.

    Args:
        place: where it is.
        token: the auth token.
        call_seconds: seconds for one call.
        silence_seconds: seconds without a byte of a reply.
        context: the TLS settings; what this computer and ``place.ca_file`` trust when None.

    Raises:
        action_returns.errors.ConfigError: urllib3 is not installed, or the file of certificates cannot be used.
    """

    def __init__(
        self,
        place: ApiPlace,
        token: str,
        *,
        call_seconds: float = CALL_SECONDS,
        silence_seconds: float = SILENCE_SECONDS,
        context: "ssl.SSLContext | None" = None,
    ) -> None:
        check_urllib3()
        from urllib3.connection import HTTPSConnection

        from action_returns.trusted_certificates import trusting_context

        self._place = place
        self._headers = headers_of(place, token)
        self._call_seconds = call_seconds
        self._silence_seconds = silence_seconds
        self._connection = HTTPSConnection(
            place.host, place.port, ssl_context=context or trusting_context(place.ca_file)
        )
        # http.client would connect by itself in the middle of a request.
        self._connection.auto_open = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection; the next call makes a new one.

        After a reply that could be read as the reply to the next call, too: a server or proxy may have sent it twice.
        """
        with suppress(OSError):
            self._connection.close()

    def connect(self) -> None:
        """Connect, unless a connection is there of which nothing is to be read.

        Raises:
            NotConnectedError: that failed, and no byte of a request has left.
        """
        from urllib3.exceptions import HTTPError

        connection = self._connection
        if not connection.is_closed and connection.is_connected:
            return
        self.hang_up()
        connection.timeout = CONNECT_SECONDS
        try:
            connection.connect()
        except (HTTPError, OSError) as error:
            self.hang_up()
            raise NotConnectedError(cause_of(error) or TimeoutError("no answer in time")) from None

    def change(self, change: Change) -> Reply:
        """Send one change once, over the connection that is there, and return the reply.

        Raises:
            LostReplyError: it may have left or not, and no whole reply came.
        """
        body = urlencode(change.fields).encode("ascii")
        path = f"/Advertisers/{quote(self._place.account_sid, safe='')}/Actions"
        return self._exchange(change.method, path, body)

    def ask(self, path: str) -> Reply:
        """Send one question, which changes nothing, and return the reply.

        Args:
            path: below the account, with its parameters.

        Raises:
            LostReplyError: no whole reply came.
        """
        return self._exchange("GET", f"/Advertisers/{quote(self._place.account_sid, safe='')}/{path}", None)

    def _exchange(self, method: str, target: str, body: bytes | None) -> Reply:
        form = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
        connection = self._connection
        connection.timeout = self._silence_seconds
        with self._time_limit() as is_over:
            try:
                connection.request(method, target, body, {**self._headers, **form}, preload_content=False)
                response = connection.getresponse()
                content = response.read(LARGEST_REPLY + 1)
            except Exception as error:  # noqa: BLE001  # whatever it is, the request may have left
                self.hang_up()
                raise LostReplyError(_reason(error, is_over=is_over())) from None
            except BaseException:
                self.hang_up()
                raise
        if len(content) > LARGEST_REPLY:
            self.hang_up()
            raise LostReplyError(f"the reply has more than {LARGEST_REPLY:,} bytes")
        return Reply(response.status, response.headers, content)

    @contextmanager
    def _time_limit(self) -> Iterator[Callable[[], bool]]:
        """End the connection when a call takes too long in all; the result tells whether that was so."""
        over = threading.Event()
        sock = self._connection.sock

        def end() -> None:
            over.set()
            with suppress(OSError):
                sock.shutdown(2)  # SHUT_RDWR wakes the thread that reads

        timer = threading.Timer(self._call_seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield over.is_set
        finally:
            timer.cancel()


def _reason(error: Exception, *, is_over: bool) -> str:
    """Return why no reply came, in a few words without the words of the system, which are in the user's language."""
    if is_over or isinstance(error, TimeoutError) or isinstance(cause_of(error), TimeoutError):
        return "no whole reply came in time"
    return "the connection broke off before the whole reply was there"
