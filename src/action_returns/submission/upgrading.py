"""A fresh workbook that takes over the rows, reason codes and settings of an older one, and proof that it has them."""

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from action_returns.batch import CellError, ReasonKind
from action_returns.batch.columns import COLUMN_NAMES, Cell
from action_returns.settings import Places, SettingsProblem, write_atomically
from action_returns.sources import SourceProblem, TableRows, read_grid, read_table, sheet_names
from action_returns.sources.headers import find_columns
from action_returns.submission.account import Account, open_account
from action_returns.submission.errors import ExportProblem
from action_returns.submission.workbooks import (
    WITH_MACROS,
    blank,
    declared_template,
    refuse_unusable_name,
    stamp_for,
    workbook_bytes,
)
from action_returns.workbook import Entries

_TABLE: Final = "Actions"
_CONF: Final = "xlwings.conf"
_META: Final = "_meta"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What a fresh workbook took over.

    Args:
        path: the fresh workbook.
        rows: filled rows of the old one, and of the new one.
        sha256: hash of their cells, the same in both.
        own_headers: the user's own columns.
        notes: what did not come along, one sentence each.
    """

    path: Path
    rows: int
    sha256: str
    own_headers: tuple[str, ...]
    notes: tuple[str, ...]


def upgrade_workbook(old: Path, new: Path, places: Places, *, profile: str | None = None) -> Upgraded:
    """Make a fresh workbook that holds what the user entered in an older one. The old file is never written.

    Args:
        old: the older workbook.
        new: the fresh one; never replaces a file.
        places: where profiles lie.
        profile: the profile to make it for, the old workbook's own when None.

    Raises:
        SourceProblem: when the old workbook cannot be read, or a cell in it cannot be carried over truthfully.
        ExportProblem: when the new one cannot be written, or would not hold the same cells.
    """
    refuse_unusable_name(new)
    if new.exists():
        raise ExportProblem(f"{new} exists already and was left as it is. Choose another name for the fresh workbook.")
    table = _table(old)
    tool_columns = _tool_columns()
    places_of = _columns_to_keep(table, tool_columns, old.name)
    rows = [[row[at] for at in places_of] for row in table.rows]
    _refuse_what_cannot_be_carried(rows, old.name)
    account = _account(old, places, profile)
    entries = Entries(
        rows=rows,
        own_headers=tuple(table.headers[at] for at in places_of[len(COLUMN_NAMES) :]),
        reasons=_own_reasons(old, account),
        conf=_own_settings(old, account),
    )
    content = workbook_bytes(account, entries, macros=new.suffix.lower() == WITH_MACROS)
    count, sha256 = _fingerprint(rows)
    _prove(content, new, (count, sha256), tool_columns)
    _write(new, content)
    return Upgraded(new, count, sha256, entries.own_headers, tuple(_notes(old, entries)))


def _table(path: Path) -> TableRows:
    table = read_table(path, _TABLE)
    if table is None:
        raise SourceProblem(
            "columns-missing",
            f"{path.name} has no table {_TABLE}, so it was not made by this program. "
            "Make a new workbook with action-returns new, and paste the rows into it.",
        )
    if table.below:
        raise SourceProblem(
            "columns-missing",
            f"{path.name} has {len(table.below)} filled rows below its table (from row {table.below[0]}), which "
            "nobody can tell whether to take over. Drag the corner of the table over them or delete them, and save it.",
        )
    return table


def _tool_columns() -> frozenset[str]:
    """Give the headers of the columns that the program fills in itself."""
    tables = (table for sheet in declared_template().sheets for table in sheet.tables if table.name == _TABLE)
    return frozenset(column.header for column in next(tables).columns) - set(COLUMN_NAMES)


def _columns_to_keep(table: TableRows, tool_columns: frozenset[str], name: str) -> list[int]:
    sent = find_columns(table.headers)
    if sent is None:
        raise SourceProblem(
            "columns-missing",
            f"The table {_TABLE} of {name} lacks one of {', '.join(COLUMN_NAMES)}. Give its columns their names back.",
        )
    first = [sent[column] for column in COLUMN_NAMES]
    own = [at for at, header in enumerate(table.headers) if at not in first and header not in tool_columns]
    return [*first, *own]


def _refuse_what_cannot_be_carried(rows: Sequence[Sequence[Cell]], name: str) -> None:
    uncalculated = sum(isinstance(cell, CellError) and cell.kind == "no-value" for row in rows for cell in row)
    if uncalculated:
        raise SourceProblem(
            "file-unreadable",
            f"{name} holds {uncalculated} formulas that nobody has calculated yet, so their values are not known. "
            "Open it in the spreadsheet program, save it, and try again.",
        )


def _account(old: Path, places: Places, profile: str | None) -> Account:
    named = profile or _pairs(old, _META).get("profile") or None
    try:
        return open_account(places, named)
    except SettingsProblem as error:
        if profile is not None:
            raise
        raise SettingsProblem(
            f'{error} {old.name} was made for the profile "{named}"; to make the fresh one for another, say --profile.'
        ) from None


def _pairs(path: Path, sheet: str) -> dict[str, str]:
    """Give the keys and values of a hidden sheet, nothing where there is no such sheet."""
    if sheet not in sheet_names(path):
        return {}
    rows = (cells for _, cells in read_grid(path, sheet=sheet))
    return {cells[0]: str(cells[1]) for cells in rows if len(cells) > 1 and isinstance(cells[0], str)}


def _own_reasons(old: Path, account: Account) -> dict[str, ReasonKind]:
    """Give the reason codes of the old workbook that the profile does not have."""
    table = read_table(old, "Reasons")
    rows = () if table is None else table.rows
    kinds = {kind.value: kind for kind in ReasonKind}
    listed = {code: kinds[str(kind)] for code, kind, *_ in rows if isinstance(code, str) and str(kind) in kinds}
    return {code: kind for code, kind in listed.items() if code not in account.policy.reasons}


def _own_settings(old: Path, account: Account) -> dict[str, str]:
    ours = {key for key, _ in stamp_for(account).conf()} | {"INTERPRETER_WIN", "INTERPRETER_MAC"}
    return {key: value for key, value in _pairs(old, _CONF).items() if key not in ours}


def _fingerprint(rows: Iterable[Sequence[Cell]]) -> tuple[int, str]:
    """Give the number of filled rows and the hash of all their cells, types included."""
    digest, count = hashlib.sha256(), 0
    for at, row in enumerate(rows):
        if not blank(row):
            count += 1
            digest.update(repr((at, *row)).encode("utf-8", "surrogatepass"))
    return count, digest.hexdigest()


def _prove(content: bytes, new: Path, wanted: tuple[int, str], tool_columns: frozenset[str]) -> None:
    """Read the fresh workbook back before it gets its name, and compare every cell."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / new.name
        draft.write_bytes(content)
        table = _table(draft)
        places_of = _columns_to_keep(table, tool_columns, new.name)
        if _fingerprint([row[at] for at in places_of] for row in table.rows) != wanted:
            raise ExportProblem(
                f"{new} would not hold exactly the cells of the old workbook, so it was not written. Nothing was "
                "changed. Go on working in the old one, and report this with: action-returns doctor --bundle FILE"
            )


def _write(new: Path, content: bytes) -> None:
    try:
        write_atomically(new, content, overwrite=False)
    except OSError as error:
        raise ExportProblem(
            f"{new} cannot be written: {error.strerror or error}. Nothing was written; the old workbook is as it was."
        ) from None


def _notes(old: Path, entries: Entries) -> Iterable[str]:
    ours = {sheet.name for sheet in declared_template().sheets}
    own = [name for name in sheet_names(old) if name not in ours]
    yield "Values were taken over, not formulas or colours; Result and What to do come with the next Validate."
    if own:
        yield f"Sheets of your own stay in the old workbook: {', '.join(own)}."
    if entries.reasons:
        yield (
            f"Reason codes that the profile does not have stay on the sheet Reasons: {', '.join(entries.reasons)}. "
            "Rows with them are refused until the profile has them too."
        )
