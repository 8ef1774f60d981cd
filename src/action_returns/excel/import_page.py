"""Read the sheet Import: what the program wrote there, and what the user changed in its yellow cells."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from action_returns.batch.amounts import Cents, cents_of_text
from action_returns.batch.cells import Cell, Columns, display_cell
from action_returns.batch.context import PendingDownload
from action_returns.errors import ExcelError
from action_returns.excel import import_messages
from action_returns.excel.workbook import OpenWorkbook
from action_returns.operations.import_answers import ImportAnswers
from action_returns.operations.import_returns import Imported
from action_returns.returns.source import Amounts, Field
from action_returns.workbook_builder.info import IMPORT_FACTS

# Where the cells stand in the range import_page, counted from 0.
_TOLERANCE, _NET, _AMOUNTS, _FIRST_ROW = 7, 8, 9, 12
_ENTRY, _COLUMN, _CODE = 1, 1, 7


@dataclass(frozen=True, slots=True)
class ImportPage:
    """What the sheet Import shows.

    Args:
        file: path of the export, ``""`` before one was read.
        sha256: of its bytes when it was read.
        given: what the user has answered about it, with the yellow cells as they were when it was read.
        shown: name of a yellow cell -> what the program wrote into it.
        actions: fingerprint of the rows of Actions.
        pending: fingerprint of the pending download.
        outcome: fingerprint of what becomes of each order.
        added: the rows of Actions in which the new rows stand, ``""`` as long as they were not added.
    """

    file: str = ""
    sha256: str = ""
    given: ImportAnswers = field(default_factory=ImportAnswers)
    shown: Mapping[str, str] = field(default_factory=dict)
    actions: str = ""
    pending: str = ""
    outcome: str = ""
    added: str = ""

    def to_json(self) -> str:
        """Return the page as a text for one cell."""
        given = self.given
        answers = {
            "columns": dict(given.columns),
            "reasons": dict(given.reasons),
            "tolerance": given.tolerance,
            "net": given.without_tax_and_shipping,
            "amounts": given.amounts,
        }
        facts = {name: getattr(self, name) for name in self.__slots__} | {"given": answers}
        return json.dumps(facts, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: object) -> Self:
        """Return the page that such a text describes, an empty one for any other text."""
        try:
            facts = json.loads(str(text))
            given = facts.pop("given")
            columns = {Field(name): str(header) for name, header in given["columns"].items()}
            amounts = None if given["amounts"] is None else Amounts(given["amounts"])
            answers = ImportAnswers(columns, given["reasons"], given["tolerance"], given["net"], amounts)
            return cls(given=answers, **facts)
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The sheet Import as it was read.

    Args:
        page: what the program wrote there.
        answers: what the user has answered, the changes of the yellow cells included.
        is_changed: whether a yellow cell was changed since.
    """

    page: ImportPage
    answers: ImportAnswers
    is_changed: bool


def read_page(book: OpenWorkbook, codes: Iterable[str]) -> ReadPage:
    """Read the sheet Import.

    Args:
        book: the workbook.
        codes: the reason codes of the account.

    Raises:
        ExcelError: a yellow cell holds something that cannot be used.
    """
    page = ImportPage.from_json(book.metadata.get(IMPORT_FACTS))
    cells = book.own_sheets.read_named_range("Import", "import_page")
    typed = {
        "tolerance": _text(cells[_TOLERANCE][_ENTRY]),
        "net": _text(cells[_NET][_ENTRY]).casefold(),
        "amounts": _text(cells[_AMOUNTS][_ENTRY]).casefold(),
        **_typed(cells, _COLUMN, "column ", page.shown),
        **_typed(cells, _CODE, "reason ", page.shown),
    }
    standard = {
        "tolerance": import_messages.NO_TOLERANCE,
        "net": import_messages.NO,
        "amounts": import_messages.AMOUNTS[None],
    }
    shown = page.shown or standard
    changed = {name: text for name, text in typed.items() if text != shown.get(name, "")}
    return ReadPage(page, _changed_answers(page.given, changed, frozenset(codes)), bool(changed))


def _typed(cells: Sequence[Sequence[Cell]], column: int, kind: str, shown: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the yellow cells of a table; its rows are those that were written, in their order."""
    names = [name for name in shown if name.startswith(kind)]
    return {name: _text(cells[_FIRST_ROW + at][column]) for at, name in enumerate(names)}


def _changed_answers(given: ImportAnswers, changed: Mapping[str, str], codes: frozenset[str]) -> ImportAnswers:
    """Return the answers with the changes of the yellow cells; a cell that was emptied answers nothing."""
    reasons = _changed_of(given.reasons, "reason ", changed)
    wrong = next((word for word, code in reasons.items() if code not in codes), None)
    if wrong is not None:
        raise ExcelError(import_messages.unknown_code(wrong, reasons[wrong], sorted(codes)))
    columns = _changed_of(given.columns, "column ", changed)
    return ImportAnswers(
        {Field(name): header for name, header in columns.items()},
        reasons,
        _tolerance(changed["tolerance"]) if "tolerance" in changed else given.tolerance,
        _is_net(changed["net"]) if "net" in changed else given.without_tax_and_shipping,
        _amounts(changed["amounts"]) if "amounts" in changed else given.amounts,
    )


def _changed_of(
    given: Mapping[Field, str] | Mapping[str, str], kind: str, changed: Mapping[str, str]
) -> dict[str, str]:
    mine = {name.removeprefix(kind): text for name, text in changed.items() if name.startswith(kind)}
    before = {str(name): text for name, text in given.items()}
    return {name: text for name, text in (before | mine).items() if text}


def _tolerance(text: str) -> Cents | None:
    cents = cents_of_text(text) if text else None
    if text and cents is None:
        raise ExcelError(import_messages.unreadable_tolerance(text))
    return cents


def _is_net(text: str) -> bool | None:
    if text not in {import_messages.YES, import_messages.NO, ""}:
        raise ExcelError(import_messages.unreadable_choice(text))
    return text == import_messages.YES if text else None


def _amounts(text: str) -> Amounts | None:
    known = {words: what for what, words in import_messages.AMOUNTS.items()} | {"": None}
    if text not in known:
        raise ExcelError(import_messages.unreadable_amounts(text))
    return known[text]


def _text(cell: Cell) -> str:
    return one_line(display_cell(cell))


def one_line(text: str) -> str:
    """Return a text with single blanks, as it is compared: Excel changes line breaks."""
    return " ".join(text.split())


# -------------------------------------------------------------------------------------------------------- what changed


def actions_fingerprint(columns: Columns) -> str:
    """Return what is the same as long as no row of Actions is changed, added, removed or moved."""
    return _hash(list(columns.action_id), list(columns.amount), list(columns.reason), list(columns.rows))


def pending_fingerprint(pending: PendingDownload) -> str:
    """Return what is the same as long as no other pending download is loaded."""
    return _hash(pending.as_of.isoformat(), pending.count, pending.currency)


def outcome_fingerprint(imported: Imported) -> str:
    """Return what is the same as long as the same becomes of every order."""
    rows = [(row.action_id, int(row.cents), row.reason, row.order, row.line) for row in imported.preview.rows]
    return _hash(rows, [(left.order, left.group.value, left.code) for left in imported.preview.left])


def _hash(*things: object) -> str:
    return hashlib.sha256(repr(things).encode("utf-8", "surrogatepass")).hexdigest()
