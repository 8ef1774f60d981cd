"""Global options, and the account, files and output of one command."""

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from action_returns.batch.cells import COLUMN_NAMES, ColumnName
from action_returns.cli.next_step import kept_options
from action_returns.cli.output import Output
from action_returns.files import Paths, default_paths
from action_returns.operations.account import Account, open_account
from action_returns.operations.check import CheckedBatch, check_file
from action_returns.operations.pending_source import PendingSource, load_download
from action_returns.readers.headers import fold_header

if TYPE_CHECKING:
    from action_returns.excel.live import LiveWorkbook


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Output, profile and paths of one command.

    Args:
        output: prints what the command finds.
        profile: name of the profile to use, None for the default one.
        paths: every file and folder of this program.
    """

    output: Output
    profile: str | None
    paths: Paths

    def account(self) -> Account:
        """Return the account of this command."""
        return open_account(self.paths, self.profile)

    def checked_live(self, workbook: "LiveWorkbook", pending: PendingSource | None) -> CheckedBatch:
        """Check the workbook that is open in Excel against a download, or against its sheet Pending."""
        download = (
            None if pending is None else load_download(pending, None, workbook.account, self.paths, now=self.now())
        )
        return replace(workbook.check(download), options=kept_options())

    def checked(
        self,
        file: str,
        account: Account,
        *,
        pending: PendingSource | None,
        sheet: str | None,
        columns: Mapping[ColumnName, str],
    ) -> CheckedBatch:
        """Read and check a batch, with a progress indicator on a terminal."""
        with self.output.working(f"Checking {file}"):
            checked = check_file(
                file, account, self.paths, now=self.now(), pending=pending, sheet=sheet, columns=columns
            )
        return replace(checked, options=kept_options())

    def open_workbook(self, name: str) -> "LiveWorkbook":
        """Return a workbook that is open in Excel; no button works in it until the command has ended."""
        from action_returns.excel.live import open_live_workbook

        return click.get_current_context().with_resource(open_live_workbook(name, self.paths, self.profile))

    @staticmethod
    def now() -> datetime:
        """Return the local time with its zone."""
        return datetime.now().astimezone()


_GLOBAL = (
    click.option("--profile", metavar="NAME", help="Profile to use instead of the default one."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, on every exit."),
    click.option("-q", "--quiet", is_flag=True, help="Print only data and what stops the command."),
    click.option("-v", "--verbose", is_flag=True, help="Print everything."),
    click.option("--no-color", is_flag=True, help="No colour; the variable NO_COLOR does the same."),
    click.option("--no-input", is_flag=True, help="Never ask anything."),
    click.option("--debug", is_flag=True, help="Show the program's own details of an unexpected error."),
)


def global_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the global options to a command; it gets them as its first argument, a :class:`CommandContext`."""

    @functools.wraps(function)
    def with_context(
        *,
        profile: str | None,
        as_json: bool,
        quiet: bool,
        verbose: bool,
        no_color: bool,
        no_input: bool,
        debug: bool,
        **options: Any,
    ) -> Any:
        del as_json, debug  # app.run takes both from the line before click reads it: a wrong line needs them too
        output = click.get_current_context().find_object(Output) or Output()
        output.quiet, output.verbose = quiet, verbose
        output.color, output.may_ask = not no_color, not no_input
        return function(CommandContext(output, profile, default_paths(os.environ)), **options)

    for option in reversed(_GLOBAL):
        with_context = option(with_context)
    return with_context


def batch_file(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument FILE and the options --sheet and --column; a command gets the latter as ``columns``."""

    @functools.wraps(function)
    def with_columns(*, column: tuple[str, ...], **options: Any) -> Any:
        return function(columns=_columns(column), **options)

    with_columns = click.option(
        "--column",
        multiple=True,
        metavar='NAME="HEADER"',
        help="Which of its columns is ActionId, Amount or Reason; kept for files with the same headers.",
    )(with_columns)
    with_columns = click.option("--sheet", metavar="NAME", help="Sheet to read, when several could be meant.")(
        with_columns
    )
    return click.argument("file", metavar="FILE")(with_columns)


def _columns(texts: tuple[str, ...]) -> dict[ColumnName, str]:
    """Return column -> header.

    Raises:
        click.UsageError: a text names none of the three columns, or no header.
    """
    names = {fold_header(name): name for name in COLUMN_NAMES}
    columns = {}
    for text in texts:
        name, header = column_and_header(text, "--column", 'Amount="New Amount"')
        if fold_header(name) not in names or not header:
            raise click.UsageError(
                f"--column {text}: there is no such column. Choose {', '.join(COLUMN_NAMES[:-1])} or {COLUMN_NAMES[-1]}, "
                'and the header it has in the file: --column Amount="New Amount".'
            )
        columns[names[fold_header(name)]] = header
    return columns


def live_workbook(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option --live to a command."""

    @functools.wraps(function)
    def with_live(*, live: bool, columns: Mapping[ColumnName, str], **options: Any) -> Any:
        if live and columns:
            raise click.UsageError(
                "--column is for files. With --live the table Actions is read, whose columns are ActionId, Amount and Reason."
            )
        return function(live=live, columns=columns, **options)

    return click.option(
        "--live", is_flag=True, help="FILE is open in Excel: work on what stands there now, results beside the rows."
    )(with_live)


def pending_download(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of the pending download to a command; it gets them as one ``pending``."""

    @functools.wraps(function)
    def with_pending(*, pending: str | None, answers: "PendingAnswers", **options: Any) -> Any:
        source = None if pending is None else answers.source(pending)
        return function(pending=source, **options)

    return click.option(
        "--pending", metavar="FILE", help="Pending download (CSV, XLSX or the API's JSON) to compare with."
    )(pending_answers(with_pending))


@dataclass(frozen=True, slots=True)
class PendingAnswers:
    """The user's answers to what the headers and dates of a download leave open.

    Args:
        columns: field -> header.
        day_first: whether 05/06/2026 is the fifth of June; None when the user did not answer that.
    """

    columns: Mapping[str, str]
    day_first: bool | None

    def source(self, file: str) -> PendingSource:
        """Return a download that is read with these answers."""
        return PendingSource(Path(file), default_paths(os.environ).pending_answers, self.columns, self.day_first)


def pending_answers(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options about the columns and dates of a download; a command gets them as one ``answers``."""

    @functools.wraps(function)
    def with_answers(*, pending_column: tuple[str, ...], pending_dates: str | None, **options: Any) -> Any:
        columns = dict(column_and_header(text, "--pending-column", 'amount="Sale Amount"') for text in pending_column)
        day_first = {"dmy": True, "mdy": False, None: None}[pending_dates]
        return function(answers=PendingAnswers(columns, day_first), **options)

    with_answers = click.option(
        "--pending-dates",
        type=click.Choice(["dmy", "mdy"]),
        help="How its dates are written, when that cannot be told.",
    )(with_answers)
    return click.option(
        "--pending-column", multiple=True, metavar='FIELD="HEADER"', help="Which of its columns is which."
    )(with_answers)


def column_and_header(text: str, option: str, example: str) -> tuple[str, str]:
    """Return what stands before and after the first "=" of the value of an option.

    Raises:
        click.UsageError: there is none.
    """
    field, equals, header = text.partition("=")
    if not equals:
        raise click.UsageError(f'{option} {text} has no "=". Write it like {option} {example}.')
    return field.strip(), header.strip().strip('"')
