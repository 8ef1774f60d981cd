"""The command lines that xlwings makes of a click, read as the systems read them."""

import ast
import ntpath
import os
import posixpath
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from tests.workbook_builder.running_vba import expanded
from tests.workbook_builder.vba.oracles import XLWINGS

_SCRIPT = next(XLWINGS.glob("xlwings-*.applescript")).read_text("utf-8")
_OF_CMD = {"CD": "C:\\Users\\zoe", "CMDCMDLINE": "cmd.exe /C x & y", "RANDOM": "7"}
"""Variables of cmd.exe (``set /?``)."""


class MisreadError(Exception):
    """A name means something else on the command line."""


@dataclass(frozen=True)
class Started:
    """What is started.

    Args:
        before: the commands before Python.
        options: Python's own, before ``-c``.
        told: what xlwings tells its own Python, separated by semicolons: whether the workbook's folder is searched for
            modules, the workbook twice, three folders, the folders to search first.
        code: what Python runs after that.
        name: the workbook's name as xlwings finds it again.
    """

    before: tuple[str, ...]
    options: tuple[str, ...]
    told: tuple[str, ...]
    code: str
    name: str


def started_by_cmd(line, environment):
    """Read a line as cmd.exe does, then as Python's C library and xlwings do.

    Raises:
        MisreadError: the line ends otherwise than it was meant, or is no program.
    """
    commands = _commands(expanded(line, environment | _OF_CMD))
    return _started(_arguments(commands[-1]), tuple(commands[:-1]), environment, ntpath)


def _commands(line):
    commands, command, quoted, at = [], "", False, 0
    while at < len(line):
        character = line[at]
        if character == '"':
            quoted = not quoted
        elif character == "^" and not quoted:
            at += 1
            character = line[at : at + 1]
        elif character == "&" and not quoted:
            commands.append(command.strip())
            command, character = "", ""
        elif character in "|<>" and not quoted:
            if not re.fullmatch(r'> "[^"<>|&^]*" ', line[at:]) or not command.endswith(" 2"):
                raise MisreadError(line[at:])
            return [*commands, command[:-2].strip()]
        command += character
        at += 1
    raise MisreadError("errors go to no file")


def _arguments(command):
    """Cut a command into arguments, as the C library of Windows does."""
    arguments, argument, quoted, at = [], None, False, 0
    while at < len(command):
        slashes = re.compile(r'(\\*)(")?').match(command, at)
        if slashes[2]:
            argument = (argument or "") + "\\" * (len(slashes[1]) // 2)
            if len(slashes[1]) % 2:
                argument += '"'
            else:
                quoted = not quoted
            at = slashes.end()
        elif command[at] in " \t" and not quoted:
            if argument is not None:
                arguments.append(argument)
            argument, at = None, at + 1
        else:
            argument, at = (argument or "") + command[at], at + 1
    return arguments if argument is None else [*arguments, argument]


def line_for_sh(parameters, interpreter=None, command=None):
    """Return the line that xlwings' AppleScript makes of what VBA hands to it."""
    names = ["PYTHONPATH", "PythonInterpreter", "PythonCommand", "WorkbookName", "ApplicationFullName", "LOG_FILE"]
    parts = parameters.split("|")
    if len(parts) != len(names):
        raise MisreadError(parameters)
    values = dict(zip(names, parts, strict=True))
    values["PythonInterpreter"] = interpreter or values["PythonInterpreter"]
    values["PythonCommand"] = command or values["PythonCommand"]
    made = re.search(r"set ShellCommand to ((?:.*¬\n)*.*)\n", _SCRIPT)[1].replace("¬\n", "")
    tokens = re.findall(r'"((?:\\.|[^"\\])*)"|(\w+)|(&)', made)
    return "".join(values[name] if name else text.replace('\\"', '"') for text, name, joint in tokens if not joint)


def started_by_sh(console, folder: Path):
    """Let sh read the line on a Mac, with a program that only notes what it is told, then read it as Python does.

    Raises:
        MisreadError: a text ends otherwise than it was meant, or it is no program.
    """
    for text in console[:-1]:
        if re.search(r'["\\]', text.removeprefix('AppleScript: return POSIX path of ("').removesuffix('") as string')):
            raise MisreadError(text)
    noted, recorder = put_recorder(folder / "recorder")
    line = line_for_sh(console[-1], interpreter=str(recorder)).replace("/Users/zoe/xlwings.log", str(folder / "log"))
    noted.unlink(missing_ok=True)
    subprocess.run(["/bin/sh", "-c", f"{line}\nwait"], cwd="/", capture_output=True, timeout=20, check=False)
    if not noted.exists():
        raise MisreadError(line)
    return _started(noted.read_bytes().decode().split("\0")[:-1], (), {}, posixpath)


def put_recorder(path):
    """Write a program that only notes how it is called; return the file it writes to, and the program."""
    noted = path.with_name("noted")
    path.write_text(f'#!/bin/sh\nfor text in "$0" "$@"; do printf \'%s\\0\' "$text"; done > {noted}\n')
    path.chmod(0o700)
    return noted, path


def _started(arguments, before, environment, paths):
    if "-c" not in arguments:
        raise MisreadError(arguments)
    at = arguments.index("-c")
    try:
        body = ast.parse(arguments[at + 1]).body
    except SyntaxError as error:
        raise MisreadError(error) from None
    match body:
        case [ast.Import(), ast.Expr(ast.Call(ast.Attribute(), [ast.Constant(str() as text)])), *rest]:
            pass
        case _:
            raise MisreadError(arguments[at + 1])
    # Windows finds a variable in any capitals.
    variables = {spelled: value for name, value in environment.items() for spelled in (name.upper(), name.lower())}
    with mock.patch.dict(os.environ, variables, clear=True):
        told = tuple(paths.expandvars(text).split(";"))  # xlwings.utils.prepare_sys_path
    books = [argument.split("=")[1].strip() for argument in arguments if argument.startswith("--wb=")]
    if len(books) != 1:
        raise MisreadError(arguments)
    code = ast.unparse(body[0]) + "; " + ast.unparse(body[1].value.func) + "; " + "; ".join(map(ast.unparse, rest))
    return Started(before, tuple(arguments[1:at]), told, code, books[0])
