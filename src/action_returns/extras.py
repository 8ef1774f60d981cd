"""Packages beside this program: the tested versions, and the command that installs those that only some users need."""

import sys
from importlib.metadata import PackageNotFoundError, requires, version

from action_returns.files import packaged_file
from action_returns.shell import quote

_TESTED = "requirements/constraints.txt"


def install_command(extra: str) -> str:
    """Return the command that installs the packages of an extra, such as ``sftp``, in the versions that were tested.

    It names the packages themselves: this program is in no package index, so ``action-returns[sftp]`` would find nothing.
    """
    marker = f"extra == '{extra}'"
    try:
        named = [line.partition(";") for line in requires("action-returns") or ()]
    except PackageNotFoundError:  # it runs from a folder in which it was never installed
        named = []
    packages = [package.strip() for package, _, condition in named if marker in condition.replace('"', "'")]
    return " ".join(
        [
            quote(sys.executable),
            *("-m", "pip", "install", *_constraints()),
            *map(quote, packages or [f".[{extra}]"]),
        ]
    )


def _constraints() -> list[str]:
    try:
        return ["-c", quote(str(packaged_file(_TESTED)))]
    except FileNotFoundError:  # the command still works, with the newest versions
        return []


def tested_versions() -> dict[str, str]:
    """Return the version of each package, by its name, with which the tests of this release ran.

    Packages of other systems and of extras are among them (constraints file of pip, user guide "Constraints Files").

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    lines = packaged_file(_TESTED).read_text(encoding="utf-8").splitlines()
    pins = (line.partition(";")[0].strip().partition("==") for line in lines if not line.startswith("#"))
    return {name: pinned for name, _, pinned in pins if pinned}


def untested_versions() -> list[tuple[str, str, str]]:
    """Return name, installed version and tested version of each package that is installed in another version."""
    return [
        (name, installed, tested)
        for name, tested in tested_versions().items()
        if (installed := _installed_version(name)) not in {None, tested}
    ]


def _installed_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
