"""FTP against vsftpd and proftpd, in the ways such servers are set up: what arrives, and what is said when it cannot."""

import ftplib
import io
import ssl
from contextlib import closing
from functools import partial

import pytest

from action_returns.channels.base import OutgoingFile, Phase, State
from tests.channels.quick import PASSWORD, ftp_channel
from tests.servers import loopback
from tests.servers.ftp_daemons import DAEMONS, USER
from tests.support.available import missing_programs, require

PARCEL = OutgoingFile(
    "Batch_Mods_Reversals_2026_11_23_0001.csv", b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
)
VERSIONS = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}


@pytest.fixture(params=list(DAEMONS))
def run(request, authority, tmp_path_factory):
    """Start the server with a configuration of its own."""
    require(missing_programs(request.param))

    def start(**settings):
        facts = settings.get(request.param, {}) | settings.get("both", {})
        return DAEMONS[request.param](tmp_path_factory.mktemp(request.param), authority.server, PASSWORD, **facts)

    return start


@pytest.fixture
def run_vsftpd(authority, tmp_path_factory):
    """Start vsftpd with a configuration of its own."""
    require(missing_programs("vsftpd"))
    return partial(DAEMONS["vsftpd"], tmp_path_factory.mktemp("vsftpd"), authority.server, PASSWORD)


@pytest.fixture
def run_proftpd(authority, tmp_path_factory):
    """Start ProFTPD with a configuration of its own."""
    require(missing_programs("proftpd"))
    return partial(DAEMONS["proftpd"], tmp_path_factory.mktemp("proftpd"), authority.server, PASSWORD)


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_byte_arrives_over_either_version_of_tls(ftp_daemon, authority, version, upload):
    context = ssl.create_default_context(cafile=str(authority.bundle))
    context.minimum_version = context.maximum_version = VERSIONS[version]
    sent = {}
    for size in (1, 65_535, 65_536, 65_537, 5_000_003):
        name = f"every-byte-{version}-{upload}-{size}.csv".replace(" ", "-")
        sent[name] = (b"M.1.2.3,0,REJECTED\r\n" * (size // 20 + 1))[:size]
        outcome = ftp_channel(ftp_daemon.port, context, upload=upload).deliver(OutgoingFile(name, sent[name]))
        assert (outcome.state, outcome.evidence["size"]) == (State.SENT, size)
        assert outcome.evidence["security"] == f"TLSv{version[4:]}"
    files = ftp_daemon.files()
    assert {name: files[name] for name in sent} == sent
    ours = [name for name in files if name.startswith(f"every-byte-{version}-{upload}".replace(" ", "-"))]
    assert sorted(ours) == sorted(sent)


def test_these_servers_refuse_a_file_whose_connection_does_not_belong_to_the_other_one(ftp_daemon, authority):
    """Without it the tests above would not show that it is kept: ftplib does not do it."""
    # Closed without QUIT: a server that is late with its refusal would answer QUIT with it.
    with closing(ftplib.FTP_TLS(context=ssl.create_default_context(cafile=str(authority.bundle)))) as client:
        client.connect("127.0.0.1", ftp_daemon.port)
        client.login(USER, PASSWORD)
        client.prot_p()
        with pytest.raises((ftplib.Error, OSError, EOFError)):
            client.storbinary("STOR stranger.csv", io.BytesIO(PARCEL.content))
    assert not ftp_daemon.files().get("stranger.csv")


def test_a_wrong_password_stops_before_anything_is_sent(ftp_daemons, trusting):
    server = ftp_daemons["proftpd"]
    outcome = ftp_channel(server.port, trusting, password=lambda: PASSWORD + "x").deliver(PARCEL)
    assert (outcome.state, outcome.phase) == (State.FAILED, Phase.CONNECT)
    assert "530" in outcome.message
    assert server.log.read_text().count("Login failed") == 1  # a second attempt could lock the user out


def test_implicit_tls_delivers(run, trusting):
    with run(vsftpd={"implicit_ssl": "YES"}, proftpd={"TLSOptions": "UseImplicitSSL"}) as server:
        outcome = ftp_channel(server.port, trusting, security="implicit-tls").deliver(PARCEL)
        assert (outcome.state, server.files()) == (State.SENT, {PARCEL.name: PARCEL.content})


def test_the_other_protocol_of_the_internet_works_too(run, tmp_path):
    authority = loopback.make_authority(tmp_path, "::1")
    context = ssl.create_default_context(cafile=str(authority.bundle))
    certificate = str(authority.server)
    with run(
        both={"host": "::1"},
        vsftpd={"rsa_cert_file": certificate, "rsa_private_key_file": certificate},
        proftpd={"TLSRSACertificateFile": certificate, "TLSRSACertificateKeyFile": certificate},
    ) as server:
        outcome = ftp_channel(server.port, context, host="::1").deliver(PARCEL)
        assert (outcome.state, server.files()) == (State.SENT, {PARCEL.name: PARCEL.content})


def test_a_server_behind_a_router_that_names_a_wrong_address_gets_the_file(run, trusting):
    wrong = "203.0.113.9"
    with run(vsftpd={"pasv_address": wrong}, proftpd={"MasqueradeAddress": wrong}) as server:
        outcome = ftp_channel(server.port, trusting).deliver(PARCEL)
        assert (outcome.state, server.files()) == (State.SENT, {PARCEL.name: PARCEL.content})


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
def test_a_folder_that_shows_nothing_is_delivered_to_only_where_the_profile_allows_it(run_vsftpd, trusting, upload):
    with run_vsftpd(cmds_denied="SIZE,MDTM,LIST,NLST,MLST,RETR") as server:
        refused = ftp_channel(server.port, trusting, upload=upload).deliver(PARCEL)
        assert (refused.state, server.files()) == (State.FAILED, {})
        assert "does not show whether a file named" in refused.message
        outcome = ftp_channel(server.port, trusting, upload=upload, name_check="when-possible").deliver(PARCEL)
        assert (outcome.state, server.files()) == (State.SENT, {PARCEL.name: PARCEL.content})
    assert "size" not in outcome.evidence
    assert outcome.evidence["name_check"] == "not possible"
    assert "It does not show whether the file is there" in outcome.message


LIMITED = {
    "only what is there": "SIZE MDTM LIST NLST MLST MLSD RETR",  # SIZE still says that something is not there
    "its size and facts": "SIZE MLST",
}


@pytest.mark.parametrize("limited", LIMITED)
@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
def test_a_server_that_denies_looks_takes_a_new_file_and_never_replaces_another(run_proftpd, trusting, upload, limited):
    limits = f"{LIMITED[limited]}>\n  DenyAll\n</Limit>\nAllowOverwrite on\n<Limit NONE"
    with run_proftpd(**{"<Limit": f"{limits}>\n</Limit>"}) as server:
        made = ftp_channel(server.port, trusting, upload=upload)
        first = made.deliver(PARCEL)
        again = made.deliver(OutgoingFile(PARCEL.name, b"other rows"))
        assert server.files() == {PARCEL.name: PARCEL.content}
    assert (first.state, again.state) == (State.SENT, State.FAILED), (first, again)
    assert "Nothing was sent" in again.message


@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
def test_a_disk_that_fills_up_in_the_middle_has_certainly_failed_and_nothing_stays(run, trusting, upload):
    full = OutgoingFile(PARCEL.name, b"x" * 3_000_000)
    with run(both={"setup": "mount -t tmpfs -o size=1m,mode=777 tmpfs /mnt/inbox"}) as server:
        outcome = ftp_channel(server.port, trusting, upload=upload).deliver(full)
        again = ftp_channel(server.port, trusting, upload=upload).deliver(PARCEL)
    assert outcome.state is State.FAILED, outcome
    assert "Nothing was delivered" in outcome.message
    assert "could not be removed" not in outcome.message
    # The name is free and there is room again.
    assert (again.state, again.evidence["size"]) == (State.SENT, len(PARCEL.content)), again


def test_a_probe_tells_that_a_server_without_encryption_in_use_offers_it(ftp_daemon):
    outcome = ftp_channel(ftp_daemon.port, security="plain").probe()
    assert outcome.works
    assert "set the encryption (security) in the profile to explicit-tls" in outcome.message


def test_a_probe_of_a_server_without_encryption_says_what_that_means(run):
    with run(vsftpd={"ssl_enable": "NO"}, proftpd={"TLSEngine": "off"}) as server:
        outcome = ftp_channel(server.port, security="plain").probe()
    assert "Others can read password and rows on the way" in outcome.message
    assert "explicit-tls" not in outcome.message
