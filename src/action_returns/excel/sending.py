"""What Review and Send share: the page that is confirmed, the question, and the delivery of exactly that."""

from typing import Final

from action_returns.excel import hands, words
from action_returns.excel.checking import read
from action_returns.excel.clicking import Click
from action_returns.excel.livebook import ActionsTable
from action_returns.excel.results import sent_rows
from action_returns.submission.checking import Checked
from action_returns.submission.reviewing import Review

_CONFIRMED: Final = "asked in the workbook"
"""How somebody says yes here, as the ledger records it."""

TYPED_FROM: Final = 100
"""Reversals from which on their number has to be typed."""


def make_review(click: Click, checked: Checked) -> Review:
    """Put together what a person has to know before saying yes."""
    from action_returns.submission.channels import open_channel
    from action_returns.submission.reviewing import review as reviewed

    profile = click.account.profile
    destination = "" if profile is None else open_channel(click.account, click.places).destination
    return reviewed(checked, click.account, destination=destination)


def show_review(click: Click, page: Review) -> None:
    """Fill in the sheet Review."""
    click.book.fill_place("Review", "review_figures", [[text] for text in words.review_figures(page, click.now())])


def confirmed(click: Click, page: Review) -> bool:
    """Ask once with the totals; many reversals have to be typed."""
    if not click.book.ask(words.question(page)):
        return False
    reversals = page.checked.summary.reversals
    if reversals < TYPED_FROM:
        return True
    typed = hands.ask_number(click.book.app, words.typed_question(reversals))
    if typed is None:  # no way to let somebody type here: ask a second time
        return click.book.ask(words.second_question(reversals))
    return typed == str(reversals)


def deliver(click: Click, table: ActionsTable, checked: Checked) -> None:
    """Send the confirmed rows: the bytes were made from them, whatever happens in the sheet meanwhile."""
    from action_returns.submission.channels import open_channel
    from action_returns.submission.errors import AlreadySent
    from action_returns.submission.papers import keep_papers
    from action_returns.submission.records import open_records
    from action_returns.submission.submit import submit

    channel = open_channel(click.account, click.places)
    click.book.status(f"Sending to {channel.destination} ...")
    with open_records(click.account, click.places) as ledger:
        try:
            done = submit(checked, click.account, channel, ledger, clock=click.now, confirmation=_CONFIRMED)
        except AlreadySent as refused:
            if not click.book.ask(words.sent_before(ledger.batch(int(refused.batch)))):
                click.tell(words.NOT_SENT)
                return
            done = submit(
                checked,
                click.account,
                channel,
                ledger,
                clock=click.now,
                confirmation=f"{_CONFIRMED}, also to send it again",
                allow_duplicate=True,
            )
        receipt, unkept = keep_papers(done, click.account, ledger, click.places, click.now().date())
    unwritten = show_outcome(click, table, checked, done.batch, done.outcome.state.value)
    told = [words.outcome(done, receipt), *unkept, *filter(None, [unwritten])]
    click.tell("\n\n".join(told), mode=words.mode(done))


def show_outcome(click: Click, table: ActionsTable, checked: Checked, batch: str, outcome: str) -> str:
    """Write beside the rows what became of them, if they still are where they were.

    Returns:
        Why that could not be done, nothing when it was. Never raises: the file has left, and that has to be told.
    """
    try:
        if read(click)[0].columns != table.columns:
            return "The rows changed meanwhile, so nothing was written beside them."
        click.book.write_results(table, sent_rows(checked, batch, outcome))
    except Exception as error:  # noqa: BLE001  # whatever Excel says to that
        return f"The results beside the rows could not be written ({error})."
    return ""
