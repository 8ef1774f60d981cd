"""The rules for a row beside other rows, the pending download and what was sent before.

Each rule is a function in :data:`ROW_RULES`. It gets the whole batch and yields a code of the catalogue with the
positions of its rows, so that it may walk a column in its own fastest way. The catalogue's entry decides in which
column the finding is shown and whether it keeps the row from being sent.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from action_returns.batch.amounts import Cents
from action_returns.batch.cell_rules import CellRules, Code
from action_returns.batch.cells import Columns
from action_returns.batch.context import Context, PendingAction, ReasonKind
from action_returns.batch.repeats import Repeats, positions_in
from action_returns.batch.rules import MODIFICATION_LIMIT, NEAR_LIMIT

_LOCKED_STATES: Final = frozenset({"APPROVED", "LOCKED"})
"""States in which an action takes no more changes (impact.com: an approved action cannot be modified further)."""


@dataclass(slots=True, eq=False, repr=False)
class CheckedCells:
    """The batch after its single cells were checked: what the rules for rows start from.

    Args:
        columns: the raw cells.
        rules: reads single cells by the account's policy.
        id_codes: position -> code of the finding about its ActionId.
        bad_ids: positions whose ActionId has an error.
        keys: normal form of every ActionId, None where there is none; " M.1.2.3" and "M.1.2.3" are one action.
        repeats: the actions that stand in more than one row.
        other_campaigns: positions of usual ids that do not belong to the campaign of most rows.
        suspects: position, amount in cents and kind of reason of the rows that have an amount and that the column scan
            did not find plainly good; a code instead of the kind where the reason has an error.
        rows_with_amount_finding: positions about whose amount an earlier rule for rows has a finding.
    """

    columns: Columns
    rules: CellRules
    id_codes: Mapping[int, Code]
    bad_ids: AbstractSet[int]
    keys: Sequence[str | None]
    repeats: Repeats
    other_campaigns: Sequence[int]
    suspects: Sequence[tuple[int, Cents, ReasonKind | Code]] = ()
    rows_with_amount_finding: set[int] = field(default_factory=set)


RowFindings: TypeAlias = Iterator[tuple[Code, Sequence[int]]]
"""Code of a rule and the 0-based positions of its rows."""


def find_duplicates(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find rows that repeat an identical one further up, and all rows of an action that contradict each other."""
    yield "id-duplicate", [at for at in batch.repeats.later_rows() if at not in batch.bad_ids]
    yield "id-conflict", batch.repeats.contradicting_rows()


def find_other_campaigns(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find rows of another campaign than most; a row with another finding about its id is left out."""
    if batch.other_campaigns:
        repeated = {*batch.repeats.later_rows(), *batch.repeats.contradicting_rows()}
        yield (
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
            and rules.amount(columns.amount[at]) == before.cents
        ):
            found["already-sent"].append(at)
    yield from found.items()


def compare_with_download(batch: CheckedCells, context: Context) -> RowFindings:
    """Compare the rows with the pending download: unknown and locked actions, and their current amounts."""
    if context.pending is None:
        return
    amounts, read_amount, find = batch.columns.amount, batch.rules.amount, context.pending.actions.get
    found: dict[Code, list[int]] = defaultdict(list)
    for at, action_id in enumerate(batch.columns.action_id):
        if at in batch.bad_ids:
            continue
        action = find(action_id)  # type: ignore[arg-type]  # a good id is a text
        if action is None:
            found["action-unknown"].append(at)
            continue
        if _is_locked(action, context):
            found["action-locked"].append(at)
        if action.cents is not None and (code := _compare_amounts(read_amount(amounts[at]), action.cents)):
            found[code].append(at)
    yield from found.items()


def find_large_amounts(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find amounts above the profile's limit, unless the comparison with the download has a finding about them."""
    limit, compared = batch.rules.policy.max_cents, batch.rows_with_amount_finding
    yield "amount-large", [at for at, cents, _ in batch.suspects if cents > limit and at not in compared]


def find_contradictions(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find reversing reasons with an amount above 0, and modifying ones with the amount 0."""
    yield (
        "reason-amount-mismatch",
        [at for at, cents, kind in batch.suspects if kind is (ReasonKind.REVERSE if cents else ReasonKind.MODIFY)],
    )


def find_hidden_rows(batch: CheckedCells, _context: Context) -> RowFindings:
    """Find rows that are hidden or filtered away in the sheet."""
    hidden = batch.columns.hidden
    if hidden:
        yield "row-hidden", [at for at, row in enumerate(batch.columns.rows) if row in hidden]


ROW_RULES: Final[tuple[Callable[[CheckedCells, Context], RowFindings], ...]] = (
    find_duplicates,
    find_other_campaigns,
    compare_with_sent,
    compare_with_download,
    find_large_amounts,  # after the comparison, which says more about the same amount
    find_contradictions,
    find_hidden_rows,
)
"""Every rule for rows, in the order in which they are applied."""


def _is_locked(action: PendingAction, context: Context) -> bool:
    now = context.now
    date_passed = now is not None and action.locks_at is not None and action.locks_at <= now
    return date_passed or (action.state or "").upper() in _LOCKED_STATES


def _compare_amounts(cents: Cents | Code, current: int) -> Code | None:
    if isinstance(cents, str):
        return None
    if cents == current:
        return "amount-unchanged" if cents else "amount-was-zero"
    return "amount-above-original" if cents > current else None
