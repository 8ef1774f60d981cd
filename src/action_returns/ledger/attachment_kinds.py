"""The kinds of what belongs to a batch beside its file: which event names each, how the bytes are kept, and what is wrong.

Each is text that is kept compressed (gzip, RFC 1952): the results of 100,000 rows have 9 MB, compressed 1 MB, and they are
kept anew each time that others are found out. The event of the batch names the hash of the kept bytes.
"""

import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from action_returns.errors import LedgerError
from action_returns.ledger.records import HANDED_OVER, SENT, UNKNOWN, Attachment, BatchRecord, Event

BEFORE: Final = "before"
"""What the pending download said of the actions of a batch when it was sent."""
RESULTS: Final = "results"
"""What became of each row of a batch, as far as evidence shows."""
UNDO: Final = "undo"
"""The rows of a batch that restores what another one changed."""
RECONCILED: Final = "reconciled"
"""Kind of the event that names the results of a batch."""
UNDO_DRAFTED: Final = "undo-drafted"
"""Kind of the event that names a drafted undo."""
BEFORE_SHA256: Final = "before_sha256"
"""Fact of the event ``confirmed`` that names the facts from before."""
SHA256: Final = "sha256"
"""Fact of the events ``reconciled`` and ``undo-drafted``."""
UNDOES: Final = "undoes"
"""Fact of the event ``confirmed`` that names the batch which this one undoes."""
MAY_BE_KNOWN_OF: Final = (SENT, HANDED_OVER, UNKNOWN)
"""States of batches of which results can be found and an undo drafted: the receiver has them, or may have them."""
_WORDS: Final = {BEFORE: "facts from before", RESULTS: "results", UNDO: "rows of the undo"}
_NAMED: Final = {
    "confirmed": (BEFORE, BEFORE_SHA256),
    RECONCILED: (RESULTS, SHA256),
    UNDO_DRAFTED: (UNDO, SHA256),
}
"""Kind of event -> kind of attachment, and the fact that names its hash."""
_GZIP: Final = 31
"""The form of the kept bytes, as zlib names it: header and checksum of gzip, for windows of 32 KB."""
_MOST_BYTES_PER_ROW: Final = 10_000
"""Of an attachment: nothing larger is unpacked. A team's database refuses more than that even packed."""
_MOST_BYTES_BESIDE: Final = 100_000


class ChangedSince(NamedTuple):
    """What was changed after an undo was drafted.

    Args:
        undone: label of the batch that it undoes.
        batches: ActionId -> label of the latest batch that changed it since.
    """

    undone: str
    batches: Mapping[str, str]


class OutdatedUndoError(LedgerError):
    """The rows are those of a drafted undo, and other batches changed some of their actions since.

    Args:
        changed: which batches.
    """

    def __init__(self, changed: ChangedSince) -> None:
        super().__init__(
            f"{len(changed.batches)} actions were changed after the undo of batch {changed.undone} was drafted."
        )
        self.changed = changed


def words(kind: str) -> str:
    """Return the name of a kind of attachment as people read it: ``results``."""
    return _WORDS.get(kind, kind)


def pack(content: bytes) -> bytes:
    """Return the bytes that are kept: gzip without a name and a time, so that the same text gives the same bytes."""
    packing = zlib.compressobj(1, wbits=_GZIP)
    return packing.compress(content) + packing.flush()


def has_hash(packed: bytes, sha256: str) -> bool:
    """Return whether kept bytes are those of a hash in hex."""
    return hashlib.sha256(packed).hexdigest() == sha256


def unpack(packed: bytes, rows: int) -> bytes | None:
    """Return the text of kept bytes, None where they are none that this program wrote.

    Args:
        packed: the bytes.
        rows: how many rows the batch has, which tells how long the text may be.
    """
    unpacking = zlib.decompressobj(_GZIP)
    try:
        content = unpacking.decompress(packed, _MOST_BYTES_BESIDE + _MOST_BYTES_PER_ROW * rows)
    except zlib.error:
        return None
    return content if unpacking.eof and not unpacking.unused_data else None


def attachment_problems(record: BatchRecord, events: Sequence[Event], kept: Collection[Attachment]) -> Iterator[str]:
    """Return how what belongs to a batch differs from what its events name, one sentence each.

    Args:
        record: the batch.
        events: its events, in order.
        kept: what belongs to it.
    """
    name = f"batch {record.label}"
    there = {(one.kind, one.sha256) for one in kept}
    named = {
        (_NAMED[event.kind][0], event.detail[_NAMED[event.kind][1]]): event
        for event in events
        if event.kind in _NAMED and _NAMED[event.kind][1] in event.detail
    }
    for (kind, sha256), event in named.items():
        if (kind, sha256) not in there:
            yield f'The {words(kind)} of {name} that its event "{event.kind}" names are missing.'
    for one in kept:
        if not one.is_whole:
            yield f"The {words(one.kind)} of {name} are not those of their hash (SHA-256)."
        if (one.kind, one.sha256) not in named:
            yield f"There are {words(one.kind)} of {name} that none of its events names."
