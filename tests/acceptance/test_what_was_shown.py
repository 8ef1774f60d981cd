"""What a person was shown is what left: the same bytes at the review, at the receiver, in the receipt and on record."""

import hashlib

import pytest

from tests.servers import loopback
from tests.support.batches import EXACT, LIST
from tests.support.cli import run_program
from tests.support.profiles import write_profile
from tests.support.rights import make_private


@pytest.fixture
def receiver(home, work, returns, tmp_path, tmp_path_factory, monkeypatch):
    """A real FTP server and a profile for it; gives the folder where files arrive."""
    (tmp_path / "password").write_text("s3cret")
    make_private(tmp_path / "password")
    authority = loopback.make_authority(tmp_path_factory.mktemp("authority"))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with loopback.ftp_server(inbox, username="user", password="s3cret", authority=authority) as server:
        facts = {"host": server.host, "port": server.port, "username": "user", "password": "file:password"}
        write_profile(home, {"kind": "ftp", **facts})
        yield inbox


def test_the_bytes_that_leave_are_the_bytes_that_were_shown(receiver, home):
    shown = run_program("review", "returns.csv", "--json").json
    sent = run_program("send", "returns.csv", "--confirm-rows", "2", "--json").json
    (arrived,) = receiver.iterdir()
    assert sent["outcome"] == "sent"
    assert arrived.name == sent["file"]
    assert arrived.read_bytes() == EXACT
    assert shown["sha256"] == sent["sha256"] == hashlib.sha256(EXACT).hexdigest()
    assert run_program("history", "file", "0001").content == EXACT
    assert (home / "submissions" / "0001" / sent["file"]).read_bytes() == EXACT
    assert run_program("history", "receipt", "0001", "--json").json["sha256"] == shown["sha256"]


def test_rows_that_changed_after_they_were_counted_are_not_sent(receiver, tmp_path):
    (tmp_path / "returns.csv").write_text(LIST + "M.8882.4808.1063417,0,REJECTED\r\n", newline="")
    refused = run_program("send", "returns.csv", "--confirm-rows", "2")
    assert refused.code == 2
    assert "2 rows were confirmed" in refused.err
    assert list(receiver.iterdir()) == []


def test_a_connection_without_encryption_is_told_each_time_and_recorded(home, work, returns, tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with loopback.ftp_server(inbox, username="user", password="s3cret", authority=None) as server:
        facts = {"host": server.host, "port": server.port, "username": "user", "password": "env:SECRET"}
        write_profile(home, {"kind": "ftp", "security": "plain", **facts})
        refused = run_program("send", "returns.csv", "--yes", SECRET="s3cret")
        settings = (home / "config.toml").read_text(encoding="utf-8") + "\naccept_plaintext = true\n"
        (home / "config.toml").write_text(settings)
        told = run_program("review", "returns.csv", "--html", "review.html", SECRET="s3cret")
        sent = run_program("send", "returns.csv", "--yes", SECRET="s3cret")
    assert (refused.code, sent.code) == (9, 0)
    for words in (told.printed, (tmp_path / "review.html").read_bytes()):
        assert b"can be read and changed on the way" in words
    assert "over a connection without encryption" in run_program("history", "show", "0001").out
