"""The live formulas: written out from the template's words, and never with a function that Excel 2016 lacks."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from action_returns import __version__
from action_returns.batch.rules import RULES
from action_returns.errors import TemplateError
from action_returns.operations.new_workbook import declared_template
from action_returns.workbook_builder.build import build_workbook
from action_returns.workbook_builder.formulas import expand_formula, live_text_formula, rule_codes
from action_returns.workbook_builder.info import WorkbookInfo
from action_returns.workbook_builder.template import Live

LIVE = Live(duplicates_to=77, contradictions_to=33, few=7, blanks=(9, 32, 126, 160, 65279), names={})
DECLARED = declared_template().live
TITLES = {rule.code: rule.title for rule in RULES}
CELLS = {"ActionId": "Actions!$A1", "Amount": "Actions!$B1", "Reason": "Actions!$C1"}
EXCEL_2016 = {
    "ABS", "AND", "CHAR", "CODE", "COUNTA", "COUNTIF", "COUNTIFS", "EXACT", "FIND", "FIXED", "IF", "IFERROR", "ISBLANK", "ISERROR",
    "ISLOGICAL", "ISNUMBER", "ISTEXT", "LEFT", "LEN", "MATCH", "MAX", "MID", "NOT", "OFFSET", "OR", "REPT", "RIGHT", "ROUND", "ROW",
    "SUBSTITUTE", "SUMPRODUCT", "TRIM", "UPPER", "VALUE",
}  # fmt: skip
AFTER_2007 = {"UNICHAR"}
"""Function of Excel 2013, which a file names with a prefix ([MS-XLSX] 2.2.2, future-function-list)."""
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"))


def plain(formula):
    return expand_formula(formula, LIVE)


# ---------------------------------------------------------------------------------------------------------- written out


def test_a_rule_is_named_by_the_title_that_validate_gives_it():
    assert plain('"{rule:id-missing}"') == f'"{TITLES["id-missing"]}"'
    assert plain("ROWS(A1:A9)>{limit}") == "ROWS(A1:A9)>77"


def test_quotes_in_a_title_are_doubled(monkeypatch):
    monkeypatch.setitem(expand_formula.__globals__["_TITLES"], "id-missing", 'a "quoted" title')
    assert plain('"{rule:id-missing}"') == '"a ""quoted"" title"'


@pytest.mark.parametrize("formula", ['"{rule:id-mising}"', '"{rule:limit}"', "{limits}"])
def test_a_rule_that_there_is_not_is_refused_by_name(formula):
    with pytest.raises(TemplateError, match=rf"names {re.escape(formula.strip(chr(34)))}, which is no rule"):
        plain(formula)


@pytest.mark.parametrize("formula", ["IF(1,2", "IF(1,2))", "IF(1,(2)"])
def test_a_parenthesis_too_few_or_too_many_is_refused(formula):
    with pytest.raises(TemplateError, match=re.escape(f"does not close its parentheses: {formula}")):
        plain(formula)


def test_a_formula_may_have_8192_characters_and_not_one_more():
    assert len(plain("1" * 8192)) == 8192
    with pytest.raises(TemplateError, match="has 8193 characters, Excel takes 8192: 111"):
        plain("1" * 8193)


def test_what_counts_is_the_length_when_written_out():
    with pytest.raises(TemplateError, match="Excel takes 8192"):
        plain("+".join(["BARE(x)"] * 100))


def test_bare_takes_every_declared_blank_away():
    wanted = "x"
    for blank in ("CHAR(9)", "CHAR(32)", "CHAR(126)", "_xlfn.UNICHAR(160)", "_xlfn.UNICHAR(65279)"):
        wanted = f'SUBSTITUTE({wanted},{blank},"")'
    assert plain("LEN(BARE(x))") == f"LEN({wanted})"


def without(text, signs):
    """Do in Python what a formula of SUBSTITUTEs does."""
    for sign in re.findall(r'"([^"])"|,(?:_xlfn\.UNI)?CHAR\((\d+)\)', signs):
        text = text.replace(sign[0] or chr(int(sign[1])), "")
    return text


@given(st.text(st.sampled_from("M.x19 \t\u00a0\ufeff\u2003")))
def test_bare_leaves_what_is_no_blank(text):
    formula = expand_formula("BARE(x)", DECLARED)
    assert without(text, formula) == "".join(sign for sign in text if ord(sign) not in DECLARED.blanks)


@given(st.text(st.sampled_from("0123456789.,'’-Mx ")))
def test_digitless_leaves_what_is_neither_a_digit_nor_one_of_the_signs(text):
    assert without(text, plain('DIGITLESS(x, ".,")')) == re.sub("[0-9.,]", "", text)
    assert without(text, plain('DIGITLESS(x, "")')) == re.sub("[0-9]", "", text)


def test_digitless_and_bare_take_the_whole_text_that_stands_in_them():
    assert plain('DIGITLESS(MID(x,2,64), "")').startswith("SUBSTITUTE(" * 10 + "MID(x,2,64),")
    assert plain('DIGITLESS(MID(x,2,64), "")').count("SUBSTITUTE(") == 10
    assert expand_formula("BARE([ActionId])", LIVE, CELLS).startswith("SUBSTITUTE(" * 5 + "Actions!$A1,")


def test_a_column_stands_for_the_cell_of_the_row_that_asks():
    assert expand_formula("[ActionId]&[Amount]&[Reason]", LIVE, CELLS) == "Actions!$A1&Actions!$B1&Actions!$C1"
    assert expand_formula("[ActionId]", LIVE) == "[ActionId]"


def test_a_column_can_be_named_in_other_ways_too():
    cells = {"ActionId limited": "Actions!$A$3:$A9", "Amount head": "Actions!$B$3"}
    assert (
        expand_formula("COUNTA([ActionId limited])&[Amount head]", LIVE, cells)
        == "COUNTA(Actions!$A$3:$A9)&Actions!$B$3"
    )


def test_a_declared_function_stands_for_its_formula_with_whatever_is_in_its_parentheses():
    functions = {"TWICE": "({x}+\n {x})", "FOUR": "TWICE(TWICE({x}))"}
    live = Live(duplicates_to=77, contradictions_to=33, few=7, blanks=(), functions=functions, names={})
    assert expand_formula('TWICE(LEN("a"))', live) == '(LEN("a")+LEN("a"))'
    assert expand_formula("FOUR(1)&NTWICE(1)", live) == "((1+1)+(1+1))&NTWICE(1)"
    with pytest.raises(TemplateError, match="does not close its parentheses"):
        expand_formula("TWICE(LEN(1)", live)


def test_a_formula_may_be_declared_on_several_lines():
    assert plain("IF(1,\n   2,\n 3)") == "IF(1,2,3)"


# ------------------------------------------------------------------------------------------------------------ live texts


def test_a_live_text_puts_names_between_words():
    assert live_text_formula("{live_rows} rows, {live_errors} wrong") == 'live_rows&" rows, "&live_errors&" wrong"'


def test_a_name_alone_stays_a_number():
    assert live_text_formula("{live_rows}") == "live_rows"


@given(WORDS, WORDS)
def test_words_of_a_live_text_are_quoted_whatever_they_are(before, after):
    formula = live_text_formula(f"{before}{{live_rows}}{after}")
    pieces = re.fullmatch(r'(?:"((?:[^"]|"")*)"&)?live_rows(?:&"((?:[^"]|"")*)")?', formula, re.DOTALL)
    assert pieces is not None
    assert [(piece or "").replace('""', '"') for piece in pieces.groups()] == [before, after]


def test_the_rules_a_formula_knows_are_told():
    assert rule_codes('IF(1,"{rule:id-missing}","{rule:amount-missing}")&{limit}') == {"id-missing", "amount-missing"}
    assert rule_codes("LEN(BARE(x))") == set()


# ------------------------------------------------------------------------------------------- every formula in the workbook


def formulas():
    """Return every formula of the built workbook."""
    content = build_workbook(declared_template(), WorkbookInfo(__version__))
    tags = {"f", "formula", "formula1", "definedName", "calculatedColumnFormula"}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            for element in ET.fromstring(archive.read(name)).iter():
                if element.tag.partition("}")[2] in tags and element.text:
                    yield element.text


FORMULAS = sorted(set(formulas()))
HEADERS = "OFFSET(Import!$L$15,0,0,MAX(1,COUNTA(Import!$L$15:$L$514)),1)"
CHOICES = "OFFSET(Reasons!$A$4,0,0,MAX(1,COUNTA(Reasons!$A$4:$A$1003)),1)"


def functions(formula):
    return {
        token.value.removesuffix("(")
        for token in Tokenizer(f"={formula}").items
        if (token.type, token.subtype) == (Token.FUNC, Token.OPEN)
    }


def test_every_function_is_one_that_excel_2016_has():
    used = set().union(*map(functions, FORMULAS))
    assert {name.removeprefix("_xlfn.") for name in used} <= EXCEL_2016 | AFTER_2007


def test_the_prefix_of_newer_functions_stands_where_it_must_and_nowhere_else():
    used = set().union(*map(functions, FORMULAS))
    assert {name for name in used if name.startswith("_")} == {f"_xlfn.{name}" for name in AFTER_2007}
    assert not used & AFTER_2007
    assert not [formula for formula in FORMULAS if "_xlws" in formula or "_xludf" in formula]


def test_no_formula_names_a_table_because_not_every_program_knows_them():
    assert not [formula for formula in FORMULAS if re.search(r"\w\[", re.sub(r'"[^"]*"', "", formula))]


def test_no_cell_is_calculated_again_after_every_change_anywhere():
    volatile = {"CELL", "INDIRECT", "INFO", "NOW", "OFFSET", "RAND", "RANDBETWEEN", "TODAY"}
    assert [formula for formula in FORMULAS if functions(formula) & volatile] == [HEADERS, CHOICES]
    assert [formula for formula in FORMULAS if "reason_codes" in formula] == ["reason_codes"], (
        "the drop-down alone asks for them"
    )


def test_what_is_empty_is_told_by_its_length_because_programs_compare_texts_differently():
    assert not [formula for formula in FORMULAS if re.search(r'(=|<>)""', formula)]


def test_nothing_is_calculated_over_arrays_that_older_excel_does_not_know():
    outside_texts = [re.sub(r'"(?:[^"]|"")*"', "", formula) for formula in FORMULAS]
    assert not [formula for formula in outside_texts if re.search(r"[{}@#](?!Headers)", formula)]


def test_true_and_false_are_written_as_numbers_because_libreoffice_reads_the_words_slowly():
    assert not [formula for formula in FORMULAS if re.search(r"\b(TRUE|FALSE)\b", formula)]


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula[:30])
def test_every_formula_is_within_what_excel_takes(formula):
    assert len(formula) <= 8192
    tokens = Tokenizer(f"={formula}").items
    depth = deepest = 0
    for token in tokens:
        depth += {Token.OPEN: 1, Token.CLOSE: -1}.get(token.subtype, 0)
        deepest = max(deepest, depth)
        if token.type == Token.OPERAND and token.subtype == Token.TEXT:
            assert len(token.value) - 2 <= 255
    assert depth == 0
    assert deepest <= 64  # Excel: specifications and limits, nested levels of functions


def test_no_placeholder_is_left():
    assert len(FORMULAS) > 40
    assert not [formula for formula in FORMULAS if re.search(r"\{|BARE|PLAIN|DIGITLESS|rule:", formula)]


def test_no_name_holds_a_range_so_long_that_exceljs_ends_without_memory():
    """exceljs 4.4.0 lists every cell of each range in the formula of a name."""
    with zipfile.ZipFile(io.BytesIO(build_workbook(declared_template(), WorkbookInfo(__version__)))) as archive:
        names = ET.fromstring(archive.read("xl/workbook.xml")).iterfind(".//{*}definedName")
        ends = [int(row) for name in names for row in re.findall(r":\$?[A-Z]+\$?(\d+)", name.text)]
    assert 500 < max(ends) < 10_000
