"""The states of a batch on record, and which may follow which.

prepared ──► sending ──► sent
   │            ├──────► handed-over ──► sent | failed    when a person says so
   │            ├──────► failed
   ▼            └──────► unknown ──────► sent | failed    when a person says so, or the sender after all
failed

Nothing goes back, and nothing goes from unknown to sending: the database itself refuses it.
"""

from typing import Final

PREPARED: Final = "prepared"
"""Recorded with every byte and row; no byte has left."""
SENDING: Final = "sending"
"""From right before the first byte may leave."""
FAILED: Final = "failed"
"""Certainly not delivered."""
UNKNOWN: Final = "unknown"
"""Nobody can tell whether it arrived."""

OPEN: Final = (PREPARED, SENDING)
"""A program is at work on it, or was when it ended."""
MAY_HAVE_ARRIVED: Final = (PREPARED, SENDING, "sent", "handed-over", UNKNOWN)
"""The receiver holds the content, or may hold it soon."""
TO_BE_MARKED: Final = (UNKNOWN, "handed-over")
"""A person who has looked may say what became of it."""
MARKS: Final = ("sent", FAILED)
"""What a person may say."""
