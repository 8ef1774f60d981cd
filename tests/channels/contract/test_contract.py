"""What every registered kind of channel promises, tried with a real receiver and opened from its settings."""

import pickle
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from action_returns.channels import KINDS, settings_class
from action_returns.channels.base import OutgoingFile, State
from action_returns.settings.secrets import read_secret
from tests.channels.contract import NAME, PASSWORD, REFERENCE, THEIRS, Behaviour

FILE = OutgoingFile(NAME, b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 4000)
GUARDS = {"accept_plaintext"}
"""Settings that are about config.toml itself; no channel has them."""
SETTINGS = [(kind, setting.key) for kind in KINDS for setting in settings_class(kind).settings()]


def module(kind):
    return import_module(f"tests.channels.contract.{kind}")


def file_for(kind):
    """The file to send: a receiver that takes calls and no files has one of its own."""
    return getattr(module(kind), "FILE", FILE)


every_kind = pytest.mark.parametrize("kind", KINDS)


def every_way(behaviour):
    """Mark a test for every kind whose receivers can behave so, with every way of uploading that it has."""
    found = []
    for kind in KINDS:
        uploads = next((one.choices for one in settings_class(kind).settings() if one.key == "upload"), ("",))
        found += [(kind, upload) for upload in uploads if behaviour in module(kind).CAN]
    return pytest.mark.parametrize(("kind", "upload"), found)


def delivered(receiver, upload, **changes):
    """Deliver to a receiver; no pause takes real time."""
    channel = opened({**receiver.table, **({"upload": upload} if upload else {}), **changes})
    return (replace(channel, pause=lambda _seconds: None) if hasattr(channel, "pause") else channel).deliver(
        file_for(receiver.table["kind"])
    )


@pytest.fixture(autouse=True)
def secrets(monkeypatch, authority):
    monkeypatch.setenv("CONTRACT_PASSWORD", PASSWORD)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))  # as on a computer that trusts the receiver


@pytest.fixture
def receive(tmp_path, authority):
    def run(kind, **behaviour):
        return module(kind).receiver(tmp_path, authority, Behaviour(**behaviour))

    return run


def opened(table):
    settings = settings_class(table["kind"]).model_validate(table)
    return settings.open(partial(read_secret, profile="acme"))


def full_table(kind):
    """A channel in config.toml in which every setting has another value than its default."""
    table = {"kind": kind}
    for setting in settings_class(kind).settings():
        others = [choice for choice in setting.choices if choice != setting.default]
        text = others[0] if others else setting.example
        value = setting.value(text)
        table[setting.key] = value + 1 if isinstance(value, int) and value is not True else value
        if setting.is_password:
            table[setting.key] = REFERENCE
        elif text == setting.default and isinstance(value, str):
            table[setting.key] = f"{text}other"
    return table


@every_kind
def test_a_receiver_that_works_gets_the_exact_bytes_and_its_evidence_is_kept(kind, receive):
    with receive(kind) as receiver:
        outcome = opened(receiver.table).deliver(file_for(kind))
        assert outcome.state is receiver.delivered, outcome
        assert receiver.arrived() == {file_for(kind).name: file_for(kind).content}
    assert outcome.evidence
    assert PASSWORD not in outcome.message + str(outcome.evidence)


@every_kind
def test_a_receiver_that_refuses_is_certainly_not_delivered_to(kind, receive):
    with receive(kind, refuses=True) as receiver:
        before = receiver.arrived()
        outcome = opened(receiver.table).deliver(file_for(kind))
        assert outcome.state is State.FAILED, outcome
        assert receiver.arrived() == before
    assert PASSWORD not in outcome.message + str(outcome.evidence)


@every_way("holds")
def test_a_file_of_another_sender_that_has_the_name_is_never_replaced(kind, upload, receive):
    with receive(kind, holds=True) as receiver:
        before = receiver.arrived()
        outcome = delivered(receiver, upload)
        assert receiver.arrived() == before
    assert list(before.values()) == [THEIRS]
    assert outcome.state is State.FAILED, outcome
    assert next(iter(before)) in outcome.message
    assert "direct" not in outcome.message


@every_way("hides")
@pytest.mark.parametrize("name_check", ["required", "when-possible"])
def test_a_receiver_that_does_not_show_a_file_gets_nothing_that_could_replace_it(kind, upload, name_check, receive):
    with receive(kind, hides=True, holds=name_check == "required") as receiver:
        before = receiver.arrived()
        outcome = delivered(receiver, upload, name_check=name_check)
        if name_check == "required":
            assert receiver.arrived() == before
            assert outcome.state is State.FAILED, outcome
        else:
            assert receiver.arrived() == {file_for(kind).name: file_for(kind).content}
            assert outcome.state is State.SENT, outcome
            assert "size" not in outcome.evidence


@every_way("keeps_half")
def test_a_receiver_that_confirms_half_a_file_is_never_believed(kind, upload, receive):
    with receive(kind, keeps_half=True) as receiver:
        outcome = delivered(receiver, upload)
        assert FILE.content not in receiver.arrived().values()
        assert FILE.name not in receiver.arrived()
    # Under the final name a receiver may have read the half.
    assert outcome.state is (State.UNKNOWN if upload == "direct" else State.FAILED), outcome
    assert "the file did not arrive whole" in outcome.message


@every_way("loses_answers")
def test_a_file_whose_confirmation_is_lost_is_never_called_failed_while_the_receiver_has_it(kind, upload, receive):
    with receive(kind, loses_answers=True) as receiver:
        outcome = delivered(receiver, upload)
        arrived = receiver.arrived()
    has_it = file_for(kind).content in arrived.values() and file_for(kind).name in arrived
    assert outcome.state in ({State.SENT, State.UNKNOWN} if has_it else {State.FAILED}), (arrived, outcome)
    assert len(arrived) <= 1


@every_kind
def test_the_moment_before_the_first_byte_is_told_once_and_in_time(kind, receive):
    arrived = []
    with receive(kind) as receiver:
        outcome = opened(receiver.table).deliver(file_for(kind), lambda: arrived.append(receiver.arrived()))
    assert (outcome.state, arrived) == (receiver.delivered, [{}])


@every_kind
def test_a_record_that_cannot_be_made_sends_nothing(kind, receive):
    def fail():
        raise OSError(28, "the ledger's disk is full")

    with receive(kind) as receiver:
        with pytest.raises(OSError, match="the ledger's disk is full"):
            opened(receiver.table).deliver(file_for(kind), fail)
        assert receiver.arrived() == {}


@every_kind
def test_a_connection_test_works_and_sends_nothing(kind, receive):
    questions = []
    with receive(kind) as receiver:
        result = opened(receiver.table).probe(questions.append)
        assert result.works, result
        assert (receiver.arrived(), questions) == ({}, [])
    assert PASSWORD not in result.message + str(result.evidence)


@every_kind
def test_a_connection_test_of_a_receiver_that_is_not_there_says_so_and_does_not_raise(kind, receive):
    with receive(kind) as receiver:
        table = receiver.table
    field = "host" if "host" in table else "directory"
    result = opened({**table, field: "no-such-receiver.invalid"}).probe()
    assert not result.works
    assert "no-such-receiver.invalid" in result.message


@pytest.mark.parametrize(("kind", "key"), SETTINGS)
def test_every_setting_reaches_the_channel(kind, key):
    table = full_table(kind)
    channel = opened(table)
    if key in GUARDS:
        return
    found = getattr(channel, key)
    if key == "password":
        assert found() == PASSWORD
    else:
        assert found == (Path(table[key]) if isinstance(found, Path) else table[key])


@pytest.mark.parametrize(("kind", "key"), SETTINGS)
def test_every_setting_has_words_and_an_allowed_example_for_the_user(kind, key):
    setting = next(one for one in settings_class(kind).settings() if one.key == key)
    assert setting.label
    assert setting.label != key
    assert setting.description.endswith(".")
    assert settings_class(kind).model_validate({**full_table(kind), key: setting.value(setting.example)})


@pytest.mark.parametrize(("kind", "key"), SETTINGS)
def test_what_a_profile_leaves_out_is_as_its_documentation_says(kind, key):
    declared = {setting.key: setting for setting in settings_class(kind).settings()}
    needed = {name for name in declared if declared[name].is_required}
    full = full_table(kind)
    table = {"kind": kind} | {name: full[name] for name in needed}
    if settings_class(kind).needs_password(table):
        table["password"] = REFERENCE
    channel = opened(table)
    if key not in GUARDS | set(table):
        found = getattr(channel, key)
        assert (declared[key].default or "None") == str(found)


@every_kind
def test_an_ipv6_address_stands_in_brackets_where_it_goes(kind):
    table = full_table(kind)
    if "host" in table:
        assert "[2001:db8::1]" in opened({**table, "host": "2001:db8::1"}).destination


@every_kind
def test_users_are_shown_where_it_goes_without_secrets(kind):
    channel = opened(full_table(kind))
    assert channel.destination.strip()
    assert getattr(channel, "username", PASSWORD) not in channel.destination
    assert PASSWORD not in channel.destination


@every_kind
def test_its_receiver_is_told_in_one_line_that_neither_password_nor_encryption_changes(kind):
    table = full_table(kind)
    receiver = settings_class(kind).model_validate(table).receiver()
    assert receiver.strip()
    assert receiver.isprintable()
    assert PASSWORD not in receiver
    assert REFERENCE not in receiver
    for setting in settings_class(kind).settings():
        if setting.is_password or setting.key in {
            "security",
            "upload",
            "name_check",
            "subject",
            "sender",
            "accept_plaintext",
        }:
            others = [choice for choice in setting.choices if choice not in {table[setting.key], "plain", "no", "yes"}]
            changed = {
                **table,
                setting.key: "env:ANOTHER" if setting.is_password else (others or [table[setting.key]])[0],
            }
            assert settings_class(kind).model_validate(changed).receiver() == receiver


@every_kind
def test_two_folders_recipients_or_accounts_are_two_receivers(kind):
    table = full_table(kind)
    key = next(key for key in ("recipient", "directory", "account_sid") if key in table)
    other = {"recipient": "other@batch.example", "account_sid": "IRother"}.get(key, f"{table[key]}/other")
    of = settings_class(kind).model_validate
    assert of({**table, key: other}).receiver() != of(table).receiver()


@every_kind
def test_no_password_is_in_what_is_shown_or_stored_of_a_channel(kind, receive):
    with receive(kind) as receiver:
        settings = settings_class(kind).model_validate(receiver.table)
        channel = settings.open(partial(read_secret, profile="acme"))
        assert channel.deliver(file_for(kind)).state is receiver.delivered
    for one in (settings, channel):
        assert PASSWORD not in repr(one) + str(one)
        assert PASSWORD.encode() not in pickle.dumps(one)


@every_kind
def test_a_kind_without_a_password_reads_none_and_one_with_it_reads_it_only_when_needed(kind):
    read = []
    settings = settings_class(kind).model_validate(full_table(kind))
    channel = settings.open(lambda reference: read.append(reference) or PASSWORD)
    assert read == []
    if settings_class(kind).takes_password():
        channel.password()
    assert read == [REFERENCE] * settings_class(kind).takes_password()
