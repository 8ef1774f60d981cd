"""E-mail through a real mail server: handed over with its answer, refused for certain, or honestly unknown."""

import socket

import pytest

from action_returns.cli import demo_servers
from action_returns.delivery import EmailChannel, Parcel, Phase, State
from action_returns.delivery.message import write_letter
from tests.delivery.conftest import PASSWORD

PARCEL = Parcel(
    "Batch_Mods_Reversals_2026_11_23_0001.csv", b"ActionId,Amount,Reason\r\n.\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
)


def channel(server, context, **changes):
    facts = {
        "host": server.host,
        "port": server.port,
        "security": "starttls",
        "sender": "returns@brand.example",
        "recipient": "account@batch.example",
        "username": "user",
        "password": lambda: PASSWORD,
        "context": context,
        "connect_timeout": 3,
        "command_timeout": 3,
        "accept_timeout": 3,
    }
    return EmailChannel(**{**facts, **changes})


@pytest.fixture
def server(authority):
    with demo_servers.mail_server(username="user", password=PASSWORD, authority=authority) as running:
        yield running


def failed(outcome, *says, phase=Phase.TRANSFER):
    assert outcome.state is State.FAILED
    assert outcome.phase is phase
    for words in says:
        assert words in outcome.message
    assert PASSWORD not in outcome.message + str(outcome.evidence)
    return True


def test_the_attachment_arrives_byte_by_byte_under_its_name(server, trusting):
    outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.HANDED_OVER
    assert server.attachments() == [(PARCEL.name, PARCEL.content)]
    assert outcome.evidence["message_id"] in server.messages[0].decode()
    assert outcome.evidence["reply"].startswith("250")


def test_implicit_tls_works_too(authority, trusting):
    with demo_servers.mail_server(username="user", password=PASSWORD, authority=authority, implicit=True) as server:
        outcome = channel(server, trusting, security="implicit-tls").deliver(PARCEL)
        assert outcome.state is State.HANDED_OVER
        assert server.attachments() == [(PARCEL.name, PARCEL.content)]


def test_a_server_without_sign_in_is_used_without(trusting):
    with demo_servers.mail_server(username=None, password="", authority=None) as server:
        made = channel(server, trusting, security="plain", username=None, password=None)
        assert made.deliver(PARCEL).state is State.HANDED_OVER


def test_a_probe_sends_nothing(server, trusting):
    assert channel(server, trusting).probe().state is State.SENT
    assert server.messages == []


def test_starttls_is_required_and_never_skipped(trusting):
    with demo_servers.mail_server(username=None, password="", authority=None) as server:
        assert failed(channel(server, trusting).deliver(PARCEL), "does not offer an encrypted", phase=Phase.CONNECT)
        assert server.messages == []


def test_a_certificate_nobody_vouches_for_is_refused(server):
    assert failed(channel(server, None).deliver(PARCEL), "issuer is not known", phase=Phase.CONNECT)


@pytest.mark.parametrize(("which", "says"), [("wrong_name", "made for another"), ("expired", "expired")])
def test_a_wrong_certificate_is_refused_and_named(request, which, says):
    authority, context = request.getfixturevalue(which)
    with demo_servers.mail_server(username="user", password=PASSWORD, authority=authority) as server:
        assert failed(channel(server, context).deliver(PARCEL), says, phase=Phase.CONNECT)


def test_a_wrong_password_is_told_plainly(server, trusting):
    outcome = channel(server, trusting, password=lambda: "wrong").deliver(PARCEL)
    assert failed(outcome, "did not accept the user name or password", phase=Phase.CONNECT)


def test_a_closed_port_and_an_unknown_host_are_told_plainly(server, trusting):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert failed(channel(server, trusting, port=port).deliver(PARCEL), "refuses connections", phase=Phase.CONNECT)
    outcome = channel(server, trusting, host="no-such-host.invalid").deliver(PARCEL)
    assert failed(outcome, "no server named", phase=Phase.CONNECT)


class _Refusing:
    """A handler that refuses one step."""

    def __init__(self, step, reply):
        self._step, self._reply = step, reply

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self._step == "RCPT":
            return self._reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self._step == "MAIL":
            return self._reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, _session, _envelope):  # noqa: N802
        if self._step == "CUT":
            server.transport.close()
        return self._reply


@pytest.mark.parametrize(
    ("step", "reply", "says"),
    [
        ("RCPT", "550 5.1.1 no such user", "does not accept account@batch.example as recipient"),
        ("MAIL", "553 5.1.8 not yours", "does not accept returns@brand.example as sender"),
        ("DATA", "552 5.3.4 mailbox full", "did not take the message"),
    ],
)
def test_a_refusal_names_what_was_refused(authority, trusting, step, reply, says):
    handler = _Refusing(step, reply)
    with demo_servers.mail_server(username="user", password=PASSWORD, authority=authority, handler=handler) as server:
        assert failed(channel(server, trusting).deliver(PARCEL), says, reply[:3], "Nothing was sent")


def test_a_lost_answer_after_the_final_dot_is_unknown_and_never_failed(authority, trusting):
    handler = _Refusing("CUT", "250 OK")
    with demo_servers.mail_server(username="user", password=PASSWORD, authority=authority, handler=handler) as server:
        outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.UNKNOWN
    assert "Do not send it again yet" in outcome.message


@pytest.mark.parametrize("header", ["sender", "recipient", "subject"])
def test_no_header_can_be_smuggled_in(header):
    from datetime import UTC, datetime

    facts = {"sender": "a@b.example", "recipient": "c@d.example", "subject": "s"}
    with pytest.raises(ValueError, match=r"linefeed|newline|invalid"):
        write_letter(PARCEL, **{**facts, header: "x@y.example\r\nBcc: e@f.example"}, now=datetime.now(UTC))
