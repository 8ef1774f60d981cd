"""What each button does. ``RunPython`` calls these functions; none of them takes an argument or raises."""

from dataclasses import replace
from typing import Final

from action_returns import __version__
from action_returns.batch import Columns, Pending, apply_safe_fixes
from action_returns.batch.columns import COLUMN_NAMES
from action_returns.excel import hands, undo, words
from action_returns.excel.clicking import Click, click
from action_returns.excel.livebook import ActionsTable
from action_returns.excel.pending_sheet import pending_facts, pending_rows
from action_returns.excel.problems import ClickProblem
from action_returns.excel.repeats import cell_at, cells_of, repeated_rows, rows_to_take_out
from action_returns.excel.results import issue_rows, next_finding, result_rows, sent_rows
from action_returns.excel.undo import LastChange
from action_returns.sources import Reading
from action_returns.submission.checking import Checked, check_reading
from action_returns.submission.reviewing import Review

MOST_ISSUES: Final = 5_000
"""Findings that the sheet Issues lists; the dialogue says when there are more."""
MOST_BATCHES: Final = 500
TYPED_FROM: Final = 100
"""Reversals from which on their number has to be typed."""


@click
def validate(click: Click) -> None:
    """Check every row, write the results beside it, and list what was found."""
    table, checked = _checked(click)
    _show_results(click, table, checked)
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
    table, checked = _checked(click)
    letters = dict(zip(COLUMN_NAMES, table.columns.letters or (), strict=True))
    _, found = apply_safe_fixes(checked.report)
    formulas = click.book.formula_cells(table) if found else frozenset()
    changes = [change for change in found if f"{letters[change.column]}{change.row}" not in formulas]
    if not changes:
        if not _take_back(click, table):
            click.tell(words.nothing_to_fix(checked, formulas=len(found)))
        return
    if not click.book.ask(words.fixes(changes, formulas=len(found) - len(changes))):
        return
    before = {f"{letters[change.column]}{change.row}": change.before for change in changes}
    after = {f"{letters[change.column]}{change.row}": change.after for change in changes}
    _change(click, LastChange(f"the correction of {len(changes)} cells", before, after))
    table, checked = _checked(click)
    _show_results(click, table, checked)
    click.tell(words.fixed(changes, checked))


@click
def remove_duplicates(click: Click) -> None:
    """List repeated Action IDs, and take the rows out that the person chooses; the next Fix safe issues restores them."""
    click.book.refuse_filtered()
    table, checked = _checked(click)
    repeats = repeated_rows(checked.report)
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
    _change(click, LastChange(f"taking out {len(out)} rows", before, dict.fromkeys(before)))
    table, checked = _checked(click)
    _show_results(click, table, checked)
    click.tell(words.taken_out(out, checked))


@click
def load_pending(click: Click) -> None:
    """Put a Pending Actions download on its sheet, and check with it."""
    from action_returns.submission.checking import read_download
    from action_returns.submission.download import PendingSource

    path = hands.pick_file(click.book.app)
    if path is None:
        return
    click.book.status(f"Reading {path.name} ...")
    pending = read_download(PendingSource(path, click.places.pending_answers), None, click.account)
    click.book.fill("Pending", pending_rows(pending))
    click.book.fill_place("Pending", "pending_told", [[words.loaded(pending, path.name)]])
    click.book.remember(pending_facts(pending))
    table, checked = _checked(click, pending=pending)
    _show_results(click, table, checked)
    click.tell(words.pending_loaded(pending, path.name, checked))


@click
def review(click: Click) -> None:
    """Show what would be sent: totals, money effect, destination, and what nobody could check."""
    table, checked = _checked(click)
    _show_results(click, table, checked)
    page = _review(click, checked)
    _show_review(click, page)
    click.book.show("Review")
    click.tell(words.reviewed(page))


@click
def export_csv(click: Click) -> None:
    """Write the clean CSV without sending it."""
    from action_returns.submission.exporting import export

    table, checked = _checked(click)
    _show_results(click, table, checked)
    made = export(checked, click.places, target=None, today=click.now().date())
    click.tell(words.exported(made, checked))


@click
def send(click: Click) -> None:
    """Check again, ask once with the totals, send once, and say what became of it."""
    from action_returns.submission.channels import open_channel

    open_channel(click.account, click.places)  # without a profile nobody need be asked anything
    table, checked = _checked(click)
    _show_results(click, table, checked)
    page = _review(click, checked)
    _show_review(click, page)
    if not _confirmed(click, page):
        click.tell(words.NOT_SENT)
        return
    again, _ = _read(click)
    if not _same(again.columns, table.columns):
        raise ClickProblem(
            "The rows in Actions changed while you were asked. Nothing was sent. Look at them, then click Send again."
        )
    _deliver(click, table, checked)


@click
def test_connection(click: Click) -> None:
    """Connect, sign in and look at the destination; nothing is sent."""
    from action_returns.delivery import State
    from action_returns.submission.channels import open_channel

    channel = open_channel(click.account, click.places)
    click.book.status(f"Connecting to {channel.destination} ...")
    outcome = channel.probe()
    works = outcome.state is State.SENT
    click.tell(f"{'Connection works' if works else 'No connection'}: {channel.destination}\n\n{outcome.message}")


@click
def history(click: Click) -> None:
    """List what was sent, when, by whom, and what became of it."""
    from action_returns.ledger import open_ledger

    with open_ledger(click.places.ledger_file) as ledger:
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


def _read(click: Click) -> tuple[ActionsTable, Reading]:
    table = click.book.read_actions()
    if not len(table.columns):
        raise ClickProblem(
            "Actions has no rows yet. Paste the returns there: Action ID, new order amount, reason code."
        )
    return table, Reading(table.columns, "table Actions on sheet Actions")


def _checked(click: Click, *, pending: Pending | None = None) -> tuple[ActionsTable, Checked]:
    click.book.status("Checking ...")
    _keep_up_with_profile(click)
    table, reading = _read(click)
    known = click.book.pending() if pending is None else pending
    return table, check_reading(click.book.name, reading, click.account, now=click.now(), pending=known)


def _keep_up_with_profile(click: Click) -> None:
    """Bring the workbook's drop-down, live checks and banner up to date when the profile has changed since."""
    from action_returns.workbook.stamp import Stamp

    account = click.account
    profile = account.name if account.profile is not None else ""
    stamp = Stamp(__version__, profile=profile, environment=account.environment, policy=account.policy)
    wanted = stamp.of_profile()
    if any(click.book.meta.get(key) not in {value, value or None} for key, value in wanted.items()):
        from action_returns.submission.workbooks import declared_template

        effects = declared_template().effects
        reasons = account.policy.reasons
        click.book.fill("Reasons", [(code, kind.value, effects[kind.value]) for code, kind in reasons.items()])
        click.book.remember(wanted)


def _show_results(click: Click, table: ActionsTable, checked: Checked) -> None:
    click.book.refuse_filtered()
    click.book.write_results(table, result_rows(checked))
    click.book.fill("Issues", issue_rows(checked.report, MOST_ISSUES))


def _go(click: Click, *, forward: bool) -> None:
    _, checked = _checked(click)
    finding = next_finding(checked.report, click.book.selected(), forward=forward)
    if finding is None:
        click.tell(words.no_issues(checked))
        return
    click.book.select((finding.cell or "").rpartition("!")[2])
    click.tell(f"{finding.cell}: {finding.message}")


def _change(click: Click, change: LastChange) -> None:
    undo.keep(click.last_change, change)
    click.book.change(change.after)


def _take_back(click: Click, table: ActionsTable) -> bool:
    """Offer to take the last change back, where its cells still are as it left them; tell whether it was offered."""
    change = undo.last(click.last_change)
    if change is None or any(cell_at(table.columns, address) != value for address, value in change.after.items()):
        return False
    if click.book.ask(f"There is nothing to correct. Take back {change.what}? The cells become what they were."):
        click.book.change(change.before)
        undo.forget(click.last_change)
        table, checked = _checked(click)
        _show_results(click, table, checked)
        click.tell(f"Taken back: {change.what}. The cells are as they were.")
    return True


def _review(click: Click, checked: Checked) -> Review:
    from action_returns.submission.channels import open_channel
    from action_returns.submission.reviewing import review as reviewed

    profile = click.account.profile
    destination = "" if profile is None else open_channel(click.account, click.places).destination
    return reviewed(checked, click.account, destination=destination)


def _show_review(click: Click, page: Review) -> None:
    click.book.fill_place("Review", "review_figures", [[text] for text in words.review_figures(page, click.now())])


def _confirmed(click: Click, page: Review) -> bool:
    if not click.book.ask(words.question(page)):
        return False
    reversals = page.checked.summary.reversals
    if reversals < TYPED_FROM:
        return True
    typed = hands.ask_number(click.book.app, words.typed_question(reversals))
    if typed is None:  # no way to let somebody type here: ask a second time
        return click.book.ask(words.second_question(reversals))
    return typed == str(reversals)


def _same(one: Columns, other: Columns) -> bool:
    return replace(one, hidden=frozenset()) == replace(other, hidden=frozenset())


def _deliver(click: Click, table: ActionsTable, checked: Checked) -> None:
    """Send the confirmed rows: the bytes were made from them, whatever happens in the sheet meanwhile."""
    from action_returns.ledger import open_ledger
    from action_returns.submission.channels import open_channel
    from action_returns.submission.errors import AlreadySent
    from action_returns.submission.pages import keep_receipt
    from action_returns.submission.submit import keep_copy, submit

    channel = open_channel(click.account, click.places)
    click.book.status(f"Sending to {channel.destination} ...")
    with open_ledger(click.places.ledger_file) as ledger:
        try:
            done = submit(checked, click.account, channel, ledger, clock=click.now)
        except AlreadySent as refused:
            if not click.book.ask(words.sent_before(ledger.batch(int(refused.batch)))):
                click.tell(words.NOT_SENT)
                return
            done = submit(checked, click.account, channel, ledger, clock=click.now, allow_duplicate=True)
        try:
            copy = keep_copy(done, ledger, click.places)
            receipt = str(keep_receipt(ledger.batch(int(done.batch)), ledger, copy.parent))
        except OSError as error:
            receipt = f"could not be written ({error.strerror or error}); History holds everything"
    try:
        click.book.write_results(table, sent_rows(checked, done.batch, done.outcome.state.value))
        unwritten = ""
    except Exception as error:  # noqa: BLE001  # whatever Excel says to that, what became of the file has to be told
        unwritten = f"\n\nThe results beside the rows could not be written ({error})."
    click.tell(words.outcome(done, receipt) + unwritten, mode=words.mode(done))
