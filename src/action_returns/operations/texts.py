"""The words for settling by hand what became of a batch: what it takes, and what follows from it."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from action_returns.ledger.records import BatchRecord


_PAGES: Final = Path(__file__).with_name("pages")
MOST_ROWS_ON_A_PAGE: Final = 5_000


def render_page(template: str, **facts: object) -> bytes:
    """Build one page of HTML from a template of ``pages/``."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    return environment.get_template(template).render(**facts).encode("utf-8", "replace")


def next_step_for_unknown(batch: str) -> str:
    """Say what to do about a batch of which nobody knows whether it arrived.

    Args:
        batch: its label.
    """
    return (
        "Look at File Submissions or in a new pending-actions download whether it arrived, then settle it with: "
        f'action-returns history mark {batch} sent --why "what you saw" (or failed instead of sent).'
    )


def marking_consequence(record: "BatchRecord", state: str) -> str:
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


def counted(number: int, what: str) -> str:
    """Give a number with its word, ``1 row`` or ``2 rows``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
