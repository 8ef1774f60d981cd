"""``action-returns probe``: test the connection, send nothing."""

import click

from action_returns.cli.exits import Exit
from action_returns.cli.options import Run, common
from action_returns.delivery import Phase, State
from action_returns.settings import ConfigProblem
from action_returns.submission.channels import open_channel
from action_returns.submission.probing import NewServer, probe


@click.command("probe", short_help="Test the connection; sends nothing.")
@click.option(
    "--accept-host-key",
    "accepted",
    metavar="FINGERPRINT",
    help="SFTP, first time: keep the server's key without asking, if this is its fingerprint.",
)
@common
def command(run: Run, *, accepted: str | None) -> int:
    """Connect, sign in and look at the destination of the profile. Nothing is sent.

    The first time, the key of an SFTP server is shown and you are asked; from then on another one is refused.
    """
    account = run.account()
    channel = open_channel(account, run.places)

    def confirm(server: NewServer) -> bool:
        if not run.words.can_ask():
            raise ConfigProblem(
                f"{server.host} shows the key {server.fingerprint}, which nobody has confirmed yet, and nobody is here to "
                "ask. Nothing was sent. If it is the right one: action-returns probe --accept-host-key FINGERPRINT"
            )
        return click.confirm(server.question, default=False, err=True)

    run.words.say(f"Connecting to {channel.destination}", style="quiet")
    outcome = probe(account, run.places, confirm=confirm, accepted=accepted, channel=channel)
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
