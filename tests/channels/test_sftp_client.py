"""The conversation itself: what is an answer, what is none, and to which request it belongs."""

import contextlib
import struct
from types import SimpleNamespace

import pytest

from action_returns.channels.base import ConnectionLostError, OutgoingFile, State
from action_returns.channels.server_words import ServerWords
from action_returns.channels.sftp_client import Facts, RequestRejectedError, SftpClient
from action_returns.channels.sftp_upload import SftpFolder, SftpUpload
from action_returns.channels.upload import UploadTexts

VERSION, OPEN, CLOSE, WRITE, LSTAT, REMOVE, RENAME = 2, 3, 4, 6, 7, 13, 18
STATUS, HANDLE, ATTRS = 101, 102, 105
OK, FAILURE = 0, 4


def packet(kind, payload):
    return struct.pack(">IB", len(payload) + 1, kind) + payload


def status(number, code, words=b"No"):
    return packet(STATUS, struct.pack(">III", number, code, len(words)) + words + b"\0\0\0\0")


HELLO = packet(VERSION, b"\0\0\0\3")


class Server:
    """Answers requests as it is told, in the place of a channel of SSH.

    Args:
        answers: kind of request -> what gives the answer to its number; bytes for the very first word.
    """

    def __init__(self, answers=None, first=HELLO):
        self._answers = answers or {}
        self._out = b""
        self._first = first
        self.asked = []
        self.transport = SimpleNamespace(open_session=lambda: self)
        self.security, self.evidence, self.words = "made up", {}, ServerWords()

    def time_limit(self, _seconds):
        return contextlib.nullcontext()

    def begin(self, _seconds, _what="in all"):
        pass

    def invoke_subsystem(self, name):
        assert name == "sftp"

    def sendall(self, data):
        kind = data[4]
        if kind == 1:
            self._out += self._first
            return
        number = struct.unpack(">I", data[5:9])[0]
        self.asked.append(kind)
        self._out += self._answers.get(kind, lambda number: status(number, OK))(number)

    def recv(self, count):
        some, self._out = self._out[:count], self._out[count:]
        return some

    def close(self):
        pass


def client(answers=None, **facts):
    return SftpClient(Server(answers, **facts), timeout=3)


@pytest.mark.parametrize(
    "first",
    [packet(STATUS, b"\0\0\0\3"), b"", b"\0\0", b"\0\0\0\0", b"\xff\xff\xff\xff", b"This account is closed.\n" * 9],
)
def test_what_does_not_begin_like_sftp_is_none(first):
    with pytest.raises(ConnectionLostError):
        client(first=first)


@pytest.mark.parametrize(
    ("told", "facts"),
    [
        (b"\0\0\0\0", Facts(None, None)),
        (b"\0\0\0\1" + struct.pack(">Q", 5_000_000_000), Facts(5_000_000_000, None)),
        (b"\0\0\0\2" + b"\0" * 8, Facts(None, None)),
        (b"\0\0\0\4" + b"\0\0\x81\xa4", Facts(None, 0o100644)),
        (b"\0\0\0\7" + struct.pack(">QIII", 7, 1, 2, 0o040755), Facts(7, 0o040755)),
    ],
)
def test_what_a_server_tells_about_a_file_is_taken_and_no_more(told, facts):
    answers = {LSTAT: lambda number: packet(ATTRS, struct.pack(">I", number) + told)}
    assert client(answers).facts("a") == facts


@pytest.mark.parametrize(
    "answer",
    [
        lambda number: packet(HANDLE, struct.pack(">I", number) + b"\0\0\0\1h"),
        lambda number: status(number, OK),
        lambda number: packet(ATTRS, struct.pack(">I", number)),
        lambda number: packet(ATTRS, struct.pack(">II", number, 1)),
        lambda _number: packet(ATTRS, b"\0\0"),
        lambda number: packet(STATUS, struct.pack(">III", number, FAILURE, 1_000)),
        lambda number: packet(ATTRS, struct.pack(">I", number + 1) + b"\0\0\0\0"),
    ],
)
def test_an_answer_that_is_none_is_never_taken_for_one(answer):
    with pytest.raises(ConnectionLostError):
        client({LSTAT: answer}).facts("a")


def test_answers_in_another_order_go_to_the_requests_they_belong_to():
    held = []

    def late(number):
        held.append(status(number, OK) if len(held) != 1 else status(number, FAILURE, b"\x1b[2Jfull"))
        if len(held) < 3:
            return b""
        return b"".join(reversed(held))

    with pytest.raises(RequestRejectedError, match=r"^\[U\+001B\]\[2Jfull, status 4$"):
        client({WRITE: late}).write(b"h", b"x" * 100_000)


def test_the_last_piece_of_a_file_leaves_only_when_all_others_are_confirmed():
    """Else a server that lost one of them could hold a file of the full size with a hole in it."""
    silent = Server({WRITE: lambda _number: b""})
    with pytest.raises(ConnectionLostError):
        SftpClient(silent, 3).write(b"h", b"x" * 100_000)
    assert silent.asked == [WRITE] * 3  # of four


def test_a_refusal_without_words_is_one():
    answers = {REMOVE: lambda number: packet(STATUS, struct.pack(">II", number, FAILURE))}
    with pytest.raises(RequestRejectedError, match="no reason given, status 4"):
        client(answers).remove("a")


def upload(server, name="B.csv"):
    words = UploadTexts("h", "/", "sftp://h/")
    made = SftpUpload(OutgoingFile("B.csv", b"abc"), name, words, lambda: None, (), lambda _: None)
    return made.run(SftpFolder(SftpClient(server, 3), "/"))


def size(told):
    return lambda number: packet(ATTRS, struct.pack(">IIQ", number, 1, told))


def handle(number):
    return packet(HANDLE, struct.pack(">I", number) + b"\0\0\0\1h")


def test_a_file_that_the_server_does_not_close_well_is_not_called_sent():
    """A disk elsewhere may tell only then that it is full."""
    no = {CLOSE: lambda number: status(number, FAILURE, b"Disk quota exceeded")}
    server = Server({OPEN: handle, LSTAT: size(2), **no})
    outcome = upload(server)
    assert outcome.state is State.FAILED
    assert "is full, or your share of it is used up" in outcome.message
    assert server.asked == [OPEN, WRITE, CLOSE, LSTAT, REMOVE]
    whole = upload(Server({OPEN: handle, LSTAT: size(3), **no}))
    assert whole.state is State.UNKNOWN


def test_a_refused_file_that_never_gets_its_final_name_is_certainly_not_delivered_however_much_of_it_came():
    server = Server({OPEN: handle, LSTAT: size(3), CLOSE: lambda number: status(number, FAILURE)})
    outcome = upload(server, "B.part")
    assert outcome.state is State.FAILED
    assert "Nothing was delivered" in outcome.message
    assert server.asked == [OPEN, WRITE, CLOSE, LSTAT, REMOVE]


def test_what_cannot_be_removed_is_told():
    no = {WRITE: lambda number: status(number, FAILURE), REMOVE: lambda number: status(number, FAILURE)}
    outcome = upload(Server({OPEN: handle, LSTAT: size(2), **no}))
    assert outcome.state is State.FAILED
    assert "2 bytes of it are on the server as B.csv and could not be removed" in outcome.message


@pytest.mark.parametrize(("name", "state"), [("B.csv", State.UNKNOWN), ("B.part", State.FAILED)])
def test_a_server_that_confirms_a_file_and_holds_another_number_of_bytes_is_not_believed(name, state):
    no = {REMOVE: lambda number: status(number, FAILURE)}
    outcome = upload(Server({OPEN: handle, LSTAT: size(2), **no}), name)
    assert outcome.state is state
    assert "holds 2 of 3 bytes" in outcome.message


@pytest.mark.parametrize(
    ("name", "lost", "state"),
    [
        ("B.csv", OPEN, State.UNKNOWN),
        ("B.csv", CLOSE, State.UNKNOWN),
        ("B.part", CLOSE, State.FAILED),
        ("B.part", RENAME, State.UNKNOWN),
    ],
)
def test_a_server_that_is_never_heard_again_leaves_doubt_once_the_final_name_was_asked_for(name, lost, state):
    server = Server({OPEN: handle, LSTAT: size(3), lost: lambda _number: b""})
    assert upload(server, name).state is state
    assert server.asked[-1] == lost
