"""``python -m action_returns``: the same as the command ``action-returns``."""

from action_returns.cli import main

main()
