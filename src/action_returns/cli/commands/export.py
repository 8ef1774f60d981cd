"""``action-returns export``: the clean CSV, without sending it."""

import sys
from pathlib import Path

import click

from action_returns.cli.exits import Exit
from action_returns.cli.options import Run, batch_file, common, pending_download
from action_returns.submission.download import PendingSource
from action_returns.submission.exporting import export, make_file


@click.command("export", short_help="Save the clean CSV without sending it.")
@batch_file
@pending_download
@click.option("-o", "--output", metavar="CSV", help="File to write, or - for standard output.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@common
def command(
    run: Run, *, file: str, sheet: str | None, pending: PendingSource | None, output: str | None, force: bool
) -> int:
    """Write the rows of FILE that have no error as the exact CSV. Exit code 3 says that rows stayed behind."""
    checked = run.checked(file, run.account(), pending=pending, sheet=sheet)
    if output == "-":
        made = make_file(checked)
        if not run.words.as_json:
            sys.stdout.buffer.write(made.content)
            sys.stdout.buffer.flush()
    else:
        target = None if output is None else Path(output)
        made = export(checked, run.places, target=target, today=run.now().date(), overwrite=force)
    out = checked.report.rows - checked.report.ready
    if run.words.as_json:
        run.words.json(
            {
                "file": file,
                "output": None if made.path is None else str(made.path),
                "rows": len(checked.rows),
                "left_out": out,
                "bytes": len(made.content),
                "sha256": made.sha256,
            }
        )
    if made.path is not None:
        run.words.say(
            f"Written: {made.path} ({len(checked.rows):,} rows, {len(made.content):,} bytes). Nothing was sent.",
            style="good",
        )
    if out:
        run.words.say(f"{out} rows with errors are not in it: action-returns check {file}", style="error")
    return Exit.BATCH_HAS_ERRORS if out else Exit.DONE
