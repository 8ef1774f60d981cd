"""What a person was shown is what left: the same bytes at the review, at the receiver, in the receipt and on record."""

import hashlib
import json

import pytest

from tests.acceptance.test_cli import EXACT, GOOD, profile, run
from tests.servers import loopback


@pytest.fixture
def receiver(home, tmp_path, tmp_path_factory, monkeypatch):
    """A real FTP server and a profile for it; gives the folder where files arrive."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "returns.csv").write_text(GOOD, newline="")
    (tmp_path / "password").write_text("s3cret")
    (tmp_path / "password").chmod(0o600)
    authority = loopback.make_authority(tmp_path_factory.mktemp("authority"))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with loopback.ftp_server(inbox, username="user", password="s3cret", authority=authority) as server:
        facts = {"host": server.host, "port": server.port, "username": "user", "password": "file:password"}
        profile(home, {"kind": "ftp", **facts})
        yield inbox


def test_the_bytes_that_leave_are_the_bytes_that_were_shown(receiver, home):
    shown = json.loads(run("review", "returns.csv", "--json").stdout)
    sent = json.loads(run("send", "returns.csv", "--confirm-rows", "2", "--json").stdout)
    (arrived,) = receiver.iterdir()
    assert sent["outcome"] == "sent"
    assert arrived.name == sent["file"]
    assert arrived.read_bytes() == EXACT
    assert shown["sha256"] == sent["sha256"] == hashlib.sha256(EXACT).hexdigest()
    assert run("history", "file", "0001").stdout == EXACT
    assert (home / "submissions" / "0001" / sent["file"]).read_bytes() == EXACT
    assert json.loads(run("history", "receipt", "0001", "--json").stdout)["sha256"] == shown["sha256"]


def test_rows_that_changed_after_they_were_counted_are_not_sent(receiver, tmp_path):
    (tmp_path / "returns.csv").write_text(GOOD + "M.8882.4808.1063417,0,REJECTED\r\n", newline="")
    refused = run("send", "returns.csv", "--confirm-rows", "2")
    assert refused.returncode == 2
    assert b"2 rows were confirmed" in refused.stderr
    assert list(receiver.iterdir()) == []


def test_a_connection_without_encryption_is_told_each_time_and_recorded(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "returns.csv").write_text(GOOD, newline="")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with loopback.ftp_server(inbox, username="user", password="s3cret", authority=None) as server:
        facts = {"host": server.host, "port": server.port, "username": "user", "password": "env:SECRET"}
        profile(home, {"kind": "ftp", "security": "plain", **facts})
        refused = run("send", "returns.csv", "--yes", SECRET="s3cret")
        settings = (home / "config.toml").read_text() + "\naccept_plaintext = true\n"
        (home / "config.toml").write_text(settings)
        told = run("review", "returns.csv", "--html", "review.html", SECRET="s3cret")
        sent = run("send", "returns.csv", "--yes", SECRET="s3cret")
    assert (refused.returncode, sent.returncode) == (9, 0)
    for words in (told.stdout + told.stderr, (tmp_path / "review.html").read_bytes()):
        assert b"can be read and changed on the way" in words
    assert b"over a connection without encryption" in run("history", "show", "0001").stdout
