"""SFTP servers of other makes: AsyncSSH, Node's ssh2 and ProFTPD's mod_sftp, at their worst too.

Every request and answer is lost, refused or denied in turn; then every outcome is held against the server's disk.
"""

import itertools
import signal
import subprocess
import sys
import time

import pytest

from action_returns.channels.base import OutgoingFile, State
from tests.channels.lost_sftp_answers import UPLOADS
from tests.channels.quick import PASSWORD, failed, sftp_channel
from tests.servers import openssh
from tests.servers.asyncssh_server import asyncssh_server
from tests.servers.mod_sftp import mod_sftp
from tests.servers.sftp_relay import FAULTS, relay
from tests.servers.ssh2_server import ssh2_server
from tests.support.available import missing_node, missing_programs, missing_python, require

NAME = "Batch_Mods_Reversals_2026_11_23_0001.csv"
PARCEL = OutgoingFile(NAME, b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400)
THEIRS = b"somebody else's"
STEPS = {
    "direct": UPLOADS["direct"],
    "temp-rename": UPLOADS["temp-rename"],
}
ASKED_TWICE = {
    "direct": ["STAT", "LSTAT", "OPEN", "LSTAT", "OPEN", "LSTAT", "WRITE", "CLOSE", "LSTAT"],
    "temp-rename": ["STAT", "LSTAT", "OPEN", "LSTAT", "OPEN", "WRITE", "CLOSE", "LSTAT", "LSTAT", "RENAME", "LSTAT"],
}
"""Of a server that does not know the first way to create a file."""


def asyncssh_makes(folder, **facts):
    require(missing_python("asyncssh") or missing_programs("ssh-keygen", "setpriv", as_root=bool(facts.get("setup"))))
    return asyncssh_server(folder, PASSWORD, **facts)


def ssh2_makes(folder, **facts):
    require(missing_node("ssh2") or missing_programs("ssh-keygen", "setpriv", as_root=bool(facts.get("setup"))))
    return ssh2_server(folder, PASSWORD, **facts)


def mod_sftp_makes(folder, **facts):
    require(missing_programs("proftpd", "ssh-keygen"))
    return mod_sftp(folder, PASSWORD, **facts)


MAKES = {
    "AsyncSSH": asyncssh_makes,
    "ssh2": ssh2_makes,
    "ssh2 that knows each flag": lambda folder, **facts: ssh2_makes(folder, flags="numbers", **facts),
    "mod_sftp": mod_sftp_makes,
}
every_make = pytest.mark.parametrize("make", MAKES)
every_upload = pytest.mark.parametrize("upload", UPLOADS)


def channel(server, **changes):
    return sftp_channel(server, private_key=None, password=lambda: PASSWORD, **changes)


def through(running, **changes):
    """A channel to the relay."""
    return channel(running, host_key=running.fingerprints["ecdsa"], **changes)


def steps_at(make, upload):
    return (ASKED_TWICE if make == "ssh2" else STEPS)[upload]


@pytest.fixture(params=MAKES, scope="module")
def at_make(request, tmp_path_factory):
    """The name of a make and a running server of it."""
    with MAKES[request.param](tmp_path_factory.mktemp("make") / "server") as server:
        yield request.param, server


@pytest.fixture
def make_and_server(at_make):
    yield at_make
    at_make[1].clear()


@every_upload
def test_a_file_arrives_by_two_more_requests_than_it_needs_at_most(make_and_server, upload):
    make, server = make_and_server
    with relay(server.port, PASSWORD) as between:
        outcome = through(between, upload=upload).deliver(PARCEL)
        assert (outcome.state, outcome.evidence["size"]) == (State.SENT, len(PARCEL.content)), outcome
        assert between.asked == [steps_at(make, upload)]
    assert server.files() == {NAME: PARCEL.content}
    # The folder, the name, the file, its pieces, its end, its size, and its name: what no upload can leave out.
    needed = 6 if upload == "direct" else 7
    assert len(STEPS[upload]) <= needed + 2


def break_every_step(make, server, upload, *, always=False, faults=FAULTS):
    steps = steps_at(make, upload)
    for fault, at in itertools.product(faults, range(len(steps))):
        case = (make, upload, fault, at, steps[at], always)
        with relay(server.port, PASSWORD) as between:
            between.fault, between.at, between.always = fault, at, always
            patience = 1.5 if fault == "hang" else 20
            outcome = through(
                between, upload=upload, command_timeout=patience, reply_timeout=patience, recheck_delays=(0, 0)
            ).deliver(PARCEL)
            assert between.reached.is_set(), case
        files = server.files()
        server.clear()
        yield case, outcome, files, between.asked


@pytest.mark.parametrize("always", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("fault", FAULTS)
@every_upload
@pytest.mark.long
def test_whatever_goes_wrong_the_outcome_is_true_and_no_file_comes_twice(make_and_server, upload, fault, always):
    hold_every_outcome_against_the_disk(*make_and_server, upload, always=always, faults=(fault,))


@every_upload
def test_a_refusal_of_what_is_done_leaves_no_false_outcome(upload, tmp_path):
    with asyncssh_makes(tmp_path / "server") as server:
        hold_every_outcome_against_the_disk("AsyncSSH", server, upload, faults=("refused",))


def hold_every_outcome_against_the_disk(make, server, upload, *, always=False, faults=FAULTS):
    for case, outcome, files, asked in break_every_step(make, server, upload, always=always, faults=faults):
        is_there = files.get(NAME) == PARCEL.content
        assert sum(content == PARCEL.content for content in files.values()) <= 1, (case, files.keys())
        assert sum(words.count("WRITE") for words in asked) <= 1, case
        if outcome.state is State.SENT:
            assert files == {NAME: PARCEL.content}, (case, outcome)
        elif outcome.state is State.FAILED:
            assert not is_there, (case, outcome)
            assert all(name in outcome.message for name in files), (case, outcome, files.keys())
        else:
            assert outcome.state is State.UNKNOWN, (case, outcome)


@every_upload
@every_make
def test_a_file_of_somebody_else_is_never_touched_whenever_it_comes(make, upload, tmp_path):
    with MAKES[make](tmp_path / "server") as server:
        theirs = server.inbox / NAME

        def put_theirs():
            theirs.write_bytes(THEIRS)
            theirs.chmod(0o666)  # whom it belongs to is not what protects it

        meanwhile = channel(server, upload=upload).deliver(PARCEL, put_theirs)
        assert failed(meanwhile, "holds a file named")
        assert server.files() == {NAME: THEIRS}
        before = channel(server, upload=upload).deliver(PARCEL)
        assert failed(before, "holds a file named", "Nothing was sent")
        assert server.files() == {NAME: THEIRS}
        theirs.unlink()
        theirs.symlink_to("nowhere")
        dangling = channel(server, upload=upload).deliver(PARCEL)
        assert failed(dangling, "holds a file named", "Nothing was sent")
        assert theirs.is_symlink()
        assert server.files() == {}


@every_make
def test_a_missing_folder_is_told(make, tmp_path):
    with MAKES[make](tmp_path / "server") as server:
        assert failed(channel(server, directory="none").deliver(PARCEL), "no folder none", "Nothing was sent")


@every_upload
@every_make
def test_a_folder_that_is_closed_to_the_user_is_told_with_nothing_left(make, upload, tmp_path):
    with MAKES[make](tmp_path / "server", setup=":") as server:
        closed = server.inbox / "closed"
        closed.mkdir()
        closed.chmod(0o555)
        outcome = channel(server, directory="closed", upload=upload).deliver(PARCEL)
        assert list(closed.iterdir()) == []
    assert failed(
        outcome, "status 3", "Nothing was delivered", "Check whether this user may write to the folder (directory)"
    )


@every_upload
@every_make
def test_a_disk_that_is_read_only_is_told(make, upload, tmp_path):
    inbox = inbox_of(make, tmp_path)
    setup = f"mount --bind {inbox} {inbox}\nmount -o remount,ro,bind {inbox}"
    with MAKES[make](tmp_path / "server", setup=setup) as server:
        outcome = channel(server, upload=upload).deliver(PARCEL)
        assert server.files() == {}
    told = "Either this user may not write to the folder" if make == "mod_sftp" else "did not take the file"
    assert failed(outcome, told, "Nothing was delivered")  # mod_sftp answers FAILURE without a word


@every_upload
@every_make
def test_a_disk_that_fills_up_leaves_nothing_and_has_room_again(make, upload, tmp_path):
    inbox = inbox_of(make, tmp_path)
    with MAKES[make](tmp_path / "server", setup=f"mount -t tmpfs -o size=1m,mode=777 tmpfs {inbox}") as server:
        full = channel(server, upload=upload).deliver(OutgoingFile(NAME, b"x" * 3_000_000))
        again = channel(server, upload=upload).deliver(PARCEL)
    assert failed(full, "is full, or your share" if make in {"AsyncSSH", "mod_sftp"} else "may be full, or your share")
    assert "Check whether this user may write" not in full.message
    assert "could not be removed" not in full.message
    assert (again.state, again.evidence["size"]) == (State.SENT, len(PARCEL.content)), again


def inbox_of(make, tmp_path):
    """Where the server sees its folder."""
    return "/mnt/inbox" if make == "mod_sftp" else tmp_path / "server" / "inbox"


@pytest.mark.parametrize("fault", ["full", "quota"])
def test_a_server_that_says_why_it_has_no_room_is_told_with_that(fault, tmp_path):
    with asyncssh_makes(tmp_path / "server", fault=fault) as server:
        outcome = channel(server).deliver(PARCEL)
        assert server.files() == {}
    assert failed(outcome, "is full, or your share of it is used up", "make room, then send again")


@pytest.mark.parametrize("fault", ["", "cut"], ids=["late", "cut"])
def test_a_file_that_is_still_copied_when_the_connection_ends_is_found_at_a_later_look(fault, tmp_path):
    with asyncssh_makes(tmp_path / "server", copies_for=1.2, fault=fault) as server:
        outcome = channel(
            server, upload="temp-rename", reply_timeout=0.5, recheck_delays=(0.1, 0.1, 2), pause=time.sleep
        ).deliver(PARCEL)
        assert (outcome.state, server.files()) == (State.SENT, {NAME: PARCEL.content}), outcome


@pytest.mark.parametrize("fault", ["", "cut"], ids=["late", "cut"])
def test_a_file_that_is_copied_for_longer_than_anyone_looks_is_unknown_and_stays_whole(fault, tmp_path):
    with asyncssh_makes(tmp_path / "server", copies_for=1.5, fault=fault) as server:
        outcome = channel(server, upload="temp-rename", reply_timeout=0.3, recheck_delays=(0, 0)).deliver(PARCEL)
        assert outcome.state is State.UNKNOWN, outcome
        assert "Do not send it again" in outcome.message
        time.sleep(2)
        assert server.files() == {NAME: PARCEL.content}


def test_a_rename_that_takes_longer_than_an_answer_does_has_its_own_time(tmp_path):
    with asyncssh_makes(tmp_path / "server", copies_for=0.8) as server:
        outcome = channel(server, upload="temp-rename", command_timeout=0.5, reply_timeout=20).deliver(PARCEL)
        assert (outcome.state, server.files()) == (State.SENT, {NAME: PARCEL.content}), outcome


@pytest.mark.long
@every_upload
def test_a_program_that_is_killed_at_any_step_leaves_no_half_file_that_looks_whole(make_and_server, upload):
    make, server = make_and_server
    for at, step in enumerate(steps_at(make, upload)):
        with relay(server.port, PASSWORD) as between:
            between.fault, between.at = "hang", at
            command = [sys.executable, "-c", KILLED, str(between.port), between.fingerprints["ecdsa"], upload]
            program = subprocess.Popen(command)
            try:
                assert between.reached.wait(30), (make, step)
            finally:
                program.kill()
            assert program.wait() == -signal.SIGKILL
        files = server.files()
        server.clear()
        if upload == "temp-rename":
            assert files.get(NAME) in {None, b"x" * 20_000}, (make, step)
            assert (NAME in files) is ("RENAME" in steps_at(make, upload)[: at + 1]), (make, step)
        assert len(files) <= 1, (make, step)


KILLED = f"""
import sys
from action_returns.channels.base import OutgoingFile
from action_returns.channels.sftp import SftpChannel
SftpChannel("127.0.0.1", int(sys.argv[1]), {openssh.USER!r}, lambda: {PASSWORD!r}, None, sys.argv[2], "/", sys.argv[3]).deliver(
    OutgoingFile({NAME!r}, b"x" * 20_000))
"""
