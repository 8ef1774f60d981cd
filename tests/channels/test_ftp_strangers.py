"""FTP servers that are slow on purpose, that block the second connection, or that say more than they should."""

import itertools
import socket
import ssl
import threading

import pytest

from action_returns.channels import ftp_client
from action_returns.channels.base import OutgoingFile, Phase, State
from tests.channels.quick import PASSWORD, failed, ftp_channel
from tests.servers.ftp_faults import HERE, scripted

FILE = OutgoingFile("Batch_1.csv", b"ActionId,Amount,Reason\r\n")
SIGNED_IN = (b"220 hello\r\n", b"331 password\r\n", b"230 in\r\n", b"211 no features\r\n", b"200 binary\r\n")
NOT_THERE = b"550 none\r\n"
LOOK = (*SIGNED_IN, NOT_THERE)
WHAT = b"500 what?\r\n"


def here(port):
    return f"227 here (127,0,0,1,{port >> 8},{port & 255})\r\n".encode()


def ticking(seconds):
    """A clock on which each look takes so long: a server that takes its time, without a test that waits for it."""
    return itertools.count(step=seconds).__next__


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return unused.getsockname()[1]


def test_a_server_whose_every_step_is_in_time_and_all_together_are_not_gets_nothing_and_is_not_called_again():
    told, paused = [], []
    with scripted([*LOOK, HERE]) as server:
        made = ftp_channel(server.port, security="plain", clock=ticking(0.5), steps_timeout=10, pause=paused.append)
        outcome = made.deliver(FILE, lambda: told.append(True))
    assert failed(
        outcome, "is too slow: it took longer than 10 seconds in all", "Nothing was sent", phase=outcome.phase
    )
    assert (told, paused, server.connections) == ([], [], 1)
    assert b"PASV\r\n" not in server.heard


@pytest.mark.parametrize(("upload", "state"), [("direct", State.UNKNOWN), ("temp-rename", State.FAILED)])
def test_a_server_that_takes_a_file_bit_by_bit_is_given_up_and_then_asked_what_it_holds(upload, state):
    """Each part is in time for itself: some 12 seconds for 64 kB, of the 30 that it has."""
    large = OutgoingFile(FILE.name, b"x" * 4_000_000)
    paused = []
    with scripted([*LOOK, HERE, b"150 go\r\n", b"226 ok\r\n"], [*SIGNED_IN, NOT_THERE, NOT_THERE]) as server:
        made = ftp_channel(
            server.port,
            security="plain",
            upload=upload,
            clock=ticking(4),
            connect_timeout=15,
            command_timeout=30,
            reply_timeout=60,
            data_timeout=30,
            steps_timeout=10_000,
            recheck_delays=(2,),
            pause=paused.append,
        )
        outcome = made.deliver(large)
    assert outcome.state is state, outcome
    why = "the connection for the file broke off (it took longer than 580 seconds for the file)"
    assert why in outcome.message
    assert outcome.evidence["lost"] == why
    assert paused == [2]
    assert server.connections == 2
    assert len([line for line in server.heard if line.startswith(b"STOR")]) == 1


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now

    def go_on(self, seconds):
        self.now += seconds


def test_a_record_that_takes_its_time_is_not_counted_against_the_server():
    """A team's ledger may be slow to say that the file may leave."""
    clock = Clock()
    size = f"213 {len(FILE.content)}\r\n".encode()
    with scripted([*LOOK, HERE, b"150 go\r\n", b"226 ok\r\n", size]) as server:
        made = ftp_channel(server.port, security="plain", clock=clock)
        assert made.deliver(FILE, lambda: clock.go_on(1_000)).state is State.SENT


def test_a_refused_connection_for_the_file_names_its_port_and_not_the_one_of_the_server(closed_port):
    told = []
    with scripted([*LOOK, here(closed_port)]) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(FILE, lambda: told.append(True))
    assert failed(
        outcome,
        f"127.0.0.1 works, but the second connection, which FTP uses for the file, did not come about: port {closed_port}, "
        "it was refused. Nothing was sent.",
        "Ask the administrator of the server which passive ports it uses and whether they are open",
        "It was tried 3 times.",
    )
    assert str(server.port) not in outcome.message
    assert (outcome.evidence, told, server.connections) == ({"data_port": closed_port}, [], 3)


def test_a_silent_port_for_the_file_is_named_with_the_time_that_was_waited(monkeypatch, closed_port):
    def wait_in_vain(_host, _port, limit):
        raise TimeoutError(f"no answer within {limit.left():.0f} seconds")

    with scripted([*LOOK, here(closed_port)]) as server:
        made = ftp_channel(server.port, security="plain", connect_timeout=15)
        monkeypatch.setattr(ftp_client, "connect", wait_in_vain)
        outcome = made.deliver(FILE)
    assert failed(outcome, f"did not come about: port {closed_port}, no answer within 15 seconds", "A firewall")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"425 cannot open it\r\n", "The second connection to 127.0.0.1, which FTP uses for the file, did not work"),
        (b"522 reuse the session\r\n", "did not accept how the second connection, which FTP uses for the file, was"),
        (b"550 ENOSPC: no space left on device\r\n", "The disk of 127.0.0.1 is full, or your share of it is used up"),
        (b"450 quota is used up\r\n", "The disk of 127.0.0.1 is full, or your share of it is used up"),
        (b"450 busy\r\n", "127.0.0.1 did not take the file at the moment (it answered: 450 busy)"),
        (b"421 closing\r\n", "127.0.0.1 did not take the file at the moment (it answered: 421 closing)"),
        (b"553 no\r\n", "127.0.0.1 did not take the file (it answered: 553 no)"),
    ],
)
@pytest.mark.parametrize("after_the_file", [False, True])
def test_a_refusal_because_of_the_second_connection_does_not_blame_the_folder(said, words, after_the_file):
    script = [*LOOK, HERE, b"150 go\r\n", said, NOT_THERE] if after_the_file else [*LOOK, HERE, said]
    with scripted(script) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(FILE)
    if after_the_file and said[4:] in {
        b"closing\r\n",
        b"busy\r\n",
        b"no\r\n",
    }:  # of a file that is gone: a receiver may have taken it
        assert outcome.state is State.UNKNOWN
        assert ", although it had all bytes, and no file of that name is there" in outcome.message
        return
    assert failed(outcome, words, "Nothing was delivered")
    assert ("may write to the folder" in outcome.message) is said.startswith(b"553")


@pytest.mark.parametrize("late", [b"226 done\r\n", b"250 done\r\n", b"150 go\r\n"])
@pytest.mark.parametrize("before", ["the size", "a listing"])
def test_a_late_answer_to_the_file_is_never_taken_for_what_a_look_shows(late, before):
    """Each answer belongs to the command before: nothing that follows can be read."""
    size = b"213 %d\r\n" % len(FILE.content)
    ways = (late, size) if before == "the size" else (WHAT, WHAT, late)
    script = [*LOOK, HERE, b"150 go\r\n", b"426 closed\r\n", *ways, *[WHAT] * 5]
    with scripted(script, [*LOOK[:-1], size]) as server:
        outcome = ftp_channel(server.port, security="plain", recheck_delays=(0,)).deliver(FILE)
    assert (outcome.state, outcome.evidence["size"]) == (State.SENT, len(FILE.content)), outcome


def test_encryption_that_the_second_connection_does_not_agree_on_is_named(authority, trusting):
    """The server agrees to take the file, and then does not talk TLS there."""
    towards_client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    towards_client.load_cert_chain(str(authority.server))
    replies = {
        b"USER": b"331 password\r\n",
        b"PASS": b"230 in\r\n",
        b"SIZE": NOT_THERE,
        b"STOR": b"150 go\r\n",
    }

    def serve():
        with listener.accept()[0] as plain, towards_client.wrap_socket(plain, server_side=True) as control:
            control.sendall(b"220 hello\r\n")
            while line := control.recv(1_000):
                control.sendall(
                    here(data.getsockname()[1]) if line == b"PASV\r\n" else replies.get(line[:4], b"200 ok\r\n")
                )
                if line.startswith(b"STOR"):
                    with data.accept()[0] as file:
                        file.sendall(b"I do not encrypt here\r\n")
                        file.recv(1_000)
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_server(("127.0.0.1", 0)) as data:
        thread = threading.Thread(target=serve)
        thread.start()
        made = ftp_channel(listener.getsockname()[1], trusting, security="implicit-tls", recheck_delays=())
        outcome = made.deliver(FILE)
        thread.join()
    assert outcome.state is State.UNKNOWN
    assert (
        "the connection for the file broke off (no encryption was agreed on: WRONG_VERSION_NUMBER)" in outcome.message
    )


@pytest.mark.parametrize("said", [b"220-\n" * 1_100 + b"220 end\r\n", b"220-" + b"x" * 70_000 + b"\r\n220 end\r\n"])
def test_a_welcome_of_more_lines_or_letters_than_a_server_has_is_refused(said):
    with scripted([said, b"331 password\r\n"]) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(FILE)
    assert failed(outcome, "does not talk as an FTP server should", "Nothing was sent", phase=Phase.CONNECT)
    assert b"USER" not in b"".join(server.heard)


@pytest.mark.parametrize("said", [b"220 what is %b\r\n", b"%b\r\n", b"220 hello\r\n%b\r\n"])
def test_a_server_that_knows_the_password_from_before_does_not_get_it_shown_before_the_sign_in(said):
    with scripted([said % PASSWORD.encode(), b"331 x\r\n", b"530 no\r\n"]) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(FILE)
    assert failed(outcome, "Nothing was sent", phase=Phase.CONNECT)


def test_a_size_and_a_port_are_read_where_a_weak_password_stands_in_them_by_chance():
    """Only what is shown is searched for the password; else a password of digits would keep every file from being sent."""
    size = f"213 {len(FILE.content)}\r\n".encode()
    with scripted([*LOOK, HERE, b"150 go\r\n", b"226 ok\r\n", size]) as server:
        outcome = ftp_channel(server.port, security="plain", password=lambda: str(len(FILE.content))).deliver(FILE)
    assert (outcome.state, outcome.evidence["size"]) == (State.SENT, len(FILE.content))
