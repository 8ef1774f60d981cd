"""The facts that the texts of rules name: what stands in a placeholder in one case."""

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Final, NamedTuple

from action_returns.batch.amounts import LIMIT, amount_text
from action_returns.batch.cells import amount_format_at, quote, remove_white_space
from action_returns.batch.lookalikes import foreign_letters as letters_in
from action_returns.batch.lookalikes import name_lookalikes
from action_returns.batch.rule import Case

_MOST_ROWS: Final = 6
"""Rows of one action that a text names at most."""


def first_row(case: Case) -> int:
    """Return the sheet row that holds the action first."""
    return case.columns.rows[case.positions_of_action[0]]


def rows_of_action(case: Case) -> str:
    """Return ``2, 5 and 9``, or ``2, 5, 9 and 20 more``."""
    all_of_them = case.positions_of_action
    first = all_of_them if len(all_of_them) <= _MOST_ROWS else all_of_them[: _MOST_ROWS - 1]
    named = [f"{case.columns.rows[at]}" for at in first]  # not all: each of its rows has this text
    last = named.pop() if len(all_of_them) <= _MOST_ROWS else f"{len(all_of_them) - len(named):,} more"
    return f"{', '.join(named)} and {last}"


def current_amount(case: Case) -> str:
    """Return the amount that the action has in the download."""
    cents = case.pending.cents
    return "" if cents is None else amount_text(cents)


def lock(case: Case) -> str:
    """Return since when, or why, the action is locked."""
    action, now = case.pending, case.context.now
    if action.locks_at is not None and now is not None and action.locks_at <= now:
        return f"locked on {action.locks_at:%Y-%m-%d at %H:%M %Z}"
    return f"has the state {action.state}, which takes no more changes"


class _Before(NamedTuple):
    """What is true of a row that a batch in some state holds already, what to do, and the batch in a list of rows."""

    told: str
    advice: str
    beside: str


_SENT_BEFORE: Final = _Before(
    "was already sent with this amount and reason in batch {batch}",
    "Nothing to do if once is enough: the row stays here when the batch is sent",
    "{batch}",
)
_BEING_SENT: Final = _Before(
    "is being sent with this amount and reason at this moment, in batch {batch}",
    "Wait until batch {batch} has an outcome, then check again; the row stays here",
    "{batch}, being sent",
)
_MAY_HAVE_ARRIVED: Final = _Before(
    "may have arrived with this amount and reason in batch {batch}, of which it is not known whether it arrived",
    "Settle batch {batch} first (history mark {batch}), then check again; until then the row stays here",
    "{batch}, not known whether it arrived",
)
_BEFORE: Final[Mapping[str, _Before]] = {
    "prepared": _BEING_SENT,
    "sending": _BEING_SENT,
    "unknown": _MAY_HAVE_ARRIVED,
}
"""State of the latest batch that holds the row -> its texts, where they are not those of a batch that was sent."""


def before(case: Case) -> _Before:
    """Return the texts about the batch that holds the row already."""
    texts = _BEFORE.get(case.sent.state, _SENT_BEFORE)
    return _Before(*(text.format(batch=case.sent.batch) for text in texts))


def lookalikes(case: Case) -> str:
    """Return what the look-alikes in the ActionId are."""
    return name_lookalikes(remove_white_space(case.action_id))


def foreign_letters(case: Case) -> str:
    """Return what the letters of other scripts in the cell are; they look like the letters of a code."""
    letters = letters_in(case.cell) if isinstance(case.cell, str) else ""
    return f": it holds {letters}" if letters else ""


def shown(case: Case) -> str:
    """Return what the Amount cell shows with its number format, in quotes; ``nothing`` when it shows nothing."""
    cell = case.columns.amount[case.position]
    code = amount_format_at(case.columns, case.position)
    is_number = isinstance(cell, int | float) and isfinite(cell) and abs(cell) < LIMIT
    if code is None or not (is_number or isinstance(cell, str)):
        return quote(cell)
    from action_returns.batch.number_formats import read_format

    text = read_format(code).shown(cell if isinstance(cell, str) else Decimal(repr(cell)))
    return quote(text) if text else "nothing"


def sent(case: Case) -> str:
    """Return the amount as it is sent."""
    cents = case.read_amount(case.columns.amount[case.position])
    return amount_text(cents) if isinstance(cents, int) else ""


def in_currency_of_action(case: Case) -> str:
    """Return the currency of the action, where the number format names another one."""
    code = amount_format_at(case.columns, case.position)
    currency = case.currency_of_action
    if code is None or not currency:
        return ""
    from action_returns.batch.currencies import may_be_the_same
    from action_returns.batch.number_formats import read_format

    return "" if may_be_the_same(read_format(code).currency, currency) else f" in {currency}, the action's currency"


def currency(case: Case) -> str:
    """Return the currency of a row."""
    from action_returns.batch.currencies import currency_of_row

    return currency_of_row(case.columns, case.position)


def other_currency(case: Case) -> str:
    """Return the currency that a row differs from, and whose it is."""
    from action_returns.batch.currencies import may_be_the_same

    own, action = currency(case), case.currency_of_action
    if action and case.columns.currency is not None and not may_be_the_same(own, action):
        return f"the action is in {action} in the download"
    return f"other rows are in {case.others.main_currency}"
