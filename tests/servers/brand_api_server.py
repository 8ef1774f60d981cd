"""The network's Brand API on loopback, as its published documents describe it: HTTPS, sign-in, limits, pages, errors.

What only the real one shows, such as the words of its errors, is made up. A test puts faults in front of the answers:
each request takes the next one of ``faults``.
"""

import base64
import gzip
import json
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.brand_network import Literal, Network, RefusedError, action
from tests.servers.loopback import LOOPBACK, Authority

__all__ = [
    "SID",
    "TOKEN",
    "BrandApiServer",
    "Literal",
    "action",
    "altered",
    "brand_api_server",
    "cut",
    "hang_up",
    "refused",
    "status",
]

SID = "IRabc123"
TOKEN = "t0ken-that-is-secret"
LEAST_PAGE = 2_000


@dataclass(slots=True)
class BrandApiServer:
    """A running API.

    Args:
        port: where it listens.
        network: what is behind it.
        token: the token it takes.
        page_rows: rows of a page, however many are asked for.
        most_pages: pages after which it refuses a request.
        is_packed: whether answers are gzipped for those who take that.
        most_requests: how many it takes until it refuses all others; None for any number.
        faults: what the next requests meet, instead of or before their answer; None for nothing.
        asked: path, parameters and headers of each question.
        changes: method, path, form and headers of each change.
        clients: the connections that were made.
    """

    port: int = 0
    network: Network = field(default_factory=lambda: Network(SID))
    token: str = TOKEN
    page_rows: int | None = None
    most_pages: int = 10
    is_packed: bool = False
    most_requests: int | None = None
    faults: deque[Any] = field(default_factory=deque)
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list, repr=False)

    changes: list[tuple[str, str, dict[str, str], dict[str, str]]] = field(default_factory=list, repr=False)
    clients: list[Any] = field(default_factory=list, repr=False)

    @property
    def actions(self) -> list[dict[str, Any]]:
        """The actions; every one has an Id, a CampaignId and an EventDate."""
        return self.network.actions

    @actions.setter
    def actions(self, actions: list[dict[str, Any]]) -> None:
        self.network.actions = actions

    @property
    def parameters(self) -> list[dict[str, str]]:
        """The parameters of each request."""
        return [parameters for _, parameters, _ in self.asked]


def dumps(value: Any) -> str:
    """Return JSON in which every :class:`Literal` is a number."""
    match value:
        case Literal():
            return str(value)
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{dumps(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ",".join(map(dumps, value)) + "]"
    return json.dumps(value)


Answering = Callable[["_Handler", int, bytes, dict[str, str]], None]


def status(code: int, content: bytes = b"", **headers: str) -> Callable[["_Handler"], None]:
    """Return a fault: another status, with headers whose names have _ for -."""
    return lambda handler: handler.send(code, content, {name.replace("_", "-"): text for name, text in headers.items()})


def refused(code: int, message: str, *errors: dict[str, str]) -> Callable[["_Handler"], None]:
    """Return a fault: the documented object of an error."""
    return status(code, json.dumps({"Status": "ERROR", "Message": message, "Errors": list(errors)}).encode())


def hang_up(handler: "_Handler") -> None:
    """End the connection instead of an answer."""
    handler.close_connection = True


def cut(handler: "_Handler") -> None:
    """Send the first half of the answer, and end the connection."""
    code, content, headers = handler.answer()
    handler.send(code, content, headers, sent=len(content) // 2)
    handler.close_connection = True


def altered(change: Callable[[dict[str, Any]], object]) -> Callable[["_Handler"], None]:
    """Return a fault: the answer after a change of its object, in place."""

    def send(handler: "_Handler") -> None:
        code, found = handler.found()
        change(found)
        handler.send(code, dumps(found).encode())

    return send


def _first_values(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: BrandApiServer

    def log_message(self, *_: Any) -> None:
        pass

    def setup(self) -> None:
        super().setup()
        self.api.clients.append(self.connection)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.api.asked.append((parts.path, _first_values(parts.query), dict(self.headers.items())))
        self._respond()

    def do_PUT(self) -> None:
        form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("ascii")
        self.api.changes.append((self.command, self.path, _first_values(form), dict(self.headers.items())))
        self._respond()

    def do_DELETE(self) -> None:
        self.do_PUT()

    def _respond(self) -> None:
        most = self.api.most_requests
        if most is not None and len(self.api.asked) + len(self.api.changes) > most:
            self.send(429, b"{}", {"X-RateLimit-Limit": str(most), "X-RateLimit-Reset": "600"})
            return
        fault = self.api.faults.popleft() if self.api.faults else None
        if fault is not None:
            fault(self)
        else:
            self.send(*self.answer())

    def send(
        self, code: int, content: bytes, headers: dict[str, str] | None = None, *, sent: int | None = None
    ) -> None:
        self.send_response(code)
        for name, text in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:sent])

    def answer(self) -> tuple[int, bytes, dict[str, str]]:
        code, found = self.found()
        content = dumps(found).encode()
        if self.api.is_packed and "gzip" in self.headers.get("Accept-Encoding", ""):
            return code, gzip.compress(content), {"Content-Encoding": "gzip"}
        return code, content, {}

    def found(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the object that the documents describe."""
        try:
            self._check_sign_in()
            return 200, self._changed() if self.command != "GET" else self._listed()
        except RefusedError as refusal:
            return refusal.code, refusal.error

    def _check_sign_in(self) -> None:
        wanted = base64.b64encode(f"{SID}:{self.api.token}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {wanted}":
            raise RefusedError(401, "Access denied")
        if self.headers.get("Accept") != "application/json" or self.headers.get("IR-Version") != "14":
            raise RefusedError(400, "Another version than 14, or no JSON")

    def _below_account(self) -> str:
        path = urlsplit(self.path).path
        if not path.startswith(f"/Advertisers/{SID}/"):
            raise RefusedError(404, "The requested resource was not found")
        return path.removeprefix(f"/Advertisers/{SID}/")

    def _changed(self) -> dict[str, Any]:
        if self._below_account() != "Actions":
            raise RefusedError(405, "Method not allowed")
        kind = "Modification" if self.command == "PUT" else "Reversal"
        batch_id, form = f"A-{len(self.api.changes)}", self.api.changes[-1][2]
        return self.api.network.receive_change(batch_id, kind, form, datetime.now(UTC))

    def _listed(self) -> dict[str, Any]:
        path, asked = urlsplit(self.path).path, _first_values(urlsplit(self.path).query)
        found = self.api.network.answer(self._below_account(), asked)
        if isinstance(found, dict):
            return found
        key, rows = found
        size = int(asked.get("PageSize", 20_000))
        if size < LEAST_PAGE:
            raise RefusedError(400, "PageSize is below 2000", "PageSize")
        size, page = self.api.page_rows or size, int(asked.get("Page", 1))
        pages = max(1, -(-len(rows) // size))
        if pages > self.api.most_pages:
            raise RefusedError(400, "Too many records: reduce the date range or increase PageSize")
        after = urlencode({**asked, "Page": str(page + 1)}) if page < pages else ""
        return {
            "@page": str(page),
            "@numpages": str(pages),
            "@pagesize": str(size),
            "@total": str(len(rows)),
            "@uri": self.path,
            "@nextpageuri": f"{path}?{after}" if after else "",
            key: rows[(page - 1) * size : page * size],
        }


@contextmanager
def brand_api_server(authority: Authority, **facts: Any) -> Iterator[BrandApiServer]:
    """Run the API over HTTPS; it ends with the block."""
    api = BrandApiServer(**facts)
    handler = type("Handler", (_Handler,), {"api": api})
    server = ThreadingHTTPServer((LOOPBACK, 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is part of the tests
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.server)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    api.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
