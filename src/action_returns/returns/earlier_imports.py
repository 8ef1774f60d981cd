"""Find the earlier import whose new total the network has, or may get: its refunds are not new."""

from collections.abc import Iterable, Sequence

from action_returns.batch.amounts import Cents
from action_returns.batch.context import SentAction
from action_returns.returns.known import ImportedBefore


def import_that_counts(
    imports: Sequence[ImportedBefore], sent: SentAction | None, in_sheet: Cents | None, current: Cents
) -> ImportedBefore | None:
    """Return the latest import whose row was sent, stands in the sheet, or has been applied by the network.

    The row of any other import was deleted by the user: its refunds count as new.

    Args:
        imports: what earlier imports made of the action, the latest last.
        sent: what was sent for the action last.
        in_sheet: the amount of its row in the sheet.
        current: the amount that the network has now.
    """
    for earlier in reversed(imports):
        is_sent = sent is not None and sent.cents == earlier.new_total
        is_applied = current == earlier.new_total and earlier.before not in {None, current}
        if is_sent or is_applied or in_sheet == earlier.new_total:
            return earlier
    return None


def original_amount(
    listed: Cents | None, imports: Iterable[ImportedBefore], sent: SentAction | None, current: Cents
) -> Cents | None:
    """Return what an action was worth before any refund; None when that is not known.

    Args:
        listed: the amount that the pending download lists as the original one.
        imports: what earlier imports made of the action, the latest last.
        sent: what was sent for the action last; when nothing was, the current amount is the original one.
        current: the amount that the network has now.
    """
    if listed is not None:
        return listed
    for earlier in imports:
        if earlier.original is not None:
            return earlier.original
    return current if sent is None else None


def is_explained(current: Cents, counted: ImportedBefore, imports: Iterable[ImportedBefore]) -> bool:
    """Return whether the network's amount is one that this computer knows of: before an import, or after the counted one."""
    return current == counted.new_total or any(current == earlier.before for earlier in imports)
