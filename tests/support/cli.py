"""Commands, run as users and scripts run them, and what came of it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from action_returns.cli.app import run as run_command


@dataclass
class Result:
    """What a command ended with: its exit code, what it printed as data, and what it told the user beside it."""

    code: int
    out: str
    err: str

    @property
    def content(self):
        """The bytes of its data."""
        return self.out.encode("utf-8", "surrogateescape")

    @property
    def printed(self):
        """The bytes of all that it printed."""
        return self.content + self.err.encode("utf-8", "surrogateescape")

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def facts(self):
        """What the JSON object of a command that succeeded says, beside the two keys that every object has."""
        facts = self.json
        assert facts.pop("problem") is None
        assert facts.pop("message")
        return facts


def run_here(capsys, *arguments):
    """Run a command in this process, because starting one takes longer than most commands."""
    capsys.readouterr()
    code = run_command(arguments)
    return Result(code, *capsys.readouterr())


def run_program(*arguments, stdin=None, program=("-m", "action_returns"), **environment):
    """Run a command in a process of its own, without a terminal.

    Args:
        arguments: the command and its options.
        stdin: the bytes on its standard input.
        program: what Python runs instead of the product as it is.
        environment: variables beside those of the tests.
    """
    done = subprocess.run(
        [sys.executable, *program, *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )
    return Result(done.returncode, *(text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr)))


def run_at_a_terminal(answer, *arguments, program=("-m", "action_returns"), asks=None):
    """Run a command with a user in front of it who answers its first question; further lines answer further ones.

    Args:
        answer: what the user types.
        arguments: the command and its options.
        program: what Python runs instead of the product as it is.
        asks: what the question ends with that is no question of yes or no.

    Returns:
        its exit code, and all that is seen on the terminal.
    """
    if os.name == "nt":
        return _run_with_answers(answer, *arguments, program=program)
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, *program, *arguments])  # pragma: no cover
    seen = b""
    try:
        while chunk := os.read(terminal, 65_536):
            if not _asks(seen, asks) and _asks(seen + chunk, asks):
                os.write(terminal, answer.encode() + b"\n")
            seen += chunk
    except OSError:  # Linux says so when the program has ended
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen.decode().replace("\r\n", "\n")


def _run_with_answers(answer, *arguments, program):
    """Run a command as at a terminal where nothing can make one: its streams are pipes that it takes for a console."""
    code = program[1] if program[0] == "-c" else "from action_returns.cli import main; main()"
    taken = f"from action_returns.cli import windows_streams as w; w.is_console = lambda stream: True\n{code}"
    done = subprocess.run(
        [sys.executable, "-u", "-c", taken, *arguments],
        input=f"{answer}\n".encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"}, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode().replace("\r\n", "\n")


def _asks(seen, question):
    return b"[y/N]" in seen or b"[Y/n]" in seen or (question is not None and question in seen)


def json_of(*arguments, code=0):
    """Return the JSON object of a command that ends with this code; one that succeeds tells nothing beside it."""
    result = run_program(*arguments, "--json")
    assert result.code == code, result.err
    assert code or result.err == ""
    return result.json


def refusal_of(*arguments, code=2):
    """Return the words of a command that stops, which are no traceback."""
    result = run_program(*arguments)
    assert result.code == code, result.err
    assert "Traceback" not in result.err
    assert "Unexpected error" not in result.err
    assert result.err.startswith("Stopped: ")
    return result.err


def modules_loaded_by_check(file, *names):
    """Return which of these modules a check of this file has loaded."""
    return modules_loaded_by(["check", str(file)], *names)


def modules_loaded_by(arguments, *names):
    """Return which of these modules a command has loaded, whatever its exit code."""
    program = (
        "import sys; from action_returns.cli.app import run\n"
        "run([*sys.argv[1:], '--json'])\n"
        f"print('loaded', *sorted(set({names!r}) & set(sys.modules)), file=sys.stderr)"
    )
    result = run_program(*arguments, program=("-c", program))
    assert result.code == 0, result.err
    assert '"problem": null' in result.out, result.out
    last, *loaded = result.err.splitlines()[-1].split()
    assert last == "loaded"
    return loaded
