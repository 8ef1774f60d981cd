"""The command line, thin: words in, use cases called, words out."""

import sys


def main() -> None:
    """Run ``action-returns`` with the arguments of this process and exit with its code."""
    if sys.argv[1:] == ["--version"]:  # asked by scripts and by the workbook; needs nothing else of us
        from action_returns import __version__

        print(f"action-returns {__version__}")
        return
    from action_returns.cli.app import run

    sys.exit(run(sys.argv[1:]))
