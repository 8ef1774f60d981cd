"""``export`` and ``fix``: the commands that write a file of rows and send nothing."""

from collections.abc import Mapping
from pathlib import Path

import click

from action_returns.batch.cells import ColumnName, quote
from action_returns.batch.rules import RULE_BY_CODE
from action_returns.cli.next_step import OF_ONE_FILE, next_command
from action_returns.cli.options import CommandContext, batch_file, global_options, pending_download
from action_returns.operations.check import exit_code
from action_returns.operations.export import export
from action_returns.operations.fix import fix
from action_returns.operations.pending_source import PendingSource
from action_returns.operations.sent_before import exported_sentence, undated_batches
from action_returns.operations.texts import counted


@click.command("export", short_help="Save the clean CSV without sending it.")
@batch_file
@pending_download
@click.option("-o", "--output", metavar="CSV", help="File to write, or - for standard output.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@global_options
def export_command(
    context: CommandContext,
    *,
    file: str,
    sheet: str | None,
    columns: Mapping[ColumnName, str],
    pending: PendingSource | None,
    output: str | None,
    force: bool,
) -> int:
    """Write the rows of FILE that have no error as the exact CSV. Exit code 3 says that rows stayed behind.

    With --json and -o -, the object describes the file (bytes, SHA-256); its rows are not printed.
    """
    checked = context.checked(file, context.account(), pending=pending, sheet=sheet, columns=columns).with_sent_rows()
    prepared, path = checked.prepared, None
    if output == "-":
        if not context.output.as_json:
            with context.output.exact() as stdout:
                stdout.write(prepared.content)
    else:
        target = None if output is None else Path(output)
        path = export(checked, context.paths, target=target, today=context.now().date(), overwrite=force)
    with_errors, before = checked.rows_with_errors, undated_batches(checked)
    if context.output.as_json:
        context.output.json(
            {
                "file": file,
                "columns": dict(checked.reading.headers),
                "output": None if path is None else str(path),
                "rows": len(checked.rows),
                "left_out": with_errors,
                "sent_before": sum(len(batch.rows) for batch in before),
                "sent_before_batches": {batch.label: len(batch.rows) for batch in before},
                "bytes": len(prepared.content),
                "sha256": prepared.sha256,
            }
        )
    if path is not None:
        context.output.info(
            f"Written: {path} ({counted(len(checked.rows), 'row')}, {len(prepared.content):,} bytes). Nothing was sent.",
            style="good",
        )
    if before:
        context.output.info(exported_sentence(before), style="warning")
    if with_errors:
        if checked.past.warning:
            context.output.info(checked.past.warning, style="warning")
        context.output.info(
            f"{counted(with_errors, 'row')} with errors {'is' if with_errors == 1 else 'are'} not in it: {next_command('check', file)}",
            style="error",
        )
    return exit_code(checked)


@click.command("fix", short_help="Make the safe corrections, in a new file.")
@batch_file
@pending_download
@click.option("-o", "--output", metavar="OUT", help="New file to write: .csv, or .xlsx with ids kept as text.")
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would be corrected.")
@click.option("--force", is_flag=True, help="Replace another file named OUT.")
@global_options
def fix_command(
    context: CommandContext,
    *,
    file: str,
    sheet: str | None,
    columns: Mapping[ColumnName, str],
    pending: PendingSource | None,
    output: str | None,
    dry_run: bool,
    force: bool,
) -> None:
    """Correct what can mean only one thing in FILE, and write all of its rows and columns to a new file.

    FILE itself is never written. Check shows what you have to decide. A pending download changes no correction; with it,
    the rows that are ready afterwards are those that check finds ready.
    """
    if output is None and not dry_run:
        raise click.UsageError(
            "No file to write was named. Add -o OUT.csv or -o OUT.xlsx, or look first with --dry-run."
        )
    done = fix(
        file,
        None if dry_run or output is None else Path(output),
        context.account(),
        context.paths,
        now=context.now(),
        sheet=sheet,
        columns=columns,
        pending=pending,
        overwrite=force,
    )
    changes, after = done.changes, done.report
    with_errors = after.rows - after.ready
    summary = (
        f"{counted(len(changes), 'cell')} {'to correct' if dry_run else 'corrected'}; {after.ready:,} of "
        f"{counted(after.rows, 'row')} {'is' if after.rows == 1 else 'are'} ready, "
        f"{with_errors:,} still {'has' if with_errors == 1 else 'have'} errors."
    )
    if context.output.as_json:
        context.output.json(
            {
                "file": file,
                "columns": dict(done.reading.headers),
                "output": None if dry_run else output,
                "changes": [
                    {"row": c.row, "column": c.column, "code": c.code, "before": c.before, "after": c.after}
                    for c in changes
                ],
                "rows": after.rows,
                "ready": after.ready,
                "not_kept": list(done.not_kept),
                "note": done.note or None,
                "message": summary,
            }
        )
        done.past.refuse_unread()  # the rows that are ready depend on it
        return
    if changes:
        context.output.table(
            ("Row", "Before", "After", "Why"),
            ((str(c.row), quote(c.before), c.after, RULE_BY_CODE[c.code].title) for c in changes),
            right=frozenset({0}),
        )
    context.output.info(summary)
    for sentence in done.not_kept:
        context.output.info(f"Not kept: {sentence}")
    if done.note:
        context.output.info(done.note, style="warning")
    if not dry_run and output is not None:
        context.output.info(f"Written: {output}. {file} is as it was.", style="good")
        context.output.info(f"Next: {next_command('check', output, without=OF_ONE_FILE)}")
    done.past.refuse_unread()
