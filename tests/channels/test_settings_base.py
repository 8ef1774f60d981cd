"""What the settings of a channel say about its password and about packages that it needs."""

import importlib.util

import pytest

from action_returns.channels.folder import OutboxSettings
from action_returns.channels.sftp import SftpSettings
from action_returns.errors import ConfigError

SFTP = {"kind": "sftp", "host": "sftp.example.com", "username": "brand", "password": "env:PW"}


def test_the_settings_say_where_the_password_is_kept_and_never_hold_it(tmp_path):
    assert SftpSettings(**SFTP).password_reference == "env:PW"
    assert OutboxSettings(kind="outbox", directory=tmp_path).password_reference is None


def test_sftp_without_its_package_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "paramiko" else 1 / 0)
    with pytest.raises(ConfigError, match=r'Nothing was sent\. Install it: .+ -m pip install "paramiko[<>=.,\d]+"$'):
        SftpSettings(**SFTP).open(lambda _: "s3cret")
