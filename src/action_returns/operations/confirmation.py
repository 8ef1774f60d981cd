"""What a person has to confirm before a batch is sent: the question, the numbers to type, and the record of it."""

from datetime import UTC
from typing import TYPE_CHECKING, Final, NamedTuple

from action_returns.batch.amounts import amount_text, cents_of_text, money, only_reading
from action_returns.batch.lock_dates import takes_no_changes
from action_returns.batch.rules import RULE_BY_CODE
from action_returns.errors import DeclinedError, RaiseNotConfirmedError
from action_returns.operations.batch_progress import FIRST_LOCK
from action_returns.operations.pending_texts import age_of_used, locks_soon
from action_returns.operations.texts import (
    CHANGES_COUNT,
    TEST_UPLOADS,
    UNENCRYPTED,
    columns_read,
    counted,
    kinds_of_change,
    order_value,
    rows_left_out,
    rows_sent_before,
    rows_stay_behind,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from action_returns.operations.account import Account
    from action_returns.operations.check import CheckedBatch
    from action_returns.operations.review import Review
    from action_returns.operations.send import Dialogue

TYPED_FROM: Final = 100
"""Reversals from which on their number has to be typed by a user who is asked."""
LARGE_FROM: Final = 2
"""Rows with a large or raised amount from which on their number has to be typed by a user who is asked."""
_LARGE: Final = ("amount-large", "amount-above-original")


class Typed(NamedTuple):
    """A number that has to be typed before a batch is sent.

    Args:
        what: what the number is of, to follow "This": ``takes back 100 actions``.
        number: the number as it is asked for.
        name: what to call it in the question, ``""`` where the sentence says it.
        matches: whether a text is that number.
    """

    what: str
    number: str
    name: str
    matches: "Callable[[str], bool]"

    @property
    def question(self) -> str:
        """The question that is answered by typing the number."""
        return f"This {self.what}. Type {self.number}{self.name} to send."

    @property
    def question_without_typing(self) -> str:
        """The second question where nothing can be typed."""
        return f"This {self.what}. Really send?"


def numbers_to_type(checked: "CheckedBatch", max_raise_cents: int) -> list[Typed]:
    """Return the numbers that a user who is asked has to type.

    Args:
        checked: the batch.
        max_raise_cents: what its rows may raise order value by without a typed amount.
    """
    numbers = []
    is_raise_large = raise_to_confirm(checked) > max_raise_cents
    if is_raise_large:
        numbers.append(_typed_raise(checked))
    if checked.summary.reversals >= TYPED_FROM:
        reversals = checked.summary.reversals
        numbers.append(
            _typed_count(f"takes back {counted(reversals, 'action')}", reversals, " (the number of reversals)")
        )
    # Once the sum of all raises is typed, the rows behind it need no further number.
    large = 0 if is_raise_large else sum(checked.warnings.get(code, 0) for code in _LARGE)
    if large >= LARGE_FROM:
        numbers.append(_typed_count(f"sends {large:,} large or raised amounts", large, " (the number of these rows)"))
    return numbers


def _typed_raise(checked: "CheckedBatch") -> Typed:
    cents = raise_to_confirm(checked)

    def matches(text: str) -> bool:
        return (only_reading(text) if cents_of_text(text) is None else cents_of_text(text)) == cents

    return Typed(raise_of(checked), amount_text(cents), "", matches)


def _typed_count(what: str, number: int, name: str) -> Typed:
    return Typed(what, str(number), name, lambda text: text == str(number))


def raise_to_confirm(checked: "CheckedBatch") -> int:
    """Return what the rows may raise order value by, in cents; rows that lower it do not count against it.

    A large amount (above the profile's ``max_amount``) whose current amount is unknown counts as a whole: without a
    download, one digit too many would otherwise leave with nothing but a warning.
    """
    return checked.summary.raised_cents + _large_without_current_amount(checked)


def _large_without_current_amount(checked: "CheckedBatch") -> int:
    if "amount-large" not in checked.warnings:
        return 0
    limit = checked.report.policy.max_cents
    current = {} if checked.pending is None else checked.pending.actions
    return sum(
        cents
        for action_id, cents, _ in checked.rows
        if cents > limit and ((action := current.get(action_id)) is None or action.cents is None)
    )


def raise_of(checked: "CheckedBatch") -> str:
    """Return what the rows raise, ``RAISES order value by 99,876.50 EUR``; rows that lower it do not count against it."""
    summary = checked.summary
    amount = money(raise_to_confirm(checked), summary.currency)
    if _large_without_current_amount(checked):
        return f"may RAISE order value by up to {amount}: large amounts whose current amount is unknown are in it"
    if summary.raised_cents == summary.effect_cents:
        return f"RAISES order value by {amount}"
    return f"RAISES the order value of {counted(summary.raised_rows, 'action')} by {amount}"


def refuse_raise(checked: "CheckedBatch", account: "Account", max_raise_cents: int) -> None:
    """Stop a send of which the user is not asked when it raises order value by more than is allowed.

    Raises:
        RaiseNotConfirmedError: it does.
    """
    cents = raise_to_confirm(checked)
    if cents > max_raise_cents:
        raise RaiseNotConfirmedError(
            f"This {raise_of(checked)}, and {money(max_raise_cents)} is the most that profile {account.name} sends without "
            f"a typed amount (max_raise). Nothing was sent. Look at these rows; if they are meant, add "
            f"--max-raise {amount_text(cents)}."
        )


def lines_to_confirm(page: "Review") -> list[str]:
    """Return what a user reads beside the question before a batch is sent, one line each."""
    checked, account = page.checked, page.account
    summary = checked.summary
    effect = order_value(summary)
    return [
        f"{kinds_of_change(summary)}, {money(summary.new_total_cents, summary.currency)} in all",
        f"{effect[0].upper()}{effect[1:]}",
        f"{page.channel}: {page.destination} (profile {account.name})",
        *([TEST_UPLOADS] if account.environment == "test" else []),
        *([f"Encryption: {UNENCRYPTED}."] if account.unencrypted else []),
        *filter(None, (age_of_used(checked), locks_soon(checked.locks_soon or []))),
        *([f"Read: {columns}"] if (columns := columns_read(checked.reading.headers)) else []),
        *stay_behind(checked),
        *([f"Warnings: {warnings}"] if (warnings := warnings_in_words(checked)) else []),
        "",
        CHANGES_COUNT,
    ]


def stay_behind(checked: "CheckedBatch") -> list[str]:
    """Return which rows are not sent, by reason, and how many go out again on purpose."""
    return [
        *([rows_stay_behind(out)] if (out := checked.rows_with_errors) else []),
        *([rows_left_out(before)] if (before := checked.sent_before) else []),
        *([rows_sent_before(len(checked.repeats))] if checked.include_sent and checked.repeats else []),
    ]


def warnings_by_kind(checked: "CheckedBatch") -> str:
    """Return the warnings of the rows that would be sent, for the record: ``2 amount-large, 1 row-hidden``."""
    return ", ".join(f"{number:,} {code}" for code, number in checked.warnings.items())


def warnings_in_words(checked: "CheckedBatch") -> str:
    """Return the warnings of the rows that would be sent, for people: ``Amount is unusually large (2)``."""
    return ", ".join(f"{RULE_BY_CODE[code].title} ({number:,})" for code, number in checked.warnings.items())


def facts_to_record(checked: "CheckedBatch") -> dict[str, str | int]:
    """Return what the user confirmed, as the ledger's event ``confirmed`` keeps it; what does not apply is left out."""
    summary = checked.summary
    facts: dict[str, str | int | None] = {
        "columns": columns_read(checked.reading.headers),
        "warnings": warnings_by_kind(checked),
        "left_out_errors": checked.rows_with_errors,
        "left_out_sent_before": checked.sent_before,
    }
    known = {} if summary.known is None else {"effect_known_rows": summary.known}
    effect = {} if summary.effect_cents is None else {"effect_cents": summary.effect_cents}
    return {
        **{key: value for key, value in facts.items() if value},
        "new_total_cents": summary.new_total_cents,
        **effect,
        **known,
        **({"currency": summary.currency} if summary.currency else {}),
        **_facts_of_pending(checked),
    }


def _facts_of_pending(checked: "CheckedBatch") -> dict[str, str | int]:
    if checked.pending is None:
        return {}
    as_of = checked.pending.as_of.astimezone(UTC).isoformat(timespec="seconds")
    return {"pending_as_of": as_of, "pending_rows": checked.pending.count, **_first_lock(checked)}


def _first_lock(checked: "CheckedBatch") -> dict[str, str]:
    """Return when the first action of the sent rows locks: until then, all of them can be changed once more."""
    actions = {} if checked.pending is None else checked.pending.actions
    known = (actions[one] for one in checked.rows.action_ids if one in actions)
    dates = [one.locks_at for one in known if one.locks_at is not None and not takes_no_changes(one.state)]
    return {FIRST_LOCK: min(dates).astimezone(UTC).isoformat(timespec="seconds")} if dates else {}


def ask_for_numbers(numbers: list[Typed], dialogue: "Dialogue") -> str:
    """Ask the user to type each number, and return what was typed, for the record.

    Raises:
        DeclinedError: the user typed nothing or another number, or said no where nothing can be typed.
    """
    typed = []
    for number in numbers:
        answer = dialogue.type_number(number.question)
        if answer is None:
            if not dialogue.confirm(number.question_without_typing):
                raise DeclinedError
            continue
        answer = answer.strip()
        if not answer:
            raise DeclinedError
        if not number.matches(answer):
            raise DeclinedError(f"Not sent: {answer} was typed, and the number is {number.number}.")
        typed.append(answer)
    return ", ".join(typed)
