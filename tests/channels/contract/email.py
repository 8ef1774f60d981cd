"""A mail server with STARTTLS and sign-in. One that refuses takes no message."""

from contextlib import contextmanager

from action_returns.channels.base import State
from tests.channels.contract import PASSWORD, REFERENCE, USER, Receiver
from tests.servers import loopback


class _Refusing:
    async def handle_DATA(self, _server, _session, _envelope):  # noqa: N802  # aiosmtpd's name
        return "554 5.7.1 No"


@contextmanager
def receiver(_folder, authority, *, refuses):
    handler = _Refusing() if refuses else None
    with loopback.mail_server(username=USER, password=PASSWORD, authority=authority, handler=handler) as server:
        table = {
            "kind": "email",
            "host": server.host,
            "port": server.port,
            "username": USER,
            "password": REFERENCE,
            "sender": "returns@brand.example",
            "recipient": "account@batch.example",
        }
        yield Receiver(table, lambda: dict(server.attachments()), State.HANDED_OVER)
