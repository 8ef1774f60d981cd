"""The rule catalogue: every finding there can be, and its texts.

A finding is one entry here and one function: in :mod:`action_returns.batch.cell_rules` when one cell decides, in
:mod:`action_returns.batch.row_rules` when other rows, the download or earlier batches decide. The command line, the
``Dictionary`` sheet and ``docs/rules.md`` are printed from here. The facts about the receiver come from impact.com's
help pages: "Batch modifications and reversals for mobile actions" (columns, prefix M, at most 1,000 modifications per
action), "Submit batch modifications and reversals" (amount 0 reverses unless it was 0 before; edit ids as text) and
"Batch modifications and reversals overview" (locked actions cannot be changed).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from action_returns.batch import facts
from action_returns.batch.amounts import amount_text
from action_returns.batch.cells import ColumnName, campaign_of, quote
from action_returns.batch.rule import Fact, Rule, Severity

MODIFICATION_LIMIT: Final = 1000
"""Modifications an action takes in its life (impact.com, batch modifications for mobile actions)."""
NEAR_LIMIT: Final = 950


_TIMES_SENT: Final = Fact(lambda case: f"{case.sent.times:,}", "N")


def _error(column: ColumnName | None, code: str, title: str, what: str, why: str, todo: str, **more: object) -> Rule:
    return Rule(code, column, Severity.ERROR, title, what, why, todo, **more)  # type: ignore[arg-type]


def _warning(column: ColumnName | None, code: str, title: str, what: str, why: str, todo: str, **more: object) -> Rule:
    return Rule(code, column, Severity.WARNING, title, what, why, todo, **more)  # type: ignore[arg-type]


_ACTION_ID: Final = (
    _error(
        "ActionId", "id-missing", "ActionId is missing",
        "This row has no ActionId.",
        "Without it the action cannot be found.",
        "Paste the Action ID from Pending Actions, or clear the row.",
    ),
    _error(
        "ActionId", "id-not-text", "ActionId is a number or a date",
        "{found} is stored as a number or a date, not as text.",
        "A spreadsheet that turns an id into a number drops digits and zeros, so the id is already damaged.",
        "Format the cell as Text and paste the Action ID again from Pending Actions.",
    ),
    _error(
        "ActionId", "id-whitespace", "ActionId holds blanks",
        "{found} holds blanks, line breaks or invisible characters.",
        "The network would not recognise the action.",
        "Remove the blanks.",
        safe_fix=True,
    ),
    _error(
        "ActionId", "id-no-prefix", "ActionId has no M",
        "{found} has no M in front.",
        "It lost its M, or it is a web action, which does not belong in a file of mobile actions.",
        "Copy the Action ID again from Pending Actions, e.g. M.8882.4808.1063415.",
    ),
    _error(
        "ActionId", "id-case", "ActionId has a small m",
        "{found} starts with a small m.",
        "Mobile ids start with a capital M.",
        "Write the M as a capital.",
        safe_fix=True,
    ),
    _error(
        "ActionId", "id-lookalike", "ActionId holds look-alike signs",
        "{found} holds {lookalikes}.",
        "They look alike, but the network would not recognise the action.",
        "Write it with M, plain digits and dots.",
        safe_fix=True,
        facts={"lookalikes": Fact(facts.lookalikes, "signs that look like M, a digit or a dot but are others")},
        beside="{lookalikes}",
    ),
    _error(
        "ActionId", "id-shape", "ActionId has another shape",
        "{found} is not an Action ID of this account.",
        "A mobile Action ID is M, digits and dots, at most 64 characters, unless the profile says otherwise.",
        "Copy the Action ID again from Pending Actions, e.g. M.8882.4808.1063415.",
    ),
    _error(
        "ActionId", "id-duplicate", "ActionId stands here twice",
        "{found} already stands in row {first_row} with the same amount and reason.",
        "Only the first of these rows is sent.",
        "Delete this row.",
        facts={"first_row": Fact(facts.first_row, "N")},
        beside="first in row {first_row}",
    ),
    _error(
        "ActionId", "id-conflict", "ActionId in contradicting rows",
        "{found} stands in the rows {rows} with different amounts or reasons.",
        "It is not certain which of them is right, so none of them is sent.",
        "Keep the row that is right and delete the others.",
        facts={"rows": Fact(facts.rows_of_action, "N and N")},
        beside="rows {rows}",
    ),
    _warning(
        "ActionId", "id-unusual", "ActionId looks unusual",
        "{found} is not built like the one publicly known form, M.8882.4808.1063415.",
        "It may be right, or a part of it may be missing.",
        "Compare it with Pending Actions. Are all of yours like this? Set action_id_pattern.",
    ),
    _warning(
        "ActionId", "id-mixed-campaigns", "ActionId of another campaign",
        "{found} belongs to campaign {campaign}; other rows belong to {main_campaign}.",
        "A file that mixes campaigns may hold rows of another programme or account.",
        "Make sure that the row belongs in this file.",
        facts={
            "campaign": Fact(lambda case: campaign_of(case.action_id), "A"),
            "main_campaign": Fact(lambda case: case.others.main_campaign, "B", of_batch=True),
        },
        beside="campaign {campaign}, other rows {main_campaign}",
    ),
)  # fmt: skip

_AMOUNT: Final = (
    _error(
        "Amount", "amount-missing", "Amount is missing",
        "This row has no amount.",
        "A blank is never read as 0: 0 would reverse the action.",
        "Enter the new order total, or 0 to reverse.",
    ),
    _error(
        "Amount", "amount-whitespace", "Amount holds blanks",
        "{found} holds blanks, line breaks or invisible characters.",
        "The network expects plain digits.",
        "Remove the blanks.",
        safe_fix=True,
    ),
    _error(
        "Amount", "amount-not-number", "Amount is not a plain number",
        "{found} is not a plain amount.",
        "Only the digits 0 to 9 with a dot for the cents can be sent: no text, date, currency sign or exponent, at most "
        "15 digits.",
        "Enter the new order total like 49.90, or 0 to reverse.",
    ),
    _error(
        "Amount", "amount-separator", "Amount uses a comma or grouping",
        "{found} uses a comma or separates thousands.",
        "The file needs a dot for the cents and nothing else; a comma would split the column.",
        "Write it like 1234.50.",
        safe_fix=True,
    ),
    _error(
        "Amount", "amount-negative", "Amount is negative",
        "{found} is negative.",
        "Amount is the new order total, not the difference.",
        "Enter what the order is worth now, or 0 to reverse it.",
    ),
    _error(
        "Amount", "amount-decimals", "Amount has more than two decimals",
        "{found} has more than two decimals.",
        "Rounding would change money, and 1.250 may mean 1250.",
        "Enter the new order total with at most two decimals.",
    ),
    _error(
        "Amount", "amount-percent", "Amount is a percentage",
        "The cell shows {shown}, a percentage.",
        "Amount is the new order total, not a part of it.",
        "Enter the new order total like 49.90, in a cell with the format Text.",
        facts={"shown": Fact(facts.shown, "50%")},
        beside="shows {shown}",
    ),
    _warning(
        "Amount", "amount-shown-otherwise", "Amount is shown with other digits",
        "The cell shows {shown}, and {sent} is sent{currency}.",
        "The number format of the cell hides, rounds or divides the amount, or names another currency.",
        "Format the cell as Text or 0.00, and make sure that the amount is right.",
        facts={
            "shown": Fact(facts.shown, "other digits"),
            "sent": Fact(facts.sent, "the amount"),
            "currency": Fact(facts.in_currency_of_action, ""),
        },
        beside="shows {shown}, {sent} is sent{currency}",
    ),
    _warning(
        "Amount", "amount-leading-zeros", "Amount has leading zeros",
        "{found} is sent as {sent}.",
        "Some systems write cents like this: 0001250 can mean 12.50.",
        "Make sure that it is the new order total, and write it without leading zeros.",
        facts={"sent": Fact(facts.sent, "the number without the zeros")},
        beside="sent as {sent}",
    ),
    _warning(
        "Amount", "amount-large", "Amount is unusually large",
        "{found} is above {limit}.",
        "This can be a typing error: an extra digit or a missing decimal point.",
        "Make sure that it is the new order total.",
        facts={"limit": Fact(lambda case: amount_text(case.policy.max_cents), "the profile's limit", of_batch=True)},
        beside="above {limit}",
    ),
    _warning(
        "Amount", "amount-above-original", "Amount is above the current one",
        "{found} is more than the action's current amount of {current}.",
        "A return lowers an order; this would raise it and the partner's payout.",
        "Make sure that it is the new order total.",
        facts={"current": Fact(facts.current_amount, "N")},
        beside="now {current}",
    ),
    _warning(
        "Amount", "amount-unchanged", "Amount is what it already was",
        "{found} is what the action already has.",
        "Sending it changes nothing and uses up one of the action's 1,000 modifications.",
        "Leave the row out, unless the reason alone matters.",
    ),
    _warning(
        "Amount", "amount-was-zero", "Amount was already 0",
        "The action's amount is already 0.",
        "Sending 0 again counts as a modification and reverses nothing.",
        "If the action is to be reversed, do it in the impact.com interface.",
    ),
)  # fmt: skip

_REASON: Final = (
    _error(
        "Reason", "reason-missing", "Reason is missing",
        "This row has no reason.",
        "The network refuses a row without one.",
        "Choose one of {reasons}.",
    ),
    _error(
        "Reason", "reason-whitespace", "Reason holds blanks",
        "{found} holds blanks, line breaks or invisible characters.",
        "Reason codes are compared letter by letter.",
        "Remove the blanks.",
        safe_fix=True,
    ),
    _error(
        "Reason", "reason-case", "Reason is spelled with other capitals",
        "{found} is spelled with other capitals than the code.",
        "Reason codes are compared letter by letter, capitals included.",
        "Spell it like the code.",
        safe_fix=True,
    ),
    _error(
        "Reason", "reason-unknown", "Reason is not a known code",
        "{found} is not a reason code of this profile{letters}.",
        "The network may refuse it or do something else with it.",
        "Choose one of {reasons}, or add your account's own code to the profile.",
        facts={"letters": Fact(facts.foreign_letters, "")},
        beside="{letters}",
    ),
    _error(
        "Reason", "reason-amount-mismatch", "Reason and amount contradict each other",
        "{found} does not go with the amount {amount}.",
        "A reversing reason takes amount 0, and a modifying one takes an amount above 0; together they are ambiguous.",
        "Decide which of the two is meant and change the other.",
        facts={"amount": Fact(lambda case: quote(case.columns.amount[case.position]), "beside it")},
        beside="with amount {amount}",
    ),
)  # fmt: skip

_ROW: Final = (
    _error(
        None, "cell-error", "The cell shows an error",
        "{found} is an error, not a value.",
        "A formula shows it when it cannot be calculated.",
        "Repair the formula or type the value.",
    ),
    _error(
        None, "formula-no-value", "The formula has no value",
        "The cell holds a formula that was not calculated yet.",
        "The file does not contain its value.",
        "Open the file in the spreadsheet program, let it calculate, save it, and check again.",
    ),
    _error(
        None, "cell-merged", "The cell is merged",
        "The cell is part of a merged area.",
        "A merged area shows one value for several rows, and only one of them holds it.",
        "Unmerge the cells and fill in every row.",
    ),
    _error(
        "ActionId", "limit-reached", "Modification limit reached",
        "{found} was already sent in {count} batches.",
        "An action takes 1,000 modifications in its life, reversals counted; the network refuses more.",
        "Leave the row out and ask impact.com support.",
        facts={"count": _TIMES_SENT},
        beside="sent in {count} batches",
    ),
    _error(
        "ActionId", "action-locked", "Action is locked",
        "{found} {lock}.",
        "A locked action cannot be changed any more, the network would refuse the row.",
        "Leave the row out; settle the difference with a fund transfer or with the partner.",
        facts={"lock": Fact(facts.lock, "is locked")},
        beside="{lock}",
    ),
    _warning(
        "ActionId", "limit-near", "Modification limit is near",
        "{found} was already sent in {count} batches.",
        "An action takes 1,000 modifications in its life, reversals counted.",
        "Send only changes that matter.",
        facts={"count": _TIMES_SENT},
        beside="sent in {count} batches",
    ),
    _warning(
        "ActionId", "action-unknown", "Action is not in the download",
        "{found} is not in the pending download.",
        "It may be locked, of another account, newer than the download, or mistyped.",
        "Download Pending Actions again, or look the action up.",
    ),
    _warning(
        "ActionId", "already-sent", "Row may have arrived before",
        "{found} {before}.",
        "Sending it again uses up one of its 1,000 modifications and undoes whatever was changed since.",
        "{advice}.",
        facts={
            "before": Fact(lambda case: facts.before(case).told, "was already sent, or may have arrived, with this amount and reason in batch N"),
            "advice": Fact(
                lambda case: facts.before(case).advice,
                "The row stays here when the batch is sent; if it is not known whether batch N arrived, settle that first "
                "(history mark N)",
            ),
            "batch": Fact(lambda case: facts.before(case).beside, "N"),
        },
        beside="batch {batch}",
    ),
    _warning(
        "Amount", "currency-mixed", "Row is in another currency",
        "This row is in {currency}; {other}.",
        "The file that is sent has no currency: the network reads the amount in the currency of the action.",
        "Enter the amount in the currency of the action.",
        facts={
            "currency": Fact(facts.currency, "another currency"),
            "other": Fact(facts.other_currency, "other rows, or the action in the download, are not"),
        },
        beside="{currency}; {other}",
    ),
    _warning(
        None, "column-hidden", "Column is hidden",
        "The column of this cell is hidden in the sheet.",
        "The values of a hidden column are sent too.",
        "Show the column and look at its values.",
    ),
    _warning(
        "ActionId", "row-hidden", "Row is hidden",
        "This row is hidden or filtered away in the sheet.",
        "Hidden rows are sent too.",
        "Show the row and decide whether it belongs in the batch.",
    ),
)  # fmt: skip

RULES: Final[tuple[Rule, ...]] = (*_ACTION_ID, *_AMOUNT, *_REASON, *_ROW)
RULE_BY_CODE: Final[Mapping[str, Rule]] = MappingProxyType({rule.code: rule for rule in RULES})

REFUSALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "file-unreadable": "The file cannot be read as a workbook or CSV.",
        "file-protected": "The file is protected with a password.",
        "file-too-large": "The file is larger than a worksheet can be, or built to do harm.",
        "columns-missing": "ActionId, Amount or Reason was not found.",
        "columns-repeated": "A column stands there more than once.",
        "no-rows": "There are no rows below the headers.",
        "sheet-ambiguous": "More than one sheet could be meant.",
    }
)
"""Refusals of a whole file, code and meaning."""
