"""The command tree, and what every command does when it stops."""

import gc
import importlib
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from action_returns import __version__
from action_returns.cli.options import CommandEndedError
from action_returns.errors import ActionReturnsError, Exit

COMMANDS: Final = {
    "new": "files:new_command",
    "check": "check:check_command",
    "fix": "files:fix_command",
    "review": "check:review_command",
    "export": "files:export_command",
    "send": "send:send_command",
    "probe": "setup:probe_command",
    "history": "history:history_command",
    "action": "history:action_command",
    "upgrade-workbook": "files:upgrade_workbook_command",
    "profile": "profiles:profile_command",
    "secret": "profiles:secret_command",
    "doctor": "setup:doctor_command",
    "demo": "demo:demo_command",
    "completion": "setup:completion_command",
}
"""Command -> module and function, in the order of the work."""


class _Tree(click.Group):
    """Loads a command's module only when the command is called: start-up is most of a small check."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"action_returns.cli.{module}"), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            ctx.fail(f"There is no command {args[0]}.{meant} See: action-returns --help")
        return super().resolve_command(ctx, args)


@click.command(cls=_Tree, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="action-returns", message="%(prog)s %(version)s")
def tree() -> None:
    r"""Tell impact.com which mobile-app actions were returned: check the file, make the exact CSV, deliver it.

    \b
    action-returns new returns.xlsm             the workbook to fill in
    action-returns check returns.xlsx           what is wrong, where, and what to do
    action-returns review returns.xlsx          totals, money effect, destination
    action-returns send returns.xlsx            deliver it over the profile's channel, with proof
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: as they stand on the command line, without the program's name.

    Returns:
        The exit code.
    """
    # One command is one short process over a few large lists: looking through them for cycles again and again
    # costs a tenth of the time and finds nothing.
    gc.disable()
    debug = "--debug" in arguments
    try:
        result = tree.main([word for word in arguments if word != "--debug"], "action-returns", standalone_mode=False)
    except Exception as error:  # noqa: BLE001  # the last one to catch it: a user never sees a traceback
        if debug:
            traceback.print_exc()
        return _stopped(error)
    except KeyboardInterrupt:
        return _refused(
            "interrupted. Nothing more was done; see what was sent with: action-returns history list", Exit.INTERRUPTED
        )
    finally:
        gc.enable()
    return int(result or 0)


def _stopped(error: Exception) -> int:
    """Say why a command stopped, and give its exit code."""
    match error:
        case CommandEndedError():
            return error.code
        case click.exceptions.Abort():
            return _refused("interrupted. Nothing was sent.", Exit.INTERRUPTED)
        case click.ClickException():
            error.show()
            return Exit.USAGE
        case BrokenPipeError():
            sys.stderr.close()  # whoever read our output has gone; nobody is left to tell
            return Exit.DONE
        case ActionReturnsError():
            return _refused(str(error), error.exit_code)
        case _:
            return _unexpected(error)


def _unexpected(error: Exception) -> int:
    kept = _keep_details(error)
    return _refused(f"something went wrong that nobody foresaw ({type(error).__name__}). {kept}", Exit.UNEXPECTED)


def _keep_details(error: Exception) -> str:
    """Write the details where the user finds them, and say where."""
    import os

    from action_returns.files import default_paths
    from action_returns.operations.error_details import save_error_details

    path = save_error_details(error, default_paths(os.environ))
    if path is None:
        return "Run the command again with --debug to see the details."
    return f"Details are in {path}. What was sent, if anything, shows in: action-returns history list"


def _refused(text: str, code: Exit) -> int:
    from action_returns.cli.output import Output

    Output().refuse(text)
    return code
