"""A password that was pasted into a wrong place of config.toml or of a command is repeated nowhere."""

import json
import zipfile
from pathlib import Path

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from action_returns.channels import KINDS, settings_class
from action_returns.settings.api import ApiSettings
from action_returns.settings.profile import Profile
from tests.support.passwords import MemoryStore

CHANNELS = {
    "ftp": {"host": "x.example", "username": "u", "password": "env:UNSET_PASSWORD"},
    "sftp": {"host": "x.example", "username": "u", "password": "env:UNSET_PASSWORD"},
    "email": {"host": "x.example", "sender": "a@b.example", "recipient": "c@d.example"},
    "api": {"account_sid": "IRabc123", "password": "env:UNSET_PASSWORD"},
    "outbox": {"directory": "/nowhere"},
    "draft": {"directory": "/nowhere"},
}
FREE_TEXT = frozenset(
    {
        *("username", "directory", "subject", "private_key", "action_id_pattern", "account"),
        *("ca_file", "ledger_ca_file"),  # paths as private_key is; that of a file which is missing is not repeated
    }
)
"""Settings that take nearly any text: a bare password there cannot be told from what belongs there."""
PLACES = [
    *((kind, ("channel", setting.key)) for kind in KINDS for setting in settings_class(kind).settings()),
    *((kind, ("channel", "kind")) for kind in KINDS),
    *(("ftp", (setting.key,)) for setting in Profile.settings()),
    *(("outbox", ("api", setting.key)) for setting in ApiSettings.settings()),
    *(("ftp", ("api", key)) for key in ("unknown_key", "token")),
    *(("ftp", (key,)) for key in ("api",)),
    *(("ftp", (key,)) for key in ("channel", "unknown_key", "api_token")),
]
WAYS = {
    "address with a user": lambda secret: f"ftp://me:{secret}@x.example/",
    "user and host": lambda secret: f"me:{secret}@x.example",
    "address as a user": lambda secret: f"postgresql://{secret}%3Aa:b@x.example/returns",
    "private key": lambda secret: f"-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n-----END OPENSSH PRIVATE KEY-----\n",
    "list": lambda secret: [secret],
    "lists in lists": lambda secret: [[secret], {"a": secret}],
    "table": lambda secret: {secret: secret, "a": secret},
    "variable": lambda secret: f"env:{secret}",
    "file": lambda secret: f"file:{secret}",
    "bare": lambda secret: secret,
}
BUNDLE = "support.zip"
COMMANDS = [
    ("check", "returns.csv"),
    ("review", "returns.csv", "--json"),
    ("send", "returns.csv", "--dry-run"),
    ("probe",),
    ("doctor", "--bundle", BUNDLE),
    ("profile", "show"),
    ("profile", "show", "--json"),
    ("profile", "list"),
    ("profile", "set", "acme", "max_amount=1"),
    ("secret", "status"),
    ("secret", "status", "--json"),
    ("pending", "fetch"),
    ("history", "list"),
]
secrets = st.text("abcxyzABCXYZ0123456789!+", min_size=8, max_size=20).filter(
    lambda text: any(map(str.isdigit, text)) and any(map(str.islower, text)) and ("!" in text or "+" in text)
)


def everything(run, home, *commands):
    """Return all that commands print, and all that they write but config.toml itself; a support file is among it."""
    Path(BUNDLE).unlink(missing_ok=True)
    printed = []
    for words in commands:
        done = run(*words)
        assert "Traceback" not in done.err
        assert "Unexpected error" not in done.err
        printed.append(done.out + done.err)
    if Path(BUNDLE).exists():
        with zipfile.ZipFile(BUNDLE) as archive:
            printed += [archive.read(name).decode() for name in archive.namelist()]
    files = (path for path in home.rglob("*") if path.is_file() and path.name != "config.toml")
    return "\n".join([*printed, *(path.read_bytes().decode("utf-8", "replace") for path in files)])


@pytest.fixture
def anywhere(work, returns, home, run, monkeypatch):
    """Writes a config.toml and returns what is seen of it."""
    monkeypatch.setattr("action_returns.settings.secrets._store", MemoryStore)

    def seen(text, *commands):
        (home / "config.toml").write_text(text, newline="")
        (home / "config.toml").chmod(0o600)
        return everything(run, home, *commands)

    return seen


def profile_with(kind):
    """Return a profile with a channel of a kind and with the API."""
    api = {"account_sid": "IRabc123", "auth_token": "env:UNSET_PASSWORD", "campaigns": ["1000"]}
    return {"environment": "test", "channel": {"kind": kind, **CHANNELS[kind]}, "api": api}


@settings(suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(PLACES),
    st.sampled_from(sorted(WAYS)),
    secrets,
    st.sampled_from(COMMANDS),
    st.sampled_from(COMMANDS),
)
def test_a_password_in_a_wrong_place_of_the_settings_is_repeated_nowhere(anywhere, place, way, secret, first, second):
    kind, steps = place
    if way in {"bare", "variable", "file", "user and host"} and steps[-1] in FREE_TEXT:
        way = "address with a user"
    profile = profile_with(kind)
    table = profile if len(steps) == 1 else profile[steps[0]]
    table[steps[-1]] = WAYS[way](secret)
    assert secret not in anywhere(tomlkit.dumps({"profiles": {"acme": profile}}), first, second)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PLACES), st.integers(10**7, 10**12))
def test_a_number_in_a_wrong_place_of_the_settings_is_repeated_nowhere(anywhere, place, secret):
    kind, steps = place
    profile = profile_with(kind)
    table = profile if len(steps) == 1 else profile[steps[0]]
    table[steps[-1]] = secret
    assert str(secret) not in anywhere(tomlkit.dumps({"profiles": {"acme": profile}}), *COMMANDS[:1])


@pytest.mark.parametrize(
    "text",
    [
        '[profiles."{}"]\nenvironment = "test"\n',
        'default_profile = "{}"\n',
        '"{}" = 1\n',
        "{} = 1\n",
        '[profiles.acme]\nenvironment = "test"\n"{}" = 1\n[profiles.acme.channel]\nkind = "outbox"\n"{}" = "x"\n',
        '[profiles.acme]\nreasons = {{ "{}" = "{}", A = "{}" }}\n',
        '[profiles.acme]\nreturn_reasons = {{ "{}" = "{}", A = "{}" }}\n',
        'host = "{}\n',
        "host = ftp://me:{}@x.example\n",
        '"{}" = 1\n"{}" = 2\n',
        '["{}"]\n["{}"]\n',
        'a = {{ "{}" = 1, "{}" = 2 }}\n',
        '[[profiles]]\nname = "{}"\n',
    ],
)  # fmt: skip
def test_a_password_that_is_no_value_of_the_settings_is_repeated_nowhere(anywhere, text):
    secret = "hunter2!Secret+9"
    assert secret not in anywhere(text.format(*[secret] * 3), *COMMANDS)


@pytest.mark.parametrize(
    "words",
    [
        ("secret", "set", "acme", "{}"),
        ("secret", "set", "acme", "{}", "{}"),
        ("secret", "set", "{}"),
        ("secret", "set", "acme", "--password={}"),
        ("secret", "set", "acme", "--password-stdin={}"),
        ("secret", "delete", "{}"),
        ("secret", "delete", "acme", "{}"),
        ("profile", "set", "acme", "{}"),
        ("profile", "set", "acme", "{}", "x"),
        ("profile", "set", "acme", "password", "{}"),
        ("profile", "set", "acme", "api.auth_token={}"),
        ("profile", "set", "acme", "api.auth_token", "{}"),
        ("profile", "set", "acme", "api.campaigns=1000,{}"),
        ("profile", "set", "acme", "api.campaigns=[{}]"),
        ("profile", "set", "acme", "api.days_back={}"),
        ("profile", "set", "acme", "auth_token={}"),
        ("secret", "set", "acme", "--api", "{}"),
        ("pending", "fetch", "{}"),
        ("profile", "set", "acme", "password=env:{}"),
        ("profile", "set", "acme", "host=ftp://me:{}@x.example"),
        ("profile", "set", "acme", "username=me:{}"),
        ("profile", "set", "acme", "kind={}"),
        ("profile", "set", "acme", "{}=x"),
        ("profile", "set", "acme", "reasons.A={}"),
        ("profile", "set", "acme", "return_reasons.A={}"),
        ("profile", "set", "acme", "private_key=-----BEGIN {}"),
        ("profile", "unset", "acme", "{}"),
        ("profile", "add", "b", "--environment", "{}"),
        ("profile", "add", "b", "--environment", "test", "--kind", "{}"),
        ("profile", "add", "b", "--environment", "test", "--kind", "ftp", "--set", "{}"),
        (
            "profile",
            "add",
            "b",
            "--environment",
            "test",
            "--kind",
            "ftp",
            "--set",
            "host=me:{}@h",
            "--set",
            "username=u",
        ),
        ("profile", "add", "b:{}@h", "--environment", "test", "--kind", "outbox", "--set", "directory=/"),
        ("profile", "add", "acme", "{}"),
        ("profile", "show", "acme", "word {}"),
        ("probe", "{}"),
        ("secret", "status", "{}"),
        ("secret", "{}"),
        ("{}",),
        ("check", "ftp://u:{}@h/returns.csv"),
        ("send", "sftp://u:x@y:{}@h/returns.csv"),
        ("new", "ftp://u:{}@h/returns.xlsm"),
    ],
)
@pytest.mark.parametrize("secret", ["hunter2!Secret+9", "hunter2Secret"])
def test_a_password_on_the_command_line_is_not_repeated(anywhere, run, words, secret):
    profile = {"environment": "test", "channel": {"kind": "ftp", **CHANNELS["ftp"]}}
    seen = anywhere(tomlkit.dumps({"profiles": {"acme": profile}}), [word.format(secret) for word in words])
    assert secret not in seen


@pytest.mark.parametrize(
    "reference",
    [
        "env:hunter2secret",
        "env:Hunter2",
        "file:hunter2",
        "file:hunter2/x",
        "file:~hunter2",
        "file:/hunter2",
        "file:hunter2\0",
    ],
)
def test_a_password_behind_env_or_file_is_shown_by_no_command(anywhere, reference):
    channel = {"kind": "ftp", **CHANNELS["ftp"], "password": reference}
    team = {"ledger": "postgresql://ann@localhost:1/returns", "ledger_password": reference}
    api = {"api": {"account_sid": "IRabc123", "auth_token": reference, "campaigns": ["1000"]}}
    for more in ({}, team, api):
        profile = {"environment": "test", **more, "channel": channel}
        assert "unter2" not in anywhere(tomlkit.dumps({"profiles": {"acme": profile}}), *COMMANDS)


def test_a_variable_and_a_file_that_are_there_are_named(anywhere, monkeypatch, tmp_path):
    monkeypatch.setenv("returns_pw", "x")
    (tmp_path / "pw").write_text("x")
    for reference in ("env:returns_pw", "env:RETURNS_PW", f"file:{tmp_path / 'pw'}", f"file:{tmp_path / 'missing'}"):
        profile = {"environment": "test", "channel": {"kind": "ftp", **CHANNELS["ftp"], "password": reference}}
        assert json.dumps(reference)[1:-1] in anywhere(
            tomlkit.dumps({"profiles": {"acme": profile}}), ("profile", "show", "--json")
        )


def test_a_word_that_is_no_password_is_repeated_where_no_command_takes_it(run):
    assert "There is no command chekc. Did you mean check?" in run("chekc").err
    assert "No such command 'shwo'" in run("profile", "shwo").err
    assert "Got unexpected extra argument (returns)" in run("profile", "list", "returns").err
    assert "a name with spaces stands in quotes" in run("check", "My", "File.csv").err
