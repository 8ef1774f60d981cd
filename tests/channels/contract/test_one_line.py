"""A new kind of channel is one module and one line: everything else is built from its settings class."""

import subprocess
import sys

import pytest

from action_returns.channels import KINDS
from action_returns.cli.app import run
from action_returns.errors import ConfigError
from action_returns.excel.settings_form import Answers, fields, save
from action_returns.files import packaged_file
from action_returns.settings.config import load_settings
from tests.channels.contract import made_up


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The one line; modules that read the list of kinds when they are imported are imported anew."""
    monkeypatch.setitem(KINDS, "pigeon", made_up.LINE)
    modules = ("action_returns.cli.profiles", "docs.config_page", "docs.print")
    for module in modules:
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setattr(made_up, "CARRIED", [])
    yield
    for module in modules:  # no later test may meet the made-up kind
        sys.modules.pop(module, None)


def profile(paths, **channel):
    lines = "\n".join(f"{key} = {value!r}" for key, value in {"kind": "pigeon", **channel}.items())
    paths.config_file.write_text(f"[profiles.acme]\nenvironment = 'test'\n[profiles.acme.channel]\n{lines}\n")


def kept(paths):
    return load_settings(paths.config_file).profiles["acme"].channel.model_dump(exclude_unset=True, mode="json")


def test_its_table_in_config_toml_is_read_and_shown(paths, capsys):
    profile(paths, loft="loft.example.com", height=40)
    assert kept(paths) == {"kind": "pigeon", "loft": "loft.example.com", "height": 40}
    assert run(["profile", "show", "acme"]) == 0
    assert "channel.height" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ({"loft": "l", "hight": 3}, "[profiles.acme.channel] hight: this key is not known. Did you mean height?"),
        (
            {"loft": "l", "hots": 3},
            "[profiles.acme.channel] hots: this key is not known.",
        ),  # host is no key of a pigeon
        (
            {"height": 3},
            "[profiles.acme.channel] loft: this key is missing; allowed is a plain host name",
        ),
        ({"loft": "l", "speed": "late"}, '[profiles.acme.channel] speed = "late": allowed is "slow" or "fast".'),
        ({"loft": "l", "password": "coo"}, "never the password itself"),
        (
            {"kind": "pidgeon"},
            '[profiles.acme.channel] kind = "pidgeon": allowed is ftp, sftp, email, api, outbox, draft, pigeon. Did you mean pigeon?',
        ),
    ],
)
def test_what_is_wrong_in_its_table_is_named(paths, channel, says):
    profile(paths, **channel)
    with pytest.raises(ConfigError) as caught:
        load_settings(paths.config_file)
    assert says in str(caught.value)
    assert ("Did you mean" in str(caught.value)) is ("Did you mean" in says)


def add(*settings):
    options = [word for setting in settings for word in ("--set", setting)]
    return run(["profile", "add", "acme", "--environment", "test", "--kind", "pigeon", *options])


def test_profile_add_knows_its_settings_and_when_it_needs_a_password(paths, capsys):
    assert add("loft=loft.example.com", "height=35", "at_night=true") == 0
    assert kept(paths) == {
        "kind": "pigeon",
        "loft": "loft.example.com",
        "height": 35,
        "speed": "fast",
        "at_night": True,
        "password": "**********",
    }
    assert "action-returns secret set acme" in capsys.readouterr().err


def test_profile_add_asks_for_what_it_needs(paths, capsys):
    assert add("height=35") == 2
    assert "--set loft=loft.example.com" in capsys.readouterr().err
    assert not paths.config_file.exists()


def test_profile_add_needs_no_password_where_its_settings_need_none(paths, capsys):
    assert add("loft=loft.example.com") == 0
    assert "password" not in kept(paths)
    assert "secret set" not in capsys.readouterr().err


def test_the_settings_window_asks_for_its_settings_and_saves_them(paths):
    assert [(one.key, one.label, one.suggestion, one.choices) for one in fields("pigeon")] == [
        ("loft", "Loft", "", ()),
        ("height", "Height", "20", ()),
        ("speed", "Speed", "fast", ("slow", "fast")),
        ("at_night", "At night?", "no", ("no", "yes")),
    ]
    shown = {"loft": "l.example", "height": "21", "speed": "slow", "at_night": "yes"}
    save(Answers("acme", "test", "pigeon", shown), "", paths)
    password = {"password": "**********"}
    assert kept(paths) == {"kind": "pigeon", **shown, "height": 21, "at_night": True, **password}


def test_the_settings_window_forgets_what_belongs_to_the_old_receiver(paths):
    profile(paths, loft="old.example", ring="R7")
    same = {"loft": "old.example", "height": "20", "speed": "slow", "at_night": "no"}
    save(Answers("acme", "test", "pigeon", same), "", paths)
    assert kept(paths)["ring"] == "R7"
    save(Answers("acme", "test", "pigeon", {**same, "loft": "new.example"}), "", paths)
    assert "ring" not in kept(paths)


def test_docs_config_md_gets_its_table():
    from docs import print as pages

    page = pages.PAGES["config.md"]()
    title = '## The channel, kind = "pigeon": [profiles.NAME.channel]'
    assert f"{title}\n\nA pigeon that carries the file.\n\n```toml\n" in page
    assert (
        'kind = "pigeon"\nloft = "loft.example.com"\nheight = 30\nspeed = "slow"\nring = "R1"\nat_night = false\n'
        in page
    )
    host = "a plain host name such as batch.impact.com, without ftp:// or a folder"
    assert f"| `loft` | Where the pigeon lives. | {host} | it must be there |" in page
    assert "| `at_night` | Whether it flies at night. | true or false | `false` |" in page


def test_a_file_is_sent_through_it_and_its_connection_is_tested(paths, capsys):
    profile(paths, loft="loft.example.com")
    assert run(["probe"]) == 0
    assert "The pigeon of loft.example.com is awake" in capsys.readouterr().err
    sample = packaged_file("workbook_templates/samples/returns.xlsx")
    assert run(["send", str(sample), "--only-ready", "--yes"]) == 0
    assert "The pigeon is at loft.example.com" in capsys.readouterr().err
    assert len(made_up.CARRIED) == 1


NEVER = (
    "action_returns.channels.sftp_settings action_returns.channels.sftp action_returns.channels.email "
    "action_returns.channels.folder paramiko smtplib ssl"
)


def test_reading_a_config_imports_only_the_kinds_that_it_names_and_nothing_of_a_connection(paths):
    paths.config_file.write_text(
        '[profiles.acme]\nenvironment = "test"\n[profiles.acme.channel]\nkind = "ftp"\nhost = "x"\nusername = "u"\n'
        'password = "keyring"\n'
    )
    code = (
        "import sys\nfrom pathlib import Path\nfrom action_returns.settings.config import load_settings\n"
        "load_settings(Path(sys.argv[1]))\nprint('action_returns.channels.ftp' in sys.modules, "
        "[name for name in sys.argv[2:] if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(paths.config_file), *NEVER.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "True []\n"
