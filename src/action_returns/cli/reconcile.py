"""``action-returns reconcile``: what became of the rows of batches that were sent."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from action_returns.batch.amounts import amount_text
from action_returns.cli.history import batch_number
from action_returns.cli.options import CommandContext, PendingAnswers, global_options, pending_answers
from action_returns.cli.result_groups import print_results
from action_returns.errors import Exit
from action_returns.operations.reconcile import BatchResults, Evidence, reconcile
from action_returns.operations.reconcile_pending import PendingEvidence
from action_returns.operations.result_texts import batch_sentence, next_command, row_sentence
from action_returns.operations.texts import command, counted
from action_returns.verdicts.verdict import RowResult, SentRow

if TYPE_CHECKING:
    from action_returns.operations.account import Account


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
    if taken is not None and over_api:
        raise click.UsageError("--taken is for a file that was downloaded. What the API answers is of now.")
    account = context.account()
    numbers = None if batch is None else [batch_number(batch)]
    evidence = _evidence(context, account, pending, result, _moment(taken, context.now()), answers)
    refused: list[str] = []
    with context.output.working("Comparing"):
        found = reconcile(numbers, evidence, account, context.paths, refused=refused)
    if all_open and context.output.as_json:
        context.output.json({"batches": [{**_facts(one), "results": list(_rows(one))} for one in found]})
        if refused:
            context.output.json({"refused": refused})
    for one in found[:1] if not all_open else ():
        context.output.json({**_facts(one), "results": _rows(one)})
    for sentence in refused:
        context.output.info(sentence, style="warning")
    if all_open and not found and not refused:
        context.output.info(f"No batch is open: {command('history', 'list')} shows all of them. Nothing was compared.")
    print_results(context.output, found)
    if len(found) > 1:
        context.output.info(f"{counted(len(found), 'batch')} were compared.")
    return Exit.DIFFERENCES if any(one.has_differences for one in found) else Exit.DONE


def _evidence(
    context: CommandContext,
    account: "Account",
    pending: str | None,
    result: str | None,
    taken: datetime | None,
    answers: PendingAnswers,
) -> Evidence:
    """Return where the results are looked for."""
    if pending is not None:
        return PendingEvidence(answers.source(pending), account, context.paths, context.now(), taken)
    if result is not None:
        from action_returns.operations.reconcile_result import ResultEvidence

        return ResultEvidence(Path(result), taken, context.now())
    from action_returns.operations.reconcile_api import ApiEvidence

    return ApiEvidence(account, context.paths, context.now(), partial(context.output.info, style="quiet"))


def _moment(text: str | None, now: datetime) -> datetime | None:
    """Return a moment as the user wrote it; one without a zone is local.

    Raises:
        click.UsageError: it is none, or is later than now.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(
            f"--taken {text} is no time. Write it like 2026-11-30T14:05, or 2026-11-30T14:05Z for UTC."
        ) from None
    if moment > now:
        from action_returns.operations.list_age import in_future

        raise click.UsageError(in_future(moment))
    return moment


def _facts(results: BatchResults) -> dict[str, Any]:
    """Return what JSON says of a batch, without its rows."""
    found = results.found
    notes: Sequence[str] = [*results.notes, *found.notes]
    return {
        "batch": results.record.label,
        "source": found.source,
        "taken": found.taken.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "age_hours": results.age_hours,
        "state": results.record.state,
        "settled": results.is_settled,
        "rows": len(results.rows),
        **{verdict.value: number for verdict, number in results.counts.items()},
        "next": next_command(results) or None,
        "message": " ".join([batch_sentence(results), *notes]),
    }


def _rows(results: BatchResults) -> Iterator[dict[str, Any]]:
    pairs = zip(results.rows, results.found.results, strict=True)
    return (_row_json(at, row, result) for at, (row, result) in enumerate(pairs, 1))


def _row_json(at: int, row: SentRow, result: RowResult) -> dict[str, Any]:
    seen = None if result.cents is None else amount_text(result.cents)
    return {
        "row": at,
        "line": at + 1,
        "action": row.action_id,
        "verdict": result.verdict.value,
        "why": result.why.value,
        "sent": {"amount": amount_text(row.cents), "reason": row.reason},
        "seen": {"amount": seen, "status": result.state or None},
        "message": row_sentence(row, result),
    }
