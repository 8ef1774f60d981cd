"""``action-returns send``: deliver the batch once, with proof."""

from collections.abc import Iterable

import click

from action_returns.channels.base import Phase, State
from action_returns.cli.check import print_review
from action_returns.cli.options import CommandContext, batch_file, global_options, live_workbook, pending_download
from action_returns.errors import AlreadySentError, Exit
from action_returns.operations.account import open_account_ledger
from action_returns.operations.channels import open_channel
from action_returns.operations.check import PendingSource
from action_returns.operations.history import save_receipt_and_backup
from action_returns.operations.review import Review, review
from action_returns.operations.send import Submission, refuse_unready, submit
from action_returns.operations.texts import counted, next_step_for_unknown

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
@global_options
def send_command(
    run: CommandContext,
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
    else:
        _warn_of_repeats(run, page)
    with open_account_ledger(account, run.places) as ledger:
        try:
            with run.words.working(f"Sending to {channel.destination}"):
                done = submit(
                    checked,
                    account,
                    channel,
                    ledger,
                    clock=run.now,
                    confirmation=_confirmation(yes, confirm_rows),
                    allow_duplicate=allow_duplicate,
                )
        except AlreadySentError as refused:
            if run.words.as_json:
                run.words.json({"batch": refused.batch, "problem": "duplicate", "message": str(refused)})
            raise
        _tell(run, done)
        unwritten = "" if workbook is None else workbook.show_outcome(checked, done.batch, done.outcome.state.value)
        receipt, unkept = save_receipt_and_backup(done, account, ledger, run.places, run.now().date())
    _tell_kept(run, receipt, [unwritten, *unkept])
    return exit_code(done)


def _confirmation(yes: bool, rows: int | None) -> str:
    """Say how the person said yes, for the record."""
    if rows is not None:
        return f"--confirm-rows {rows}"
    return "--yes" if yes else "asked at the terminal"


def _tell(run: CommandContext, done: Submission) -> None:
    if run.words.as_json:
        run.words.json(submission_json(done))
    outcome = done.outcome
    run.words.say(f"{outcome.state.value.upper()}: {_message(done)}", style=_STYLES[outcome.state])
    run.words.say(f"Batch {done.batch} · {done.file_name} · {done.rows:,} rows · SHA-256 {done.sha256}")


def _tell_kept(run: CommandContext, receipt: str, unkept: Iterable[str]) -> None:
    if receipt:
        run.words.say(f"Receipt: {receipt}")
    for words in filter(None, unkept):
        run.words.say(words, style="warning")


def submission_json(done: Submission) -> dict[str, object]:
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
        "message": _message(done),
        "recorded": done.recorded,
    }


def _message(done: Submission) -> str:
    outcome = done.outcome
    return (
        f"{outcome.message} {next_step_for_unknown(done.batch)}" if outcome.state is State.UNKNOWN else outcome.message
    )


def exit_code(done: Submission) -> Exit:
    """Give the exit code of an outcome."""
    match done.outcome.state:
        case State.SENT | State.HANDED_OVER:
            return Exit.DONE
        case State.UNKNOWN:
            return Exit.UNKNOWN
        case State.FAILED:
            return Exit.CANNOT_CONNECT if done.outcome.phase is Phase.CONNECT else Exit.NOT_DELIVERED


def _show_dry_run(run: CommandContext, page: Review) -> int:
    if run.words.as_json:
        from action_returns.cli.check import review_json

        run.words.json({**review_json(page), "dry_run": True})
    else:
        print_review(run.words, page)
    run.words.say("Dry run: nothing was sent.", style="strong")
    return Exit.DONE


def _warn_of_repeats(run: CommandContext, page: Review) -> None:
    """Say what a person who is not asked would otherwise have seen in the review."""
    if repeated := len(page.checked.repeated):
        run.words.say(f"{counted(repeated, 'row')} went out before with the same amount and reason.", style="warning")


def _ask(run: CommandContext, page: Review) -> None:
    if not run.words.can_ask():
        raise click.UsageError(
            f"Nobody is here to confirm. Nothing was sent. Add --yes, or --confirm-rows {len(page.checked.rows)}."
        )
    print_review(run.words, page)
    question = f"Send {len(page.checked.rows):,} rows to {page.account.environment.upper()} now?"
    if not click.confirm(question, default=False, err=True):
        raise click.Abort
