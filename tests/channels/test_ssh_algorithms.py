"""Servers with which no connection can be agreed on: the user reads which kind is missing, and whether the server is old."""

import pytest

from action_returns.channels.base import Phase
from action_returns.channels.server_words import ServerWords
from action_returns.channels.ssh_algorithms import nothing_in_common
from tests.channels.quick import PASSWORD, failed, sftp_channel
from tests.servers import openssh
from tests.servers.asyncssh_server import asyncssh_server
from tests.servers.ssh2_server import ssh2_server
from tests.support.available import missing_node, missing_programs, missing_python, missing_sshd, require

OLD = "These are old and no longer safe"
NEWER = "the server is newer than this program, or allows little"


@pytest.mark.parametrize(
    ("settings", "kind", "offered", "judged"),
    [
        ("KexAlgorithms diffie-hellman-group1-sha1", "rsa", "way to exchange keys: diffie-hellman-group1-sha1", OLD),
        (
            "KexAlgorithms diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1",
            "rsa",
            "way to exchange keys: diffie-hellman-group14-sha1, diffie-hellman-group-exchange-sha1",
            OLD,
        ),
        ("HostKeyAlgorithms ssh-rsa", "rsa", "kind of host key: ssh-rsa", OLD),
        ("HostKeyAlgorithms ssh-dss", "dsa", "kind of host key: ssh-dss", OLD),
        ("Ciphers chacha20-poly1305@openssh.com", "rsa", "encryption: chacha20-poly1305@openssh.com", NEWER),
        ("MACs umac-128@openssh.com", "rsa", "check of messages (MAC): umac-128@openssh.com", NEWER),
        (
            "KexAlgorithms sntrup761x25519-sha512@openssh.com",
            "rsa",
            "way to exchange keys: sntrup761x25519-sha512@openssh.com",
            NEWER,
        ),
    ],
    ids=["group 1", "groups with SHA-1", "RSA with SHA-1", "DSS", "chacha20 only", "umac only", "sntrup761 only"],
)
def test_what_openssh_offers_is_named_and_judged(tmp_path, settings, kind, offered, judged):
    require(missing_sshd())
    with openssh.sshd(tmp_path / "server", kinds=[kind], settings=settings) as server:
        result = sftp_channel(server, host_key=server.fingerprints[kind]).probe()
    assert failed(result, f"The server offers {offered}", judged, "Nothing was sent", phase=Phase.CONNECT)
    assert "Ask the administrator of the server" in result.message
    for name in ("kex-strict", "3des-cbc", "hmac-md5"):  # no algorithm, and two that nobody should be told to allow
        assert name not in result.message


def test_an_old_server_of_node_is_told_with_all_that_is_old(tmp_path):
    require(missing_node("ssh2") or missing_programs("ssh-keygen", as_root=False))
    allowed = {
        "kex": ["diffie-hellman-group1-sha1"],
        "serverHostKey": ["ssh-rsa"],
        "cipher": ["3des-cbc"],
        "hmac": ["hmac-sha1"],
    }
    with ssh2_server(tmp_path / "server", PASSWORD, kind="rsa", algorithms=allowed) as server:
        result = sftp_channel(server, host_key=server.fingerprints["rsa"], password=lambda: PASSWORD).probe()
    assert failed(result, "no way to exchange keys and no kind of host key in common", OLD, phase=Phase.CONNECT)
    assert "It needs one of: way to exchange keys: " in result.message
    assert "encryption" not in result.message


@pytest.mark.parametrize("name", ["curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256"])
def test_a_server_that_allows_one_good_way_to_exchange_keys_is_served(tmp_path, name):
    require(missing_python("asyncssh") or missing_programs("ssh-keygen", as_root=False))
    with asyncssh_server(tmp_path / "server", PASSWORD, algorithms={"kex_algs": [name]}) as server:
        result = sftp_channel(server, private_key=None, password=lambda: PASSWORD).probe()
    assert result.works, result.message


def test_an_address_of_many_colons_is_told_apart_from_the_port():
    outcome = nothing_in_common("fd00::1", 2222, "Incompatible version", {}, {}, ServerWords())
    assert outcome.message.startswith("[fd00::1]:2222 and this program have no safe kind of encryption in common")
