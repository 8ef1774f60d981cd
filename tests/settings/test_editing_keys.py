"""Changing single keys of config.toml: only their lines change, whatever the file looks like."""

import tomllib
from difflib import ndiff

import pytest

from action_returns.errors import ConfigError
from action_returns.settings.config import load_settings
from action_returns.settings.editing import change_keys

CHANNEL = 'kind = "sftp"\nhost = "old.example"  # as agreed\nusername = "u"\npassword = "keyring"\n'
OTHER = '\n[profiles.b]\nenvironment = "test"\nchannel = { kind = "outbox", directory = "/b" }\n'
FILES = {
    "as the product writes it": (
        '# mine\ndefault_profile = "acme"\n\n[profiles.acme]  # the real one\nenvironment = "live"\n'
        f'max_amount = "500"  # as agreed\n\n# how it gets there\n[profiles.acme.channel]\n{CHANNEL}{OTHER}'
    ),
    "channel first": (
        f'[profiles.acme.channel]\n{CHANNEL}\n[profiles.acme]\nenvironment = "live"\n'
        f'max_amount = "500"  # as agreed\n{OTHER}'
    ),
    "dotted keys": (
        '[profiles]\nacme.environment = "live"\nacme.max_amount = "500"  # as agreed\nacme.channel.kind = "sftp"\n'
        'acme.channel.host = "old.example"  # as agreed\nacme.channel.username = "u"\n'
        f'acme.channel.password = "keyring"\n{OTHER}'
    ),
    "reasons in a table": (
        '[profiles.acme]\nenvironment = "live"\nmax_amount = "500"  # as agreed\n\n[profiles.acme.reasons]\n'
        f'BACK = "reverse"  # asked for\n\n[profiles.acme.channel]\n{CHANNEL}{OTHER}'
    ),
    "no newline at the end": (
        f'{OTHER}[profiles.acme.channel]\n{CHANNEL}[profiles.acme]\nenvironment = "live"\nmax_amount = "500"  # as agreed'
    ),
}
CHANGES = [
    (("max_amount",), "70.5"),
    (("max_amount",), None),
    (("time_zone",), "Europe/Berlin"),
    (("action_id_pattern",), r"M\.\d+"),
    (("reasons", "RETURNED"), "reverse"),
    (("reasons",), {"LOST": "either"}),
    (("return_reasons", "Too small"), "REJECTED"),
    (("channel", "host"), "new.example"),
    (("channel", "port"), 2222),
    (("environment",), "test"),
]


def changed(tables, steps, value):
    """Return the tables of a file after a change of the profile acme."""
    table = tables["profiles"]["acme"]
    for step in steps[:-1]:
        table = table.setdefault(step, {})
    if value is None:
        del table[steps[-1]]
    else:
        table[steps[-1]] = value
    return tables


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("written", FILES)
@pytest.mark.parametrize(("steps", "value"), CHANGES)
def test_only_the_line_of_the_key_changes(tmp_path, written, steps, value, newline, mark):
    path = tmp_path / "config.toml"
    before = FILES[written].replace("\n", newline)
    path.write_bytes((mark + before).encode())
    change_keys(path, "acme", {steps: value})
    after = path.read_bytes().decode()
    assert after.startswith(mark)
    after = after.removeprefix(mark)
    assert tomllib.loads(after) == changed(tomllib.loads(before), steps, value)
    lines = [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    kept = [line for line in lines if line[2:].strip()]  # an empty line may come
    whole_table = steps == ("reasons",) and written == "reasons in a table"
    assert len(kept) <= (3 if whole_table else 2), lines
    if not whole_table:
        assert [line for line in kept if steps[-1] not in line and steps[0] not in line] == []
    assert after.count("# as agreed") == before.count("# as agreed") - (value is None)
    assert after.count("\n") == after.count(newline)


def test_a_new_key_goes_before_the_comment_of_the_next_table(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FILES["as the product writes it"])
    change_keys(path, "acme", {("time_zone",): "UTC"})
    lines = path.read_text().splitlines()
    at = lines.index('time_zone = "UTC"')
    assert lines[at - 1] == 'max_amount = "500"  # as agreed'
    assert lines[at + 1 :][:3] == ["", "# how it gets there", "[profiles.acme.channel]"]


def test_what_was_and_what_is_is_told_and_a_value_that_stands_there_changes_nothing(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FILES["as the product writes it"])
    told = change_keys(path, "acme", {("max_amount",): "70", ("time_zone",): "UTC", ("ledger",): None})
    assert told == [("max_amount", "500", "70"), ("time_zone", None, "UTC"), ("ledger", None, None)]
    before = path.read_bytes()
    assert change_keys(path, "acme", {("max_amount",): "70"}) == [("max_amount", "70", "70")]
    assert path.read_bytes() == before


@pytest.mark.parametrize("change", [{("channel", "host"): "new.example"}, {("channel", "port"): 2222}])
def test_a_key_that_was_confirmed_goes_with_its_server(tmp_path, change):
    path = tmp_path / "config.toml"
    key = f"SHA256:{'x' * 43}"
    path.write_text(FILES["as the product writes it"].replace("username", f'host_key = "{key}"\nusername'))
    assert change_keys(path, "acme", {("channel", "username"): "other"}) == [("channel.username", "u", "other")]
    assert change_keys(path, "acme", change)[1:] == [("channel.host_key", key, None)]
    assert load_settings(path).profiles["acme"].channel.host_key is None


def test_a_key_that_is_set_with_its_new_server_stays(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FILES["as the product writes it"].replace("username", f'host_key = "SHA256:{"x" * 43}"\nusername'))
    new = f"SHA256:{'y' * 43}"
    change_keys(path, "acme", {("channel", "host"): "new.example", ("channel", "host_key"): new})
    assert load_settings(path).profiles["acme"].channel.host_key == new


def test_another_kind_of_channel_begins_without_settings(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FILES["as the product writes it"])
    told = change_keys(path, "acme", {("channel", "kind"): "outbox", ("channel", "directory"): "/x"})
    assert told == [("channel.kind", "sftp", "outbox"), ("channel.directory", None, "/x")]
    channel = tomllib.loads(path.read_text())["profiles"]["acme"]["channel"]
    assert channel == {"kind": "outbox", "directory": "/x"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({("channel", "port"): 0}, "[profiles.acme.channel] port = 0: allowed is a whole number from 1 to 65535."),
        ({("channel", "host"): None}, "[profiles.acme.channel] host: this key is missing"),
        ({("channel", "kind"): "outbox"}, "[profiles.acme.channel] directory: this key is missing"),
        ({("reasons", "ORDER_UPDATE"): "off", ("reasons", "REJECTED"): "off"}, "every reason code is off"),
    ],
)
def test_a_value_that_is_not_allowed_changes_nothing(tmp_path, change, says):
    path = tmp_path / "config.toml"
    path.write_text(FILES["as the product writes it"])
    with pytest.raises(ConfigError) as caught:
        change_keys(path, "acme", change)
    assert str(caught.value).startswith(f"Nothing was changed in {path}, because this would not be right:\n  ")
    assert says in str(caught.value)
    assert path.read_text() == FILES["as the product writes it"]


def test_a_profile_that_is_not_there_is_not_made(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(FILES["as the product writes it"])
    with pytest.raises(ConfigError, match=r'There is no profile "acne".*Did you mean acme\? There is: acme, b\.'):
        change_keys(path, "acne", {("time_zone",): "UTC"})
