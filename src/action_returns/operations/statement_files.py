"""Write a statement as CSV, as a workbook, or as a page of HTML."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from action_returns.batch.amounts import money
from action_returns.clean_text import clean_line
from action_returns.operations.formula_texts import without_formula
from action_returns.operations.html_pages import render_page
from action_returns.operations.receipt_results import result_counts, result_word
from action_returns.operations.row_effects import Section
from action_returns.operations.statement_sums import SUMMED, Key, Sums
from action_returns.operations.texts import Figure, counted
from action_returns.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from action_returns.operations.statement import Statement, StatementBatch

NOT_KNOWN: Final = "not known"
"""What stands for an amount, a currency or a partner that is not on record."""
_FIGURES: Final = (
    *("Rows", "Reversals", "NewTotals", "SentAgain", "ChangedAgain", "NotArrived", "Actions"),
    *("NewTotal", "ActionsWithBefore", "Before", "Change", "AppliedChange"),
)
_VERDICTS: Final = tuple(verdict.value.title().replace("_", "") for verdict in Verdict)
CSV_COLUMNS: Final = (
    *("Month", "Section", "Kind", "Name", "Currency"),
    *_FIGURES,
    *_VERDICTS,
    *("NotLookedFor", "When", "Who", "Outcome", "Next"),
)
"""One line for each sum, and for each batch that is in none; ``docs/statement.md`` describes the columns."""
SECTION_TITLES: Final = {
    Section.SENT: "Sent",
    Section.UNKNOWN: "Unknown whether it arrived",
    Section.TEST: "Test",
    Section.FAILED: "Failed: nothing arrived",
    Section.BROKEN: "Broken: in no sum",
}
_KINDS: Final = {"total": "In all, by currency", "reason": "By reason", "partner": "By partner", "batch": "By batch"}
LONGEST_NAME: Final = 40
"""Characters of a name that lists and charts show."""
_LONGEST_CELL: Final = 32_000


def decimal(cents: int) -> str:
    """Return an amount as a plain decimal with two places, ``-12.50``."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def statement_csv(statement: "Statement") -> bytes:
    """Return a statement as CSV (RFC 4180) in UTF-8 with a byte order mark, by which Excel knows UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    batches = {batch.record.label: batch for batch in statement.batches}
    for key, sums in statement.sums.items():
        about = _about(batches[key.name]) if key.by == "batch" and key.name else ("",) * 4
        writer.writerow((*_csv_key(statement, key), *_figures(sums, decimal, ""), *about))
    for batch in statement.batches:
        if batch.section not in SUMMED:
            key = Key(batch.section, "batch", batch.record.label, None)
            figures = (batch.record.rows, batch.record.reversals, *("",) * (len(_FIGURES) + len(_VERDICTS) - 1))
            writer.writerow((*_csv_key(statement, key), *figures, *_about(batch)))
    return text.getvalue().encode("utf-8-sig", "replace")


def _csv_key(statement: "Statement", key: Key) -> tuple[str, ...]:
    return (
        str(statement.month),
        key.section.value,
        key.by,
        without_formula(key.name or ""),
        without_formula(key.currency or ""),
    )


def _figures(sums: Sums, amount: Callable[[int], object], not_known: str) -> tuple[object, ...]:
    """Return the figures of some rows as cells.

    Args:
        sums: the figures.
        amount: makes a cell of cents.
        not_known: the cell of what is not known.
    """
    return (
        sums.rows,
        sums.reversals,
        sums.new_totals,
        *(sums.again, sums.replaced, sums.not_arrived, sums.actions),
        amount(sums.new_total_cents),
        sums.known,
        *((amount(sums.before_cents), amount(sums.change_cents)) if sums.known else (not_known, not_known)),
        amount(sums.applied_change_cents) if sums.applied_known else "",
        *sums.verdicts.values(),
        sums.not_looked_for,
    )


def _about(batch: "StatementBatch") -> tuple[str, str, str, str]:
    record = batch.record
    when = "" if record.created_at is None else record.created_at.isoformat(timespec="seconds")
    return when, without_formula(record.sender), record.state, without_formula(batch.problem or batch.next)


SUM_HEADERS: Final = (
    *("Rows sent", "Reversals", "New totals", "New amounts", "Before", "Change sent", "Change applied", "Results"),
)


def sum_cells(sums: Sums) -> tuple[str, ...]:
    """Return the figures of some rows as people read them, in the order of :data:`SUM_HEADERS`."""
    applied = NOT_KNOWN if not sums.applied_known and sums.verdicts[Verdict.APPLIED] else "none"
    return (
        f"{sums.rows:,}",
        f"{sums.reversals:,}",
        f"{sums.new_totals:,}",
        money(sums.new_total_cents),
        _partly(money(sums.before_cents), sums),
        _partly(money(sums.change_cents, sign=True), sums),
        money(sums.applied_change_cents, sign=True) if sums.applied_known else applied,
        results_in_words(sums),
    )


def _partly(amount: str, sums: Sums) -> str:
    """Return an amount that is known of some actions; nothing is to be known where every row was sent before."""
    if not sums.known:
        return NOT_KNOWN if sums.actions else "none"
    return (
        amount
        if sums.known == sums.actions
        else f"{amount} ({sums.known:,} of {counted(sums.actions, 'action')} known)"
    )


def results_in_words(sums: Sums) -> str:
    """Return how many rows have which result, ``1 different, 3 applied``."""
    others = [f"{number:,} {result_word(verdict)}" for verdict, number in sums.verdicts.items() if number]
    waiting = [f"{sums.not_looked_for:,} not looked for"] if sums.not_looked_for else []
    return ", ".join([*reversed(others), *waiting])


BATCH_HEADERS: Final = ("Batch", "When", "Who", "Profile", "Rows", "Outcome", "Results", "Next")


def batch_cells(statement: "Statement", batch: "StatementBatch") -> tuple[str, ...]:
    """Return a batch as people read it, in the order of :data:`BATCH_HEADERS`."""
    record = batch.record
    when = "?" if record.created_at is None else f"{record.created_at.astimezone(statement.month.zone):%Y-%m-%d %H:%M}"
    results = "" if batch.results.event is None else result_counts(batch.results, record.rows)
    outcome = f"broken: {record.state}" if batch.problem else record.state
    profile = record.profile if record.environment == "live" else f"{record.profile} (TEST)"
    return record.label, when, record.sender, profile, f"{record.rows:,}", outcome, results, batch.problem or batch.next


def statement_page(statement: "Statement") -> bytes:
    """Return a statement as one page of HTML."""
    totals = statement.of("total")
    figures = [
        Figure(f"{len({key.name for key in statement.of('batch')}):,}", "batches sent"),
        Figure(f"{sum(sums.rows for sums in totals.values()):,}", "rows"),
        *(
            Figure(
                money(sums.change_cents, key.currency, sign=True) if sums.known else NOT_KNOWN,
                f"change of order value, as sent{'' if key.currency else ', currency not known'}",
            )
            for key, sums in list(totals.items())[:2]
        ),
    ]
    return render_page(
        "statement.html",
        title=f"Statement for {statement.month}",
        about=f"{statement.account[0].upper()}{statement.account[1:]}; days of the time zone {statement.month.zone}.",
        is_empty=not statement.batches,
        figures=figures,
        not_known=statement.not_known(),
        counted_once=statement.counted_once(),
        sections=list(_sections(statement)),
        sum_headers=SUM_HEADERS,
        batch_headers=BATCH_HEADERS,
        batches=[batch_cells(statement, batch) for batch in statement.batches],
    )


def _sections(statement: "Statement") -> Iterator[tuple[str, list[tuple[str, str, list[tuple[str, ...]]]]]]:
    """Return the title of each section with its tables: title, header of the first column, rows."""
    for section in SUMMED:
        tables = []
        for by in ("total", "reason", "partner"):
            rows = [
                (name_of(key), key.currency or NOT_KNOWN, *sum_cells(sums))
                for key, sums in statement.of(by, section).items()
            ]
            if rows:
                tables.append((_KINDS[by], "" if by == "total" else by.capitalize(), rows))
        if tables:
            yield SECTION_TITLES[section], tables


def name_of(key: Key, most: int = LONGEST_NAME) -> str:
    """Return the name of a sum as people read it, a long one cut; CSV and JSON have all of it.

    Args:
        key: of the sum.
        most: characters of the name at most.
    """
    return "In all" if key.by == "total" else shortened(key.name or NOT_KNOWN, most)


def shortened(name: str, most: int = LONGEST_NAME) -> str:
    """Return a name in one line, with a mark where it is cut."""
    line = clean_line(name)
    return line if len(line) <= most else f"{line[: most - 1]}…"


_SHEET_HEADERS: Final = (
    *(
        "Section",
        "Name",
        "Currency",
        "Rows sent",
        "Reversals",
        "New totals",
        "Sent again",
        "Changed again",
        "Not arrived",
    ),
    *("Actions", "New amounts", "Actions with before", "Before", "Change sent", "Change applied"),
    *(result_word(verdict).capitalize() for verdict in Verdict),
    "Not looked for",
)
_WIDTHS: Final = (14, 34, 10, *(12,) * 19)


def statement_workbook(statement: "Statement") -> bytes:
    """Return a statement as an .xlsx: a sheet for totals, reasons, partners and batches; texts are never formulas."""
    import xlsxwriter

    from action_returns.workbook_builder.sheet_writer import TEXTS_STAY_TEXTS

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **TEXTS_STAY_TEXTS})
    book.set_properties({"title": f"Statement for {statement.month}"})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "text": book.add_format({"num_format": "@"}),
        "count": book.add_format({"num_format": "#,##0"}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
    }
    for name, by in (("Totals", "total"), ("Reasons", "reason"), ("Partners", "partner")):
        rows = [
            (
                key.section.value,
                name_of(key, _LONGEST_CELL),
                key.currency or NOT_KNOWN,
                *_figures(sums, _Amount, NOT_KNOWN),
            )
            for key, sums in statement.sums.items()
            if key.by == by
        ]
        _write_sheet(book.add_worksheet(name), _SHEET_HEADERS, rows, formats, _WIDTHS)
    batches = [
        (batch.section.value, *batch_cells(statement, batch)[:4], batch.record.rows, *batch_cells(statement, batch)[5:])
        for batch in statement.batches
    ]
    _write_sheet(
        book.add_worksheet("Batches"),
        ("Section", *BATCH_HEADERS),
        batches,
        formats,
        (14, 10, 17, 30, 16, 9, 14, 34, 44),
    )
    notes = [(sentence,) for sentence in (*statement.not_known(), *statement.counted_once())]
    about = f"{statement.account}; days of the time zone {statement.month.zone}"
    _write_sheet(book.add_worksheet("Notes"), (f"Statement for {statement.month}: {about}",), notes, formats, (120,))
    book.close()
    return buffer.getvalue()


class _Amount(int):
    """Cents that a cell shows as an amount."""

    __slots__ = ()


def _write_sheet(
    sheet: Any, headers: tuple[str, ...], rows: list[Any], formats: dict[str, Any], widths: tuple[int, ...]
) -> None:
    from action_returns.workbook_builder.sheet_writer import ExactNumber, write_text

    for at, (header, width) in enumerate(zip(headers, widths, strict=True)):
        sheet.set_column(at, at, width)
        write_text(sheet, 0, at, header, formats["head"])
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    for row, cells in enumerate(rows, 1):
        for at, cell in enumerate(cells):
            if isinstance(cell, _Amount):
                sheet.write_number(row, at, ExactNumber(cell / 100), formats["amount"])
            elif isinstance(cell, int):
                sheet.write_number(row, at, cell, formats["count"])
            else:
                write_text(sheet, row, at, clean_line(cell)[:_LONGEST_CELL], formats["text"])
