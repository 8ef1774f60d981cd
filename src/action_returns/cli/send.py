"""``action-returns send``: deliver the batch once, with proof."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import click

from action_returns.batch.amounts import cents_of_text
from action_returns.batch.cells import ColumnName
from action_returns.channels.base import Phase, State
from action_returns.cli.check import print_review, review_json
from action_returns.cli.options import CommandContext, batch_file, global_options, live_workbook, pending_download
from action_returns.errors import ActionReturnsError, AlreadySentError, ApprovalMissingError, Exit
from action_returns.operations import texts
from action_returns.operations.check import CheckedBatch
from action_returns.operations.confirmation import stay_behind
from action_returns.operations.pending_source import PendingSource
from action_returns.operations.review import Review
from action_returns.operations.send import Consent, SendResult, send
from action_returns.operations.sent_before import earlier_rows
from action_returns.operations.submit import Submission


@click.command("send", short_help="Deliver it over the profile's channel, once, with proof.")
@batch_file
@pending_download
@live_workbook
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--confirm-rows", type=int, metavar="N", help="Confirm, provided that exactly N rows are sent.")
@click.option("--only-ready", is_flag=True, help="Leave rows with errors behind.")
@click.option(
    "--include-sent", is_flag=True, help="Also send rows that may have arrived before; they stay behind else."
)
@click.option("--allow-duplicate", is_flag=True, help="The old name of --include-sent; does the same.")
@click.option("--strict", is_flag=True, help="Send nothing when rows to be sent have warnings; exit with 4.")
@click.option(
    "--max-raise", metavar="AMOUNT", help="Let the rows raise order value by this much without a typed amount."
)
@click.option("-n", "--dry-run", is_flag=True, help="Do everything but send.")
@global_options
def send_command(
    context: CommandContext,
    *,
    file: str,
    sheet: str | None,
    columns: Mapping[ColumnName, str],
    pending: PendingSource | None,
    live: bool,
    yes: bool,
    confirm_rows: int | None,
    only_ready: bool,
    include_sent: bool,
    allow_duplicate: bool,
    strict: bool,
    max_raise: str | None,
    dry_run: bool,
) -> int:
    """Check FILE again, ask for confirmation with the totals, deliver its new rows once, and keep a receipt.

    Rows that may have arrived before stay behind. Exit code 8 says that there are no others.
    """
    workbook = context.open_workbook(file) if live else None
    account = context.account() if workbook is None else workbook.account

    def check() -> CheckedBatch:
        if workbook is not None:
            return context.checked_live(workbook, pending)
        return context.checked(file, account, pending=pending, sheet=sheet, columns=columns)

    consent = Consent(
        _consent_option(yes, confirm_rows),
        confirm_rows,
        only_ready=only_ready,
        include_sent=include_sent or allow_duplicate,
        strict=strict,
        max_raise_cents=None if max_raise is None else _cents_of_option(max_raise),
    )
    dialogue = TerminalDialogue(context)
    try:
        result = send(check, account, context.paths, dialogue, consent=consent, clock=context.now, dry_run=dry_run)
    except ActionReturnsError as refused:
        facts = {} if dialogue.page is None else left_out_json(dialogue.page.checked)
        earlier = {"batch": refused.batch} if isinstance(refused, AlreadySentError) else {}
        missing = {"approval": refused.approval} if isinstance(refused, ApprovalMissingError) else {}
        context.output.json({**facts, **earlier, **missing})
        raise
    if result.submission is None:
        return _print_dry_run(context, result.page)
    done = result.submission
    unwritten = "" if workbook is None else workbook.show_outcome(result.page.checked, done.batch, done.outcome)
    _print_result(context, result, done, unwritten)
    return exit_code(done)


def _consent_option(yes: bool, rows: int | None) -> str | None:
    """Return the option by which the user said yes, None when the user has to be asked."""
    if rows is not None:
        return f"--confirm-rows {rows}"
    return "--yes" if yes else None


def _cents_of_option(amount: str) -> int:
    cents = cents_of_text(amount)
    if cents is None:
        raise click.UsageError(f"--max-raise {amount} is no amount. Write it like --max-raise 2500.00")
    return cents


class TerminalDialogue:
    """The dialogue at the terminal; see :class:`action_returns.operations.send.Dialogue`."""

    name = "asked at the terminal"

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        self.page: Review | None = None

    def can_ask(self) -> bool:
        """Whether a user is there to answer."""
        return self._context.output.can_ask()

    @property
    def why_not_ask(self) -> str:
        """Why no question can be asked."""
        return self._context.output.why_not_ask

    def show_review(self, page: Review) -> None:
        """Keep the review: it is printed right before the question."""
        self.page = page

    def confirm_send(self, page: Review) -> bool:
        """Print the review and ask."""
        print_review(self._context.output, page)
        for line in stay_behind(page.checked):
            self._context.output.info(line, style="warning")
        return self.confirm(texts.send_question(len(page.checked.rows), page.account.environment))

    def confirm(self, question: str, *, default: bool = False) -> bool:
        """Ask a further question; ``default`` is the answer for Enter."""
        return self._context.output.confirm(question, default=default)

    def type_number(self, question: str) -> str | None:
        """Return what the user typed."""
        return self._context.output.prompt(question, default="", show_default=False, prompt_suffix=" ")

    def warn(self, sentence: str) -> None:
        """Print a sentence to a user who is not asked."""
        self._context.output.info(sentence, style="warning")

    def refuse_changed_rows(self) -> None:
        """Do nothing: the file that was shown is the file that is sent."""

    def progress(self, activity: str) -> AbstractContextManager[Callable[[str], None]]:
        """Show a progress indicator."""
        return self._context.output.working(activity)


def _print_result(context: CommandContext, result: SendResult, done: Submission, unwritten: str) -> None:
    problems = [sentence for sentence in (unwritten, *result.problems) if sentence]
    if context.output.as_json:
        checked = result.page.checked
        message = " ".join([done.message, *stay_behind(checked)])
        facts = {"message": message, "problems": problems}
        context.output.json({**submission_json(done), **left_out_json(checked), **facts})
    state = done.outcome.state.value
    level = "warning" if done.outcome.is_partial else texts.STATES[state].level
    context.output.info(f"{state.upper()}: {done.message}", style=level)
    rows = texts.counted(done.rows, "row")
    context.output.info(f"Batch {done.batch} · {done.file_name} · {rows} · SHA-256 {done.sha256}")
    if result.receipt:
        context.output.info(f"Receipt: {result.receipt}")
    for sentence in problems:
        context.output.info(sentence, style="warning")


def submission_json(done: Submission) -> dict[str, object]:
    """Return a submission for machines."""
    return {
        "batch": done.batch,
        "outcome": done.outcome.state.value,
        "channel": done.channel,
        "destination": done.destination,
        "file": done.file_name,
        "sha256": done.sha256,
        "rows": done.rows,
        "bytes": done.size,
        "message": done.message,
        "recorded": done.recorded,
        "row_counts": None if done.outcome.rows is None else done.outcome.rows._asdict(),
    }


def left_out_json(checked: CheckedBatch) -> dict[str, object]:
    """Return for machines which columns were read, and which rows stay behind for which reason."""
    return {
        "columns": dict(checked.reading.headers),
        "left_out": {"errors": checked.rows_with_errors, "sent_before": checked.sent_before},
        "left_out_sent_before": (
            {"row": row, "action": action_id, "batch": batch, "state": state}
            for row, action_id, batch, state in (earlier_rows(checked) if checked.sent_before else ())
        ),
    }


def exit_code(done: Submission) -> Exit:
    """Return the exit code of an outcome; of rows that were sent one by one, that of the row that needs a person first."""
    counts = done.outcome.rows
    match done.outcome.state:
        case State.SENT if counts is not None and counts.unknown:
            return Exit.UNKNOWN
        case State.SENT if done.outcome.is_partial:
            return Exit.NOT_DELIVERED
        case State.SENT | State.HANDED_OVER:
            return Exit.DONE
        case State.UNKNOWN:
            return Exit.UNKNOWN
        case State.FAILED:
            return Exit.CANNOT_CONNECT if done.outcome.phase is Phase.CONNECT else Exit.NOT_DELIVERED


def _print_dry_run(context: CommandContext, page: Review) -> int:
    if context.output.as_json:
        context.output.json({**review_json(page), **left_out_json(page.checked), "dry_run": True})
    else:
        print_review(context.output, page)
    context.output.info("Dry run: nothing was sent.", style="strong")
    return Exit.DONE
