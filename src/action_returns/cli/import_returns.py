"""``action-returns import``: a shop's returns export becomes rows."""

from pathlib import Path

import click

from action_returns.cli.options import CommandContext, global_options, pending_download
from action_returns.errors import Exit
from action_returns.operations.import_returns import preview_import
from action_returns.operations.pending_source import PendingSource, read_download


@click.command("import", short_help="Make rows of a shop's returns export.")
@click.argument("file", metavar="FILE")
@pending_download
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would be written.")
@global_options
def import_command(context: CommandContext, *, file: str, pending: PendingSource | None, dry_run: bool) -> int:
    """Find the action of each order in FILE and compute its new total. Nothing is guessed."""
    del dry_run
    account = context.account()
    if pending is None:
        raise click.UsageError("Which actions are pending? Add --pending FILE.")
    download = read_download(pending, None, account, now=context.now())
    imported = preview_import(Path(file), account, context.paths, now=context.now(), pending=download)
    preview = imported.preview
    context.output.json(
        {
            "file": file,
            "source": imported.export.source.code,
            "mapping": {column.field.value: column.header for column in imported.export.mapping},
            "lines": imported.found.lines,
            "lines_without_order": imported.found.lines_without_order,
            "orders": preview.orders,
            **{group.value: count for group, count in preview.counts().items()},
            "left": [
                {
                    "line": left.line,
                    "order": left.order,
                    "group": left.group.value,
                    "code": left.code,
                    "candidates": list(left.candidates),
                    "message": left.message,
                }
                for left in preview.left
            ],
        }
    )
    for row in preview.rows:
        context.output.info(f"{row.order}: {row.action_id} {row.cents} {row.reason} ({row.why})")
    return Exit.DONE
