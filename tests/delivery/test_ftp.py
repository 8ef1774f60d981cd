"""FTP against a real server: delivered with evidence, failed for certain, or honestly unknown."""

import socket
import ssl

import pytest

from action_returns.cli import demo_servers
from action_returns.delivery import FtpChannel, Parcel, Phase, State
from tests.delivery.conftest import PASSWORD

PARCEL = Parcel(
    "Batch_Mods_Reversals_2026_11_23_0001.csv", b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
)


def channel(server, context, **changes):
    facts = {
        "host": server.host,
        "port": server.port,
        "security": "explicit-tls",
        "username": "user",
        "password": lambda: PASSWORD,
        "context": context,
        "connect_timeout": 3,
        "reply_timeout": 3,
    }
    return FtpChannel(**{**facts, **changes})


@pytest.fixture
def server(inbox, authority):
    with demo_servers.ftp_server(inbox, username="user", password=PASSWORD, authority=authority) as running:
        yield running


def misbehaving(inbox, authority, **changes):
    return demo_servers.ftp_server(inbox, username="user", password=PASSWORD, authority=authority, changes=changes)


def failed(outcome, *says, phase=Phase.TRANSFER):
    assert outcome.state is State.FAILED
    assert outcome.phase is phase
    for words in says:
        assert words in outcome.message
    assert PASSWORD not in outcome.message + str(outcome.evidence)
    return True


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
@pytest.mark.parametrize("size", [len(PARCEL.content), 5_000_000])
def test_the_server_holds_exactly_the_bytes_under_the_final_name_only(server, trusting, inbox, upload, size):
    parcel = Parcel(PARCEL.name, (PARCEL.content * 1000)[:size])
    outcome = channel(server, trusting, upload=upload).deliver(parcel)
    assert outcome.state is State.SENT
    assert outcome.evidence["size"] == size
    assert outcome.evidence["security"].startswith("TLSv1.")
    assert [(path.name, path.read_bytes()) for path in inbox.iterdir()] == [(parcel.name, parcel.content)]


def test_plain_ftp_works_where_it_was_accepted(inbox):
    with demo_servers.ftp_server(inbox, username="user", password=PASSWORD, authority=None) as server:
        outcome = channel(server, None, security="plain").deliver(PARCEL)
    assert (outcome.state, outcome.evidence["security"]) == (State.SENT, "none")


def test_a_probe_leaves_nothing_behind(server, trusting, inbox):
    outcome = channel(server, trusting).probe()
    assert outcome.state is State.SENT
    assert "Nothing was sent" in outcome.message
    assert list(inbox.iterdir()) == []


def test_a_certificate_nobody_vouches_for_is_refused_without_being_asked_to(server, inbox):
    assert failed(channel(server, None).deliver(PARCEL), "certificate", "issuer is not known", phase=Phase.CONNECT)
    assert list(inbox.iterdir()) == []


@pytest.mark.parametrize(("which", "says"), [("wrong_name", "made for another"), ("expired", "expired")])
def test_a_wrong_certificate_is_refused_and_named(request, inbox, which, says):
    authority, context = request.getfixturevalue(which)
    with demo_servers.ftp_server(inbox, username="user", password=PASSWORD, authority=authority) as server:
        assert failed(channel(server, context).deliver(PARCEL), says, "Nothing was sent", phase=Phase.CONNECT)


def test_a_wrong_password_is_told_plainly(server, trusting):
    outcome = channel(server, trusting, password=lambda: PASSWORD + "x").deliver(PARCEL)
    assert failed(outcome, "did not accept the user name or password", "case-sensitive", phase=Phase.CONNECT)


def test_a_server_without_tls_never_gets_the_password(inbox, trusting):
    with demo_servers.ftp_server(inbox, username="user", password=PASSWORD, authority=None) as server:
        assert failed(channel(server, trusting).deliver(PARCEL), "does not offer an encrypted", phase=Phase.CONNECT)


def test_a_closed_port_is_told_plainly(server, trusting):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert failed(channel(server, trusting, port=port).deliver(PARCEL), "refuses connections", phase=Phase.CONNECT)


def test_an_unknown_host_is_told_plainly(server, trusting):
    outcome = channel(server, trusting, host="no-such-host.invalid").deliver(PARCEL)
    assert failed(outcome, "no server named no-such-host.invalid", phase=Phase.CONNECT)


def test_a_server_that_says_nothing_ends_in_time(server, trusting):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = channel(server, trusting, port=silent.getsockname()[1], connect_timeout=0.3).deliver(PARCEL)
    assert failed(outcome, "did not answer in time", phase=Phase.CONNECT)


def test_a_missing_folder_is_told_plainly(server, trusting):
    assert failed(channel(server, trusting, directory="/none").deliver(PARCEL), "no folder /none", "channel.directory")


def test_a_file_of_that_name_is_never_replaced(server, trusting, inbox):
    (inbox / PARCEL.name).write_bytes(b"theirs")
    assert failed(channel(server, trusting).deliver(PARCEL), "holds a file named", "Nothing was sent")
    assert (inbox / PARCEL.name).read_bytes() == b"theirs"


def test_a_full_disk_at_the_server_is_told_plainly(inbox, authority, trusting):
    def full(self, _path, mode="w"):
        del mode
        self.respond("552 Exceeded storage allocation.")

    with misbehaving(inbox, authority, ftp_STOR=full) as server:
        assert failed(channel(server, trusting).deliver(PARCEL), "is full", "552", "Nothing was delivered")


def test_a_refusal_after_the_last_byte_removes_what_was_left(inbox, authority, trusting):
    def refused(self, text, logfun=None):
        del logfun
        if text.startswith("226"):
            text = "552 Exceeded storage allocation."
            (inbox / PARCEL.name).write_bytes(b"half")
        return original(self, text)

    from pyftpdlib.handlers import TLS_FTPHandler

    original = TLS_FTPHandler.respond
    with misbehaving(inbox, authority, respond=refused) as server:
        outcome = channel(server, trusting).deliver(PARCEL)
    assert failed(outcome, "is full", "552")
    assert list(inbox.iterdir()) == []


def test_a_user_without_write_access_is_told_plainly(inbox, authority, trusting):
    with demo_servers.ftp_server(
        inbox, username="user", password=PASSWORD, authority=authority, permissions="elr"
    ) as server:
        assert failed(channel(server, trusting).deliver(PARCEL), "did not take the file", "write")


def cutting(reply, *, also_next=False):
    """A handler attribute that closes the control connection instead of giving a reply."""
    from pyftpdlib.handlers import TLS_FTPHandler

    def respond(self, text, logfun=None):
        del logfun
        if text.startswith(reply) and (also_next or not type(self).cuts):
            type(self).cuts.append(text)
            self.close()
            return None
        return TLS_FTPHandler.respond(self, text)

    return {"respond": respond, "cuts": []}


def test_a_lost_confirmation_is_settled_by_looking_again(inbox, authority, trusting):
    with misbehaving(inbox, authority, **cutting("226")) as server:
        outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.SENT
    assert outcome.evidence["size"] == len(PARCEL.content)


def test_a_lost_confirmation_of_a_file_that_vanished_is_unknown_and_never_failed(inbox, authority, trusting):
    changes = cutting("226")
    inner = changes["respond"]

    def consumed(self, text, logfun=None):
        if text.startswith("226"):
            (inbox / PARCEL.name).unlink()
        return inner(self, text, logfun)

    with misbehaving(inbox, authority, **{**changes, "respond": consumed}) as server:
        outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.UNKNOWN
    assert "Do not send it again yet" in outcome.message


def test_a_lost_confirmation_before_the_final_name_is_certainly_not_delivered(inbox, authority, trusting):
    with misbehaving(inbox, authority, **cutting("226")) as server:
        outcome = channel(server, trusting, upload="temp-rename").deliver(PARCEL)
    assert failed(outcome, "before the file got its final name")
    assert PARCEL.name not in [path.name for path in inbox.iterdir()]


def test_a_receiver_that_takes_the_file_at_once_has_it(inbox, authority, trusting):
    def taken(self, file):
        del self
        (inbox / file.rsplit("/", 1)[-1]).unlink()

    with misbehaving(inbox, authority, on_file_received=taken) as server:
        outcome = channel(server, trusting).deliver(PARCEL)
    assert outcome.state is State.SENT
    assert "size" not in outcome.evidence


def test_a_wrong_address_for_data_does_not_mislead(inbox, authority, trusting):
    with misbehaving(inbox, authority, masquerade_address="203.0.113.9") as server:
        assert channel(server, trusting).deliver(PARCEL).state is State.SENT


def test_implicit_tls_encrypts_from_the_first_byte(authority, trusting):
    heard = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(authority.server))
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            raw, _ = listening.accept()
            with context.wrap_socket(raw, server_side=True) as secure:
                secure.sendall(b"220 hello\r\n")
                heard.append(secure.recv(100))
                secure.sendall(b"530 no\r\n")
                secure.recv(100)

        thread = threading.Thread(target=serve)
        thread.start()
        made = channel(
            type("S", (), {"host": "127.0.0.1", "port": listening.getsockname()[1]}), trusting, security="implicit-tls"
        )
        outcome = made.deliver(PARCEL)
        thread.join()
    assert heard == [b"USER user\r\n"]
    assert failed(outcome, "did not accept the user name", phase=Phase.CONNECT)


def test_the_password_shows_nowhere(server, trusting):
    made = channel(server, trusting)
    assert PASSWORD not in repr(made) + made.destination + str(made.deliver(PARCEL))
