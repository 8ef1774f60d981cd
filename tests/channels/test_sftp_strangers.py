"""SFTP servers that are slow on purpose, or that repeat what they know, before they have shown who they are."""

import itertools

import paramiko
import pytest

from action_returns.channels.base import OutgoingFile, Phase
from action_returns.channels.server_words import HIDDEN
from action_returns.channels.ssh_credentials import load_credentials
from tests.channels.quick import PASSWORD, failed, sftp_channel
from tests.servers import openssh
from tests.servers.go_between import scripted
from tests.support.rights import make_private

FILE = OutgoingFile("Batch_1.csv", b"ActionId,Amount,Reason\r\n")


def channel(port, **changes):
    server = openssh.Sshd(port, None, {"ed25519": "SHA256:" + "x" * 43}, None, None)
    return sftp_channel(server, **{"private_key": None, "password": lambda: PASSWORD, **changes})


def test_a_server_that_takes_its_time_gets_nothing_and_is_not_called_again():
    told, paused = [], []
    with scripted([b"SSH-2.0-any\r\n"]) as server:
        facts = {"connect_timeout": 60, "steps_timeout": 20, "pause": paused.append}
        made = channel(server.port, clock=itertools.count(step=7).__next__, **facts)
        outcome = made.deliver(FILE, lambda: told.append(True))
    assert failed(outcome, "is too slow: it took longer than 20 seconds in all", phase=Phase.CONNECT)
    assert (told, paused) == ([], [])
    assert server.connections <= 1  # it may have been left before it looked who called


def test_a_server_that_knows_the_password_from_before_does_not_get_it_shown():
    with scripted([f"220 what is {PASSWORD}\r\n".encode() * 100]) as server:
        outcome = channel(server.port).deliver(FILE)
    assert failed(outcome, "does not talk SSH as it should", HIDDEN, phase=Phase.CONNECT)


@pytest.mark.parametrize("is_locked", [True, False])
def test_neither_the_password_nor_what_opens_the_key_is_shown_where_a_server_repeats_it(tmp_path, is_locked):
    path = tmp_path / "key"
    paramiko.ECDSAKey.generate().write_private_key_file(str(path), PASSWORD if is_locked else None)
    make_private(path)
    credentials = load_credentials("brand", path, PASSWORD)
    assert credentials.password == (None if is_locked else PASSWORD)
    assert credentials.words.show(f"what is {PASSWORD}") == HIDDEN
