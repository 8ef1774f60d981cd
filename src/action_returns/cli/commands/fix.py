"""``action-returns fix``: the safe corrections, shown, in a new file."""

from dataclasses import replace
from pathlib import Path

import click

from action_returns.batch import apply_safe_fixes, check
from action_returns.cli.options import Run, batch_file, common
from action_returns.submission.checking import check_reading, read_file
from action_returns.submission.past import look_back
from action_returns.submission.repaired import write_repaired


@click.command("fix", short_help="Make the safe corrections, in a new file.")
@batch_file
@click.option("-o", "--output", metavar="OUT", help="New file to write: .csv, or .xlsx with ids kept as text.")
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would be corrected.")
@click.option("--force", is_flag=True, help="Replace another file named OUT.")
@common
def command(run: Run, *, file: str, sheet: str | None, output: str | None, dry_run: bool, force: bool) -> None:
    """Correct what cannot mean anything else in FILE, and write all of its rows to a new file.

    FILE itself is never written. What remains to be decided by a person is shown by check.
    """
    if output is None and not dry_run:
        raise click.UsageError("Say where to write with -o OUT.csv or -o OUT.xlsx, or look first with --dry-run.")
    account = run.account()
    reading = read_file(file, sheet=sheet)
    fixed, changes = apply_safe_fixes(check(reading.columns, account.policy))
    corrected = replace(reading, columns=fixed)
    past = look_back(corrected, account, run.places)
    after = check_reading(file, corrected, account, now=run.now(), past=past).report
    if not dry_run and output is not None:
        write_repaired(fixed, Path(output), source=file, overwrite=force)
    if run.words.as_json:
        run.words.json(
            {
                "file": file,
                "output": None if dry_run else output,
                "changes": [
                    {"row": c.row, "column": c.column, "code": c.code, "before": c.before, "after": c.after}
                    for c in changes
                ],
                "rows": after.rows,
                "ready": after.ready,
            }
        )
        return
    if changes:
        run.words.table(
            ("Row", "Column", "Why", "Before", "After"),
            ((str(c.row), c.column, c.code, c.before, c.after) for c in changes),
            right=frozenset({0}),
        )
    out = after.rows - after.ready
    run.words.say(
        f"{len(changes)} cells corrected; {after.ready} of {after.rows} rows are ready, {out} still have errors."
    )
    if not dry_run and output is not None:
        run.words.say(f"Written: {output}. {file} is as it was. Next: action-returns check {output}", style="good")
