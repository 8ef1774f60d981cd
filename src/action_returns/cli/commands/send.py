"""``action-returns send``: deliver the batch once, with proof."""

import click

from action_returns.cli.commands.review import print_review
from action_returns.cli.exits import Exit
from action_returns.cli.options import Run, batch_file, common, live_workbook, pending_download
from action_returns.delivery import Phase, State
from action_returns.ledger import open_ledger
from action_returns.submission.channels import open_channel
from action_returns.submission.download import PendingSource
from action_returns.submission.errors import AlreadySent
from action_returns.submission.pages import keep_receipt
from action_returns.submission.reviewing import Review, review
from action_returns.submission.submit import Submission, keep_copy, refuse_unready, submit

_STYLES = {State.SENT: "good", State.HANDED_OVER: "good", State.FAILED: "error", State.UNKNOWN: "warning"}


@click.command("send", short_help="Deliver it over the profile's channel, once, with proof.")
@batch_file
@pending_download
@live_workbook
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--confirm-rows", type=int, metavar="N", help="Confirm, provided that exactly N rows are sent.")
@click.option("--only-ready", is_flag=True, help="Leave rows with errors behind.")
@click.option("--allow-duplicate", is_flag=True, help="Send even if this exact list was sent before.")
@click.option("-n", "--dry-run", is_flag=True, help="Do everything but send.")
@common
def command(
    run: Run,
    *,
    file: str,
    sheet: str | None,
    pending: PendingSource | None,
    live: bool,
    yes: bool,
    confirm_rows: int | None,
    only_ready: bool,
    allow_duplicate: bool,
    dry_run: bool,
) -> int:
    """Check FILE again, ask for confirmation with the totals, deliver it once, and keep a receipt."""
    workbook = run.open_workbook(file) if live else None
    account = run.account() if workbook is None else workbook.account
    channel = open_channel(account, run.places)
    if workbook is None:
        checked = run.checked(file, account, pending=pending, sheet=sheet)
    else:
        checked = run.checked_live(workbook, pending)
    refuse_unready(checked, only_ready=only_ready, confirmed_rows=confirm_rows)
    page = review(checked, account, destination=channel.destination)
    if dry_run:
        return _show_dry_run(run, page)
    if not yes and confirm_rows is None:
        _ask(run, page)
    with open_ledger(run.places.ledger_file) as ledger:
        try:
            with run.words.working(f"Sending to {channel.destination}"):
                done = submit(checked, account, channel, ledger, clock=run.now, allow_duplicate=allow_duplicate)
        except AlreadySent as refused:
            if run.words.as_json:
                run.words.json({"batch": refused.batch, "problem": "duplicate", "message": str(refused)})
            raise
        _tell(run, done)
        if workbook is not None:
            unwritten = workbook.show_outcome(checked, done.batch, done.outcome.state.value)
            if unwritten:
                run.words.say(unwritten, style="warning")
        try:
            copy = keep_copy(done, ledger, run.places)
            receipt = keep_receipt(ledger.batch(int(done.batch)), ledger, copy.parent)
            run.words.say(f"Receipt: {receipt}")
        except OSError as error:
            run.words.refuse(
                f"the receipt could not be written ({error.strerror or error}). The ledger holds everything: "
                f"action-returns history receipt {done.batch}"
            )
    return exit_code(done)


def _tell(run: Run, done: Submission) -> None:
    if run.words.as_json:
        run.words.json(as_json(done))
    outcome = done.outcome
    run.words.say(f"{outcome.state.value.upper()}: {outcome.message}", style=_STYLES[outcome.state])
    run.words.say(f"Batch {done.batch} · {done.file_name} · {done.rows:,} rows · SHA-256 {done.sha256}")


def as_json(done: Submission) -> dict[str, object]:
    """Give a submission for machines."""
    return {
        "batch": done.batch,
        "outcome": done.outcome.state.value,
        "channel": done.channel,
        "destination": done.destination,
        "file": done.file_name,
        "sha256": done.sha256,
        "rows": done.rows,
        "bytes": done.size,
        "message": done.outcome.message,
        "recorded": done.recorded,
    }


def exit_code(done: Submission) -> Exit:
    """Give the exit code of an outcome."""
    match done.outcome.state:
        case State.SENT | State.HANDED_OVER:
            return Exit.DONE
        case State.UNKNOWN:
            return Exit.UNKNOWN
        case State.FAILED:
            return Exit.CANNOT_CONNECT if done.outcome.phase is Phase.CONNECT else Exit.NOT_DELIVERED


def _show_dry_run(run: Run, page: Review) -> int:
    if run.words.as_json:
        from action_returns.cli.commands.review import as_json as review_json

        run.words.json({**review_json(page), "dry_run": True})
    else:
        print_review(run.words, page)
    run.words.say("Dry run: nothing was sent.", style="strong")
    return Exit.DONE


def _ask(run: Run, page: Review) -> None:
    if not run.words.can_ask():
        raise click.UsageError(
            f"Nobody is here to confirm. Nothing was sent. Add --yes, or --confirm-rows {len(page.checked.rows)}."
        )
    print_review(run.words, page)
    question = f"Send {len(page.checked.rows):,} rows to {page.account.environment.upper()} now?"
    if not click.confirm(question, default=False, err=True):
        raise click.Abort
