"""A password never turns up anywhere: not in a file, a message, an exception, the list of processes, or the workbook."""

import base64
import contextlib
import os
import subprocess
import sys
import threading
import time
import urllib.parse
import zipfile

import psutil
import pytest

from tests.servers import loopback
from tests.support.cli import run_here, run_program
from tests.support.profiles import write_profile
from tests.support.rights import make_private

CANARY = "Canary+Pa55/word~in=the&mine"
USER = "user"


def disguises(secret):
    """Give the shapes in which a secret hides: encodings, and what base64 makes of it wherever it stands in a text."""
    raw = secret.encode()
    yield from (raw, raw[::-1], secret.encode("utf-16-le"), secret.encode("utf-16-be"), raw.hex().encode())
    yield urllib.parse.quote(secret, safe="").encode()
    for before in range(3):
        code = base64.b64encode(b"\0" * before + raw)
        whole = code[4 if before else 0 : -4]  # the ends change with what stands around it
        yield from (whole, whole.replace(b"+", b"-").replace(b"/", b"_"))


def where_it_is(content, secret=CANARY):
    return [shape for shape in disguises(secret) if shape in content]


def in_files(*roots):
    """Name the files that hold it, the parts of zipped ones included."""
    found = []
    for path in (path for root in roots for path in root.rglob("*") if path.is_file()):
        parts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name) for name in archive.namelist()]
        found += [str(path) for content in parts if where_it_is(content)]
    return found


@pytest.mark.parametrize("shape", list(disguises(CANARY)))
@pytest.mark.parametrize("around", [b"%s", b"xx%sxx"])
def test_the_search_finds_every_disguise(tmp_path, shape, around):
    (tmp_path / "log").write_bytes(around % shape)
    assert in_files(tmp_path) == [str(tmp_path / "log")]


def test_the_search_finds_what_a_mail_server_is_told():
    for around in ("\0user\0%s", "\0user2\0%s", "\0use\0%s\n"):
        assert where_it_is(base64.b64encode((around % CANARY).encode()))


@pytest.fixture
def secret_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("safe") / "password"
    path.write_text(CANARY)
    make_private(path)
    return path


@pytest.fixture
def authority(tmp_path_factory):
    return loopback.make_authority(tmp_path_factory.mktemp("authority"))


@contextlib.contextmanager
def receiving(kind, folder, authority, password):
    """Run a server of a kind; give the channel's settings for it."""
    if kind == "ftp":
        folder.mkdir()
        with loopback.ftp_server(folder, username=USER, password=password, authority=authority) as server:
            yield {"kind": "ftp", "host": server.host, "port": server.port, "username": USER}
    else:
        with loopback.mail_server(username=USER, password=password, authority=authority) as server:
            addresses = {"sender": "returns@example.com", "recipient": "batch@example.com"}
            yield {"kind": "email", "host": server.host, "port": server.port, "username": USER, **addresses}


COMMANDS = (
    ["profile", "show"],
    ["profile", "list", "--json"],
    ["secret", "status"],
    ["check", "returns.csv", "--json"],
    ["probe", "--json"],
    ["review", "returns.csv", "--html", "review.html"],
    ["send", "returns.csv", "--yes", "--json", "--verbose"],
    ["send", "returns.csv", "--yes", "--debug"],
    ["history", "show", "0001", "--json"],
    ["history", "receipt", "0001", "--html", "receipt.html"],
    ["history", "export", "-o", "history.jsonl"],
    ["doctor", "--bundle", "support.zip"],
    ["new", "returns.xlsm"],
)
"""A full run, from the first look to what is sent to support."""


@pytest.mark.parametrize("where", ["file", "env"])
@pytest.mark.parametrize("kind", ["ftp", "email"])
def test_a_full_run_leaves_the_password_nowhere(
    home, work, returns, authority, secret_file, kind, where, tmp_path_factory
):
    environment = {"SSL_CERT_FILE": str(authority.bundle), "RETURNS_PASSWORD": CANARY}
    reference = {"file": f"file:{secret_file}", "env": "env:RETURNS_PASSWORD"}[where]
    inbox = tmp_path_factory.mktemp("receiver") / "inbox"
    with receiving(kind, inbox, authority, CANARY) as channel:
        write_profile(home, {**channel, "password": reference})
        done = [run_program(*command, **environment) for command in COMMANDS]
    codes = {" ".join(command): one.code for command, one in zip(COMMANDS, done, strict=True)}
    assert codes.pop("send returns.csv --yes --debug") == 8  # the same list a second time
    assert set(codes.values()) == {0}
    for one in done:
        assert where_it_is(one.printed) == []
    assert in_files(home, work) == []
    assert (work / "support.zip").exists()
    assert (home / "ledger.sqlite3").exists()


@pytest.mark.parametrize("kind", ["ftp", "email"])
def test_a_password_that_is_refused_is_not_repeated(
    home, work, returns, authority, secret_file, kind, tmp_path_factory
):
    inbox = tmp_path_factory.mktemp("receiver") / "inbox"
    with receiving(kind, inbox, authority, "another") as channel:
        write_profile(home, {**channel, "password": f"file:{secret_file}"})
        for command in (["send", "returns.csv", "--yes", "--debug"], ["probe", "--verbose"]):
            done = run_program(*command, SSL_CERT_FILE=str(authority.bundle))
            assert done.code == 5
            assert where_it_is(done.printed) == []
    assert in_files(home, work) == []


def test_a_password_written_into_the_settings_is_refused_without_being_repeated(home, work, returns):
    write_profile(home, {"kind": "ftp", "host": "ftp.example.com", "username": USER, "password": CANARY})
    done = run_program("send", "returns.csv", "--yes", "--debug")
    assert done.code == 9
    assert "password" in done.err
    assert where_it_is(done.printed) == []


def test_the_list_of_processes_does_not_show_it(home, work, returns, authority, secret_file, tmp_path_factory):
    """Everything the system tells others about the program while it sends: its arguments and its variables."""
    inbox = tmp_path_factory.mktemp("receiver") / "inbox"
    inbox.mkdir()
    looked, hold = [], threading.Event()

    def slowly(handler, _path):
        looked.append(handler)
        hold.wait(10)

    with loopback.ftp_server(
        inbox, username=USER, password=CANARY, authority=authority, changes={"on_file_received": slowly}
    ) as server:
        channel = {"kind": "ftp", "host": server.host, "port": server.port, "username": USER}
        write_profile(home, {**channel, "password": f"file:{secret_file}"})
        process = subprocess.Popen(
            [sys.executable, "-m", "action_returns", "send", "returns.csv", "--yes"],
            env={**os.environ, "SSL_CERT_FILE": str(authority.bundle)}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 60
        while not looked and time.monotonic() < until:
            time.sleep(0.01)
        sending = psutil.Process(process.pid)
        seen = "\n".join([*sending.cmdline(), *map("=".join, sending.environ().items())]).encode()
        hold.set()
        assert process.wait(30) == 0
    assert looked
    assert b"action_returns" in seen
    assert where_it_is(seen) == []


def test_a_crash_in_the_middle_keeps_it_out_of_its_details(home, work, returns, secret_file, monkeypatch, capsys):
    """An unexpected error while the password is in hand: what is written for support must not hold it."""

    def crash(channel, *_):
        fetched.append(channel.password())
        raise ZeroDivisionError(channel)

    fetched = []
    monkeypatch.setattr("action_returns.channels.ftp.FtpChannel.probe", crash)
    write_profile(home, {"kind": "ftp", "host": "ftp.example.com", "username": USER, "password": f"file:{secret_file}"})
    for options, passwords in ((["--debug"], [CANARY]), ([], [CANARY] * 2)):
        result = run_here(capsys, "probe", *options)
        assert (result.code, fetched) == (1, passwords)
        assert where_it_is(result.printed) == []
        assert "ZeroDivisionError" in result.err
    assert list((home / "logs").iterdir())
    assert in_files(home, work) == []


def test_nothing_that_is_printed_by_accident_holds_it():
    from action_returns.channels.email import EmailChannel
    from action_returns.channels.ftp import FtpChannel
    from action_returns.ledger.records import TeamDatabase

    shown = [
        FtpChannel("h", 21, "plain", "user", lambda: CANARY),
        EmailChannel("h", 25, "plain", "a@b.c", "d@e.f", "user", lambda: CANARY),
        TeamDatabase("postgresql://user@h/d", lambda: CANARY),
    ]
    for one in shown:
        assert where_it_is(repr(one).encode()) == []
        assert "password" not in repr(one)
