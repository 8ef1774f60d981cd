"""pywin32's folder of modules about Excel, with the real pywin32: missing, held, of another version, damaged.

Excel's type library is simulated (tests/hosts/typed_excel.py): a library of the same identifiers with one object.
"""

import os
import pickle
import shutil
import subprocess
import sys

import pytest

from tests.hosts.typed_excel import LIBRARY, MODULE, WINDOW

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="needs the real pywin32")

FOUND, FOUND_WITHOUT = "Microsoft Excel, with a module, ", "Microsoft Excel, without a module, "


@pytest.fixture(scope="module")
def made_by_pywin32(tmp_path_factory):
    """A temporary folder in which pywin32 has made its own, and what was said."""
    temp = tmp_path_factory.mktemp("made")
    return temp, find_excel(temp)


@pytest.fixture
def temp(tmp_path):
    return tmp_path


@pytest.fixture
def folder(temp):
    made = temp / "gen_py" / f"{sys.version_info.major}.{sys.version_info.minor}"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def module(made_by_pywin32, temp):
    """The module about Excel in a whole folder."""
    shutil.copytree(made_by_pywin32[0], temp, dirs_exist_ok=True)
    (module,) = temp.rglob(f"{MODULE}.py")
    return module


def find_excel(temp):
    """Find Excel in a new process, whose temporary folder is this one."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.hosts.typed_excel", str(temp)],
        env={**os.environ, "TEMP": str(temp), "TMP": str(temp)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def know_the_window(folder):
    """Let pywin32 believe that its folder has a module with Excel's Window."""
    known = pickle.dumps(1) + pickle.dumps({WINDOW: (LIBRARY, 0, 1, 9)})
    (folder / "dicts.dat").write_bytes(known)
    (folder / "__init__.py").write_text("", encoding="utf-8")


def test_a_folder_that_is_missing_is_made(made_by_pywin32, module):
    assert made_by_pywin32[1].startswith(FOUND)
    assert "class Window" in module.read_text(encoding="mbcs")


def test_a_folder_that_cannot_be_changed_serves_as_it_is(temp, module):
    files = [path for path in module.parent.rglob("*") if path.is_file()]
    for path in files:
        path.chmod(0o444)
    before = [path.read_bytes() for path in files]
    assert find_excel(temp).startswith(FOUND)
    assert [path.read_bytes() for path in files] == before


def test_excel_is_found_without_a_module_where_none_can_be_written(temp, folder):
    (folder / f"{MODULE}.py").mkdir()
    assert find_excel(temp).startswith(FOUND_WITHOUT)


def test_a_module_that_another_version_wrote_is_made_anew(temp, module):
    written = module.read_text(encoding="mbcs")
    module.write_text(written.replace("makepy_version = '", "makepy_version = 'old "), encoding="mbcs")
    assert find_excel(temp).startswith(FOUND)
    assert "makepy_version = 'old " not in module.read_text(encoding="mbcs")


def test_a_module_that_was_deleted_is_made_anew(temp, module):
    module.unlink()
    assert find_excel(temp).startswith(FOUND)


def leave_an_empty_folder(folder):
    know_the_window(folder)
    (folder / MODULE).mkdir()


def write_half_a_module(folder):
    know_the_window(folder)
    (folder / f"{MODULE}.py").write_text("# -*- coding: mbcs -*-\nCLSID = IID(", encoding="utf-8")


def write_an_empty_module(folder):
    know_the_window(folder)
    (folder / f"{MODULE}.py").write_text("", encoding="utf-8")


def empty_the_list(folder):
    (folder / "dicts.dat").write_bytes(b"")


def fill_the_list_with_zeros(folder):
    (folder / "dicts.dat").write_bytes(bytes(512))


def put_a_file_in_its_place(folder):
    folder.rmdir()
    folder.write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (leave_an_empty_folder, "AttributeError"),
        (write_an_empty_module, "AttributeError"),
        (write_half_a_module, "SyntaxError"),
        (empty_the_list, "EOFError"),
        (fill_the_list_with_zeros, "UnpicklingError"),
        (put_a_file_in_its_place, ""),
    ],
)
def test_a_folder_that_is_damaged_is_named(temp, folder, damage, reason):
    damage(folder)
    said = find_excel(temp)
    assert said.startswith(
        f"Stopped: Excel cannot be reached. Nothing was changed. pywin32 cannot use its folder {folder} ({reason}"
    )
    assert "Delete this folder, or the file in its place, and try again; pywin32 makes it anew." in said


def test_a_damaged_folder_that_was_deleted_is_made_anew(temp, folder):
    fill_the_list_with_zeros(folder)
    assert find_excel(temp).startswith("Stopped: ")
    shutil.rmtree(folder)
    assert find_excel(temp).startswith(FOUND)
