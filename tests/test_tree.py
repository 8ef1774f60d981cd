"""The tests lie where the product lies: who knows a module finds its tests by name."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PRODUCT = TESTS.parent / "src" / "action_returns"
OF_NO_MODULE = {
    Path("acceptance"): "whole commands and the whole workbook",
    Path("channels/contract"): "one suite for every channel",
    Path("hosts"): "the programs that the tests open workbooks in",
    Path("mutants"): "the sampler of mistakes",
    Path("producers"): "the programs that write workbooks",
    Path("readers/test_formats.py"): "the registry of formats",
    Path("test_docs.py"): "the pages of the documentation",
    Path("test_patterns.py"): "the regular expressions of all modules",
    Path("test_tree.py"): "this file",
}
FILES = sorted(path.relative_to(TESTS) for path in TESTS.rglob("*.py"))


def test_the_name_of_a_test_file_begins_with_the_name_of_its_module():
    unplaced = []
    for path in FILES:
        if path.name.startswith("test_") and not OF_NO_MODULE.keys() & {path, *path.parents}:
            modules = [module.stem for module in (PRODUCT / path.parent).glob("*.py")]
            if not any(path.stem == f"test_{name}" or path.stem.startswith(f"test_{name}_") for name in modules):
                unplaced.append(str(path))
    assert unplaced == []


def test_helpers_are_taken_from_modules_that_hold_no_tests():
    taken = {
        str(path): re.findall(
            r"^ *(?:from|import) tests[\w.]*\.(?:test_\w+|conftest)\b", (TESTS / path).read_text("utf-8"), re.MULTILINE
        )
        for path in FILES
    }
    assert {path: lines for path, lines in taken.items() if lines} == {}


XML_READERS = {
    "bs4",
    "defusedxml",
    "elementtree",
    "expat",
    "html",
    "lxml",
    "minidom",
    "openpyxl",
    "pyexpat",
    "xml",
    "xmltodict",
}
"""Packages that parse XML, by the first word of their name."""
OF_XML = {
    "readers/xlsx/guarded.py": {"xml.parsers"},  # makes every parser of ours, which refuses document types
    "readers/xlsx/second_reading.py": {"openpyxl"},  # looks at each part before openpyxl gets the file
    "excel/ribbon.py": {"xml.sax.saxutils"},  # quotes attributes, and parses nothing
}
"""Module -> what it may import of them."""


def imported(path):
    """Return the names of all modules that a file imports, wherever in it, texts that name one included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str() as module, level=0):
                names.add(module)
            case ast.Call(
                func=ast.Name(id="__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str() as name), *_],
            ):
                names.add(name)
    return names


def test_xml_is_parsed_in_one_guarded_place_and_by_openpyxl_behind_the_same_guard():
    found = {
        str(path.relative_to(PRODUCT).as_posix()): {
            name for name in imported(path) if name.split(".")[0] in XML_READERS
        }
        for path in sorted(PRODUCT.rglob("*.py"))
    }
    # html.escape and html.unescape parse nothing; the parser is html.parser.
    assert {path: names - {"html"} for path, names in found.items() if names - {"html"}} == OF_XML
    makers = [path for path in PRODUCT.rglob("*.py") if "ParserCreate" in path.read_text("utf-8")]
    assert [path.name for path in makers] == ["guarded.py"]


FOR_A_MAC = {
    "channels/settings_base.py": (1, "channels/test_settings_base.py"),
    "excel/cell_writer.py": (1, "excel/test_cell_writer.py"),
    "excel/dialogues.py": (3, "excel/test_dialogues.py"),
    "excel/engine.py": (9, "excel/test_engine.py"),
    "excel/open_page.py": (1, "excel/test_open_page.py"),
    "excel/protection.py": (1, "excel/test_protection.py"),
    "excel/window_keys.py": (1, "excel/test_window_keys.py"),
    "files.py": (1, "test_files.py"),
    "ledger/sqlite.py": (1, "ledger/test_sqlite.py"),
    "operations/doctor.py": (1, "operations/test_new_workbook_applescript.py"),
    "operations/interpreter.py": (3, "operations/test_interpreter.py"),
    "operations/new_workbook.py": (2, "operations/test_new_workbook.py"),
}
"""Module -> in how many places it does something else on a Mac, and the tests that run them with a Mac that is made up."""


def test_what_is_done_on_a_mac_only_is_run_by_tests_although_no_mac_is_here():
    asked = re.compile(r'[!=]= (?:"darwin"|"aqua"|MAC\b)')
    found = {
        path.relative_to(PRODUCT).as_posix(): len(asked.findall(path.read_text("utf-8")))
        for path in sorted(PRODUCT.rglob("*.py"))
    }
    assert {name: count for name, count in found.items() if count} == {name: n for name, (n, _) in FOR_A_MAC.items()}
    for _, tests in FOR_A_MAC.values():
        assert re.search(r"def test_\w*_mac_", (TESTS / tests).read_text("utf-8"))
