"""``action-returns probe``: test the connection, send nothing."""

import click

from action_returns.cli.exits import Exit
from action_returns.cli.options import Run, common
from action_returns.delivery import Phase, State
from action_returns.submission.channels import open_channel


@click.command("probe", short_help="Test the connection; sends nothing.")
@common
def command(run: Run) -> int:
    """Connect, sign in and look at the destination of the profile. Nothing is sent."""
    account = run.account()
    channel = open_channel(account, run.places)
    with run.words.working(f"Connecting to {channel.destination}"):
        outcome = channel.probe()
    works = outcome.state is State.SENT
    if run.words.as_json:
        run.words.json(
            {
                "profile": account.name,
                "destination": channel.destination,
                "works": works,
                "message": outcome.message,
                "evidence": dict(outcome.evidence),
            }
        )
    run.words.say(outcome.message, style="good" if works else "error")
    if works:
        return Exit.DONE
    return Exit.CANNOT_CONNECT if outcome.phase is Phase.CONNECT else Exit.NOT_DELIVERED
