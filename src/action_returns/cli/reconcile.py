"""``action-returns reconcile``: what became of the rows of batches that were sent."""

from datetime import datetime
from typing import Any

import click

from action_returns.batch.amounts import amount_text
from action_returns.cli.history import batch_number
from action_returns.cli.options import CommandContext, PendingAnswers, global_options, pending_answers
from action_returns.errors import Exit
from action_returns.operations.reconcile import BatchResults, Evidence, PendingEvidence, reconcile
from action_returns.operations.result_texts import batch_sentence, row_sentence
from action_returns.verdicts.verdict import RowResult, SentRow, Verdict


@click.command("reconcile", short_help="What became of every row of a batch.")
@click.argument("batch", metavar="BATCH", required=False)
@click.option("--open", "all_open", is_flag=True, help="All batches of the account that are not settled.")
@click.option("--pending", metavar="FILE", help="A pending download that was made after the batch was sent.")
@click.option(
    "--taken", metavar="TIME", help="When you downloaded FILE, where its dates do not tell: 2026-11-30T14:05."
)
@click.option("--result", metavar="FILE", help="A result file of the network.")
@click.option("--api", "over_api", is_flag=True, help="Ask the network's API.")
@pending_answers
@global_options
def reconcile_command(
    context: CommandContext,
    *,
    batch: str | None,
    all_open: bool,
    pending: str | None,
    taken: str | None,
    result: str | None,
    over_api: bool,
    answers: PendingAnswers,
) -> int:
    """Find out what became of every row of a batch, and record it. Nothing is sent."""
    if (batch is None) != all_open:
        raise click.UsageError("Name one batch, or --open for all that are not settled.")
    if sum((pending is not None, result is not None, over_api)) != 1:
        raise click.UsageError("Name one source: --pending FILE, --result FILE or --api.")
    account = context.account()
    evidence: Evidence = PendingEvidence(
        answers.source(pending or ""), account, context.paths, context.now(), _moment(taken)
    )
    numbers = None if batch is None else [batch_number(batch)]
    with context.output.working("Comparing"):
        found = reconcile(numbers, evidence, account, context.paths)
    if all_open:
        context.output.json({"batches": [_batch_json(one) for one in found]})
    for one in found:
        if not all_open:
            context.output.json(_batch_json(one))
        _print(context, one)
    return Exit.DIFFERENCES if any(one.has_differences for one in found) else Exit.DONE


def _moment(text: str | None) -> datetime | None:
    """Return a moment as the user wrote it; one without a zone is local.

    Raises:
        click.UsageError: it is none.
    """
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(
            f"--taken {text} is no time. Write it like 2026-11-30T14:05, or 2026-11-30T14:05Z for UTC."
        ) from None


def _batch_json(results: BatchResults) -> dict[str, Any]:
    found = results.found
    taken = found.taken.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "batch": results.record.label,
        "source": found.source,
        "taken": taken,
        "state": results.record.state,
        "rows": len(results.rows),
        **{verdict.value: number for verdict, number in results.counts.items()},
        "results": [
            _row_json(at, row, result)
            for at, (row, result) in enumerate(zip(results.rows, found.results, strict=True), 1)
        ],
        "message": batch_sentence(results),
    }


def _row_json(at: int, row: SentRow, result: RowResult) -> dict[str, Any]:
    seen = None if result.cents is None else amount_text(result.cents)
    return {
        "row": at,
        "line": at + 1,
        "action": row.action_id,
        "verdict": result.verdict.value,
        "sent": {"amount": amount_text(row.cents), "reason": row.reason},
        "seen": {"amount": seen, "status": result.state or None},
        "message": row_sentence(row, result),
    }


def _print(context: CommandContext, results: BatchResults) -> None:
    context.output.info(batch_sentence(results))
    rows = [
        (row.action_id, amount_text(row.cents), result.verdict.value, row_sentence(row, result))
        for row, result in zip(results.rows, results.found.results, strict=True)
        if result.verdict is not Verdict.APPLIED
    ]
    if rows and not context.output.as_json:
        context.output.table(("Action", "Sent", "Result", "What to do"), rows)
