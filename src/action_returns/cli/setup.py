"""``action-returns probe``: test the connection, send nothing."""

import os
from pathlib import Path

import click

from action_returns.channels.base import NewServer, Phase
from action_returns.cli.options import CommandContext, global_options
from action_returns.errors import ConfigError, Exit
from action_returns.operations.channels import open_channel
from action_returns.operations.doctor import probe, run_checks, support_file
from action_returns.operations.export import write_bytes


@click.command("probe", short_help="Test the connection; sends nothing.")
@click.option(
    "--accept-host-key",
    "accepted",
    metavar="FINGERPRINT",
    help="SFTP, first time: keep the server's key without asking, if this is its fingerprint.",
)
@global_options
def probe_command(run: CommandContext, *, accepted: str | None) -> int:
    """Connect, sign in and look at the destination of the profile. Nothing is sent.

    The first time, the key of an SFTP server is shown and you are asked; from then on another one is refused.
    """
    account = run.account()
    channel = open_channel(account, run.places)

    def confirm(server: NewServer) -> bool:
        if not run.words.can_ask():
            raise ConfigError(
                f"{server.host} shows the key {server.fingerprint}, which nobody has confirmed yet, and nobody is here to "
                "ask. Nothing was sent. If it is the right one: action-returns probe --accept-host-key FINGERPRINT"
            )
        return click.confirm(server.question, default=False, err=True)

    run.words.say(f"Connecting to {channel.destination}", style="quiet")
    result = probe(account, run.places, confirm=confirm, accepted=accepted, channel=channel)
    if run.words.as_json:
        run.words.json(
            {
                "profile": account.name,
                "destination": channel.destination,
                "works": result.works,
                "message": result.message,
                "evidence": dict(result.evidence),
            }
        )
    run.words.say(result.message, style="good" if result.works else "error")
    if result.works:
        return Exit.DONE
    return Exit.CANNOT_CONNECT if result.phase is Phase.CONNECT else Exit.NOT_DELIVERED


@click.command("doctor", short_help="Is everything in place?")
@click.option("--bundle", metavar="PATH", help="Also write a support file (.zip); it holds no secrets and no rows.")
@global_options
def doctor_command(run: CommandContext, *, bundle: str | None) -> int:
    """Look at Python, places, profiles, passwords and the ledger. Sends nothing; connects to nothing but a team's ledger."""
    findings = list(run_checks(run.places))
    if bundle is not None:
        write_bytes(Path(bundle), support_file(findings))
        run.words.say(f"Support file: {bundle}")
    if run.words.as_json:
        run.words.json([{"what": what, "well": well, "seen": seen} for what, well, seen in findings])
    else:
        run.words.table(("", "What", "Seen"), (("ok" if well else "!!", what, seen) for what, well, seen in findings))
    return Exit.DONE if all(well for _, well, _ in findings) else Exit.CONFIGURATION


_HOW = {
    "bash": 'eval "$(action-returns completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(action-returns completion zsh)"   in ~/.zshrc',
    "fish": "action-returns completion fish | source   in ~/.config/fish/config.fish",
    "powershell": "action-returns completion powershell | Out-String | Invoke-Expression   in $PROFILE",
}


@click.command("completion", short_help="Complete commands with the Tab key.")
@click.argument("shell", type=click.Choice(list(_HOW)))
@global_options
def completion_command(run: CommandContext, *, shell: str) -> None:
    """Print the script that completes commands and options in SHELL."""
    from click.shell_completion import get_completion_class

    from action_returns.cli.app import tree

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"Completion for {shell} is not available.")
    run.words.show(made(tree, {}, "action-returns", "_ACTION_RETURNS_COMPLETE").source())
    if os.isatty(1):
        run.words.say(f"Put this line into your shell's start file: {_HOW[shell]}")
