"""SFTP servers and networks at their worst: what we say is true, and no file is sent twice.

Every answer of OpenSSH's own server is lost in turn, in three ways, once and for good, under the final name and under
another one first; then every outcome is held against the server's disk.
"""

import itertools
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from action_returns.channels.base import OutgoingFile, Phase, State
from tests.channels.lost_sftp_answers import UPLOADS, truth
from tests.channels.quick import failed, sftp_channel
from tests.servers import openssh, sftp_faults
from tests.servers.go_between import KINDS, listening_for
from tests.servers.sftp_faults import what_happened, write_plan
from tests.support.available import missing_sshd, skip_without

pytestmark = skip_without(missing_sshd())

CONTENT = b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
NAME = "Batch_Mods_Reversals_2026_11_23_0001.csv"


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory):
    """Deliver through a disturbance; give outcome, what lies in the folder afterwards, and what happened."""
    base = tmp_path_factory.mktemp("sshd")
    plans = base / "plans"
    plans.mkdir()
    with openssh.sshd(base / "server", subsystem=sftp_faults.command(plans), owner=0) as server:

        def deliver(case, kind="", reply=0, *, always=False, content=CONTENT, **changes):
            folder = server.inbox / case
            folder.mkdir()
            write_plan(plans, case, kind, reply, always=always)
            facts = {"directory": case, "command_timeout": 3, "recheck_delays": (0, 0), **changes}
            outcome = sftp_channel(server, **facts).deliver(OutgoingFile(NAME, content))
            files = {path.name: path.read_bytes() for path in folder.iterdir()}
            return outcome, files, *what_happened(plans, case)

        yield deliver


def test_an_undisturbed_file_arrives_by_the_requests_that_are_disturbed_below(disturbed):
    for upload, asked in UPLOADS.items():
        outcome, files, _, heard, opened = disturbed(f"undisturbed-{upload}", upload=upload)
        assert (outcome.state, files, heard, opened) == (State.SENT, {NAME: CONTENT}, asked, 1)


def lose_every_answer(disturbed, upload, permanence):
    def lose(case):
        kind, at, always = case
        name = f"{upload}-{kind}-{at}-{always}"
        # Not so short that the sample becomes slow, not so long that a busy machine breaks what is not to break.
        return case, disturbed(name, kind, at + 2, always=always, upload=upload, command_timeout=2.5)

    steps = UPLOADS[upload]
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lose, itertools.product(KINDS, range(len(steps)), permanence)))
    for (kind, at, always), (outcome, files, reached, _, opened) in results:
        case = (upload, kind, steps[at], always, outcome)
        assert reached, case
        assert opened <= 1, case
        assert outcome.state is truth(steps[at], upload, earlier=steps[:at], always=always), case
        if outcome.state is State.SENT:
            assert files == {NAME: CONTENT}, case
        elif outcome.state is State.FAILED:
            assert NAME not in files, case
            assert not files or next(iter(files)) in outcome.message, case
    return len(results)


@pytest.mark.parametrize("upload", UPLOADS)
def test_whichever_answer_is_lost_once_the_outcome_is_true_and_no_file_comes_twice(disturbed, upload):
    assert lose_every_answer(disturbed, upload, (False,)) >= 18


@pytest.mark.long
@pytest.mark.parametrize("upload", UPLOADS)
def test_whichever_answer_is_lost_for_good_the_outcome_is_true_and_no_file_comes_twice(disturbed, upload):
    assert lose_every_answer(disturbed, upload, (True,)) >= 18


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_breaks_off_at_its_first_word_gets_nothing(tmp_path, kind):
    with openssh.sshd(tmp_path / "server", subsystem=sftp_faults.command(tmp_path, kind), owner=0) as server:
        outcome = sftp_channel(server, command_timeout=1).deliver(OutgoingFile(NAME, CONTENT))
        assert server.files() == {}
    assert (outcome.state, outcome.phase) == (State.FAILED, Phase.CONNECT)
    assert "Nothing was sent" in outcome.message
    assert "It was tried 3 times" in outcome.message


def test_a_file_of_the_full_size_is_a_whole_one_whichever_of_its_pieces_got_lost(disturbed):
    """Its last piece leaves only when all others are confirmed; else the size would prove nothing."""
    content = b"M.1.2.3,0,REJECTED\r\n" * 5_000  # 100 kB, four pieces
    states = []
    for piece in range(4):
        outcome, files, reached, _, opened = disturbed(
            f"piece-{piece}", "cut", 2 + UPLOADS["direct"].index("WRITE") + piece, content=content
        )
        assert reached
        assert opened == 1
        assert (outcome.state is State.SENT) == (files == {NAME: content}), (piece, outcome)
        states.append(outcome.state)
    assert states == [State.UNKNOWN] * 3 + [State.SENT]


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_program_that_is_killed_in_the_middle_leaves_no_half_file_that_looks_whole(tmp_path, upload):
    plans = tmp_path / "plans"
    plans.mkdir()
    with openssh.sshd(tmp_path / "server", subsystem=sftp_faults.command(plans), owner=0) as server:
        (server.inbox / "killed").mkdir()
        write_plan(plans, "killed", "hang", 2 + UPLOADS[upload].index("WRITE"))
        program = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(server.port), str(server.key), server.fingerprints["rsa"], upload]
        )
        try:
            until = time.monotonic() + 30
            while not what_happened(plans, "killed")[0]:
                assert time.monotonic() < until
                time.sleep(0.01)
        finally:
            program.kill()
        assert program.wait() == -signal.SIGKILL
        files = {path.name: path.stat().st_size for path in (server.inbox / "killed").iterdir()}
    if upload == "temp-rename":
        assert NAME not in files
    else:
        assert files[NAME] < 8_000_000


KILLED = f"""
import sys
from pathlib import Path
from action_returns.channels.base import OutgoingFile
from action_returns.channels.sftp import SftpChannel
SftpChannel("127.0.0.1", int(sys.argv[1]), {openssh.USER!r}, None, Path(sys.argv[2]), sys.argv[3], "killed", sys.argv[4]).deliver(
    OutgoingFile({NAME!r}, b"x" * 8_000_000))
"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", [0, 10, 40, 600, 1_100, 1_500, 2_500, 3_500, 5_000])
def test_wherever_the_line_breaks_the_outcome_is_true(server, kind, after):
    """Counted in bytes from the server: while keys are agreed on, while signing in, and later."""
    name = f"{kind}-{after}.csv"
    with broken_line(server.port, kind, after, lambda use: use == 0) as port:
        outcome = sftp_channel(
            replace(server, port=port), connect_timeout=1, command_timeout=1, recheck_delays=(0,)
        ).deliver(OutgoingFile(name, CONTENT))
    files = server.files()
    if outcome.state is State.SENT:
        assert files[name] == CONTENT
    elif outcome.state is State.FAILED:
        assert name not in files


@pytest.mark.parametrize("after", [40, 600, 1_100])
def test_a_server_that_is_never_understood_is_told_plainly(server, after):
    with broken_line(server.port, "garbage", after, lambda _use: True) as port:
        result = sftp_channel(replace(server, port=port), connect_timeout=10).probe()
    assert failed(result, "does not talk SSH as it should", "It was tried 3 times", phase=Phase.CONNECT)


def test_a_server_that_is_not_understood_when_we_look_again_leaves_the_doubt(tmp_path):
    plans = tmp_path / "plans"
    plans.mkdir()
    write_plan(plans, "doubt", "cut", 2 + UPLOADS["direct"].index("OPEN"))
    with (
        openssh.sshd(tmp_path / "server", subsystem=sftp_faults.command(plans), owner=0) as server,
        broken_line(server.port, "garbage", 600, lambda use: use > 0) as port,
    ):
        (server.inbox / "doubt").mkdir()
        here = replace(server, port=port)
        outcome = sftp_channel(here, directory="doubt", recheck_delays=(0, 0)).deliver(OutgoingFile(NAME, CONTENT))
    assert what_happened(plans, "doubt") == (True, ["STAT", "LSTAT", "OPEN"], 1)
    assert outcome.state is State.UNKNOWN
    assert "Do not send it again yet" in outcome.message


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with openssh.sshd(tmp_path_factory.mktemp("line") / "server") as running:
        yield running


@contextmanager
def broken_line(port, kind, after, is_broken):
    """Stand between a client and a server; give the port for the client.

    Args:
        port: the server's.
        kind: how the line breaks.
        after: how many bytes from the server come through before.
        is_broken: tells by the number of a connection whether it breaks.
    """
    over, uses = threading.Event(), itertools.count()

    def talk(connection):
        limit = after if is_broken(next(uses)) else None
        with socket.create_connection(("127.0.0.1", port)) as onwards:
            up = threading.Thread(target=pump, args=(connection, onwards, None))
            up.start()
            if not pump(onwards, connection, limit):
                match kind:
                    case "hang":
                        over.wait()
                    case "garbage":
                        with suppress(OSError):
                            connection.sendall(b"\xff" * 8)
                            pump(onwards, connection, None)
            for end in (connection, onwards):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            up.join()

    with listening_for(talk) as listening:
        try:
            yield listening
        finally:
            over.set()


def pump(source, target, limit):
    """Pass on bytes until one side ends or the limit is reached; tell whether it was not."""
    passed = 0
    with suppress(OSError):
        while limit is None or passed < limit:
            some = source.recv(65_536 if limit is None else min(65_536, limit - passed))
            if not some:
                break
            target.sendall(some)
            passed += len(some)
    if limit is not None and passed >= limit:
        return False
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
    return True
