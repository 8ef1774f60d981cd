"""The conversation itself: what is a reply, what is none, and what leaves when."""

import contextlib
import itertools
import socket
import ssl
import threading

import pytest

from action_returns.channels.base import InvalidReplyError
from action_returns.channels.server_words import ServerWords
from action_returns.channels.smtp_client import SmtpClient
from tests.servers import loopback
from tests.servers.go_between import scripted

WELCOME = b"220 mail.example ESMTP\r\n"
DOTS = b".\r\n..\r\n.start\r\nmiddle.\r\n\r\n.\r\n\r\n..end"
"""Lines that a mail server would take for the end of the message, were they sent as they are."""


def conversation(port, tls=None, reply_timeout=3, **facts):
    return SmtpClient("127.0.0.1", port, connect_timeout=3, reply_timeout=reply_timeout, tls=tls, **facts)


@pytest.fixture
def answers():
    """Give the reply that comes out of these bytes, or what it fails with."""

    def read(*said):
        with scripted(said) as server:
            client = conversation(server.port, reply_timeout=0.5)
            try:
                return client.reply()
            finally:
                client.close()

    return read


@pytest.mark.parametrize(
    ("said", "code", "lines"),
    [
        (b"250 ok\r\n", 250, ("ok",)),
        (b"250\r\n", 250, ("",)),
        (b"250 ok\n", 250, ("ok",)),
        (b"250-one\r\n250-two\r\n250 three\r\n", 250, ("one", "two", "three")),
        (b"571 5.7.1 no\r\n", 571, ("5.7.1 no",)),
    ],
)
def test_a_reply_is_read_whole(answers, said, code, lines):
    reply = answers(said)
    assert (reply.code, reply.lines) == (code, lines)


def test_a_reply_is_shown_without_characters_that_cannot_be_seen(answers):
    said = b"550-F\xfcr Sie\xc3\xa9 \x1b[2J\r\n550 \x00\xe2\x80\xaegone\r\n"
    assert str(answers(said)) == "550 F\ufffdr Sieé [U+001B][2J [U+0000][U+202E]gone"


@pytest.mark.parametrize(
    "said",
    [
        b"\r\n",
        b"OK\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"25x ok\r\n",
        b"2_5 ok\r\n",
        b" 25 ok\r\n",
        b"+25 ok\r\n",
        b"250ok\r\n",
        b"2500 ok\r\n",
        b"150 later\r\n",
        b"650 what\r\n",
        "２５０ ok\r\n".encode(),
        b"\x16\x03\x01\x00\xff\n",
        b"250-ok\r\n550 no\r\n",
        b"550-no\r\n250 ok\r\n",
        b"250-ok\r\nmore\r\n",
        b"250 " + b"x" * 70_000 + b"\r\n",
        b"x" * 70_000,
        b"250-more\r\n" * 7_000,
    ],
)
def test_what_is_no_reply_is_not_taken_for_one(answers, said):
    with pytest.raises(InvalidReplyError):
        answers(said)


@pytest.mark.parametrize("said", [b"", b"25", b"250 ok", b"250-first\r\n", b"250-first\r\n250 sec"])
def test_a_reply_that_breaks_off_is_none(answers, said):
    with pytest.raises(ConnectionError, match="closed"):
        answers(said)


@contextlib.contextmanager
def serving(talk):
    """Talk to the one client that connects, in a thread; give the port."""

    def answer():
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            talk(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_reply_that_comes_one_byte_at_a_time_does_not_hold_us_for_ever():
    """Every byte is in time for itself; the reply is not."""
    clock = itertools.count()
    over = threading.Event()

    def drip(connection):
        while not over.wait(0.01):
            connection.sendall(b"2")

    with serving(drip) as port:
        client = conversation(port, reply_timeout=20, clock=clock.__next__)
        with pytest.raises(TimeoutError, match="no answer within 20 seconds"):
            client.reply()
        over.set()
        client.close()
    assert next(clock) >= 20


def test_a_reply_that_does_not_come_is_not_waited_for_for_ever():
    over = threading.Event()
    with serving(lambda _: over.wait()) as port:
        client = conversation(port, reply_timeout=0.05)
        with pytest.raises(TimeoutError):
            client.reply()
        over.set()
        client.close()


def test_encryption_that_breaks_is_a_broken_connection_and_not_a_wrong_setting(authority, trusting):
    """The words for a handshake that fails would send people to look at the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(authority.server))

    def scribble(connection):
        with connection.dup() as wire, context.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.sendall(WELCOME)
            wire.sendall(b"not encrypted at all\r\n" * 9)

    with serving(scribble) as port:
        client = conversation(port, tls=trusting)
        client.welcome()
        with pytest.raises(ConnectionError):
            client.ask("NOOP")
        client.close()


def test_a_command_is_not_sent_while_something_unasked_waits_to_be_read():
    with scripted([WELCOME, b"250 ok\r\n250 and one more\r\n", b"250 ok\r\n"]) as server:
        client = conversation(server.port)
        client.welcome()
        client.ask("NOOP")
        with pytest.raises(InvalidReplyError, match="without being asked: 250 and one more"):
            client.ask("MAIL FROM:<a@b.example>")
        client.close()
    assert b"MAIL FROM:<a@b.example>\r\n" not in server.heard


@pytest.mark.parametrize("command", ["NOOP\r\nDATA", "NOOP\nDATA", "NOOP\rDATA", "NOOP\n", "\rNOOP"])
def test_a_command_with_a_line_break_never_becomes_two(command):
    with scripted([WELCOME, b"221 bye\r\n"]) as server, contextlib.closing(conversation(server.port)) as client:
        client.welcome()
        with pytest.raises(InvalidReplyError, match="line break"):
            client.ask(command)
    assert server.heard == [b"QUIT\r\n"]


def test_a_connection_that_the_server_has_closed_is_noticed_before_a_command():
    with scripted([WELCOME]) as server:
        client = conversation(server.port)
        client.welcome()
        client.wire.socket.settimeout(3)
        assert client.wire.socket.recv(1, socket.MSG_PEEK) == b""
        with pytest.raises(ConnectionError, match="closed"):
            client.ask("NOOP")
        client.close()


def test_it_introduces_itself_by_its_address_and_asks_no_name_server(monkeypatch):
    monkeypatch.setattr(socket, "getfqdn", None)
    with scripted([WELCOME, b"250-mail.example\r\n250-size 100\r\n250 AUTH PLAIN\r\n"]) as server:
        client = conversation(server.port)
        client.welcome()
        assert client.greet().code == 250
        client.close()
    assert server.heard[0] == b"EHLO [127.0.0.1]\r\n"
    assert (client.name, client.offers) == ("mail.example", {"SIZE": "100", "AUTH": "PLAIN"})


@pytest.mark.parametrize("name", ["pc.example.com", "[192.0.2.1]"])
def test_it_introduces_itself_by_the_name_that_it_is_given(name):
    with scripted([WELCOME, b"250 mail.example\r\n", b"250 mail.example\r\n"]) as server:
        client = conversation(server.port)
        client.welcome()
        client.greet(name)
        client.greet_without_offers(name)
        client.close()
    assert server.heard[:2] == [f"{word} {name}\r\n".encode() for word in ("EHLO", "HELO")]


@pytest.mark.parametrize(
    ("lines", "offered"),
    [
        ([b"AUTH=LOGIN PLAIN"], ["LOGIN", "PLAIN"]),
        ([b"AUTH=PLAIN"], ["PLAIN"]),
        ([b"auth=login"], ["login"]),
        ([b"AUTH PLAIN", b"AUTH=LOGIN PLAIN"], ["PLAIN", "LOGIN", "PLAIN"]),
        ([b"AUTH=LOGIN", b"SIZE 10", b"AUTH PLAIN"], ["LOGIN", "PLAIN"]),
        ([b"AUTH"], []),
    ],
)
def test_the_ways_to_sign_in_are_read_with_an_equals_sign_too(lines, offered):
    """As Outlook Express wanted it; some servers say it in both ways."""
    ehlo = b"250-mail.example\r\n" + b"".join(b"250-" + line + b"\r\n" for line in lines) + b"250 HELP\r\n"
    with scripted([WELCOME, ehlo, b"250 mail.example\r\n"]) as server:
        client = conversation(server.port)
        client.welcome()
        client.greet()
        assert client.offers["AUTH"].split() == offered
        client.greet_without_offers()
        assert client.offers == {}, "what was offered before no longer counts"
        client.close()


def test_an_ipv6_address_is_written_as_one():
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6 on loopback")
    with listener:
        client = SmtpClient("::1", listener.getsockname()[1], connect_timeout=3, reply_timeout=3, tls=None)
        assert client.own_address == "[IPv6:::1]"  # RFC 5321, 4.1.3
        client.close()


def test_good_bye_is_said_where_the_server_waits_for_a_command_and_nowhere_else():
    with scripted([WELCOME, b"354 go\r\n"]) as server:
        client = conversation(server.port)
        client.welcome()
        client.ask("DATA")
        client.close()
    assert server.heard == [b"DATA\r\n"]
    with scripted([WELCOME, b"221 bye\r\n"]) as server:
        client = conversation(server.port)
        client.welcome()
        client.close()
    assert server.heard == [b"QUIT\r\n"]


def test_the_answer_to_good_bye_is_waited_for():
    """RFC 5321, 4.1.1.10: some servers take an earlier end of the connection for a broken one."""
    stayed = []

    def hesitate(connection):
        connection.sendall(WELCOME)
        assert connection.recv(100) == b"QUIT\r\n"
        connection.settimeout(0.1)
        try:
            connection.recv(100)
        except TimeoutError:
            stayed.append(True)
        connection.sendall(b"221 bye\r\n")

    with serving(hesitate) as port:
        client = conversation(port)
        client.welcome()
        client.close()
    assert stayed == [True]


def test_nothing_is_said_to_who_has_not_spoken_yet():
    with scripted([]) as server:
        conversation(server.port).close()
    assert server.heard == []


def test_words_slipped_in_before_the_encryption_are_never_read_as_encrypted(trusting):
    """CVE-2011-0411."""
    with scripted([WELCOME, b"220 go ahead\r\n250 slipped in\r\n"]) as server:
        client = conversation(server.port)
        client.welcome()
        client.ask("STARTTLS")
        with pytest.raises(InvalidReplyError, match="slipped in"):
            client.start_tls(trusting)
        client.close()
    assert [line for line in server.heard if line != b"QUIT\r\n"] == [b"STARTTLS\r\n"]


def test_a_connection_refused_in_the_handshake_is_closed(trusting):
    with scripted([b"220 plain words\r\n"]) as server, pytest.raises(ssl.SSLError):
        conversation(server.port, tls=trusting)


@pytest.mark.parametrize(
    ("mechanism", "said", "heard"),
    [
        ("PLAIN", [b"235 in\r\n"], [b"AUTH PLAIN AMO8c2VyAHDDpHNz\r\n"]),
        (
            "LOGIN",
            [b"334 VXNlcm5hbWU6\r\n", b"334 %%%\r\n", b"235 in\r\n"],
            [b"AUTH LOGIN\r\n", b"w7xzZXI=\r\n", b"cMOkc3M=\r\n"],
        ),
    ],
)
def test_a_name_and_password_with_umlauts_are_sent_as_utf8(mechanism, said, heard):
    with scripted([WELCOME, *said]) as server:
        client = conversation(server.port)
        client.welcome()
        assert client.sign_in("üser", "päss", mechanism).code == 235
        client.close()
    assert server.heard[: len(heard)] == heard


def test_a_password_that_is_no_utf8_is_sent_as_the_bytes_it_was():
    with scripted([WELCOME, b"235 in\r\n"]) as server:
        client = conversation(server.port)
        client.welcome()
        client.sign_in("u", "p\udce4ss", "PLAIN")
        client.close()
    assert server.heard[0] == b"AUTH PLAIN AHUAcORzcw==\r\n"


def test_a_server_that_does_not_read_what_stands_behind_plain_is_told_it_when_it_asks():
    with scripted([WELCOME, b"334 \r\n", b"235 in\r\n"]) as server:
        client = conversation(server.port)
        client.welcome()
        assert client.sign_in("user", "pass", "PLAIN").code == 235
        client.close()
    assert server.heard[:2] == [b"AUTH PLAIN AHVzZXIAcGFzcw==\r\n", b"AHVzZXIAcGFzcw==\r\n"]


@pytest.mark.parametrize("said", [b"535 no\r\n", b"334 more?\r\n", b"235 in\r\n"])
def test_a_sign_in_ends_with_the_first_answer_that_does_not_ask_for_more(said):
    with scripted([WELCOME, said, said, said, said]) as server:
        client = conversation(server.port)
        client.welcome()
        client.sign_in("user", "pass", "LOGIN")
        client.close()
    steps = [line for line in server.heard if line != b"QUIT\r\n"]
    assert len(steps) == (3 if said.startswith(b"334") else 1)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize(
    "echo", [b"%(line)b", b"500 what is %(line)b\r\n", b"535-no\r\n535 %(line)b\r\n", b"535 no\r\n%(line)b\r\n"]
)
def test_what_was_sent_to_sign_in_is_never_shown_even_where_the_server_repeats_it(mechanism, echo):
    password, shown = "s3cret-canary-pass", []

    def repeat(connection):
        connection.sendall(WELCOME)
        while line := connection.recv(1000):
            if mechanism == "LOGIN" and line.startswith((b"AUTH", b"dXNlcg")):
                connection.sendall(b"334 go on\r\n")
            else:
                connection.sendall(echo % {b"line": line.rstrip(b"\r\n")} + b"\r\n")

    with serving(repeat) as port:
        client = conversation(port, words=ServerWords(password))
        client.welcome()
        try:
            shown.append(str(client.sign_in("user", password, mechanism)))
            client.ask("NOOP")
        except InvalidReplyError as odd:
            shown.append(str(odd))
        client.close()
    assert "not shown" in "".join(shown)
    for secret in (password, "AHVzZXI", "czNjcmV0"):
        assert secret not in "".join(shown)


def send(port, context, content, *, end):
    """Send raw content in a conversation of its own; give the reply to the end of it, where it is ended."""
    client = conversation(port)
    client.welcome()
    client.greet()
    if context is not None:
        client.ask("STARTTLS")
        client.start_tls(context)
        client.greet()
    assert client.ask("MAIL FROM:<returns@brand.example>").code == 250
    assert client.ask("RCPT TO:<account@batch.example>").code == 250
    assert client.ask("DATA").code == 354
    client.send_content(content, 3)
    reply = client.end_content(3) if end else None
    client.close()
    return reply


def test_lines_that_start_with_a_dot_arrive_as_they_were_at_aiosmtpd():
    with loopback.mail_server(username=None, password="", authority=None) as server:
        assert send(server.port, None, b"Subject: dots\r\n\r\n" + DOTS, end=True).code == 250
        assert server.messages == [b"Subject: dots\r\n\r\n" + DOTS + b"\r\n"]


def test_lines_that_start_with_a_dot_arrive_as_they_were_at_postfix(postfix_server, trusting):
    assert send(postfix_server.starttls_port, trusting, b"Subject: dots\r\n\r\n" + DOTS, end=True).code == 250
    (mail,) = [mail for mail in postfix_server.mails() if b"Subject: dots\n" in mail]
    assert mail.partition(b"\n\n")[2] == DOTS.replace(b"\r\n", b"\n") + b"\n"


def test_a_message_without_its_last_line_is_none_at_aiosmtpd():
    with loopback.mail_server(username=None, password="", authority=None) as server:
        send(server.port, None, b"Subject: abandoned\r\n\r\n" + DOTS, end=False)
    assert server.messages == []


def test_a_message_without_its_last_line_is_none_at_postfix(postfix_server, trusting):
    send(postfix_server.starttls_port, trusting, b"Subject: abandoned\r\n\r\n" + DOTS, end=False)
    assert not any(b"abandoned" in mail for mail in postfix_server.mails())
    assert "lost connection after DATA" in postfix_server.log.read_text()
