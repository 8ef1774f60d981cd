"""``action-returns pending``: the pending downloads that are kept, what changed between two, and new ones over the API."""

import importlib
from typing import Final

import click

PENDING_COMMANDS: Final[dict[str, str]] = {
    "fetch": "pending_fetch:fetch_command",
    "status": "pending_kept:status_command",
    "compare": "pending_kept:compare_command",
}
"""Command -> module and function; the module is loaded only when its command is called."""


class _Group(click.Group):
    """A group of the commands of :data:`PENDING_COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        return list(PENDING_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in PENDING_COMMANDS:
            return None
        module, _, function = PENDING_COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"action_returns.cli.{module}"), function)
        return command


@click.group("pending", cls=_Group, short_help="The pending actions: what is kept, what changed.")
def pending_command() -> None:
    """Look at the kept downloads of the pending actions."""
