"""Refuse a file without the three columns: list its headers, say what it seems to be, and what to do."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from action_returns.batch.cells import COLUMN_NAMES, ColumnName, quote, strip_white_space
from action_returns.errors import FileError
from action_returns.readers.batch_columns import (
    BATCH_ALIASES,
    NO_ANSWERS,
    ColumnAnswers,
    action_facts,
    column_option,
    plain_header,
)
from action_returns.readers.export_columns import fold_export_header
from action_returns.readers.headers import HEADER_SEARCH_ROWS, fold_header, looks_like_id
from action_returns.returns.sources import OTHER, find_source
from action_returns.shell import quote as quote_word

Row = Sequence[object]

_MOST_HEADERS: Final = 30
"""Headers that a message lists at most."""

_REFUNDED: Final = re.compile("refund|returned|erstatt|gutschrift|rembours|reembols|rimbors|discount|difference|delta")
_BEFORE: Final = re.compile(
    "sale|revenue|order|orig|old|alt|current|previous|before|price|preis|prix|precio|prezzo|value"
)
_MONEY: Final = re.compile(
    "amount|total|sum|betrag|umsatz|montant|importe|importo|bedrag|kwota|wert|payout|commission|ertrag"
)
_NO_AMOUNT: Final = re.compile("^order$|^sale$|(id|number|name|reason|date|no|nr|ref|code|status|type|currency|[#.])$")
_LIKELY: Final[Mapping[ColumnName, frozenset[str]]] = {
    # Words that mean just this; they are only ever proposed, for a word alone does not settle where money goes.
    "ActionId": frozenset(
        {"aktionsid", "aktionid", "iddaction", "idaccion", "iddeaccion", "idazione", "actieid", "action"}
    ),
    "Amount": frozenset(
        {"betrag", "neuerbetrag", "summe", "montant", "nouveaumontant", "importe", "importo", "bedrag"}
    ),
    "Reason": frozenset({"grund", "begründung", "begruendung", "raison", "motif", "motivo", "causale", "reden"}),
}
_looks_like_reason = re.compile(r"(?i)order_update|rejected").fullmatch
_looks_like_data = re.compile(r"[^0-9A-Za-z]*+[0-9][^A-Za-z]*+|[Mm]\.[0-9.]+|(?i:order_update|rejected)").fullmatch


def columns_missing(groups: Sequence[Sequence[Row]], name: str, answers: ColumnAnswers = NO_ANSWERS) -> FileError:
    """Return the refusal of a file in which the three columns were not found.

    Args:
        groups: the rows that were searched, by sheet, or by the delimiter that divided them.
        name: the file or sheet, for the message.
        answers: what the user said about its columns.
    """
    headers, below = _best_row(groups)
    listed = [quote(plain_header(header)) for header in headers if fold_header(header)]
    has = "Its headers are: " + ", ".join(listed[:_MOST_HEADERS]) + (", …" if len(listed) > _MOST_HEADERS else "") + "."
    if not listed:
        has = "It has no headers at all."
    for column, wanted in answers.given.items():
        if fold_header(wanted) not in map(fold_header, headers):
            return FileError("columns-missing", f'{name} has no column "{wanted}" that could be {column}. {has}')
    advice = (
        _of_whole_line(headers)
        or _of_download(headers, name)
        or _of_source(headers, name)
        or "".join(_of_columns(headers, below, answers))
    )
    is_longer = any(len(rows) >= HEADER_SEARCH_ROWS for rows in groups)
    where = f" among its first {HEADER_SEARCH_ROWS} rows, which are searched" if is_longer else ""
    return FileError(
        "columns-missing", f"{name} has no row with the headers ActionId, Amount and Reason{where}. {has} {advice}"
    )


def _best_row(groups: Sequence[Sequence[Row]]) -> tuple[Row, Sequence[Row]]:
    """Return the row that is most likely the header row, and the rows below it."""
    best: tuple[Row, Sequence[Row]] = ((), ())
    best_score = (-1, False, -1)
    for rows in groups:
        for at, row in enumerate(rows):
            texts = [strip_white_space(cell) for cell in row if isinstance(cell, str) and fold_header(cell)]
            score = (sum(_has(row, name) for name in COLUMN_NAMES), not any(map(_looks_like_data, texts)), len(texts))
            if score > best_score:
                best, best_score = (row, rows[at + 1 :]), score
    return best


def _has(row: Row, column: ColumnName) -> bool:
    return any(fold_header(cell) in BATCH_ALIASES[column] for cell in row)


def _of_whole_line(headers: Row) -> str:
    """Return what to do with a header row that is one cell with all three headers, an empty text for any other."""
    texts = [header for header in headers if isinstance(header, str) and fold_header(header)]
    parts = re.split(r"[,;\t|]", texts[0]) if len(texts) == 1 else ()
    if not all(_has(parts, name) for name in COLUMN_NAMES):
        return ""
    return (
        "All of them stand in one cell, as when the line as a whole stands in quotation marks or another delimiter than a "
        "comma, semicolon or tab divides it. Open the file in a text editor, remove the quotation marks around the lines "
        "or replace the delimiter with commas, and save it again."
    )


def _of_download(headers: Row, name: str) -> str:
    """Return what to do with a download of actions that was taken for a batch, an empty text for any other file."""
    folded = {fold_header(header) for header in headers}
    if not _has(headers, "ActionId") or _has(headers, "Reason") or not action_facts(folded):
        return ""
    return (
        "It looks like a download of pending actions, which says what there is and not what changes. Give it beside the "
        f'returns: action-returns check RETURNS --pending "{name}". For a list of returns write one row for each '
        "action: ActionId, Amount (the order's new total, 0 to take it back) and Reason."
    )


def _of_source(headers: Row, name: str) -> str:
    """Return what to do with a shop's export, an empty text for any other file."""
    if _has(headers, "ActionId"):
        return ""
    source = find_source([text for header in headers if (text := fold_export_header(header))])
    if source is OTHER:
        return ""
    return (
        f"It looks like {source.name}: it knows orders and what was refunded, not actions and their new totals. Find each "
        f"order in the download of pending actions and make the rows: action-returns import {quote_word(name)} --pending "
        "DOWNLOAD -o returns.csv. In Excel: button Load pending, then button Import returns."
    )


def _of_columns(headers: Row, below: Sequence[Row], answers: ColumnAnswers) -> Iterator[str]:
    """Return which columns are missing, which ones could be meant, and the words that say so."""
    named = answers.of(headers)
    missing = [name for name in COLUMN_NAMES if name not in named and not _has(headers, name)]
    found = [name for name in COLUMN_NAMES if name not in missing]
    if found:
        yield f"It has {' and '.join(found)}, but not {' and '.join(missing)}. "
    taken = {fold_header(header) for header in named.values()}
    taken |= {fold_header(cell) for name in found for cell in headers if fold_header(cell) in BATCH_ALIASES[name]}
    guesses = {name: _candidates(name, headers, below, taken) for name in missing}
    if "Amount" in missing:
        yield from _of_amounts([headers[at] for at in guesses["Amount"]])
    if not any(guesses.values()):
        yield "Write the three headers in one row above the data; other columns may stand beside them."
        return
    others = [
        column_option(name, headers[guesses[name][0]] if guesses[name] else "HEADER")
        for name in missing
        if name != "Amount"
    ]
    if "Amount" not in missing:
        choices = [" ".join(others)]
    else:
        amounts = [headers[at] for at in guesses["Amount"]] or ["HEADER"]
        choices = [" ".join(sorted([*others, column_option("Amount", header)])) for header in amounts]
    what = "it stands in such a column already" if missing == ["Amount"] else "these columns are meant"
    yield f"If {what}, add: {' or: '.join(choices)}"


def _candidates(name: ColumnName, headers: Row, below: Sequence[Row], taken: set[str]) -> list[int]:
    """Return the columns that could be one of the three: by their word, for ids and reasons by what stands below too."""
    free = [(at, text) for at, header in enumerate(headers) if (text := fold_header(header)) and text not in taken]
    if name == "Amount":
        likely = [at for at, text in free if text in _LIKELY[name]]
        money = [
            at
            for at, text in free
            if (_MONEY.search(text) or _BEFORE.search(text) or _REFUNDED.search(text)) and not _NO_AMOUNT.search(text)
        ]
        return likely or money
    looks = looks_like_id if name == "ActionId" else _looks_like_reason
    holding = [at for at, _ in free if any(len(row) > at and _is_like(looks, row[at]) for row in below)]
    return holding or [at for at, text in free if text in _LIKELY[name]]


def _is_like(looks: object, cell: object) -> bool:
    return isinstance(cell, str) and callable(looks) and looks(strip_white_space(cell)) is not None


def _of_amounts(headers: Sequence[object]) -> Iterator[str]:
    """Return what the columns that were not read as Amount may hold."""
    for header in headers:
        text, shown = fold_header(header), plain_header(header)
        if text in _LIKELY["Amount"]:
            continue
        if _REFUNDED.search(text):
            yield f'"{shown}" may hold what was refunded. '
        elif _BEFORE.search(text) or _MONEY.search(text):
            yield f'"{shown}" may hold what the order was worth before. '
    if headers:
        yield "Amount is the order's new total, 0 to take it back: write it in a column New Amount. "
