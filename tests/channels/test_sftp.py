"""SFTP against a real sshd: the right server or none, delivered with evidence, failed for certain, or honestly unknown."""

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from action_returns.channels.base import DeliveryEndedError, NewServer, OutgoingFile, Phase, State
from action_returns.channels.ssh_connection import HostKey, read_host_key
from tests.channels.quick import MINUTE, PASSWORD, failed, sftp_channel
from tests.servers import openssh
from tests.servers.go_between import listening_for, scripted
from tests.support.available import missing_sshd, skip_without

pytestmark = skip_without(missing_sshd())

PARCEL = OutgoingFile(
    "Batch_Mods_Reversals_2026_11_23_0001.csv", b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
)
UPLOADS = ("direct", "temp-rename")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with openssh.sshd(tmp_path_factory.mktemp("sshd") / "server", password=PASSWORD) as server:
        yield server


@pytest.fixture
def server(running):
    """A server whose inbox is empty."""
    yield running
    running.clear()


@pytest.mark.parametrize("upload", UPLOADS)
@pytest.mark.parametrize("size", [0, 1, 32_768, 32_769, 5_000_003])
def test_the_server_holds_exactly_the_bytes_under_the_final_name_only(server, upload, size):
    content = (PARCEL.content * 1000)[:size]
    outcome = sftp_channel(server, upload=upload).deliver(OutgoingFile(PARCEL.name, content))
    assert (outcome.state, outcome.evidence["size"]) == (State.SENT, size)
    assert outcome.evidence["host_key"] == server.fingerprints["ed25519"]
    assert server.files() == {PARCEL.name: content}


@pytest.mark.parametrize("directory", ["incoming", "incoming/", "/mnt/inbox/incoming"])
def test_a_folder_is_found_from_where_the_user_arrives_or_from_the_root(server, directory):
    (server.inbox / "incoming").mkdir(mode=0o777)
    (server.inbox / "incoming").chmod(0o777)
    assert sftp_channel(server, directory=directory).deliver(PARCEL).state is State.SENT
    (arrived,) = (server.inbox / "incoming").iterdir()
    assert arrived.read_bytes() == PARCEL.content
    arrived.unlink()


@pytest.mark.parametrize("kind", openssh.KEY_KINDS)
def test_whichever_of_its_keys_was_confirmed_the_server_is_known_by_it(server, kind):
    outcome = sftp_channel(server, host_key=server.fingerprints[kind]).deliver(PARCEL)
    assert (outcome.state, outcome.evidence["host_key"]) == (State.SENT, server.fingerprints[kind])


def test_a_changed_key_refuses_before_anybody_signs_in(tmp_path):
    told = []
    with openssh.sshd(tmp_path / "server", password=PASSWORD) as server:
        channel = sftp_channel(server, host_key="SHA256:" + "x" * 43, private_key=None, password=lambda: PASSWORD)
        outcome = channel.deliver(PARCEL, lambda: told.append(True))
    assert failed(outcome, "IS NOT THE EXPECTED ONE", "not even the password", phase=Phase.CONNECT)
    assert set(server.fingerprints.values()) <= set(outcome.evidence["shown"].replace(",", "").split())
    assert told == []
    heard = server.log.read_text()
    assert "[preauth]" in heard
    assert openssh.USER not in heard  # not even the name was told


def test_every_key_of_a_server_is_looked_at_before_it_is_called_a_stranger(tmp_path):
    kinds = ("ed25519", "ecdsa", "ecdsa-384", "ecdsa-521", "rsa")
    with openssh.sshd(tmp_path / "server", kinds=kinds) as server:
        assert sftp_channel(server, host_key=server.fingerprints["rsa"]).deliver(PARCEL).state is State.SENT
        outcome = sftp_channel(server, host_key="SHA256:" + "x" * 43).deliver(PARCEL)
    assert failed(outcome, *server.fingerprints.values(), phase=Phase.CONNECT)


def test_without_a_confirmed_key_nobody_is_asked_anything():
    with scripted([b"SSH-2.0-any\r\n"]) as stranger:
        here = openssh.Sshd(stranger.port, None, {}, None, None)
        outcome = sftp_channel_without_key(here).deliver(PARCEL)
    assert failed(outcome, "is not confirmed yet", "action-returns probe", phase=Phase.CONNECT)
    assert stranger.connections == 0


def sftp_channel_without_key(server):
    return sftp_channel(replace(server, fingerprints={"ed25519": None}))


def test_a_server_shows_its_key_without_anybody_signing_in(server):
    shown = read_host_key("127.0.0.1", server.port, timeout=5)
    assert shown == HostKey("ssh-ed25519", server.fingerprints["ed25519"])
    with pytest.raises(DeliveryEndedError, match="Nothing was sent"):
        read_host_key("127.0.0.1", server.port, "SHA256:other", timeout=5)


def test_a_new_server_is_asked_about_once_before_anybody_signs_in(tmp_path):
    with openssh.sshd(tmp_path / "server", password=PASSWORD) as server:
        new = sftp_channel(server, host_key=None, private_key=None, password=lambda: PASSWORD)
        asked = []
        refused = new.probe(lambda shown: asked.append(shown) or False)
        assert openssh.USER not in server.log.read_text()  # not even the name was told
        accepted = new.probe(lambda shown: asked.append(shown) or True)
    assert failed(refused, "was not confirmed", "Nothing was sent or kept", phase=Phase.CONNECT)
    assert accepted.works
    fingerprint = server.fingerprints["ed25519"]
    assert asked == [NewServer("127.0.0.1", server.port, fingerprint)] * 2
    assert (refused.evidence, accepted.evidence["host_key"]) == ({"host_key": fingerprint}, fingerprint)


@pytest.mark.parametrize("kind", openssh.KEY_KINDS)
def test_a_new_server_is_known_by_the_key_that_is_expected_of_it(server, kind):
    asked = []
    result = sftp_channel(server, host_key=None).probe(
        lambda shown: asked.append(shown) or True, server.fingerprints[kind]
    )
    assert result.works
    assert [shown.fingerprint for shown in asked] == [server.fingerprints[kind]]
    other = sftp_channel(server, host_key=None).probe(asked.append, "SHA256:" + "x" * 43)
    assert failed(other, "IS NOT THE EXPECTED ONE", phase=Phase.CONNECT)
    assert len(asked) == 1


def test_a_probe_leaves_nothing_behind(server):
    outcome = sftp_channel(server).probe()
    assert outcome.works
    assert "Nothing was sent" in outcome.message
    assert outcome.evidence["server"].startswith("SSH-2.0-OpenSSH")
    assert server.files() == {}
    assert failed(sftp_channel(server, directory="none").probe(), "no folder none")


def test_a_connection_is_waited_for_as_long_as_the_channel_is_told(server, waits):
    made = sftp_channel(server, connect_timeout=1 * MINUTE, command_timeout=2 * MINUTE)
    assert made.probe().works
    assert [note for note in waits if note[0] == "connect"] == [("connect", 1)]


def test_a_password_signs_in_where_there_is_no_key(server):
    assert sftp_channel(server, private_key=None, password=lambda: PASSWORD).deliver(PARCEL).state is State.SENT


def test_a_wrong_password_is_tried_once(server):
    before = server.log.read_text().count("Failed password")
    outcome = sftp_channel(server, private_key=None, password=lambda: PASSWORD + "x").deliver(PARCEL)
    assert failed(outcome, "did not accept the user name or password", "case-sensitive", phase=Phase.CONNECT)
    assert server.log.read_text().count("Failed password") == before + 1


@contextmanager
def asking(folder, setup="", methods="any"):
    """A server that puts the question for the password itself, as many do."""
    (folder / "server" / "pam.d").mkdir(parents=True)
    (folder / "server" / "pam.d" / "sshd").write_text(
        "auth required pam_unix.so nodelay\naccount required pam_unix.so\n"
        "password required pam_unix.so\nsession required pam_permit.so\n"
    )
    with openssh.sshd(
        folder / "server",
        password=PASSWORD,
        setup=f"mount --bind /mnt/pam.d /etc/pam.d\n{setup}",
        settings="UsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication yes\n"
        f"AuthenticationMethods {methods}",
    ) as server:
        yield server


def test_a_server_that_puts_the_question_itself_is_told_the_password_once(tmp_path):
    with asking(tmp_path) as server:
        right = sftp_channel(server, private_key=None, password=lambda: PASSWORD).deliver(PARCEL)
        assert (right.state, server.files()) == (State.SENT, {PARCEL.name: PARCEL.content})
        wrong = sftp_channel(server, private_key=None, password=lambda: PASSWORD + "x").deliver(PARCEL)
        heard = server.log.read_text()
    assert failed(wrong, "did not accept the user name or password", "case-sensitive", phase=Phase.CONNECT)
    assert heard.count("PAM: Authentication failure") == 1


@pytest.mark.parametrize("methods", ["publickey,keyboard-interactive", "keyboard-interactive,publickey"])
def test_a_server_that_puts_the_question_before_or_after_the_key_is_told_the_password_once(tmp_path, methods):
    with asking(tmp_path, methods=methods) as server:
        result = sftp_channel(server, password=lambda: PASSWORD).probe()
        heard = server.log.read_text()
    assert result.works, result.message
    assert heard.count("Partial ") == 1
    assert "Failed publickey" not in heard


def test_a_server_that_wants_a_new_password_is_not_told_the_old_one_again(tmp_path):
    expired = "lines=$(sed s/:19000:/:0:/ /etc/shadow)\nprintf '%s\\n' \"$lines\" >/etc/shadow"
    with asking(tmp_path, expired) as server:
        outcome = sftp_channel(server, private_key=None, password=lambda: PASSWORD).deliver(PARCEL)
        assert server.files() == {}
    assert failed(outcome, "wants more than them (it asked: Password:", "Current password:", phase=Phase.CONNECT)


def test_a_server_that_wants_key_and_password_gets_both(tmp_path):
    with openssh.sshd(
        tmp_path / "server", password=PASSWORD, settings="AuthenticationMethods publickey,password"
    ) as server:
        assert sftp_channel(server, password=lambda: PASSWORD).deliver(PARCEL).state is State.SENT
        outcome = sftp_channel(server).deliver(PARCEL)
    assert failed(outcome, "asks for more to sign in: password", phase=Phase.CONNECT)


def test_a_way_to_sign_in_that_the_server_does_not_offer_is_named(tmp_path):
    with openssh.sshd(tmp_path / "server") as server:
        outcome = sftp_channel(server, private_key=None, password=lambda: PASSWORD).deliver(PARCEL)
    assert failed(
        outcome, "it offers: publickey", "set a private key (private_key) in the profile", phase=Phase.CONNECT
    )


def test_another_key_than_the_one_that_was_put_in_place_is_refused(server, tmp_path):
    openssh.make_key(tmp_path / "other", "ed25519")
    outcome = sftp_channel(server, private_key=tmp_path / "other").deliver(PARCEL)
    assert failed(outcome, "did not accept this key for this user", phase=Phase.CONNECT)


@pytest.mark.parametrize(
    ("kind", "form"),
    [("ed25519", ()), ("ecdsa", ()), ("ecdsa", ("-m", "PEM")), ("rsa", ()), ("rsa", ("-m", "PEM"))],
)
def test_a_key_that_is_locked_is_opened_by_the_password_which_stays_here(tmp_path, kind, form):
    key = tmp_path / "locked"
    openssh.make_key(key, kind, PASSWORD, form=form)
    with openssh.sshd(tmp_path / "server", password="another one") as server:
        (tmp_path / "server" / "authorized").write_text(key.with_suffix(".pub").read_text())
        channel = {"private_key": key}
        assert sftp_channel(server, password=lambda: PASSWORD, **channel).deliver(PARCEL).state is State.SENT
        wrong = sftp_channel(server, password=lambda: "wrong", **channel).deliver(PARCEL)
        none = sftp_channel(server, **channel).deliver(PARCEL)
        heard = server.log.read_text()
    assert failed(wrong, "is encrypted, and the password of the profile does not open it", phase=Phase.CONNECT)
    assert failed(none, "is encrypted, and the profile says nothing of its passphrase", phase=Phase.CONNECT)
    assert "Failed password" not in heard


def test_what_opens_a_key_is_not_told_to_a_server_that_wants_a_password_too(tmp_path):
    key = tmp_path / "locked"
    openssh.make_key(key, "ed25519", PASSWORD)
    with openssh.sshd(
        tmp_path / "server", password="another one", settings="AuthenticationMethods publickey,password"
    ) as server:
        (tmp_path / "server" / "authorized").write_text(key.with_suffix(".pub").read_text())
        outcome = sftp_channel(server, private_key=key, password=lambda: PASSWORD).deliver(PARCEL)
        heard = server.log.read_text()
    assert failed(outcome, "asks for more to sign in: password", phase=Phase.CONNECT)
    assert "Failed password" not in heard


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (None, None, "cannot be read: No such file or directory"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\n", 0o600, "Open it in PuTTYgen and export it"),
        ("ssh-ed25519 AAAAC3Nz me\n", 0o600, "is the public half of a key"),
        ("anything\n", 0o600, "is not a private key that this program can use"),
        ("anything\n", 0o400, "is not a private key that this program can use"),
        *[
            ("anything\n", mode, "can be read by others. Run: chmod 600")
            for mode in (0o644, 0o640, 0o604, 0o610, 0o601)
        ],
    ],
)
def test_a_key_that_cannot_be_used_is_named_before_anything_is_connected(server, tmp_path, content, mode, words):
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    before = server.log.read_text().count("Connection from")
    assert failed(sftp_channel(server, private_key=path).deliver(PARCEL), words, str(path), phase=Phase.CONNECT)
    assert server.log.read_text().count("Connection from") == before


def test_a_name_in_the_own_folder_is_understood(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "key").write_bytes(server.key.read_bytes())
    (tmp_path / "key").chmod(0o600)
    assert sftp_channel(server, private_key=Path("~/key")).deliver(PARCEL).state is State.SENT


@pytest.mark.parametrize("directory", ["none", "file"])
def test_a_missing_folder_is_told_plainly(server, directory):
    (server.inbox / "file").write_text("not a folder")
    outcome = sftp_channel(server, directory=directory).deliver(PARCEL)
    assert failed(
        outcome, f"no folder {directory}", "Check the folder (directory) in the profile", phase=Phase.TRANSFER
    )


def test_a_folder_that_may_not_be_written_to_is_told_plainly(server):
    (server.inbox / "closed").mkdir(mode=0o755)
    outcome = sftp_channel(server, directory="closed").deliver(PARCEL)
    assert failed(
        outcome, "Permission denied", "Check whether this user may write to the folder (directory) of the profile"
    )


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_file_of_that_name_is_never_replaced(server, upload):
    (server.inbox / PARCEL.name).write_bytes(b"theirs")
    assert failed(sftp_channel(server, upload=upload).deliver(PARCEL), "holds a file named", "Nothing was sent")
    assert server.files() == {PARCEL.name: b"theirs"}


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_file_of_that_name_that_comes_meanwhile_is_never_replaced(server, upload):
    """Between the look and the sending; OpenSSH refuses to make it, or to give another one its name."""

    def somebody_else():
        (server.inbox / PARCEL.name).write_bytes(b"theirs")
        (server.inbox / PARCEL.name).chmod(0o666)  # whom it belongs to is not what protects it

    outcome = sftp_channel(server, upload=upload).deliver(PARCEL, somebody_else)
    assert failed(outcome, "Nothing was delivered")
    assert server.files() == {PARCEL.name: b"theirs"}


@pytest.mark.parametrize("facts", [{"upload": "direct"}, {"upload": "temp-rename", "name_check": "when-possible"}])
def test_a_folder_that_shows_nothing_is_delivered_to_on_the_word_of_the_server(blind, facts):
    outcome = sftp_channel(blind, **facts).deliver(PARCEL)
    assert (outcome.state, blind.files()) == (State.SENT, {PARCEL.name: PARCEL.content})
    assert "size" not in outcome.evidence
    assert "It does not show whether the file is there" in outcome.message
    assert ("the profile allows that (name_check)" in outcome.message) is ("name_check" in facts)


def test_a_folder_that_shows_nothing_gives_no_file_another_name_that_somebody_may_have(blind):
    outcome = sftp_channel(blind, upload="temp-rename").deliver(PARCEL)
    assert blind.files() == {}
    says = ("does not show whether a file", "Set upload in the profile to direct")
    assert failed(outcome, *says, "Nothing was sent")
    assert failed(sftp_channel(blind, upload="temp-rename").probe(), *says, "So nothing would be sent")
    assert sftp_channel(blind, upload="temp-rename", name_check="when-possible").probe().works
    assert sftp_channel(blind).probe().works


@pytest.fixture
def blind(tmp_path):
    """A server that shows nothing of its folder."""
    with openssh.sshd(tmp_path / "server", subsystem="internal-sftp -P stat,lstat,opendir") as server:
        yield server


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_disk_that_fills_up_in_the_middle_has_certainly_failed_and_nothing_stays(tmp_path, upload):
    full = OutgoingFile(PARCEL.name, b"x" * 3_000_000)
    with openssh.sshd(tmp_path / "server", setup="mount -t tmpfs -o size=1m,mode=777 tmpfs /mnt/inbox") as server:
        outcome = sftp_channel(server, upload=upload).deliver(full)
        again = sftp_channel(server, upload=upload).deliver(PARCEL)
    assert failed(outcome, "Nothing was delivered")
    assert "could not be removed" not in outcome.message
    # The name is free and there is room again.
    assert (again.state, again.evidence["size"]) == (State.SENT, len(PARCEL.content)), again


def test_a_server_without_sftp_is_told_plainly(tmp_path):
    with openssh.sshd(tmp_path / "server", subsystem="") as server:
        outcome = sftp_channel(server).deliver(PARCEL)
    assert failed(outcome, "whether it offers SFTP to this user", "It was tried 3 times", phase=Phase.CONNECT)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ((b"220 an FTP server\r\n",) * 300, "does not talk SSH"),
        ((b"",), "Nothing was sent"),
        ((b"SSH-1.5-ancient\r\n",), "no safe kind of encryption in common"),
        ((b"SSH-2.0-odd\r\n\0\0\0\0\0\0\0\0",), "Nothing was sent"),
    ],
)
def test_another_kind_of_server_is_told_plainly(server, said, words):
    with scripted([b"".join(said)]) as other:
        outcome = sftp_channel(replace(server, port=other.port), connect_timeout=1).deliver(PARCEL)
    assert failed(outcome, words, phase=Phase.CONNECT)


def test_a_closed_port_and_an_unknown_host_are_told_plainly(server):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    outcome = sftp_channel(replace(server, port=port)).deliver(PARCEL)
    assert failed(outcome, "refuses connections", "It was tried 3 times", phase=Phase.CONNECT)
    outcome = sftp_channel(server, host="no-such-host.invalid").deliver(PARCEL)
    assert failed(outcome, "no server named no-such-host.invalid", phase=Phase.CONNECT)


def test_a_server_that_says_nothing_ends_in_time_and_leaves_no_thread(server):
    over = threading.Event()
    before = set(threading.enumerate())
    with listening_for(lambda _connection: over.wait()) as port:
        channel = sftp_channel(replace(server, port=port), connect_timeout=0.2)
        outcome = channel.deliver(PARCEL)
        over.set()
    assert failed(outcome, "Nothing was sent", phase=Phase.CONNECT)
    for thread in set(threading.enumerate()) - before:  # the server's own may still be on its way out
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("upload", UPLOADS)
@pytest.mark.parametrize("error", [OSError(28, "full"), ConnectionError("x"), TimeoutError(), ValueError("x")])
def test_a_record_that_cannot_be_made_sends_not_a_byte_whatever_its_error_is(server, upload, error):
    def broken():
        raise error

    with pytest.raises(type(error)) as raised:
        sftp_channel(server, upload=upload).deliver(PARCEL, broken)
    assert raised.value is error
    assert server.files() == {}


def test_a_file_is_announced_once_right_before_it_is_made(server):
    moments = []
    sftp_channel(server).deliver(PARCEL, lambda: moments.append(server.files()))
    assert moments == [{}]
    assert list(server.files()) == [PARCEL.name]


def test_the_password_shows_nowhere(server):
    channel = sftp_channel(server, private_key=None, password=lambda: PASSWORD)
    assert PASSWORD not in repr(channel) + channel.destination + str(channel.deliver(PARCEL))


@pytest.mark.parametrize(
    ("port", "directory", "shown"),
    [
        (22, "/", "sftp://h/"),
        (22, "", "sftp://h/"),
        (2222, "in/returns", "sftp://h:2222/in/returns/"),
        (22, "/in", "sftp://h/in/"),
    ],
)
def test_the_destination_is_shown_as_an_address(port, directory, shown):
    server = openssh.Sshd(port, None, {"ed25519": None}, None, None)
    assert sftp_channel(server, host="h", directory=directory).destination == shown
