"""``action-returns import``: a shop's returns export becomes rows."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from action_returns.batch.amounts import Cents, cents_of_text
from action_returns.cli.import_output import import_json, print_preview, print_written
from action_returns.cli.options import CommandContext, column_and_header, global_options, pending_download
from action_returns.errors import Exit, FileError
from action_returns.operations.account import Account
from action_returns.operations.check import STANDARD_INPUT
from action_returns.operations.import_answers import COUNTED, ImportAnswers
from action_returns.operations.import_into import (
    Target,
    Written,
    add_to_workbook,
    check_output,
    check_written,
    open_target,
    refuse_read_files,
    write_rows,
)
from action_returns.operations.import_returns import (
    Imported,
    answer_reasons,
    choose_pending,
    preview_import,
    refuse_nothing,
    remember_import,
)
from action_returns.operations.import_texts import FIELD_WORDS, unmapped_reasons
from action_returns.operations.new_workbook import WITH_MACROS, install_applescript
from action_returns.operations.pending_source import PendingSource
from action_returns.operations.texts import counted
from action_returns.returns.source import Amounts, Field

_STREAM_NAME: Final = "standard input"


@click.command("import", short_help="Make rows of a shop's returns export.")
@click.argument("file", metavar="FILE")
@pending_download
@click.option("-o", "--output", metavar="OUT", help="New file for the rows: .csv, or .xlsx with ids kept as text.")
@click.option("--into", metavar="WORKBOOK", help="Workbook that gets the rows below its own; made when there is none.")
@click.option("--map", "mapped", multiple=True, metavar='FIELD="HEADER"', help="Which of its columns is which; kept.")
@click.option("--reason", "reasons", multiple=True, metavar='"WORD=CODE"', help="Reason code for a word of FILE; kept.")
@click.option("--amounts", type=click.Choice([one.value for one in COUNTED]), help="What its refunds count; kept.")
@click.option("--tolerance", metavar="AMOUNT", help="How far totals may differ from the network's amounts; kept.")
@click.option(
    "--without-tax-and-shipping/--with-tax-and-shipping",
    "net",
    default=None,
    help="What the network's amounts are, when FILE has tax and shipping in its totals; kept.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--force", is_flag=True, help="Replace another file named OUT.")
@click.option("--strict", is_flag=True, help="Exit with 4 when an order is refused or to decide.")
@global_options
def import_command(
    context: CommandContext,
    *,
    file: str,
    pending: PendingSource | None,
    output: str | None,
    into: str | None,
    mapped: Sequence[str],
    reasons: Sequence[str],
    amounts: str | None,
    tolerance: str | None,
    net: bool | None,
    dry_run: bool,
    force: bool,
    strict: bool,
) -> int:
    """Find the action of each order in FILE, a shop's export of orders or returns, and compute its new total.

    FILE is never written. The pending actions come from --pending, else from the download that was kept last. What is
    not certain is not guessed: the preview lists it, and why.
    """
    if output is not None and into is not None:
        raise click.UsageError("The rows go to one place: say -o OUT or --into WORKBOOK, not both.")
    if output is not None:
        check_output(Path(output))
    if (written := output or into) is not None:
        refuse_read_files(Path(written), [Path(file), *([] if pending is None else [pending.path])])
    account = context.account()
    counted_as = None if amounts is None else Amounts(amounts)
    answers = ImportAnswers(_columns(mapped), _reasons(reasons, account), _tolerance(tolerance), net, counted_as)
    target = None if into is None else open_target(Path(into), account, to_write=not dry_run)
    try:
        imported = _preview(context, file, account, pending, target, answers)
    except FileError:
        context.output.json(import_json(file, None))
        raise
    imported = _ask_reasons(context, imported)
    context.output.json(import_json(file, imported))
    if not context.output.as_json:
        print_preview(context.output, imported)
    refuse_nothing(imported)
    if not dry_run:
        if output is None and target is None:
            raise click.UsageError(
                "Nothing was written: no file was named. Add -o OUT.csv, -o OUT.xlsx or --into WORKBOOK.xlsm, or look "
                "only with --dry-run."
            )
        _write(context, file, account, imported, target or Path(output or ""), force=force)
    return Exit.WARNINGS if strict and not imported.preview.is_settled else Exit.DONE


def _preview(
    context: CommandContext,
    file: str,
    account: Account,
    pending: PendingSource | None,
    target: Target | None,
    answers: ImportAnswers,
) -> Imported:
    source = choose_pending(pending, account, context.paths)
    with context.output.working(f"Reading {file}"), _as_path(file) as path:
        return preview_import(
            path,
            account,
            context.paths,
            now=context.now(),
            pending=source,
            sheet=None if target is None else target.sheet,
            answers=answers,
        )


@contextmanager
def _as_path(file: str) -> Iterator[Path]:
    """Yield the path of the export; one that comes through a pipe lies in a file for as long as it is read."""
    if file != STANDARD_INPUT:
        yield Path(file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _STREAM_NAME
        path.write_bytes(sys.stdin.buffer.read())
        yield path


def _write(
    context: CommandContext, file: str, account: Account, imported: Imported, target: Target | Path, *, force: bool
) -> None:
    if not imported.preview.rows:
        context.output.info("Nothing was written: there is no new row.")
        return
    now = context.now()
    written: Written
    if isinstance(target, Target):
        written = add_to_workbook(imported, target, account, today=now.date())
    else:
        written = write_rows(imported, target, source=file, overwrite=force)
    if written.kept is None and written.path.suffix.lower() == WITH_MACROS:
        script = install_applescript(sys.platform, Path.home())
        if script is not None:
            context.output.info(f"For the buttons on this Mac: {script}")
    not_kept = remember_import(imported, account, context.paths)
    report = check_written(written, imported, account, context.paths, now=now)
    print_written(context.output, written, report, imported, not_kept)


def _ask_reasons(context: CommandContext, imported: Imported) -> Imported:
    """Return the import with the reason codes that the user chooses, where there is a terminal to ask at."""
    words = unmapped_reasons(imported.found, imported.preview)
    if not words or not context.output.can_ask():
        return imported
    chosen: dict[str, str] = {}
    for word, (codes, orders) in words.items():
        code = _ask_code(context, word, codes, orders)
        if code:
            chosen[word] = code
    return answer_reasons(imported, chosen) if chosen else imported


def _ask_code(context: CommandContext, word: str, codes: Sequence[str], orders: int) -> str:
    question = f'Which reason code for "{word}" ({counted(orders, "order")})? {", ".join(codes)}. Enter: decide later'
    while True:
        answer = context.output.prompt(question, default="", show_default=False).strip()
        if not answer or answer in codes:
            return answer
        context.output.info(f"There is no code {answer} for it.")


def _columns(texts: Sequence[str]) -> dict[Field, str]:
    """Return field -> header.

    Raises:
        click.UsageError: a text names no field, or no header.
    """
    columns: dict[Field, str] = {}
    for text in texts:
        name, header = column_and_header(text, "--map", 'refund="Refunded Amount"')
        known = name.strip().casefold().replace("_", "-").replace(" ", "-")
        if known not in set(Field) or not header:
            listed = ", ".join(f"{one} ({FIELD_WORDS[one]})" for one in Field)
            raise click.UsageError(
                f'--map {text}: name a field and the header it has in the file: --map refund="Refunded Amount". Fields: {listed}.'
            )
        columns[Field(known)] = header
    return columns


def _reasons(texts: Sequence[str], account: Account) -> Mapping[str, str]:
    """Return the export's word -> reason code.

    Raises:
        click.UsageError: a text has no word, or a code that the profile does not have.
    """
    reasons: dict[str, str] = {}
    codes = account.policy.reasons
    for text in texts:
        word, equals, code = text.rpartition("=")
        if not equals or not word.strip() or code.strip() not in codes:
            raise click.UsageError(
                f'--reason {text}: write the word of the file, "=" and one of the codes {", ".join(codes)}: --reason '
                f'"Damaged={next(iter(codes), "CODE")}".'
            )
        reasons[word.strip()] = code.strip()
    return reasons


def _tolerance(text: str | None) -> Cents | None:
    """Return the tolerance in cents.

    Raises:
        click.UsageError: it is no amount.
    """
    if text is None:
        return None
    cents = cents_of_text(text.strip())
    if cents is None:
        raise click.UsageError(f"--tolerance {text}: write an amount like 0.50, with a dot and no currency.")
    return cents
