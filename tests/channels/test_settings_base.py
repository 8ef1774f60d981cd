"""What the settings of a channel say about its receiver, its password and packages that it needs."""

import os
import sys

import pytest
from pydantic import ValidationError

from action_returns.channels import settings_class
from action_returns.channels.email import EmailSettings
from action_returns.channels.folder import DraftSettings, OutboxSettings
from action_returns.channels.ftp import FtpSettings
from action_returns.channels.sftp_settings import SftpSettings
from action_returns.errors import ConfigError

SFTP = {"kind": "sftp", "host": "sftp.example.com", "username": "brand", "password": "env:PW"}


def test_the_settings_say_where_the_password_is_kept_and_never_hold_it(tmp_path):
    assert SftpSettings(**SFTP).password_reference == "env:PW"
    assert OutboxSettings(kind="outbox", directory=tmp_path).password_reference is None


FTP = {"kind": "ftp", "host": "batch.impact.com", "username": "brand", "password": "env:PW"}
MAIL = {"kind": "email", "host": "smtp.example.com", "sender": "us@example.com", "recipient": "a@batch.example"}


def receiver(table, **changed):
    return settings_class(table["kind"])(**{**table, **changed}).receiver()


def test_a_receiver_is_told_by_kind_user_host_port_and_folder_or_by_the_address():
    """These texts are on record: a ledger would not know a receiver again under another one."""
    assert receiver(FTP) == "ftp brand at batch.impact.com port 21, folder /"
    assert receiver(SFTP, directory="in/returns") == "sftp brand at sftp.example.com port 22, folder /in/returns"
    assert receiver(MAIL) == "mail to a@batch.example"


@pytest.mark.parametrize(
    "spelled",
    [
        {"host": "Batch.IMPACT.com."},
        {"port": 21},
        {"directory": "/"},
        {"directory": ""},
        {"directory": "."},
        {"directory": "//"},
        {"security": "implicit-tls"},
        {"upload": "temp-rename"},
        {"password": "keyring"},
    ],
)
def test_what_means_the_same_receiver_is_told_alike(spelled):
    assert receiver(FTP, **spelled) == receiver(FTP)


@pytest.mark.parametrize("folder", ["returns", "/returns", "returns/", "//returns//", "/returns/."])
def test_a_folder_is_one_however_its_slashes_are_written(folder):
    assert receiver(FTP, directory=folder) == receiver(FTP, directory="/returns")


@pytest.mark.parametrize(("one", "other"), [("::1", "0:0:0:0:0:0:0:1"), ("FE80::A", "fe80::a")])
def test_an_address_of_a_machine_is_one_however_it_is_written(one, other):
    assert receiver(FTP, host=one) == receiver(FTP, host=other)


@pytest.mark.parametrize(
    "other", [{"host": "other.impact.com"}, {"port": 2121}, {"username": "Brand"}, {"directory": "/Returns"}]
)
def test_another_host_port_user_or_folder_is_another_receiver(other):
    assert receiver(FTP, **other) != receiver(FTP)
    assert receiver(SFTP) != receiver({**SFTP, "kind": "ftp", "port": 22})


def test_mail_through_another_server_or_as_a_draft_goes_to_the_same_address(tmp_path):
    draft = DraftSettings(kind="draft", directory=tmp_path, recipient="A@Batch.example")
    assert receiver(MAIL, host="smtp2.example.com", sender="me@example.com") == receiver(MAIL) == draft.receiver()
    assert receiver(MAIL, recipient="b@batch.example") != receiver(MAIL)


def test_a_folder_of_this_computer_is_one_however_its_path_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    whole = OutboxSettings(kind="outbox", directory=tmp_path / "out").receiver()
    assert OutboxSettings(kind="outbox", directory="out").receiver() == whole
    assert OutboxSettings(kind="outbox", directory=f"{tmp_path}/x/../out/").receiver() == whole
    assert DraftSettings(kind="draft", directory=tmp_path / "out").receiver() != whole


def test_on_a_mac_two_spellings_of_a_folder_are_one_receiver(monkeypatch, tmp_path):
    spellings = ["R\u00fccksendungen", "Ru\u0308cksendungen", "r\u00dcCKSENDUNGEN"]

    def receivers():
        return {OutboxSettings(kind="outbox", directory=tmp_path / name).receiver() for name in spellings}

    monkeypatch.setattr(sys, "platform", "linux")
    assert len(receivers()) == (2 if os.name == "nt" else 3), "there they can be several folders"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert len(receivers()) == 1


@pytest.mark.parametrize("kind", [FtpSettings, EmailSettings])
def test_the_file_of_an_own_authority_is_checked_without_connecting_unless_nothing_is_encrypted(kind, tmp_path):
    values = {"host": "h.example", "username": "u", "password": "keyring", "ca_file": str(tmp_path / "none.pem")}
    values |= {"sender": "a@b.example", "recipient": "c@d.example"} if kind is EmailSettings else {}
    values["kind"] = kind.__name__.removesuffix("Settings").lower()
    with pytest.raises(ConfigError, match="does not exist"):
        kind(**values).check_files()
    kind(**values, security="plain", accept_plaintext=True).check_files()
    del values["ca_file"]
    kind(**values).check_files()


def test_settings_that_name_no_file_have_none_to_check(tmp_path):
    assert OutboxSettings(kind="outbox", directory=tmp_path / "none").check_files() is None


def test_a_certificate_in_the_place_of_its_path_is_refused_without_being_repeated():
    pasted = "-----BEGIN CERTIFICATE----- MIIB"
    with pytest.raises(ValidationError) as refused:
        FtpSettings(kind="ftp", host="h.example", username="u", password="keyring", ca_file=pasted)
    (problem,) = refused.value.errors()
    assert problem["loc"] == ("ca_file",)
    assert "a path in quotes" in problem["msg"]


EMAIL = {"kind": "email", "host": "h.example", "sender": "a@b.example", "recipient": "c@d.example"}


@pytest.mark.parametrize("name", ["pc", "pc.example.com", "[192.0.2.1]", "[IPv6:2001:db8::1]"])
def test_a_computer_calls_itself_by_a_host_name_or_an_address_in_brackets(name):
    assert EmailSettings(**EMAIL, ehlo_name=name).ehlo_name == name


@pytest.mark.parametrize(
    "name",
    ["192.0.2.1", "[2001:db8::1]", "[IPv6:192.0.2.1]", "[pc]", "pc\r\nMAIL", "my pc", "", "[", "[IPv6:fe80::1%ü]"],
)
def test_a_name_of_this_computer_that_no_server_takes_is_refused(name):
    with pytest.raises(ValidationError, match=r"a host name such as pc\.example\.com, or an address in brackets"):
        EmailSettings(**EMAIL, ehlo_name=name)
