"""A program that sends lists, as the tests that kill it start it: one child for every order it reads.

The child is forked where that can be done, and else a new program. An order is a line of JSON: where the ledger lies,
the channel, the lists, the step at which the child kills itself, or the seconds after which it is killed. What the child
was told by ``submit`` it writes to a file before it goes on, as a person would have read it.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import psutil  # noqa: F401  # imported before the fork, or a child dies while it imports and never sends

import action_returns.ledger.sqlite  # noqa: F401  # as above
from action_returns.errors import AlreadySentError, LedgerError
from action_returns.ledger.ledger import Ledger, open_ledger
from action_returns.operations.account import Account
from action_returns.operations.submit import submit
from tests.support.batches import checked_batch

CHANNELS = {
    "OutboxChannel": "action_returns.channels.folder",
    "DraftChannel": "action_returns.channels.folder",
    "EmailChannel": "action_returns.channels.email",
    "FtpChannel": "action_returns.channels.ftp",
    "SftpChannel": "action_returns.channels.sftp",
    "ApiChannel": "action_returns.channels.api",
}
"""Class -> its module: a child imports only the one it needs."""

KILLED = 9
"""SIGKILL, and on Windows the exit code that os.kill gives to a program that it ends."""

STEPS = (
    "before it is claimed",
    "after it was claimed",
    "before leaving is recorded",
    "after leaving was recorded",
    "after the first bytes left",
    "after the channel has answered",
    "after the outcome was recorded",
)
"""Where a submission can die, in order."""

OF_A_ROW = ("before it is recorded", "after it was recorded", "after its call", "after its outcome was recorded")
"""Where a submission of single rows can die beside each row, in order: ``row 2 after its call``."""

IN_THE_FILE = "in the middle of the file"
"""Where one over FTP can die, too."""


def rows_of(number):
    """Give the rows of list number n: what makes it unlike every other."""
    return [(f"M.8882.4808.{number * 10 + at}", 0.0, "REJECTED") for at in range(3)]


def channel(facts):
    """Build a channel from what an order says about it."""
    facts = dict(facts)
    kind = facts.pop("kind")
    password = facts.pop("password", None)
    if password is not None:
        facts["password"] = lambda: password
    if "ca_file" in facts:
        facts["ca_file"] = Path(facts["ca_file"])
    if "directory" in facts and kind in {"OutboxChannel", "DraftChannel"}:
        facts["directory"] = Path(facts["directory"])
    if "private_key" in facts:
        facts["private_key"] = Path(facts["private_key"])
    if bundle := facts.pop("bundle", None):
        import ssl

        facts["context"] = ssl.create_default_context(cafile=bundle)
    return getattr(import_module(CHANNELS[kind]), kind)(**facts)


def die():
    os.kill(os.getpid(), KILLED)


def mine_the_way(step):
    """Make this process die at a step."""
    claim, leaving, settle = Ledger.claim, Ledger.mark_sending, Ledger.settle

    def dying_claim(self, *args, **facts):
        if step == STEPS[0]:
            die()
        claimed = claim(self, *args, **facts)
        if step == STEPS[1]:
            die()
        return claimed

    def dying_leaving(self, *facts):
        if step == STEPS[2]:
            die()
        leaving(self, *facts)
        if step == STEPS[3]:
            die()
        if step == STEPS[4]:
            die_after_the_first_bytes()
        if step == IN_THE_FILE:
            die_in_the_middle_of_the_file()

    def dying_settle(self, *facts):
        if step == STEPS[5]:
            die()
        done = settle(self, *facts)
        if step == STEPS[6]:
            die()
        return done

    sending, outcome, row = Ledger.record_row_sending, Ledger.record_row_outcome, 0

    def dying_row(self, *facts):
        nonlocal row
        row += 1
        if step == f"row {row} {OF_A_ROW[0]}":
            die()
        sending(self, *facts)
        if step == f"row {row} {OF_A_ROW[1]}":
            die()

    def dying_outcome(self, *facts):
        if step == f"row {row} {OF_A_ROW[2]}":
            die()
        outcome(self, *facts)
        if step == f"row {row} {OF_A_ROW[3]}":
            die()

    Ledger.record_row_sending, Ledger.record_row_outcome = dying_row, dying_outcome
    Ledger.claim, Ledger.mark_sending, Ledger.settle = dying_claim, dying_leaving, dying_settle


def die_after_the_first_bytes():
    """Let the system's own calls through once more and die: some of the file's bytes are with the receiver then."""
    import builtins
    import socket
    import ssl

    def dying(original):
        def once(*args, **facts):
            original(*args, **facts)
            die()

        return once

    for owner, name in ((socket.socket, "sendall"), (socket.socket, "send"), (ssl.SSLSocket, "send")):
        setattr(owner, name, dying(getattr(owner, name)))
    os.link = dying(os.link)
    builtins.open = dying(builtins.open)


def die_in_the_middle_of_the_file():
    """Let half of the file through and die."""
    import socket
    import ssl

    def dying(original):
        def send(connection, data, *flags):
            if bytes(data[:8]) != b"ActionId":
                return original(connection, data, *flags)
            original(connection, data[: len(data) // 2])
            return die()

        return send

    for owner in (socket.socket, ssl.SSLSocket):
        owner.send = dying(owner.send)


def send(order):
    kind = order["channel"]["kind"].removesuffix("Channel").lower()
    settings = SimpleNamespace(kind=kind, receiver=lambda: "the receiver of this test")
    account = Account("acme", "test", profile=SimpleNamespace(account=None, approval=False, channel=settings))
    told = os.open(order["told"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with open_ledger(Path(order["ledger"])) as ledger:
        for number in order["lists"]:
            try:
                done = submit(
                    checked_batch(rows_of(number), f"list-{number}.csv"), account, channel(order["channel"]), ledger,
                    clock=lambda: datetime(2026, 11, 23, tzinfo=UTC), confirmation="a test",
                )  # fmt: skip
                said = f"{done.outcome.state} {done.batch} {done.recorded}"
            except AlreadySentError as refused:
                said = f"refused {refused.batch} True"
            except LedgerError as problem:
                said = f"stopped - {problem}".replace("\n", " ")
            os.write(told, f"{number} {said}\n".encode())


def carry_out(order):
    """Do as the order says; the program ends with it."""
    mine_the_way(order.get("dies"))
    send(order)


def forked(order):
    """Carry an order out in a fork of this program; return its exit code."""
    import_module(CHANNELS[order["channel"]["kind"]])  # before the fork, as above
    child = os.fork()
    if child == 0:
        try:
            carry_out(order)
        except BaseException:  # noqa: BLE001  # a forked child never returns
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if "killed_after" in order:
        time.sleep(order["killed_after"])
        with suppress(ProcessLookupError):
            os.kill(child, KILLED)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


class Starter:
    """Carries orders out in programs of their own, where a program cannot be forked."""

    def __init__(self):
        self.next = self.start()

    @staticmethod
    def start():
        command = [sys.executable, "-m", "tests.operations.sender", "one"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def carry_out(self, order):
        """Carry an order out; return the exit code as if the program was forked."""
        if "dies" not in order and "killed_after" not in order:  # a start takes seconds
            send(order)
            return 0
        with self.next as child:
            self.next = self.start()  # it gets ready meanwhile
            child.stdout.readline()
            child.stdin.write(json.dumps(order) + "\n")
            child.stdin.flush()
            if "killed_after" in order:
                time.sleep(order["killed_after"])
                with suppress(OSError):  # it has ended
                    os.kill(child.pid, KILLED)
            code = child.wait()
        return -KILLED if code == KILLED else code

    def end(self):
        """End the program that no order came for."""
        with self.next as child:
            child.kill()


def main():
    if sys.argv[1:] == ["one"]:
        import_module(CHANNELS["OutboxChannel"])  # and with it what all channels need
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        if order := sys.stdin.readline():
            carry_out(json.loads(order))
        return
    starter = None if hasattr(os, "fork") else Starter()
    carry = forked if starter is None else starter.carry_out
    for line in sys.stdin:
        sys.stdout.write(f"{carry(json.loads(line))}\n")
        sys.stdout.flush()
    if starter is not None:
        starter.end()


if __name__ == "__main__":
    main()
