"""SFTP on the command line, against a real sshd: the server is shown once, asked about, kept, and never exchanged."""

import json
import os
import pty
import subprocess
import sys
import tomllib

import pytest

from action_returns.cli.app import run as run_command
from tests.acceptance.test_cli import EXACT, GOOD, profile, run, said
from tests.servers import openssh

pytestmark = pytest.mark.skipif(bool(openssh.why_not()), reason=openssh.why_not())


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    with openssh.sshd(tmp_path_factory.mktemp("sshd") / "server") as server:
        yield server


@pytest.fixture
def server(sshd, home):
    """A server that a profile names, and whose key nobody has confirmed yet."""
    facts = {"kind": "sftp", "host": "127.0.0.1", "port": sshd.port, "username": openssh.USER}
    profile(home, {**facts, "private_key": str(sshd.key)})
    yield sshd
    for path in sshd.inbox.iterdir():
        path.unlink()


@pytest.fixture
def returns(tmp_path):
    path = tmp_path / "returns.csv"
    path.write_text(GOOD, newline="")
    return str(path)


def kept(home):
    channel = tomllib.loads((home / "config.toml").read_text())["profiles"]["acme"]["channel"]
    return channel.get("host_key")


def answered(answer, *arguments):
    """Run the program at a terminal and answer the one question; give exit code and what was shown."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "action_returns", *arguments], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while b"[y/N]" not in shown:
            shown += os.read(ours, 4096)
        os.write(ours, answer.encode() + b"\n")
        while some := os.read(ours, 4096):
            shown += some
    except OSError:  # the terminal's other end is gone
        pass
    finally:
        code = program.wait(60)
        os.close(ours)
    return code, shown.decode().replace("\r\n", "\n")


def test_nothing_is_sent_to_a_server_that_is_not_confirmed(server, home, returns):
    result = run("send", returns, "--yes")
    assert result.returncode == 5
    assert "The key of 127.0.0.1 is not confirmed yet" in said(result)
    assert server.files() == {}


def test_a_key_that_was_confirmed_is_kept_and_from_then_on_the_server_is_known_by_it(server, home, returns):
    code, shown = answered("y", "probe")
    assert code == 0
    assert server.fingerprints["ed25519"] in shown
    assert "Compare it with the one that the administrator of the server gave you" in shown
    assert kept(home) == server.fingerprints["ed25519"]
    assert run("probe").returncode == 0  # nobody is asked again
    result = run("send", returns, "--yes", "--json")
    assert result.returncode == 0, said(result)
    assert list(server.files().values()) == [EXACT]


def test_a_key_that_was_not_confirmed_is_not_kept(server, home):
    code, shown = answered("n", "probe")
    assert code == 5
    assert "was not confirmed" in shown
    assert kept(home) is None


def test_without_a_terminal_the_fingerprint_is_told_and_nothing_is_kept(server, home):
    result = run("probe")
    assert result.returncode == 9
    assert server.fingerprints["ed25519"] in said(result)
    assert "action-returns probe --accept-host-key FINGERPRINT" in said(result)
    assert kept(home) is None


@pytest.mark.parametrize("kind", openssh.KEY_KINDS)
def test_a_script_that_knows_the_fingerprint_confirms_it(server, home, kind, capsys):
    assert run_command(("probe", "--accept-host-key", server.fingerprints[kind], "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["works"] is True
    assert told["evidence"]["host_key"] == server.fingerprints[kind]
    assert kept(home) == server.fingerprints[kind]


def test_another_fingerprint_than_a_script_expects_is_refused_and_not_kept(server, home, capsys):
    assert run_command(("probe", "--accept-host-key", "SHA256:" + "x" * 43)) == 5
    assert "IS NOT THE EXPECTED ONE" in capsys.readouterr().err
    assert kept(home) is None


def test_a_server_whose_key_changed_gets_nothing(server, home, returns, capsys):
    facts = {"kind": "sftp", "host": "127.0.0.1", "port": server.port, "username": openssh.USER}
    profile(home, {**facts, "private_key": str(server.key), "host_key": "SHA256:" + "x" * 43})
    assert run_command(("send", returns, "--yes")) == 5
    assert "Another computer may be pretending to be this server" in capsys.readouterr().err
    assert run_command(("probe", "--accept-host-key", server.fingerprints["rsa"])) == 5
    assert kept(home) == "SHA256:" + "x" * 43
    assert server.files() == {}


def test_a_server_that_is_not_there_is_told_without_a_question(server, home, capsys):
    profile(home, {"kind": "sftp", "host": "no-such-host.invalid", "username": "u", "password": "env:P"})
    assert run_command(("probe",)) == 5
    assert "no server named no-such-host.invalid" in capsys.readouterr().err


def test_what_sftp_needs_is_named_where_it_is_not_installed(server, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "paramiko", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert run_command(("probe",)) == 9
    assert 'pip install "action-returns[sftp]"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"host_key": "AAAAC3Nz", "password": "keyring"}, "SHA256: and 43 letters"),
        ({}, "password, private_key (the path of the file), or both"),
    ],
)
def test_settings_that_cannot_work_are_told_when_they_are_read(home, capsys, wrong, says):
    profile(home, {"kind": "sftp", "host": "sftp.example.com", "username": "u", **wrong})
    assert run_command(("probe",)) == 9
    assert says in capsys.readouterr().err


def test_a_profile_is_made_step_by_step(home, capsys):
    settings = ("host=sftp.example.com", "username=u", "directory=/in")
    options = [word for setting in settings for word in ("--set", setting)]
    assert run_command(("profile", "add", "acme", "--environment", "test", "--kind", "sftp", *options)) == 0
    assert "action-returns secret set acme" in capsys.readouterr().err
    options += ["--set", "private_key=~/.ssh/id_ed25519"]
    assert run_command(("profile", "add", "keyed", "--environment", "test", "--kind", "sftp", *options)) == 0
    assert "secret set" not in capsys.readouterr().err
