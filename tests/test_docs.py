"""The pages users read say what the product does."""

import re
from pathlib import Path

import pytest
from docs import print as pages

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
