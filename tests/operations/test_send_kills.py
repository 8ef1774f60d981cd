"""A program that is killed while it sends: nothing lost, nothing sent twice, and the next start tells the truth."""

import json
import os
import random
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import csv_bytes
from action_returns.ledger.ledger import open_ledger
from tests.operations.sender import IN_THE_FILE, OF_A_ROW, STEPS, rows_of
from tests.servers import loopback, openssh, sftp_here
from tests.servers.brand_api_server import SID, TOKEN, brand_api_server
from tests.servers.ftp_daemons import USER
from tests.servers.ftp_makes import MAKES, ftp_make, missing_make
from tests.support.available import missing_sshd, require

PASSWORD = "s3cret-canary-pass"


def content_of(number):
    ids, amounts, reasons = zip(*rows_of(number), strict=True)
    return csv_bytes(ReadyRows(ids, [round(amount * 100) for amount in amounts], reasons))


@pytest.fixture(scope="module")
def sender():
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.operations.sender"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def send(**order):
            """Send, and give the exit code: -9 when the program was killed."""
            process.stdin.write(json.dumps({name: _plain(value) for name, value in order.items()}) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield send
        process.stdin.close()


def _plain(value):
    return str(value) if isinstance(value, Path) else value


@pytest.fixture
def outbox(tmp_path):
    folder = tmp_path / "outbox"
    folder.mkdir()
    return {"kind": "OutboxChannel", "directory": str(folder)}, lambda: _files(folder)


@pytest.fixture
def draft(tmp_path):
    folder = tmp_path / "drafts"
    folder.mkdir()
    facts = {"kind": "DraftChannel", "directory": str(folder), "recipient": "batch@example.com"}
    return facts, lambda: [_attached(content) for content in _files(folder, ".eml")]


@pytest.fixture
def ftp(tmp_path):
    yield from _ftp(tmp_path, "direct")


@pytest.fixture
def ftp_renamed(tmp_path):
    yield from _ftp(tmp_path, "temp-rename")


def _ftp(tmp_path, upload):
    folder = tmp_path / "inbox"
    folder.mkdir()
    authority = loopback.make_authority(tmp_path)
    with loopback.ftp_server(folder, username="user", password=PASSWORD, authority=authority) as server:
        facts = {
            "kind": "FtpChannel", "host": server.host, "port": server.port, "security": "explicit-tls",
            "username": "user", "password": PASSWORD, "bundle": str(authority.bundle), "upload": upload,
        }  # fmt: skip
        yield facts, lambda: _files(folder)


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sshd") / "server"
    with sftp_here.sftp_server(folder) if missing_sshd() else openssh.sshd(folder) as server:
        yield server


@pytest.fixture
def sftp(sshd):
    yield from _sftp(sshd, "direct")


@pytest.fixture
def sftp_renamed(sshd):
    yield from _sftp(sshd, "temp-rename")


def _sftp(server, upload):
    facts = {
        "kind": "SftpChannel", "host": "127.0.0.1", "port": server.port, "username": openssh.USER,
        "private_key": str(server.key), "host_key": server.fingerprints["ed25519"], "upload": upload,
    }  # fmt: skip
    yield facts, lambda: _files(server.inbox)
    server.clear()


@pytest.fixture
def email(tmp_path):
    authority = loopback.make_authority(tmp_path)
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority) as server:
        facts = {
            "kind": "EmailChannel", "host": server.host, "port": server.port, "security": "starttls",
            "username": "user", "password": PASSWORD, "bundle": str(authority.bundle),
            "sender": "returns@example.com", "recipient": "batch@example.com",
        }  # fmt: skip
        yield facts, lambda: [content for _, content in server.attachments()]


def _files(folder, ending=".csv"):
    return [path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix == ending]


def _attached(mail):
    (part,) = message_from_bytes(mail, policy=policy.SMTP).iter_attachments()
    return part.get_payload(decode=True)


def truth(path):
    """Open the ledger as the next start does, and give the state of every batch by its content."""
    with open_ledger(path) as ledger:
        return [(record.state, ledger.content(record.number)) for record in reversed(ledger.batches())]


def judge(arrived, batches, told, numbers):
    """Say what is untrue or lost, in sentences; nothing when all is well."""
    wrong = []
    for number in numbers:
        content = content_of(number)
        held = arrived.count(content)
        states = [state for state, recorded in batches if recorded == content]
        said = [words for words in told if words[0] == str(number)]
        if held > 1:
            wrong.append(f"list {number} arrived {held} times")
        if held and not {"sent", "handed-over", "unknown"} & set(states):
            wrong.append(f"list {number} arrived and the ledger says {states}")
        if not held and {"sent", "handed-over"} & set(states):
            wrong.append(f"list {number} is on record as {states} and did not arrive")
        if {"prepared", "sending"} & set(states):
            wrong.append(f"list {number} is still {states} although nobody sends it")
        for _, outcome, batch, *_ in said:
            if outcome in {"sent", "handed-over", "failed", "unknown"} and batches[int(batch) - 1][0] != outcome:
                wrong.append(f"list {number}: {outcome} was told, the ledger says {batches[int(batch) - 1][0]}")
    whole = {content_of(number) for number in numbers}
    for content in set(arrived) - whole:
        # A direct upload that was killed in its middle leaves half a file; then the record must speak of doubt.
        if not any(other.startswith(content) for other in whole):
            wrong.append("something else arrived")
        elif "unknown" not in {state for state, _ in batches}:
            wrong.append("half a list arrived and nobody is told")
    return wrong


def words_told(path):
    return [line.split(maxsplit=3) for line in path.read_text().splitlines()] if path.exists() else []


CHANNELS = ["outbox", "draft", "ftp", "ftp_renamed", "sftp", "sftp_renamed", "email"]
TRANSFERS = ("ftp", "sftp")
LEFT = STEPS.index("after leaving was recorded")


@pytest.mark.parametrize("kind", CHANNELS)
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_start_tells_the_truth_and_nothing_goes_twice(
    request, sender, tmp_path, kind, step
):
    facts, arrived = request.getfixturevalue(kind)
    ledger, told = tmp_path / "ledger.sqlite3", tmp_path / "told"
    order = {"ledger": ledger, "told": told, "channel": facts, "lists": [1]}
    assert sender(**order, dies=step) == -9

    at = STEPS.index(step)
    expected = [] if at == 0 else ["failed"] if at < LEFT else ["unknown"]
    if step == "after the outcome was recorded":
        expected = ["sent" if kind.startswith(TRANSFERS) else "handed-over"]
    batches = truth(ledger)
    assert [state for state, _ in batches] == expected
    assert judge(arrived(), batches, words_told(told), [1]) == []

    assert sender(**order) == 0
    (again,) = words_told(told)
    assert again[1] == ("refused" if at >= LEFT else "sent" if kind.startswith(TRANSFERS) else "handed-over")
    assert judge(arrived(), truth(ledger), words_told(told), [1]) == []
    if at < LEFT:
        assert arrived() == [content_of(1)]


@pytest.mark.parametrize("row", [1, 2, 3])
@pytest.mark.parametrize("moment", OF_A_ROW)
def test_killed_beside_any_row_the_next_start_tells_of_each_row_what_became_of_it(sender, tmp_path, moment, row):
    authority = loopback.make_authority(tmp_path)
    ids = [action_id for action_id, _, _ in rows_of(1)]
    with brand_api_server(authority) as server:
        facts = {
            "kind": "ApiChannel", "account_sid": SID, "password": TOKEN, "host": loopback.LOOPBACK, "port": server.port,
            "ca_file": str(authority.bundle),
        }  # fmt: skip
        order = {"ledger": tmp_path / "ledger.sqlite3", "told": tmp_path / "told", "channel": facts, "lists": [1]}
        assert sender(**order, dies=f"row {row} {moment}") == -9
        with open_ledger(order["ledger"]) as ledger:
            told = ledger.row_states(1)
        at = OF_A_ROW.index(moment)
        of_this = ("not-sent", "unknown", "unknown", "sent")[at]
        assert told == dict(zip(ids, ["sent"] * (row - 1) + [of_this] + ["not-sent"] * (3 - row), strict=True))
        assert [form["ActionId"] for _, _, form, _ in server.changes] == ids[: row if at > 1 else row - 1]

        assert sender(**order) == 0
        (again,) = words_told(order["told"])
        nothing_left = row == 1 and at == 0
        assert again[1] == ("sent" if nothing_left else "refused")
        assert len(server.changes) == (3 if nothing_left else row if at > 1 else row - 1)


OTHERS = ("pure-ftpd", "ftp-srv", "aioftp")


@pytest.fixture(scope="module")
def other_server(request, tmp_path_factory):
    require(missing_make(request.param))
    folder = tmp_path_factory.mktemp(request.param)
    authority = loopback.make_authority(folder)
    (folder / "server").mkdir()
    security = MAKES[request.param][0]
    with ftp_make(request.param, security, folder / "server", authority.server, PASSWORD) as server:
        facts = {
            "kind": "FtpChannel", "host": "127.0.0.1", "port": server.port, "security": security, "username": USER,
            "password": PASSWORD, "bundle": str(authority.bundle),
        }  # fmt: skip
        yield server, facts


@pytest.mark.parametrize("other_server", OTHERS, indirect=True)
@pytest.mark.parametrize("upload", ["direct", "temp-rename"])
def test_killed_while_an_ftp_server_of_another_make_has_the_file_the_next_start_tells_the_truth(
    sender, tmp_path, other_server, upload
):
    server, facts = other_server
    for step in (*STEPS[LEFT:], IN_THE_FILE):
        server.clear()
        folder = tmp_path / step.replace(" ", "-")
        folder.mkdir()
        order = {"ledger": folder / "ledger.sqlite3", "told": folder / "told", "lists": [1]}
        order["channel"] = {**facts, "upload": upload}
        assert sender(**order, dies=step) == -9, step

        def arrived():
            return [content for name, content in server.files().items() if name.endswith(".csv")]

        batches = truth(order["ledger"])
        assert [state for state, _ in batches] == ["sent" if step == STEPS[-1] else "unknown"], step
        assert judge(arrived(), batches, words_told(order["told"]), [1]) == [], step

        assert sender(**order) == 0
        (again,) = words_told(order["told"])
        assert again[1] == "refused", step
        assert judge(arrived(), truth(order["ledger"]), words_told(order["told"]), [1]) == [], step
        assert (content_of(1) in arrived()) is (STEPS.index(step) > LEFT + 1 if step in STEPS else False), step


FORKS = hasattr(os, "fork")
KILLS, WITHIN = (200, 0.05) if FORKS else (25, 0.3)
"""Kills, and the seconds in which each strikes: a child that is forked is there at once."""
_MORE = 300
"""Lists a program has to send: more than it can before it is killed."""


def killed_at_random(sender, tmp_path, channel, arrived, *, kills, seed):
    chance = random.Random(seed)
    ledger, told = tmp_path / "ledger.sqlite3", tmp_path / "told"
    open_ledger(ledger).close()  # on a busy machine that takes longer than a child lives
    lists, killed = list(range(1, kills + _MORE + 1)), 0
    for at in range(kills):
        after = chance.uniform(0, WITHIN)
        order = {"ledger": ledger, "told": told, "channel": channel, "lists": lists[at : at + _MORE]}
        killed += sender(**order, killed_after=after) == -9
    batches = truth(ledger)
    wrong = judge(arrived(), batches, words_told(told), lists)
    return wrong, killed, batches


def test_random_kills_lose_nothing_and_send_nothing_twice(sender, tmp_path, outbox):
    channel, arrived = outbox
    wrong, killed, batches = killed_at_random(sender, tmp_path, channel, arrived, kills=KILLS, seed=5)
    assert wrong == []
    assert killed == KILLS if FORKS else killed >= KILLS // 2, "the others struck after everything was sent"
    # The kills struck in the middle of things, not only before and after.
    states = {state for state, _ in batches}
    assert {"failed", "unknown", "handed-over"} <= states if FORKS else {"failed", "unknown"} & states


@pytest.mark.long
def test_five_thousand_random_kills_lose_nothing_and_send_nothing_twice(sender, tmp_path, outbox):
    channel, arrived = outbox
    wrong, killed, _ = killed_at_random(sender, tmp_path, channel, arrived, kills=5_000, seed=6)
    assert wrong == []
    assert killed == 5_000


@pytest.mark.long
def test_five_hundred_random_kills_over_ftp_send_nothing_twice(sender, tmp_path, ftp):
    channel, arrived = ftp
    wrong, _, _ = killed_at_random(sender, tmp_path, channel, arrived, kills=500, seed=7)
    assert wrong == []
