"""Packages that only some users need, and the command that installs them for the Python that runs this program."""

import sys
from importlib.metadata import PackageNotFoundError, requires


def install_command(extra: str) -> str:
    """Return the command that installs the packages of an extra, such as ``sftp``.

    It names the packages themselves: this program is in no package index, so ``action-returns[sftp]`` would find nothing.
    """
    marker = f"extra == '{extra}'"
    try:
        named = [line.partition(";") for line in requires("action-returns") or ()]
    except PackageNotFoundError:  # it runs from a folder in which it was never installed
        named = []
    packages = [package.strip() for package, _, condition in named if marker in condition.replace('"', "'")]
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return " ".join([python, "-m", "pip", "install", *(f'"{package}"' for package in packages or [f".[{extra}]"])])
