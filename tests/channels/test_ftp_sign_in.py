"""Signing in at servers that differ: what they say on the way, and over what they stumble."""

import ssl

import pytest

from action_returns.channels.base import OutgoingFile, Phase, State, TookTooLongError
from action_returns.channels.ftp_client import FtpClient
from tests.channels.quick import failed, ftp_channel
from tests.servers.ftp_faults import HERE, scripted
from tests.servers.go_between import Peer, listening_for

FILE = OutgoingFile("Batch_1.csv", b"ActionId,Amount,Reason\r\n")
HELLO = b"220 hello\r\n"
IN = (HELLO, b"331 password\r\n", b"230 in\r\n")
NO_FEATURES = b"500 what?\r\n"
BINARY = b"200 binary\r\n"
FREE = b"550 none\r\n"
UPLOAD = (FREE, HERE, b"150 go\r\n", b"226 done\r\n", b"213 %d\r\n" % len(FILE.content))


def probe(*scripts, **changes):
    with scripted(*scripts) as server:
        return ftp_channel(server.port, security="plain", **changes).probe(), server


@pytest.mark.parametrize(
    "replies",
    [
        (b"331 password\r\n", b"230 in\r\n"),
        (b"331 password\r\n", b"202 no password needed\r\n"),
        (b"331-Hello\r\n331 password\r\n", b"230-Welcome\r\n to us\r\n230 in\r\n"),
        (b"230 in already\r\n",),
        (b"232 in by the encryption\r\n",),
    ],
)
def test_every_way_in_that_the_protocol_has_is_taken(replies):
    result, server = probe([HELLO, *replies, NO_FEATURES, BINARY, FREE])
    assert result.works, result
    assert len([line for line in server.heard if line.startswith(b"PASS")]) == len(replies) - 1


@pytest.mark.parametrize("refusal", [b"530 no\r\n", b"421 no\r\n", b"550 SSL/TLS required\r\n", b"332 account?\r\n"])
def test_a_server_that_refuses_the_user_name_is_not_told_the_password(refusal):
    result, server = probe([HELLO, refusal])
    assert failed(result, "Nothing was sent", phase=Phase.CONNECT)
    assert b"PASS" not in b"".join(server.heard)


@pytest.mark.parametrize("replies", [(), (b"331 password\r\n",)])
def test_a_server_that_wants_encryption_is_called_once_and_told_with_the_setting(replies):
    result, server = probe([HELLO, *replies, b"421-Cleartext sessions are not accepted\r\n421 use TLS\r\n"])
    assert failed(result, "Set the encryption (security) in the profile to explicit-tls", phase=Phase.CONNECT)
    assert "password" not in result.message
    assert server.connections == 1


@pytest.mark.parametrize(
    ("said", "connections"),
    [
        (b"421 Too many connections\r\n", 3),
        (b"421 Service not available\r\n", 1),
        (b"421 Login incorrect, closing control connection\r\n", 1),
        (b"421 Too many wrong passwords\r\n", 1),
        (b"530 Sorry, the maximum number of clients (1) are already connected\r\n", 1),
        (b"421 Too many authentication failures\r\n", 1),
        (b"530 Login incorrect\r\n", 1),
    ],
)
def test_only_what_was_no_judgement_about_the_user_is_tried_again(said, connections):
    result, server = probe([HELLO, b"331 password\r\n", said])
    assert not result.works
    assert server.connections == connections


@pytest.mark.parametrize("silent", [True, False])
def test_a_password_whose_answer_is_lost_is_not_sent_again_since_it_may_be_wrong(silent):
    """Many servers wait for some seconds before they refuse a wrong one, and lock the user out after the third."""
    passwords = []

    def lose(connection):
        client = Peer(connection)
        client.send(HELLO)
        client.line()
        client.send(b"331 password\r\n")
        passwords.append(client.line())
        if silent:
            client.line()  # until the client hangs up

    with listening_for(lose) as port:
        result = ftp_channel(port, security="plain", command_timeout=0.3).probe()
    says = ("it is not known whether user name and password are right", "Nothing was sent", "action-returns probe")
    assert failed(result, "did not answer the password", *says, phase=Phase.CONNECT)
    assert len(passwords) == 1


@pytest.mark.parametrize("security", ["explicit-tls", "plain"])
@pytest.mark.parametrize(("usual", "connections"), [(True, 1), (False, 3)])
def test_a_server_that_waits_for_encryption_is_told_with_the_setting_for_it(
    monkeypatch, trusting, security, usual, connections
):
    """Port 990 with explicit-tls is the setting that is often wrong: both sides wait for the other one."""
    came = []

    def wait(connection):
        came.append(Peer(connection).line())

    with listening_for(wait) as port:
        if usual:
            monkeypatch.setattr("action_returns.channels.ftp_sign_in.IMPLICIT_TLS_PORT", port)
        result = ftp_channel(port, trusting, security=security, connect_timeout=0.2).probe()
    says = ("Nothing was sent", "usual on port 990: then set the encryption (security) in the profile to implicit-tls")
    assert failed(result, "did not answer in time", *says, phase=Phase.CONNECT)
    assert came == [b""] * connections


def test_a_server_that_is_silent_although_it_is_encrypted_is_told_without_that_setting(authority, trusting):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(authority.server))

    def wait(connection):
        with context.wrap_socket(connection, server_side=True) as encrypted:
            Peer(encrypted).line()

    with listening_for(wait) as port:
        result = ftp_channel(port, trusting, security="implicit-tls", connect_timeout=0.3).probe()
    assert failed(result, "did not answer in time. Check server (host) and port", phase=Phase.CONNECT)


ODD_FEATURES = {
    "a list whose first line ends it": b"211 Features\r\n UTF8\r\n SIZE\r\n211 End\r\n",
    "two last lines": b"211 Features\r\n211 End\r\n",
    "garbage": b"\x00\xff what\r\n",
    "a list without an end": b"211-Features\r\n SIZE\r\n",
}


@pytest.mark.parametrize("directory", ["/", "/returns"])
@pytest.mark.parametrize("odd", ODD_FEATURES)
def test_a_server_whose_list_of_features_is_odd_gets_the_file_without_being_asked_for_it_again(odd, directory):
    folder = () if directory == "/" else (b"250 there\r\n",)
    with scripted([*IN, ODD_FEATURES[odd], *folder, BINARY], [*IN, *folder, BINARY, *UPLOAD]) as server:
        outcome = ftp_channel(server.port, security="plain", directory=directory, command_timeout=0.3).deliver(FILE)
    assert (outcome.state, outcome.evidence["size"]) == (State.SENT, len(FILE.content)), outcome
    assert server.heard.count(b"FEAT\r\n") == 1
    assert server.connections == 2


@pytest.mark.parametrize(
    "features", [b"500 what?\r\n", b"502 not here\r\n", b"211 no features\r\n", b"211-\r\n211 end\r\n", b"530 no\r\n"]
)
def test_a_server_without_features_gets_the_file_in_one_conversation(features):
    with scripted([*IN, features, BINARY, *UPLOAD]) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(FILE)
    assert outcome.state is State.SENT, outcome
    assert server.connections == 1


def test_a_server_that_used_up_the_time_for_all_steps_is_not_called_again(monkeypatch):
    def take_too_long(_client):
        raise TookTooLongError("it took longer than 180 seconds in all")

    monkeypatch.setattr(FtpClient, "read_features", take_too_long)
    result, server = probe([*IN])
    assert failed(result, "is too slow", phase=Phase.CONNECT)
    assert server.connections == 1


def test_words_that_are_no_answer_to_the_password_end_the_sign_in():
    result, server = probe([HELLO, b"331 password\r\n", b"oops\r\n"])
    assert failed(result, "does not talk as an FTP server should", phase=Phase.CONNECT)
    assert server.connections == 1


def test_words_that_are_no_answer_in_a_careful_attempt_end_it():
    result, server = probe([*IN, b"oops\r\n"])
    assert failed(result, "does not talk as an FTP server should", phase=Phase.CONNECT)
    assert server.connections == 2


def encrypting(authority, stumbles, *, connections):
    """A server that answers the first handshakes in plain words, as one does that is not ready to decrypt yet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(authority.server))

    def talk(connection):
        connections.append(True)
        client = Peer(connection)
        client.send(HELLO)
        client.line()
        client.send(b"234 go ahead\r\n")
        if len(connections) <= stumbles:
            connection.recv(4_096)
            client.send(b"502 Command not allowed\r\n")
            return
        with context.wrap_socket(connection, server_side=True) as encrypted:
            client = Peer(encrypted)
            while line := client.line():
                replies = {b"USER": b"331 go\r\n", b"PASS": b"230 in\r\n", b"FEAT": NO_FEATURES, b"SIZE": FREE}
                client.send(replies.get(line[:4], b"200 ok\r\n"))

    return listening_for(talk)


def test_a_server_that_is_not_ready_to_decrypt_is_called_again_and_given_a_moment(authority, trusting):
    connections, paused = [], []
    with encrypting(authority, 1, connections=connections) as port:
        result = ftp_channel(port, trusting, pause=paused.append).probe()
    assert result.works, result
    assert len(connections) == 2
    assert paused == [0.3]


def test_a_server_that_never_encrypts_is_told_after_the_second_time(authority, trusting):
    connections = []
    with encrypting(authority, 9, connections=connections) as port:
        result = ftp_channel(port, trusting).probe()
    assert failed(result, "did not agree on an encrypted connection", phase=Phase.CONNECT)
    assert len(connections) == 2


def test_a_certificate_that_cannot_be_trusted_is_looked_at_once(authority, wrong_name):
    connections = []
    with encrypting(wrong_name[0], 0, connections=connections) as port:
        result = ftp_channel(port, wrong_name[1]).probe()
    assert failed(result, "it is made for another", phase=Phase.CONNECT)
    assert len(connections) == 1


def test_the_end_of_a_list_is_never_taken_for_the_answer_to_the_next_command():
    """Even where it is late, so that nothing lay there unread."""
    result, server = probe([*IN, b"211 Features\r\n", b"211 End\r\n"], [*IN, BINARY, UPLOAD[0]])
    assert result.works, result
    assert server.connections == 2
