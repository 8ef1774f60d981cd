"""The macros of the workbook: what other readers find in them, and what each button does when it is clicked."""

import re
import shutil
from itertools import permutations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyopenvba import integrity
from pyopenvba.excel import ExcelFile
from pyopenvba.interpreter import _preprocess

from action_returns.excel import clicks
from action_returns.excel.button import BUTTONS, RibbonButton
from action_returns.excel.button import button as declare
from action_returns.excel.ribbon import addin_texts
from action_returns.files import packaged_file
from action_returns.operations.new_workbook import declared_template
from action_returns.workbook_builder.build import build_workbook, make_macros, vba_modules
from action_returns.workbook_builder.info import WorkbookInfo
from action_returns.workbook_builder.vba.module import ModuleKind
from tests.workbook_builder.running_vba import EXCLAMATION, PYTHON, Excel
from tests.workbook_builder.vba.oracles import XLWINGS, VBA_Parser, decompressed, streams

ADDIN = packaged_file("addin")
VBA = {path.stem: path.read_bytes() for path in sorted((ADDIN / "vba").iterdir())}
RIBBON = ET.parse(ADDIN / "ribbon" / "customUI14.xml").getroot()
NAMESPACE = "{http://schemas.microsoft.com/office/2009/07/customui}"
BUTTONS_IN_RIBBON = list(RIBBON.iter(f"{NAMESPACE}button"))
PROMISED = {
    "import_returns", "add_imported_rows", "load_pending", "remove_duplicates", "validate", "next_issue", "previous_issue", "fix_safe",
    "undo_change", "review", "export_csv", "send", "test_connection", "check_results", "history", "open_receipt", "insights",
    "draft_undo", "settings", "diagnose", "show_help",
}  # fmt: skip
"""The functions behind the buttons, as they were promised; workbooks that people have call them by these names."""
NOT_YET: set[str] = set()
"""Those that are promised and not yet there."""
LONGEST_TEXT = 1024  # [MS-CUSTOMUI2] 2.3.11 ST_LongString
INFORMATION, CRITICAL = 64, 16


def source(name):
    return VBA[name].decode("ascii")


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def callback(button):
    return button.get("onAction").removeprefix("Ribbon.On")


def command(function):
    return f"from action_returns.excel import clicks; clicks.{function}()"


# ------------------------------------------------------------------------------------------------ what is in the file


@pytest.fixture(scope="module")
def workbook(workbooks):
    """A workbook as people get it, wherever."""
    return workbooks["mac"]


@pytest.fixture(scope="module")
def project(workbook):
    """The streams of its VBA project."""
    with ExcelFile(workbook) as file:
        return streams(file.vba_project_bytes())


def test_every_module_is_read_back_as_it_was_written(workbook):
    parser = VBA_Parser(str(workbook), relaxed=False)
    try:
        found = {path.removeprefix("VBA/"): code for _, path, _, code in parser.extract_all_macros()}
    finally:
        parser.close()
    written = list(vba_modules(ADDIN, [sheet.code_name for sheet in declared_template().sheets]))
    assert found == {module.name: module.stream_text() for module in written}
    assert [module.name for module in written if module.kind is ModuleKind.STANDARD] == [
        "Clicks", "Obstacles", "Ribbon", "xlwings",
    ]  # fmt: skip


def test_the_library_of_the_installed_xlwings_is_in_it_byte_for_byte(project):
    library = (XLWINGS / "xlwings.bas").read_bytes()
    dictionary = (XLWINGS / "addin" / "Dictionary.cls").read_bytes()
    assert decompressed(project["VBA/xlwings"]) == library
    # What the editor writes above the description of a class is no part of its stream.
    code = dictionary[dictionary.index(b"Attribute VB_Description") :]
    assert decompressed(project["VBA/Dictionary"]).endswith(b"\r\n" + code)


def test_another_reader_of_office_files_finds_nothing_wrong(workbook):
    report = integrity.check_file(workbook)
    assert report.ok, report.issues
    assert not report.issues


def test_it_needs_no_library_that_office_does_not_bring(workbook):
    with ExcelFile(workbook) as file:
        assert [(reference.name, reference.libid.split("#")[0]) for reference in file.references()] == [
            ("stdole", r"*\G{00020430-0000-0000-C000-000000000046}"),
            ("Office", r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}"),
        ]
        assert file.validate() == []


def test_nothing_runs_by_itself_when_the_workbook_is_opened_or_typed_in(project):
    for name in ["ThisWorkbook", *(sheet.code_name for sheet in declared_template().sheets)]:
        code = decompressed(project[f"VBA/{name}"]).decode("cp1252")
        assert not re.search(r"^\s*(Public |Private )?(Sub|Function|Property)\b", code, re.MULTILINE), name
    ours = "".join(map(source, VBA))
    assert not re.search(r"Sub (Auto_?|Workbook_|Worksheet_)\w+|\.OnTime|\.OnKey", ours, re.IGNORECASE)


# ------------------------------------------------------------------------------------------- what happens on a click


@pytest.mark.parametrize("button", BUTTONS_IN_RIBBON, ids=lambda button: button.get("id"))
def test_a_click_starts_the_function_of_the_same_name_and_says_nothing_itself(excel, button):
    running = excel()
    running.click(callback(button))
    assert running.started == [command(snake(button.get("id")))]
    assert running.said == []


def test_a_workbook_that_was_never_saved_is_to_be_saved_first(excel):
    running = excel()
    running.app.workbook.path = ""
    running.click("Send")
    assert running.started == []
    assert running.said[0].startswith("Save this workbook first")
    assert running.icons == [EXCLAMATION]


@pytest.mark.parametrize("system", ["windows"], indirect=True)
class TestOnWindows:
    def test_a_python_that_is_gone_is_named_with_the_command_that_helps(self, excel):
        running = excel(python_is_there=False)
        running.click("Validate")
        assert running.started == []
        assert r"Python was not found where this workbook expects it: C:\Python\python.exe." in running.said[0]
        assert 'action-returns upgrade-workbook "returns.xlsm" "new returns.xlsm"' in running.said[0]
        assert running.icons == [EXCLAMATION]

    def test_a_python_on_a_drive_that_is_gone_gives_a_message_too(self, excel):
        running = excel()
        running.dir("Err.Raise 52")
        running.click("Validate")
        assert running.started == []
        assert PYTHON in running.said[0]

    def test_a_workbook_made_on_another_system_says_so(self, excel):
        running = excel(made_for="mac")
        running.click("Validate")
        assert running.started == []
        assert running.said[0].startswith("This workbook was not made for Windows.")
        assert "action-returns upgrade-workbook" in running.said[0]

    def test_protected_view_is_explained(self, excel):
        running = excel(protected_view=True)
        running.click("Validate")
        assert running.started == []
        assert "Click Enable Editing" in running.said[0]


@pytest.mark.parametrize("system", ["mac"], indirect=True)
def test_a_mac_is_not_asked_for_files_outside_its_sandbox(excel):
    running = excel()
    running.dir("Err.Raise 75")
    running.click("Validate")
    assert (running.started, running.said) == ([command("validate")], [])


def test_a_click_during_a_click_is_told_to_wait_and_the_next_one_works_again(excel):
    running = excel(at_work='If InStr(PythonCommand, "send") Then Clicks.Validate')
    running.click("Send")
    assert running.started == [command("send")]
    assert running.said == ["The click before this one is still at work. Wait until it has ended."]
    assert running.icons == [INFORMATION]
    running.click("Validate")
    assert running.started == [command("send"), command("validate")]


def test_a_click_that_cannot_be_started_says_why_and_where_to_look_and_the_next_one_works(excel):
    running = excel(at_work='If InStr(PythonCommand, "send") Then Err.Raise 1004, "xlwings", "The moon is full"')
    running.click("Send")
    assert len(running.said) == 1
    assert running.said[0].startswith("The click could not be started or seen to its end: The moon is full")
    assert "History shows whether anything was sent." in running.said[0]
    assert "action-returns doctor" in running.said[0]
    assert running.icons == [CRITICAL]
    running.click("Validate")
    assert running.started[-1] == command("validate")
    assert len(running.said) == 1


def test_a_click_that_ends_in_an_error_says_what_to_do_about_what_xlwings_shows_and_the_next_one_works(excel):
    running = excel(at_work='If InStr(PythonCommand, "send") Then RunPython = -1')
    running.click("Send")
    assert len(running.said) == 1
    assert running.said[0].startswith("The click ended in an error; the window before this one shows its details.")
    assert "History shows whether anything was sent" in running.said[0]
    assert "action-returns doctor" in running.said[0]
    assert running.icons == [CRITICAL]
    running.click("Validate")
    assert running.started[-1] == command("validate")
    assert len(running.said) == 1


# ------------------------------------------------------------------------------------ how ribbon, VBA and Python agree


def test_every_button_of_the_ribbon_has_its_callback_and_every_callback_its_button():
    declared = re.findall(r"^Public Sub (\w+)\(control As IRibbonControl\)$", source("Ribbon"), re.MULTILINE)
    assert sorted(f"Ribbon.{name}" for name in declared) == sorted(
        button.get("onAction") for button in BUTTONS_IN_RIBBON
    )
    assert re.findall(r"\b(?:Sub|Function) (\w+)\(", source("Ribbon")) == declared  # nothing else is there


def test_a_callback_only_calls_the_click_of_its_name():
    bodies = dict(re.findall(r"^Public Sub On(\w+)\(.*\n((?:.*\n)*?)End Sub$", source("Ribbon"), re.MULTILINE))
    assert {name: body.strip() for name, body in bodies.items()} == {
        callback(button): f"Clicks.{callback(button)}" for button in BUTTONS_IN_RIBBON
    }


def test_every_button_on_a_sheet_starts_a_click_that_there_is():
    there = {f"Clicks.{name}" for name in re.findall(r"^Public Sub (\w+)\(\)$", source("Clicks"), re.MULTILINE)}
    on_sheets = [button.macro for sheet in declared_template().sheets for button in sheet.buttons]
    assert len(on_sheets) == len(set(on_sheets)) > 0
    assert set(on_sheets) <= there


def test_the_buttons_are_those_that_were_promised():
    assert NOT_YET < PROMISED
    assert set(BUTTONS) == PROMISED - NOT_YET


def test_every_button_of_the_ribbon_starts_a_function_in_python():
    started = re.findall(r'^    Run "(\w+)"$', source("Clicks"), re.MULTILINE)
    assert sorted(started) == sorted({snake(button.get("id")) for button in BUTTONS_IN_RIBBON})
    assert [name for name in started if not callable(getattr(clicks, name))] == []


# ------------------------------------------------------------------------------ one declaration, three generated texts


def test_ribbon_and_vba_are_those_of_the_declared_buttons():
    for path, text in addin_texts(ADDIN, BUTTONS).items():
        assert path.read_bytes() == text.encode("ascii"), f"{path.name} is out of date, run: make docs"


@pytest.fixture
def addin(tmp_path):
    """A copy of addin/."""
    return Path(shutil.copytree(ADDIN, tmp_path / "addin"))


@pytest.fixture
def made_up(monkeypatch):
    """A button that stands nowhere but here."""
    monkeypatch.setattr("action_returns.excel.button.BUTTONS", dict(BUTTONS))

    @declare(
        label='Weigh "all" & more...', group="Check", keytip="W", image="Scales", tip="Weigh <all>", help="In kilos."
    )
    def weigh_returns(context):
        """Weigh every return."""

    return weigh_returns


def test_a_button_is_declared_in_one_place_and_works_in_the_workbook_that_is_made(addin, made_up, tmp_path):
    from action_returns.excel import button

    before = {path: path.read_text("ascii") for path in addin.rglob("*") if path.is_file()}
    for path, text in addin_texts(addin, button.BUTTONS).items():
        path.write_text(text, encoding="ascii", newline="\n")
    changed = {path.name for path, text in before.items() if path.read_text("ascii") != text}
    assert changed == {"customUI14.xml", "Ribbon.bas", "Clicks.bas"}

    root = ET.parse(addin / "ribbon" / "customUI14.xml").getroot()
    check = next(group for group in root.iter(f"{NAMESPACE}group") if group.get("label") == "Check")
    assert check[-1].attrib == {
        "id": "weighReturns", "label": 'Weigh "all" & more...', "keytip": "W", "imageMso": "Scales",
        "onAction": "Ribbon.OnWeighReturns", "screentip": "Weigh <all>", "supertip": "In kilos.",
    }  # fmt: skip
    assert len(list(root.iter(f"{NAMESPACE}button"))) == len(BUTTONS) + 1

    path = tmp_path / "returns.xlsm"
    template = declared_template()
    macros = make_macros(addin, template)
    path.write_bytes(build_workbook(template, WorkbookInfo("1", interpreter={"INTERPRETER_MAC": "/p"}), macros=macros))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(_preprocess.DEFAULT_CONSTANTS, "Mac", True)
        running = Excel(path)
        running.app.workbook.path = "/Users/zoe"
        running.click("WeighReturns")
    assert (running.started, running.said) == ([command("weigh_returns")], [])


def test_groups_stand_in_the_order_of_the_ribbon_whichever_module_declares_their_buttons_first(addin):
    buttons = dict(reversed(BUTTONS.items()))
    buttons = {"first": RibbonButton("First", "New things", "1", "A", "Tip.", "Help."), **buttons}
    buttons["last"] = RibbonButton("Last", "New things", "2", "A", "Tip.", "Help.")
    texts = addin_texts(addin, buttons)
    root = ET.fromstring(texts[addin / "ribbon" / "customUI14.xml"].encode())
    groups = {group.get("label"): [button.get("label") for button in group] for group in root.iter(f"{NAMESPACE}group")}
    assert list(groups) == ["Data", "Check", "Submit", "After sending", "Setup", "New things"]
    assert groups["New things"] == ["First", "Last"]
    assert groups["Setup"] == ["Help", "Diagnose", "Settings..."]  # within a group, the order of the declarations
    assert root.findall(f".//{NAMESPACE}group")[-1].get("id") == "groupNew"
    procedures = re.findall(r'^    Run "(\w+)"$', texts[addin / "vba" / "Clicks.bas"], re.MULTILINE)
    in_ribbon = [button.get("onAction").removeprefix("Ribbon.On") for button in root.iter(f"{NAMESPACE}button")]
    assert ["".join(word.capitalize() for word in name.split("_")) for name in procedures] == in_ribbon


def test_a_text_without_its_list_of_buttons_is_refused_and_not_written_without_them(addin):
    path = addin / "vba" / "Clicks.bas"
    path.write_text(path.read_text("ascii").replace("    Run ", "    Start "), encoding="ascii")
    with pytest.raises(ValueError, match=r"Clicks\.bas has 0 lists of buttons"):
        addin_texts(addin, BUTTONS)


# ----------------------------------------------------------------------------------------------- how the sources look


@pytest.mark.parametrize("name", VBA)
def test_vba_is_ascii_because_a_mac_has_another_code_page(name):
    assert VBA[name].isascii()
    assert b"\t" not in VBA[name]


def test_every_module_declares_its_variables(project):
    modules = [name for name in project if name.startswith("VBA/") and name not in {"VBA/dir", "VBA/_VBA_PROJECT"}]
    without = [name for name in modules if b"\r\nOption Explicit\r\n" not in decompressed(project[name])]
    assert len(modules) == len(declared_template().sheets) + 6
    assert without == ["VBA/xlwings"] * (b"Option Explicit" not in (XLWINGS / "xlwings.bas").read_bytes())


def test_the_ribbon_is_of_the_kind_that_excel_2010_and_later_read():
    assert RIBBON.tag == f"{NAMESPACE}customUI"


def test_the_ribbon_is_made_of_plain_buttons_only():
    plain = {"customUI", "ribbon", "tabs", "tab", "group", "button", "separator"}
    assert {element.tag.removeprefix(NAMESPACE) for element in RIBBON.iter()} <= plain
    asked_at_run_time = {
        name for element in RIBBON.iter() for name in element.attrib if re.match("get|load|onLoad", name)
    }
    assert not asked_at_run_time


@pytest.mark.parametrize("button", BUTTONS_IN_RIBBON, ids=lambda button: button.get("id"))
@pytest.mark.parametrize("what", ["label", "screentip", "supertip", "keytip", "imageMso", "onAction"])
def test_every_button_says_what_it_does_in_words_picture_and_key(button, what):
    text = button.get(what, "")
    assert text.strip() == text
    assert text


def test_no_text_of_the_ribbon_is_longer_than_excel_takes():
    for element in RIBBON.iter():
        for what in ("label", "screentip", "supertip"):
            assert len(element.get(what, "")) <= LONGEST_TEXT, element.get("id")


def test_key_tips_are_short_and_none_begins_another():
    tips = [button.get("keytip") for button in BUTTONS_IN_RIBBON]
    assert all(re.fullmatch("[A-Z0-9]{1,3}", tip) for tip in tips)
    assert not [pair for pair in permutations(tips, 2) if pair[0].startswith(pair[1])]
    tab = RIBBON.find(f".//{NAMESPACE}tab")
    assert re.fullmatch("[A-Z0-9]{1,3}", tab.get("keytip"))


def test_the_key_tip_of_the_tab_begins_like_that_of_no_other_tab_and_no_old_menu():
    """Microsoft, "Keyboard shortcuts in Excel": the tabs, with those that appear for a chart or an add-in.

    Excel still follows the menus of Excel 2003, such as Alt, E, S for Paste Special; digits are for the Quick Access Toolbar.
    """
    tabs, menus = "FHNPMARWQLJXYUBZ", "FEVIOTDWH"
    assert RIBBON.find(f".//{NAMESPACE}tab").get("keytip")[0] not in {*tabs, *menus, *"0123456789"}


IN_THE_LISTS_FOR_EXCEL = {
    "AutoCorrect", "ChartTypeBarInsertGallery", "CompareAndCombine", "Connections", "DataValidation", "ErrorChecking", "FileNewDefault", "FileOpen", "FilePrintPreview", "FileSaveAs", "FileSendAsAttachment",
    "FunctionsDateTimeInsertGallery", "GetExternalDataFromText", "Help", "PropertySheet", "RemoveDuplicates", "ReviewNextComment",
    "ReviewPreviousComment", "TableRowsInsertBelowExcel", "Undo", "WebPagePreview",
}  # fmt: skip
"""Icons that we use, from Microsoft, "Office Fluent User Interface Control Identifiers", Excel (2010 to 2016), or from below.

CompareAndCombine and WebPagePreview are in Microsoft's gallery of icons of Office (2013, Windows). The add-in of Microsoft's
VSTO sample "Excel Ribbon" has ChartTypeBarInsertGallery, and add-ins ask Excel itself for FileNewDefault (GetEnabledMso).
"""


def test_every_icon_is_one_of_excels_own():
    assert {button.get("imageMso") for button in BUTTONS_IN_RIBBON} == IN_THE_LISTS_FOR_EXCEL


def test_every_part_of_the_ribbon_has_an_id_of_its_own():
    named = [element for element in RIBBON.iter() if element.tag.removeprefix(NAMESPACE) in {"tab", "group", "button"}]
    ids = [element.get("id") for element in named]
    assert len(ids) == len(set(ids)) == len(named)
    assert None not in ids
