"""Test connection on the first connection to an SFTP server: the key is shown, asked about once, and kept."""

import pytest

from action_returns.settings.config import load_settings
from action_returns.settings.editing import add_profile
from tests.excel.desk import GOOD
from tests.servers import openssh
from tests.support.available import missing_sshd, skip_without

pytestmark = skip_without(missing_sshd())


@pytest.fixture
def server(tmp_path, paths):
    with openssh.sshd(tmp_path / "server") as running:
        channel = {"kind": "sftp", "host": "127.0.0.1", "port": running.port, "username": openssh.USER}
        add_profile(
            paths.config_file,
            "acme",
            {"environment": "test", "channel": {**channel, "private_key": str(running.key)}},
        )
        yield running


def kept(paths):
    return load_settings(paths.config_file).profiles["acme"].channel.host_key


def test_a_new_server_is_asked_about_once_and_then_known(desk, server, paths):
    desk.open(GOOD)
    desk.excel.answer("yes")
    assert desk.click("test_connection").startswith("Connection works")
    assert server.fingerprints["ed25519"] in desk.excel.alerts[0].text
    assert kept(paths) == server.fingerprints["ed25519"]
    assert desk.click("test_connection").startswith("Connection works")
    assert len(desk.excel.alerts) == 3


def test_a_new_server_that_nobody_confirms_stays_unknown(desk, server, paths):
    desk.open(GOOD)
    desk.excel.answer("no")
    said = desk.click("test_connection")
    assert said.startswith("No connection")
    assert "was not confirmed" in said
    assert kept(paths) is None
