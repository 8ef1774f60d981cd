"""``action-returns completion``: complete commands and options with the Tab key."""

import os

import click

from action_returns.cli.options import Run, common

_HOW = {
    "bash": 'eval "$(action-returns completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(action-returns completion zsh)"   in ~/.zshrc',
    "fish": "action-returns completion fish | source   in ~/.config/fish/config.fish",
    "powershell": "action-returns completion powershell | Out-String | Invoke-Expression   in $PROFILE",
}


@click.command("completion", short_help="Complete commands with the Tab key.")
@click.argument("shell", type=click.Choice(list(_HOW)))
@common
def command(run: Run, *, shell: str) -> None:
    """Print the script that completes commands and options in SHELL."""
    from click.shell_completion import get_completion_class

    from action_returns.cli.app import tree

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"Completion for {shell} is not available.")
    run.words.show(made(tree, {}, "action-returns", "_ACTION_RETURNS_COMPLETE").source())
    if os.isatty(1):
        run.words.say(f"Put this line into your shell's start file: {_HOW[shell]}")
