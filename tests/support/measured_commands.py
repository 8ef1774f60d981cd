"""Run commands one after the other, each in a copy of a process that has imported everything, and measure what each costs.

    python -m tests.support.measured_commands FOLDER

reads one JSON list of arguments a line and answers each with one JSON object: exit code, seconds of CPU, MB at the peak,
and whether a traceback was printed. A command is cut off after 20 seconds of CPU or 2 GB.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

BROKEN_OFF = 99
"""Exit code of a command that ended in an error of its own."""
_MOST_SECONDS = 20
_MOST_BYTES = 2 * 2**30
_KB_IN_MB = 1024


@dataclass(frozen=True)
class Cost:
    """What a command cost.

    Args:
        code: its exit code, negative for the signal that ended it.
        seconds: of CPU, its own and the system's.
        megabytes: at the peak of the whole process.
        printed: what it told the user, its data left out.
    """

    code: int
    seconds: float
    megabytes: float
    printed: str


class MeasuredCommands:
    """A process that runs commands in a folder; a context manager that ends it.

    Args:
        folder: where commands run; its folder ``home`` holds what the program keeps.
    """

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.measured_commands", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "ACTION_RETURNS_HOME": str(folder / "home")},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def run(self, *arguments: str) -> Cost:
        """Run one command."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        return Cost(**json.loads(self._process.stdout.readline()))


def _serve(folder: Path) -> None:
    os.chdir(folder)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with (folder / "printed").open("w+b") as printed, (folder / "data").open("wb") as data:
        os.dup2(data.fileno(), 1)
        os.dup2(printed.fileno(), 2)
        for line in sys.stdin:
            arguments = json.loads(line)
            printed.truncate(0)
            printed.seek(0)
            if arguments[:1] == ["warm"]:  # in this process, so that its imports are there in each copy
                _run(arguments[1:])
                cost = {"code": 0, "seconds": 0.0, "megabytes": 0.0, "printed": ""}
            else:
                cost = _measure(arguments, printed)
            answers.write(json.dumps(cost) + "\n")
            answers.flush()


def _measure(arguments: Sequence[str], printed: IO[bytes]) -> dict[str, object]:
    import resource

    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
        code = BROKEN_OFF
        try:
            code = _run(arguments)
        except BaseException:  # noqa: BLE001  # whatever it is, the test has to know
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status, usage = os.wait4(child, 0)
    printed.seek(0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss / _KB_IN_MB,
        "printed": printed.read(20_000).decode("utf-8", "replace"),
    }


def _run(arguments: Sequence[str]) -> int:
    from action_returns.cli.app import run

    return run(arguments)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
