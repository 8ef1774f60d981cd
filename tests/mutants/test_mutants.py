"""The tool that makes mistakes in the product, tried on a product of four functions."""

import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.mutants.mistakes import mistakes_in

ROOT = Path(__file__).parents[2]

PRODUCT = """\
def is_free(cents):
    return cents >= 5000

def is_small(cents):
    return cents < 100

def is_large(cents):
    return cents > 9000

def is_odd(cents):
    return cents == 99

if __name__ == "__main__":
    print(is_odd(99), is_odd(98))
"""
TESTS = """\
import subprocess
import sys

from shop.prices import rules

def test_free_from_fifty_on():
    assert [rules.is_free(cents) for cents in (4999, 5000, 5001)] == [False, True, True]

def test_small_is_called_and_not_looked_at():
    rules.is_small(1)

def test_the_program_says_what_is_odd():
    command = [sys.executable, "-m", "shop.prices.rules"]
    assert subprocess.run(command, capture_output=True, check=True).stdout.split() == [b"True", b"False"]
"""


ENDLESS = """def count(many):
    while many:
        many -= 1
"""
STARTS_A_SERVER = """import subprocess

from shop.prices.rules import count

def test_count_ends():
    with open("{pids}", "a") as pids:
        print(subprocess.Popen(["sleep", "600"], start_new_session=True).pid, file=pids)
    count(3)
"""
IMPATIENT = "from tests.mutants import mutants, workshop; workshop._STARTING_SECONDS = 4; mutants.main()"


def tried(tree, *arguments, program=("-m", "tests.mutants.mutants")):
    result = subprocess.run(
        [sys.executable, *program, "--root", tree, "--seed", "1", "--workers", "1", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def planted(tree, product, tests):
    package = tree / "src" / "shop" / "prices"
    package.mkdir(parents=True)
    (tree / "tests").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package.parent / "__init__.py").touch()
    (package / "rules.py").write_text(product)
    (tree / "tests" / "test_rules.py").write_text(tests)
    (tree / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    return tree


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("shop"), PRODUCT, TESTS)


@pytest.fixture(scope="module")
def told(tree):
    """What is told about a mistake in every line."""
    return tried(tree)


def survivors(told):
    return dict(re.findall(r"^src/shop/prices/rules\.py:(\d+) .*\((.*)\)$", told, re.MULTILINE))


def test_a_mistake_is_noticed_where_a_test_looks(told):
    assert "2" not in survivors(told)


def test_a_mistake_is_noticed_where_a_test_starts_the_program_in_a_process_of_its_own(told):
    assert "11" not in survivors(told)


def test_a_mistake_survives_where_tests_come_by_without_looking(told):
    assert survivors(told)["5"] == "1 tests"
    assert re.search(r"^-    return cents < 100\n\+    return", told, re.MULTILINE)


def test_a_mistake_survives_where_no_test_comes_by(told):
    assert survivors(told)["8"] == "no test reaches it"


def test_the_share_of_a_package_is_that_of_its_noticed_mistakes(told):
    many = len(survivors(told))
    assert re.search(rf"^prices +noticed +{4 - many} of +4 ", told, re.MULTILINE), told


def test_the_same_seed_draws_the_same_mistakes_and_the_tree_stays_as_it_is(tree, told):
    first = tried(tree, "--sample", "2")
    assert tried(tree, "--sample", "2") == first != told
    assert (tree / "src" / "shop" / "prices" / "rules.py").read_text() == PRODUCT


def test_a_mistake_without_an_end_counts_as_noticed_and_leaves_nothing_running(tmp_path):
    pids = tmp_path / "pids"
    tree = planted(tmp_path / "shop", ENDLESS, STARTS_A_SERVER.format(pids=pids))
    assert "1 by the time limit" in tried(tree, program=("-c", IMPATIENT))
    started = [int(pid) for pid in pids.read_text().split()]
    assert started
    assert [pid for pid in started if psutil.pid_exists(pid)] == []


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("a < b", "(a <= b)"),
        ("a and b", "(a or b)"),
        ("not a", "a"),
        ("a if b else c", "(c if b else a)"),
        ("f(a, key=1, other=b)", "f(a, other=b)"),
        ("f(a, key=b)", "f(a, )"),
        ("any(a)", "all(a)"),
        ("a.strip()", "a"),
        ("f'{a - 1} of é {b}'", "f'{a + 1} of é {b}'"),
        ("'é', 9", "'é', 10"),
    ],
)
def test_the_mistakes_of_an_expression_stand_where_they_belong(code, wrong):
    source = f"# é\ndef f():\n    x = {code}\n".encode()
    changed = [mutant.applied(source).decode() for mutant in mistakes_in("f.py", source)]
    assert f"# é\ndef f():\n    x = {wrong}\n" in changed


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("if a:\n        b()", "if False:\n        b()"),
        ("if a:\n        b()", "if True:\n        b()"),
        ("if a:\n        b()", "if a:\n        pass"),
        ("return a", "return None"),
    ],
)
def test_guards_calls_and_answers_are_dropped(code, wrong):
    source = f"def f():\n    {code}\n".encode()
    assert f"def f():\n    {wrong}\n".encode() in {mutant.applied(source) for mutant in mistakes_in("f.py", source)}


@pytest.mark.parametrize(
    "code",
    [
        '"""A docstring."""',
        "__all__ = ['a']",
        "a: Literal[1]",
        "def f(a: Literal[1] = None) -> Literal[2]: ...",
        "if TYPE_CHECKING:\n    a = 1",
        "@dataclass(frozen=True)\nclass A: ...",
        "raise E(message='a sentence')",
        "f(message=f'a {b}')",
    ],
)
def test_no_mistake_is_made_in_what_only_people_and_type_checkers_read(code):
    kinds = [mutant.kind for mutant in mistakes_in("f.py", code.encode())]
    assert kinds in ([], ["dropped call"])
