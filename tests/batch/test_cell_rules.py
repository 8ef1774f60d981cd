"""What is said about one cell."""

from datetime import date

import pytest

from action_returns.batch.cell_rules import CellRules
from action_returns.batch.cells import CellError
from action_returns.batch.check import check
from action_returns.batch.context import Policy, ReasonKind
from tests.batch.sheets import label, one_row

JUDGE = CellRules(Policy())
TEAM = CellRules(
    Policy(reasons={"Returned": ReasonKind.REVERSE, "RETURNED": ReasonKind.MODIFY, "OTHER": ReasonKind.EITHER})
)


@pytest.mark.parametrize(
    ("cell", "code", "fix"),
    [
        ("M.8882.4808.1063415", None, None),
        ("M.1.2.3", None, None),
        ("M." + "1" * 10 + "." + "2" * 10 + "." + "3" * 15, None, None),
        ("M." + "1" * 11 + ".2.3", "id-unusual", None),
        ("M.1.2." + "3" * 16, "id-unusual", None),
        ("M.1." + "2" * 11 + ".3", "id-unusual", None),
        ("M.1.2", "id-unusual", None),
        ("M1", "id-unusual", None),
        ("M" + "1" * 63, "id-unusual", None),
        ("M" + "1" * 64, "id-shape", None),
        ("M", "id-shape", None),
        ("M...", "id-shape", None),
        ("M.1.2.x", "id-shape", None),
        ("M.1,2", "id-shape", None),
        ("M.1-2", "id-shape", None),
        ("=M.1.2.3", "id-shape", None),
        ("M.\uff11.2.3", "id-lookalike", "M.1.2.3"),
        ("\u041c.1.2.3", "id-lookalike", "M.1.2.3"),
        ("\u039c.1.2.3", "id-lookalike", "M.1.2.3"),
        ("\uff2d\uff0e\uff11\uff0e\uff12\uff0e\uff13", "id-lookalike", "M.1.2.3"),
        ("\u043c.1.2.3", "id-lookalike", "M.1.2.3"),
        ("M\u30021\u20242\u00b73", "id-lookalike", "M.1.2.3"),
        ("M.\u0661.\u0968.3", "id-lookalike", "M.1.2.3"),
        (" \u041c.1.2.3\u00a0", "id-lookalike", "M.1.2.3"),
        ("\u041c.1.2.x", "id-shape", None),
        ("M.1\u00b2.2.3", "id-shape", None),
        ("M.1O.2.3", "id-shape", None),
        ("M.1l.2.3", "id-shape", None),
        ("M.1\u041e.2.3", "id-shape", None),
        ("N.1.2.3", "id-shape", None),
        ("1063415", "id-shape", None),
        ("1.", "id-shape", None),
        (".1.2", "id-shape", None),
        ("1..2", "id-shape", None),
        ("8882.4808.1063415", "id-no-prefix", None),
        (" 8882.4808.1063415", "id-no-prefix", None),
        ("8882.4808.1063415" + " " * 70, "id-no-prefix", None),
        ("m.1.2.3", "id-case", "M.1.2.3"),
        ("m1", "id-case", "M1"),
        ("m" + "1" * 64, "id-shape", None),
        (" m.1.2.3", "id-whitespace", "M.1.2.3"),
        (" M.1.2.3", "id-whitespace", "M.1.2.3"),
        (" M" + "1" * 63, "id-whitespace", "M" + "1" * 63),
        (" M" + "1" * 64, "id-shape", None),
        ("M.1.2.3\u00a0", "id-whitespace", "M.1.2.3"),
        ("M.1\r\n.2.3", "id-whitespace", "M.1.2.3"),
        ("M.1.2.3\n", "id-whitespace", "M.1.2.3"),
        ("\ufeffM.1.2.3", "id-whitespace", "M.1.2.3"),
        ("M.1.\u200b2.3", "id-whitespace", "M.1.2.3"),
        ("M.1.2.3\U000e0041", "id-whitespace", "M.1.2.3"),
        ("M.1.2.3\ufff9", "id-whitespace", "M.1.2.3"),
        ("M.1.2.3" + " " * 40_000, "id-whitespace", "M.1.2.3"),
        ("M.1.2.\ud8003", "id-shape", None),
        ("", "id-missing", None),
        (" \u00a0\u200b", "id-missing", None),
        (" " * 100, "id-missing", None),
        (None, "id-missing", None),
        (8882.0, "id-not-text", None),
        (8882, "id-not-text", None),
        (True, "id-not-text", None),
        (date(2026, 1, 1), "id-not-text", None),
        ([], "id-not-text", None),
        (CellError("error", "#N/A"), "cell-error", None),
        (CellError("no-value", ""), "formula-no-value", None),
        (CellError("merged", "M.1.2.3"), "cell-merged", None),
    ],
    ids=label,
)
def test_an_id_gets_its_most_specific_finding_and_only_a_fix_that_keeps_its_meaning(cell, code, fix):
    assert JUDGE.action_id(cell) == code
    assert code is None or JUDGE.fix(code, cell) == fix
    assert [(f.code, f.fix) for f in check(one_row(cell))] == ([] if code is None else [(code, fix)])


@pytest.mark.parametrize(
    ("cell", "code", "fix"),
    [
        ("M.1.2.3", None, None),
        ("M.1", "id-shape", None),
        ("m.1.2.3", "id-case", "M.1.2.3"),
        ("M.1.2.3\n", "id-whitespace", "M.1.2.3"),
        ("1.2.3", "id-no-prefix", None),
        ("M.1.2.3x", "id-shape", None),
    ],
    ids=label,
)
def test_a_pattern_of_the_profile_replaces_the_shape_of_ids(cell, code, fix):
    judge = CellRules(Policy(action_id_pattern=r"^M\.[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,15}$"))
    assert judge.action_id(cell) == code
    assert code is None or judge.fix(code, cell) == fix


@pytest.mark.parametrize("cell", ["a,b", "=1", "-1", "a b", 'a"b', "é", "a" * 65, "a\n"])
def test_no_pattern_lets_through_what_the_file_cannot_hold(cell):
    assert CellRules(Policy(action_id_pattern="(?s).+")).action_id(cell) in {"id-shape", "id-whitespace"}


def test_a_pattern_that_allows_web_ids_lets_them_through():
    assert CellRules(Policy(action_id_pattern="[0-9.]+")).action_id("1.2.3") is None


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        (0.0, 0),
        (-0.0, 0),
        (0, 0),
        (5, 500),
        (49.9, 4990),
        (0.01, 1),
        (19.99, 1999),
        (0.1 + 0.2, 30),
        (19.990000000000002, 1999),
        (1.1 * 3, 330),
        (1_000_000.1, 100_000_010),
        (1e11, 10**13),
        (123_456_789_012.34, 12_345_678_901_234),
        (999_999_999_999_999.0, 99_999_999_999_999_900),
        ("0", 0),
        ("0.00", 0),
        ("00", 0),
        ("5", 500),
        ("5.2", 520),
        ("0005.10", 510),
        ("49.90", 4990),
        ("9" * 15 + ".99", 99_999_999_999_999_999),
        ("0" * 40_000 + "5", 500),
    ],
    ids=label,
)
def test_a_plain_amount_is_read_to_the_cent(cell, cents):
    assert JUDGE.amount(cell) == cents
    ready = check(one_row(amount=cell, reason="ORDER_UPDATE" if cents else "REJECTED")).ready_rows()
    assert list(ready.cents) == [cents]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "amount-missing"),
        ("", "amount-missing"),
        (" \u200b", "amount-missing"),
        (" " * 100, "amount-missing"),
        (True, "amount-not-number"),
        (False, "amount-not-number"),
        (date(2026, 1, 1), "amount-not-number"),
        ([], "amount-not-number"),
        (float("nan"), "amount-not-number"),
        (float("inf"), "amount-not-number"),
        (1e15, "amount-not-number"),
        (10**400, "amount-not-number"),
        ("9" * 16, "amount-not-number"),
        ("abc", "amount-not-number"),
        ("NaN", "amount-not-number"),
        ("1e2", "amount-not-number"),
        ("$5", "amount-not-number"),
        ("12.50 EUR", "amount-not-number"),
        ("5%", "amount-percent"),
        ("50 %", "amount-percent"),
        ("%12,50", "amount-percent"),
        ("-5%", "amount-percent"),
        ("1.250,00\uff05", "amount-percent"),
        ("5\u066a", "amount-percent"),
        ("%", "amount-percent"),
        ("5%%", "amount-percent"),
        ("abc%", "amount-not-number"),
        ("5% net", "amount-not-number"),
        ("5.", "amount-not-number"),
        (".5", "amount-not-number"),
        ("+5", "amount-not-number"),
        ("1_000", "amount-not-number"),
        ("\uff15", "amount-not-number"),
        ("\u0665", "amount-not-number"),
        ("\u22125", "amount-not-number"),
        ("(5)", "amount-not-number"),
        ("5" + " " * 64, "amount-not-number"),
        ("1," * 40 + "1", "amount-not-number"),
        (float("-inf"), "amount-negative"),
        (-0.01, "amount-negative"),
        (-(10**400), "amount-negative"),
        ("-5", "amount-negative"),
        ("-1,5", "amount-negative"),
        (" -5", "amount-negative"),
        (0.005, "amount-decimals"),
        (1.005, "amount-decimals"),
        (5e-324, "amount-decimals"),
        (1e-7, "amount-decimals"),
        ("5.250", "amount-decimals"),
        ("0.000", "amount-decimals"),
        ("9" * 15 + ".999", "amount-decimals"),
        (CellError("error", "#DIV/0!"), "cell-error"),
        (CellError("no-value", ""), "formula-no-value"),
        (CellError("merged", "5"), "cell-merged"),
    ],
    ids=label,
)
def test_what_is_no_plain_amount_is_never_read_as_one(cell, code):
    assert JUDGE.amount(cell) == code
    assert JUDGE.fix(code, cell) is None
    for reason in ("ORDER_UPDATE", "REJECTED"):
        assert [(f.code, f.fix) for f in check(one_row(amount=cell, reason=reason))] == [(code, None)]


@pytest.mark.parametrize(
    ("number", "read"),
    [
        (100.0 + 0.9e-10, 10_000),
        (100.0 + 1.2e-10, "amount-decimals"),
        (100.0 - 0.9e-10, 10_000),
        (100.0 - 1.2e-10, "amount-decimals"),
    ],
    ids=label,
)
def test_binary_noise_ends_at_one_part_in_a_million_million(number, read):
    assert JUDGE.amount(number) == read


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("12,50", "12.50"),
        ("12,5", "12.50"),
        ("0,00", "0"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1,234.5", "1234.50"),
        ("1,234,567", "1234567.00"),
        ("1.234.567", "1234567.00"),
        ("1,23,456", "123456.00"),
        ("1,23,456.78", "123456.78"),
        ("1'250", "1250.00"),
        ("1\u2019234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        (" 12,50", "12.50"),
        ("12,50\n", "12.50"),
        ("1,250", None),
        ("12,505", None),
        ("0,500", None),
        ("1.23,45", None),
        ("1,2,3", None),
        ("1234,567,890", None),
        ("1,,5", None),
        ("1,234.567", None),
        ("1'2'3", None),
        ("1.2.3", None),
        ("9" * 16 + ",50", None),
        ("12 ,50", None),
    ],
    ids=label,
)
def test_separators_are_taken_out_only_where_one_reading_is_possible(text, fix):
    assert JUDGE.amount(text) == "amount-separator"
    assert JUDGE.fix("amount-separator", text) == fix


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        (" 5", "5.00"),
        ("5\n", "5.00"),
        ("49.90\u00a0", "49.90"),
        (" 0 ", "0"),
        ("1 234.50", "1234.50"),
        ("1\u202f234\u202f567", "1234567.00"),
        ("12 50", None),
        ("1 2345", None),
        ("5\n100", None),
        ("5\t100", None),
        ("5\u2028100", None),
        ("5\r\n100", None),
    ],
    ids=label,
)
def test_blanks_in_an_amount_are_taken_out_only_where_the_number_stays_what_one_sees(text, fix):
    assert JUDGE.amount(text) == "amount-whitespace"
    assert JUDGE.fix("amount-whitespace", text) == fix


@pytest.mark.parametrize(
    ("cell", "said", "fix"),
    [
        ("ORDER_UPDATE", ReasonKind.MODIFY, None),
        ("REJECTED", ReasonKind.REVERSE, None),
        ("rejected", "reason-case", "REJECTED"),
        ("Order_Update", "reason-case", "ORDER_UPDATE"),
        (" REJECTED", "reason-whitespace", "REJECTED"),
        ("REJ\u200bECTED", "reason-whitespace", "REJECTED"),
        ("rejected\n", "reason-whitespace", "REJECTED"),
        ("Returned", "reason-unknown", None),
        ("REJECTED,", "reason-unknown", None),
        ("\u0280EJECTED", "reason-unknown", None),
        ("\ud800", "reason-unknown", None),
        (5.0, "reason-unknown", None),
        (True, "reason-unknown", None),
        ([], "reason-unknown", None),
        (None, "reason-missing", None),
        ("", "reason-missing", None),
        ("\u00a0", "reason-missing", None),
        (CellError("error", "#REF!"), "cell-error", None),
        (CellError("no-value", ""), "formula-no-value", None),
        (CellError("merged", "REJECTED"), "cell-merged", None),
    ],
    ids=label,
)
def test_a_reason_is_one_of_the_codes_letter_by_letter(cell, said, fix):
    for _ in range(2):  # the second time from memory
        assert JUDGE.reason(cell) == said
        assert JUDGE.fix(said, cell) == fix


def test_codes_that_differ_by_capitals_only_are_nobodys_guess():
    assert TEAM.reason("Returned") is ReasonKind.REVERSE
    assert TEAM.reason("RETURNED") is ReasonKind.MODIFY
    assert TEAM.reason("returned") == "reason-unknown"
    assert TEAM.reason(" Returned") == "reason-whitespace"
    assert TEAM.fix("reason-whitespace", " Returned") == "Returned"


def test_capitals_are_compared_in_ascii_only():
    assert CellRules(Policy(reasons={"\u00df": ReasonKind.REVERSE})).reason("SS") == "reason-unknown"
    assert CellRules(Policy(reasons={"ITEM": ReasonKind.REVERSE})).reason("\u0131tem") == "reason-unknown"


def test_a_judge_does_not_remember_without_end():
    judge = CellRules(Policy())
    for number in range(10_100):
        assert judge.reason(f"x{number}") == "reason-unknown"
    assert len(judge._reasons) == 10_000
    assert judge.reason("rejected") == "reason-case"
