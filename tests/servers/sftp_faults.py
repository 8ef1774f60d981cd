"""Stands between sshd and the real sftp-server, as the command behind ``sftp``, and breaks a conversation at one point.

Which one is told by the folder that the client asks for first: beside it lies a plan of the same name.
"""

import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from tests.servers import unpacked
from tests.servers.go_between import GARBAGE

SERVER: Final = unpacked.ROOT / "usr/lib/openssh/sftp-server"
_NAMES: Final = {3: "OPEN", 4: "CLOSE", 6: "WRITE", 7: "LSTAT", 13: "REMOVE", 17: "STAT", 18: "RENAME"}
_OPEN: Final = 3
_FIRST: Final = 2
"""The version comes first, before anybody has asked for a folder."""


def command(plans: Path, version: str = "") -> str:
    """Give the command for sshd.

    Args:
        plans: where the plans lie and where it writes down what happened.
        version: how to break every conversation at its very first word; not at all when empty.
    """
    return (
        f"cd '{Path(__file__).parents[2]}' && exec '{sys.executable}' -m tests.servers.sftp_faults '{plans}' {version}"
    )


def write_plan(plans: Path, case: str, kind: str = "", reply: int = 0, *, always: bool = False) -> None:
    """Say where a conversation breaks and how.

    Args:
        plans: where the plans lie.
        case: the folder that the client will ask for.
        kind: ``cut``, ``hang``, ``garbage``, or ``full``: the server's disk is full from this reply on.
        reply: which reply of the server, counted from 2, is not heard any more.
        always: whether every later conversation breaks at once, else only the first one does.
    """
    plans.joinpath(f"{case}.json").write_text(json.dumps({"kind": kind, "reply": reply, "always": always}))


def what_happened(plans: Path, case: str) -> tuple[bool, list[str], int]:
    """Tell whether it came to that, what was asked in the first conversation, and how many files were opened in all."""
    asked = [path.read_text().split() for path in sorted(plans.glob(f"{case}.asked-*"))]
    opened = sum(words.count("OPEN") for words in asked)
    return plans.joinpath(f"{case}.reached").exists(), asked[0] if asked else [], opened


def _packets(stream: BinaryIO) -> Iterator[bytes]:
    while len(head := stream.read(4)) == 4:
        yield head + stream.read(struct.unpack(">I", head)[0])


class _Conversation:
    """One of them, with what is planned for it."""

    def __init__(self, plans: Path) -> None:
        self._plans = plans
        self._case = ""
        self._plan = {"kind": "", "reply": 0, "always": False}
        self._number = 0
        self.known = threading.Event()

    def hear(self, packet: bytes) -> None:
        """Write down what the client asks for; by the first folder the plan is known."""
        kind = packet[4]
        if not self._case and kind in _NAMES:
            length = struct.unpack(">I", packet[9:13])[0]
            self._case = packet[13 : 13 + length].decode().strip("/")
            self._plan = json.loads(self._plans.joinpath(f"{self._case}.json").read_text())
            self._number = len(list(self._plans.glob(f"{self._case}.asked-*")))
            self.known.set()
        if kind in _NAMES:
            with self._plans.joinpath(f"{self._case}.asked-{self._number}").open("a") as asked:
                asked.write(f"{_NAMES[kind]} ")

    def is_to_break(self, reply: int) -> str:
        """Say how the conversation breaks at this reply of the server, or nothing."""
        if reply >= _FIRST:
            self.known.wait()
        reached = self._plans / f"{self._case}.reached"
        if self._number == 0 and reply == self._plan["reply"]:
            reached.touch()
            return str(self._plan["kind"])
        if self._number and self._plan["always"] and reply == _FIRST and reached.exists():
            return str(self._plan["kind"])
        return ""


def _break(kind: str) -> None:
    if kind == "garbage":
        os.write(1, GARBAGE * 20)
    if kind == "hang":
        time.sleep(60)
    os._exit(1)


def main() -> None:
    """Pass on what the client asks and what the server answers, until the conversation is to break."""
    conversation = _Conversation(Path(sys.argv[1]))
    with subprocess.Popen(
        [SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=unpacked.environment(), cwd=os.environ["HOME"]
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        threading.Thread(target=_pass_on, args=(conversation, server.stdin), daemon=True).start()
        for reply, packet in enumerate(_packets(server.stdout), 1):
            kind = sys.argv[2] if sys.argv[2:] else conversation.is_to_break(reply)
            if kind:
                _break(kind)
            _write(packet)


def _pass_on(conversation: _Conversation, server: BinaryIO) -> None:
    for packet in _packets(sys.stdin.buffer):
        conversation.hear(packet)
        server.write(packet)
        server.flush()
    os._exit(0)


def _write(packet: bytes) -> None:
    while packet:
        packet = packet[os.write(1, packet) :]


if __name__ == "__main__":
    main()
