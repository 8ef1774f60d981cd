"""Whether an SSH connection that ended was lost or ran out of time, as the user reads it."""

import time

import pytest

from action_returns.channels.server_words import ServerWords
from action_returns.channels.ssh_connection import ConnectionLostError, SshConnection
from action_returns.channels.time_limits import TimeLimit


@pytest.fixture
def connection(monkeypatch):
    monkeypatch.setattr(SshConnection, "_end", lambda _: None)
    made = object.__new__(SshConnection)
    made.words = ServerWords()
    made._steps = TimeLimit(60, "in all", clock=time.monotonic)
    return made


def test_a_step_that_takes_too_long_says_how_long_was_waited(connection):
    def broken_off_later():
        time.sleep(0.3)
        raise EOFError

    with pytest.raises(ConnectionLostError, match=r"^no answer within 0\.05 seconds$"), connection.time_limit(0.05):
        broken_off_later()


def test_a_connection_that_breaks_off_in_time_says_what_broke(connection):
    with pytest.raises(ConnectionLostError, match="Connection reset") as caught, connection.time_limit(30):
        raise ConnectionResetError(104, "Connection reset by peer")
    assert "no answer within" not in str(caught.value)
