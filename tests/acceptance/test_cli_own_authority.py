"""A server whose certificate is of an authority of one's own: named in the profile, looked at by doctor, used by probe and send."""

import pytest

from tests.servers import loopback
from tests.support.batches import LIST
from tests.support.profiles import write_profile

PASSWORD = "s3cret-canary-pass"


@pytest.fixture
def authority(tmp_path):
    (tmp_path / "authority").mkdir()
    return loopback.make_authority(tmp_path / "authority")


@pytest.fixture
def server(authority, monkeypatch):
    monkeypatch.setenv("PW", PASSWORD)
    with loopback.mail_server(username="ann", password=PASSWORD, authority=authority) as running:
        yield running


@pytest.fixture
def profile(home, server):
    """Write the profile of the mail server, with changes."""
    channel = {
        "kind": "email",
        "host": server.host,
        "port": server.port,
        "username": "ann",
        "password": "env:PW",
        "sender": "returns@brand.example",
        "recipient": "account@batch.example",
    }
    return lambda **changes: write_profile(home, {**channel, **changes})


def doctor(run):
    return {check["what"]: check for check in run("doctor", "--json").json["checks"]}


def test_it_is_refused_with_the_setting_for_it_and_works_once_that_is_set(profile, server, authority, file, run):
    profile()
    refused = run("probe")
    assert refused.code == 5
    assert 'ca_file = "PATH"' in refused.err
    assert "Certificates of acme" not in doctor(run)
    profile(ca_file=str(authority.bundle))
    assert run("probe").code == 0
    assert doctor(run)["Certificates of acme"] == {"what": "Certificates of acme", "well": True, "seen": "can be read"}
    assert run("send", file(LIST), "--yes").code == 0
    assert len(server.attachments()) == 1


def test_a_file_that_cannot_be_used_is_a_wrong_configuration_and_nothing_is_recorded(profile, server, home, file, run):
    profile(ca_file=str(home / "none.pem"))
    for command in (("send", file(LIST), "--yes"), ("probe",)):
        result = run(*command)
        assert result.code == 9
        assert "none.pem (ca_file in the profile) does not exist. Nothing was sent." in result.err
    check = doctor(run)["Certificates of acme"]
    assert not check["well"]
    assert "does not exist" in check["seen"]
    assert server.attachments() == []
    assert not (home / "ledger.sqlite3").exists()


def test_a_file_for_the_ledger_of_the_team_that_cannot_be_used_is_a_wrong_configuration(home, tmp_path, file, run):
    team = {"ledger": "postgresql://ann@db.example.invalid/returns", "ledger_ca_file": str(tmp_path / "none.pem")}
    write_profile(home, {"kind": "outbox", "directory": str(tmp_path)}, **team)
    for command in (("history", "list"), ("send", file(LIST), "--yes")):
        result = run(*command)
        assert result.code == 9
        assert "none.pem (ledger_ca_file in the profile) does not exist" in result.err
