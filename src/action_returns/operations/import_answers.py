"""What the user answers about an export, kept for later files with the same headers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from action_returns.batch.amounts import NO_CENTS, Cents, amount_text, cents_of_text, money
from action_returns.errors import UsageError
from action_returns.files import Paths
from action_returns.operations.answers import Answers, save_answers, saved_answers
from action_returns.operations.import_texts import FIELD_WORDS
from action_returns.returns.known import Choices
from action_returns.returns.source import Amounts, Field

_COLUMN: Final = "column "
_REASON: Final = "reason "
_TOLERANCE: Final = "tolerance"
_NET: Final = "without tax and shipping"
_AMOUNTS: Final = "amounts"
COUNTED: Final = (Amounts.EVENTS, Amounts.TO_DATE)
"""What a user can say that the refund column of an export counts."""
_YES: Final = "yes"
_NO: Final = "no"


@dataclass(frozen=True, slots=True)
class ImportAnswers:
    """What the user answers about one export.

    Args:
        columns: field -> header, where the user names the column.
        reasons: the export's word for a reason -> reason code.
        tolerance: cents by which the order's total may differ from the action's amount; None when that is not answered.
        without_tax_and_shipping: whether the network's amounts are without tax and shipping, and the export's are not;
            None when that is not answered.
        amounts: what the refund column counts, where the source leaves that open; None when that is not answered.

    Raises:
        UsageError: a program wrote a value that cannot be meant.
    """

    columns: Mapping[Field, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    tolerance: Cents | None = None
    without_tax_and_shipping: bool | None = None
    amounts: Amounts | None = None

    def __post_init__(self) -> None:
        """Check what a program wrote: a wrong value would change money, or fail later without a word.

        Raises:
            UsageError: a value cannot be meant.
        """
        fields = set(Field)
        wrong = next((name for name in self.columns if name not in fields), None)
        if wrong is not None:
            raise _refused(f"columns has {wrong!r}. Write names such as {', '.join(list(Field)[:3])}.")
        if self.tolerance is not None and (type(self.tolerance) is not int or self.tolerance < 0):
            raise _refused(f"tolerance is {self.tolerance!r}. Write a whole number of cents, 0 or more: 150 for 1.50.")
        if not (self.without_tax_and_shipping is None or isinstance(self.without_tax_and_shipping, bool)):
            raise _refused(f"without_tax_and_shipping is {self.without_tax_and_shipping!r}. Write True, False or None.")
        if self.amounts is not None:
            counted = next((one for one in COUNTED if one == self.amounts), None)
            if counted is None:
                raise _refused(f"amounts is {self.amounts!r}. Write one of: {', '.join(COUNTED)}.")
            object.__setattr__(self, "amounts", counted)  # a program may write the text "events"

    @property
    def choices(self) -> Choices:
        """The choices that the new totals depend on; what was not answered is the careful one."""
        return Choices(self.reasons, self.tolerance or NO_CENTS, self.without_tax_and_shipping or False)

    def over(self, saved: "ImportAnswers") -> "ImportAnswers":
        """Return these answers, and the saved ones where these say nothing."""
        net = self.without_tax_and_shipping
        return ImportAnswers(
            {**saved.columns, **self.columns},
            {**saved.reasons, **self.reasons},
            saved.tolerance if self.tolerance is None else self.tolerance,
            saved.without_tax_and_shipping if net is None else net,
            self.amounts or saved.amounts,
        )


def _refused(what: str) -> UsageError:
    return UsageError(f"ImportAnswers: {what}")


class SavedAnswers:
    """The answers about exports on this computer.

    Args:
        paths: where they are.
        reasons: the reason codes of the account; an answer with another code does not count any more.
    """

    def __init__(self, paths: Paths, reasons: Mapping[str, object]) -> None:
        self._file = paths.import_answers
        self._saved = saved_answers(self._file)
        self._reasons = reasons

    @property
    def columns(self) -> Answers:
        """Signature of a set of headers -> field -> header."""
        return {signature: _beginning(_COLUMN, answers) for signature, answers in self._saved.items()}

    def of(self, signature: str) -> ImportAnswers:
        """Return the answers about exports with these headers."""
        answers = self._saved.get(signature, {})
        columns = _beginning(_COLUMN, answers)
        net = answers.get(_NET)
        return ImportAnswers(
            {name: columns[name] for name in Field if name in columns},
            {word: code for word, code in _beginning(_REASON, answers).items() if code in self._reasons},
            cents_of_text(answers.get(_TOLERANCE, "")),
            None if net is None else net == _YES,
            next((one for one in COUNTED if one == answers.get(_AMOUNTS)), None),
        )

    def save(self, signature: str, answers: ImportAnswers) -> None:
        """Write the answers about exports with these headers. Call it when they proved right: rows were written."""
        written = {f"{_COLUMN}{name}": header for name, header in answers.columns.items()}
        written |= {f"{_REASON}{word}": code for word, code in answers.reasons.items()}
        if answers.tolerance is not None:
            written[_TOLERANCE] = amount_text(answers.tolerance)
        if answers.without_tax_and_shipping is not None:
            written[_NET] = _YES if answers.without_tax_and_shipping else _NO
        if answers.amounts is not None:
            written[_AMOUNTS] = answers.amounts.value
        save_answers(self._file, signature, written)


def _beginning(word: str, answers: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix(word): value for key, value in answers.items() if key.startswith(word)}


def remembered(given: ImportAnswers, saved: ImportAnswers) -> Iterator[str]:
    """Return one sentence for each saved answer that is used, and how the user answers it anew."""
    for name, header in saved.columns.items():
        if name not in given.columns:
            yield (
                f'The {FIELD_WORDS[name]} is read from the column "{header}", as you chose for an earlier file with these '
                f'headers. To read another one: --map {name}="HEADER"'
            )
    for word, code in saved.reasons.items():
        if word not in given.reasons:
            yield (
                f'"{word}" becomes the reason {code}, as you chose for an earlier file with these headers. To choose '
                f'another one: --reason "{word}=CODE"'
            )
    if saved.tolerance and given.tolerance is None:
        yield (
            f"Totals may differ by {money(saved.tolerance)}, as you chose for an earlier file with these headers. To allow "
            "no difference: --tolerance 0"
        )
    if saved.amounts is not None and given.amounts is None:
        what = "one refund in each line" if saved.amounts is Amounts.EVENTS else "all refunds of the order so far"
        other = next(one for one in COUNTED if one is not saved.amounts)
        yield (
            f"The refunded amount is read as {what}, as you chose for an earlier file with these headers. If that is "
            f"wrong: --amounts {other}"
        )
    if saved.without_tax_and_shipping and given.without_tax_and_shipping is None:
        yield (
            "The network's amounts are taken to be without tax and shipping, as you chose for an earlier file with these "
            "headers. If that is wrong: --with-tax-and-shipping"
        )
