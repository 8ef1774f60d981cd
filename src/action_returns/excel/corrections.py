"""Correct cells of Actions and take out repeated rows, after the user agreed to what is shown before and after."""

from action_returns.batch.cells import COLUMN_NAMES
from action_returns.batch.report import apply_corrections
from action_returns.errors import ExcelError
from action_returns.excel import edit_messages, edits, messages
from action_returns.excel.button import ButtonContext
from action_returns.excel.check_table import check_table, show_results
from action_returns.operations.texts import counted


def remove_duplicates(context: ButtonContext) -> None:
    """List repeated Action IDs and empty the rows that the user chooses."""
    context.book.refuse_filtered()
    table, checked = check_table(context)
    if edits.settle_broken_off(context, table):
        return
    identical, conflicts = checked.report.repeats(), checked.report.conflicts()
    if not identical and not conflicts:
        context.tell(messages.with_notes(edit_messages.no_repeats(checked), checked))
        return
    question = messages.with_notes(edit_messages.repeats(identical, conflicts, table.columns), checked)
    answer = context.book.choose(question) if conflicts else "yes" if context.book.ask(question) else "cancel"
    if answer not in {"yes", "no"}:
        context.tell(edit_messages.NOTHING_CHANGED)
        return
    out = edits.rows_to_take_out(identical, conflicts, keep_first=answer == "yes")
    before = edits.cells_of(table.columns, out)
    formulas = context.book.formula_cells(table) & before.keys()
    if formulas:
        raise ExcelError(
            f"{min(formulas)} holds a formula of yours, which is never overwritten. Take that row out by hand."
        )
    edits.apply_change(context, table, f"taking out {counted(len(out), 'row')}", before, dict.fromkeys(before))
    table, checked = check_table(context)
    show_results(context, table, checked)
    context.tell(edit_messages.taken_out(out, checked))


def fix_safe(context: ButtonContext) -> None:
    """Correct the cells that can mean only one thing."""
    context.book.refuse_filtered()
    table, checked = check_table(context)
    if edits.settle_broken_off(context, table):
        return
    letters = dict(zip(COLUMN_NAMES, table.columns.letters or (), strict=True))
    _, found = apply_corrections(checked.report)
    formulas = context.book.formula_cells(table) if found else frozenset()
    changes = [change for change in found if f"{letters[change.column]}{change.row}" not in formulas]
    if not changes:
        context.tell(messages.with_notes(edit_messages.nothing_to_fix(checked, formulas=len(found)), checked))
        return
    question = edit_messages.fixes(changes, formulas=len(found) - len(changes))
    if not context.book.ask(messages.with_notes(question, checked)):
        return
    before = {f"{letters[change.column]}{change.row}": change.before for change in changes}
    after = {f"{letters[change.column]}{change.row}": change.after for change in changes}
    edits.apply_change(context, table, f"the correction of {counted(len(changes), 'cell')}", before, after)
    table, checked = check_table(context)
    show_results(context, table, checked)
    context.tell(edit_messages.fixed(changes, checked))
