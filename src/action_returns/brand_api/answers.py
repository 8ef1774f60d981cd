"""Read an answer of the Brand API. Numbers stay the texts they are: no amount or id becomes a binary fraction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]

_MOST_DIGITS: Final = 12
"""Digits of a count of rows or pages; a longer one is none."""


class UnreadableAnswerError(ValueError):
    """An answer is not what is documented. Its text says why, to follow "The answer of HOST cannot be used:"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the API.

    Args:
        content: its object. The keys about paging begin with ``@``, and their values are texts.
    """

    content: JsonObject

    @property
    def total(self) -> int | None:
        """How many rows all pages have together; None where the answer does not say."""
        return self._count("@total")

    @property
    def pages(self) -> int | None:
        """How many pages there are; None where the answer does not say."""
        return self._count("@numpages")

    @property
    def next_page(self) -> str:
        """The address of the next page, ``""`` on the last one."""
        address = self.content.get("@nextpageuri") or ""
        if not isinstance(address, str):
            raise UnreadableAnswerError("its address of the next page is not a text")
        return address

    def rows(self, key: str) -> list[JsonObject]:
        """Return the list of objects under a key.

        Raises:
            UnreadableAnswerError: there is none.
        """
        found = self.content.get(key)
        if not found and self.total == 0:
            return []
        if not isinstance(found, list):
            raise UnreadableAnswerError(f"it holds no list {key}")
        if not all(isinstance(row, dict) for row in found):
            raise UnreadableAnswerError(f"its list {key} holds something that is not an object")
        return found

    def _count(self, key: str) -> int | None:
        value = self.content.get(key)
        if value is None or value == "":
            return None
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
            raise UnreadableAnswerError(f"its {key} is not a whole number")
        return int(value)


def read_answer(content: bytes) -> Answer:
    """Read an answer.

    Raises:
        UnreadableAnswerError: it is not the JSON of one object, or an object in it has a key twice.
    """
    try:
        found = json.loads(
            content,
            parse_float=str,
            parse_int=str,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except UnreadableAnswerError:
        raise
    except RecursionError:
        raise UnreadableAnswerError("it has too many lists and objects inside each other") from None
    except ValueError:  # its text may repeat the answer
        raise UnreadableAnswerError("it is not valid JSON") from None
    if not isinstance(found, dict):
        raise UnreadableAnswerError("it is not a JSON object")
    return Answer(found)


def _refuse_constant(constant: str) -> NoReturn:
    raise UnreadableAnswerError(f"it holds {constant}, which is not a number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # RFC 8259 leaves open which of two values counts.
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UnreadableAnswerError("an object in it has one key twice")
    return found
