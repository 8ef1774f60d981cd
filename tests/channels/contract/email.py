"""A mail server with STARTTLS and sign-in. One that refuses takes no message."""

from contextlib import contextmanager

from action_returns.channels.base import State
from tests.channels.contract import PASSWORD, REFERENCE, USER, Receiver
from tests.servers import loopback

CAN = {"refuses", "loses_answers"}


class _Refusing:
    async def handle_DATA(self, _server, _session, _envelope):  # noqa: N802  # aiosmtpd's name
        return "554 5.7.1 No"


class _HangingUp:
    messages = ()

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802  # aiosmtpd's name
        self.messages.append(envelope.original_content)
        server.transport.abort()
        return "250 2.0.0 Accepted for delivery"


@contextmanager
def receiver(_folder, authority, behaviour):
    handler = _Refusing() if behaviour.refuses else _HangingUp() if behaviour.loses_answers else None
    with loopback.mail_server(username=USER, password=PASSWORD, authority=authority, handler=handler) as server:
        if behaviour.loses_answers:
            handler.messages = server.messages
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
