"""An account opens its own channel: without a profile there is none, and the password is the one of the profile."""

import pytest

from action_returns.channels.ftp import FtpChannel
from action_returns.errors import ConfigError, SecretError
from action_returns.files import default_paths
from action_returns.operations.account import Account, open_channel
from action_returns.settings.profile import Profile
from tests.support.passwords import MemoryStore
from tests.support.profiles import paths_of

PASSWORD = " pass word "


def opened(password):
    channel = {"kind": "ftp", "host": "files.example.com", "username": "ann", "password": password}
    profile = Profile.model_validate({"environment": "test", "channel": channel})
    return open_channel(Account("acme", "test", profile=profile), default_paths({}))


def test_the_password_in_the_store_of_this_machine_is_asked_for_under_the_name_of_the_profile(monkeypatch):
    class Store(MemoryStore):
        def get_password(self, service, name):
            return f"the password of {name} at {service}"

    monkeypatch.setattr("action_returns.settings.secrets._store", Store)
    assert opened("keyring").password() == "the password of acme at action-returns"


def test_a_password_reaches_the_channel_with_its_blanks(monkeypatch):
    monkeypatch.setenv("CHANNEL_PASSWORD", PASSWORD)
    channel = opened("env:CHANNEL_PASSWORD")
    assert (type(channel), channel.password()) == (FtpChannel, PASSWORD)


def test_opening_a_channel_asks_for_no_password(monkeypatch):
    monkeypatch.delenv("CHANNEL_PASSWORD", raising=False)
    channel = opened("env:CHANNEL_PASSWORD")
    with pytest.raises(SecretError, match="CHANNEL_PASSWORD, which is not set"):
        channel.password()


def test_without_a_profile_the_way_to_one_is_told(tmp_path):
    paths = paths_of(tmp_path)
    with pytest.raises(ConfigError, match="action-returns profile add NAME") as caught:
        open_channel(Account(), paths)
    assert str(tmp_path / "config.toml") in str(caught.value)
