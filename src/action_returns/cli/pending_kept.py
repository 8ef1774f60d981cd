"""``pending status`` and ``pending compare``: the downloads that are kept, and what changed between two."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from action_returns.batch.amounts import amount_text
from action_returns.batch.context import PendingAction, PendingDownload
from action_returns.batch.lock_dates import SOON_DAYS
from action_returns.batch.pending_changes import LockedSince, PendingChanges
from action_returns.cli.options import CommandContext, PendingAnswers, global_options, pending_answers
from action_returns.errors import FileError
from action_returns.operations.account import Account
from action_returns.operations.compare_pending import compare_sources, kept_pair
from action_returns.operations.kept_locks import number_that_locks_soon
from action_returns.operations.kept_pending import check_kept, kept_downloads, with_its_facts
from action_returns.operations.pending_source import KeptFacts, PendingSource
from action_returns.operations.pending_texts import age_in_days, change_counts, first_changes, pending_age
from action_returns.operations.texts import counted

_NAMED = 10
"""Actions of each kind that are named without --verbose."""


@click.command("status", short_help="The downloads that are kept, their age, and what locks soon.")
@global_options
def status_command(context: CommandContext) -> None:
    """Show the pending downloads that are kept for this account, the one that was loaded last first.

    A download is kept when it is loaded with Load pending or --pending FILE. The latest two are kept.
    """
    account, now = context.account(), context.now()
    sources = kept_downloads(account, context.paths)
    with context.output.working("Reading the pending downloads that are kept"):
        kept = [_status(source, account, now) for source in sources]
    context.output.json({"account": account.name, "kept": kept})
    if not kept:
        context.output.info(
            "No pending download of this account is kept yet. Load one: action-returns check FILE --pending CSV"
        )
        return
    if not context.output.as_json:
        context.output.table(
            ("File", "Loaded", "Data of", "Age", "Actions", f"Lock within {SOON_DAYS} days"),
            (
                (
                    one["file"],
                    _day_and_time(one["loaded_at"]),
                    _day_and_time(one["as_of"]),
                    counted(one["age_days"], "day"),
                    f"{one['rows']:,}",
                    "unknown" if one["locks_within_3_days"] is None else f"{one['locks_within_3_days']:,}",
                )
                for one in kept
            ),
            right=frozenset({3, 4, 5}),
        )
    for one in kept:
        if one["problem"]:
            context.output.info(str(one["problem"]), style="warning")
    newest = sources[0].kept
    if newest is not None:
        context.output.info(f"{pending_age(newest.as_of.astimezone(account.time_zone), now)}: {newest.name}.")


def _day_and_time(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M %Z}"


def _status(source: PendingSource, account: Account, now: datetime) -> dict[str, Any]:
    facts = source.kept
    if facts is None:
        return {}
    locks, problem = None, ""
    try:
        check_kept(source)
        locks = number_that_locks_soon(source, account, now=now)
    except FileError as error:
        problem = error.message
    return {**_facts(facts, source, account, now), "locks_within_3_days": locks, "problem": problem or None}


def _facts(facts: KeptFacts, source: PendingSource, account: Account, now: datetime) -> dict[str, Any]:
    as_of = facts.as_of.astimezone(account.time_zone)
    return {
        "file": facts.name,
        "path": str(source.path),
        "loaded_at": facts.loaded_at.isoformat(),
        "as_of": as_of.isoformat(),
        "age_days": age_in_days(as_of, now),
        "basis": facts.basis,
        "rows": facts.rows,
        "sha256": facts.sha256,
    }


@click.command("compare", short_help="What changed between two downloads.")
@click.argument("files", metavar="[OLD NEW]", nargs=-1)
@pending_answers
@global_options
def compare_command(context: CommandContext, *, files: tuple[str, ...], answers: PendingAnswers) -> None:
    """Show which actions are new, gone, worth another amount, or locked since an earlier pending download.

    Without files, the two downloads that are kept are compared.
    """
    if len(files) not in {0, 2}:
        raise click.UsageError("Name two downloads, the earlier one first, or none to compare the two that are kept.")
    account, now = context.account(), context.now()
    if files:
        old, new = (with_its_facts(answers.source(file), account, context.paths) for file in files)
    else:
        old, new = kept_pair(account, context.paths)
    with context.output.working(f"Comparing {_name(old)} and {_name(new)}"):
        changes = compare_sources(old, new, account, now=now)
    output = context.output
    if output.as_json:
        output.json(_compare_json(changes, old, new, now))
    else:
        for label, source, pending in (("Earlier", old, changes.old), ("Later", new, changes.new)):
            output.data(
                f"{label}: {_name(source)}. {pending_age(pending.as_of, now)}, {counted(pending.count, 'action')}."
            )
        most = max(len(changes.added), len(changes.gone), len(changes.amounts), len(changes.locked), 1)
        for line in first_changes(changes, most if output.verbose else _NAMED):
            output.data(line)
    if changes.new.as_of < changes.old.as_of:
        output.info(f"{_name(old)} is newer than {_name(new)}. Name the earlier one first.", style="warning")
    for pending in (changes.old, changes.new):
        for note in pending.notes:
            output.info(f"Note: {note}")
    output.info(f"{change_counts(changes)}.", style="strong")


def _name(source: PendingSource) -> str:
    return source.path.name if source.kept is None else source.kept.name


def _compare_json(changes: PendingChanges, old: PendingSource, new: PendingSource, now: datetime) -> dict[str, Any]:
    """Return what changed for machines; the lists are iterators, for there may be a million actions."""
    return {
        "earlier": _download_json(old, changes.old, now),
        "later": _download_json(new, changes.new, now),
        "counts": {
            "new": len(changes.added),
            "gone": len(changes.gone),
            "amount_changed": len(changes.amounts),
            "locked_since": len(changes.locked),
            "gone_and_locked": changes.gone_and_locked,
            "unchanged": changes.unchanged,
        },
        "new": _actions(changes.added, changes.new),
        "gone": _actions(changes.gone, changes.old),
        "amount_changed": (
            {
                "action": one.action_id,
                "before": _amount(one.before),
                "after": _amount(one.after),
                "currency": one.currency or one.currency_before or None,
            }
            for one in changes.amounts
        ),
        "locked_since": (_locked(one) for one in changes.locked),
    }


def _download_json(source: PendingSource, pending: PendingDownload, now: datetime) -> dict[str, Any]:
    return {
        "file": _name(source),
        "as_of": pending.as_of.isoformat(),
        "age_days": age_in_days(pending.as_of, now),
        "basis": pending.as_of_basis,
        "rows": pending.count,
        "notes": list(pending.notes),
    }


def _actions(action_ids: tuple[str, ...], pending: PendingDownload) -> Iterator[dict[str, Any]]:
    for action_id in action_ids:
        action = pending.actions[action_id]
        yield {
            "action": action_id,
            "amount": _amount(action.cents),
            "currency": pending.currency_of(action_id) or None,
            "locks_at": _moment(action),
        }


def _locked(one: LockedSince) -> dict[str, Any]:
    return {"action": one.action_id, "locks_at": _moment(one.action), "state": one.action.state, "gone": one.is_gone}


def _moment(action: PendingAction) -> str | None:
    return None if action.locks_at is None else action.locks_at.isoformat()


def _amount(cents: int | None) -> str | None:
    return None if cents is None else amount_text(cents)
