"""Modules as text: what the editor exports, or bare code."""

import pytest

from action_returns.errors import VbaError
from action_returns.workbook_builder.vba.module import Module, ModuleKind, parse_module
from tests.workbook_builder.vba.oracles import XLWINGS

CODE = "Option Explicit\nSub Run()\nEnd Sub\n"
CLASS_BLOCK = "VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1  'True\nEND\n"
CLASS_HEADER = (
    'Attribute VB_Name = "Counter"\n'
    "Attribute VB_GlobalNameSpace = False\n"
    "Attribute VB_Creatable = False\n"
    "Attribute VB_PredeclaredId = False\n"
    "Attribute VB_Exposed = True\n"
)
ENDS = pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
KINDS = pytest.mark.parametrize("kind", list(ModuleKind))


def crlf(text):
    return text.replace("\n", "\r\n")


def read(name):
    return (XLWINGS / name).read_bytes().decode("cp1252")


def test_a_standard_module_begins_with_its_name_alone():
    assert Module("Main", ModuleKind.STANDARD, CODE).stream_text() == crlf(f'Attribute VB_Name = "Main"\n{CODE}')


@pytest.mark.parametrize(
    ("kind", "base", "document"),
    [
        (ModuleKind.CLASS, "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}", False),
        (ModuleKind.WORKBOOK, "0{00020819-0000-0000-C000-000000000046}", True),
        (ModuleKind.SHEET, "0{00020820-0000-0000-C000-000000000046}", True),
    ],
)
def test_other_modules_begin_with_what_excel_expects_of_their_kind(kind, base, document):
    assert Module("Any", kind, "").header() == (
        'Attribute VB_Name = "Any"',
        f'Attribute VB_Base = "{base}"',
        "Attribute VB_GlobalNameSpace = False",
        "Attribute VB_Creatable = False",
        f"Attribute VB_PredeclaredId = {document}",
        f"Attribute VB_Exposed = {document}",
        "Attribute VB_TemplateDerived = False",
        f"Attribute VB_Customizable = {document}",
    )


@pytest.mark.parametrize("predeclared", [True, False])
@pytest.mark.parametrize("exposed", [True, False])
def test_a_class_keeps_whether_it_is_predeclared_and_exposed(predeclared, exposed):
    module = Module("Counter", ModuleKind.CLASS, CODE, predeclared=predeclared, exposed=exposed)
    assert parse_module(CLASS_BLOCK + module.stream_text(), "Counter", ModuleKind.CLASS) == Module(
        "Counter", ModuleKind.CLASS, CODE, predeclared=predeclared, exposed=exposed
    )


@ENDS
@KINDS
def test_every_line_ends_as_the_editor_wants_it_however_it_ended_before(kind, end):
    module = parse_module(CODE.replace("\n", end), "Any", kind)
    assert module.stream_text() == crlf("\n".join([*module.header(), CODE]))


@pytest.mark.parametrize(("body", "ending"), [("", ""), ("Sub A", "Sub A\r\n"), ("'1\n\n", "'1\r\n\r\n")])
def test_the_last_line_is_ended_and_blank_lines_stay(body, ending):
    assert Module("M", ModuleKind.STANDARD, body).stream_text() == f'Attribute VB_Name = "M"\r\n{ending}'


@ENDS
def test_an_exported_class_is_its_code_with_a_new_header(end):
    text = "\ufeff" + (CLASS_BLOCK + CLASS_HEADER + CODE).replace("\n", end)
    assert parse_module(text, "Counter", ModuleKind.CLASS) == Module("Counter", ModuleKind.CLASS, CODE, exposed=True)


def test_an_exported_document_module_is_its_code_with_a_new_header():
    workbook = Module("ThisWorkbook", ModuleKind.WORKBOOK, CODE)
    parsed = parse_module(CLASS_BLOCK + workbook.stream_text(), "ThisWorkbook", ModuleKind.WORKBOOK)
    assert parsed.stream_text() == workbook.stream_text()


@KINDS
def test_bare_code_is_taken_as_it_is(kind):
    assert parse_module(CODE, "Any", kind) == Module("Any", kind, CODE)


def test_attributes_that_excel_does_not_make_itself_stay():
    description = 'Attribute VB_Description = "Counts."\n'
    inner = 'Sub Run()\nAttribute Run.VB_ProcData.VB_Invoke_Func = "R\\n14"\nAttribute VB_Name = "Kept"\nEnd Sub\n'
    module = parse_module(CLASS_HEADER + description + inner, "Counter", ModuleKind.CLASS)
    assert module.body == description + inner


def test_the_module_of_xlwings_stays_byte_for_byte():
    text = read("xlwings.bas")
    assert parse_module(text, "xlwings", ModuleKind.STANDARD).stream_text() == text


def test_the_class_of_xlwings_keeps_every_byte_below_its_header():
    text = read("addin/Dictionary.cls")
    _, exposed, body = text.partition("Attribute VB_Exposed = True\r\n")
    module = parse_module(text, "Dictionary", ModuleKind.CLASS)
    assert exposed
    assert body.startswith("Attribute VB_Description")
    assert module.stream_text() == crlf("\n".join([*module.header(), ""])) + body
    assert (module.predeclared, module.exposed) == (False, True)


def test_a_text_that_names_another_module_is_refused():
    with pytest.raises(VbaError, match=r'The text for module Main says that it is "Counter".*Rename'):
        parse_module(CLASS_HEADER, "Main", ModuleKind.CLASS)


@pytest.mark.parametrize(
    "text",
    [
        "VERSION 5.00\nBegin {C62A69F0-16DC-11CE-9E98-00AA00574A4F} Form1\n  Caption = 1\nEnd\n",
        "VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1  'True\nSub Run()\n  End\nEnd Sub\n",
        "VERSION 1.0 CLASS\nSub Run()\nEnd\nEnd Sub\n",
    ],
    ids=["a form", "a block without its end", "no block"],
)
def test_a_block_that_is_not_one_of_a_class_is_refused(text):
    with pytest.raises(VbaError, match=r"The text for module Counter begins with VERSION.*export it again"):
        parse_module(text, "Counter", ModuleKind.CLASS)


def test_a_class_is_refused_as_a_standard_module():
    with pytest.raises(VbaError, match=r"module Counter is a class.*Give it as a class"):
        parse_module(CLASS_BLOCK + CLASS_HEADER, "Counter", ModuleKind.STANDARD)


def test_a_line_may_have_1023_characters_and_no_more():
    longest = "'" + "x" * 1022
    assert longest in Module("Main", ModuleKind.STANDARD, longest).stream_text()
    with pytest.raises(VbaError, match=r"Line 2 of the code of module Main, which begins with \"'xxx.*1024.*Break"):
        Module("Main", ModuleKind.STANDARD, f"'\r\n{longest}x\r\n")


@pytest.mark.parametrize("mark", [" _", "\t_", " _ ", " _\t"])
def test_a_statement_may_be_continued_24_times_and_no_more(mark):
    first, longest = "x = 1 + " + mark + "\n", ("  1 + " + mark + "\n") * 23
    Module("Main", ModuleKind.STANDARD, f"{first}{longest}  1\n{first}{longest}  1\n")
    with pytest.raises(VbaError, match=r"Line 25 of the code of module Main.*continued.*24 times.*several"):
        Module("Main", ModuleKind.STANDARD, f"{first}{longest}{mark}\n  1\n")


def test_a_name_that_ends_in_an_underscore_continues_nothing():
    Module("Main", ModuleKind.STANDARD, "call_\n" * 30)
