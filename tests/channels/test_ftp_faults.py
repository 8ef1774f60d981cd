"""FTP servers and networks at their worst: what we say is true, and no file is sent twice.

Every reply of a real conversation is lost in turn, in three ways, once and for good, without TLS and with either of its
versions, under the final name and under another one first; then every outcome is held against the server's disk.
"""

import itertools
import signal
import ssl
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from action_returns.channels.base import OutgoingFile, State
from tests.channels.quick import PASSWORD, ftp_channel
from tests.servers import loopback
from tests.servers.ftp_daemons import DAEMONS, USER
from tests.servers.ftp_faults import HERE, Disturbance, disturbed, scripted
from tests.servers.go_between import KINDS
from tests.servers.inbox import Inbox

CONTENT = b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
LARGE = b"x" * 8_000_000
"""More than the sockets between two programs on one machine hold."""
VERSIONS = {"plain": None, "TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}
UPLOADS = ("direct", "temp-rename")
IMPATIENT = {"connect_timeout": 8, "command_timeout": 4, "reply_timeout": 4, "data_timeout": 4}
"""Short, but long enough for 24 conversations at once on a machine that has other work to do."""


@dataclass(frozen=True)
class Way:
    """One way to send a file through a disturbance."""

    authority: object
    server: object
    encryption: str
    upload: str

    def send(self, name, disturbance, content=CONTENT, **changes):
        version = VERSIONS[self.encryption] or ssl.TLSVersion.TLSv1_3
        context = ssl.create_default_context(cafile=str(self.authority.bundle))
        context.maximum_version = version
        with disturbed(self.server.port, disturbance, authority=self.authority, version=version) as port:
            security = "plain" if VERSIONS[self.encryption] is None else "explicit-tls"
            channel = ftp_channel(port, context, security=security, upload=self.upload, **changes)
            return channel.deliver(OutgoingFile(name, content))


SERVERS = ("pyftpdlib", *DAEMONS)
WAYS = [(server, encryption, upload) for server in SERVERS for encryption in VERSIONS for upload in UPLOADS]
SAMPLE = {
    ("vsftpd", "TLS 1.3", "direct"), ("proftpd", "TLS 1.2", "temp-rename"), ("vsftpd", "plain", "temp-rename"),
    ("pyftpdlib", "TLS 1.3", "direct"), ("pyftpdlib", "plain", "temp-rename"),
}  # fmt: skip


@dataclass(frozen=True)
class ServerHere(Inbox):
    """An FTP server inside this program, for computers that have no other one."""

    port: int
    inbox: Path


@pytest.fixture
def way(request, authority, inbox):
    name, encryption, upload = request.param
    if name != "pyftpdlib":
        yield Way(authority, request.getfixturevalue("ftp_daemons")[name], encryption, upload)
        return
    certificates = None if encryption == "plain" else authority
    # One at a time: all servers of pyftpdlib in a program share one loop.
    with loopback.ftp_server(inbox, username=USER, password=PASSWORD, authority=certificates) as running:
        yield Way(authority, ServerHere(running.port, inbox), encryption, upload)


def truth(heard, reply, kind, upload, *, always):
    """What is true when a reply is lost, by the order of the commands that led to each."""
    command, earlier = heard[reply - 1], heard[: reply - 1]
    if command == "PASS":  # it may be wrong, and is not sent again
        return State.FAILED
    if "STOR" not in earlier and command != "STOR":  # before the first byte: tried again, unless it is no FTP server
        is_other_server = kind == "garbage" and command not in {"FEAT", "TYPE"}  # else its list of features may be odd
        return State.FAILED if always or is_other_server else State.SENT
    if command == "QUIT":
        return State.SENT
    if upload == "direct":
        if command == "SIZE":  # the server had confirmed the transfer
            return State.SENT
        if "STOR" not in earlier:  # its yes to STOR is lost: an empty file lies under the final name
            return State.UNKNOWN
        return State.UNKNOWN if always else State.SENT
    if command != "RNTO" and "RNTO" not in earlier:
        return State.FAILED
    return State.UNKNOWN if always else State.SENT


def lose_every_reply(way, kinds, permanence):
    undisturbed = Disturbance()
    assert way.send(f"undisturbed-{way.encryption}-{way.upload}.csv", undisturbed).state is State.SENT
    heard = undisturbed.heard
    assert len(heard) >= 11
    cases = [(kind, reply, always) for kind in kinds for reply in range(1, len(heard) + 1) for always in permanence]

    def lose(case):
        kind, reply, always = case
        disturbance = Disturbance(kind, reply=reply, always=always)
        name = f"{way.encryption}-{way.upload}-{kind}-{reply}-{always}.csv".replace(" ", "-")
        return case, name, way.send(name, disturbance, **IMPATIENT), disturbance

    with ThreadPoolExecutor(24) as pool:
        results = list(pool.map(lose, cases))
    files = way.server.files()
    for (kind, reply, always), name, outcome, disturbance in results:
        assert disturbance.reached.is_set(), name
        assert outcome.state is truth(heard, reply, kind, way.upload, always=always), (name, heard[reply - 1], outcome)
        assert len(disturbance.stores) <= 1, (name, disturbance.stores)
        if outcome.state is State.SENT:
            assert files[name] == CONTENT, name
        elif outcome.state is State.FAILED:
            assert name not in files, name
        assert PASSWORD not in str(outcome)
        left = [file for file in files if file.startswith(f"{name.removesuffix('.csv')}.") and file != name]
        assert not left or outcome.state is State.UNKNOWN or left[0] in outcome.message, (name, left, outcome)
    return Counter(outcome.state for _, _, outcome, _ in results)


@pytest.mark.parametrize("way", sorted(SAMPLE), indirect=True, ids=" ".join)
def test_whichever_reply_is_lost_once_the_outcome_is_true_and_no_file_comes_twice(way):
    lose_every_reply(way, KINDS, (False,))


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS, indirect=True, ids=" ".join)
def test_whichever_reply_is_lost_once_or_always_over_any_encryption_the_outcome_is_true(way):
    states = lose_every_reply(way, KINDS, (False, True))
    assert set(states) == {State.SENT, State.FAILED, State.UNKNOWN}


def test_a_file_that_breaks_off_is_never_called_sent(authority, ftp_daemon):
    """Cut short without a word, a server takes it for the whole file and says so; its size shows that it is not."""

    def break_off(case):
        kind, encryption, upload = case
        disturbance = Disturbance(kind, content=100_000)
        name = f"broken-off-{kind}-{encryption}-{upload}.csv".replace(" ", "-")
        outcome = Way(authority, ftp_daemon, encryption, upload).send(name, disturbance, LARGE, **IMPATIENT)
        return upload, name, outcome, disturbance

    with ThreadPoolExecutor(9) as pool:
        results = list(pool.map(break_off, itertools.product(("hang", "cut", "short"), VERSIONS, UPLOADS)))
    files = ftp_daemon.files()
    for upload, name, outcome, disturbance in results:
        assert disturbance.reached.is_set(), name
        assert len(disturbance.stores) == 1, name
        left = files.get(name)
        if upload == "direct" and disturbance.kind == "short":  # the server confirmed it, and a receiver could see it
            assert (outcome.state, left) == (State.UNKNOWN, None), (name, outcome)
            assert "It was removed again. A receiver may have read it before" in outcome.message
        elif upload == "temp-rename" or left is None:
            assert (outcome.state, left) == (State.FAILED, None), (name, outcome)
        else:
            assert outcome.state is State.UNKNOWN, (name, outcome)
            assert f"{len(left)} of {len(LARGE)} bytes are there under that name" in outcome.message
    assert {outcome.state for _, _, outcome, _ in results} == {State.FAILED, State.UNKNOWN}


KILLED = """
import sys
from action_returns.channels.base import OutgoingFile
from action_returns.channels.ftp import FtpChannel
port, user, upload, name = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
channel = FtpChannel("127.0.0.1", port, "plain", user, lambda: "x", upload=upload)
channel.deliver(OutgoingFile(name, b"x" * 8_000_000), lambda: print("leaving", flush=True))
"""


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_program_that_is_killed_in_the_middle_of_a_file_leaves_no_half_file_that_looks_whole(
    authority, ftp_daemons, upload
):
    """Under another name first, the final one never appears; under the final one, the record of ours says unknown."""
    server = ftp_daemons["vsftpd"]
    disturbance = Disturbance("hang", content=100_000)
    name = f"killed-{upload}.csv"
    with disturbed(server.port, disturbance, authority=authority) as port:
        program = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(port), USER, upload, name], stdout=subprocess.PIPE, text=True
        )
        try:
            assert disturbance.reached.wait(30)
        finally:
            program.kill()
        assert program.communicate()[0] == "leaving\n"
        assert program.returncode == -signal.SIGKILL
    assert len(disturbance.stores) == 1
    files = server.files()
    if upload == "temp-rename":
        assert name not in files
    else:
        assert len(files[name]) < len(LARGE)


@pytest.mark.parametrize("upload", UPLOADS)
@pytest.mark.parametrize(
    "error", [OSError(28, "full"), ConnectionError("x"), TimeoutError(), ssl.SSLError(), ValueError("x")]
)
def test_a_record_that_cannot_be_made_sends_not_a_byte_whatever_its_error_is(authority, ftp_daemons, upload, error):
    way = Way(authority, ftp_daemons["proftpd"], "TLS 1.3", upload)
    disturbance = Disturbance()
    context = ssl.create_default_context(cafile=str(authority.bundle))

    def broken():
        raise error

    with (
        disturbed(way.server.port, disturbance, authority=authority) as port,
        pytest.raises(type(error)) as raised,
    ):
        ftp_channel(port, context, upload=upload).deliver(OutgoingFile("unrecorded.csv", CONTENT), broken)
    assert raised.value is error
    assert disturbance.stores == []
    assert disturbance.heard[-1] == "QUIT"


def test_a_file_is_announced_once_right_before_its_name_is_told(authority, ftp_daemons):
    disturbance, moments = Disturbance(), []
    server = ftp_daemons["proftpd"]
    context = ssl.create_default_context(cafile=str(authority.bundle))
    with disturbed(server.port, disturbance, authority=authority) as port:
        ftp_channel(port, context).deliver(
            OutgoingFile("announced.csv", CONTENT),
            lambda: moments.append((list(disturbance.stores), disturbance.heard[-1])),
        )
    assert moments == [([], "PASV")]
    assert disturbance.stores == ["announced.csv"]


SIGNED_IN = (b"220 hello\r\n", b"331 password\r\n", b"230 in\r\n", b"211 no features\r\n", b"200 binary\r\n")
CODES = (
    *(b"125", b"150", b"200", b"213", b"220", b"221", b"226", b"227", b"229", b"250", b"331", b"350"),
    *(b"421", b"426", b"450", b"500", b"550", b"552", b"22", b"2260", b""),
)
lines = st.one_of(
    st.binary(max_size=40),
    st.tuples(
        st.sampled_from(CODES),
        st.sampled_from([b" ", b"-", b"", b"\0"]),
        st.one_of(st.binary(max_size=10), st.sampled_from([b"(127,0,0,1,0,1)", b"7", b"24", b"(|||99999|)"])),
        st.sampled_from([b"\r\n", b"\n", b"\r", b""]),
    ).map(b"".join),
)
replies = st.lists(lines, max_size=3).map(b"".join)


@given(said=st.dictionaries(st.integers(0, 14), replies, max_size=2), upload=st.sampled_from(UPLOADS))
@example(said={8: b"", 9: b"226 done\r\n"}, upload="direct")
def test_whatever_a_server_says_nothing_is_raised_and_only_its_yes_to_the_file_counts(said, upload):
    none, size = b"550 none\r\n", b"213 7\r\n"
    renaming = () if upload == "direct" else (none, b"350 and now\r\n", b"250 renamed\r\n", size)
    usual = (*SIGNED_IN, none, HERE, b"150 go ahead\r\n", b"226 done\r\n", size, *renaming, b"221 bye\r\n")
    script = [said.get(step, words) for step, words in enumerate(usual)]
    moments = []
    with scripted(script) as server:
        outcome = ftp_channel(
            server.port,
            security="plain",
            upload=upload,
            connect_timeout=0.05,
            command_timeout=0.05,
            reply_timeout=0.05,
            data_timeout=0.05,
            recheck_delays=(0,),
        ).deliver(OutgoingFile("B_1.csv", b"A,B,C\r\n"), lambda: moments.append(len(server.heard)))
    stores = [line for line in server.heard if line.startswith(b"STOR ")]
    assert len(stores) <= len(moments) <= 1
    if outcome.state is State.SENT:
        assert stores
        # Its word for the file, or, in a new conversation, that it holds seven bytes under that name. After nothing, the
        # server goes on at once.
        assert (script[8] or script[9])[:3] in (b"226", b"250") or b"213 7" in script[5]
    elif outcome.state is State.UNKNOWN:
        assert stores
