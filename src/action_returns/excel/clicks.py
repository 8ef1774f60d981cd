"""Run the buttons of the ribbon: one function for each, in the order of the ribbon.

``RunPython`` calls these functions by their names, without arguments; none of them raises. To add a button, write a
function with ``@button`` and run ``make docs``, which writes the ribbon and its VBA.
"""

from action_returns.errors import ExcelError, NoRowsYetError
from action_returns.excel import corrections, dialogues, edits, messages
from action_returns.excel.after_sending import check_results as check_results  # noqa: PLC0414  # RunPython finds every button here
from action_returns.excel.after_sending import draft_undo as draft_undo  # noqa: PLC0414
from action_returns.excel.after_sending import history as history  # noqa: PLC0414
from action_returns.excel.after_sending import insights as insights  # noqa: PLC0414
from action_returns.excel.after_sending import open_receipt as open_receipt  # noqa: PLC0414
from action_returns.excel.button import ButtonContext, button
from action_returns.excel.check_table import (
    MOST_ISSUES,
    check_table,
    next_finding,
    pending_facts,
    pending_rows,
    show_results,
)


@button(
    label="Import returns...",
    group="Data",
    keytip="I",
    image="FileOpen",
    tip="Bring in returns or refunds of your shop",
    help="Reads the export of your shop, finds the action of each order, and shows on the sheet Import what becomes of "
    "it. Adds nothing yet.",
    large=True,
)
def import_returns(context: ButtonContext) -> None:
    """Read a shop's returns export and show on the sheet Import what becomes of each order."""
    from action_returns.excel import import_click

    import_click.import_returns(context)


@button(
    label="Add these rows...",
    group="Data",
    keytip="A",
    image="TableRowsInsertBelowExcel",
    tip="Add the rows of the sheet Import to Actions",
    help="Adds them below your rows, after you confirmed how many. Undo tool change takes them back. Sends nothing.",
)
def add_imported_rows(context: ButtonContext) -> None:
    """Add the rows of the sheet Import to Actions, after the user agrees; Undo tool change can take them back."""
    from action_returns.excel import import_click

    import_click.add_imported_rows(context)


@button(
    label="Load pending...",
    group="Data",
    keytip="L",
    image="GetExternalDataFromText",
    tip="Load the Pending Actions download",
    help="Adds current amounts, partners and lock dates, so that more can be checked before sending.",
)
def load_pending(context: ButtonContext) -> None:
    """Read a Pending Actions download, write it to its sheet, and check the rows against it."""
    from action_returns.operations.compare_pending import compared_with_kept
    from action_returns.operations.pending_source import PendingSource, load_download

    context.book.refuse_filtered()
    path = dialogues.pick_file(context.book.app)
    if path is None:
        return
    context.book.status(f"Reading {path.name} ...")
    source = PendingSource(path, context.paths.pending_answers)
    pending = load_download(source, None, context.account, context.paths, now=context.now())
    # Without its facts no download counts as loaded: should the click break off, new rows must not stand beside an old age.
    context.book.write_metadata(pending_facts(None))
    context.book.own_sheets.fill("Pending", pending_rows(pending))
    context.book.own_sheets.write_named_ranges("Pending", {"pending_told": [[messages.loaded(pending, path.name)]]})
    context.book.write_metadata(pending_facts(pending))
    try:
        table, checked = check_table(context, pending=pending)
    except NoRowsYetError as empty:  # the first step of a new workbook
        rows = str(empty)
    else:
        show_results(context, table, checked)
        rows = messages.validated(checked, hidden=False, listed=MOST_ISSUES)
    changes = compared_with_kept(source, pending, context.account, context.paths, now=context.now())
    context.tell(messages.pending_loaded(pending, path.name, rows, changes))


@button(
    label="Remove duplicates...",
    group="Data",
    keytip="U",
    image="RemoveDuplicates",
    tip="Resolve repeated Action IDs",
    help="Lists repeated Action IDs and lets you choose which row of each stays. Undo tool change takes it back.",
)
def remove_duplicates(context: ButtonContext) -> None:
    """List repeated Action IDs and empty the rows that the user chooses; Undo tool change can restore them."""
    corrections.remove_duplicates(context)


@button(
    label="Validate",
    group="Check",
    keytip="V",
    image="DataValidation",
    tip="Check every row",
    help="Finds errors and warnings and explains each. Changes none of your cells and sends nothing.",
    large=True,
)
def validate(context: ButtonContext) -> None:
    """Check every row, write the result beside each, and list the findings."""
    table, checked = check_table(context)
    show_results(context, table, checked)
    context.tell(messages.validated(checked, hidden=context.book.hides_rows(), listed=MOST_ISSUES))


@button(
    label="Next issue",
    group="Check",
    keytip="N",
    image="ReviewNextComment",
    tip="Go to the next issue",
    help="Selects the cell and says what to do. After the last one it starts again at the top.",
)
def next_issue(context: ButtonContext) -> None:
    """Select the next cell with a finding."""
    _select_finding(context, forward=True)


@button(
    label="Previous issue",
    group="Check",
    keytip="B",
    image="ReviewPreviousComment",
    tip="Go to the issue before",
    help="Selects the cell and says what to do. Before the first one it goes on at the end.",
)
def previous_issue(context: ButtonContext) -> None:
    """Select the previous cell with a finding."""
    _select_finding(context, forward=False)


@button(
    label="Fix safe issues...",
    group="Check",
    keytip="F",
    image="AutoCorrect",
    tip="Make the safe corrections",
    help="Takes out blanks, repairs capitals and separators where only one reading is possible. Shows "
    "before and after, and asks first.",
)
def fix_safe(context: ButtonContext) -> None:
    """Correct what has only one reading, after the user agrees; Undo tool change can take it back."""
    corrections.fix_safe(context)


@button(
    label="Undo tool change",
    group="Check",
    keytip="Z",
    image="Undo",
    tip="Take back the last change of this tool",
    help="Puts back the cells of Actions as they were before the last correction, removal or import. Shows before "
    "and after, and asks first.",
)
def undo_change(context: ButtonContext) -> None:
    """Take back the last change that a button made to cells of Actions, after the user agrees."""
    context.book.refuse_filtered()
    edits.undo_change(context)


@button(
    label="Review",
    group="Submit",
    keytip="R",
    image="FilePrintPreview",
    tip="See exactly what will be sent",
    help="Totals, money effect, destination, and what could not be checked. Sends nothing.",
)
def review(context: ButtonContext) -> None:
    """Show what would be sent: totals, money effect, destination, and what was not checked."""
    from action_returns.excel.sending import make_review, show_review

    stamp = context.book.own_sheets.stamp()
    table, checked = check_table(context)
    show_results(context, table, checked)
    page = make_review(context, checked)
    show_review(context, page, stamp)
    context.book.show("Review")
    context.tell(messages.reviewed(page))


@button(
    label="Export CSV",
    group="Submit",
    keytip="E",
    image="FileSaveAs",
    tip="Save the file without sending",
    help="Writes the clean CSV and says where it lies.",
)
def export_csv(context: ButtonContext) -> None:
    """Write the clean CSV without sending it."""
    from action_returns.operations.export import export

    table, checked = check_table(context)
    show_results(context, table, checked)
    checked = checked.with_sent_rows()  # a file is written whether its rows were sent before or not
    if not checked.rows:
        raise ExcelError(messages.no_row_ready(", so nothing was written"))
    path = export(checked, context.paths, target=None, today=context.now().date())
    context.tell(messages.exported(path, checked))


@button(
    label="Send...",
    group="Submit",
    keytip="S",
    image="FileSendAsAttachment",
    tip="Send over the profile's channel",
    help="Checks again, asks you to confirm the totals, sends once, and keeps a receipt.",
    large=True,
)
def send(context: ButtonContext) -> None:
    """Check again, ask once with the totals, send once, and show the outcome."""
    from action_returns.excel.sending import send_rows

    send_rows(context)


@button(
    label="Test connection",
    group="Submit",
    keytip="T",
    image="Connections",
    tip="Test the connection",
    help="Signs in and looks at the folder or mail address without sending any changes.",
)
def test_connection(context: ButtonContext) -> None:
    """Connect, sign in and look at the destination. Nothing is sent."""
    from action_returns.operations.account import open_channel
    from action_returns.operations.doctor import probe

    channel = open_channel(context.account, context.paths)
    context.book.status(f"Connecting to {channel.destination} ...")
    result = probe(
        context.account, context.paths, confirm=lambda server: context.book.ask(server.question), channel=channel
    )
    context.tell(
        f"{'Connection works' if result.works else 'No connection'}: {channel.destination}\n\n{result.message}"
    )


@button(
    label="Settings...",
    group="Setup",
    keytip="G",
    image="PropertySheet",
    tip="Profile and connection",
    help="Profile, channel and password, with a test of the connection. Passwords go to your system's password store.",
)
def settings(context: ButtonContext) -> None:
    """Open the window for profile, channel and password."""
    from action_returns.excel.settings_window import SettingsWindow

    SettingsWindow(context.paths, context.book.profile).run()


@button(
    label="Diagnose",
    group="Setup",
    keytip="D",
    image="ErrorChecking",
    tip="Find setup problems",
    help="Looks at Python, profiles, passwords and the ledger, and says what to do.",
)
def diagnose(context: ButtonContext) -> None:
    """Check Python, profiles, passwords and the ledger."""
    from action_returns.operations.doctor import run_checks

    context.tell(messages.diagnosis(list(run_checks(context.paths))))


@button(
    label="Help",
    group="Setup",
    keytip="Y",
    image="Help",
    tip="Help",
    help="The six steps, the columns, and where everything lies.",
)
def show_help(context: ButtonContext) -> None:
    """Show the sheet Start and the six steps."""
    context.book.show("Start")
    context.tell(messages.HELP)


def _select_finding(context: ButtonContext, *, forward: bool) -> None:
    _, checked = check_table(context)
    finding = next_finding(checked.report, context.book.selected(), forward=forward)
    if finding is None:
        context.tell(messages.no_issues(checked))
        return
    context.book.select((finding.cell or "").rpartition("!")[2])
    context.tell(messages.issue(finding))
