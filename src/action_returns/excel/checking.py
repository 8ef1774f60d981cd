"""What most buttons do first: read the table, check it, and show the results."""

from typing import Final

from action_returns import __version__
from action_returns.batch import Pending
from action_returns.excel.clicking import Click
from action_returns.excel.livebook import ActionsTable
from action_returns.excel.problems import ClickProblem
from action_returns.excel.results import issue_rows, result_rows
from action_returns.sources import Reading
from action_returns.submission.checking import Checked, check_reading
from action_returns.submission.past import look_back

MOST_ISSUES: Final = 5_000
"""Findings that the sheet Issues lists; the dialogue says when there are more."""


def read(click: Click) -> tuple[ActionsTable, Reading]:
    """Read the table Actions.

    Raises:
        ClickProblem: when nothing was filled in yet.
    """
    table = click.book.read_actions()
    if not len(table.columns):
        raise ClickProblem(
            "Actions has no rows yet. Paste the returns there: Action ID, new order amount, reason code."
        )
    return table, Reading(table.columns, "table Actions on sheet Actions")


def check(click: Click, *, pending: Pending | None = None) -> tuple[ActionsTable, Checked]:
    """Read and check the table Actions.

    Args:
        click: the click.
        pending: the download to compare with, the one on the sheet Pending when None.
    """
    click.book.status("Checking ...")
    table, reading = read(click)
    known = click.book.pending() if pending is None else pending
    past = look_back(reading, click.account, click.places)
    return table, check_reading(click.book.name, reading, click.account, now=click.now(), pending=known, past=past)


def keep_up_with_profile(click: Click) -> None:
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


def show_results(click: Click, table: ActionsTable, checked: Checked) -> None:
    """Write the results beside the rows, and the findings on Issues."""
    click.book.refuse_filtered()
    keep_up_with_profile(click)
    click.book.write_results(table, result_rows(checked))
    click.book.fill("Issues", issue_rows(checked.report, MOST_ISSUES))
