"""The command line: read the options, call one operation, print what it returns."""

import os
import sys
from io import TextIOWrapper


def main() -> None:
    """Run ``action-returns`` with the arguments of this process and exit with its code."""
    if sys.argv[1:] == ["--version"]:  # scripts and the workbook ask for it often; it needs no other import
        from action_returns import __version__

        print(f"action-returns {__version__}")
        return
    from action_returns.cli.app import run

    _open_missing_streams()
    if os.name == "nt":
        from action_returns.cli.windows_streams import prepare_streams

        prepare_streams()
    else:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # no character may stop a command
    sys.exit(run(sys.argv[1:]))


def _open_missing_streams() -> None:
    """Print to nothing where there is no stream: after ``>&-`` in a shell, and with pythonw.exe of Windows.

    Else a file that was sent would be followed by an error.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # until the program ends
