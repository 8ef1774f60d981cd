"""A password store that cannot be used: every command says which one and what to do, and nothing is called missing."""

import io
import sys

import pytest
from keyring.errors import KeyringLocked

from tests.support.profiles import write_profile

BACK_END = "no_such_package.file.PlaintextKeyring"
FTP = {"kind": "ftp", "host": "127.0.0.1", "port": 9, "username": "ann", "password": "keyring"}


@pytest.fixture
def missing_back_end(home, monkeypatch):
    """A user whose settings name a back end of keyring that is not installed."""
    write_profile(home, FTP)
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", BACK_END)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"s3cret\n")))


@pytest.fixture
def locked(home, store, monkeypatch):
    """A store that is locked."""

    def locked(*_):
        raise KeyringLocked("Failed to unlock the collection!")

    write_profile(home, FTP)
    for name in ("get_credential", "set_password", "delete_password"):
        monkeypatch.setattr(store, name, locked)


@pytest.mark.parametrize(
    "command",
    [
        ("secret", "status"),
        ("secret", "set", "acme", "--password-stdin"),
        ("secret", "delete", "acme"),
        ("probe",),
        ("send", "returns.csv", "--yes"),
        ("send", "returns.csv", "--yes", "--json"),
        ("doctor",),
    ],
)
def test_every_command_that_needs_a_missing_back_end_names_it_and_what_to_do(
    work, returns, run, missing_back_end, command
):
    result = run(*command)
    assert result.code == 9
    said = " ".join(result.err.split() + result.out.split())
    assert f"keyring is set up for the back end {BACK_END} (the variable PYTHON_KEYRING_BACKEND), which is not" in said
    assert "Take that setting out, or use password =" in said
    assert "ModuleNotFoundError" not in said
    assert "Send it again" not in said


def test_nothing_is_on_record_of_a_batch_whose_password_cannot_be_read(home, work, returns, run, missing_back_end):
    facts = run("send", "returns.csv", "--yes", "--json").json
    assert (facts["problem"], "batch" in facts) == ("password", False)
    assert not (home / "ledger.sqlite3").exists()


def test_the_doctor_goes_on_after_a_missing_back_end(run, missing_back_end):
    checks = {check["what"]: check for check in run("doctor", "--json").json["checks"]}
    assert not checks["Password of acme"]["well"]
    assert list(checks).index("Password of acme") < list(checks).index("Ledger opens")
    assert checks["Ledger opens"]["well"]


def test_the_doctor_goes_on_after_a_check_that_fails_as_nobody_foresaw(run, home, monkeypatch):
    def stopped(*_, **__):
        raise ZeroDivisionError("odd")

    write_profile(home, FTP)
    monkeypatch.setattr("action_returns.operations.doctor.read_secret", stopped)
    checks = {check["what"]: check for check in run("doctor", "--json").json["checks"]}
    assert "ZeroDivisionError: odd" in checks["Password of acme"]["seen"]
    assert checks["Ledger opens"]["well"]


def test_a_profile_is_added_without_a_look_at_the_password_store(run, missing_back_end):
    settings = [f"--set={key}={value}" for key, value in FTP.items() if key != "kind"]
    result = run("profile", "add", "second", "--environment", "test", "--kind", "ftp", *settings)
    assert result.code == 0


def test_a_profile_that_keeps_its_password_elsewhere_needs_no_back_end(home, run, missing_back_end, monkeypatch):
    monkeypatch.setenv("PW", "s3cret")
    write_profile(home, {**FTP, "password": "env:PW"})
    assert run("secret", "status").code == 0


def test_the_status_of_a_missing_back_end_is_told_for_each_profile_and_in_json(home, run, missing_back_end):
    result = run("secret", "status", "--json")
    (told,) = result.json["passwords"]
    assert told["status"] == "back end missing"
    assert BACK_END in told["reason"]
    assert (result.code, result.json["problem"]) == (9, "password")
    assert BACK_END in result.json["message"]


def test_the_status_of_a_password_behind_a_lock_is_locked_with_the_reason_that_the_doctor_gives(run, locked):
    result = run("secret", "status")
    assert result.code == 9
    assert "locked" in result.out
    assert "missing" not in result.out + result.err
    (told,) = run("secret", "status", "--json").json["passwords"]
    checks = {check["what"]: check["seen"] for check in run("doctor", "--json").json["checks"]}
    assert told["status"] == "locked"
    assert told["reason"] == checks["Password of acme"]
    assert " ".join(result.err.split()).endswith(told["reason"])


def test_the_status_without_any_store_is_no_store(home, run, monkeypatch):
    from keyring.backends import fail

    write_profile(home, FTP)
    monkeypatch.setattr("keyring.get_keyring", fail.Keyring)
    (told,) = run("secret", "status", "--json").json["passwords"]
    assert told["status"] == "no store"
    assert told["reason"].startswith("This machine has no password store that encrypts")


@pytest.mark.parametrize("name", ["send", "probe"])
def test_a_locked_store_stops_a_command_that_needs_the_password_with_9(work, returns, run, locked, name):
    result = run(*{"send": ("send", "returns.csv", "--yes"), "probe": ("probe",)}[name])
    assert result.code == 9
    assert "It is locked: unlock it, then try again." in " ".join(result.err.split())
