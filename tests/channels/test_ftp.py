"""FTP against a real server: delivered with evidence, failed for certain, or honestly unknown."""

import socket
import ssl
import threading

import pytest

from action_returns.channels.base import OutgoingFile, Phase, State
from action_returns.channels.ftp_data import FileConnection
from tests.channels.quick import MINUTE, PASSWORD, failed, ftp_channel
from tests.servers import loopback
from tests.servers.ftp_faults import HERE, scripted
from tests.servers.go_between import Peer, listening_for

PARCEL = OutgoingFile(
    "Batch_Mods_Reversals_2026_11_23_0001.csv", b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
)


SIGNED_IN = (b"220 hello\r\n", b"331 password\r\n", b"230 in\r\n", b"500 no features\r\n", b"200 binary\r\n")
NOT_THERE, SIZE, GONE, NO = b"550 none\r\n", b"213 8024\r\n", b"250 gone\r\n", b"550 no\r\n"
LOOK = (*SIGNED_IN, NOT_THERE)
UNSEEN = (b"502 what?\r\n",) * 4
"""To SIZE and MLST, and to PASV and EPSV for a listing."""


def channel(server, context, **changes):
    facts = {"username": "user", "host": server.host, "port": server.port, **changes}
    return ftp_channel(facts.pop("port"), context, **facts)


@pytest.fixture
def server(inbox, authority):
    with loopback.ftp_server(inbox, username="user", password=PASSWORD, authority=authority) as running:
        yield running


def misbehaving(inbox, authority, **changes):
    return loopback.ftp_server(inbox, username="user", password=PASSWORD, authority=authority, changes=changes)


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
@pytest.mark.parametrize("size", [len(PARCEL.content), 5_000_000])
def test_the_server_holds_exactly_the_bytes_under_the_final_name_only(server, trusting, inbox, upload, size):
    parcel = OutgoingFile(PARCEL.name, (PARCEL.content * 1000)[:size])
    outcome = channel(server, trusting, upload=upload).deliver(parcel)
    assert outcome.state is State.SENT
    assert outcome.evidence["size"] == size
    assert outcome.evidence["security"].startswith("TLSv1.")
    assert [(path.name, path.read_bytes()) for path in inbox.iterdir()] == [(parcel.name, parcel.content)]


def test_plain_ftp_works_where_it_was_accepted(inbox):
    with loopback.ftp_server(inbox, username="user", password=PASSWORD, authority=None) as server:
        outcome = channel(server, None, security="plain").deliver(PARCEL)
    assert (outcome.state, outcome.evidence["security"]) == (State.SENT, "not encrypted")


def test_a_probe_leaves_nothing_behind(server, trusting, inbox):
    outcome = channel(server, trusting).probe()
    assert outcome.works
    assert "Nothing was sent" in outcome.message
    assert list(inbox.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "name_check", "works", "says"),
    [
        ((NOT_THERE,), "required", True, ""),
        ((*UNSEEN,), "when-possible", True, "could be replaced. The profile allows that (name_check)."),
        (
            (*UNSEEN,),
            "required",
            False,
            "So nothing would be sent. Ask the administrator of the server to let this user",
        ),
    ],
)
def test_a_probe_says_whether_the_server_shows_names(said, name_check, works, says):
    with scripted([*SIGNED_IN, *said, b"221 bye\r\n"]) as server:
        result = ftp_channel(server.port, security="plain", name_check=name_check).probe()
    assert result.works is works
    assert says in result.message
    assert ("does not show whether a file is there already (it answered: SIZE: 502 what?;" in result.message) is bool(
        says
    )
    assert result.evidence.get("name_check") == ("not possible" if says else None)
    (asked,) = [line for line in server.heard if line.startswith(b"SIZE ")]
    assert asked.startswith(b"SIZE action-returns-")


def test_a_probe_whose_look_at_a_name_is_lost_says_so():
    with scripted(SIGNED_IN) as server:
        assert failed(ftp_channel(server.port, security="plain").probe(), "Nothing was sent")


def test_a_certificate_nobody_vouches_for_is_refused_without_being_asked_to(server, inbox):
    assert failed(channel(server, None).deliver(PARCEL), "certificate", "issuer is not known", phase=Phase.CONNECT)
    assert list(inbox.iterdir()) == []


@pytest.mark.parametrize(("which", "says"), [("wrong_name", "made for another"), ("expired", "expired")])
def test_a_wrong_certificate_is_refused_and_named(request, inbox, which, says):
    authority, context = request.getfixturevalue(which)
    with loopback.ftp_server(inbox, username="user", password=PASSWORD, authority=authority) as server:
        assert failed(channel(server, context).deliver(PARCEL), says, "Nothing was sent", phase=Phase.CONNECT)


def test_a_wrong_password_is_told_plainly(server, trusting):
    outcome = channel(server, trusting, password=lambda: PASSWORD + "x").deliver(PARCEL)
    assert failed(outcome, "did not accept the user name or password", "case-sensitive", phase=Phase.CONNECT)


def test_a_server_without_tls_never_gets_the_password(inbox, trusting):
    with loopback.ftp_server(inbox, username="user", password=PASSWORD, authority=None) as server:
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


WAITS = {
    "connect_timeout": 1 * MINUTE,
    "command_timeout": 2 * MINUTE,
    "data_timeout": 3 * MINUTE,
    "reply_timeout": 4 * MINUTE,
}


def test_every_step_waits_as_long_as_the_channel_is_told_and_no_longer(waits):
    script = (*SIGNED_IN, NOT_THERE, HERE, b"150 go\r\n", b"226 ok\r\n", SIZE, b"221 bye\r\n")
    with scripted(script) as server:
        assert ftp_channel(server.port, security="plain", **WAITS).deliver(PARCEL).state is State.SENT
        steps = list(waits)
    commands = [(word, 2) for word in ("USER", "PASS", "FEAT", "TYPE", "SIZE", "PASV")]
    expected = [("connect", 1), ("reply", 1), *[step for command in commands for step in (command, ("reply", 2))]]
    expected += [("connect", 1), ("STOR", 2), ("reply", 2), ("ActionId,Amount,Reason", 3), ("reply", 4)]
    assert steps == [*expected, ("SIZE", 2), ("reply", 2), ("QUIT", 2), ("reply", 0)]


def test_a_new_name_is_waited_for_like_any_answer_to_a_file(waits):
    """A server may copy the file then."""
    renaming = (SIZE, NOT_THERE, b"350 go\r\n", b"250 ok\r\n", SIZE, b"221 bye\r\n")
    with scripted([*LOOK, HERE, b"150 go\r\n", b"226 ok\r\n", *renaming]) as server:
        made = ftp_channel(server.port, security="plain", upload="temp-rename", **WAITS)
        assert made.deliver(PARCEL).state is State.SENT
    at = waits.index(("RNFR", 2))
    assert waits[at : at + 4] == [("RNFR", 2), ("reply", 2), ("RNTO", 2), ("reply", 4)]


def test_what_a_server_says_of_a_file_that_broke_off_is_waited_for_like_any_answer_to_a_file(waits):
    leaving = threading.Event()

    def hang_up(connection):
        leaving.wait(10)
        Peer(connection).reset()

    with listening_for(hang_up) as port:
        here = f"227 here (127,0,0,1,{port >> 8},{port & 255})\r\n".encode()
        with scripted([*LOOK, here, b"150 go\r\n", b"426 closed\r\n", NOT_THERE]) as server:
            made = ftp_channel(server.port, security="plain", **WAITS)
            assert failed(made.deliver(OutgoingFile(PARCEL.name, PARCEL.content * 1000), leaving.set), "426 closed")
    assert ("reply", 4) in waits


def test_encryption_of_the_file_is_waited_for_as_long_as_the_answer_and_then_as_long_as_a_connection(
    monkeypatch, waits, server, trusting
):
    """A server that agrees to take the file and then does not encrypt is noticed in the time for connecting."""
    minutes, agree = [], FileConnection.agree

    def note_and_agree(self, limit, **more):
        minutes.append(round(limit.left() / MINUTE))
        agree(self, limit, **more)

    monkeypatch.setattr(FileConnection, "agree", note_and_agree)
    assert channel(server, trusting, **WAITS).deliver(PARCEL).state is State.SENT
    assert minutes == [2, 1]
    assert ("ActionId,Amount,Reason", 3) in waits


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n"])
def test_a_password_with_a_line_break_is_named_and_the_server_is_not_asked(line_break):
    with scripted([b"220 hello\r\n"]) as server:
        made = ftp_channel(server.port, security="plain", password=lambda: f"first{line_break}second")
        results = [made.deliver(PARCEL), made.probe()]
    for result in results:
        assert failed(result, "The password holds a line break", "Nothing was sent", phase=Phase.CONNECT)
        assert "FTP server should" not in result.message
        assert "first" not in result.message
    assert server.connections == 0


def test_encryption_is_waited_for_as_long_as_a_connection(waits, server, trusting):
    assert channel(server, trusting, **WAITS).probe().works
    with scripted([b"220 plain words\r\n"]) as other:
        ftp_channel(other.port, trusting, security="implicit-tls", **WAITS).probe()
    assert [minutes for word, minutes in waits if word == "handshake"] == [1, 1]


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("field", ["username", "password", "directory"])
def test_a_setting_with_a_line_break_never_becomes_a_second_command(field, line_break):
    odd = f"x{line_break}DELE {PARCEL.name}"
    with scripted([*SIGNED_IN, b"250 ok\r\n"]) as server:
        facts = {field: (lambda: odd) if field == "password" else odd}
        outcome = ftp_channel(server.port, security="plain", **facts).deliver(PARCEL)
    assert failed(outcome, "line break", "Nothing was sent", phase=Phase.CONNECT)
    assert b"DELE" not in b"".join(server.heard)


def test_a_missing_folder_is_told_plainly(server, trusting):
    assert failed(
        channel(server, trusting, directory="/none").deliver(PARCEL),
        "no folder /none",
        "Check the folder (directory) in the profile",
    )


def test_a_file_of_that_name_is_never_replaced(server, trusting, inbox):
    (inbox / PARCEL.name).write_bytes(b"theirs")
    assert failed(channel(server, trusting).deliver(PARCEL), "holds a file named", "Nothing was sent")
    assert (inbox / PARCEL.name).read_bytes() == b"theirs"


def test_a_name_that_is_taken_says_what_to_look_at_and_that_a_further_file_has_another_name(server, trusting, inbox):
    (inbox / PARCEL.name).write_bytes(b"theirs")
    message = channel(server, trusting).deliver(PARCEL).message
    assert f"holds a file named {PARCEL.name} already (6 bytes), which was left as it is. Nothing was sent." in message
    assert "Look at that file first" in message
    assert message.endswith("send again: the next batch has another number, and so another name.")


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
def test_a_server_that_shows_no_names_gets_nothing_unless_the_profile_allows_it(upload):
    with scripted([*SIGNED_IN, *UNSEEN[:2], HERE, b"550 no\r\n", *[HERE, b"500 no\r\n"] * 2, HERE]) as server:
        outcome = ftp_channel(server.port, security="plain", upload=upload).deliver(PARCEL)
    assert failed(outcome, f"does not show whether a file named {PARCEL.name} is there already", "Nothing was sent")
    assert "(it answered: SIZE: 502 what?; MLST: 502 what?; LIST: 500 no). A file of another sender" in outcome.message
    assert "set the check of the name (name_check) in the profile to when-possible" in outcome.message
    assert not [line for line in server.heard if line.startswith(b"STOR")]


def test_a_firewall_that_also_keeps_names_from_being_listed_is_told_as_a_firewall():
    closed = b"227 here (127,0,0,1,0,1)\r\n"
    with scripted([*SIGNED_IN, *UNSEEN[:2], closed, closed]) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(PARCEL)
    assert failed(outcome, "the second connection, which FTP uses for the file, did not come about")


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
    with loopback.ftp_server(
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


@pytest.fixture
def told():
    """Give the outcome where the server says these from STOR on, and what it heard; then what it says in new talks."""

    def deliver(*said, upload="direct", later=(b"421 closed\r\n",)):
        with scripted([*LOOK, HERE, *said], later) as server:
            facts = {"security": "plain", "upload": upload, "recheck_delays": (0, 0)}
            outcome = ftp_channel(server.port, **facts).deliver(PARCEL)
        return outcome, server.heard

    return deliver


@pytest.mark.parametrize(
    ("said", "state", "words"),
    [
        (
            (b"226 ok\r\n", *[b"213 9\r\n"] * 4, GONE),
            State.UNKNOWN,
            "holds 9 of 8024 bytes: the file did not arrive whole. It was removed again. A receiver may have read it",
        ),
        (
            (b"226 ok\r\n", *[b"213 0\r\n"] * 4, GONE),
            State.FAILED,
            "holds 0 of 8024 bytes: the file did not arrive whole. It was removed again. Nothing was delivered",
        ),
        ((b"226 ok\r\n", *[b"213 9\r\n"] * 4, NO), State.UNKNOWN, "could not be removed and is still on the server"),
        ((b"226 ok\r\n", b"213 0\r\n", b"213 9\r\n", SIZE), State.SENT, "size confirmed"),
        ((b"226 ok\r\n", b"213 9\r\n", NOT_THERE), State.SENT, "Asked for the file afterwards, it showed none"),
        ((b"226 ok\r\n", b"213 9\r\n"), State.UNKNOWN, "9 of 8024 bytes are there under that name"),
        (
            (b"552 full\r\n", b"213 9\r\n", GONE),
            State.FAILED,
            "Nothing was delivered. Ask the administrator of the server",
        ),
        ((b"452 full\r\n", b"213 9\r\n", NO), State.FAILED, "Part of it (9 bytes) is on the server"),
        ((b"426 closed\r\n", NOT_THERE), State.FAILED, "Nothing was delivered. A firewall on the way"),
        ((b"426 closed\r\n", *UNSEEN), State.FAILED, "The server does not show whether part of it is there"),
        ((b"451 no\r\n", SIZE), State.UNKNOWN, "although it holds all of the file"),
        ((b"250 ok\r\n", SIZE), State.SENT, "size confirmed"),
        (
            (b"226 ok\r\n",),
            State.SENT,
            "the server confirmed the transfer. Right after that the connection ended, so the folder was not looked at.",
        ),
        (
            (b"226 ok\r\n", NOT_THERE),
            State.SENT,
            "the server confirmed the transfer. Asked for the file afterwards, it showed none",
        ),
        (
            (b"226 ok\r\n", *UNSEEN),
            State.SENT,
            "the program could not look (it answered: SIZE: 502 what?; MLST: 502 what?;",
        ),
        ((b"200 hm\r\n",), State.UNKNOWN, "it said: 200 hm"),
        ((b"350 hm\r\n",), State.UNKNOWN, "it said: 350 hm"),
        ((b"552 full\r\n",), State.UNKNOWN, "the server closed it"),
    ],
)
def test_what_the_server_says_after_the_last_byte_is_held_against_what_it_holds(told, said, state, words):
    outcome, heard = told(b"150 go\r\n", *said)
    assert outcome.state is state
    assert words in outcome.message
    assert sum(line.startswith(b"STOR") for line in heard) == 1


@pytest.mark.parametrize(
    ("said", "state", "words"),
    [
        (
            (SIZE, NOT_THERE, NO, SIZE, GONE),
            State.FAILED,
            "It was removed again. Nothing was delivered. Ask the administrator of the server whether this user may rename",
        ),
        (
            (SIZE, NOT_THERE, NO, SIZE, NO),
            State.FAILED,
            "The receiver does not read files with this name. Nothing was delivered",
        ),
        ((SIZE, NOT_THERE, b"350 and\r\n", b"250 ok\r\n", SIZE), State.SENT, "size confirmed"),
        ((SIZE, NOT_THERE, b"350 and\r\n", b"150 hm\r\n"), State.UNKNOWN, "it said: 150 hm"),
        ((SIZE, NOT_THERE, b"150 hm\r\n"), State.FAILED, "before the file got its final name"),
        ((*[b"213 9\r\n"] * 3, NO), State.FAILED, "could not be removed and is still on the server as"),
    ],
)
def test_what_the_server_says_about_the_final_name_decides(told, said, state, words):
    outcome, heard = told(b"150 go\r\n", b"226 ok\r\n", *said, upload="temp-rename")
    assert outcome.state is state
    assert words in outcome.message
    assert sum(line.startswith(b"STOR") for line in heard) == 1


def test_a_refused_file_that_never_gets_its_final_name_is_certainly_not_delivered_however_much_of_it_came(told):
    outcome, heard = told(b"150 go\r\n", b"452 full\r\n", SIZE, GONE, upload="temp-rename")
    assert failed(outcome, "452 full", "Nothing was delivered. Ask the administrator of the server")
    (stored,) = [line.split()[1] for line in heard if line.startswith(b"STOR")]
    assert stored.endswith(b".part")
    assert b"DELE " + stored + b"\r\n" in heard


def test_after_a_lost_answer_about_the_final_name_a_file_that_has_its_other_name_yet_is_looked_for_and_left_there(told):
    """The server may still be giving it the final name, by a copy."""
    outcome, heard = told(
        *(b"150 go\r\n", b"226 ok\r\n", SIZE, NOT_THERE, b"350 and\r\n"),
        upload="temp-rename",
        later=(*SIGNED_IN, NOT_THERE, SIZE, b"221 bye\r\n"),
    )
    assert outcome.state is State.UNKNOWN
    assert "a moment ago it was still there as" in outcome.message
    assert sum(line.startswith(b"USER") for line in heard) == 3
    assert not [line for line in heard if line.startswith(b"DELE")]


def test_a_file_that_was_seen_as_a_whole_only_at_the_second_look_is_sent(told):
    outcome, _ = told(b"150 go\r\n", later=(*SIGNED_IN, b"213 8024\r\n", b"221 bye\r\n"))
    assert (outcome.state, outcome.evidence["size"]) == (State.SENT, 8024)


@pytest.mark.parametrize("away", [(b"421 restarting\r\n",), SIGNED_IN, (b"oops\r\n",)])
def test_a_server_that_is_away_at_the_first_look_is_looked_at_again_after_the_next_pause(away):
    pauses = []
    whole = (*SIGNED_IN, SIZE, b"221 bye\r\n")
    with scripted([*LOOK, HERE, b"150 go\r\n"], away, away, whole) as server:
        facts = {"security": "plain", "recheck_delays": (2, 8, 30), "pause": pauses.append}
        outcome = ftp_channel(server.port, **facts).deliver(PARCEL)
    assert (outcome.state, outcome.evidence["size"]) == (State.SENT, 8024)
    assert pauses == [2, 8, 30]
    assert sum(line.startswith(b"STOR") for line in server.heard) == 1


def test_a_file_that_was_seen_as_a_whole_is_looked_for_no_more():
    pauses = []
    with scripted([*LOOK, HERE, b"150 go\r\n"], (*SIGNED_IN, SIZE, b"221 bye\r\n")) as server:
        facts = {"security": "plain", "recheck_delays": (2, 8, 30), "pause": pauses.append}
        assert ftp_channel(server.port, **facts).deliver(PARCEL).state is State.SENT
    assert (pauses, server.connections) == ([2], 2)


def test_half_a_file_that_is_seen_afterwards_is_told_and_never_called_sent(told):
    outcome, _ = told(b"150 go\r\n", later=(*SIGNED_IN, b"213 9\r\n", b"221 bye\r\n"))
    assert outcome.state is State.UNKNOWN
    assert "9 of 8024 bytes are there under that name" in outcome.message


def test_a_file_whose_size_got_lost_before_its_final_name_is_certainly_not_delivered(told):
    outcome, heard = told(b"150 go\r\n", b"226 ok\r\n", upload="temp-rename", later=(*SIGNED_IN, SIZE, GONE))
    assert failed(outcome, "before the file got its final name")
    assert not [line for line in heard if line.startswith(b"RNFR")]


def test_a_refusal_that_comes_before_the_file_is_whole_is_believed_and_a_yes_is_not(told):
    outcome, _ = told(b"150 go\r\n552 full\r\n", b"213 9\r\n", GONE)
    assert outcome.state is State.FAILED
    assert "is full" in outcome.message
    outcome, _ = told(b"150 go\r\n226 all there\r\n", SIZE)
    assert outcome.state is State.UNKNOWN
    assert "before the file was whole: 226 all there" in outcome.message


def test_a_file_that_the_server_did_not_agree_to_take_is_never_removed(told):
    """What lies there under the name by now is somebody else's."""
    for said in (b"553 no\r\n", b"226 what?\r\n"):
        outcome, heard = told(said, SIZE, GONE)
        assert outcome.state is State.FAILED
        assert not [line for line in heard if line.startswith(b"DELE")]


@pytest.mark.parametrize(("said", "state"), [(b"226 ok\r\n", State.UNKNOWN), (b"426 closed\r\n", State.FAILED)])
def test_a_server_that_breaks_off_the_file_is_believed_when_it_says_so_and_not_when_it_says_that_it_has_it(said, state):
    leaving = threading.Event()

    def hang_up(connection):
        leaving.wait(10)  # a connection that breaks before that never came about, and is made anew
        Peer(connection).reset()

    large = OutgoingFile(
        PARCEL.name, PARCEL.content * 1000
    )  # more than sockets hold: it cannot all leave before the break
    with listening_for(hang_up) as port:
        here = f"227 here (127,0,0,1,{port >> 8},{port & 255})\r\n".encode()
        with scripted([*LOOK, here, b"150 go\r\n", said, NOT_THERE], LOOK) as server:
            outcome = ftp_channel(server.port, security="plain", recheck_delays=(0,)).deliver(large, leaving.set)
    assert outcome.state is state, outcome


def test_trouble_that_passes_is_waited_for_before_anything_is_sent_and_not_after():
    pauses, moments = [], []
    busy = (b"421 too many users\r\n",)
    with scripted(busy, busy, [*LOOK, HERE, b"150 go\r\n", b"226 ok\r\n", SIZE, b"221 bye\r\n"]) as server:
        outcome = ftp_channel(server.port, security="plain", pause=pauses.append).deliver(
            PARCEL, lambda: moments.append(server.connections)
        )
    assert outcome.state is State.SENT
    assert moments == [3]
    assert [1 <= pauses[0] <= 3, 4 <= pauses[1] <= 12, len(pauses)] == [True, True, 2]


def test_trouble_that_stays_is_told_with_the_number_of_attempts():
    with scripted([b"421 too many users\r\n"]) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(PARCEL)
    assert failed(outcome, "421 too many users", "Nothing was sent", "It was tried 3 times", phase=Phase.CONNECT)
    assert server.connections == 3


@pytest.mark.parametrize(
    ("said", "words", "connections"),
    [
        ((b"530 not you\r\n",), "does not accept connections at the moment (it answered: 530 not you)", 1),
        ((*SIGNED_IN[:2], b"530 wrong\r\n"), "did not accept the user name or password", 1),
        ((*SIGNED_IN[:2], b"430 wrong\r\n"), "did not accept the user name or password", 1),
        ((*SIGNED_IN[:2], b"332 account?\r\n"), "wants the name of an account beside user name and password", 1),
        ((*SIGNED_IN[:4], b"504 no\r\n"), "takes no files byte by byte", 1),
        ((*LOOK, b"500 what?\r\n", b"425 no\r\n"), "opened no connection for the file", 3),
        ((*LOOK, b"500 what?\r\n", b"500 what?\r\n"), "opened no connection for the file", 1),
        ((b"oops\r\n",), "does not talk as an FTP server should (it said: oops)", 1),
    ],
)
def test_a_refusal_before_the_file_is_certain_and_tried_again_only_where_it_may_pass(said, words, connections):
    told = []
    with scripted(said) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(PARCEL, lambda: told.append(True))
    assert outcome.state is State.FAILED
    assert words in outcome.message
    assert "Nothing was sent" in outcome.message
    assert server.connections == connections
    assert told == []


def test_a_server_that_knows_the_user_without_a_password_gets_none():
    said = (*SIGNED_IN[:1], b"230 in\r\n", *LOOK[3:], HERE, b"150 go\r\n", b"226 ok\r\n", SIZE, b"221 bye\r\n")
    with scripted(said) as server:
        assert ftp_channel(server.port, security="plain").deliver(PARCEL).state is State.SENT
    assert not [line for line in server.heard if line.startswith(b"PASS")]


def test_a_server_that_does_not_protect_the_file_gets_none(trusting, inbox, authority):
    def refuse(self, _line):
        self.respond("536 not here")

    with misbehaving(inbox, authority, ftp_PROT=refuse) as other:
        outcome = channel(other, trusting).deliver(PARCEL)
    assert failed(outcome, "does not protect the connection for the file", "536", phase=Phase.CONNECT)


def test_a_folder_that_is_there_is_gone_to(server, trusting, inbox):
    (inbox / "in").mkdir()
    assert channel(server, trusting, directory="/in").deliver(PARCEL).state is State.SENT
    assert [path.name for path in (inbox / "in").iterdir()] == [PARCEL.name]


def test_a_probe_that_fails_says_why(server, trusting):
    assert failed(channel(server, trusting, directory="/none").probe(), "no folder /none")


def test_a_password_that_the_server_repeats_is_never_shown():
    with scripted([*SIGNED_IN[:2], f"530 {PASSWORD} is wrong\r\n".encode()]) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(PARCEL)
    assert failed(outcome, "not shown, because it repeats the sign-in", phase=Phase.CONNECT)


def test_a_port_that_does_not_encrypt_from_the_first_byte_is_a_matter_of_the_settings(trusting):
    with scripted([b"220 plain words\r\n"]) as server:
        outcome = ftp_channel(server.port, trusting, security="implicit-tls").deliver(PARCEL)
    assert failed(outcome, "explicit and implicit TLS use different ports", phase=Phase.CONNECT)
    assert server.connections == 1


def test_a_third_attempt_that_will_not_pass_says_so_and_nothing_of_attempts():
    busy = (b"421 too many users\r\n",)
    with scripted(busy, busy, [*SIGNED_IN[:2], b"530 wrong\r\n"]) as server:
        outcome = ftp_channel(server.port, security="plain").deliver(PARCEL)
    assert failed(outcome, "did not accept the user name or password", phase=Phase.CONNECT)
    assert "tried" not in outcome.message


def test_a_server_that_hangs_up_while_encryption_is_agreed_on_is_asked_again(trusting):
    with scripted([b""]) as server:
        outcome = ftp_channel(server.port, trusting, security="implicit-tls").deliver(PARCEL)
    assert failed(outcome, "It was tried 3 times", phase=Phase.CONNECT)
    assert server.connections == 3
