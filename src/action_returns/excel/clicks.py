"""What each button does. ``RunPython`` calls these functions; none of them takes an argument or raises."""

from typing import Final

from action_returns.batch.cells import COLUMN_NAMES
from action_returns.batch.report import apply_corrections
from action_returns.errors import ExcelError
from action_returns.excel import edits, engine, messages
from action_returns.excel.button import ButtonContext, button
from action_returns.excel.check_table import MOST_ISSUES, check_table, next_finding, show_results
from action_returns.excel.edits import LastChange, cells_of, rows_to_take_out
from action_returns.excel.pending_sheet import pending_facts, pending_rows
from action_returns.excel.sending import make_review, send_rows, show_review

MOST_BATCHES: Final = 500


@button
def validate(context: ButtonContext) -> None:
    """Check every row, write the results beside it, and list what was found."""
    table, checked = check_table(context)
    show_results(context, table, checked)
    context.tell(messages.validated(checked, hidden=context.book.hides_rows(), listed=MOST_ISSUES))


@button
def next_issue(context: ButtonContext) -> None:
    """Go to the next finding."""
    _go(context, forward=True)


@button
def previous_issue(context: ButtonContext) -> None:
    """Go to the finding before."""
    _go(context, forward=False)


@button
def fix_safe(context: ButtonContext) -> None:
    """Show what can only mean one thing, and correct it when the person agrees; the next click can take it back."""
    context.book.refuse_filtered()
    table, checked = check_table(context)
    letters = dict(zip(COLUMN_NAMES, table.columns.letters or (), strict=True))
    _, found = apply_corrections(checked.report)
    formulas = context.book.formula_cells(table) if found else frozenset()
    changes = [change for change in found if f"{letters[change.column]}{change.row}" not in formulas]
    if not changes:
        if not edits.undo_change(context, table):
            context.tell(messages.nothing_to_fix(checked, formulas=len(found)))
        return
    if not context.book.ask(messages.fixes(changes, formulas=len(found) - len(changes))):
        return
    before = {f"{letters[change.column]}{change.row}": change.before for change in changes}
    after = {f"{letters[change.column]}{change.row}": change.after for change in changes}
    edits.apply_change(context, table, LastChange(f"the correction of {len(changes)} cells", before, after))
    table, checked = check_table(context)
    show_results(context, table, checked)
    context.tell(messages.fixed(changes, checked))


@button
def remove_duplicates(context: ButtonContext) -> None:
    """List repeated Action IDs, and take the rows out that the person chooses; the next Fix safe issues restores them."""
    context.book.refuse_filtered()
    table, checked = check_table(context)
    repeats = checked.report.repeats()
    if not repeats:
        context.tell(messages.no_repeats(checked))
        return
    answer = context.book.choose(messages.repeats(repeats, table.columns))
    if answer not in {"yes", "no"}:
        context.tell(messages.NOTHING_TAKEN_OUT)
        return
    out = rows_to_take_out(repeats, keep_first=answer == "yes")
    before = cells_of(table.columns, out)
    formulas = context.book.formula_cells(table) & before.keys()
    if formulas:
        raise ExcelError(
            f"{min(formulas)} holds a formula of yours, which is never written over. Take that row out by hand."
        )
    edits.apply_change(context, table, LastChange(f"taking out {len(out)} rows", before, dict.fromkeys(before)))
    table, checked = check_table(context)
    show_results(context, table, checked)
    context.tell(messages.taken_out(out, checked))


@button
def load_pending(context: ButtonContext) -> None:
    """Put a Pending Actions download on its sheet, and check with it."""
    from action_returns.operations.check import PendingSource, read_download

    context.book.refuse_filtered()
    path = engine.pick_file(context.book.app)
    if path is None:
        return
    context.book.status(f"Reading {path.name} ...")
    pending = read_download(PendingSource(path, context.places.pending_answers), None, context.account)
    context.book.fill("Pending", pending_rows(pending))
    context.book.fill_place("Pending", "pending_told", [[messages.loaded(pending, path.name)]])
    context.book.remember(pending_facts(pending))
    table, checked = check_table(context, pending=pending)
    show_results(context, table, checked)
    context.tell(messages.pending_loaded(pending, path.name, checked))


@button
def review(context: ButtonContext) -> None:
    """Show what would be sent: totals, money effect, destination, and what nobody could check."""
    table, checked = check_table(context)
    show_results(context, table, checked)
    page = make_review(context, checked)
    show_review(context, page)
    context.book.show("Review")
    context.tell(messages.reviewed(page))


@button
def export_csv(context: ButtonContext) -> None:
    """Write the clean CSV without sending it."""
    from action_returns.operations.export import export

    table, checked = check_table(context)
    show_results(context, table, checked)
    if not checked.rows:
        raise ExcelError(messages.no_row_ready(", so nothing was written"))
    path = export(checked, context.places, target=None, today=context.now().date())
    context.tell(messages.exported(path, checked))


@button
def send(context: ButtonContext) -> None:
    """Check again, ask once with the totals, send once, and show what became of it."""
    send_rows(context)


@button
def test_connection(context: ButtonContext) -> None:
    """Connect, sign in and look at the destination; nothing is sent."""
    from action_returns.channels.base import State
    from action_returns.operations.channels import open_channel
    from action_returns.operations.doctor import probe

    channel = open_channel(context.account, context.places)
    context.book.status(f"Connecting to {channel.destination} ...")
    outcome = probe(
        context.account, context.places, confirm=lambda server: context.book.ask(server.question), channel=channel
    )
    works = outcome.state is State.SENT
    context.tell(f"{'Connection works' if works else 'No connection'}: {channel.destination}\n\n{outcome.message}")


@button
def history(context: ButtonContext) -> None:
    """List what was sent, when, by whom, and what became of it."""
    from action_returns.operations.account import open_account_ledger

    with open_account_ledger(context.account, context.places) as ledger:
        batches = ledger.batches()
    context.book.fill("History", [messages.history_row(record) for record in batches[:MOST_BATCHES]])
    context.book.show("History")
    context.tell(messages.history(batches, MOST_BATCHES))


@button
def settings(context: ButtonContext) -> None:
    """Let the person set up profile, channel and password."""
    from action_returns.excel.settings_window import SettingsWindow

    SettingsWindow(context.places, context.book.profile).run()


@button
def diagnose(context: ButtonContext) -> None:
    """Look at Python, profiles, passwords and the ledger."""
    from action_returns.operations.doctor import run_checks

    context.tell(messages.diagnosis(list(run_checks(context.places))))


@button
def show_help(context: ButtonContext) -> None:
    """Show where to begin."""
    context.book.show("Start")
    context.tell(messages.HELP)


def _go(context: ButtonContext, *, forward: bool) -> None:
    _, checked = check_table(context)
    finding = next_finding(checked.report, context.book.selected(), forward=forward)
    if finding is None:
        context.tell(messages.no_issues(checked))
        return
    context.book.select((finding.cell or "").rpartition("!")[2])
    context.tell(f"{finding.cell}: {finding.message}")
