"""A config.toml with one profile in full, and what is said about one that is not right."""

from pathlib import Path

import pytest

from action_returns.errors import ConfigError
from action_returns.settings.config import parse_settings

FTP = """
default_profile = "acme"
[profiles.acme]
environment = "live"
reasons = { ORDER_UPDATE = "modify", RETURNED = "reverse", OTHER = "either" }
action_id_pattern = '^M\\.[0-9]{1,10}\\.[0-9]{1,10}\\.[0-9]{1,15}$'
max_amount = "500.5"
time_zone = "America/Los_Angeles"
[profiles.acme.channel]
kind = "ftp"
host = "batch.impact.com"
port = 21
security = "explicit-tls"
username = "me"
password = "keyring"
directory = "/"
upload = "direct"
"""


OUTBOX = {"environment": "test", "channel": {"kind": "outbox", "directory": "/x"}}


def refused(text):
    """Return what is said about a config.toml that is not right."""
    with pytest.raises(ConfigError) as caught:
        parse_settings(text.encode(), Path("config.toml"))
    return str(caught.value)
