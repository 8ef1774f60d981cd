"""What the words for the state of an order or a return mean for money, in the languages that exports use."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

_WORDPRESS: Final = "wc-"


class State(StrEnum):
    """What a word says of an order or a return."""

    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly refunded"
    CANCELLED = "cancelled"
    DONE = "done"
    NOT_DONE = "not done"
    EXCHANGED = "exchanged"
    CREDITED = "credited"
    UNKNOWN = "unknown"


_WORDS: Final = {
    State.REFUNDED: (
        *(
            "refunded",
            "fullyrefunded",
            "refund",
            "erstattet",
            "rückerstattet",
            "remboursé",
            "remboursée",
            "reembolsado",
        ),
        *("rimborsato", "zurückerstattet"),
    ),
    State.PARTLY_REFUNDED: (
        *("partiallyrefunded", "partlyrefunded", "partialrefund", "partialrefunded", "teilweiseerstattet"),
        *("teilweiserückerstattet", "partiellementremboursé", "parzialmenterimborsato", "parcialmentereembolsado"),
    ),
    State.CANCELLED: (
        *("cancelled", "canceled", "voided", "void", "storniert", "annulliert", "annulé", "annulée", "cancelado"),
        *("cancelada", "annullato", "annullata"),
    ),
    # Not "approved": in returns apps that is a request whose goods, and money, have yet to move.
    State.DONE: ("completed", "complete", "closed", "processed", "done", "resolved", "succeeded", "paid"),
    State.NOT_DONE: (
        *("pending", "open", "requested", "new", "draft", "failed", "declined", "rejected", "denied", "expired"),
        *("intransit", "received", "inprogress", "review", "inreview", "onhold", "offen", "ausstehend", "abgelehnt"),
        *("enattente", "refusé", "pendiente", "rechazado", "inattesa", "rifiutato", "requiresaction"),
    ),
    State.EXCHANGED: (
        *("exchange", "exchanged", "replacement", "replaced", "replace", "repair", "repaired", "warranty", "umtausch"),
        *("échange", "cambio", "swap"),
    ),
    State.CREDITED: ("storecredit", "giftcard", "giftcardcredit", "credit", "voucher", "gutschein", "couponcode"),
}
_STATE_OF: Final = {word: state for state, words in _WORDS.items() for word in words}


def state_of(word: str | None) -> State | None:
    """Return what a word such as ``partially_refunded`` or ``wc-refunded`` says; None for a blank one."""
    if not word:
        return None
    text = word.casefold().removeprefix(_WORDPRESS)
    return _STATE_OF.get("".join(filter(str.isalnum, text)), State.UNKNOWN)


def states(words: Sequence[str | None]) -> list[State | None]:
    """Return what each word of a column says."""
    known = {word: state_of(word) for word in set(words)}  # each different word once: there are few
    return [known[word] for word in words]
