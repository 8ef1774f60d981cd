"""FTP servers of other makes: what each does differently, and that it makes no difference to the user."""

import pytest

from action_returns.channels.base import OutgoingFile, State
from tests.channels.quick import PASSWORD, ftp_channel
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
