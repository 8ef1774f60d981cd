"""What the settings of an SFTP server refuse, keep and open."""

import importlib.util
from pathlib import Path

import pytest
from pydantic import ValidationError

from action_returns.channels.sftp import SftpChannel
from action_returns.channels.sftp_settings import SftpSettings
from action_returns.errors import ConfigError

SFTP = {"kind": "sftp", "host": "sftp.example.com", "username": "brand", "password": "env:PW"}


def test_the_channel_has_every_setting_and_reads_the_password_only_when_it_is_needed():
    read = []
    key = Path("~/.ssh/id_ed25519")
    facts = {"private_key": key, "host_key": "SHA256:" + "x" * 43, "directory": "in", "port": 2222}
    how = {"upload": "temp-rename", "name_check": "when-possible"}
    opened = SftpSettings(**SFTP, **facts, **how).open(lambda where: read.append(where) or "s3cret")
    assert isinstance(opened, SftpChannel)
    assert read == []
    for name, value in {**facts, **how, "host": "sftp.example.com", "username": "brand"}.items():
        assert getattr(opened, name) == value
    assert (opened.password(), read) == ("s3cret", ["env:PW"])
    without = {name: value for name, value in SFTP.items() if name != "password"}
    assert SftpSettings(**without, private_key=key).open(read.append).password is None


def test_a_profile_without_password_and_key_is_refused():
    without = {name: value for name, value in SFTP.items() if name != "password"}
    with pytest.raises(ValidationError, match=r"password, private_key \(the path of the file\), or both"):
        SftpSettings(**without)
    assert SftpSettings.needs_password({})
    assert not SftpSettings.needs_password({"private_key": "~/.ssh/id_ed25519"})


def test_sftp_without_its_package_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "paramiko" else 1 / 0)
    with pytest.raises(
        ConfigError,
        match=r"""Nothing was sent\. Install it: .+ -m pip install -c .+constraints\.txt ['"]paramiko[<>=.,\d]+['"]$""",
    ):
        SftpSettings(**SFTP).open(lambda _: "s3cret")


@pytest.mark.parametrize(
    "pasted",
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY----- MIIEpAIBAAKCAQEA",
        "BEGIN EC PRIVATE KEY MHcCAQEEIBkg",
        "PuTTY-User-Key-File-3: ssh-ed25519 Encryption: none",
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB",
        "MIIEpAIBAAKCAQEA" + "x3/Yz+" * 12,
        "QyNTUxOQAA/" * 100,
    ],
)
def test_a_private_key_in_the_place_of_its_path_is_refused_without_being_repeated(pasted):
    with pytest.raises(ValidationError) as refused:
        SftpSettings(**{**SFTP, "private_key": pasted})
    (problem,) = refused.value.errors()
    assert problem["loc"] == ("private_key",)
    assert not any(piece in problem["msg"] for piece in pasted.split())


@pytest.mark.parametrize("path", ["~/.ssh/id_ed25519", "C:\\Users\\Ann Key\\MII.pem", "/srv/" + "keys/" * 40 + "id"])
def test_a_path_of_a_private_key_is_kept_as_it_is(path):
    assert SftpSettings(**{**SFTP, "private_key": path}).private_key == Path(path)
