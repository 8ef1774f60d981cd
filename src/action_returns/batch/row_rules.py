"""The rules for a row beside other rows, the pending download and what was sent before.

Each rule is a function in :data:`ROW_RULES`. It gets the whole batch and yields a code of the catalogue with the
positions of its rows, so that it may walk a column in its own fastest way. The catalogue's entry decides in which
column the finding is shown and whether it keeps the row from being sent.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import starmap
from typing import Final

from action_returns.batch.amounts import Cents
from action_returns.batch.cell_rules import Code
from action_returns.batch.cells import Cell
from action_returns.batch.checked_cells import CheckedCells, Found, RowFindings
from action_returns.batch.context import Context, ReasonKind
from action_returns.batch.lock_dates import is_locked
from action_returns.batch.repeats import positions_in
from action_returns.batch.rules import MODIFICATION_LIMIT, NEAR_LIMIT
from action_returns.batch.shown_rules import (
    find_amounts_shown_otherwise,
    find_hidden_columns,
    find_hidden_rows,
    find_leading_zeros,
    find_mixed_currencies,
    find_percentages,
)


def find_duplicates(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find rows that repeat an identical one further up, and all rows of an action that contradict each other."""
    yield Found("id-duplicate", [at for at in batch.repeats.later_rows() if at not in batch.bad_ids])
    yield Found("id-conflict", batch.repeats.contradicting_rows())


def find_other_campaigns(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find rows of another campaign than most; a row with another finding about its id is left out."""
    if batch.other_campaigns:
        repeated = {*batch.repeats.later_rows(), *batch.repeats.contradicting_rows()}
        yield Found(
            "id-mixed-campaigns",
            [at for at in batch.other_campaigns if at not in batch.id_codes and at not in repeated],
        )


def compare_with_sent(batch: CheckedCells, context: Context) -> RowFindings:
    """Compare the rows with what was sent for their actions before; only the latest batch of each action counts."""
    if not context.sent:
        return
    columns, rules = batch.columns, batch.rules
    found: dict[Code, list[int]] = defaultdict(list)
    for at in positions_in(batch.keys, context.sent):
        if at in batch.bad_ids:  # a corrected id is compared in the next check
            continue
        before = context.sent[batch.keys[at]]  # type: ignore[index]  # every key of sent is a text
        if before.times >= NEAR_LIMIT:
            found["limit-reached" if before.times >= MODIFICATION_LIMIT else "limit-near"].append(at)
        reason = columns.reason[at]
        # The reason is looked at first: a cell that is no text may not be comparable.
        if (
            isinstance(rules.reason(reason), ReasonKind)
            and reason == before.reason
            and batch.amount(at) == before.cents
        ):
            found["already-sent"].append(at)
    yield from starmap(Found, found.items())


def compare_with_download(batch: CheckedCells, context: Context) -> RowFindings:
    """Compare the rows with the pending download: unknown and locked actions, and their current amounts."""
    if context.pending is None:
        return
    bad, told, now, find = batch.bad_ids, batch.rows_with_amount_finding, context.now, context.pending.actions.get
    found: dict[Code, list[int]] = defaultdict(list)
    for at, (action_id, cell) in enumerate(zip(batch.columns.action_id, batch.columns.amount, strict=True)):
        if at in bad:
            continue
        action = find(action_id)  # type: ignore[arg-type]  # a good id is a text
        if action is None:
            found["action-unknown"].append(at)
            continue
        if is_locked(action, now):
            found["action-locked"].append(at)
        current = action.cents
        if current is None or _is_plainly_below(cell, current) or at in told:
            continue
        if code := _compare_amounts(batch.amount(at), current):
            found[code].append(at)
    yield from starmap(Found, found.items())


def find_large_amounts(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find amounts above the profile's limit, unless an earlier rule has a finding about them."""
    limit, told = batch.rules.policy.max_cents, batch.rows_with_amount_finding
    yield Found("amount-large", [at for at, cents, _ in batch.suspects if cents > limit and at not in told])


def find_contradictions(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find reversing reasons with an amount above 0, and modifying ones with the amount 0."""
    yield Found(
        "reason-amount-mismatch",
        [at for at, cents, kind in batch.suspects if kind is (ReasonKind.REVERSE if cents else ReasonKind.MODIFY)],
    )


ROW_RULES: Final[tuple[Callable[[CheckedCells, Context], RowFindings], ...]] = (
    find_duplicates,
    find_other_campaigns,
    compare_with_sent,
    # An amount gets one finding: the first of these rules says most about it.
    find_percentages,
    find_amounts_shown_otherwise,
    find_leading_zeros,
    compare_with_download,
    find_large_amounts,
    find_mixed_currencies,
    find_contradictions,
    find_hidden_columns,
    find_hidden_rows,
)
"""Every rule for rows, in the order in which they are applied."""


def _is_plainly_below(cell: Cell, current: int) -> bool:
    """Return True only for a cell that is below the current amount, or no amount; False where that needs a closer look."""
    try:
        # Not / 100: the number of a spreadsheet may be a little below the amount that it shows (amounts.NOISE).
        return float(cell) < current / 100.0001  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False


def _compare_amounts(cents: Cents | Code, current: int) -> Code | None:
    if isinstance(cents, str):
        return None
    if cents == current:
        return "amount-unchanged" if cents else "amount-was-zero"
    return "amount-above-original" if cents > current else None
