"""Decide which column of a shop's export is what: by its source, by general words, or by what the user chose."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from action_returns.errors import FileError
from action_returns.readers.headers import fold_header
from action_returns.returns.export import Certainty
from action_returns.returns.source import MONEY_FIELDS, Field, Source
from action_returns.returns.sources import ORDER_IDS, ORDER_NUMBERS, OTHER, STRIPE, find_source
from action_returns.shell import option_with_name, quote

_MOST_LISTED: Final = 30
"""Headers that a message lists at most."""
_unit = re.compile(r"[(\[]([^()\[\]]*)[)\]]$").search
_OTHER_GENERAL: Final = OTHER.aliases
_REFUND_WORDS: Final = (*OTHER.aliases[Field.REFUND], *OTHER.aliases[Field.NEW_TOTAL])
_DECIDED: Final = frozenset({Field.ORDER, Field.REFUND, Field.NEW_TOTAL})
"""Fields of which two columns are never guessed between."""
_ACTION_ID: Final = "actionid"
_BATCH: Final = frozenset({_ACTION_ID, "amount", "reason"})
_MOST_OF_A_ROW: Final = 1_000
"""What a recognised source adds to the score of a header row: more than any number of words."""
_OF_A_CHOICE: Final = 100
"""What a header that the user chose adds to it."""
_GENERAL_WORDS: Final = {alias: field for field, aliases in OTHER.aliases.items() for alias in aliases}


def fold_export_header(header: object) -> str:
    """Return the spelling-free form of a header of an export: without dots, too, and without brackets at its end."""
    return _without_unit(fold_header(header).replace(".", ""))


def _without_unit(folded: str) -> str:
    if folded[-1:] in {")", "]"} and (unit := _unit(folded)) is not None and unit.start():
        return folded[: unit.start()]
    return folded


def unit_of(header: str) -> str | None:
    """Return the currency code in brackets at the end of a header, ``EUR`` for ``Refund amount (EUR)``."""
    unit = _unit(header.strip())
    text = "" if unit is None else unit[1].strip()
    return text.upper() if len(text) == len("EUR") and text.isascii() and text.isalpha() else None


def export_header_score(row: Sequence[object], chosen: frozenset[str]) -> int:
    """Return how much a row looks like the header row of an export, 0 when nothing of it does.

    Args:
        row: its cells.
        chosen: folded headers that the user named.
    """
    folded = {text for cell in row if (text := fold_export_header(cell))}
    score = _OF_A_CHOICE * len(folded & chosen) + len({_GENERAL_WORDS[text] for text in folded & _GENERAL_WORDS.keys()})
    return score + (_MOST_OF_A_ROW if find_source(folded) is not OTHER else 0)


def is_export_header(row: Sequence[object], chosen: frozenset[str]) -> bool:
    """Return whether a row has the headers of an export by itself: order numbers and refunds, or those of a known source.

    Args:
        row: its cells.
        chosen: folded headers that the user named; a row needs all of them.
    """
    folded = {text for cell in row if (text := fold_export_header(cell))}
    if chosen:
        return chosen <= folded
    has_orders, has_refunds = (not folded.isdisjoint(words) for words in (_OTHER_GENERAL[Field.ORDER], _REFUND_WORDS))
    return (has_orders and has_refunds) or find_source(folded) is not OTHER


@dataclass(frozen=True, slots=True)
class ExportColumns:
    """What the columns of an export are.

    Args:
        source: what made it.
        indexes: field -> index of its column and how sure that is.
        action_ids: index of the column with ActionIds, None without one. They are compared, and no order is found by them.
    """

    source: Source
    indexes: Mapping[Field, tuple[int, Certainty]]
    action_ids: int | None = None


def find_export_columns(
    name: str, headers: Sequence[str], chosen: Mapping[Field, str], remembered: Mapping[str, str]
) -> ExportColumns:
    """Return the columns of an export.

    Args:
        name: of the file.
        headers: its headers.
        chosen: field -> header, as the user names it now.
        remembered: field -> header, as the user named it for an earlier file.

    Raises:
        FileError: a column that is needed is missing, or it is not certain which one is meant.
    """
    search = _Search(name, headers)
    source = find_source(search.folded)
    found: dict[Field, tuple[int, Certainty]] = {}
    for field, header in chosen.items():
        found[field] = search.chosen(field, header), Certainty.CHOSEN
    for field in Field:
        known = remembered.get(field)
        if field not in found and known is not None and search.has(known):
            found[field] = search.chosen(field, known), Certainty.REMEMBERED
    search.refuse_used_twice(found)
    taken = {at for at, _ in found.values()}
    for field in Field:
        if field in found:
            continue
        at = search.by_words(field, source.aliases.get(field, ()), taken, is_guess=source is OTHER)
        certainty = Certainty.ALIAS if source is OTHER else Certainty.KNOWN
        if at is None and field in source.by_general_words:
            at, certainty = search.by_words(field, _OTHER_GENERAL[field], taken, is_guess=True), Certainty.ALIAS
        if at is not None:
            found[field] = at, certainty
            taken.add(at)
    search.refuse_other_files(source, found)
    search.refuse_missing(source, found)
    return ExportColumns(source, found, search.action_ids(taken))


class _Search:
    def __init__(self, name: str, headers: Sequence[str]) -> None:
        self._name = name
        self._headers = headers
        self._exact = [fold_header(header).replace(".", "") for header in headers]
        self.folded = list(map(_without_unit, self._exact))

    def has(self, header: str) -> bool:
        return bool(self._named(header))

    def _named(self, header: str) -> list[int]:
        """Return the columns that a header names: those that are spelled exactly so before those that are like it."""
        for spelled in (
            [at for at, text in enumerate(self._headers) if text == header],
            [at for at, text in enumerate(self._exact) if text and text == fold_header(header).replace(".", "")],
            [at for at, text in enumerate(self.folded) if text and text == fold_export_header(header)],
        ):
            if spelled:
                return spelled
        return []

    def chosen(self, field: Field, header: str) -> int:
        named = self._named(header)
        option = option_with_name("--map", header, field)
        if not named:
            raise FileError(
                "export-columns-unclear", f"{option}: {self._name} has no column of that name. {self._listed()}"
            )
        if len(named) > 1:
            raise FileError(
                "export-columns-unclear",
                f"{option}: {self._name} has {len(named)} columns of that name, so it is not certain which one is meant. "
                "Rename or delete the other one in the file.",
            )
        return named[0]

    def refuse_used_twice(self, found: Mapping[Field, tuple[int, Certainty]]) -> None:
        by_index: dict[int, Field] = {}
        for field, (at, _) in found.items():
            if at in by_index:
                raise FileError(
                    "export-columns-unclear",
                    f'The column "{self._headers[at]}" of {self._name} is named for two things, {by_index[at]} and '
                    f"{field}. One column can be one thing only. Nothing was added. Choose another column for one of them.",
                )
            by_index[at] = field

    def by_words(self, field: Field, words: Sequence[str], taken: set[int], *, is_guess: bool) -> int | None:
        """Return the column that one of these words names, the first word before the others; None without one.

        Raises:
            FileError: ``export-columns-unclear`` when two columns have the same claim, and money depends on it.
        """
        columns = [(word, at) for word in words for at in self._of_word(word) if at not in taken]
        if not columns:
            return None
        first = columns[0][0]
        if is_guess and field in _DECIDED:
            rivals = [at for word, at in columns if word == first or not _is_weaker(field, word, first)]
        else:
            rivals = [at for word, at in columns if word == first]
        if len(rivals) > 1 and (field in _DECIDED or field in MONEY_FIELDS):
            choices = " or ".join(option_with_name("--map", self._headers[at], field) for at in rivals)
            named = " and ".join(f'"{self._headers[at]}"' for at in rivals)
            raise FileError(
                "export-columns-unclear",
                f"{self._name} has {len(rivals)} columns that can be its {_WORDS[field]}: {named}. Choose one: {choices}",
            )
        return columns[0][1]

    def _of_word(self, word: str) -> list[int]:
        """Return the columns with this header; one without brackets at its end comes before those with brackets."""
        exact = [at for at, text in enumerate(self._exact) if text == word]
        return exact or [at for at, text in enumerate(self.folded) if text == word]

    def action_ids(self, taken: set[int]) -> int | None:
        """Return the first column with ActionIds that is nothing else; None without one."""
        return next((at for at, text in enumerate(self.folded) if text == _ACTION_ID and at not in taken), None)

    def refuse_other_files(self, source: Source, found: Mapping[Field, tuple[int, Certainty]]) -> None:
        folded = set(self.folded)
        if source is not OTHER or _ACTION_ID not in folded or Field.REFUND in found or Field.NEW_TOTAL in found:
            return
        if folded >= _BATCH:
            raise FileError(
                "export-is-batch",
                f"{self._name} is a list of returns already: it has ActionId, Amount and Reason. Nothing was added. Check "
                f"it as it is: action-returns check {quote(self._name)}",
            )
        raise FileError(
            "export-is-pending-download",
            f"{self._name} looks like a download of pending actions: it has ActionIds and nothing of what was refunded. "
            f"Nothing was added. Give the shop's export, and this file beside it: action-returns import EXPORT --pending "
            f"{quote(self._name)}. In Excel: button Load pending, then button Import returns.",
        )

    def refuse_missing(self, source: Source, found: Mapping[Field, tuple[int, Certainty]]) -> None:
        missing = list(self._missing(source, found))
        if not missing:
            return
        if missing == [Field.ORDER] and _ACTION_ID in self.folded:
            raise FileError(
                "export-columns-missing",
                f"{self._name} has ActionIds and refunds, and no column with order numbers. An import finds the action of an "
                f"order by its order number. Nothing was added. {self._listed()} Export the refunds again with order "
                'numbers, or name their column: --map order="HEADER". To use the ActionIds, write a file with the columns '
                "ActionId, Amount and Reason, where Amount is the new total and not the refund. Then check it: "
                "action-returns check FILE",
            )
        words = " and ".join(f"no column with {_WORDS[field]}" for field in missing)
        what = f"{self._name} looks like {source.name}, but" if source is not OTHER else f"{self._name} has"
        has = f"it has {words}" if source is not OTHER else words
        options = " ".join(f'--map {field}="HEADER"' for field in missing)
        raise FileError(
            "export-columns-missing",
            f"{what} {has}, so it is unknown {_WHY[missing[0]]}. Nothing was added. {self._listed()} If one of them is "
            f"meant, name it: {options}. Else export the orders or refunds of the shop again, with these columns."
            f"{_ADVICE.get(source.code, '')}",
        )

    def _missing(self, source: Source, found: Mapping[Field, tuple[int, Certainty]]) -> Iterator[Field]:
        if Field.ORDER not in found and Field.PARENT not in found:
            yield Field.ORDER
        money = {*MONEY_FIELDS - {Field.TOTAL, Field.TAX, Field.SHIPPING}, Field.STATUS, Field.CANCELLED}
        if source.by_general_words.isdisjoint({Field.REFUND}) and money.isdisjoint(found):
            yield Field.REFUND

    def _listed(self) -> str:
        shown = [f'"{header}"' for header in self._headers if header]
        if not shown:
            return "It has no headers."
        return f"Its headers are {', '.join(shown[:_MOST_LISTED])}{', …' if len(shown) > _MOST_LISTED else ''}."


_WORDS: Final[Mapping[Field, str]] = {field: field.value.replace("-", " ") for field in Field} | {
    Field.ORDER: "order numbers",
    Field.REFUND: "refunded amounts",
    Field.NEW_TOTAL: "new totals",
}
_ADVICE: Final[Mapping[str, str]] = {
    STRIPE.code: " Stripe has the order number where the shop wrote it into the metadata: choose these columns, too.",
}
"""Source -> what else can be done when a column is missing."""
_WHY: Final[Mapping[Field, str]] = {
    Field.ORDER: "which orders came back",
    Field.REFUND: "how much of an order was refunded",
}


def _is_weaker(field: Field, word: str, first: str) -> bool:
    """Return whether a word for a field gives way to another one: an id to an order number that people see."""
    return field is Field.ORDER and word in ORDER_IDS and first in ORDER_NUMBERS
