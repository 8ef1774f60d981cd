"""The dialogue of what runs without a user who could answer: nothing is asked, and every question is answered with no."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from action_returns.operations.review import Review


class NoDialogue:
    """A dialogue that never asks; see :class:`action_returns.operations.send.Dialogue`.

    Args:
        name: what stands for the answer, as the ledger records it.
        why_not_ask: why no question can be asked, after "Cannot ask: ".
        warn: takes a sentence for the user; None where it is told in another way.
    """

    def __init__(self, name: str, why_not_ask: str, warn: Callable[[str], None] | None = None) -> None:
        self.name = name
        self._why_not_ask = why_not_ask
        self._warn = warn

    @property
    def why_not_ask(self) -> str:
        """Why no question can be asked."""
        return self._why_not_ask

    def can_ask(self) -> bool:
        """Return no: there is no user."""
        return False

    def show_review(self, page: "Review") -> None:
        """Do nothing: the caller has the review."""

    def confirm_send(self, page: "Review") -> bool:  # noqa: ARG002  # never asked
        """Return no."""
        return False

    def confirm(self, question: str, *, default: bool = False) -> bool:  # noqa: ARG002  # never asked
        """Return no, whatever the answer for Enter is."""
        return False

    def type_number(self, question: str) -> str | None:  # noqa: ARG002  # never asked
        """Return None: nothing can be typed."""
        return None

    def warn(self, sentence: str) -> None:
        """Call what takes a sentence for the user, if anything does."""
        if self._warn is not None:
            self._warn(sentence)

    def refuse_changed_rows(self) -> None:
        """Do nothing: no user changes the rows meanwhile."""

    def progress(self, activity: str) -> AbstractContextManager[Callable[[str], None]]:  # noqa: ARG002  # nothing is shown
        """Return what shows nothing."""
        return nullcontext(lambda _: None)
