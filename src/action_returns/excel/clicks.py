"""What each button does. ``RunPython`` calls these functions; none of them takes an argument or raises."""

from typing import Final

from action_returns.batch import apply_safe_fixes
from action_returns.batch.columns import COLUMN_NAMES
from action_returns.excel import correcting, hands, words
from action_returns.excel.checking import MOST_ISSUES, check, read, show_results
from action_returns.excel.clicking import Click, click
from action_returns.excel.pending_sheet import pending_facts, pending_rows
from action_returns.excel.problems import ClickProblem
from action_returns.excel.repeats import cells_of, rows_to_take_out
from action_returns.excel.results import next_finding
from action_returns.excel.sending import confirmed, deliver, make_review, show_review
from action_returns.excel.undo import LastChange

MOST_BATCHES: Final = 500


@click
def validate(click: Click) -> None:
    """Check every row, write the results beside it, and list what was found."""
    table, checked = check(click)
    show_results(click, table, checked)
    click.tell(words.validated(checked, hidden=click.book.hides_rows(), listed=MOST_ISSUES))


@click
def next_issue(click: Click) -> None:
    """Go to the next finding."""
    _go(click, forward=True)


@click
def previous_issue(click: Click) -> None:
    """Go to the finding before."""
    _go(click, forward=False)


@click
def fix_safe(click: Click) -> None:
    """Show what can only mean one thing, and correct it when the person agrees; the next click can take it back."""
    click.book.refuse_filtered()
    table, checked = check(click)
    letters = dict(zip(COLUMN_NAMES, table.columns.letters or (), strict=True))
    _, found = apply_safe_fixes(checked.report)
    formulas = click.book.formula_cells(table) if found else frozenset()
    changes = [change for change in found if f"{letters[change.column]}{change.row}" not in formulas]
    if not changes:
        if not correcting.take_back(click, table):
            click.tell(words.nothing_to_fix(checked, formulas=len(found)))
        return
    if not click.book.ask(words.fixes(changes, formulas=len(found) - len(changes))):
        return
    before = {f"{letters[change.column]}{change.row}": change.before for change in changes}
    after = {f"{letters[change.column]}{change.row}": change.after for change in changes}
    correcting.make(click, table, LastChange(f"the correction of {len(changes)} cells", before, after))
    table, checked = check(click)
    show_results(click, table, checked)
    click.tell(words.fixed(changes, checked))


@click
def remove_duplicates(click: Click) -> None:
    """List repeated Action IDs, and take the rows out that the person chooses; the next Fix safe issues restores them."""
    click.book.refuse_filtered()
    table, checked = check(click)
    repeats = checked.report.repeats()
    if not repeats:
        click.tell(words.no_repeats(checked))
        return
    answer = click.book.choose(words.repeats(repeats, table.columns))
    if answer not in {"yes", "no"}:
        click.tell(words.NOTHING_TAKEN_OUT)
        return
    out = rows_to_take_out(repeats, keep_first=answer == "yes")
    before = cells_of(table.columns, out)
    formulas = click.book.formula_cells(table) & before.keys()
    if formulas:
        raise ClickProblem(
            f"{min(formulas)} holds a formula of yours, which is never written over. Take that row out by hand."
        )
    correcting.make(click, table, LastChange(f"taking out {len(out)} rows", before, dict.fromkeys(before)))
    table, checked = check(click)
    show_results(click, table, checked)
    click.tell(words.taken_out(out, checked))


@click
def load_pending(click: Click) -> None:
    """Put a Pending Actions download on its sheet, and check with it."""
    from action_returns.submission.checking import read_download
    from action_returns.submission.download import PendingSource

    click.book.refuse_filtered()
    path = hands.pick_file(click.book.app)
    if path is None:
        return
    click.book.status(f"Reading {path.name} ...")
    pending = read_download(PendingSource(path, click.places.pending_answers), None, click.account)
    click.book.fill("Pending", pending_rows(pending))
    click.book.fill_place("Pending", "pending_told", [[words.loaded(pending, path.name)]])
    click.book.remember(pending_facts(pending))
    table, checked = check(click, pending=pending)
    show_results(click, table, checked)
    click.tell(words.pending_loaded(pending, path.name, checked))


@click
def review(click: Click) -> None:
    """Show what would be sent: totals, money effect, destination, and what nobody could check."""
    table, checked = check(click)
    show_results(click, table, checked)
    page = make_review(click, checked)
    show_review(click, page)
    click.book.show("Review")
    click.tell(words.reviewed(page))


@click
def export_csv(click: Click) -> None:
    """Write the clean CSV without sending it."""
    from action_returns.submission.exporting import export

    table, checked = check(click)
    show_results(click, table, checked)
    if not checked.rows:
        raise ClickProblem(words.no_row_ready(", so nothing was written"))
    made = export(checked, click.places, target=None, today=click.now().date())
    click.tell(words.exported(made, checked))


@click
def send(click: Click) -> None:
    """Check again, ask once with the totals, send once, and say what became of it."""
    from action_returns.submission.channels import open_channel

    open_channel(click.account, click.places)  # without a profile nobody need be asked anything
    table, checked = check(click)
    show_results(click, table, checked)
    page = make_review(click, checked)
    show_review(click, page)
    if not checked.rows:
        raise ClickProblem(words.no_row_ready(", so nothing was sent"))
    if not confirmed(click, page):
        click.tell(words.NOT_SENT)
        return
    again, _ = read(click)
    if again.columns != table.columns:
        raise ClickProblem(
            "The rows in Actions changed while you were asked. Nothing was sent. Look at them, then click Send again."
        )
    deliver(click, table, checked)


@click
def test_connection(click: Click) -> None:
    """Connect, sign in and look at the destination; nothing is sent."""
    from action_returns.delivery import State
    from action_returns.submission.channels import open_channel
    from action_returns.submission.probing import probe

    channel = open_channel(click.account, click.places)
    click.book.status(f"Connecting to {channel.destination} ...")
    outcome = probe(
        click.account, click.places, confirm=lambda server: click.book.ask(server.question), channel=channel
    )
    works = outcome.state is State.SENT
    click.tell(f"{'Connection works' if works else 'No connection'}: {channel.destination}\n\n{outcome.message}")


@click
def history(click: Click) -> None:
    """List what was sent, when, by whom, and what became of it."""
    from action_returns.submission.records import open_records

    with open_records(click.account, click.places) as ledger:
        batches = ledger.batches()
    click.book.fill("History", [words.history_row(record) for record in batches[:MOST_BATCHES]])
    click.book.show("History")
    click.tell(words.history(batches, MOST_BATCHES))


@click
def settings(click: Click) -> None:
    """Let the person set up profile, channel and password."""
    from action_returns.excel.settings_window import SettingsWindow

    SettingsWindow(click.places, click.book.profile).run()


@click
def diagnose(click: Click) -> None:
    """Look at Python, profiles, passwords and the ledger."""
    from action_returns.submission.diagnosing import examine

    click.tell(words.diagnosis(list(examine(click.places))))


@click
def show_help(click: Click) -> None:
    """Show where to begin."""
    click.book.show("Start")
    click.tell(words.HELP)


def _go(click: Click, *, forward: bool) -> None:
    _, checked = check(click)
    finding = next_finding(checked.report, click.book.selected(), forward=forward)
    if finding is None:
        click.tell(words.no_issues(checked))
        return
    click.book.select((finding.cell or "").rpartition("!")[2])
    click.tell(f"{finding.cell}: {finding.message}")
