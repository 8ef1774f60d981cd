"""The tests lie where the product lies: who knows a module finds its tests by name."""

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
