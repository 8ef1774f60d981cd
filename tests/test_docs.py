"""The pages users read say what the product does."""

import contextlib
import gzip
import re
import sqlite3
from pathlib import Path

import pytest
from docs import print as pages
from docs import promises

from action_returns.channels import KINDS, settings_class
from action_returns.settings.config import load_settings
from action_returns.settings.editing import add_profile
from action_returns.settings.profile import Profile
from tests.support.cli import run_here

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", pages.PAGES)
def test_a_printed_page_is_what_the_product_says_today(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages.PAGES[name](), "run: make docs"


def test_every_file_the_readme_names_is_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\(([^)]+)\)|`((?:tests|docs|benchmarks)/[^`]+?)`", readme)
    for link, path in named:
        assert (ROOT / (link or path)).exists(), link or path


def test_every_command_the_readme_shows_exists():
    from action_returns.cli.app import COMMANDS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^action-returns (\w+)|`action-returns (\w+)", readme, re.MULTILINE)) <= {
        pair for name in COMMANDS for pair in ((name, ""), ("", name))
    }


CONFIG_PAGE = pages.PAGES["config.md"]()


@pytest.mark.parametrize("block", re.findall(r"^```toml\n(.+?)^```", CONFIG_PAGE, re.MULTILINE | re.DOTALL))
def test_every_example_of_the_page_about_settings_can_be_pasted(paths, block):
    paths.config_file.write_text(block)
    name, profile = load_settings(paths.config_file).choose()
    assert (name, profile.environment) == ("acme", "live")


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_every_setting_has_an_example_and_is_explained(kind):
    title = "## The profile" if kind is None else f'## The channel, kind = "{kind}"'
    (section,) = [part for part in re.split(r"^(?=## )", CONFIG_PAGE, flags=re.MULTILINE) if part.startswith(title)]
    for setting in (Profile if kind is None else settings_class(kind)).settings():
        assert re.search(rf"^{setting.key} = ", section, re.MULTILINE), setting.key
        assert f"| `{setting.key}` | {setting.description} | {setting.allowed} | " in section


def test_the_commands_of_the_page_about_settings_work(paths, capsys):
    channel = {"kind": "ftp", "host": "x.example", "username": "u", "password": "keyring"}
    add_profile(paths.config_file, "acme", {"environment": "live", "channel": channel})
    (block,) = re.findall(r"^```\n(action-returns .+?)^```", CONFIG_PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines():
        assert run_here(capsys, *line.split()[1:]).code == 0, line
    profile = load_settings(paths.config_file).profiles["acme"]
    assert (profile.max_amount, profile.channel.port, dict(profile.reasons)) == (
        "999999.99",
        2121,
        {"RETURNED": "reverse"},
    )


PROMISES = promises.tests_of(promises.PAGE.read_text(encoding="utf-8"))


def test_there_are_seventeen_promises_and_every_line_has_a_test():
    assert list(PROMISES) == list(range(1, 18))
    lines = re.findall(r"^\| (?!you can|---)(.+) \| (.+) \|$", promises.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) >= 40
    assert [line for line, shown in lines if not re.fullmatch(r"`tests/[^`]+`(, `tests/[^`]+`)*", shown)] == []


@pytest.mark.parametrize("named", sorted({test for tests in PROMISES.values() for test in tests}))
def test_every_test_a_promise_names_exists(named):
    path, _, name = named.partition("::")
    content = (ROOT / path).read_text(encoding="utf-8")
    assert "\ndef test_" in content or "TestCase" in content
    assert not name or f"\ndef {name}(" in content


def test_the_ledger_can_be_read_as_its_page_says(tmp_path, monkeypatch):
    """The commands of the page, run by SQLite itself on a ledger that was just written."""
    from action_returns.ledger.ledger import open_ledger
    from tests.support.ledgers import settled

    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        ledger.record_results(settled(ledger, "sent"), b"what became of each row", {"open": 0})
    page = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
    statements = re.findall(r'^sqlite3 ledger\.sqlite3 "(.+)"$', page, re.MULTILINE)
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as connection:
        connection.create_function("writefile", 2, lambda _name, content: written.append(content))
        written, given = [], []
        for statement in statements:
            asked = statement.replace("= 7", "= 1").replace(
                "THAT HASH", str(given[-1][0][0] if given and given[-1] else "")
            )
            given.append(connection.execute(asked).fetchall())
        tables = {table for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        tables.discard("sqlite_sequence")  # left from the first version, and empty
        columns = {column[1] for table in tables for column in connection.execute(f"PRAGMA table_info({table})")}
    assert given[0][0][0] == 1
    assert len(given) == 5
    assert gzip.decompress(written[-1]) == b"what became of each row"
    assert {f"`{name}`" for name in tables | columns} <= set(re.findall(r"`\w+`", page))
