"""Channels to servers on this machine that do not wait long for anything, and how a failed delivery is recognised."""

import time

from action_returns.channels.base import Phase, ProbeResult, State
from action_returns.channels.email import EmailChannel
from action_returns.channels.ftp import FtpChannel
from action_returns.channels.sftp import SftpChannel
from tests.servers import openssh
from tests.servers.ftp_daemons import USER

PASSWORD = "s3cret-canary-pass"
SIGN_IN = {"username": "contract-user", "password": lambda: PASSWORD}
"""The one user of Exim and smtp-server, as the channel takes it."""
MINUTE = 60
"""The timeouts of the tests that compare them: so far apart that no busy machine mixes them up."""


def failed(result, *says, phase=Phase.TRANSFER):
    """Whether a delivery or a connection test certainly failed in this phase, and says this, and no password."""
    assert not result.works if isinstance(result, ProbeResult) else result.state is State.FAILED, result
    assert result.phase is phase, result
    for words in says:
        assert words in result.message
    assert PASSWORD not in result.message + str(result.evidence)
    return True


def email_channel(port, context=None, **changes):
    """An e-mail channel to a server on this machine that does not wait long for anything."""
    facts = {
        "host": "127.0.0.1",
        "port": port,
        "security": "starttls",
        "sender": "returns@brand.example",
        "recipient": "account@batch.example",
        "context": context,
        "connect_timeout": 5,
        "command_timeout": 3,
        "data_timeout": 3,
        "accept_timeout": 3,
        "pause": lambda _seconds: None,
    }
    return EmailChannel(**{**facts, **changes})


def _briefly(seconds):
    """Wait for a moment, which is what ftp-srv needs between its yes to encryption and the beginning of it."""
    time.sleep(min(seconds, 0.02))


def ftp_channel(port, context=None, **changes):
    """An FTP channel to a server on this machine that does not wait long for anything."""
    facts = {
        "host": "127.0.0.1",
        "port": port,
        "security": "explicit-tls",
        "username": USER,
        "password": lambda: PASSWORD,
        "context": context,
        "connect_timeout": 5,
        "reply_timeout": 3,
        "command_timeout": 3,
        "data_timeout": 3,
        "pause": _briefly,
    }
    return FtpChannel(**{**facts, **changes})


def sftp_channel(server, **changes):
    """An SFTP channel to a server on this machine that does not wait long for anything."""
    facts = {
        "host": "127.0.0.1",
        "port": server.port,
        "username": openssh.USER,
        "private_key": server.key,
        "host_key": server.fingerprints.get("ed25519"),
        "connect_timeout": 5,
        "command_timeout": 3,
        "reply_timeout": 3,
        "pause": lambda _seconds: None,
    }
    return SftpChannel(**{**facts, **changes})
