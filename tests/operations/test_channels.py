"""Everything a profile says of its channel reaches the channel: a setting that is lost on the way changes what leaves."""

from pathlib import Path
from typing import get_args

import pytest

from action_returns.channels.email import EmailChannel
from action_returns.channels.folder import DraftChannel, OutboxChannel
from action_returns.channels.ftp import FtpChannel
from action_returns.channels.sftp import SftpChannel
from action_returns.errors import ConfigError, SecretError
from action_returns.files import default_paths
from action_returns.operations.account import Account
from action_returns.operations.channels import open_channel
from action_returns.settings.models import ChannelSettings, Profile

PASSWORD = " pass word "
SERVER = {"host": "files.example.com", "port": 2121, "username": "ann", "password": "env:CHANNEL_PASSWORD"}
FOLDER = {"directory": "/returns/in", "upload": "temp-rename"}
LETTER = {"sender": "shop@example.com", "recipient": "batch@example.com", "subject": "Returns of this week"}
PLAIN = {"security": "plain", "accept_plaintext": True}
CHANNELS = {
    "ftp": (FtpChannel, {**SERVER, **FOLDER, **PLAIN}),
    "sftp": (SftpChannel, {**SERVER, **FOLDER, "private_key": "id_ann", "host_key": f"SHA256:{'a' * 43}"}),
    "email": (EmailChannel, {**SERVER, **LETTER, **PLAIN}),
    "outbox": (OutboxChannel, {"directory": "outgoing"}),
    "draft": (DraftChannel, {"directory": "drafts", **LETTER}),
}
"""Kind of channel -> its class, and a profile's table with another value than the usual one in every field."""
GUARDS = {"kind", "accept_plaintext"}
"""Fields that decide about the profile itself and say nothing to the channel."""
MODELS = {model.model_fields["kind"].annotation.__args__[0]: model for model in get_args(get_args(ChannelSettings)[0])}
FIELDS = [(kind, field) for kind, model in MODELS.items() for field in model.model_fields if field not in GUARDS]


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("CHANNEL_PASSWORD", PASSWORD)


def opened(kind, **facts):
    profile = Profile.model_validate({"environment": "test", "channel": {"kind": kind, **facts}})
    return open_channel(Account("acme", "test", profile=profile), default_paths({}))


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_every_field_of_a_profile_reaches_its_channel(kind, field):
    expected, facts = CHANNELS[kind]
    channel = opened(kind, **facts)
    assert type(channel) is expected
    found = getattr(channel, field)
    if field == "password":
        assert found() == PASSWORD
    else:
        wanted = facts[field]
        assert found == (Path(wanted) if isinstance(found, Path) else wanted)


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_every_field_is_tried_with_another_value_than_the_usual_one(kind, field):
    assert CHANNELS[kind][1][field] != MODELS[kind].model_fields[field].default


@pytest.mark.parametrize("kind", ["ftp", "sftp", "email"])
def test_the_password_in_the_store_of_this_machine_is_asked_for_under_the_name_of_the_profile(kind, monkeypatch):
    class Store:
        def get_password(self, service, name):
            return f"the password of {name} at {service}"

    monkeypatch.setattr("action_returns.settings.secrets._store", Store)
    channel = opened(kind, **{**CHANNELS[kind][1], "password": "keyring"})
    assert channel.password() == "the password of acme at action-returns"


@pytest.mark.parametrize("kind", ["ftp", "sftp", "email"])
def test_opening_a_channel_asks_for_no_password(kind, monkeypatch):
    monkeypatch.delenv("CHANNEL_PASSWORD")
    channel = opened(kind, **CHANNELS[kind][1])
    with pytest.raises(SecretError, match="CHANNEL_PASSWORD, which is not set"):
        channel.password()


@pytest.mark.parametrize(("kind", "left_out"), [("sftp", {"password"}), ("email", {"username", "password"})])
def test_a_server_that_wants_no_password_is_told_none(kind, left_out):
    facts = {key: value for key, value in CHANNELS[kind][1].items() if key not in left_out}
    channel = opened(kind, **facts)
    assert {getattr(channel, field) for field in left_out} == {None}


@pytest.mark.parametrize("kind", MODELS)
def test_what_a_profile_leaves_out_is_as_its_documentation_says(kind):
    needed = {field for field, about in MODELS[kind].model_fields.items() if about.is_required()} - GUARDS
    key = {"password"} if kind == "sftp" else set()
    facts = {field: CHANNELS[kind][1][field] for field in needed | key}
    channel, known = opened(kind, **facts), MODELS[kind](kind=kind, **facts)
    for field in set(MODELS[kind].model_fields) - GUARDS - needed - key:
        assert getattr(channel, field) == getattr(known, field), field


def test_without_a_profile_the_way_to_one_is_told(tmp_path):
    places = default_paths({"ACTION_RETURNS_HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match="action-returns profile add NAME") as caught:
        open_channel(Account(), places)
    assert str(tmp_path / "config.toml") in str(caught.value)
