"""No module makes a file or a folder in a way of its own: a new one that forgets the rights of others is seen here."""

import ast
from pathlib import Path

from action_returns import private_files

PRODUCT = Path(private_files.__file__).parent
MAKES = {
    "mkdir",
    "makedirs",
    "touch",
    "write_text",
    "copyfile",
    "copy2",
    "mkstemp",
    "mkdtemp",
    "chmod",
    "fchmod",
}
ALLOWED = {
    "private_files.py": "the one place that decides about rights",
    "files.py: open": "the draft of write_atomically, with the opener of private files or that of the user's own places",
    "files.py: touch": "takes the name with the rights of the draft",
    "operations/error_details.py: open": "with the opener of private files",
    "excel/button.py: open": "with the opener of private files",
    "operations/fetch_part.py: open": "with the opener of private files",
    "files.py: mkdir": "the folder of -o and --keep, which the user chose",
    "operations/export.py: not private": "the file of -o, which the user chose",
    "operations/new_workbook.py: not private": "a workbook where the user wants it",
    "operations/upgrade_workbook.py: not private": "a workbook where the user wants it",
    "operations/upgrade_workbook.py: write_bytes": "in a temporary folder, which is private",
    "operations/replaced_workbook.py: not private": "a workbook where the user has it, and its copy: with its rights",
    "operations/replaced_workbook.py: write_bytes": "the draft of write_atomically",
    "operations/replaced_workbook.py: chmod": "the rights of the workbook that is replaced",
    "operations/workbook_rows.py: write_bytes": "in a temporary folder, which is private",
    "cli/import_returns.py: write_bytes": "in a temporary folder, which is private",
    "channels/folder.py: not private": "the outbox, from which another user's program may take the file",
    "ledger/postgresql_certificates.py: write_text": "in a temporary folder, which is private; public certificates",
    "operations/new_workbook.py: copyfile": "the AppleScript of xlwings, which is public",
    "operations/new_workbook.py: mkdir": "the folder of macOS for scripts",
    "cli/demo.py: mkdir": "the inbox of the demo's own server",
}


def is_path_method(call, name):
    return isinstance(call.func, ast.Attribute) and call.func.attr == name


def opens_to_write(call):
    is_open = (isinstance(call.func, ast.Name) and call.func.id == "open") or is_path_method(call, "open")
    texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    return is_open and any(isinstance(text, str) and set(text) & set("wxa") and len(text) <= 3 for text in texts)


def is_not_private(call):
    """Return whether a call of write_atomically says that the file is not, or may not be, private."""
    named = isinstance(call.func, ast.Name) and call.func.id == "write_atomically"
    return named and any(word.arg == "private" for word in call.keywords)


def makings(module):
    """Yield what a module makes by itself, as the keys of ALLOWED say it."""
    name = module.relative_to(PRODUCT).as_posix()
    for call in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(call, ast.Call):
            for method in MAKES:
                if is_path_method(call, method):
                    yield f"{name}: {method}"
            # The function of that name that writes where the user wants it is called without a dot.
            if is_path_method(call, "write_bytes"):
                yield f"{name}: write_bytes"
            if opens_to_write(call):
                yield f"{name}: open"
            if is_not_private(call):
                yield f"{name}: not private"


def test_every_place_that_makes_a_file_or_folder_is_known_with_its_reason():
    found = {making for module in PRODUCT.rglob("*.py") for making in makings(module)}
    found = {"private_files.py" if making.startswith("private_files.py: ") else making for making in found}
    assert found == ALLOWED.keys()
