"""FTP servers of other makes: what each does differently, and that it makes no difference to the user."""

import itertools
import ssl

import pytest

from action_returns.channels.base import OutgoingFile, Phase, State
from tests.channels.quick import PASSWORD, failed, ftp_channel
from tests.servers.ftp_daemons import DAEMONS
from tests.servers.ftp_makes import MAKES, ftp_make, missing_make
from tests.support.available import require

WAYS = [
    (make, security)
    for make, ways in MAKES.items()
    for security in ways
    if security != "plain" and make not in DAEMONS  # those have their own tests
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


UPLOADS = ("direct", "temp-rename")
VERSIONS = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}
each_way = pytest.mark.parametrize("way", WAYS, ids=" ".join)


@each_way
def test_every_byte_arrives_at_a_server_of_another_make_over_either_version_of_tls(run, authority, way):
    make, security = way
    sent = {}
    with run(make, security) as server:
        for version, upload in itertools.product(VERSIONS, UPLOADS):
            context = ssl.create_default_context(cafile=str(authority.bundle))
            context.minimum_version = context.maximum_version = VERSIONS[version]
            channel = ftp_channel(server.port, context, security=security, upload=upload)
            for size in (1, 65_535, 65_536, 65_537, 5_000_003):
                name = f"{version}-{upload}-{size}.csv".replace(" ", "-")
                sent[name] = (b"M.1.2.3,0,REJECTED\r\n" * (size // 20 + 1))[:size]
                outcome = channel.deliver(OutgoingFile(name, sent[name]))
                assert (outcome.state, outcome.evidence["size"]) == (State.SENT, size), outcome
                assert outcome.evidence["security"] == f"TLSv{version[4:]}"
        assert server.files() == sent


def test_a_plain_connection_to_each_make_gets_the_file_too(run):
    for make, upload in itertools.product(MAKES, UPLOADS):
        with run(make, "plain") as server:
            outcome = ftp_channel(server.port, security="plain", upload=upload).deliver(FILE)
            assert (outcome.state, server.files()) == (State.SENT, {FILE.name: FILE.content}), outcome


# The sign-in of vsftpd lets everybody in here, and pure-ftpd thinks about a wrong password for some seconds.
@pytest.mark.parametrize("make", ["proftpd", pytest.param("pure-ftpd", marks=pytest.mark.long), "ftp-srv", "aioftp"])
def test_a_wrong_password_is_told_as_one_by_a_server_of_any_make(run, make):
    with run(make, "plain") as server:
        outcome = ftp_channel(server.port, security="plain", password=lambda: "another", command_timeout=30).deliver(
            FILE
        )
    assert failed(outcome, "did not accept the user name or password", phase=Phase.CONNECT)


@pytest.mark.parametrize("make", MAKES)
def test_a_folder_that_is_not_there_is_told_as_one_by_a_server_of_any_make(run, make):
    with run(make, "plain") as server:
        outcome = ftp_channel(server.port, security="plain", directory="/no/such").deliver(FILE)
        assert failed(outcome, "no folder /no/such", "Check the folder (directory) in the profile", phase=outcome.phase)
        assert server.files() == {}


INSISTS = {
    "vsftpd": {"force_local_logins_ssl": "YES"},
    "vsftpd, files only": {"force_local_data_ssl": "YES"},
    "proftpd": {"TLSRequired": "on"},
    "proftpd, files only": {"TLSRequired": "data"},
    "pure-ftpd": {"encryption": 2},
}


@pytest.mark.parametrize("server", INSISTS)
def test_a_server_that_insists_on_encryption_is_told_with_the_setting_that_gets_the_file_there(run, trusting, server):
    make = server.partition(",")[0]
    with run(make, "plain", **INSISTS[server]) as running:
        refused = ftp_channel(running.port, security="plain").deliver(FILE)
        assert running.files() == {}
        assert ftp_channel(running.port, trusting).deliver(FILE).state is State.SENT
    todo = "Set the encryption (security) in the profile to explicit-tls"
    assert failed(refused, "serves encrypted connections only", todo, phase=refused.phase)
    assert "did not accept the user name or password" not in refused.message


READ_ONLY = {
    "vsftpd": {"write_enable": "NO"},
    "proftpd": {"<Limit": "STOR>\n  DenyAll\n</Limit>"},
    "pure-ftpd": {"setup": "chmod 555 /mnt/inbox"},
    "ftp-srv": {"is_writable": False},
    "aioftp": {"is_writable": False},
}
FULL = {
    "vsftpd": {"setup": "mount -t tmpfs -o size=8k,mode=777 tmpfs /mnt/inbox"},
    "proftpd": {"setup": "mount -t tmpfs -o size=8k,mode=777 tmpfs /mnt/inbox"},
    "pure-ftpd": {"setup": "mount -t tmpfs -o size=8k,mode=777 tmpfs /mnt/inbox"},
    "ftp-srv": {"room": 1_000},
    "aioftp": {"is_full": True},
}


@pytest.mark.parametrize("upload", UPLOADS)
@pytest.mark.parametrize("make", MAKES)
def test_a_folder_that_takes_no_files_is_told_by_a_server_of_any_make(run, trusting, make, upload):
    security = MAKES[make][0]
    with run(make, security, **READ_ONLY[make]) as server:
        outcome = ftp_channel(server.port, trusting, security=security, upload=upload).deliver(FILE)
        assert failed(outcome, "did not take the file", "Nothing was delivered", "write")
        assert server.files() == {}


@pytest.mark.parametrize("upload", UPLOADS)
@pytest.mark.parametrize("make", MAKES)
def test_a_full_disk_never_looks_like_a_delivery_at_a_server_of_any_make(run, trusting, make, upload):
    security = MAKES[make][0]
    large = OutgoingFile(FILE.name, b"x" * 3_000_000)
    with run(make, security, **FULL[make]) as server:
        outcome = ftp_channel(server.port, trusting, security=security, upload=upload).deliver(large)
        files = {name: len(content) for name, content in server.files().items()}
    if make == "aioftp" and upload == "direct":  # it hangs up, and its empty file cannot be told from one on its way
        assert (outcome.state, files) == (State.UNKNOWN, {FILE.name: 0})
        assert "0 of 3000000 bytes are there under that name" in outcome.message
        return
    assert failed(outcome, "Nothing was delivered")
    assert files == {}
    assert ("full" in outcome.message) is (make != "aioftp")
    assert "may write" not in outcome.message


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
def test_an_empty_file_of_another_sender_is_never_replaced_either(run, make):
    """ftp-srv names no size of it."""
    with run(make, "plain") as server:
        (server.inbox / FILE.name).touch()
        outcome = ftp_channel(server.port, security="plain").deliver(FILE)
        assert server.files() == {FILE.name: b""}
    assert failed(outcome, f"holds a file named {FILE.name} already", "Nothing was sent")


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
