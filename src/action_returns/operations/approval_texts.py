"""What an approval is of, what is missing, and what to do next, in words."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from action_returns.batch.amounts import money
from action_returns.ledger.approval_records import APPROVED, VALID, WAITING, Approval, Target
from action_returns.operations.texts import command, command_for, counted, effect_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from action_returns.operations.check import CheckedBatch

_OPTIONS: Final = frozenset(
    {"--profile", "--sheet", "--column", "--pending", "--pending-column", "--pending-dates", "--live"}
    | {"--only-ready", "--include-sent"}
)
"""Options that decide which rows a file has: the only ones that the next command repeats."""
SHORTEST_HASH: Final = 8
"""Characters of a SHA-256 that a person has to give at least to approve a file."""
ONE_COMPUTER: Final = (
    "This record is kept on one computer, which cannot tell who typed a name: the approval is a promise between people. "
    "In a team's database, its users decide (docs/approval.md)."
)
"""What an approval in a ledger of one computer is worth."""


def when(at: datetime | None) -> str:
    """Return a time as people read it, local; ``?`` where it cannot be read."""
    return "?" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M}"


def asked(approval: Approval) -> str:
    """Return who asked when, and who approved or withdrew it when, as one sentence each."""
    told = [f"{approval.by} asked for approval {approval.number} on {when(approval.at)}."]
    for step in approval.steps:
        why = f": {step.why}" if step.why else ""
        told.append(f"{step.by} {'approved' if step.kind == APPROVED else 'withdrew'} it on {when(step.at)}{why}.")
    return " ".join(told)


def state_line(approval: Approval, now: datetime) -> str:
    """Return the state of an approval in a few words, with what to know of it."""
    state = approval.state(now)
    until = f", valid until {when(approval.valid_until)}" if state in {WAITING, APPROVED} else ""
    batch = f" by batch {', '.join(approval.used_by)}" if approval.used_by else ""
    waits = " for another person" if state == WAITING else ""
    return f"{state}{waits}{batch}{until}"


def figures(approval: Approval) -> list[tuple[str, str]]:
    """Return what would be sent, as pairs of label and value: what a person reads before they approve it."""
    facts, target = approval.facts, approval.target
    currency = str(facts.get("currency", "")) or None
    rows, reversals = _number(approval, "rows"), _number(approval, "reversals")
    known = facts.get("effect_known_rows")
    effect = facts.get("effect_cents")
    locks = facts.get("locks_soon")
    lines = [
        ("Rows", f"{rows:,} = {counted(reversals, 'reversal')} + {counted(rows - reversals, 'new total')}"),
        ("New totals", money(_number(approval, "new_total_cents"), currency)),
        (
            "Money effect",
            effect_in_words(
                effect if isinstance(effect, int) else None,
                known=known if isinstance(known, int) else None,
                rows=rows,
                currency=currency,
            ),
        ),
        ("Environment", target.environment.upper()),
        ("Destination", f"{target.channel}: {target.destination} (profile {target.profile})"),
        ("Warnings", str(facts.get("warnings", "none"))),
        ("Left behind", _left_behind(approval)),
        ("Sent again", counted(_number(approval, "sent_again"), "row") if facts.get("sent_again") else ""),
        ("Lock within 3 days", counted(locks, "row") if isinstance(locks, int) else "unknown: no pending download"),
        ("Made from", approval.source),
        ("Prepared by", f"{approval.by}, {when(approval.at)}"),
        *(
            (
                "Approved by" if step.kind == APPROVED else "Withdrawn by",
                f"{step.by}, {when(step.at)}{f': {step.why}' if step.why else ''}",
            )
            for step in approval.steps
        ),
        ("File size", f"{approval.size:,} bytes"),
        ("SHA-256", target.sha256),
    ]
    return [(label, value) for label, value in lines if value]


def _number(approval: Approval, name: str) -> int:
    value = approval.facts.get(name, 0)
    return value if isinstance(value, int) else 0


def _left_behind(approval: Approval) -> str:
    left = (
        (_number(approval, "left_out_errors"), "with errors"),
        (_number(approval, "left_out_sent_before"), "sent before"),
    )
    return ", ".join(f"{counted(number, 'row')} {why}" for number, why in left if number)


def approve_command(approval: Approval) -> str:
    """Return the command by which another person approves it."""
    return command("approval", "approve", str(approval.number))


def request_command(checked: "CheckedBatch") -> str:
    """Return the command that asks for approval of a batch as it was read here."""
    _, _, words = command_for("request", checked.file, *checked.options, *row_options(checked)).partition(" request ")
    return f"{command('approval', 'request')} {words}"


def rows_again(checked: "CheckedBatch") -> int:
    """Return how many of the rows that would be sent may have arrived before."""
    return len(checked.repeats) if checked.include_sent else 0


def row_options(checked: "CheckedBatch") -> list[str]:
    """Return the options of ``send`` that decide which rows of a batch it sends."""
    return [
        *(["--only-ready"] if checked.rows_with_errors else []),
        *(["--include-sent"] if checked.include_sent else []),
    ]


def send_command(approval: Approval) -> str:
    """Return the command that sends it: with the options with which it was asked for."""
    words = [word for word in str(approval.facts.get("options", "")).split("\n") if word]
    # In a team, a program of another member wrote them: what is pasted must not agree to more than was shown.
    if any(word.startswith("-") and word not in _OPTIONS for word in words):
        words = []
    return command_for("send", approval.source, *words)


def missing(target: Target, near: "Sequence[Approval]", checked: "CheckedBatch", now: datetime) -> tuple[str, str]:
    """Return what is missing before a file may be sent and who asked when; and the next command.

    Args:
        target: the file that was to be sent.
        near: the approvals that come near it, the nearest first.
        checked: the batch.
        now: the time.
    """
    ask = f"Ask for approval: {request_command(checked)}"
    if not near:
        return "Another person has to approve this file, and no approval was asked for.", ask
    one = near[0]
    if one.target == target:
        return _not_usable(one, now, ask)
    if one.target.sha256 == target.sha256:
        differs = _differs(one.target, target)
        return (
            f"Approval {one.number} is of the same file, and goes another way: {differs}. It does not hold here.",
            ask,
        )
    currency = str(one.facts.get("currency", "")) or None
    before = _file(_number(one, "rows"), money(_number(one, "new_total_cents"), currency), one.target.sha256)
    total = money(checked.summary.new_total_cents, checked.summary.currency)
    now_there = _file(len(checked.rows), total, target.sha256)
    asked_for = f"{one.state(now)}, asked for by {one.by} on {when(one.at)}"
    told = (
        f"Another person has to approve this file. Approval {one.number} ({asked_for}) is of other rows of {one.source}: "
        f"{before}. Now there are {now_there}. Rows were changed, or stay behind because they were sent meanwhile."
    )
    return told, ask


def _not_usable(one: Approval, now: datetime, ask: str) -> tuple[str, str]:
    """Return why an approval of this very file cannot be used, and the next command."""
    if not one.is_whole:
        return f"Approval {one.number} was changed after it was recorded, so it does not count.", ask
    match one.state(now):
        case "waiting":
            step = f"That person runs: {approve_command(one)}"
            return f"{asked(one)} Another person has to approve it.", step
        case "withdrawn":
            return asked(one), ask
        case "approved":
            again = counted(_number(one, "sent_again"), "row")
            return f"{asked(one)} It allows that {again} of it go out again. Now more may have arrived before.", ask
        case "used":
            return f"{asked(one)} It was used by batch {', '.join(one.used_by)}.", ask
        case _:
            return f"{asked(one)} It is older than {VALID.days} days, and approves nothing any more.", ask


def _file(rows: int, total: str, sha256: str) -> str:
    return f"{counted(rows, 'row')}, new totals {total}, SHA-256 {sha256[:SHORTEST_HASH]}"


def _differs(one: Target, other: Target) -> str:
    names = [name for name in Target.__dataclass_fields__ if getattr(one, name) != getattr(other, name)]
    return "; ".join(f"{name} {getattr(one, name)} there, {getattr(other, name)} here" for name in names)
