"""``action-returns upgrade-workbook``: a fresh workbook with the rows of an older one."""

import sys
from pathlib import Path

import click

from action_returns.cli.options import Run, common
from action_returns.cli.words import counted
from action_returns.submission.applescript import install_applescript
from action_returns.submission.upgrading import upgrade_workbook
from action_returns.submission.workbooks import WITH_MACROS


@click.command("upgrade-workbook", short_help="Move the rows of a workbook into a fresh one.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@common
def command(run: Run, *, old: str, new: str) -> None:
    """Make the workbook NEW for this computer and this version, with the rows, reason codes and settings of OLD.

    OLD is never written. NEW is only written when every cell of OLD was found in it again.
    """
    upgraded = upgrade_workbook(Path(old), Path(new), run.places, profile=run.profile)
    with_buttons = upgraded.path.suffix.lower() == WITH_MACROS
    script = install_applescript(sys.platform, Path.home()) if with_buttons else None
    if run.words.as_json:
        run.words.json(
            {
                "file": str(upgraded.path),
                "rows": upgraded.rows,
                "sha256": upgraded.sha256,
                "own_columns": list(upgraded.own_headers),
                "notes": list(upgraded.notes),
            }
        )
        return
    columns = "".join(f", your column {header}" for header in upgraded.own_headers)
    run.words.say(f"Made: {upgraded.path}", style="good")
    run.words.say(
        f"{counted(upgraded.rows, 'row')} moved{columns}; every cell compared, the same in both files "
        f"(SHA-256 {upgraded.sha256[:16]})."
    )
    for note in upgraded.notes:
        run.words.say(note)
    if script is not None:
        run.words.say(f"For the buttons on this Mac: {script}")
    todo = f"open {upgraded.path}, and click Validate." if with_buttons else f"action-returns check {upgraded.path}"
    run.words.say(f"{old} is as it was. Next: {todo}")
