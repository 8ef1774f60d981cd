"""``action-returns new``: the workbook that people fill in."""

import sys
from pathlib import Path

import click

from action_returns.cli.options import Run, common
from action_returns.cli.words import counted
from action_returns.submission.applescript import install_applescript
from action_returns.submission.workbooks import WITH_MACROS, new_workbook


@click.command("new", short_help="Make the workbook to fill in.")
@click.argument("path", metavar="PATH")
@click.option("--samples", is_flag=True, help="Fill it with sample returns, to try it out.")
@click.option("--force", is_flag=True, help="Put another file named PATH aside and take its name.")
@common
def command(run: Run, *, path: str, samples: bool, force: bool) -> None:
    """Make the workbook: PATH ending in .xlsm has the buttons, .xlsx has no macros and only checks while you type.

    A file that is there already is never replaced; with --force it is kept under another name.
    """
    account = run.account()
    made = new_workbook(Path(path), account, samples=samples, overwrite=force)
    script = install_applescript(sys.platform, Path.home()) if made.path.suffix.lower() == WITH_MACROS else None
    if run.words.as_json:
        run.words.json(
            {
                "file": str(made.path),
                "bytes": made.size,
                "rows": made.rows,
                "kept": None if made.kept is None else str(made.kept),
            }
        )
        return
    run.words.say(f"Made: {made.path} ({made.size:,} bytes)", style="good")
    if made.kept is not None:
        run.words.say(f"The file of that name is now {made.kept}.")
    if made.rows:
        run.words.say(f"It holds {counted(made.rows, 'sample row')}. Clear them before you paste your own.")
    if script is not None:
        run.words.say(f"For the buttons on this Mac: {script}")
    run.words.say(
        "Next: open it, fill in Actions, and click Validate."
        if made.path.suffix.lower() == WITH_MACROS
        else f"Next: open it, fill in Actions, save it, and run: action-returns check {made.path}"
    )
