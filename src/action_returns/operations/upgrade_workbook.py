"""Make a fresh workbook with the rows and reason codes of an older one, and compare every cell.

The older one may come from a stranger. So none of its macros and settings is taken over, and the user is told which profile it names.
"""

import hashlib
import math
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from action_returns.batch.cells import COLUMN_NAMES, EPOCH, LONGEST_TEXT, Cell, CellError, utf16_length
from action_returns.batch.context import ReasonKind
from action_returns.batch.number_formats import percentage_text, read_format
from action_returns.errors import FileError, OutputFileError, SettingsError
from action_returns.files import Paths, what_to_do, write_atomically
from action_returns.operations.account import Account, open_account
from action_returns.operations.new_workbook import (
    WITH_MACROS,
    refuse_unusable_name,
    tool_columns,
    workbook_bytes,
)
from action_returns.operations.texts import counted
from action_returns.operations.upgrade_notes import named_profile, notes_on_upgrade, plain_text, template_version
from action_returns.readers.batch_columns import find_columns
from action_returns.readers.batch_file import read_batch
from action_returns.readers.xlsx.workbook import TableRows, read_table
from action_returns.settings.config import load_settings
from action_returns.workbook_builder.contents import Entries, invalid_character
from action_returns.workbook_builder.sheet_writer import ERROR_VALUES

_TABLE: Final = "Actions"
_FIRST_CERTAIN_DATE: Final = datetime(1900, 3, 1)  # noqa: DTZ001  # a spreadsheet's dates have no time zone
_unsafe_header = re.compile(r"[\x00-\x09\x0b-\x1f]|_x[0-9A-Fa-f]{4}_").search


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What a fresh workbook has from the old one.

    Args:
        path: the fresh workbook.
        rows: number of filled rows, the same in both.
        sha256: hash of their cells, the same in both.
        own_headers: the headers of the user's own columns.
        notes: what is not in the fresh one, one sentence each.
    """

    path: Path
    rows: int
    sha256: str
    own_headers: tuple[str, ...]
    notes: tuple[str, ...]


def upgrade_workbook(old: Path, new: Path, paths: Paths, *, profile: str | None = None) -> Upgraded:
    """Make a fresh workbook that holds what the user entered in an older one. The old file is never written.

    Args:
        old: the older workbook.
        new: the fresh one; it never replaces a file.
        paths: where the profiles are.
        profile: the profile to make it for, the old workbook's own when None.

    Raises:
        FileError: the old workbook cannot be read, or a cell in it cannot be copied without change.
        OutputFileError: the new one cannot be written, or would not have the same cells.
    """
    refuse_unusable_name(new)
    if new.exists():
        raise _taken(new)
    table = _table(old)
    kept_columns = _columns_to_keep(table, tool_columns(template_version(old)), old.name)
    rows = _rows_to_keep(table, kept_columns, old.name)
    _keep_percentages(old, table, rows)
    account = _account_of(old, paths, profile)
    entries = Entries(
        rows=[list(map(_as_entered, row)) for row in rows],
        own_headers=_own_headers(table, kept_columns),
        reasons=_own_reasons(old, account),
    )
    content = workbook_bytes(account, entries, macros=new.suffix.lower() == WITH_MACROS)
    count, sha256 = _fingerprint(entries.own_headers, rows)
    if _read_back(content, new, tool_columns()) != (count, sha256):
        raise OutputFileError(
            f"{new} would not hold exactly the cells of the old workbook, so it was not written. Nothing was changed. "
            "Go on working in the old one, and report this with: action-returns doctor --bundle FILE"
        )
    _write(new, content)
    notes = tuple(notes_on_upgrade(old, table, entries, account, profile_asked_for=profile))
    return Upgraded(new, count, sha256, entries.own_headers, notes)


def _table(path: Path) -> TableRows:
    table = read_table(path, _TABLE)
    if table is None:
        raise FileError(
            "columns-missing",
            f"{path.name} has no table {_TABLE}, so it was not made by this program. "
            "Make a new workbook with action-returns new, and paste the rows into it.",
        )
    return table


def _columns_to_keep(table: TableRows, filled_in: frozenset[str], name: str) -> list[int]:
    """Return the indexes of ActionId, Amount and Reason, then those of the user's own columns.

    Raises:
        FileError: one of the three is missing, or a header cannot be kept.
    """
    sent = find_columns(table.headers)
    if sent is None:
        raise FileError(
            "columns-missing",
            f"The table {_TABLE} of {name} lacks one of {', '.join(COLUMN_NAMES)}. Give its columns their names back.",
        )
    first = [sent.indexes[column] for column in COLUMN_NAMES]
    own = [at for at, header in enumerate(table.headers) if at not in first and header.casefold() not in filled_in]
    uses = Counter(header.casefold() for header in table.headers)
    taken = tool_columns()
    for header in (table.headers[at] for at in own):
        if header.casefold() in taken:
            raise FileError(
                "columns-repeated",
                f'The column "{header}" of {name} is your own. The program has a column of that name now. Give yours '
                "another name, save it, and try again.",
            )
        if _unsafe_header(header) or uses[header.casefold()] > 1:
            raise FileError(
                "columns-repeated",
                f'The column "{header}" of {name} cannot keep its name: another one is called like it, or there are '
                "characters in it that cannot be seen. Give it another name, save it, and try again.",
            )
    return [*first, *own]


def _own_headers(table: TableRows, kept_columns: Sequence[int]) -> tuple[str, ...]:
    return tuple(table.headers[at] for at in kept_columns[len(COLUMN_NAMES) :])


def _rows_to_keep(table: TableRows, kept_columns: Sequence[int], name: str) -> list[list[Cell]]:
    """Return the rows of the kept columns, down to the last row that is filled in one of them.

    Raises:
        FileError: one of their cells cannot be copied without change, or there are filled rows below the table.
    """
    # In the program's own columns a formula may go on below the table, and shows nothing.
    below = [number for number, row in table.below if any(row[at] not in {None, ""} for at in kept_columns)]
    if below:
        raise FileError(
            "columns-missing",
            f"{name} has {counted(len(below), 'filled row')} below its table (from row {below[0]}). The program cannot "
            "decide whether they belong to it. Drag the corner of the table over them or delete them, and save it.",
        )
    rows = [[row[at] for at in kept_columns] for row in table.rows]
    while rows and _is_blank(rows[-1]):
        rows.pop()
    reasons = [
        (number, table.headers[at], why)
        for number, row in enumerate(rows, table.first)
        for at, cell in zip(kept_columns, row, strict=True)
        if (why := _reason_not_kept(cell))
    ]
    if reasons:
        number, header, why = reasons[0]
        raise FileError(
            "file-unreadable",
            f'{name} has {counted(len(reasons), "cell")} that cannot be taken over, the first one in row {number} under "{header}": '
            f"{why}, save it, and try again.",
        )
    return rows


def _keep_percentages(old: Path, table: TableRows, rows: Sequence[list[Cell]]) -> None:
    """Write an Amount with a percent format as a text, because number formats are not taken over."""
    try:
        columns = read_batch(old, sheet=table.sheet).columns
    except FileError:  # such as a table without rows; what the new workbook holds is compared with the old one
        return
    for code, positions in columns.amount_formats.items():
        is_percent = read_format(code).is_percent
        for at in positions:
            amount = columns.amount[at]
            if isinstance(amount, float) and is_percent(amount):
                rows[columns.rows[at] - table.first][1] = percentage_text(amount)


def _reason_not_kept(cell: Cell) -> str:
    """Return why a cell cannot be copied and what to do about it, an empty text when it can be copied."""
    match cell:
        case CellError(kind="no-value"):
            return "its formula was not calculated yet. Open it in the spreadsheet program"
        case CellError() if cell.shown not in ERROR_VALUES:
            return f"its value cannot be shown ({cell.shown}). Give it a value or clear it"
        case float() if not math.isfinite(cell):
            return "its number is larger than any spreadsheet holds. Give it a value or clear it"
        case str() if utf16_length(cell) > LONGEST_TEXT or invalid_character(cell):
            return "its text is too long or damaged. Type it again or clear it"
        case datetime() if cell.tzinfo is not None:
            return "its time has a time zone, which no spreadsheet has. Type it again or clear it"
        case _:
            return ""


def _as_entered(cell: Cell) -> Cell:
    """Return a time or a duration as such; a workbook reader returns both as dates from the last days of 1899 on.

    Spreadsheets count a 29 February 1900, which did not exist (ECMA-376 Part 1, 18.17.4.1). So dates before March 1900
    differ between programs; their numbers do not.
    """
    if isinstance(cell, datetime) and cell < _FIRST_CERTAIN_DATE:
        since = cell - EPOCH
        return since if since.days else cell.time()
    return cell


def _account_of(old: Path, paths: Paths, profile: str | None) -> Account:
    named = profile or named_profile(old)
    load_settings(paths.config_file)  # its own mistakes are reported first, not those of the old workbook's profile
    try:
        return open_account(paths, named)
    except SettingsError as error:
        if profile is not None or named is None:
            raise
        raise SettingsError(
            f'{error} {old.name} was made for the profile "{named}"; to make the fresh one for another, say --profile.'
        ) from None


def _own_reasons(old: Path, account: Account) -> dict[str, ReasonKind]:
    """Return the reason codes of the old workbook that the profile does not have."""
    table = read_table(old, "Reasons")
    if table is None or not {"Code", "What it does"} <= set(table.headers):
        return {}
    code, effect = table.headers.index("Code"), table.headers.index("What it does")
    kinds = {kind.value: kind for kind in ReasonKind}
    # A code without an effect gets the one that allows every amount: the profile decides when it is sent.
    listed = {row[code]: kinds.get(plain_text(row[effect]).strip().casefold(), ReasonKind.EITHER) for row in table.rows}
    return {
        code: kind
        for code, kind in listed.items()
        if isinstance(code, str) and code and not _reason_not_kept(code) and code not in account.policy.reasons
    }


def _fingerprint(own_headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> tuple[int, str]:
    """Return the number of filled rows, and the hash of the own headers and of all cells with their types."""
    digest, count = hashlib.sha256(repr(tuple(own_headers)).encode()), 0
    for at, row in enumerate(rows):
        if not _is_blank(row):
            count += 1
            digest.update(repr((at, *row)).encode())
    return count, digest.hexdigest()


def _is_blank(row: Sequence[Cell]) -> bool:
    return all(cell is None for cell in row)


def _read_back(content: bytes, new: Path, filled_in: frozenset[str]) -> tuple[int, str] | None:
    """Read the fresh workbook before it gets its name; return its fingerprint, None when it cannot be read."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / new.name
        draft.write_bytes(content)
        try:
            table = _table(draft)
            kept_columns = _columns_to_keep(table, filled_in, new.name)
        except FileError:
            return None
    return _fingerprint(_own_headers(table, kept_columns), ([row[at] for at in kept_columns] for row in table.rows))


def _write(new: Path, content: bytes) -> None:
    try:
        write_atomically(new, content, overwrite=False, private=False)
    except FileExistsError:
        raise _taken(new) from None
    except OSError as error:
        todo = what_to_do(error, "Choose another name, or a folder that exists and has room.")
        raise OutputFileError(
            f"{new} cannot be written: {error.strerror or error}. Nothing was written; the old workbook is as it was. {todo}"
        ) from None


def _taken(new: Path) -> OutputFileError:
    return OutputFileError(f"{new} exists already and was left as it is. Choose another name for the fresh workbook.")
