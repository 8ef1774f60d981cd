"""Print an import: how the export was read, what becomes of every order, and what was written."""

from collections.abc import Sequence
from typing import Any, Final

from action_returns.batch.amounts import money
from action_returns.batch.report import CheckResult
from action_returns.cli.next_step import next_command
from action_returns.cli.output import Output
from action_returns.operations.import_into import Written
from action_returns.operations.import_returns import Imported
from action_returns.operations.import_texts import (
    GROUPS,
    candidates_text,
    lines_equation,
    mapping_row,
    money_equations,
    orders_equation,
    pending_sentence,
    source_sentence,
)
from action_returns.operations.import_without_action import decisions, without_action
from action_returns.operations.texts import counted
from action_returns.returns.preview import NEEDS_A_PERSON, Group, LeftOrder, NewRow

_MOST_LISTED: Final = 20
"""Rows, and orders of a group that a person has to look at, that are printed; all of them with --verbose."""
_FEW_LISTED: Final = 3
"""Orders that are printed of a group about which there is nothing to do."""
_STYLES: Final = {Group.TO_DECIDE: "warning", Group.REFUSED: "error"}


def import_json(file: str, imported: Imported | None) -> dict[str, Any]:
    """Return the import for machines; the orders that are left are an iterator, for there may be very many.

    Args:
        file: the export as the user named it.
        imported: the import, None when the export could not be used.
    """
    facts: dict[str, Any] = {"file": file, "source": None, "mapping": {}, "lines": 0, "lines_without_order": 0}
    if imported is None:
        return {**facts, "orders": 0, **dict.fromkeys((group.value for group in Group), 0), "written": None, "left": []}
    preview = imported.preview
    return {
        "file": file,
        "source": imported.export.source.code,
        "mapping": {column.field.value: column.header for column in imported.export.mapping},
        "lines": imported.found.lines,
        "lines_without_order": imported.found.lines_without_order,
        "orders": preview.orders,
        **{group.value: count for group, count in preview.counts().items()},
        "written": None,
        "pending": {
            "actions": imported.pending.count,
            "as_of": imported.pending.as_of.isoformat(),
            "basis": imported.pending.as_of_basis,
        },
        "notes": list(imported.notes),
        "message": f"{orders_equation(preview)}. Nothing was written.",
        "left": map(_left, preview.left),
    }


def _left(left: LeftOrder) -> dict[str, Any]:
    return {
        "line": left.line,
        "order": left.order,
        "group": left.group.value,
        "code": left.code,
        "candidates": list(left.candidates),
        "message": left.message,
    }


def print_preview(output: Output, imported: Imported) -> None:
    """Print how the export was read, what becomes of its orders, and why; only the equations when the command is quiet."""
    preview = imported.preview
    equations = (lines_equation(imported.found), orders_equation(preview), *money_equations(imported.found, preview))
    if output.quiet:
        _print_equations(output, equations)
        return
    mapping = map(mapping_row, imported.export.mapping)
    output.data(source_sentence(imported.export), style="strong")
    output.table(
        ("What it is", "Column", "How sure", "Examples"),
        ((what, header, sure.partition(":")[0], examples) for what, header, sure, examples in mapping),
    )
    output.data()
    _print_wrapped(output, pending_sentence(imported.pending, imported.source, imported.known.now))
    for note in imported.notes:
        _print_wrapped(output, f"Note: {note}")
    output.data()
    _print_equations(output, equations)
    if preview.rows:
        _print_rows(output, preview.rows)
    for group, words in GROUPS.items():
        if group is not Group.ROW:
            orders = [left for left in preview.left if left.group is group and not left.has_no_action]
            number = f"{len(orders):,}"
            if group is Group.TO_DECIDE and (without := len(preview.without_action)):
                number += f" of {len(orders) + without:,}"
            _print_group(output, group, f"{number} {words.many}:", words.heading, orders)
        if group is Group.TO_DECIDE:
            _print_without_action(output, imported)


def _print_equations(output: Output, equations: Sequence[str]) -> None:
    for equation in equations:
        _print_wrapped(output, equation, style="strong")


def _print_rows(output: Output, rows: Sequence[NewRow]) -> None:
    shown = rows if output.verbose else rows[:_MOST_LISTED]
    _print_title(output, f"{counted(len(rows), 'row')}:", "")
    output.table(
        ("Line", "Order", "ActionId", "Now", "Refunded", "New total", "Reason"),
        (
            (
                str(row.line),
                row.order,
                row.action_id,
                "" if row.current is None else money(row.current),
                money(row.refunded),
                money(row.cents),
                row.reason,
            )
            for row in shown
        ),
        right=frozenset({0, 3, 4, 5}),
    )
    _print_more(output, len(rows) - len(shown))
    for row in shown:
        if row.current is None or row.cents != row.current - row.refunded:
            _print_wrapped(output, f"  line {row.line}, {row.order}: {row.why}", indent="    ")
    variants = [f"{row.order} as {row.found_as}" for row in rows if row.found_as]
    if variants:
        more = 0 if output.verbose else len(variants) - _FEW_LISTED
        listed = "; ".join(variants[:_FEW_LISTED] if more > 0 else variants)
        _print_wrapped(
            output,
            f"Found by another way to write the order number: {listed}{f'; and {more:,} more' if more > 0 else ''}.",
        )


def _print_group(output: Output, group: Group, title: str, heading: str, orders: list[LeftOrder]) -> None:
    if not orders:
        return
    most = _MOST_LISTED if group in NEEDS_A_PERSON else _FEW_LISTED
    shown = orders if output.verbose else orders[:most]
    _print_title(output, title, heading, style=_STYLES.get(group))
    for left in shown:
        _print_wrapped(output, _line(left), indent="    ")
    _print_more(output, len(orders) - len(shown))


def _print_without_action(output: Output, imported: Imported) -> None:
    """Print the orders without a pending action as one paragraph: most shops have many, and must do nothing about them."""
    orders = imported.preview.without_action
    if not orders:
        return
    output.data()
    _print_wrapped(output, f"{without_action(imported)} [{orders[0].code}]")
    if output.verbose:
        for left in orders:
            _print_wrapped(output, f"  line {left.line}, {left.order}", indent="    ")
    elif len(orders) > _FEW_LISTED:
        output.data("  --verbose or --json lists all.")


def _line(left: LeftOrder) -> str:
    candidates = candidates_text(left)
    missing = candidates if any(one not in left.message for one in left.candidates) else ""
    return f"  line {left.line}, {left.order}: {left.message} [{left.code}]" + (
        f" Candidates: {missing}." if missing else ""
    )


def _print_title(output: Output, title: str, text: str, *, style: str | None = None) -> None:
    output.data()
    for line in output.wrapped(f"{title} {text}".rstrip()):
        output.data(line, style=style, strong="" if style else title)


def _print_more(output: Output, number: int) -> None:
    if number > 0:
        output.data(f"  and {number:,} more: --verbose or --json lists all.")


def _print_wrapped(output: Output, text: str, *, indent: str = "", style: str | None = None) -> None:
    # A command is to be pasted, so its line is never broken.
    lines = [text] if "action-returns " in text else output.wrapped(text, indent=indent)
    for line in lines:
        output.data(line, style=style)


def print_written(output: Output, written: Written, report: CheckResult, imported: Imported, not_kept: str) -> None:
    """Print what was written, how its check ended, and the next command.

    Args:
        output: where it is printed.
        written: the file.
        report: its check.
        imported: the import.
        not_kept: why a later import will not know of this one, ``""`` when it will.
    """
    sentence = f"Written: {written.path} ({counted(written.rows, 'new row')})."
    output.json(
        {
            "written": str(written.path),
            "kept": None if written.kept is None else str(written.kept),
            "checked": {
                "rows": report.rows,
                "ready": report.ready,
                "errors": report.errors,
                "warnings": report.warnings,
            },
            "message": f"{orders_equation(imported.preview)}. {sentence} Nothing was sent. {not_kept}".rstrip(),
        }
    )
    output.info()
    output.info(f"{sentence} Nothing was sent.", style="good")
    if written.kept is not None:
        output.info(f"The workbook as it was: {written.kept}")
    if not_kept:
        output.info(not_kept, style="warning")
    if undecided := decisions(imported.preview):
        output.info(f"Not in it: {undecided}.")
    if report.ready == report.rows:
        warned = f", {counted(report.warnings, 'warning')}" if report.warnings else ""
        output.info(f"{counted(report.rows, 'row')} checked, all ready{warned}.", style="warning" if warned else "good")
        output.info(f"Next: {next_command('check' if warned else 'review', str(written.path))}")
    else:
        output.info(
            f"{counted(report.rows, 'row')} checked, {report.rows - report.ready:,} with an error.", style="error"
        )
        output.info(f"Next: {next_command('check', str(written.path))}")
