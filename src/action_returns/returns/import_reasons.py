"""Choose the reason code of a row from the export's word for the reason and the codes of the account."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from action_returns.batch.context import Policy, ReasonKind

DEFAULT_CODES: Final[Mapping[ReasonKind, str]] = {ReasonKind.MODIFY: "ORDER_UPDATE", ReasonKind.REVERSE: "REJECTED"}
"""What a new total does -> the code that is taken where the export says no reason."""


class ChosenReason(NamedTuple):
    """The reason code of a row, or the codes between which the user has to choose.

    Args:
        code: the code, ``""`` when none is certain.
        candidates: the codes that fit the amount, where none is certain.
        unused: the code that the user chose for the word, where it contradicts the amount; else ``""``.
    """

    code: str
    candidates: tuple[str, ...] = ()
    unused: str = ""


def fold_word(word: str) -> str:
    """Return an export's word for a reason as it is compared: in one case, with single blanks."""
    return " ".join(word.split()).casefold()


def unused_answer(word: str, chosen: ChosenReason, number: int, *, reverses: bool) -> str:
    """Return that a code which the user chose was not used, and what the rows have instead.

    Args:
        word: the export's word for the reason.
        chosen: what its rows have.
        number: how many rows that are.
        reverses: whether their new total is 0.
    """
    orders, their = ("1 order", "its") if number == 1 else (f"{number:,} orders", "their")
    goes_with = "amounts above 0" if reverses else "the amount 0"
    return (
        f'Your answer {chosen.unused} for "{word}" was not used for {orders}, because it goes with {goes_with} only: {their} '
        f"reason is {chosen.code}. If another code is right, change it in the rows."
    )


class ReasonCodes:
    """Chooses reason codes. A code never contradicts the amount: a reversing one goes with 0 only.

    Args:
        policy: the account's codes and its words for them.
        words: the export's word -> code, as the user chose it for this import; it wins over the account's.
    """

    def __init__(self, policy: Policy, words: Mapping[str, str]) -> None:
        self._answers = {fold_word(word): code for word, code in words.items()}
        self._words = {fold_word(word): code for word, code in {**policy.return_reasons, **words}.items()}
        self._fitting = {
            kind: tuple(code for code, use in policy.reasons.items() if use in {kind, ReasonKind.EITHER})
            for kind in (ReasonKind.MODIFY, ReasonKind.REVERSE)
        }
        self._known = frozenset(policy.reasons)
        self._chosen: dict[tuple[str | None, bool], ChosenReason] = {}

    def choose(self, word: str | None, *, reverses: bool) -> ChosenReason:
        """Return the code of a row.

        Args:
            word: the export's word for the reason, None without one.
            reverses: whether the new total is 0.
        """
        key = word, reverses
        chosen = self._chosen.get(key)
        if chosen is None:
            chosen = self._chosen[key] = self._choose(word, ReasonKind.REVERSE if reverses else ReasonKind.MODIFY)
        return chosen

    def _choose(self, word: str | None, kind: ReasonKind) -> ChosenReason:
        fitting = self._fitting[kind]
        folded = fold_word(word or "")
        answer = self._answers.get(folded, "")
        unused = answer if answer in self._known and answer not in fitting else ""
        if len(fitting) == 1:
            return ChosenReason(fitting[0], unused=unused)
        wanted = DEFAULT_CODES[kind]
        if folded:
            mapped = self._words.get(folded)
            if mapped not in self._known:
                return ChosenReason("", fitting)
            if mapped in fitting:
                wanted = mapped
        return ChosenReason(wanted, unused=unused) if wanted in fitting else ChosenReason("", fitting)
