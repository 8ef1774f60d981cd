"""The chain of events: each event carries a hash of itself and of the event before it.

What the chain shows: an event that was changed, taken out, put in or moved, because the hashes after it no longer fit.
What it cannot show by itself: that its last events were cut off, or that a person with the file computed every hash
after a change anew. So the state of each batch is compared with its events (``integrity.py``), and receipts print a hash
of the chain, which stays outside of the database.
"""

from hashlib import sha256

FORM = 1
"""The form that this program writes in SQLite; see ``Store.event_forms``."""


def chain_of(*parts: object) -> str:
    """Return the hash that an event carries, as 64 hexadecimal digits.

    Each value is hashed as its number of bytes in UTF-8, a colon and the value, so that no two lists of values give
    the same bytes. PostgreSQL computes the same in the function of that name.

    Args:
        parts: the form, the hash of the event before (``""`` for the first one), and the columns of that form.
    """
    hashed = sha256()
    for part in parts:
        text = str(part).encode("utf-8", "surrogatepass")
        hashed.update(b"%d:" % len(text) + text)
    return hashed.hexdigest()
