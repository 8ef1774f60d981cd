"""Changing a profile from the terminal: every key, told with what was before, and never a password."""

import tomllib
from pathlib import Path

import pytest

from action_returns.channels import KINDS, settings_class
from action_returns.settings.api import ApiSettings
from action_returns.settings.profile import Profile
from tests.support.cli import run_here
from tests.support.profiles import write_profile

CHANNELS = {
    "ftp": {"host": "x.example", "username": "u", "password": "keyring"},
    "sftp": {"host": "x.example", "username": "u", "password": "keyring"},
    "email": {
        "host": "x.example",
        "username": "u",
        "password": "keyring",
        "sender": "a@b.example",
        "recipient": "c@d.example",
    },
    "api": {"account_sid": "IRabc123", "password": "keyring"},
    "outbox": {"directory": "/x"},
    "draft": {"directory": "/x"},
}


@pytest.fixture
def run(capsys):
    return lambda *words: run_here(capsys, *words)


@pytest.fixture(autouse=True)
def profile(home):
    write_profile(home, {"kind": "ftp", **CHANNELS["ftp"]})
    return home / "config.toml"


def table(file):
    return tomllib.loads(file.read_text(encoding="utf-8"))["profiles"]["acme"]


API = {"account_sid": "IRxyz9", "auth_token": "env:TOKEN", "campaigns": ["7"]}
MADE = ["api.account_sid=IR1", "api.auth_token=keyring", "api.campaigns=1000"]
TEAM_KEYS = {"ledger_password", "ledger_ca_file"}
KEYS = [("outbox", setting.key, setting) for setting in Profile.settings()]
KEYS += [("outbox", f"api.{setting.key}", setting) for setting in ApiSettings.settings()]
KEYS += [(kind, f"channel.{setting.key}", setting) for kind in KINDS for setting in settings_class(kind).settings()]


@pytest.mark.parametrize(("kind", "key", "setting"), KEYS, ids=lambda part: part if isinstance(part, str) else "")
def test_every_key_is_set_to_its_example(home, run, kind, key, setting):
    team = {"ledger": "postgresql://ann@db.example.com/returns"} if key in TEAM_KEYS else {}
    api = {"api": API} if key.startswith("api.") else {}
    write_profile(home, {"kind": kind, **CHANNELS[kind]}, **team, **api)
    assert run("profile", "set", "acme", f"{key}={setting.example}").code == 0
    told = run("profile", "show", "acme", "--json").facts
    table, _, _ = key.rpartition(".")
    shown = (told[table] if table else told)[setting.key]
    wanted = setting.value(setting.example)
    if "path" in setting.allowed:
        wanted = str(Path(wanted))  # with the strokes of this system
    assert shown.items() >= wanted.items() if setting.is_table else shown == wanted


@pytest.mark.parametrize("setting", [one for one in Profile.settings() if not one.is_required], ids=lambda one: one.key)
def test_every_key_that_may_be_left_out_can_be_taken_out(home, run, setting):
    write_profile(home, {"kind": "outbox", "directory": "/x"})
    before = run("profile", "show", "acme", "--json").facts
    team = ["ledger=postgresql://ann@db.example.com/returns"] if setting.key in TEAM_KEYS else []
    assert run("profile", "set", "acme", *team, f"{setting.key}={setting.example}").code == 0
    assert run("profile", "unset", "acme", setting.key, *(word.partition("=")[0] for word in team)).code == 0
    assert run("profile", "show", "acme", "--json").facts == before


def test_a_change_is_told_with_what_was_before(profile, run):
    result = run("profile", "set", "acme", "max_amount=70.50", "reasons.RETURNED=reverse", "host=new.example")
    assert result.code == 0
    assert result.err.splitlines() == [
        "acme: max_amount is 70.50 now (before: not set).",
        "acme: reasons.RETURNED is reverse now (before: not set).",
        "acme: channel.host is new.example now (before: x.example).",
        "Next: action-returns probe --profile acme",
    ]
    assert run("profile", "set", "acme", "max_amount", "70.50").err == "acme: max_amount is 70.50 already.\n"
    assert run("profile", "unset", "acme", "max_amount", "time_zone").err.splitlines() == [
        "acme: max_amount is taken out (before: 70.50).",
        "acme: time_zone was not set.",
    ]
    assert table(profile) == {
        "environment": "test",
        "reasons": {"RETURNED": "reverse"},
        "channel": {"kind": "ftp", **CHANNELS["ftp"], "host": "new.example"},
    }


def test_the_api_gets_a_table_of_its_own_and_loses_it_again(profile, run):
    before = profile.read_bytes()
    keys = ["api.account_sid=IRabc123", "api.auth_token=keyring", "api.campaigns=1000, 2000"]
    result = run("profile", "set", "acme", *keys)
    assert result.err.splitlines() == [
        "acme: api.account_sid is IRabc123 now (before: not set).",
        "acme: api.auth_token is keyring now (before: not set).",
        "acme: api.campaigns is 1000,2000 now (before: not set).",
        "Next: action-returns pending fetch --profile acme",
    ]
    assert b"[profiles.acme.api]" in profile.read_bytes()
    assert table(profile)["api"] == {"account_sid": "IRabc123", "auth_token": "keyring", "campaigns": ["1000", "2000"]}
    assert run("profile", "set", "acme", "api.campaigns=[3000]").code == 0
    assert table(profile)["api"]["campaigns"] == [3000]
    shown = [line.split(None, 1) for line in run("profile", "show").out.splitlines() if line.startswith("api.")]
    assert [line[0] for line in shown] == [
        "api.account_sid",
        "api.auth_token",
        "api.campaigns",
        "api.days_back",
        "api.host",
        "api.port",
    ]
    assert shown[2][1] == "3000"
    assert run("profile", "unset", "acme", "api.account_sid").code == 9
    assert run("profile", "unset", "acme", *(key.partition("=")[0] for key in keys)).code == 0
    assert profile.read_bytes().rstrip() == before.rstrip()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["api.account_sid=IR1"], "[profiles.acme.api] auth_token: this key is missing"),
        (
            [*MADE, "api.campaigns=1000,1000"],
            "[profiles.acme.api] campaigns: allowed is a list of campaign numbers, each once",
        ),
        ([*MADE, "api.campaigns=acme"], "[profiles.acme.api] campaigns: allowed is a list of campaign numbers"),
        ([*MADE, "api.campaigns=[]"], "[profiles.acme.api] campaigns: allowed is a list of campaign numbers"),
        ([*MADE, "api.campaigns=0"], "[profiles.acme.api] campaigns: allowed is a list of campaign numbers"),
        (
            [*MADE, "api.days_back=1096"],
            "[profiles.acme.api] days_back = 1096: allowed is a whole number of days from 1 to 1095",
        ),
        ([*MADE, "api.account_sid=IR 1"], "allowed is 1 to 64 letters and digits"),
        ([*MADE, "api.host=http://api.example"], "[profiles.acme.api] host"),
    ],
)
def test_settings_of_the_api_that_are_not_allowed_change_nothing(profile, run, words, says):
    before = profile.read_bytes()
    result = run("profile", "set", "acme", *words)
    assert (result.code, profile.read_bytes()) == (9, before)
    assert says in result.err


def test_scripts_read_what_was_changed(profile, run):
    facts = run("profile", "set", "acme", "max_amount=70", "port=2121", "--json").facts
    assert facts == {
        "name": "acme",
        "file": str(profile),
        "changed": [
            {"key": "max_amount", "before": None, "after": "70"},
            {"key": "channel.port", "before": None, "after": 2121},
        ],
    }


def test_the_codes_that_may_be_sent_are_shown_with_the_two_standard_ones(run):
    run("profile", "set", "acme", "reasons.RETURNED=reverse", "reasons.REJECTED=off")
    assert run("profile", "show", "--json").facts["reasons"] == {"ORDER_UPDATE": "modify", "RETURNED": "reverse"}
    (line,) = [line for line in run("profile", "show").out.splitlines() if line.startswith("reasons")]
    assert line.split(None, 1)[1] == "ORDER_UPDATE=modify, RETURNED=reverse"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["max_amount"], 2, 'max_amount has no "="'),
        (["max_amount=70", "port"], 2, 'port has no "="'),
        (["max_amount="], 2, "To take it out: action-returns profile unset acme max_amount"),
        (["hots=x"], 2, "There is no setting hots. Did you mean host?"),
        (["reason.X=reverse"], 2, "There is no setting reason.X."),
        (["private_key=x"], 2, "A profile with the channel ftp has: environment, account, reasons, "),
        (
            ["kind=fpt"],
            2,
            "There is no channel fpt. Allowed is ftp, sftp, email, api, outbox, draft. Did you mean ftp?",
        ),
        (["port=0"], 9, "[profiles.acme.channel] port = 0: allowed is a whole number from 1 to 65535."),
        (["port=21st"], 9, '[profiles.acme.channel] port = "21st"'),
        (["environment=prod"], 9, 'allowed is "live" or "test"'),
        (["reasons.RETURNED=back"], 9, "'reverse', 'modify', 'either' or 'off'"),
        (["reasons=x"], 9, "[profiles.acme] reasons"),
        (["security=plain"], 9, "accept_plaintext = true"),
        (["max_amount=1,50"], 9, "[profiles.acme] max_amount"),
    ],
)
def test_what_is_not_allowed_changes_nothing(profile, run, words, code, says):
    before = profile.read_bytes()
    result = run("profile", "set", "acme", *words)
    assert result.code == code
    assert says in result.err
    assert profile.read_bytes() == before


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("channel.password", "secret set acme"),
        ("password", "secret set acme"),
        ("ledger_password", "secret set acme --ledger"),
        ("api.auth_token", "secret set acme --api"),
    ],
)
def test_a_password_is_never_taken_nor_repeated(profile, run, key, command):
    before = profile.read_bytes()
    for words in ([f"{key}=hunter2"], [key, "hunter2"]):
        result = run("profile", "set", "acme", *words)
        assert result.code == 2
        assert result.err.endswith(f"action-returns {command}\n")
        assert "hunter2" not in result.err + result.out
    made = run("profile", "add", "b", "--environment", "test", "--kind", "ftp", "--set", "password=hunter2")
    assert (made.code, "hunter2" in made.err) == (2, False)
    assert profile.read_bytes() == before


def test_the_address_of_a_ledger_with_a_password_is_refused_and_not_repeated(profile, run):
    result = run("profile", "set", "acme", "ledger=postgresql://ann:hunter2@db.example.com/r")
    assert result.code == 9
    assert "a password never stands in it" in result.err
    assert "hunter2" not in result.err


def test_changing_to_test_says_that_it_really_uploads(home, run):
    write_profile(home, {"kind": "outbox", "directory": "/x"}, environment="live")
    uploads = "TEST is not practice: a file of this profile is really uploaded to its receiver."
    assert uploads in run("profile", "set", "acme", "environment=test").err
    assert uploads not in run("profile", "set", "acme", "environment=live").err


@pytest.mark.parametrize(
    "command",
    [
        ("profile", "show", "acne"),
        ("profile", "use", "acne"),
        ("profile", "remove", "acne"),
        ("profile", "set", "acne", "max_amount=1"),
        ("profile", "unset", "acne", "max_amount"),
        ("secret", "set", "acne"),
        ("probe", "--profile", "acne"),
        ("check", "x.csv", "--profile", "acne"),
        ("history", "list", "--profile", "acne"),
        ("new", "x.xlsx", "--profile", "acne"),
    ],
)
def test_a_wrong_name_is_answered_with_the_closest_and_all_there_are(profile, run, command):
    result = run(*command)
    assert result.code == 9
    assert f'There is no profile "acne" in {profile}. Did you mean acme? There is: acme.' in result.err


@pytest.mark.parametrize("key", ["environment", "channel.host", "channel.kind"])
def test_what_a_profile_needs_cannot_be_taken_out(profile, run, key):
    result = run("profile", "unset", "acme", key)
    assert result.code == 9
    assert "Nothing was changed" in result.err
