"""The rules once more, as plainly as they can be said: row by row, cell by cell, with Decimal. Slow and obvious.

Written from the rule table, not from the product: the fast check has to say the same.
"""

import math
import string
import unicodedata
from collections import Counter
from decimal import Decimal

from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import CellError, display_cell
from action_returns.batch.context import Policy, ReasonKind
from action_returns.batch.currencies import code_of, may_be_the_same
from action_returns.batch.number_formats import read_format

_INVISIBLE = set("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufeff")
_INVISIBLE |= {chr(c) for c in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))}
_INVISIBLE |= {chr(c) for c in (*range(0xFE00, 0xFE10), *range(0x180B, 0x1810), *range(0xFFF0, 0xFFFC))}
_INVISIBLE |= {chr(c) for c in (*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000))}
_CELL_ERRORS = {"error": "cell-error", "no-value": "formula-no-value", "merged": "cell-merged"}
ERRORS_ON_ID = {
    "id-missing",
    "id-not-text",
    "id-whitespace",
    "id-no-prefix",
    "id-case",
    "id-shape",
    "id-lookalike",
    *_CELL_ERRORS.values(),
}


def is_blank(sign):
    return sign.isspace() or unicodedata.category(sign) == "Cc" or sign in _INVISIBLE


LOOK_LIKE_M = "\u041c\u039c\u03fa\u13b7\u2c98\u216f\ua4df\uff2d"
LOOK_LIKE_SMALL_M = "\u043c\u217f\uff4d"
LOOK_LIKE_A_DOT = "\u3002\uff0e\uff61\ufe52\u2024\u00b7\u0387\u2022\u2027\u2219\u22c5\u30fb\ua4f8\u06d4\u0701\u0702"
PERCENT_SIGNS = "%\uff05\ufe6a\u066a"


def plain_sign(sign):
    for looks, meant in ((LOOK_LIKE_M, "M"), (LOOK_LIKE_SMALL_M, "m"), (LOOK_LIKE_A_DOT, ".")):
        if sign in looks:
            return meant
    return str(unicodedata.digit(sign)) if unicodedata.category(sign) == "Nd" else sign


def bare(text):
    return "".join(sign for sign in text if not is_blank(sign))


def digits(text):
    return text != "" and all(sign in string.digits for sign in text)


def good_id(text, pattern):
    if pattern is not None:
        import re

        allowed = string.ascii_letters + string.digits
        sendable = 0 < len(text) <= 64 and text[0] in allowed and all(sign in allowed + "._-" for sign in text)
        return sendable and re.fullmatch(pattern, text) is not None
    rest = text[1:]
    return (
        text[:1] == "M"
        and 0 < len(rest) < 64
        and all(sign in string.digits + "." for sign in rest)
        and any(sign in string.digits for sign in rest)
    )


def usual_id(text):
    parts = text.split(".")
    return (
        len(parts) == 4
        and parts[0] == "M"
        and all(digits(part) and len(part) <= most for part, most in zip(parts[1:], (10, 10, 15), strict=True))
    )


def repaired_id(text, pattern):
    text = "".join(map(plain_sign, bare(text)))
    if text and good_id(text, pattern):
        return text
    capital = "M" + text[1:]
    return capital if text[:1] == "m" and good_id(capital, pattern) else None


def is_lookalike(sign):
    return plain_sign(sign) != sign


def web_shaped(text):
    parts = text.split(".")
    return len(parts) > 1 and all(map(digits, parts)) and len(text) <= 64


def id_code(cell, pattern):
    if cell is None:
        return "id-missing"
    if isinstance(cell, CellError):
        return _CELL_ERRORS[cell.kind]
    if not isinstance(cell, str):
        return "id-not-text"
    if good_id(cell, pattern):
        return None if pattern is not None or usual_id(cell) else "id-unusual"
    if not bare(cell):
        return "id-missing"
    if repaired_id(cell, pattern) is not None:
        if any(map(is_lookalike, bare(cell))):
            return "id-lookalike"
        return "id-case" if bare(cell) == cell else "id-whitespace"
    return "id-no-prefix" if web_shaped(bare(cell)) else "id-shape"


def amount_of(cell):
    """Give cents, or the code of what is wrong."""
    if cell is None:
        return "amount-missing"
    if isinstance(cell, CellError):
        return _CELL_ERRORS[cell.kind]
    if isinstance(cell, bool) or not isinstance(cell, str | float | int):
        return "amount-not-number"
    return text_amount(cell) if isinstance(cell, str) else number_amount(cell)


def number_amount(number):
    if isinstance(number, float) and math.isnan(number):
        return "amount-not-number"
    if number < 0:
        return "amount-negative"
    if number >= 10**15:
        return "amount-not-number"
    exact = Decimal(repr(number))
    shown = exact.quantize(Decimal("0.01"))
    if exact == shown or abs(exact - shown) < exact * Decimal("1e-12"):
        return int(shown * 100)
    return "amount-decimals"


def text_amount(text):
    whole, dot, places = text.partition(".")
    if digits(whole) and (digits(places) if dot else True):
        if len(whole.lstrip("0")) > 15:
            return "amount-not-number"
        return int(Decimal(text) * 100) if len(places) <= 2 else "amount-decimals"
    if not bare(text):
        return "amount-missing"
    if len(text) > 64:
        return "amount-not-number"
    if is_percentage(bare(text)):
        return "amount-percent"
    if bare(text) != text:
        inner = text_amount(bare(text))
        return inner if isinstance(inner, str) else "amount-whitespace"
    if text[0] in string.digits and text[-1] in string.digits and all(s in string.digits + ".,'\u2019" for s in text):
        return "amount-separator"
    if text[0] == "-" and text[-1] in string.digits and all(s in string.digits + ".," for s in text[1:]):
        return "amount-negative"
    return "amount-not-number"


def is_percentage(text):
    signs = set(text)
    return bool(signs & set(PERCENT_SIGNS)) and signs <= {*string.digits, *".,'\u2019+-", *PERCENT_SIGNS}


def amount_in(columns, at):
    """Give cents, or the code of what is wrong, of an amount as it is shown."""
    cell, number_format = columns.amount[at], format_of(columns, at)
    is_number = isinstance(cell, float | int) and not isinstance(cell, bool) and abs(cell) < 10**15
    if is_number and number_format is not None and number_format.is_percent(cell):
        return "amount-percent"
    return amount_of(cell)


def format_of(columns, at):
    codes = [code for code, positions in columns.amount_formats.items() if at in positions]
    return read_format(codes[0]) if codes else None


def currencies(columns):
    """Give the currency of each row, "" where it has none."""
    if columns.currency is not None:
        return [cell.strip() if isinstance(cell, str) else "" for cell in columns.currency]
    formats = [format_of(columns, at) for at in range(len(columns.rows))]
    is_number = [isinstance(cell, float | int) and not isinstance(cell, bool) for cell in columns.amount]
    return ["" if one is None or not number else one.currency for one, number in zip(formats, is_number, strict=True)]


def reason_of(cell, reasons):
    """Give a ReasonKind, or the code of what is wrong."""
    if cell is None:
        return "reason-missing"
    if isinstance(cell, CellError):
        return _CELL_ERRORS[cell.kind]
    if not isinstance(cell, str):
        return "reason-unknown"
    if cell in reasons:
        return reasons[cell]
    text = bare(cell)
    if not text:
        return "reason-missing"
    meant = [code for code in reasons if text.isascii() and code.upper() == text.upper()]
    if text not in reasons and len(meant) != 1:
        return "reason-unknown"
    return "reason-whitespace" if text != cell else "reason-case"


def amount_meant(columns, at):
    """Give what a safe correction would make of an amount: exact cents, or the cell as it shows."""
    cell, cents = columns.amount[at], amount_in(columns, at)
    if not isinstance(cents, str):
        return cents
    if cents in {"amount-whitespace", "amount-separator"}:
        fixed = CellRules(Policy()).fix(cents, cell)
        return display_cell(cell) if fixed is None else int(Decimal(fixed) * 100)
    return cents == "amount-percent" and not isinstance(cell, str), display_cell(cell)


def reason_meant(cell, reasons):
    """Give the code that a safe correction would make of a reason, or the cell as it shows."""
    code = reason_of(cell, reasons)
    if isinstance(code, ReasonKind):
        return cell
    if code in {"reason-whitespace", "reason-case"}:
        text = bare(cell)
        return text if text in reasons else next(one for one in reasons if one.upper() == text.upper())
    return display_cell(cell)


def rows_of_each_action(columns, policy):
    """Give normal form of an id -> the positions of its rows."""
    rows = {}
    for at, cell in enumerate(columns.action_id):
        key = repaired_id(cell, policy.action_id_pattern) if isinstance(cell, str) else None
        if key is not None:
            rows.setdefault(key, []).append(at)
    return rows


def check(columns, policy, pending=None, now=None, sent=None):  # noqa: PLR0915  # slow and obvious, in one piece
    """Give every (row, column, code), in no order."""
    found = []
    conflicting, later = set(), set()
    for positions in rows_of_each_action(columns, policy).values():
        meant = {(amount_meant(columns, at), reason_meant(columns.reason[at], policy.reasons)) for at in positions}
        (later.update(positions[1:]) if len(meant) == 1 else conflicting.update(positions))
    usual = [
        cell for cell in columns.action_id if isinstance(cell, str) and usual_id(cell) and id_code(cell, None) is None
    ]
    campaigns = Counter(cell.split(".")[1] for cell in usual)
    main = campaigns.most_common(1)[0][0] if campaigns else None
    currency_of = currencies(columns)
    known = Counter(code_of(one) for one in currency_of if one)
    main_currency = known.most_common(1)[0][0] if known else ""
    found += [(columns.rows[0], column, "column-hidden") for column in columns.hidden_columns if columns.rows]
    for at, row in enumerate(columns.rows):
        action_id, amount, reason = columns.action_id[at], columns.amount[at], columns.reason[at]
        code = id_code(action_id, policy.action_id_pattern)
        is_id = code not in ERRORS_ON_ID
        if at in conflicting:
            code = "id-conflict"
        if is_id and at in later:
            code = "id-duplicate"
        if code is None and isinstance(action_id, str) and usual_id(action_id) and action_id.split(".")[1] != main:
            code = "id-mixed-campaigns"
        if code:
            found.append((row, "ActionId", code))
        cents = amount_in(columns, at)
        kind = reason_of(reason, policy.reasons)
        about_amount = cents if isinstance(cents, str) else None
        action_currency = "" if pending is None else pending.currency_of(action_id)
        if about_amount is None and not is_shown_as_sent(columns, at, cents, action_currency):
            about_amount = "amount-shown-otherwise"
        if about_amount is None and isinstance(amount, str) and cents and amount[0] == "0" and digits(amount[:2]):
            about_amount = "amount-leading-zeros" if len(amount) > 1 else None
        compared = (main_currency, action_currency) if columns.currency is not None else (main_currency,)
        if not all(may_be_the_same(currency_of[at], other) for other in compared):
            found.append((row, "Amount", "currency-mixed"))
        if is_id and sent and action_id in sent:
            before = sent[action_id]
            if before.times >= 1000:
                found.append((row, "ActionId", "limit-reached"))
            if 950 <= before.times < 1000:
                found.append((row, "ActionId", "limit-near"))
            if isinstance(kind, ReasonKind) and (cents, reason) == (before.cents, before.reason):
                found.append((row, "ActionId", "already-sent"))
        if pending is not None and is_id:
            action = pending.actions.get(action_id)
            if action is None:
                found.append((row, "ActionId", "action-unknown"))
            else:
                locked = action.locks_at is not None and now is not None and action.locks_at <= now
                if locked or (action.state or "").upper() in {"APPROVED", "LOCKED"}:
                    found.append((row, "ActionId", "action-locked"))
                if about_amount is None and action.cents is not None:
                    about_amount = against(cents, action.cents)
        if about_amount is None and cents > policy.max_cents:
            about_amount = "amount-large"
        if about_amount:
            found.append((row, "Amount", about_amount))
        if not isinstance(kind, ReasonKind):
            found.append((row, "Reason", kind))
        elif not isinstance(cents, str) and kind is (ReasonKind.REVERSE if cents else ReasonKind.MODIFY):
            found.append((row, "Reason", "reason-amount-mismatch"))
        if row in columns.hidden:
            found.append((row, "ActionId", "row-hidden"))
    return found


def is_shown_as_sent(columns, at, cents, action_currency):
    number_format, amount = format_of(columns, at), columns.amount[at]
    if number_format is None:
        return True
    if isinstance(amount, str):
        return number_format.shows_as_sent(amount)
    return number_format.shows_as_sent(cents) and may_be_the_same(number_format.currency, action_currency)


def against(cents, current):
    if cents == current:
        return "amount-unchanged" if cents else "amount-was-zero"
    return "amount-above-original" if cents > current else None
