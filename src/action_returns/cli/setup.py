"""``probe``, ``doctor`` and ``completion``: is this computer ready to send?"""

import sys
from pathlib import Path

import click

from action_returns.channels.base import NewServer, Phase
from action_returns.cli.options import CommandContext, global_options
from action_returns.cli.output import is_terminal
from action_returns.errors import ConfigError, Exit
from action_returns.operations.account import open_channel
from action_returns.operations.doctor import probe, run_checks
from action_returns.operations.export import write_bytes
from action_returns.operations.support_file import support_file
from action_returns.operations.texts import counted


@click.command("probe", short_help="Test the connection; sends nothing.")
@click.option(
    "--accept-host-key",
    "accepted",
    metavar="FINGERPRINT",
    help="SFTP, first time: keep the server's key without asking, if this is its fingerprint.",
)
@global_options
def probe_command(context: CommandContext, *, accepted: str | None) -> int:
    """Connect, sign in and look at the destination of the profile. Nothing is sent.

    The first time, the key of an SFTP server is shown and you are asked; from then on another one is refused.
    """
    account = context.account()
    channel = open_channel(account, context.paths)

    def confirm(server: NewServer) -> bool:
        if not context.output.can_ask():
            raise ConfigError(
                f"{server.host} shows the key {server.fingerprint}, which is not confirmed yet. Cannot ask: "
                f"{context.output.why_not_ask}. Nothing was sent. If it is the right one: "
                "action-returns probe --accept-host-key FINGERPRINT"
            )
        return context.output.confirm(server.question)

    context.output.info(f"Connecting to {channel.destination}", style="quiet")
    result = probe(account, context.paths, confirm=confirm, accepted=accepted, channel=channel)
    if context.output.as_json:
        context.output.json(
            {
                "profile": account.name,
                "environment": account.environment,
                "destination": channel.destination,
                "works": result.works,
                "message": result.message,
                "evidence": dict(result.evidence),
            }
        )
    context.output.info(result.message, style="good" if result.works else "error")
    if result.works:
        return Exit.DONE
    return Exit.CANNOT_CONNECT if result.phase is Phase.CONNECT else Exit.NOT_DELIVERED


@click.command("doctor", short_help="Is everything in place?")
@click.option(
    "--bundle", metavar="PATH", help="Also write a support file (.zip); it holds no secrets, no rows and no user name."
)
@global_options
def doctor_command(context: CommandContext, *, bundle: str | None) -> int:
    """Check Python, folders, profiles, passwords and the ledger. Sends nothing; connects only to a team's ledger."""
    findings = list(run_checks(context.paths))
    if bundle is not None:
        write_bytes(Path(bundle), support_file(findings), if_taken="Choose another name.")
        context.output.info(f"Support file: {bundle}")
    wrong = sum(not well for _, well, _ in findings)
    if context.output.as_json:
        context.output.json(
            {
                "checks": [{"what": what, "well": well, "seen": seen} for what, well, seen in findings],
                "bundle": bundle,
                "message": f"{counted(wrong, 'check')} failed." if wrong else "Everything is in place.",
            }
        )
    else:
        context.output.table(
            ("", "What", "Seen"), (("ok" if well else "!!", what, seen) for what, well, seen in findings)
        )
    return Exit.CONFIGURATION if wrong else Exit.DONE


_START_FILE_LINES = {
    "bash": 'eval "$(action-returns completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(action-returns completion zsh)"   in ~/.zshrc',
    "fish": "action-returns completion fish | source   in ~/.config/fish/config.fish",
    "powershell": "action-returns completion powershell | Out-String | Invoke-Expression   in $PROFILE",
}


@click.command("completion", short_help="Complete commands with the Tab key.")
@click.argument("shell", type=click.Choice(list(_START_FILE_LINES)))
@global_options
def completion_command(context: CommandContext, *, shell: str) -> None:
    """Print the script that completes commands and options in SHELL."""
    from click.shell_completion import get_completion_class

    from action_returns.cli.app import COMPLETION_VARIABLE, tree

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"Completion for {shell} is not available.")
    script = completion(tree, {}, "action-returns", COMPLETION_VARIABLE).source()
    if context.output.as_json:
        context.output.json({"shell": shell, "script": script, "start_file": _START_FILE_LINES[shell]})
    else:
        with context.output.exact() as stdout:  # bash takes the line ends of Windows for a part of each command
            stdout.write(f"{script}\n".encode())
    if context.output.as_json or is_terminal(sys.stdout):
        context.output.info(f"Add this line to your shell's start file: {_START_FILE_LINES[shell]}")
