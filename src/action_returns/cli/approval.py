"""``approval``: one person prepares a file, another one approves it, and only that file can be sent."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from action_returns.batch.amounts import amount_text
from action_returns.batch.cells import ColumnName
from action_returns.batch.csv_format import parse_csv_bytes
from action_returns.cli.check import print_review
from action_returns.cli.options import CommandContext, batch_file, global_options, live_workbook, pending_download
from action_returns.ledger.approval_records import Approval, Person
from action_returns.operations import approval
from action_returns.operations.approval_texts import ONE_COMPUTER, figures, state_line, when
from action_returns.operations.check import CheckedBatch
from action_returns.operations.export import write_bytes
from action_returns.operations.no_dialogue import NoDialogue
from action_returns.operations.pending_source import PendingSource
from action_returns.operations.texts import counted

_NUMBER = click.argument("number", metavar="NUMBER", type=click.IntRange(min=1))
_BY = click.option("--by", metavar="NAME", default="", help="Your name, where the ledger is on one computer.")


@click.group("approval", short_help="Two people: one prepares a file, another one approves it.")
def approval_command() -> None:
    """Ask another person to approve the exact file before it is sent (docs/approval.md)."""


@approval_command.command("request")
@batch_file
@pending_download
@live_workbook
@click.option("--only-ready", is_flag=True, help="Leave rows with errors behind.")
@click.option("--include-sent", is_flag=True, help="Also send rows that may have arrived before.")
@_BY
@global_options
def request_command(
    context: CommandContext,
    *,
    file: str,
    sheet: str | None,
    columns: Mapping[ColumnName, str],
    pending: PendingSource | None,
    live: bool,
    only_ready: bool,
    include_sent: bool,
    by: str,
) -> None:
    """Check FILE as send does, and record its exact bytes for another person to approve. Nothing is sent."""
    workbook = context.open_workbook(file) if live else None
    account = context.account() if workbook is None else workbook.account

    def check() -> CheckedBatch:
        if workbook is not None:
            return context.checked_live(workbook, pending)
        return context.checked(file, account, pending=pending, sheet=sheet, columns=columns)

    done = approval.request_approval(
        check,
        account,
        context.paths,
        NoDialogue(
            "a request for approval",
            "a request for approval sends nothing",
            lambda sentence: context.output.info(sentence, style="warning"),
        ),
        clock=context.now,
        only_ready=only_ready,
        include_sent=include_sent,
        by=by,
    )
    if not context.output.as_json:
        print_review(context.output, done.page)
    _tell(context, done.approval, f"Asked for approval {done.approval.number}. Nothing was sent.")


@approval_command.command("list")
@global_options
def list_command(context: CommandContext) -> None:
    """List the approvals, the latest first."""
    listed, now = approval.list_approvals(context.paths, context.profile), context.now()
    if context.output.as_json:
        context.output.json(
            {
                "approvals": [approval_json(one, now) for one in listed],
                "message": f"{counted(len(listed), 'approval')} on record.",
            }
        )
        return
    if not listed:
        context.output.info("No approval was asked for yet.")
        return
    context.output.table(
        ("Approval", "When", "Prepared by", "Profile", "Rows", "State", "File", "SHA-256"),
        (
            (
                str(one.number),
                when(one.at),
                str(one.by),
                f"{one.target.profile}, {one.target.environment.upper()}",
                f"{one.facts.get('rows', '?')}",
                ("" if one.is_whole else "broken: ") + state_line(one, now),
                one.source,
                one.target.sha256[:8],
            )
            for one in listed
        ),
        right=frozenset({4}),
        spare=6,
    )


@approval_command.command("show")
@_NUMBER
@click.option("--rows", is_flag=True, help="Also print every row.")
@click.option("-o", "--output", metavar="CSV", help="Also write the exact file.")
@click.option("--force", is_flag=True, help="Replace another file of that name.")
@global_options
def show_command(context: CommandContext, *, number: int, rows: bool, output: str | None, force: bool) -> None:
    """Show what would be sent, who prepared it, and who approved it."""
    found, content = approval.read_approval(number, context.paths, context.profile)
    if output is not None:
        write_bytes(Path(output), content, source=found.source, overwrite=force)
    if context.output.as_json:
        listed = (
            {"action": action_id, "amount": amount_text(cents), "reason": reason}
            for action_id, cents, reason in (parse_csv_bytes(content) if rows else ())
        )
        context.output.json({"written": output, **({"sent": listed} if rows else {})})
    else:
        context.output.table(("Approval", f"{number}: {state_line(found, context.now())}"), figures(found))
        if rows:
            context.output.data()
            context.output.table(
                ("Action", "Amount", "Reason"),
                ((action_id, amount_text(cents), reason) for action_id, cents, reason in parse_csv_bytes(content)),
                right=frozenset({1}),
            )
    if output is not None:
        context.output.info(f"Written: {output}.", style="good")
    _tell(context, found, f"Approval {number} is {state_line(found, context.now())}.")


@approval_command.command("approve")
@_NUMBER
@click.option("--sha256", metavar="PREFIX", default="", help="First 8 or more characters of the hash that you approve.")
@_BY
@global_options
def approve_command(context: CommandContext, *, number: int, sha256: str, by: str) -> None:
    """Approve the exact file that another person prepared. Nothing is sent."""
    output = context.output

    def ask_name() -> str:
        return output.prompt("Your name:", default="", show_default=False, prompt_suffix=" ")

    def ask(found: Approval) -> bool:
        output.table(("Approval", str(number)), figures(found))
        return output.confirm(
            f"Approve these {counted(int(found.facts.get('rows', 0)), 'row')} of {found.by}?", default=False
        )

    can_ask = output.can_ask()
    approver = approval.Approver(by, ask_name if can_ask else None, ask if can_ask and not sha256 else None)
    done = approval.approve(number, approver, context.paths, context.profile, sha256=sha256)
    _tell(context, done, f"Approval {number} is given. Nothing was sent yet.")


@approval_command.command("withdraw")
@_NUMBER
@click.option("--why", metavar="TEXT", required=True, help="The reason; it stays on record.")
@_BY
@global_options
def withdraw_command(context: CommandContext, *, number: int, why: str, by: str) -> None:
    """Withdraw an approval, or the request for one."""
    done = approval.withdraw(number, why, context.paths, context.profile, by=by)
    _tell(context, done, f"Approval {number} was withdrawn. It approves nothing any more.")


def _tell(context: CommandContext, one: Approval, message: str) -> None:
    """Print what happened and the next command, or all of an approval for machines."""
    step = approval.next_step(one, context.now())
    told = " ".join(filter(None, (message, step)))
    if context.output.as_json:
        context.output.json({**approval_json(one, context.now()), "message": told})
    context.output.info(told, style="strong")
    if one.approved is not None and not one.by.db_user:
        context.output.info(ONE_COMPUTER, style="quiet")


def approval_json(one: Approval, now: datetime) -> dict[str, Any]:
    """Return an approval for machines.

    Args:
        one: the approval.
        now: the time, for its state.
    """
    target = one.target
    return {
        "approval": one.number,
        "state": one.state(now),
        "asked_at": _iso(one.at),
        "valid_until": _iso(one.valid_until),
        "prepared_by": _person(one.by),
        "file": one.source,
        "profile": target.profile,
        "environment": target.environment,
        "account": target.account,
        "channel": target.channel,
        "destination": target.destination,
        "sha256": target.sha256,
        "bytes": one.size,
        "facts": dict(one.facts),
        "steps": [
            {"kind": step.kind, "at": _iso(step.at), "by": _person(step.by), "why": step.why or None}
            for step in one.steps
        ],
        "batches": list(one.used_by),
        "is_whole": one.is_whole,
        "next": approval.next_step(one, now) or None,
    }


def _person(person: Person) -> dict[str, str | None]:
    return {"name": person.name, "user": person.user, "database_user": person.db_user or None}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
