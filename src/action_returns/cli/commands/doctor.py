"""``action-returns doctor``: is everything in place, and if not, what to do."""

from pathlib import Path

import click

from action_returns.cli.exits import Exit
from action_returns.cli.options import Run, common
from action_returns.submission.diagnosing import examine, support_file
from action_returns.submission.exporting import write_bytes


@click.command("doctor", short_help="Is everything in place?")
@click.option("--bundle", metavar="PATH", help="Also write a support file (.zip); it holds no secrets and no rows.")
@common
def command(run: Run, *, bundle: str | None) -> int:
    """Look at Python, places, profiles, passwords and the ledger. Sends nothing; connects to nothing but a team's ledger."""
    findings = list(examine(run.places))
    if bundle is not None:
        write_bytes(Path(bundle), support_file(findings))
        run.words.say(f"Support file: {bundle}")
    if run.words.as_json:
        run.words.json([{"what": what, "well": well, "seen": seen} for what, well, seen in findings])
    else:
        run.words.table(("", "What", "Seen"), (("ok" if well else "!!", what, seen) for what, well, seen in findings))
    return Exit.DONE if all(well for _, well, _ in findings) else Exit.CONFIGURATION
