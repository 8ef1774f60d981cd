"""The network's Brand API as a channel: each row is one call, for the urgent few. A file is the way for many.

The API queues a change and applies it later, as it does with a file; 1,000 calls an hour are all that it takes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from pydantic import Field

from action_returns.channels.base import (
    Ask,
    BeforeFirstByte,
    NoRecord,
    Outcome,
    OutgoingFile,
    ProbeResult,
    RowRecord,
    answer_no,
    bracketed,
    do_nothing,
)
from action_returns.channels.settings_base import (
    AccountSid,
    Allowed,
    ChannelSettings,
    Folder,
    Host,
    Port,
    ReadSecret,
    Secret,
    api_receiver,
    password_reader,
    setting,
)
from action_returns.channels.time_limits import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.batch.cells import ReadyRows
    from action_returns.brand_api.change_calls import ChangeCalls

_MOST_ROWS: Final = 1_000
"""Calls that the API takes in an hour."""
Rows: TypeAlias = Annotated[int, Field(ge=1, le=_MOST_ROWS), Allowed("a whole number from 1 to 1000")]


class ApiChannelSettings(ChannelSettings):
    """The network's Brand API, which takes one change at a time: for a few rows that cannot wait for a file."""

    # It has its own account and token, and not those of [profiles.NAME.api]: a token that may change actions is another
    # one than a token that may only read them, and what changes there must not lead changes to another account.
    kind: Literal["api"]
    account_sid: AccountSid = setting(
        "Account SID", "The account, as the network shows it under Settings, Technical, API.", example="IRabc123"
    )
    password: Secret = setting(
        "Auth token",
        "Where the auth token is kept. It needs the scope to change actions; one that only reads belongs in "
        "[profiles.NAME.api].",
        example="keyring",
    )
    host: Host = setting(
        "Server",
        "The host of the API. It is called over HTTPS only.",
        example="api.impact.com",
        default="api.impact.com",
        asked="in the window",
    )
    port: Port = setting("Port", "The port of the API.", example="443", default=443, asked="in the window")
    ca_file: Folder | None = setting(
        "Certificate of your own authority",
        "A PEM file with certificates that are trusted for the API, beside those that this computer trusts.",
        example="~/authority.pem",
        default=None,
        asked="in the window",
    )
    most_rows: Rows = setting(
        "Most rows",
        "A batch with more rows is not sent. The API takes 1,000 calls an hour of an account, and a row is a call.",
        example="200",
        default=200,
        asked="in the window",
    )

    def check_files(self) -> None:
        """Check the file of certificates, where one is named."""
        if self.ca_file is not None:
            from action_returns.trusted_certificates import read_certificates

            read_certificates(self.ca_file, "ca_file")

    def receiver(self) -> str:
        """Return the account and the host."""
        return api_receiver(self.account_sid, self.host, self.port)

    def refusals(self, rows: "ReadyRows") -> str:
        """Return which rows are too many or have a code that the API does not take, and what to do."""
        from action_returns.channels.api_texts import refusals

        return refusals(rows, self.most_rows)

    def open(self, read_secret: ReadSecret) -> "ApiChannel":
        """Return the channel; the token is read when it is needed."""
        from action_returns.brand_api.connection import check_urllib3

        check_urllib3()
        return ApiChannel(
            account_sid=self.account_sid,
            password=password_reader(self.password, read_secret),
            host=self.host,
            port=self.port,
            ca_file=self.ca_file,
            most_rows=self.most_rows,
        )


@dataclass(frozen=True, slots=True)
class ApiChannel:
    """Sends each row as one call, one after the other over one connection.

    Args:
        account_sid: the account.
        password: reads the auth token when it is needed.
        host: the host of the API.
        port: its port.
        ca_file: certificates that are trusted for it, beside those that this computer trusts.
        most_rows: rows that it sends at most.
        silence_seconds: seconds without a byte of a reply; None for the usual ones.
        call_seconds: seconds for a call and its whole reply; None for the usual ones.
        pause: waits before it connects once more.
        clock: see :data:`~action_returns.channels.time_limits.Clock`.
    """

    account_sid: str
    password: Callable[[], str] = field(repr=False)
    host: str = "api.impact.com"
    port: int = 443
    ca_file: "Path | None" = None
    most_rows: int = 200
    silence_seconds: float | None = None
    call_seconds: float | None = None
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Clock = field(default=time.monotonic, repr=False)

    @property
    def destination(self) -> str:
        """The account and the host, as they are shown to users."""
        return f"account {self.account_sid} via {bracketed(self.host)}"

    def deliver(self, file: OutgoingFile, before_first_byte: BeforeFirstByte = do_nothing, /) -> Outcome:
        """Send every row once, and record none of them."""
        return self.deliver_rows(file, before_first_byte, NoRecord())

    def deliver_rows(self, file: OutgoingFile, before_first_byte: BeforeFirstByte, record: RowRecord, /) -> Outcome:
        """Send every row once; rows that the API does not take stop all of them."""
        from action_returns.batch.csv_format import parse_csv_bytes
        from action_returns.channels.api_delivery import Delivery
        from action_returns.channels.api_texts import failed_at_once, refusals

        rows = parse_csv_bytes(file.content)
        if refused := refusals(rows, self.most_rows):
            return failed_at_once(refused)
        token = self.password()
        with self._open(token) as calls:
            return Delivery(calls, self.host, self.port, token, record, self.pause, self.clock).run(
                rows, before_first_byte
            )

    def probe(self, _ask: Ask = answer_no, _accepted: str | None = None, /) -> ProbeResult:
        """Sign in and ask for one action, which changes nothing."""
        from action_returns.channels.api_delivery import probe

        token = self.password()
        with self._open(token) as calls:
            return probe(calls, self.host, self.port, token)

    def _open(self, token: str) -> "ChangeCalls":
        from action_returns.brand_api.change_calls import CALL_SECONDS, SILENCE_SECONDS, ChangeCalls
        from action_returns.brand_api.connection import ApiPlace

        return ChangeCalls(
            ApiPlace(self.account_sid, self.host, self.port, self.ca_file),
            token,
            call_seconds=self.call_seconds or CALL_SECONDS,
            silence_seconds=self.silence_seconds or SILENCE_SECONDS,
        )
