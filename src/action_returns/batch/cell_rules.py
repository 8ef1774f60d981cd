"""The rules for one cell, without looking at other rows.

Where a cell breaks several rules, the most specific one counts, because one cell with three findings reads like three
problems. The column scans of :mod:`action_returns.batch.check` come here only for cells that are not plainly good; a
rule about plainly good cells belongs into :mod:`action_returns.batch.row_rules`.
"""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from action_returns.batch import amounts
from action_returns.batch.amounts import Cents
from action_returns.batch.cells import CellError, ColumnName, may_be_joined, remove_white_space
from action_returns.batch.context import Policy, ReasonKind
from action_returns.batch.lookalikes import plain_text
from action_returns.batch.rules import RULES

Code: TypeAlias = str
"""The code of a rule in the catalogue."""

MAX_ID_LENGTH: Final = 64

SENDABLE_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""What may stand in the file whatever the profile's pattern says: nothing that would need quotes or start a formula."""

USUAL_ID: Final = r"M\.[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,15}"
"""The one publicly known form, M.8882.4808.1063415 (impact.com, batch modifications for mobile actions)."""

_sendable = re.compile(SENDABLE_ID).fullmatch
_usual = re.compile(USUAL_ID).fullmatch
_mobile = re.compile(r"M(?=\.*[0-9])[0-9.]{1,63}").fullmatch
_web = re.compile(r"[0-9]+(?:\.[0-9]+)+").fullmatch
_negative = re.compile(r"-[0-9.,]*[0-9]").fullmatch
_percentage = re.compile(r"[-+0-9.,'\u2019]*[%\uff05\ufe6a\u066a][-+0-9.,'\u2019%\uff05\ufe6a\u066a]*").fullmatch

_LONGEST_AMOUNT: Final = 64
"""An amount is never longer, and no pattern should search a cell of 40 kB."""

_MOST_CACHED_REASONS: Final = 10_000
"""Different reasons whose finding is kept."""

_CELL_ERROR_CODES: Final = {"error": "cell-error", "no-value": "formula-no-value", "merged": "cell-merged"}


class CellRules:
    """Checks single cells by one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._allowed: Callable[[str], object] = _mobile
        if policy.action_id_pattern is not None:
            pattern = re.compile(policy.action_id_pattern).fullmatch
            self._allowed = lambda text: _sendable(text) and pattern(text)
        self._spellings = _spellings(policy)
        self._reasons: dict[str, ReasonKind | Code] = dict(policy.reasons)
        of_column: dict[ColumnName | None, Callable[[str], str | None]] = {
            "ActionId": self.corrected_id,
            "Amount": _corrected_amount,
            "Reason": self._corrected_reason,
        }
        self._corrections = {rule.code: of_column[rule.column] for rule in RULES if rule.safe_fix}

    def action_id(self, cell: object) -> Code | None:
        """Check an ActionId; return None when it is good."""
        if not isinstance(cell, str):
            return _code_without_text(cell, missing="id-missing", other="id-not-text")
        if len(cell) > MAX_ID_LENGTH and len(remove_white_space(cell)) > MAX_ID_LENGTH:
            return "id-shape"
        if self._allowed(cell):
            usual = self.policy.action_id_pattern is not None or _usual(cell)
            return None if usual else "id-unusual"
        if _web(cell):
            return "id-no-prefix"
        bare = remove_white_space(cell)
        if not bare:
            return "id-missing"
        if self.corrected_id(bare) is not None:
            if not bare.isascii():
                return "id-lookalike"
            return "id-case" if bare == cell else "id-whitespace"
        return "id-no-prefix" if _web(bare) else "id-shape"

    def corrected_id(self, text: str) -> str | None:
        """Return the good id that a text with white space, a small m or look-alikes can only mean, else None."""
        bare = plain_text(remove_white_space(text))
        if not bare or len(bare) > MAX_ID_LENGTH:
            return None
        if self._allowed(bare):
            return bare
        capital = "M" + bare[1:]
        return capital if bare[0] == "m" and self._allowed(capital) else None

    def amount(self, cell: object) -> Cents | Code:
        """Return an amount in exact cents, or the code of its error."""
        kind = cell.__class__
        if kind is str:
            return _amount_of_text(cell)  # type: ignore[arg-type]
        if kind is float or kind is int:
            return _amount_of_number(cell)  # type: ignore[arg-type]
        return _code_without_text(cell, missing="amount-missing", other="amount-not-number")

    def reason(self, cell: object) -> ReasonKind | Code:
        """Return what a reason does, or the code of its error."""
        if not isinstance(cell, str):
            return _code_without_text(cell, missing="reason-missing", other="reason-unknown")
        found = self._reasons.get(cell)
        if found is None:
            found = self._reason_of_text(cell)
            if len(self._reasons) < _MOST_CACHED_REASONS:  # a wrong reason is mostly wrong a thousand times
                self._reasons[cell] = found
        return found

    def _reason_of_text(self, cell: str) -> ReasonKind | Code:
        bare = remove_white_space(cell)
        if not bare:
            return "reason-missing"
        if self._corrected_reason(bare) is None:
            return "reason-unknown"
        return "reason-case" if bare == cell else "reason-whitespace"

    def fix(self, code: Code, cell: object) -> str | None:
        """Return the text that may safely stand there instead, None where there is none.

        Args:
            code: the finding about the cell.
            cell: the cell.
        """
        correct = self._corrections.get(code)
        return correct(cell) if correct is not None and isinstance(cell, str) else None

    def _corrected_reason(self, text: str) -> str | None:
        bare = remove_white_space(text)
        return bare if bare in self.policy.reasons else self._spellings.get(bare.upper() if bare.isascii() else "")


def _spellings(policy: Policy) -> dict[str, str]:
    """Return upper-case spelling -> the one code it can mean; codes that differ only in case are left out."""
    spellings: dict[str, str] = {}
    twice = set()
    for code in filter(str.isascii, policy.reasons):  # upper() of other letters may be another word: "ß" gives "SS"
        twice.update({code.upper()} & spellings.keys())
        spellings[code.upper()] = code
    return {spelling: code for spelling, code in spellings.items() if spelling not in twice}


def _code_without_text(cell: object, *, missing: Code, other: Code) -> Code:
    if cell is None:
        return missing
    if isinstance(cell, CellError):
        return _CELL_ERROR_CODES[cell.kind]
    return other


def _amount_of_number(number: float) -> Cents | Code:
    if number < 0:
        return "amount-negative"
    if not number < amounts.LIMIT:  # also NaN, which compares false
        return "amount-not-number"
    cents = amounts.cents_of_number(number)
    return "amount-decimals" if cents is None else cents


def _amount_of_text(text: str) -> Cents | Code:
    cents = amounts.cents_of_text(text)
    if cents is not None:
        return cents
    plain = amounts.PLAIN.fullmatch(text)
    if plain is not None:
        too_long = len(plain[1].lstrip("0")) > amounts.MAX_DIGITS
        return "amount-not-number" if too_long else "amount-decimals"
    if len(text) <= _LONGEST_AMOUNT and amounts.has_separators(text):
        return "amount-separator"
    bare = remove_white_space(text)
    if not bare:
        return "amount-missing"
    if len(text) > _LONGEST_AMOUNT:
        return "amount-not-number"
    if _percentage(bare):
        return "amount-percent"
    if bare != text:
        inner = _amount_of_text(bare)
        return inner if isinstance(inner, str) else "amount-whitespace"
    return "amount-negative" if _negative(text) else "amount-not-number"


def _corrected_amount(text: str) -> str | None:
    bare = remove_white_space(text)
    cents = amounts.cents_of_text(bare)
    if cents is None:
        cents = amounts.only_reading(bare)
    return amounts.amount_text(cents) if cents is not None and may_be_joined(text) else None
