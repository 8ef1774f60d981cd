"""A user installs the program as the README says, and has all of it."""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.support.cli import run_here

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
"""What the program needs is on this machine already; so pip asks no index."""


def commands(title):
    """Return the commands of the first block below a title."""
    block = README.partition(f"\n## {title}\n")[2].partition("```\n")[2].partition("```")[0]
    return [words for line in block.splitlines() if (words := shlex.split(line, comments=True))]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which the README's own commands have installed the program, and the wheel they made."""
    folder = tmp_path_factory.mktemp("installed")
    venv, wheels = folder / "action-returns", folder / "dist"
    here = {"python3": sys.executable, "dist": str(wheels), "~/action-returns": str(venv)}
    for line in commands("Installing it"):
        words = [here.get(word, word.replace("~/action-returns", str(venv))) for word in line]
        if "." in words:
            words.append("--no-build-isolation")  # hatchling is here already, too
        done = subprocess.run(
            words, cwd=ROOT, env={**os.environ, **OFFLINE}, capture_output=True, text=True, check=False, timeout=110
        )
        assert done.returncode == 0, (words, done.stdout + done.stderr)
        for packages in venv.glob("lib/python*/site-packages"):
            (packages / "tested-with.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv, next(wheels.glob("*.whl"))


def test_what_the_readme_installs_does_the_whole_job(installed, tmp_path):
    venv, _ = installed
    for words in (["--version"], ["new", "made.xlsm", "--samples"], ["check", "made.xlsm"], ["demo", "--keep", "kept"]):
        done = subprocess.run(
            [str(venv / "bin" / "action-returns"), *words],
            cwd=tmp_path, env={**os.environ, "ACTION_RETURNS_HOME": str(tmp_path)}, capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == (3 if words[0] == "check" else 0), done.stdout + done.stderr
    where = [str(venv / "bin" / "python"), "-c", "import action_returns; print(action_returns.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert Path(found.strip()).is_relative_to(venv)


def test_the_wheel_holds_every_file_that_the_program_reads(installed):
    _, wheel = installed
    held = set(zipfile.ZipFile(wheel).namelist())
    product = ROOT / "src" / "action_returns"
    own = {f"action_returns/{path.relative_to(product).as_posix()}" for path in product.rglob("*.*") if path.is_file()}
    own = {name for name in own if "__pycache__" not in name}
    shipped = {
        f"action_returns/shipped/{path.relative_to(ROOT).as_posix()}"
        for folder in ("addin", "workbook_templates")
        for path in (ROOT / folder).rglob("*.*")
        if path.is_file() and path.suffix not in {".py", ".pyc", ".md"}
    }
    assert own | shipped <= held
    for needed in (
        "shipped/workbook_templates/mobile_actions.toml",
        "shipped/workbook_templates/samples/returns.xlsx",
        "shipped/addin/ribbon/customUI14.xml",
        "shipped/addin/vba/Clicks.bas",
    ):
        assert f"action_returns/{needed}" in held
    assert any(name.startswith("action_returns/operations/pages/") for name in held)
    assert any(name.startswith("action_returns/ledger/migrations/") for name in held)


def test_the_first_profile_is_made_as_the_readme_says(capsys, paths, store, monkeypatch):
    lines = commands("Setting it up for your account")
    assert [words[1] for words in lines] == ["profile", "secret", "probe", "profile"]
    for words in (lines[0], lines[3]):
        assert run_here(capsys, *words[1:]).code == 0, words
    assert tomllib.loads(paths.config_file.read_text(encoding="utf-8"))["profiles"]["acme"] == {
        "environment": "live",
        "channel": {
            "kind": "ftp",
            "host": "batch.impact.com",
            "username": "NAME",
            "directory": "/",
            "password": "keyring",
        },
        "reasons": {"RETURNED": "reverse"},
        "max_amount": "500",
    }


def test_the_first_screen_says_what_it_is_for_whom_and_shows_it():
    first = README.splitlines()[:22]
    assert first[0] == "# Action Returns"
    assert "**For " in first[2]
    assert [line.split("#")[0].strip() for line in first if line.startswith("make ")] == ["make demo", "make test"]
    (picture,) = [line for line in first if line.startswith("![")]
    assert (ROOT / re.search(r"\((.+)\)", picture)[1]).exists()
