"""The conversation itself: what is an answer, what is none, and to which request it belongs."""

import contextlib
import itertools
import struct
from types import SimpleNamespace

import pytest

from action_returns.channels.base import ConnectionLostError, OutgoingFile, State
from action_returns.channels.looks import FREE, Taken, Unseen
from action_returns.channels.server_words import ServerWords
from action_returns.channels.sftp_client import Facts, Opening, RequestRejectedError, SftpClient
from action_returns.channels.sftp_folder import SftpFolder
from action_returns.channels.sftp_texts import SftpTexts
from action_returns.channels.sftp_upload import SftpUpload
from action_returns.channels.time_limits import TimeLimit

VERSION, OPEN, CLOSE, WRITE, LSTAT, OPENDIR, READDIR, REMOVE, RENAME = 2, 3, 4, 6, 7, 11, 12, 13, 18
STATUS, HANDLE, NAME, ATTRS = 101, 102, 104, 105
OK, EOF, NO_SUCH_FILE, FAILURE = 0, 1, 2, 4


def packet(kind, payload):
    return struct.pack(">IB", len(payload) + 1, kind) + payload


def status(number, code, words=b"No"):
    return packet(STATUS, struct.pack(">III", number, code, len(words)) + words + b"\0\0\0\0")


HELLO = packet(VERSION, b"\0\0\0\3")


def ticking(seconds):
    """A clock on which each look takes so long."""
    return itertools.count(step=seconds).__next__


class Server:
    """Answers requests as it is told, in the place of a channel of SSH.

    Args:
        answers: kind of request -> what gives the answer to its number; bytes for the very first word.
    """

    def __init__(self, answers=None, first=HELLO, clock=lambda: 0.0):
        self._answers = answers or {}
        self._out = b""
        self._first = first
        self.asked = []
        self.transport = SimpleNamespace(open_session=lambda: self)
        self.security, self.evidence, self.words = "made up", {}, ServerWords()
        self.waits, self.late, self.timeout = [], 0, None
        self.steps = TimeLimit(180, "in all", clock=clock)

    def time_limit(self, seconds):
        self.waits.append(min(seconds, self.steps.left()))
        return contextlib.nullcontext()

    def begin(self, seconds, what="in all"):
        self.steps = self.steps.renewed(seconds, what)

    def invoke_subsystem(self, name):
        assert name == "sftp"

    def sendall(self, data):
        kind = data[4]
        if kind == 1:
            self._out += self._first
            return
        number = struct.unpack(">I", data[5:9])[0]
        self.asked.append(kind)
        answer = self._answers.get(kind)
        self._out += answer(number) if answer else self.answer(kind, number, data[9:])

    def answer(self, _kind, number, _payload):
        return status(number, OK)

    def settimeout(self, seconds):
        self.timeout = seconds

    def recv(self, count):
        assert self.timeout <= 3
        if self.late:
            self.late -= 1
            raise TimeoutError
        some, self._out = self._out[:count], self._out[count:]
        return some

    def close(self):
        pass


def client(answers=None, **facts):
    return SftpClient(Server(answers, **facts), timeout=3, reply_timeout=3)


@pytest.mark.parametrize(
    "first",
    [packet(STATUS, b"\0\0\0\3"), b"", b"\0\0", b"\0\0\0\0", b"\xff\xff\xff\xff", b"This account is closed.\n" * 9],
)
def test_what_does_not_begin_like_sftp_is_none(first):
    with pytest.raises(ConnectionLostError):
        client(first=first)


def hello(version):
    return packet(VERSION, struct.pack(">I", version))


@pytest.mark.parametrize("version", [4, 5, 6])
def test_a_later_version_than_was_asked_for_is_not_talked_in_which_sizes_would_be_misread(version):
    with pytest.raises(
        ConnectionLostError, match=f"it answers in version {version} of SFTP, and version 3 was asked for"
    ):
        client(first=hello(version))


def test_an_earlier_version_whose_packets_are_the_same_is_talked():
    assert client(first=hello(2)) is not None


def test_text_where_sftp_should_begin_is_told():
    with pytest.raises(ConnectionLostError, match="it sends text in place of SFTP"):
        client(first=b"Welcome to this server.\n" + HELLO)


def test_an_answer_that_comes_late_is_waited_for_in_pieces_and_a_send_is_not():
    made = client()
    server = made.connection
    server.late = 5
    made.remove("a")
    assert (server.late, server.asked, server.timeout) == (0, [REMOVE], None)


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


@pytest.mark.parametrize(
    "answers",
    [
        lambda number: status(number + 1, OK) + status(number, OK),
        lambda number: status(number - 1, OK) + status(number, OK),
        lambda _number: status(0, OK),
    ],
)
def test_an_answer_to_a_request_that_was_not_made_ends_the_conversation(answers):
    """Else a server could fill the memory with answers that are never fetched."""
    server = Server({REMOVE: answers})
    made = SftpClient(server, 3, 3)
    with pytest.raises(ConnectionLostError, match="answered a request that was not made"):
        made.remove("a")
    assert made._answers == {}


def test_an_answer_that_comes_twice_is_refused_the_second_time():
    made = SftpClient(Server({REMOVE: lambda number: status(number, OK) * 2}), 3, 3)
    made.remove("a")
    with pytest.raises(ConnectionLostError, match="answered a request that was not made"):
        made.remove("b")


def test_an_answer_is_waited_for_once_however_many_others_come_before_it():
    held = []

    def late(number):
        held.append(status(number, OK))
        return {3: b"".join(reversed(held)), 4: held[-1]}.get(len(held), b"")

    server = Server({WRITE: late})
    SftpClient(server, 3, 3).write(b"h", b"x" * 131_072)
    # The version; three pieces that leave, and one wait for the answer to each; then the last piece.
    assert len(server.waits) == 1 + 3 + 3 + 2


@pytest.mark.parametrize(("length", "is_taken"), [(256, True), (257, False), (60_000, False)])
def test_a_handle_is_as_long_as_sftp_allows_at_most(length, is_taken):
    """It goes back with every piece of the file."""
    answers = {OPEN: lambda number: packet(HANDLE, struct.pack(">II", number, length) + b"h" * length)}
    with contextlib.nullcontext() if is_taken else pytest.raises(ConnectionLostError, match="longer than SFTP allows"):
        assert client(answers).open("a", Opening.WRITE) == b"h" * length


def test_a_packet_of_more_than_an_answer_needs_is_not_read():
    answers = {LSTAT: lambda number: packet(ATTRS, struct.pack(">II", number, 0) + b"x" * 270_000)}
    with pytest.raises(ConnectionLostError, match="does not talk SFTP"):
        client(answers).facts("a")


def test_a_server_that_confirms_each_piece_late_is_given_up_and_leaves_doubt():
    """Each answer is in time for itself."""
    server = Disk(clock=ticking(9))
    outcome = upload(server, content=b"x" * 3_000_000)
    assert outcome.state is State.UNKNOWN
    assert outcome.evidence == {"lost": "it took longer than 480 seconds for the file"}
    assert "Do not send it again yet" in outcome.message


def test_what_follows_a_file_has_the_time_of_all_steps_anew():
    now = [0.0]

    class Late(Disk):
        def answer(self, kind, number, payload):
            now[0] += 170 if kind in {WRITE, RENAME} else 0
            return super().answer(kind, number, payload)

    server = Late(clock=lambda: now[0])
    assert upload(server, "B.part").state is State.SENT
    assert server.files == {"B.csv": 3}


@pytest.mark.parametrize("code", [14, 15])
def test_the_codes_of_later_versions_for_a_full_disk_are_known(code):
    assert "is full, or your share" in upload(Disk({WRITE: lambda number: status(number, code)})).message


def test_a_file_that_was_created_and_not_filled_is_not_about_rights_unless_the_server_says_so():
    no_reason = upload(Disk({WRITE: lambda number: status(number, FAILURE)})).message
    no_right = upload(Disk({WRITE: lambda number: status(number, 3)})).message
    assert "Its disk may be full" in no_reason
    assert "Check whether this user may write" in no_right


def test_words_of_a_refusal_are_shortened_and_do_not_repeat_the_password():
    server = Disk({OPEN: lambda number: status(number, FAILURE, b"for s3cret-canary no")})
    server.words = ServerWords("s3cret-canary")
    assert "(not shown, because it repeats the sign-in), status 4" in upload(server).message
    long = upload(Disk({OPEN: lambda number: status(number, FAILURE, b"\x1b" * 50_000)}))
    assert len(long.message) < 1_000


def test_the_last_piece_of_a_file_leaves_only_when_all_others_are_confirmed():
    """Else a server that lost one of them could hold a file of the full size with a hole in it."""
    silent = Server({WRITE: lambda _number: b""})
    with pytest.raises(ConnectionLostError):
        SftpClient(silent, 3, 3).write(b"h", b"x" * 100_000)
    assert silent.asked == [WRITE] * 3  # of four


def test_a_refusal_without_words_is_one():
    answers = {REMOVE: lambda number: packet(STATUS, struct.pack(">II", number, FAILURE))}
    with pytest.raises(RequestRejectedError, match="no reason given, status 4"):
        client(answers).remove("a")


class Disk(Server):
    """Keeps files as it is asked to.

    Args:
        keeps: bytes of a file that it keeps at most.
    """

    def __init__(self, answers=None, keeps=10_000_000, **facts):
        super().__init__(answers, **facts)
        self.files, self._keeps, self._open = {}, keeps, ""

    def answer(self, kind, number, payload):
        text, rest = self._text(payload)
        name = text.decode()
        if kind in {LSTAT, REMOVE, RENAME} and name not in self.files:
            return status(number, NO_SUCH_FILE)
        match kind:
            case 3:
                self._open, self.files[name] = name, 0
                return packet(HANDLE, struct.pack(">I", number) + b"\0\0\0\1h")
            case 6:
                self.files[self._open] = min(self._keeps, self.files[self._open] + len(self._text(rest[8:])[0]))
            case 7:
                return packet(ATTRS, struct.pack(">IIQ", number, 1, self.files[name]))
            case 13:
                del self.files[name]
            case 18:
                self.files[self._text(rest)[0].decode()] = self.files.pop(name)
        return status(number, OK)

    def _text(self, payload):
        length = int.from_bytes(payload[:4], "big")
        return payload[4 : 4 + length], payload[4 + length :]


def upload(server, name="B.csv", content=b"abc"):
    words = SftpTexts("h", "/", "sftp://h/")
    made = SftpUpload(OutgoingFile("B.csv", content), name, words, lambda: None, (), lambda _: None)
    return made.run(SftpFolder(SftpClient(server, 3, 3), "/"), 180)


def text(words):
    return struct.pack(">I", len(words)) + words


ALL_FACTS = struct.pack(">IQIIIIII", 0x8000000F, 7, 1, 2, 0o100644, 3, 4, 1) + text(b"kind") + text(b"value")
"""A size, an owner, a mode, two times, and one more attribute of the server's own."""


def listing(*packets, end=EOF):
    """Answer with these names, packet by packet, and then with a rejection."""
    parts = iter(packets)

    def answer(number):
        names = next(parts, None)
        if names is None:
            return status(number, end)
        content = b"".join(text(name) + text(b"-rw-r--r-- 1 ...") + ALL_FACTS for name in names)
        return packet(NAME, struct.pack(">II", number, len(names)) + content)

    return {OPENDIR: lambda number: packet(HANDLE, struct.pack(">I", number) + text(b"h")), READDIR: answer}


def test_a_list_of_a_folder_is_read_to_its_end_and_closed():
    server = Server(listing([b"a", b"b"], [b"\xff.csv"]))
    names = SftpClient(server, 3, 3).names(".")
    assert names == dict.fromkeys((b"a", b"b", b"\xff.csv"), Facts(7, 0o100644))
    assert server.asked == [OPENDIR, READDIR, READDIR, READDIR, CLOSE]


NOT_TOLD = {LSTAT: lambda number: status(number, FAILURE)}


@pytest.mark.parametrize(
    ("listed", "look"),
    [
        (listing([b"a.csv"]), Taken(7)),
        (listing([b"a.csv.part"]), FREE),
        (listing(), FREE),
        (listing(*[[b"x"]] * 101), Unseen("No, status 4; the folder holds too many files")),
        (listing([b"x"], end=FAILURE), Unseen("No, status 4; No, status 4")),
        ({OPENDIR: lambda number: status(number, FAILURE, b"Hidden")}, Unseen("No, status 4; Hidden, status 4")),
    ],
    ids=["taken", "free", "no file", "too many files", "broken off", "not shown"],
)
def test_a_name_whose_facts_are_refused_is_looked_for_in_the_list_of_the_folder(listed, look):
    assert SftpFolder(client({**NOT_TOLD, **listed}), "/").look("a.csv") == look


def test_a_list_whose_files_have_no_facts_is_read_too():
    answers = listing([b"a"])
    bare = text(b"a") + text(b"a") + struct.pack(">I", 0)
    parts = iter([lambda number: packet(NAME, struct.pack(">II", number, 2) + bare + bare.replace(b"a", b"b"))])
    answers[READDIR] = lambda number: next(parts, lambda number: status(number, EOF))(number)
    assert client(answers).names(".") == dict.fromkeys((b"a", b"b"), Facts(None, None))


def test_a_list_that_says_more_than_it_holds_ends_the_conversation():
    answers = listing()
    answers[READDIR] = lambda number: packet(NAME, struct.pack(">II", number, 2**32 - 1))
    with pytest.raises(ConnectionLostError, match="breaks off in the middle"):
        client(answers).names(".")


def test_a_refusal_stays_one_when_the_connection_is_lost_at_the_look_after_it():
    server = Disk({OPEN: lambda number: status(number, FAILURE), LSTAT: lambda _number: b""})
    outcome = upload(server)
    assert outcome.state is State.FAILED
    assert "did not take the file (it answered: No, status 4). Nothing was delivered" in outcome.message


def test_a_way_to_create_a_file_that_a_server_does_not_know_is_followed_by_the_one_that_it_knows():
    class OnlyWithTrunc(Disk):
        def answer(self, kind, number, payload):
            how = struct.unpack(">I", self._text(payload)[1][:4])[0] if kind == OPEN else None
            if how == Opening.WRITE | Opening.CREAT | Opening.EXCL:
                return status(number, NO_SUCH_FILE)
            return super().answer(kind, number, payload)

    server = OnlyWithTrunc()
    assert upload(server).state is State.SENT
    assert server.asked == [OPEN, LSTAT, OPEN, LSTAT, WRITE, CLOSE, LSTAT]


@pytest.mark.parametrize("words", [b"No space left on device", b"Permission denied"])
def test_a_refusal_for_another_reason_is_not_followed_by_another_way(words):
    code = 3 if words.startswith(b"Perm") else FAILURE
    server = Disk({OPEN: lambda number: status(number, code, words)})
    assert upload(server).state is State.FAILED
    assert server.asked.count(OPEN) == 1


def test_the_end_of_a_file_and_its_new_name_have_more_time_than_other_answers():
    server = Disk()
    made = SftpClient(server, 3, 60)
    made.close(made.open("a", Opening.WRITE))
    made.rename("a", "b")
    made.remove("b")
    # The version, and for each request that it leaves and that its answer comes.
    assert server.waits == [3, 3, 3, 3, 60, 3, 60, 3, 3]


def test_a_file_that_the_server_does_not_close_well_is_not_called_sent():
    """A disk elsewhere may tell only then that it is full."""
    no = {CLOSE: lambda number: status(number, FAILURE, b"Disk quota exceeded")}
    server = Disk(no, keeps=2)
    outcome = upload(server)
    assert outcome.state is State.FAILED
    assert "is full, or your share of it is used up" in outcome.message
    assert server.asked == [OPEN, LSTAT, WRITE, CLOSE, LSTAT, REMOVE]
    whole = upload(Disk(no))
    assert whole.state is State.UNKNOWN


def test_a_refused_file_that_never_gets_its_final_name_is_certainly_not_delivered_however_much_of_it_came():
    server = Disk({CLOSE: lambda number: status(number, FAILURE)})
    outcome = upload(server, "B.part")
    assert outcome.state is State.FAILED
    assert "Nothing was delivered" in outcome.message
    assert server.asked == [OPEN, WRITE, CLOSE, LSTAT, REMOVE]


def test_what_cannot_be_removed_is_told():
    no = {WRITE: lambda number: status(number, FAILURE), REMOVE: lambda number: status(number, FAILURE)}
    outcome = upload(Disk(no, keeps=2))
    assert outcome.state is State.FAILED
    assert "Part of it (0 bytes) is on the server as B.csv and could not be removed" in outcome.message


@pytest.mark.parametrize(("name", "state"), [("B.csv", State.UNKNOWN), ("B.part", State.FAILED)])
def test_a_server_that_confirms_a_file_and_holds_another_number_of_bytes_is_not_believed(name, state):
    no = {REMOVE: lambda number: status(number, FAILURE)}
    outcome = upload(Disk(no, keeps=2), name)
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
    server = Disk({lost: lambda _number: b""})
    assert upload(server, name).state is state
    assert server.asked[-1] == lost
