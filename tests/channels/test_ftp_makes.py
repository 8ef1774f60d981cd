"""FTP servers of other makes: what each does differently, and that it makes no difference to the user."""

import pytest

from action_returns.channels.base import OutgoingFile, State
from tests.channels.quick import PASSWORD, failed, ftp_channel
from tests.servers.ftp_makes import MAKES, ftp_make, missing_make
from tests.support.available import require

WAYS = [
    (make, security) for make, ways in MAKES.items() for security in ways if (make, security[-3:]) != ("ftp-srv", "tls")
]
FILE = OutgoingFile(
    "Batch_Mods_Reversals_2026_11_23_0001.csv", b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
)


@pytest.fixture
def run(authority, tmp_path_factory):
    """Start a server of one make."""

    def start(make, security, **settings):
        require(missing_make(make))
        return ftp_make(make, security, tmp_path_factory.mktemp(make), authority.server, PASSWORD, **settings)

    return start


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_a_file_arrives_at_a_server_of_any_make(run, trusting, way, upload):
    make, security = way
    with run(make, security) as server:
        outcome = ftp_channel(server.port, trusting, security=security, upload=upload).deliver(FILE)
        assert (outcome.state, server.files()) == (State.SENT, {FILE.name: FILE.content}), outcome


PLAIN = [make for make, ways in MAKES.items() if "plain" in ways]
THEIRS = b"rows of another sender"


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
@pytest.mark.parametrize("make", PLAIN)
def test_a_file_of_another_sender_is_never_replaced_on_a_server_of_any_make(run, make, upload):
    with run(make, "plain") as server:
        facts = {"security": "plain", "upload": upload, "recheck_delays": (0, 0)}
        assert ftp_channel(server.port, **facts).deliver(OutgoingFile(FILE.name, THEIRS)).state is State.SENT
        outcome = ftp_channel(server.port, **facts).deliver(FILE)
        assert server.files() == {FILE.name: THEIRS}
    assert failed(outcome, f"holds a file named {FILE.name} already (22 bytes)", "Nothing was sent")


@pytest.mark.parametrize("make", PLAIN)
def test_a_file_that_gets_the_final_name_while_another_one_is_sent_is_never_replaced(run, make):
    """aioftp and pyftpdlib refuse such a rename; the others would replace the file."""
    with run(make, "plain") as server:

        def meanwhile():
            assert (
                ftp_channel(server.port, security="plain").deliver(OutgoingFile(FILE.name, THEIRS)).state is State.SENT
            )

        outcome = ftp_channel(server.port, security="plain", upload="temp-rename").deliver(FILE, meanwhile)
        assert server.files() == {FILE.name: THEIRS}
    assert failed(outcome, "It was removed again. Nothing was delivered. Look at that file first")


@pytest.mark.parametrize("make", PLAIN)
def test_every_make_shows_a_file_that_arrived_with_its_size(run, make):
    with run(make, "plain") as server:
        outcome = ftp_channel(server.port, security="plain").deliver(FILE)
        probe = ftp_channel(server.port, security="plain").probe()
    assert (outcome.evidence["size"], probe.works) == (len(FILE.content), True)
    assert "name_check" not in {**outcome.evidence, **probe.evidence}


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
def test_an_empty_file_that_a_server_makes_and_refuses_is_told_or_removed(run, upload):
    """Pure-FTPd creates the file, finds the quota used up, and leaves it."""
    with run("pure-ftpd", "plain", files=1) as server:
        outcome = ftp_channel(server.port, security="plain", upload=upload).deliver(FILE)
        files = {name: content for name, content in server.files().items() if name != ".ftpquota"}
    assert failed(outcome, "or your share of it is used up", "Nothing was delivered")
    if upload == "temp-rename":
        assert files == {}
        assert "is there now" not in outcome.message
    else:
        assert files == {FILE.name: b""}
        assert f"A file named {FILE.name} (0 bytes) is there now" in outcome.message
        assert "ask the administrator of the server to remove it" in outcome.message
