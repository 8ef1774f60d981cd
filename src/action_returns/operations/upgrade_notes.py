"""Return what a user should know about a fresh workbook: what decided about it, and what of the older one is not in it.

Names in the older one come from others.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from action_returns.batch.cells import Cell
from action_returns.clean_text import clean_line
from action_returns.operations.account import Account
from action_returns.operations.new_workbook import tool_sheets, workbook_info
from action_returns.operations.texts import counted
from action_returns.readers.xlsx.batch import read_grid
from action_returns.readers.xlsx.workbook import TableRows, sheet_names
from action_returns.workbook_builder.contents import Entries
from action_returns.workbook_builder.info import INTERPRETER_KEYS

_CONF: Final = "xlwings.conf"
_META: Final = "_meta"
_LONGEST_PROFILE: Final = 64
_LONGEST_NAME: Final = 40
_MOST_NAMES: Final = 10
"""How much of the names in an old workbook a note repeats."""


def notes_on_upgrade(
    old: Path, table: TableRows, entries: Entries, account: Account, *, profile_asked_for: str | None
) -> Iterator[str]:
    """Return one sentence for each thing to know.

    Args:
        old: the older workbook.
        table: its table Actions.
        entries: what was taken over.
        account: the account of the fresh one.
        profile_asked_for: the profile that the user named, None when the older workbook decided.
    """
    yield from _notes_on_account(old, account, profile_asked_for)
    yield from _notes_on_contents(old, table, entries)
    yield from _notes_on_settings(old, account)


def named_profile(old: Path) -> str | None:
    """Return the profile that the old workbook names, shortened where no profile can have so long a name."""
    return clean_line(_settings_on(old, _META).get("profile", "")[: _LONGEST_PROFILE + 1]) or None


def template_version(path: Path) -> str:
    """Return the version of the template that a workbook was made from, as text; blank where it does not tell."""
    return _settings_on(path, _META).get("template_version", "")


def own_sheets(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook of this program that are the user's own."""
    ours = tool_sheets(template_version(path))
    return [name for name in sheet_names(path) if name not in ours]


def _settings_on(path: Path, sheet: str) -> dict[str, str]:
    """Return key -> value of a hidden sheet, nothing when there is no such sheet."""
    if sheet not in sheet_names(path):
        return {}
    rows = (cells for _, cells in read_grid(path, sheet=sheet) if len(cells) > 1)
    return {key: plain_text(value) for key, value, *_ in rows if isinstance(key, str) and key}


def plain_text(value: Cell) -> str:
    """Return what a cell of a hidden sheet or of the sheet Reasons holds as text, an empty one for a blank cell."""
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _notes_on_contents(old: Path, table: TableRows, entries: Entries) -> Iterator[str]:
    own = [name for name in own_sheets(old) if name != table.sheet]
    yield (
        "Values were taken over, not formulas, colours or number formats (50% in Amount stays 50%, elsewhere it becomes 0.5); "
        "Result and What to do come with the next Validate."
    )
    if _settings_on(old, _META).get("pending_as_of"):
        yield "The Pending Actions download stays in the old workbook: click Load pending in the fresh one."
    if own:
        yield f"Sheets of your own stay in the old workbook: {_listed(own)}."
    if table.beside:
        yield (
            f"What stands beside the table, in {counted(len(table.beside), 'row')} (from row {table.beside[0]}), stays in the old "
            "workbook: it is in none of its columns."
        )
    if entries.reasons:
        yield (
            f"Reason codes that the profile does not have stay on the sheet Reasons: {_listed(list(entries.reasons))}. "
            "Rows with them are refused until the profile has them too."
        )


def _notes_on_account(old: Path, account: Account, asked_for: str | None) -> Iterator[str]:
    """Return which profile decides the receiver, when it was the old workbook that named it."""
    if asked_for is None and account.profile is not None and named_profile(old):
        yield (
            f'It is for the profile "{account.name}" ({account.environment.upper()}), because the old workbook names it: its '
            "buttons send to the receiver of that profile. To make it for another one, delete it and say --profile NAME."
        )


def _notes_on_settings(old: Path, account: Account) -> Iterator[str]:
    """Return which settings of xlwings were left behind: all of them, because they say which code a click runs.

    Settings of the program itself are the same in both, or are those of another computer.
    """
    ours = dict(workbook_info(account).conf_rows())
    left = [
        key
        for key, value in _settings_on(old, _CONF).items()
        if value and key.upper() not in INTERPRETER_KEYS and value.casefold() != ours.get(key.upper(), "").casefold()
    ]
    if left:
        yield (
            f"Settings of xlwings stay in the old workbook: {_listed(left)}. They can name programs, folders and "
            "environments that a click would start. No button needs them."
        )


def _listed(names: Sequence[str]) -> str:
    """Return some names for a sentence: the first ones, shortened, with what cannot be seen named."""
    some = ", ".join(
        clean_line(name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…") for name in names[:_MOST_NAMES]
    )
    return some if len(names) <= _MOST_NAMES else f"{some} and {len(names) - _MOST_NAMES:,} more"
