"""Whether an SSH connection that ended was lost or ran out of time, as the user reads it."""

import itertools
import time
from types import SimpleNamespace

import paramiko
import pytest

from action_returns.channels.base import ConnectionLostError, DeliveryEndedError, TookTooLongError
from action_returns.channels.server_words import ServerWords
from action_returns.channels.ssh_connection import SshConnection, connect
from action_returns.channels.time_limits import TimeLimit
from tests.servers.go_between import scripted


@pytest.fixture
def connection(monkeypatch):
    monkeypatch.setattr(SshConnection, "_end", lambda _: None)
    made = object.__new__(SshConnection)
    made.words, made.transport = ServerWords(), SimpleNamespace(get_exception=lambda: None)
    made._steps = TimeLimit(60, "in all", clock=time.monotonic)
    return made


def test_a_step_that_takes_too_long_says_how_long_was_waited(connection):
    def broken_off_later():
        time.sleep(0.3)
        raise EOFError

    with pytest.raises(ConnectionLostError, match=r"^no answer within 0\.05 seconds$"), connection.time_limit(0.05):
        broken_off_later()


def test_a_connection_that_breaks_off_in_time_says_what_broke(connection):
    with pytest.raises(ConnectionLostError, match=r"^the server or a firewall ended it$"), connection.time_limit(30):
        raise ConnectionResetError(104, "Eine vorhandene Verbindung wurde geschlossen")


def test_steps_that_take_too_long_together_end_before_the_next_one_begins(connection):
    connection._steps = TimeLimit(100, "in all", clock=itertools.count(step=120).__next__)
    begun = []
    with pytest.raises(TookTooLongError, match=r"^it took longer than 100 seconds in all$"), connection.time_limit(30):
        begun.append(True)
    assert begun == []


def test_the_time_for_all_steps_ends_a_step_too(connection):
    connection.begin(0.05)
    ended = []

    def broken_off():
        time.sleep(0.3)
        ended.append(True)
        raise EOFError

    with pytest.raises(TookTooLongError, match="seconds in all"), connection.time_limit(30):
        broken_off()
    assert ended


def test_what_ended_the_connection_is_named_rather_than_what_came_of_it(connection):
    connection.transport.get_exception = lambda: paramiko.SSHException("the true reason")
    with pytest.raises(ConnectionLostError, match=r"^the true reason$"), connection.time_limit(30):
        raise paramiko.SSHException("No existing session")


def test_a_server_of_many_addresses_and_keys_ends_with_the_time_for_all_of_them():
    with scripted([b"SSH-2.0-any\r\n"]) as server, pytest.raises(DeliveryEndedError) as ended:
        connect("127.0.0.1", server.port, None, 15, clock=itertools.count(step=100).__next__)
    assert "is too slow: it took longer than 180 seconds in all" in ended.value.outcome.message
    assert not ended.value.retryable
