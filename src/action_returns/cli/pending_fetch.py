"""``action-returns pending fetch``: the pending actions over the network's API."""

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import click

from action_returns.cli.options import CommandContext, global_options
from action_returns.operations.texts import counted
from action_returns.shell import quote

if TYPE_CHECKING:
    from action_returns.operations.fetch_pending import Fetched


@click.command("fetch", short_help="Fetch the pending actions over the network's API.")
@click.option(
    "-o",
    "output",
    metavar="FILE",
    help="The CSV file to write as well; with and without it, the list is kept as a download is.",
)
@click.option("--force", is_flag=True, help="Replace FILE when it exists.")
@global_options
def fetch_command(context: CommandContext, *, output: str | None, force: bool) -> None:
    """Fetch the pending actions over the network's API, in the shape that --pending reads.

    The profile says whose: [profiles.NAME.api] in config.toml. Nothing is changed at the network. When it is stopped, the
    same command goes on there on the same day.
    """
    from action_returns.operations.fetch_pending import fetch_pending

    if output == "-":
        raise click.UsageError("pending fetch writes a file. Name it: -o pending.csv")
    done = fetch_pending(
        context.account(),
        context.paths,
        target=None if output is None else Path(output),
        now=context.now(),
        tell=lambda text: context.output.info(text, style="quiet"),
        overwrite=force,
    )
    context.output.json(
        {
            "written": None if done.written is None else str(done.written),
            "rows": done.rows,
            "campaigns": dict(done.campaigns),
            "requests": done.requests,
            "resumed": done.resumed,
            "as_of": done.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "notes": list(done.notes),
        }
    )
    context.output.info(_summary(done), style="good")
    for note in done.notes:
        context.output.info(note, style="warning")
    if done.written is not None:
        profile = f" --profile {quote(context.profile)}" if context.profile else ""
        uses = "action-returns import EXPORT -o FILE" if done.is_kept else "action-returns check FILE --pending "
        context.output.info(f"Next: {uses}{'' if done.is_kept else quote(str(done.written))}{profile}")


def _summary(done: "Fetched") -> str:
    asked = f"{counted(done.requests, 'request')}, as of {done.as_of:%Y-%m-%d %H:%M %Z}"
    if done.written is None:
        return (
            f"There are no pending actions ({asked}). Nothing was written, and a list that was kept before stays. If there "
            "should be some, check api.campaigns and api.days_back in the profile."
        )
    of = "" if len(done.campaigns) == 1 else f" of {len(done.campaigns)} campaigns"
    where = (
        f"Kept as the pending download of this account: {done.written}" if done.is_kept else f"Written: {done.written}"
    )
    return f"{counted(done.rows, 'pending action')}{of} ({asked}). {where}"
