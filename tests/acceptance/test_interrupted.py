"""A user who presses Ctrl-C while a file is sent reads what is true, and so does the record."""

import os
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from tests.servers import loopback
from tests.support.available import missing_screen, require
from tests.support.batches import EXACT, LIST
from tests.support.cli import run_program
from tests.support.profiles import write_profile

NEW_CONSOLE = getattr(subprocess, "CREATE_NEW_CONSOLE", 0)
PRESSES_CTRL_C = """
import ctypes, subprocess, sys
sending = subprocess.Popen([sys.executable, "-m", "action_returns", *sys.argv[1:]])
sys.stdin.readline()
kernel = ctypes.WinDLL("kernel32")
kernel.SetConsoleCtrlHandler(None, True)  # the other program is meant
kernel.GenerateConsoleCtrlEvent(0, 0)
sys.exit(sending.wait())
"""
"""A program that presses Ctrl-C in its console of Windows, for all programs that run in it."""


@pytest.fixture
def server(home, tmp_path, monkeypatch):
    """A server of a profile that has every byte of a file and does not answer; it knows when the bytes are there."""
    if os.name == "nt":
        require(missing_screen())
    authority = loopback.make_authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    monkeypatch.setenv("PW", "s3cret")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    arrived, answer = threading.Event(), threading.Event()

    def says_nothing(_handler, _path):
        arrived.set()
        answer.wait(60)

    changes = {"on_file_received": says_nothing}
    with loopback.ftp_server(inbox, username="u", password="s3cret", authority=authority, changes=changes) as running:
        facts = {"host": running.host, "port": running.port, "username": "u", "password": "env:PW"}
        write_profile(home, {"kind": "ftp", **facts})
        yield SimpleNamespace(inbox=inbox, arrived=arrived)
        answer.set()


def ended_by_ctrl_c(server, *arguments):
    """Run a command, press Ctrl-C when the file has arrived; return its exit code and what it said."""
    program = ["-c", PRESSES_CTRL_C] if os.name == "nt" else ["-m", "action_returns"]
    sending = subprocess.Popen(
        [sys.executable, *program, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, creationflags=NEW_CONSOLE,
    )  # fmt: skip
    assert server.arrived.wait(60)
    if os.name != "nt":
        sending.send_signal(signal.SIGINT)
    out, said = sending.communicate(b"\n", timeout=60)
    return sending.returncode, out.decode(), said.decode("ascii", "replace").replace("\r\n", "\n")


def test_a_file_that_may_have_arrived_is_unknown(server, tmp_path):
    (tmp_path / "returns.csv").write_text(LIST, newline="")
    code, _, said = ended_by_ctrl_c(server, "send", str(tmp_path / "returns.csv"), "--yes")
    assert code == 7
    assert "UNKNOWN: Sending was cut short (KeyboardInterrupt). The file may have arrived or not." in said
    assert "Traceback" not in said
    assert [path.read_bytes() for path in server.inbox.iterdir()] == [EXACT]
    (batch,) = run_program("history", "list", "--json").json["batches"]
    assert (batch["outcome"], batch["rows"]) == ("unknown", 2)


def test_its_rows_are_not_sent_again_by_themselves(server, tmp_path):
    (tmp_path / "returns.csv").write_text(LIST, newline="")
    assert ended_by_ctrl_c(server, "send", str(tmp_path / "returns.csv"), "--yes", "--json")[0] == 7
    again = run_program("send", str(tmp_path / "returns.csv"), "--yes", "--json")
    assert (again.code, again.json["problem"], again.json["left_out"]["sent_before"]) == (8, "duplicate", 2)
