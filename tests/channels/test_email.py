"""E-mail through a real mail server: handed over with its answer, refused for certain, or honestly unknown."""

import socket

import pytest

from action_returns.channels.base import OutgoingFile, Phase, State
from action_returns.channels.email import EmailChannel
from tests.channels.quick import MINUTE, PASSWORD, email_channel, failed
from tests.servers import loopback
from tests.servers.go_between import scripted

PARCEL = OutgoingFile(
    "Batch_Mods_Reversals_2026_11_23_0001.csv", b"ActionId,Amount,Reason\r\n.\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
)


def channel(server, context, **changes):
    return email_channel(
        changes.pop("port", server.port), context, **{"username": "user", "password": lambda: PASSWORD, **changes}
    )


@pytest.fixture
def server(authority):
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority) as running:
        yield running


def test_the_attachment_arrives_byte_by_byte_under_its_name(server, trusting):
    outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.HANDED_OVER
    assert server.attachments() == [(PARCEL.name, PARCEL.content)]
    assert outcome.evidence["message_id"] in server.messages[0].decode()
    assert outcome.evidence["reply"].startswith("250")


def test_implicit_tls_works_too(authority, trusting):
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority, implicit=True) as server:
        outcome = channel(server, trusting, security="implicit-tls").deliver(PARCEL)
        assert outcome.state is State.HANDED_OVER
        assert server.attachments() == [(PARCEL.name, PARCEL.content)]


def test_a_server_without_sign_in_is_used_without(trusting):
    with loopback.mail_server(username=None, password="", authority=None) as server:
        made = channel(server, trusting, security="plain", username=None, password=None)
        assert made.deliver(PARCEL).state is State.HANDED_OVER


def test_a_probe_sends_nothing(server, trusting):
    assert channel(server, trusting).probe().works
    assert server.messages == []


def test_starttls_is_required_and_never_skipped(trusting):
    with loopback.mail_server(username=None, password="", authority=None) as server:
        assert failed(channel(server, trusting).deliver(PARCEL), "does not offer an encrypted", phase=Phase.CONNECT)
        assert server.messages == []


def test_a_certificate_nobody_vouches_for_is_refused(server):
    assert failed(channel(server, None).deliver(PARCEL), "issuer is not known", phase=Phase.CONNECT)


@pytest.mark.parametrize(("which", "says"), [("wrong_name", "made for another"), ("expired", "expired")])
def test_a_wrong_certificate_is_refused_and_named(request, which, says):
    authority, context = request.getfixturevalue(which)
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority) as server:
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
    ],
)
def test_a_refusal_names_what_was_refused(authority, trusting, step, reply, says):
    handler = _Refusing(step, reply)
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority, handler=handler) as server:
        assert failed(channel(server, trusting).deliver(PARCEL), says, reply[:3], "Nothing was sent")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        ("552 5.3.4 message size exceeds the limit", "Split the sheet in two, or send by FTP"),
        ("554 5.7.1 no", "Read what it answered"),
        ("452 4.3.1 no room", "try again in a few minutes"),
    ],
)
def test_after_a_refused_message_it_is_not_said_that_nothing_was_sent(authority, trusting, reply, says):
    handler = _Refusing("DATA", reply)
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority, handler=handler) as server:
        outcome = channel(server, trusting).deliver(PARCEL)
    assert failed(outcome, f"got the message and refused it (it answered: {reply}), so it does not deliver it. ", says)
    assert outcome.evidence["reply"] == reply
    assert "Nothing was sent" not in outcome.message


@pytest.mark.parametrize(
    "reply",
    ["550 rejected but is being kept for evaluation", "450 it may still be delivered", "554 5.7.0 held in quarantine"],
)
def test_a_refusal_that_says_the_message_is_kept_is_unknown_and_never_failed(authority, trusting, reply):
    """As Exim's fakereject: a person may let it through, and a second one would then be one too many."""
    handler = _Refusing("DATA", reply)
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority, handler=handler) as server:
        outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.UNKNOWN
    assert f"says that it keeps it or may deliver it ({reply})" in outcome.message
    assert "Do not send it again yet" in outcome.message
    assert outcome.evidence["reply"] == reply


def test_a_yes_that_says_the_message_goes_no_further_is_shown(authority, trusting):
    handler = _Refusing("DATA", "250 2.7.0 Ok, discarded, id=1 - spam")
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority, handler=handler) as server:
        outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.HANDED_OVER
    assert "may go no further: 250 2.7.0 Ok, discarded, id=1 - spam" in outcome.message


def test_a_lost_answer_after_the_final_dot_is_unknown_and_never_failed(authority, trusting):
    handler = _Refusing("CUT", "250 OK")
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority, handler=handler) as server:
        outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.UNKNOWN
    assert "Do not send it again yet" in outcome.message


WELCOME, PLAIN_EHLO, SENDER, RECIPIENT = b"220 mail.example\r\n", b"250 mail.example\r\n", b"250 ok\r\n", b"250 ok\r\n"
BYE = b"221 bye\r\n"


def plain(server, **changes):
    return email_channel(server.port, security="plain", **changes)


def commands(server):
    """Give the first word of each line that the server heard."""
    return [line.split()[0] for line in server.heard if line.strip()]


def test_the_receipt_says_what_the_server_answered_who_it_is_and_how_the_way_was_protected(server, trusting):
    evidence = channel(server, trusting).deliver(PARCEL).evidence
    assert evidence["reply"] == "250 2.0.0 Accepted for delivery"
    assert evidence["security"].startswith("TLSv1.")
    assert evidence["server"] == "localhost"


def test_postfix_takes_the_exact_file(postfix_server, trusting):
    outcome = email_channel(postfix_server.starttls_port, trusting).deliver(PARCEL)
    assert outcome.state is State.HANDED_OVER
    assert "queued as" in outcome.evidence["reply"]
    assert postfix_server.attachments().count((PARCEL.name, PARCEL.content)) == 1


def test_postfix_is_probed_without_a_mail(postfix_server, trusting):
    before = len(postfix_server.mails())
    assert email_channel(postfix_server.implicit_port, trusting, security="implicit-tls").probe().works
    assert len(postfix_server.mails()) == before


def test_a_way_without_encryption_is_named_on_the_receipt_and_by_the_probe():
    with scripted([WELCOME, PLAIN_EHLO, SENDER, RECIPIENT, b"354 go\r\n", b"250 ok\r\n", BYE]) as server:
        assert plain(server).deliver(PARCEL).evidence["security"] == "not encrypted"
    with scripted([WELCOME, PLAIN_EHLO, SENDER, RECIPIENT, BYE]) as server:
        outcome = plain(server).probe()
    assert outcome.evidence["security"] == "not encrypted"
    assert "not encrypted" in outcome.message


def test_a_probe_tells_what_is_refused():
    with scripted([WELCOME, PLAIN_EHLO, SENDER, b"550 who\r\n", BYE]) as server:
        assert failed(plain(server).probe(), "does not accept account@batch.example as recipient")


@pytest.mark.parametrize(
    ("said", "what"),
    [(b"553 no\r\n", "sender"), (b"552 not you\r\n", "sender"), (b"252 perhaps\r\n", "sender")],
)
def test_after_a_refused_sender_no_recipient_is_named(said, what):
    with scripted([WELCOME, PLAIN_EHLO, said, BYE]) as server:
        assert failed(plain(server).deliver(PARCEL), f"as {what}", said.decode().strip())
    assert commands(server) == [b"EHLO", b"MAIL", b"QUIT"]


@pytest.mark.parametrize("said", [b"552 5.3.4 too large\r\n", b"554 Message size exceeds fixed limit\r\n"])
def test_a_message_whose_size_is_refused_is_not_begun(said):
    with scripted([WELCOME, PLAIN_EHLO, said, BYE]) as server:
        outcome = plain(server).deliver(PARCEL)
    assert failed(outcome, "takes no message of 11,", "Split the sheet in two", said.decode().strip())
    assert commands(server) == [b"EHLO", b"MAIL", b"QUIT"]


@pytest.mark.parametrize("said", [b"550 no\r\n", b"450 greylisted\r\n", b"252 cannot verify\r\n", b"354 go ahead\r\n"])
def test_after_a_refused_recipient_no_message_is_begun(said):
    with scripted([WELCOME, PLAIN_EHLO, SENDER, said, BYE]) as server:
        assert failed(plain(server).deliver(PARCEL), "as recipient", said.decode().strip(), "Nothing was sent")
    assert b"DATA" not in commands(server)


def test_greylisting_is_told_with_what_to_do():
    with scripted([WELCOME, PLAIN_EHLO, SENDER, b"450 4.2.0 greylisted\r\n", BYE]) as server:
        assert failed(plain(server).deliver(PARCEL), "4.2.0 greylisted", "try again in a few minutes")
    assert server.connections == 1


def test_a_server_that_forwards_for_the_recipient_is_good_enough():
    with scripted([WELCOME, PLAIN_EHLO, SENDER, b"251 will forward\r\n", b"354 go\r\n", b"250 ok\r\n", BYE]) as server:
        assert plain(server).deliver(PARCEL).state is State.HANDED_OVER


def test_a_message_that_is_too_large_for_the_server_is_not_begun():
    with scripted([WELCOME, b"250-mail.example\r\n250 SIZE 500\r\n", BYE]) as server:
        assert failed(plain(server).deliver(PARCEL), "at most 500 bytes", "Split the sheet")
    assert commands(server) == [b"EHLO", b"QUIT"]


@pytest.mark.parametrize("limit", ["SIZE", "SIZE 0", "SIZE ²", "SIZE much", "SIZE -1", "SIZE " + "9" * 5000])
def test_a_limit_that_says_nothing_is_no_limit(limit):
    ehlo = f"250-mail.example\r\n250 {limit}\r\n".encode()
    with scripted([WELCOME, ehlo, SENDER, RECIPIENT, b"354 go\r\n", b"250 ok\r\n", BYE]) as server:
        assert plain(server).deliver(PARCEL).state is State.HANDED_OVER
    assert b" SIZE=" in server.heard[1]


@pytest.mark.parametrize("said", [b"250 ok\r\n", b"334 go on\r\n", b"220 hm\r\n", b"503 no\r\n"])
def test_a_message_is_sent_only_after_the_word_for_it(said):
    told = []
    with scripted([WELCOME, PLAIN_EHLO, SENDER, RECIPIENT, said, BYE]) as server:
        assert failed(plain(server).deliver(PARCEL, lambda: told.append(1)), "did not take the message")
    assert told == []
    assert commands(server)[3] == b"DATA"
    assert set(commands(server)[4:]) <= {b"QUIT"}


def test_a_server_that_hangs_up_after_its_first_words_is_told_plainly():
    with scripted([WELCOME, PLAIN_EHLO]) as server:
        assert failed(plain(server).deliver(PARCEL), "the server closed it")


def test_something_else_than_a_mail_server_is_told_plainly():
    with scripted([b"SSH-2.0-OpenSSH_9.2\r\n"]) as server:
        outcome = plain(server).deliver(PARCEL)
    assert failed(outcome, "does not talk as a mail server should", "SSH-2.0-OpenSSH_9.2", phase=Phase.CONNECT)
    assert server.connections == 1


def test_words_slipped_in_before_the_encryption_end_the_conversation(trusting):
    with scripted([WELCOME, b"250-mail.example\r\n250 STARTTLS\r\n", b"220 go\r\n250 AUTH PLAIN\r\n"]) as server:
        assert failed(channel(server, trusting).deliver(PARCEL), "without being asked", phase=Phase.CONNECT)
    assert set(commands(server)) <= {b"EHLO", b"STARTTLS", b"QUIT"}


def test_an_encryption_that_is_refused_is_not_done_without(trusting):
    with scripted([WELCOME, b"250-mail.example\r\n250 STARTTLS\r\n", b"502 not here\r\n"]) as server:
        assert failed(channel(server, trusting).deliver(PARCEL), "does not encrypt", "502", phase=Phase.CONNECT)
    assert set(commands(server)) <= {b"EHLO", b"STARTTLS", b"QUIT"}


def test_one_click_is_one_attempt_to_sign_in():
    """Two ways are offered; a second attempt with the same wrong password only counts towards a lockout."""
    ehlo = b"250-mail.example\r\n250 AUTH LOGIN PLAIN\r\n"
    with scripted([WELCOME, ehlo, b"535 5.7.8 no\r\n", BYE]) as server:
        outcome = channel(server, None, security="plain").deliver(PARCEL)
    assert failed(outcome, "did not accept the user name or password", "535 5.7.8 no", phase=Phase.CONNECT)
    assert commands(server) == [b"EHLO", b"AUTH", b"QUIT"]
    assert server.connections == 1


def test_a_sign_in_that_fails_for_now_is_not_tried_again_by_itself():
    ehlo = b"250-mail.example\r\n250 AUTH PLAIN\r\n"
    with scripted([WELCOME, ehlo, b"454 4.7.0 later\r\n", BYE]) as server:
        outcome = channel(server, None, security="plain").deliver(PARCEL)
    assert failed(outcome, "could not sign in", "try again in a few minutes", phase=Phase.CONNECT)
    assert server.connections == 1


def test_a_connection_lost_while_signing_in_is_not_tried_again_by_itself():
    with scripted([WELCOME, b"250-mail.example\r\n250 AUTH PLAIN\r\n"]) as server:
        outcome = channel(server, None, security="plain").deliver(PARCEL)
    assert failed(outcome, "the server closed it", phase=Phase.CONNECT)
    assert server.connections == 1


@pytest.mark.parametrize(
    ("offer", "says"), [(b"AUTH XOAUTH2 GSSAPI", "it offers XOAUTH2, GSSAPI"), (b"HELP", "it offers none")]
)
def test_a_server_without_our_ways_to_sign_in_says_which_it_has(offer, says):
    with scripted([WELCOME, b"250-mail.example\r\n250 " + offer + b"\r\n", BYE]) as server:
        assert failed(channel(server, None, security="plain").deliver(PARCEL), says, phase=Phase.CONNECT)
    assert commands(server) == [b"EHLO", b"QUIT"]


def test_login_is_used_where_plain_is_not_offered():
    ehlo = b"250-mail.example\r\n250 AUTH LOGIN\r\n"
    script = [
        WELCOME,
        ehlo,
        b"334 user\r\n",
        b"334 pass\r\n",
        b"235 in\r\n",
        SENDER,
        RECIPIENT,
        b"354 go\r\n",
        b"250 ok\r\n",
    ]
    with scripted([*script, BYE]) as server:
        assert channel(server, None, security="plain").deliver(PARCEL).state is State.HANDED_OVER


@pytest.mark.parametrize("said", [b"421 busy\r\n", b"450 later\r\n", b""])
def test_a_server_that_is_busy_at_the_door_is_called_three_times_in_all(said):
    pauses = []
    with scripted([said]) as server:
        outcome = plain(server, pause=pauses.append).deliver(PARCEL)
    assert failed(outcome, "Nothing was sent", phase=Phase.CONNECT)
    assert server.connections == 3
    assert len(pauses) == 2
    assert all(0 < pause < 15 for pause in pauses)


def test_a_server_that_says_no_for_good_is_called_once():
    with scripted([b"554 go away\r\n"]) as server:
        assert failed(plain(server).deliver(PARCEL), "554 go away", phase=Phase.CONNECT)
    assert server.connections == 1


def test_a_port_that_refuses_is_called_again_and_an_unknown_host_is_not(trusting):
    pauses = []
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    email_channel(port, trusting, pause=pauses.append).deliver(PARCEL)
    assert len(pauses) == 2
    email_channel(port, trusting, host="no-such-host.invalid", pause=pauses.append).deliver(PARCEL)
    assert len(pauses) == 2


def test_a_server_that_was_away_for_a_moment_gets_the_message_once(server, trusting):
    """The first call meets a door that is closed at once; the second one the server."""
    calls = []

    def connect(address, timeout):
        calls.append(address)
        if len(calls) == 1:
            raise ConnectionRefusedError(111, "Connection refused")
        return create_connection(address, timeout=timeout)

    create_connection = socket.create_connection
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", connect)
        outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.HANDED_OVER
    assert len(server.messages) == 1


def test_a_password_that_cannot_be_had_stops_everything_before_a_connection():
    def missing():
        raise LookupError("no password")

    with scripted([WELCOME]) as server, pytest.raises(LookupError):
        plain(server, username="user", password=missing).deliver(PARCEL)
    assert server.connections == 0


@pytest.mark.parametrize("header", ["sender", "recipient", "subject"])
def test_a_header_that_would_smuggle_something_in_is_refused_before_a_connection(header):
    told = []
    with scripted([WELCOME]) as server:
        outcome = plain(server, **{header: "x@y.example\r\nBcc: e@f.example"}).deliver(PARCEL, lambda: told.append(1))
    assert failed(outcome, f"The {header}", "Nothing was sent", phase=Phase.CONNECT)
    assert (server.connections, told) == (0, [])


def test_the_way_out_is_named_without_secrets(trusting):
    made = email_channel(25, trusting, username="user", password=lambda: PASSWORD)
    assert made.destination == "account@batch.example via 127.0.0.1"
    assert PASSWORD not in repr(made)


WAITS = {
    "connect_timeout": 1 * MINUTE,
    "command_timeout": 2 * MINUTE,
    "data_timeout": 3 * MINUTE,
    "accept_timeout": 10 * MINUTE,
}


def test_every_step_waits_as_long_as_the_channel_is_told_and_no_longer(waits):
    """A server that looks for viruses may take minutes for its answer to the message; all else comes sooner."""
    ehlo = b"250-mail.example\r\n250 AUTH PLAIN\r\n"
    script = [WELCOME, ehlo, b"235 in\r\n", SENDER, RECIPIENT, b"354 go\r\n", b"250 ok\r\n", BYE]
    with scripted(script) as server:
        assert channel(server, None, security="plain", **WAITS).deliver(PARCEL).state is State.HANDED_OVER
        steps = list(waits)
    commands = [(word, 2) for word in ("EHLO", "AUTH", "MAIL", "RCPT", "DATA")]
    expected = [("connect", 1), ("reply", 2), *[step for command in commands for step in (command, ("reply", 2))]]
    assert steps == [*expected, ("From:", 3), (".", 2), ("reply", 10), ("QUIT", 2), ("reply", 0)]


def test_encryption_is_waited_for_as_long_as_a_connection(waits, server, trusting):
    assert channel(server, trusting, **WAITS).probe().works
    with scripted([b"220 plain words\r\n"]) as other:
        channel(other, trusting, security="implicit-tls", **WAITS).probe()
    assert [minutes for word, minutes in waits if word == "handshake"] == [1, 1]


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("field", ["username", "password"])
def test_a_name_or_password_with_a_line_break_never_becomes_a_second_command(field, line_break):
    odd = f"x{line_break}DATA"
    ehlo = b"250-mail.example\r\n250 AUTH LOGIN PLAIN\r\n"
    with scripted([WELCOME, ehlo, b"535 no\r\n", BYE]) as server:
        facts = {field: (lambda: odd) if field == "password" else odd}
        assert failed(channel(server, None, security="plain", **facts).deliver(PARCEL), phase=Phase.CONNECT)
    assert commands(server) == [b"EHLO", b"AUTH", b"QUIT"]


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("field", ["sender", "recipient"])
def test_an_address_with_a_line_break_never_becomes_a_second_command_even_in_a_probe(field, line_break):
    with scripted([WELCOME, PLAIN_EHLO, SENDER, BYE]) as server:
        made = plain(server, **{field: f"x@y.example>{line_break}DATA"})
        probe, delivery = made.probe(), made.deliver(PARCEL)
    assert failed(probe, "Nothing was sent")
    assert failed(delivery, "Nothing was sent", phase=Phase.CONNECT)
    assert b"DATA" not in b"".join(server.heard)


def test_the_times_we_wait_are_those_of_the_standard():
    """RFC 5321, 4.5.3.2: three minutes for a part of the message, ten for the answer to it."""
    made = EmailChannel("mail.example", 587, "starttls", "a@b.example", "c@d.example")
    assert (made.data_timeout, made.accept_timeout) == (180, 600)
