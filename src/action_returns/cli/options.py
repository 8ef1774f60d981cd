"""What every command has in common: the global options, the places, the account."""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from action_returns.cli.output import Output
from action_returns.errors import Exit
from action_returns.files import Paths, default_paths
from action_returns.operations.account import Account, open_account
from action_returns.operations.check import CheckedBatch, PendingSource, check_file, read_download

if TYPE_CHECKING:
    from action_returns.excel.live import LiveWorkbook


class CommandEndedError(Exception):  # not an error: the command has said everything
    """Ends a command whose words were said, with its exit code."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class CommandContext:
    """One run of a command.

    Args:
        words: how it talks.
        profile: name of the profile asked for, None for the default one.
        places: where things lie.
    """

    words: Output
    profile: str | None
    places: Paths

    def account(self) -> Account:
        """Open the account this run works for."""
        return open_account(self.places, self.profile)

    def checked_live(self, workbook: "LiveWorkbook", pending: PendingSource | None) -> CheckedBatch:
        """Check the workbook that is open in Excel, against a download or the one on its sheet Pending."""
        return workbook.check(None if pending is None else read_download(pending, None, workbook.account))

    def checked(self, file: str, account: Account, *, pending: PendingSource | None, sheet: str | None) -> CheckedBatch:
        """Read and check a batch, and show on a terminal that it goes on."""
        with self.words.working(f"Checking {file}"):
            return check_file(file, account, self.places, now=self.now(), pending=pending, sheet=sheet)

    def open_workbook(self, name: str) -> "LiveWorkbook":
        """Find a workbook that is open in Excel."""
        from action_returns.excel.live import LiveWorkbook

        return LiveWorkbook(name, self.places, self.profile)

    @staticmethod
    def now() -> datetime:
        """Give the local time with its zone."""
        return datetime.now().astimezone()


_GLOBAL = (
    click.option("--profile", metavar="NAME", help="Profile to use instead of the default one."),
    click.option("--json", "as_json", is_flag=True, help="Data as JSON on standard output."),
    click.option("-q", "--quiet", is_flag=True, help="Say only what stops the command."),
    click.option("-v", "--verbose", is_flag=True, help="Say more."),
    click.option("--no-color", is_flag=True, help="No colour; the variable NO_COLOR does the same."),
    click.option("--no-input", is_flag=True, help="Never ask anything."),
    click.option("--debug", is_flag=True, help="Show the program's own details of an unexpected error."),
)


def global_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the global options, passed on as one ``run``."""

    @functools.wraps(function)
    def with_run(
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
        del debug  # read before anything else, in app.run
        words = Output(as_json, quiet, verbose, color=not no_color, may_ask=not no_input)
        return function(CommandContext(words, profile, default_paths(os.environ)), **options)

    for option in reversed(_GLOBAL):
        with_run = option(with_run)
    return with_run


def batch_file(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the file to work on and what may be needed to read it."""
    function = click.option("--sheet", metavar="NAME", help="Sheet to read, when several could be meant.")(function)
    return click.argument("file", metavar="FILE")(function)


def live_workbook(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the choice to work in the workbook that is open in Excel."""
    return click.option(
        "--live", is_flag=True, help="FILE is open in Excel: work on what stands there now, results beside the rows."
    )(function)


def pending_download(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the pending-actions download, passed on as one ``pending``."""

    @functools.wraps(function)
    def with_pending(
        *, pending: str | None, pending_column: tuple[str, ...], pending_dates: str | None, **options: Any
    ) -> Any:
        source = None
        if pending is not None:
            answers = dict(_answer(text) for text in pending_column)
            kept = default_paths(os.environ).pending_answers
            source = PendingSource(Path(pending), kept, answers, {"dmy": True, "mdy": False, None: None}[pending_dates])
        return function(pending=source, **options)

    with_pending = click.option(
        "--pending-dates",
        type=click.Choice(["dmy", "mdy"]),
        help="How its dates are written, when that cannot be told.",
    )(with_pending)
    with_pending = click.option(
        "--pending-column", multiple=True, metavar='FIELD="HEADER"', help="Which of its columns is which."
    )(with_pending)
    return click.option(
        "--pending", metavar="FILE", help="Pending-actions download (CSV, XLSX or the API's JSON) to compare with."
    )(with_pending)


def _answer(text: str) -> tuple[str, str]:
    field, equals, header = text.partition("=")
    if not equals:
        raise click.UsageError(
            f'--pending-column {text} has no "=". Write it like --pending-column amount="Sale Amount".'
        )
    return field.strip(), header.strip().strip('"')
