"""SFTP on the command line, against a real sshd: the server is shown once, asked about, kept, and never exchanged."""

import sys
import tomllib

import pytest

from tests.servers import openssh
from tests.support.available import missing_sshd, skip_without
from tests.support.batches import EXACT
from tests.support.cli import run_at_a_terminal, run_program
from tests.support.profiles import write_profile

pytestmark = skip_without(missing_sshd())


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    with openssh.sshd(tmp_path_factory.mktemp("sshd") / "server") as server:
        yield server


@pytest.fixture
def server(sshd, home):
    """A server that a profile names, and whose key nobody has confirmed yet."""
    facts = {"kind": "sftp", "host": "127.0.0.1", "port": sshd.port, "username": openssh.USER}
    write_profile(home, {**facts, "private_key": str(sshd.key)})
    yield sshd
    sshd.clear()


def kept(home):
    channel = tomllib.loads((home / "config.toml").read_text(encoding="utf-8"))["profiles"]["acme"]["channel"]
    return channel.get("host_key")


def test_nothing_is_sent_to_a_server_that_is_not_confirmed(server, home, returns):
    result = run_program("send", returns, "--yes")
    assert result.code == 5
    assert "The key of 127.0.0.1 is not confirmed yet" in result.err
    assert server.files() == {}


def test_a_key_that_was_confirmed_is_kept_and_from_then_on_the_server_is_known_by_it(server, home, returns):
    code, shown = run_at_a_terminal("y", "probe")
    assert code == 0
    assert server.fingerprints["ed25519"] in shown
    assert "Compare it with the one that the administrator of the server gave you" in shown
    assert kept(home) == server.fingerprints["ed25519"]
    assert run_program("probe").code == 0  # nobody is asked again
    result = run_program("send", returns, "--yes", "--json")
    assert result.code == 0, result.err
    assert list(server.files().values()) == [EXACT]


def test_a_key_that_was_not_confirmed_is_not_kept(server, home):
    code, shown = run_at_a_terminal("n", "probe")
    assert code == 5
    assert "was not confirmed" in shown
    assert kept(home) is None


def test_without_a_terminal_the_fingerprint_is_told_and_nothing_is_kept(server, home):
    result = run_program("probe")
    assert result.code == 9
    assert server.fingerprints["ed25519"] in result.err
    assert "action-returns probe --accept-host-key FINGERPRINT" in result.err
    assert kept(home) is None


@pytest.mark.parametrize("kind", openssh.KEY_KINDS)
def test_a_script_that_knows_the_fingerprint_confirms_it(server, home, kind, run):
    result = run("probe", "--accept-host-key", server.fingerprints[kind], "--json")
    told = result.json
    assert result.code == 0
    assert told["works"] is True
    assert told["evidence"]["host_key"] == server.fingerprints[kind]
    assert kept(home) == server.fingerprints[kind]


def test_another_fingerprint_than_a_script_expects_is_refused_and_not_kept(server, home, run):
    result = run("probe", "--accept-host-key", "SHA256:" + "x" * 43)
    assert result.code == 5
    assert "IS NOT THE EXPECTED ONE" in result.err
    assert kept(home) is None


def test_a_server_whose_key_changed_gets_nothing(server, home, returns, run):
    facts = {"kind": "sftp", "host": "127.0.0.1", "port": server.port, "username": openssh.USER}
    write_profile(home, {**facts, "private_key": str(server.key), "host_key": "SHA256:" + "x" * 43})
    result = run("send", returns, "--yes")
    assert result.code == 5
    assert "Another computer may be pretending to be this server" in result.err
    assert run("probe", "--accept-host-key", server.fingerprints["rsa"]).code == 5
    assert kept(home) == "SHA256:" + "x" * 43
    assert server.files() == {}


def test_a_server_that_is_not_there_is_told_without_a_question(server, home, run):
    write_profile(home, {"kind": "sftp", "host": "no-such-host.invalid", "username": "u", "password": "env:P"})
    result = run("probe")
    assert result.code == 5
    assert "no server named no-such-host.invalid" in result.err


def test_what_sftp_needs_is_named_where_it_is_not_installed(server, run, monkeypatch):
    monkeypatch.setitem(sys.modules, "paramiko", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    result = run("probe")
    assert result.code == 9
    assert "-m pip install -c " in result.err
    assert "'paramiko" in result.err


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"host_key": "AAAAC3Nz", "password": "keyring"}, "SHA256: and 43 letters"),
        ({}, "password, private_key (the path of the file), or both"),
    ],
)
def test_settings_that_cannot_work_are_told_when_they_are_read(home, run, wrong, says):
    write_profile(home, {"kind": "sftp", "host": "sftp.example.com", "username": "u", **wrong})
    result = run("probe")
    assert result.code == 9
    assert says in result.err


def test_a_profile_is_made_step_by_step(home, run):
    settings = ("host=sftp.example.com", "username=u", "directory=/in")
    options = [word for setting in settings for word in ("--set", setting)]
    result = run("profile", "add", "acme", "--environment", "test", "--kind", "sftp", *options)
    assert result.code == 0
    assert "action-returns secret set acme" in result.err
    options += ["--set", "private_key=~/.ssh/id_ed25519"]
    result = run("profile", "add", "keyed", "--environment", "test", "--kind", "sftp", *options)
    assert result.code == 0
    assert "secret set" not in result.err
