"""SFTP with a server inside this program, wherever Python runs: delivered, refused, and each of its answers lost in turn."""

import itertools
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_ssh_private_key,
)

from action_returns.channels.base import OutgoingFile, Phase, State
from tests.channels.lost_sftp_answers import UPLOADS, truth
from tests.channels.quick import PASSWORD, failed, sftp_channel
from tests.servers.go_between import KINDS
from tests.servers.sftp_here import Loss, sftp_server

PARCEL = OutgoingFile(
    "Batch_Mods_Reversals_2026_11_23_0001.csv", b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
)


@pytest.fixture
def server(tmp_path):
    with sftp_server(tmp_path / "server", password=PASSWORD) as running:
        yield running


@pytest.mark.parametrize("upload", UPLOADS)
@pytest.mark.parametrize("size", [0, 32_769, 2_000_003])
def test_the_server_holds_exactly_the_bytes_under_the_final_name_only(server, upload, size):
    content = (PARCEL.content * 1000)[:size]
    outcome = sftp_channel(server, upload=upload).deliver(OutgoingFile(PARCEL.name, content))
    assert (outcome.state, outcome.evidence["size"]) == (State.SENT, size)
    assert server.files() == {PARCEL.name: content}


@pytest.mark.parametrize("directory", ["in", "in/", "/in", "in/returns"])
def test_the_parts_of_a_folder_on_the_server_have_a_stroke_between_them_on_every_system(server, directory):
    folder = server.inbox.joinpath(*directory.strip("/").split("/"))
    folder.mkdir(parents=True)
    channel = sftp_channel(server, directory=directory)
    assert channel.deliver(PARCEL).state is State.SENT
    assert [path.name for path in folder.iterdir()] == [PARCEL.name]
    assert "\\" not in channel.destination


def test_a_password_signs_in_and_another_one_does_not(server):
    with_password = {"private_key": None, "password": lambda: PASSWORD}
    assert sftp_channel(server, **with_password).probe().works
    other = sftp_channel(server, private_key=None, password=lambda: "another").deliver(PARCEL)
    assert failed(other, "did not accept the user name or password", "Nothing was sent", phase=Phase.CONNECT)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_key_file_that_was_saved_again_on_windows_signs_in(server, encoding, line_end):
    text = server.key.read_text("ascii")
    server.key.write_bytes(text.replace("\n", line_end).encode(encoding))
    assert sftp_channel(server).deliver(PARCEL).state is State.SENT


def lock(key, password):
    """Encrypt a key file as ssh-keygen -p does."""
    opened = load_ssh_private_key(key.read_bytes(), None)
    key.write_bytes(
        opened.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(password.encode()))
    )


def test_a_key_that_is_locked_is_opened_by_the_password_which_stays_here(server):
    lock(server.key, "opens the key")
    server.password = "another one"
    assert sftp_channel(server, password=lambda: "opens the key").deliver(PARCEL).state is State.SENT
    wrong = sftp_channel(server, password=lambda: "wrong").deliver(PARCEL)
    assert failed(wrong, "is encrypted, and the password of the profile does not open it", phase=Phase.CONNECT)
    none = sftp_channel(server).deliver(PARCEL)
    assert failed(none, "is encrypted, and the profile says nothing of its passphrase", phase=Phase.CONNECT)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\r\n", "Open it in PuTTYgen and export it"),
        ("ssh-ed25519 AAAAC3Nz me\r\n", "is the public half of a key"),
        ("anything\r\n", "is not a private key that this program can use"),
    ],
)
def test_a_key_that_cannot_be_used_is_named_before_anything_is_connected(server, content, words):
    server.key.unlink() if content is None else server.key.write_bytes(content.encode())
    outcome = sftp_channel(server).deliver(PARCEL)
    assert failed(outcome, words, str(server.key), "Nothing was sent", phase=Phase.CONNECT)
    assert server.asked == []


def test_a_name_in_the_own_folder_is_understood(server, monkeypatch):
    monkeypatch.setenv("HOME", str(server.key.parent))
    monkeypatch.setenv("USERPROFILE", str(server.key.parent))
    assert sftp_channel(server, private_key=Path("~", server.key.name)).deliver(PARCEL).state is State.SENT


@pytest.mark.parametrize("directory", ["none", "file", "in\\returns"])
def test_a_missing_folder_is_told_plainly(server, directory):
    (server.inbox / "file").write_bytes(b"not a folder")
    outcome = sftp_channel(server, directory=directory).deliver(PARCEL)
    assert failed(outcome, f"no folder {directory}", "Check the folder (directory) in the profile")


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_file_of_that_name_that_comes_meanwhile_is_never_replaced(server, upload):
    outcome = sftp_channel(server, upload=upload).deliver(
        PARCEL, lambda: (server.inbox / PARCEL.name).write_bytes(b"theirs")
    )
    assert failed(outcome, "Nothing was delivered")
    assert server.files() == {PARCEL.name: b"theirs"}


def test_a_closed_port_and_an_unknown_host_are_told_plainly(server):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    outcome = sftp_channel(server, port=port).deliver(PARCEL)
    assert failed(outcome, "refuses connections", "It was tried 3 times", phase=Phase.CONNECT)
    outcome = sftp_channel(server, host="no-such-host.invalid").deliver(PARCEL)
    assert failed(outcome, "no server named no-such-host.invalid", phase=Phase.CONNECT)


def test_a_file_is_announced_once_right_before_it_is_made(server):
    moments = []
    sftp_channel(server).deliver(PARCEL, lambda: moments.append(server.files()))
    assert (moments, list(server.files())) == ([{}], [PARCEL.name])


def test_a_changed_key_refuses_before_the_user_is_named(server):
    outcome = sftp_channel(server, host_key="SHA256:" + "x" * 43).deliver(PARCEL)
    assert failed(outcome, "IS NOT THE EXPECTED ONE", "not even the password", phase=Phase.CONNECT)
    assert server.asked == []


def test_a_file_of_that_name_is_left_as_it_is(server):
    (server.inbox / PARCEL.name).write_bytes(b"theirs")
    assert failed(sftp_channel(server).deliver(PARCEL), "holds a file named")
    assert server.files() == {PARCEL.name: b"theirs"}


def test_an_undisturbed_file_arrives_by_the_requests_that_are_disturbed_below(tmp_path):
    for upload, steps in UPLOADS.items():
        with sftp_server(tmp_path / upload) as server:
            assert sftp_channel(server, upload=upload).deliver(PARCEL).state is State.SENT
            assert server.asked == [steps]


@pytest.mark.parametrize("always", [False, pytest.param(True, marks=pytest.mark.long)], ids=["once", "for good"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("upload", UPLOADS)
def test_whichever_answer_is_lost_the_outcome_is_true_and_no_file_comes_twice(tmp_path, upload, kind, always):
    steps = UPLOADS[upload]
    patience = 1 if kind == "hang" else 20

    def lose(at, asked):
        case = (asked, at)
        with sftp_server(tmp_path / str(at)) as server:
            server.loss = Loss(kind, at, always)
            outcome = sftp_channel(
                server, upload=upload, command_timeout=patience, connect_timeout=20, recheck_delays=(0, 0)
            ).deliver(PARCEL)
            files = server.files()
        assert server.loss.reached, case
        assert list(itertools.chain(*server.asked)).count("OPEN") <= 1, case
        assert outcome.state is truth(asked, upload, earlier=steps[:at], always=always), (case, outcome)
        if outcome.state is State.SENT:
            assert files == {PARCEL.name: PARCEL.content}, case
        elif outcome.state is State.FAILED:
            assert PARCEL.name not in files, case

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lose, itertools.count(), steps))


@pytest.mark.parametrize(
    ("quirk", "is_told"),
    [("refuses exclusive", True), ("does not know exclusive", True), ("refuses exclusive without a word", False)],
)
@pytest.mark.parametrize("upload", UPLOADS)
def test_a_server_that_cannot_keep_files_of_others_is_told_as_that_and_served_where_the_profile_allows(
    server, upload, quirk, is_told
):
    server.quirk = quirk
    outcome = sftp_channel(server, upload=upload).deliver(PARCEL)
    assert failed(
        outcome, "unable to create a file only where none has the name", "name_check", "Nothing was delivered"
    )
    assert ("seems unable" in outcome.message) is is_told
    assert ("Either this user may not write to the folder (directory)" in outcome.message) is not is_told
    assert server.files() == {}
    outcome = sftp_channel(server, upload=upload, name_check="when-possible").deliver(PARCEL)
    assert (outcome.state, server.files()) == (State.SENT, {PARCEL.name: PARCEL.content})


@pytest.mark.parametrize(
    "quirk", ["refuses exclusive", "does not know exclusive", "ignores exclusive", "tells no sizes"]
)
@pytest.mark.parametrize("name_check", ["required", "when-possible"])
@pytest.mark.parametrize("upload", UPLOADS)
def test_whatever_a_server_does_not_keep_a_file_of_somebody_else_is_never_touched(server, upload, name_check, quirk):
    server.quirk = quirk
    theirs = server.inbox / PARCEL.name
    facts = {"upload": upload, "name_check": name_check}
    theirs.write_bytes(b"theirs")
    assert failed(sftp_channel(server, **facts).deliver(PARCEL), "holds a file named", "Nothing was sent")
    theirs.unlink()
    outcome = sftp_channel(server, **facts).deliver(PARCEL, lambda: theirs.write_bytes(b"theirs"))
    assert outcome.state is State.FAILED
    assert server.files() == {PARCEL.name: b"theirs"}


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_server_that_calls_a_missing_file_a_failure_shows_by_its_list_that_the_name_is_free(server, upload):
    server.quirk = "says failure for no such file"
    outcome = sftp_channel(server, upload=upload).deliver(PARCEL)
    assert (outcome.state, server.files()) == (State.SENT, {PARCEL.name: PARCEL.content})
    assert "name_check" not in outcome.evidence
    assert "OPENDIR" in server.asked[0]


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_server_that_tells_no_sizes_is_believed_for_the_name_it_shows(server, upload):
    server.quirk = "tells no sizes"
    outcome = sftp_channel(server, upload=upload).deliver(PARCEL)
    assert (outcome.state, server.files()) == (State.SENT, {PARCEL.name: PARCEL.content})
    assert "size" not in outcome.evidence


def test_a_rename_that_is_done_and_refused_has_sent_the_file(server):
    server.quirk = "renames and refuses"
    outcome = sftp_channel(server, upload="temp-rename").deliver(PARCEL)
    assert (outcome.state, server.files()) == (State.SENT, {PARCEL.name: PARCEL.content})


def test_a_rename_that_is_confirmed_and_not_done_is_not_called_sent(server):
    server.quirk = "renames nothing"
    outcome = sftp_channel(server, upload="temp-rename").deliver(PARCEL)
    assert outcome.state is State.UNKNOWN
    assert PARCEL.name not in server.files()


@pytest.mark.parametrize(("upload", "state"), [("direct", State.SENT), ("temp-rename", State.UNKNOWN)])
def test_a_receiver_that_takes_files_at_once_has_it_or_nobody_knows(server, upload, state):
    server.quirk = "takes files"
    outcome = sftp_channel(server, upload=upload).deliver(PARCEL)
    assert outcome.state is state
    assert list(server.taken.values()) == [PARCEL.content]
    assert "end again" not in outcome.message.replace("Do not send it again", "")


def test_a_receiver_that_takes_files_while_the_connection_is_lost_leaves_the_doubt(server):
    server.quirk = "takes files"
    server.loss = Loss("cut", UPLOADS["temp-rename"].index("CLOSE"))
    outcome = sftp_channel(server, upload="temp-rename").deliver(PARCEL)
    assert outcome.state is State.UNKNOWN
    assert list(server.taken.values()) == [PARCEL.content]
