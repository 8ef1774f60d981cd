"""``new`` and ``upgrade-workbook``: the commands that make a workbook."""

import sys
from pathlib import Path

import click

from action_returns.cli.options import CommandContext, global_options
from action_returns.operations.new_workbook import WITH_MACROS, install_applescript, new_workbook
from action_returns.operations.texts import command, counted
from action_returns.operations.upgrade_workbook import upgrade_workbook


@click.command("new", short_help="Make the workbook to fill in.")
@click.argument("path", metavar="PATH")
@click.option("--samples", is_flag=True, help="Fill it with sample returns, to try it out.")
@click.option("--force", is_flag=True, help="Rename another file of that name, and make the new one.")
@global_options
def new_command(context: CommandContext, *, path: str, samples: bool, force: bool) -> None:
    """Make the workbook: PATH ending in .xlsm has the buttons, .xlsx has no macros and only checks while you type.

    A file that is there already is never replaced; with --force it is kept under another name.
    """
    account = context.account()
    made = new_workbook(Path(path), account, samples=samples, overwrite=force)
    script = install_applescript(sys.platform, Path.home()) if made.path.suffix.lower() == WITH_MACROS else None
    summary = f"Made: {made.path} ({made.size:,} bytes)"
    if context.output.as_json:
        context.output.json(
            {
                "file": str(made.path),
                "bytes": made.size,
                "rows": made.rows,
                "kept": None if made.kept is None else str(made.kept),
                "message": summary,
            }
        )
        return
    context.output.info(summary, style="good")
    if made.kept is not None:
        context.output.info(f"The file of that name is now {made.kept}.")
    if made.rows:
        context.output.info(f"It holds {counted(made.rows, 'sample row')}. Clear them before you paste your own.")
    if script is not None:
        context.output.info(f"For the buttons on this Mac: {script}")
    context.output.info(
        "Next: open it, fill in Actions, and click Validate."
        if made.path.suffix.lower() == WITH_MACROS
        else f"Next: open it, fill in Actions, save it, and run: {command('check', str(made.path))}"
    )


@click.command("upgrade-workbook", short_help="Move the rows of a workbook into a fresh one.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@global_options
def upgrade_workbook_command(context: CommandContext, *, old: str, new: str) -> None:
    """Make the workbook NEW for this computer and this version, with the rows and reason codes of OLD.

    OLD is never written. NEW is only written when every cell of OLD was found in it again.
    """
    upgraded = upgrade_workbook(Path(old), Path(new), context.paths, profile=context.profile)
    with_buttons = upgraded.path.suffix.lower() == WITH_MACROS
    script = install_applescript(sys.platform, Path.home()) if with_buttons else None
    columns = "".join(f", your column {header}" for header in upgraded.own_headers)
    summary = (
        f"{counted(upgraded.rows, 'row')} moved{columns}; every cell compared, the same in both files "
        f"(SHA-256 {upgraded.sha256[:16]})."
    )
    if context.output.as_json:
        context.output.json(
            {
                "file": str(upgraded.path),
                "rows": upgraded.rows,
                "sha256": upgraded.sha256,
                "own_columns": list(upgraded.own_headers),
                "notes": list(upgraded.notes),
                "message": f"Made: {upgraded.path}. {summary}",
            }
        )
        return
    context.output.info(f"Made: {upgraded.path}", style="good")
    context.output.info(summary)
    for note in upgraded.notes:
        context.output.info(note)
    if script is not None:
        context.output.info(f"For the buttons on this Mac: {script}")
    todo = f"open {upgraded.path}, and click Validate." if with_buttons else command("check", str(upgraded.path))
    context.output.info(f"{old} is as it was. Next: {todo}")
