"""What a folder at the receiver shows about one name: it is taken, it is free, or the server does not tell."""

from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Taken:
    """Something has the name.

    Args:
        size: its bytes, None where the server does not tell them.
    """

    size: int | None

    def __str__(self) -> str:
        return "its size is not told" if self.size is None else f"{self.size} bytes"


@dataclass(frozen=True, slots=True)
class Free:
    """Nothing has the name."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """The server does not tell whether something has the name.

    Args:
        answers: what it said to each way of asking, as people may see it.
    """

    answers: str


Look: TypeAlias = Taken | Free | Unseen

FREE: Final = Free()
