"""The conversation itself: what is a reply, what is none, and where a file goes."""

import socket
import ssl
import threading
import time
from contextlib import closing

import pytest

from action_returns.channels import ftp_client
from action_returns.channels.base import InvalidReplyError
from action_returns.channels.ftp_client import FtpClient
from action_returns.channels.line_protocol import Reply
from action_returns.channels.looks import FREE, Taken, Unseen
from tests.servers import loopback
from tests.servers.go_between import Peer, listening_for, scripted


def conversation(port, tls=None, reply_timeout=3):
    return FtpClient("127.0.0.1", port, connect_timeout=3, reply_timeout=reply_timeout, tls=tls)


def asked(*replies, ask):
    """Give what comes of asking in a conversation in which the server says these, one after the other."""
    with scripted([b"220 hello\r\n", *replies]) as server:
        client = conversation(server.port, reply_timeout=0.5)
        client.reply()
        try:
            return ask(client), server.heard
        finally:
            client.close()


def noop(client):
    return client.ask("NOOP")


@pytest.mark.parametrize(
    ("said", "code", "text"),
    [
        (b"220 hello\r\n", 220, "hello"),
        (b"220 \r\n", 220, ""),
        (b"220 hello\n", 220, "hello"),
        (b"211-Features:\r\n SIZE\r\n MLST type*;size*;\r\n211 End\r\n", 211, "Features: SIZE MLST type*;size*; End"),
        (b"230-Welcome\r\n230-to us\r\n220 no end yet\r\n230 in\r\n", 230, "Welcome 230-to us 220 no end yet in"),
    ],
)
def test_a_reply_is_read_whole(said, code, text):
    reply, _ = asked(said, ask=noop)
    assert (reply.code, reply.text) == (code, text)


def test_a_reply_is_shown_without_characters_that_cannot_be_seen():
    reply, _ = asked(b"550 F\xfcr Sie\xc3\xa9 \x1b[2J\x00\xe2\x80\xaegone\r\n", ask=noop)
    assert str(reply) == "550 F\ufffdr Sieé [U+001B][2J[U+0000][U+202E]gone"


@pytest.mark.parametrize(
    "said",
    [
        b"\r\n",
        b"OK\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"+OK dovecot\r\n",
        b"22x ok\r\n",
        b"2200 ok\r\n",
        b"022 ok\r\n",
        b"720 ok\r\n",
        "２２０ ok\r\n".encode(),
        b"\x16\x03\x01\x00\xff\n",
        b"x" * 70_000,
        b"220-" + b"x" * 70_000 + b"\r\n220 end\r\n",
        b"220-more\r\n" * 7_000,
    ],
)
def test_what_is_no_reply_is_not_taken_for_one(said):
    with pytest.raises(InvalidReplyError):
        asked(said, ask=noop)


@pytest.mark.parametrize("said", [b"", b"22", b"220 ok", b"220-first\r\n", b"220-first\r\n220 sec"])
def test_a_reply_that_breaks_off_is_none(said):
    with pytest.raises(ConnectionError, match="closed"):
        asked(said, ask=noop)


@pytest.mark.parametrize("command", ["STOR a\r\nDELE b", "STOR a\nDELE b", "STOR a\rDELE b", "STOR a\n", "\rNOOP"])
def test_a_name_with_a_line_break_never_becomes_a_second_command(command):

    def send(client):
        with pytest.raises(InvalidReplyError, match="line break"):
            client.ask(command)

    _, heard = asked(b"221 bye\r\n", ask=send)
    assert heard == [b"QUIT\r\n"]


def test_a_command_is_not_sent_while_something_unasked_waits_to_be_read():
    def two(client):
        client.ask("NOOP")
        client.ask("STOR a")

    with pytest.raises(InvalidReplyError, match="without being asked: 226 and one more"):
        asked(b"200 ok\r\n226 and one more\r\n", b"150 go\r\n", ask=two)


def test_words_slipped_in_before_the_encryption_are_never_read_as_encrypted(trusting):
    """CVE-2011-0411."""

    def encrypt(client):
        assert client.ask("AUTH TLS").is_positive
        client.wire.encrypt(trusting)

    with pytest.raises(InvalidReplyError, match="without being asked: 331 slipped in"):
        asked(b"234 go ahead\r\n331 slipped in\r\n", ask=encrypt)


def test_a_connection_refused_in_the_handshake_is_closed(trusting):
    with scripted([b"220 plain words\r\n"]) as server, pytest.raises(ssl.SSLError):
        conversation(server.port, tls=trusting)


BOTH, FACTS, NONE = (b"211-\r\n SIZE\r\n MLST\r\n211 end\r\n", b"211-\r\n MLST\r\n211 end\r\n", b"500 what?\r\n")
HAS, HAS_NOT, WHAT, DENIED = b"213 24\r\n", b"550 none\r\n", b"500 what?\r\n", b"550 Permission denied\r\n"
SHOWN = b"250-Begin\r\n type=file;Size=24; a.csv\r\n250 End\r\n"


@pytest.mark.parametrize(
    ("features", "said", "heard", "look"),
    [
        (BOTH, [HAS], ["SIZE"], Taken(24)),
        (BOTH, [HAS_NOT], ["SIZE"], FREE),
        (NONE, [HAS], ["SIZE"], Taken(24)),
        (BOTH, [b"213 File status\r\n"], ["SIZE"], Taken(None)),
        (BOTH, [b"550 ENOENT: no such file, stat '/srv/failover/denied.csv'\r\n"], ["SIZE"], FREE),
        (BOTH, [b"550 refused.csv: No such file\r\n"], ["SIZE"], FREE),
        (FACTS, [SHOWN], ["MLST"], Taken(24)),
        (FACTS, [HAS_NOT], ["MLST"], FREE),
        (FACTS, [WHAT, HAS], ["MLST", "SIZE"], Taken(24)),
        (NONE, [WHAT, SHOWN], ["SIZE", "MLST"], Taken(24)),
        (NONE, [DENIED, b"550 No such file\r\n"], ["SIZE", "MLST"], FREE),
    ],
)
def test_a_name_is_asked_for_in_the_first_way_that_tells(features, said, heard, look):
    def ask(client):
        client.read_features()
        return client.look("a.csv")

    found, commands = asked(features, *said, ask=ask)
    assert found == look
    assert commands[1 : 1 + len(heard)] == [f"{command} a.csv\r\n".encode() for command in heard]


@pytest.mark.parametrize(
    ("said", "features", "offers_tls"),
    [
        (b"211-Features:\r\n AUTH TLS\r\n SIZE\r\n MLST type*;size*;\r\n211 End\r\n", {"AUTH", "SIZE", "MLST"}, True),
        (b"211-Features:\r\n211-AUTH TLS\r\n211-SIZE\r\n211 End\r\n", {"AUTH", "SIZE"}, True),
        (b"211-Features:\r\n auth tls;ssl\r\n size\r\n211 End\r\n", {"AUTH", "SIZE"}, True),
        (b"211-Features:\r\n\tAUTH SSL;TLS-P\r\n211 End\r\n", {"AUTH"}, True),
        (b"211-Features:\r\n AUTH SSL\r\n211 End\r\n", {"AUTH"}, False),
        (b"211-Features:\r\n AUTH\r\n XCRC TLS\r\n211 End\r\n", {"AUTH", "XCRC"}, False),
        (b"211-Features:\r\n HOST AUTH TLS\r\n REST SIZE\r\n211 End\r\n", {"HOST", "REST"}, False),
        (b"211 SIZE\r\n", {"SIZE"}, False),
        (b"211-\r\n211 End\r\n", set(), False),
        (b"500 AUTH TLS\r\n", set(), False),
    ],
)
def test_features_are_the_first_word_of_each_line_however_it_is_written(said, features, offers_tls):
    def read(client):
        client.read_features()
        return client.features - {"FEATURES:", "END"}, client.offers_tls

    assert asked(said, ask=read)[0] == (features, offers_tls)


def listed(*talks, says=b"150 here\r\n226 done\r\n"):
    """Give what a look by LIST finds, when the connection for it is used like this, one talk for each listing."""
    turns = iter(talks)
    with listening_for(lambda connection: next(turns)(Peer(connection))) as port:
        here = f"227 here (127,0,0,1,{port >> 8},{port & 255})\r\n".encode()
        return asked(WHAT, WHAT, *[here, says] * len(talks), ask=lambda client: client.look("a.csv"))


def lines(*names):
    return lambda peer: peer.send(b"".join(b"-rw-r--r-- 1 x x 24 Dec  1 02:55 " + name + b"\r\n" for name in names))


NOTHING = lines()


def test_a_server_with_neither_size_nor_facts_is_asked_for_a_listing_of_the_name():
    found, heard = listed(lines(b"a.csv"))
    assert found == Taken(None)
    assert heard[:4] == [b"SIZE a.csv\r\n", b"MLST a.csv\r\n", b"PASV\r\n", b"LIST a.csv\r\n"]


@pytest.mark.parametrize(
    ("talks", "look", "asked_for"),
    [
        ([NOTHING, lines(b"a.csv")], Taken(None), [b"LIST a.csv\r\n", b"LIST\r\n"]),
        ([NOTHING, lines(b"b.csv")], FREE, [b"LIST a.csv\r\n", b"LIST\r\n"]),
        ([NOTHING, NOTHING, lines(b".", b"..")], FREE, [b"LIST a.csv\r\n", b"LIST\r\n", b"LIST -a\r\n"]),
        ([NOTHING, NOTHING, NOTHING], Unseen("SIZE: 500 what?; MLST: 500 what?; LIST: 226 done"), None),
    ],
)
def test_an_empty_listing_counts_only_where_the_server_lists_something(talks, look, asked_for):
    found, heard = listed(*talks)
    assert found == look
    assert asked_for is None or [line for line in heard if line.startswith(b"LIST")] == asked_for


def test_a_listing_that_breaks_off_or_never_ends_proves_nothing(monkeypatch):
    monkeypatch.setattr(ftp_client, "_LONGEST_LIST", 1_000)

    def break_off(peer):
        peer.send(b"-rw-r--r-- 1 x x 24 Dec  1 02:55 b.csv\r\n")
        time.sleep(0.05)
        peer.reset()

    for talk, why in (
        (break_off, "the server or a firewall ended it"),
        (lines(*[b"b.csv"] * 100_000), "it is longer than 1000 bytes"),
    ):
        found, _ = listed(talk, talk, talk)
        assert found == Unseen(f"SIZE: 500 what?; MLST: 500 what?; LIST: 426 the listing broke off ({why})")


def test_a_listing_is_encrypted_like_a_file(inbox, authority, trusting):
    """An FTP server that shows a name only in a listing."""

    def denied(self, *_given):
        self.respond("550 Permission denied")

    (inbox / "a.csv").write_bytes(b"theirs")
    changes = {"ftp_SIZE": denied, "ftp_MLST": denied}
    with loopback.ftp_server(inbox, username="u", password="p", authority=authority, changes=changes) as server:
        client = conversation(server.port)
        for command in ("AUTH TLS", "USER u", "PASS p"):
            client.reply() if command == "AUTH TLS" else None
            assert client.ask(command).code < 400
            if command == "AUTH TLS":
                client.wire.encrypt(trusting)
        client.protect(trusting)
        assert client.look("a.csv") == Taken(None)
        assert client.look("b.csv") == FREE
        client.wire.close()


def test_a_listing_that_is_not_encrypted_as_agreed_proves_nothing(trusting):
    def ask(client):
        client.protect(trusting)
        return client.look("a.csv")

    with listening_for(lambda connection: lines(b"b.csv")(Peer(connection))) as port:
        here = f"227 here (127,0,0,1,{port >> 8},{port & 255})\r\n".encode()
        listing = (here, b"150 here\r\n226 done\r\n")
        found, _ = asked(b"200 ok\r\n", b"200 ok\r\n", WHAT, WHAT, *listing * 3, ask=ask)
    broken = "the listing broke off (no encryption was agreed on: "
    assert found.answers.startswith(f"SIZE: 500 what?; MLST: 500 what?; LIST: 426 {broken}")


def test_a_listing_whose_connection_does_not_come_about_proves_nothing():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    here = f"227 here (127,0,0,1,{port >> 8},{port & 255})\r\n".encode()
    found, _ = asked(WHAT, WHAT, here, ask=lambda client: client.look("a.csv"))
    assert isinstance(found, Unseen)
    assert f"LIST: port {port}: " in found.answers
    found, _ = asked(WHAT, WHAT, WHAT, b"425 no\r\n", ask=lambda client: client.look("a.csv"))
    assert found == Unseen("SIZE: 500 what?; MLST: 500 what?; LIST: 425 no")


def test_a_listing_that_is_refused_leaves_the_next_one_to_be_tried():
    found, heard = listed(NOTHING, says=b"550 No such file\r\n")
    assert found == FREE
    assert heard[3] == b"LIST a.csv\r\n"


@pytest.mark.parametrize(
    ("features", "said", "heard", "look"),
    [
        (BOTH, [HAS_NOT], [b"MLST a.csv\r\n"], FREE),
        (BOTH, [DENIED, HAS], [b"MLST a.csv\r\n", b"SIZE a.csv\r\n"], Taken(24)),
        (FACTS, [], [], None),
        (NONE, [], [], None),
    ],
)
def test_a_second_way_is_asked_only_of_a_server_that_has_two(features, said, heard, look):
    def ask(client):
        client.read_features()
        return client.look_otherwise("a.csv")

    found, commands = asked(features, *said, ask=ask)
    assert found == look
    assert commands[1 : 1 + len(heard)] == heard


@pytest.mark.parametrize(
    ("features", "said", "heard", "look"),
    [
        (BOTH, [HAS_NOT, SHOWN], 2, Taken(24)),
        (BOTH, [HAS_NOT, HAS_NOT], 2, FREE),
        (BOTH, [HAS], 1, Taken(24)),
        (NONE, [HAS_NOT], 1, FREE),
    ],
)
def test_a_close_look_believes_that_a_name_is_free_when_both_ways_say_so(features, said, heard, look):
    def ask(client):
        client.read_features()
        return client.look("a.csv", closely=True)

    found, commands = asked(features, *said, ask=ask)
    assert (found, len([line for line in commands if line.endswith(b" a.csv\r\n")])) == (look, heard)


def open_data(client):
    data = client.open_data()
    if isinstance(data, Reply):
        return data
    with closing(data):
        return data.socket.getpeername()[1]


@pytest.mark.parametrize(
    "said",
    [
        b"227 Entering Passive Mode (%(a)b)\r\n",
        b"227 =%(a)b\r\n",
        b"227 here (203,0,113,9,%(p)b)\r\n",
    ],
)
def test_a_connection_for_the_file_goes_to_the_same_machine_and_the_port_that_was_named(said):
    """CVE-2021-4189: an address of the server's choice could be anybody's."""
    with listening_for(lambda _: None) as port:
        numbers = f"{port >> 8},{port & 255}".encode()
        words = said % {b"a": b"127,0,0,1," + numbers, b"p": numbers}
        found, heard = asked(words, ask=open_data)
    assert found == port
    assert heard[0] == b"PASV\r\n"


def test_a_firewall_is_kept_from_forgetting_either_connection():
    kept = []

    def look(client):
        with closing(client.open_data()) as data:
            both = client.wire.socket, data.socket
            kept.extend(one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) for one in both)

    with listening_for(lambda _: None) as port:
        asked(f"227 here (127,0,0,1,{port >> 8},{port & 255})\r\n".encode(), ask=look)
    assert [bool(one) for one in kept] == [True, True]


@pytest.mark.parametrize(
    "refused", [b"500 what?\r\n", b"227 nowhere\r\n", b"227 (127,0,0,1,0,0)\r\n", b"227 (1,1,1,1,999,9)\r\n"]
)
def test_the_newer_question_is_asked_where_the_older_one_leads_nowhere(refused):
    with listening_for(lambda _: None) as port:
        found, heard = asked(refused, f"229 here (|||{port}|)\r\n".encode(), ask=open_data)
    assert found == port
    assert heard[:2] == [b"PASV\r\n", b"EPSV\r\n"]


@pytest.mark.parametrize(
    "said", [b"229 nowhere\r\n", b"229 (|||0|)\r\n", b"229 (|||99999|)\r\n", b"425 no more ports\r\n"]
)
def test_a_server_without_a_connection_for_the_file_is_told_by_its_own_words(said):
    found, _ = asked(b"500 what?\r\n", said, ask=open_data)
    assert found.code == int(said[:3])


def test_over_ipv6_the_older_question_is_never_asked():
    """It can only name an address of the old kind (RFC 2428, 1)."""
    heard = []

    def talk(listener):
        connection, _ = listener.accept()
        with connection:
            heard.append(connection.recv(100))
            connection.sendall(b"425 no\r\n")
            connection.recv(100)

    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6 on loopback")
    with listener:
        thread = threading.Thread(target=talk, args=(listener,))
        thread.start()
        client = FtpClient("::1", listener.getsockname()[1], connect_timeout=3, reply_timeout=3, tls=None)
        assert client.open_data() == Reply(425, ("no",), "no")
        client.wire.close()
        thread.join()
    assert heard == [b"EPSV\r\n"]


def test_good_bye_is_said_unless_the_conversation_broke_off():
    _, heard = asked(b"200 ok\r\n", b"221 bye\r\n", ask=noop)
    assert heard == [b"NOOP\r\n", b"QUIT\r\n"]
    with scripted([b"oops\r\n"]) as server:
        client = conversation(server.port)
        with pytest.raises(InvalidReplyError):
            client.reply()
        client.close()
    assert server.heard == []
