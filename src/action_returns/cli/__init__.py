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

    if os.name == "nt":
        from action_returns.cli.windows_streams import prepare_streams

        prepare_streams()
    else:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # no character may stop a command
    sys.exit(run(sys.argv[1:]))
