"""The words for settling by hand what became of a batch: what it takes, and what follows from it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from action_returns.ledger import BatchRecord


def next_step(batch: str) -> str:
    """Say what to do about a batch of which nobody knows whether it arrived.

    Args:
        batch: its label.
    """
    return (
        "Look at File Submissions or in a new pending-actions download whether it arrived, then settle it with: "
        f'action-returns history mark {batch} sent --why "what you saw" (or failed instead of sent).'
    )


def consequence(record: "BatchRecord", state: str) -> str:
    """Say what follows when a person says that a batch was sent, or that it failed."""
    rows = f"its {record.rows:,} rows" if record.rows > 1 else "its row"
    if state == "sent":
        return (
            f"Marked sent, batch {record.label} and {rows} count as sent: the same list is refused, the same rows are "
            "warned about, and every row uses up one of its action's 1,000 modifications."
        )
    return (
        f"Marked failed, batch {record.label} and {rows} count as never sent: they may be sent again, and nothing warns "
        "of it. If it did arrive after all, sending them again undoes whatever was changed since."
    )
