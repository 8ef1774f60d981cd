"""A user who presses Ctrl-C while a file is sent reads what is true, and so does the record."""

import os
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from tests.servers import loopback
from tests.support.batches import EXACT, LIST
from tests.support.cli import run_program
from tests.support.profiles import write_profile

PRESSES_CTRL_C = """
import _thread, sys, threading
threading.Thread(target=lambda: (sys.stdin.readline(), _thread.interrupt_main()), daemon=True).start()
from action_returns.cli import main
main()
"""
"""The product, with a thread that does what a console of Windows does on Ctrl-C; it needs no console."""


@pytest.fixture
def server(home, tmp_path, monkeypatch):
    """A server of a profile that has every byte of a file and does not answer; it knows when the bytes are there."""
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
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert server.arrived.wait(60)
    if os.name != "nt":
        sending.send_signal(signal.SIGINT)
    out, said = sending.communicate(b"\n", timeout=60)
    return sending.returncode, out.decode(), said.decode().replace("\r\n", "\n")


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
