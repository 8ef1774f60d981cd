"""AsyncSSH, an SSH server in Python, on loopback, in a program of its own: it allows one request for a sign-in.

Its SFTP server can be told to rename like an object store, which copies a file and then deletes the old one.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers.sftp_make import SftpServer, prepared, program

_PROGRAM: Final = Path(__file__).with_name("asyncssh_program.py")


@contextmanager
def asyncssh_server(
    folder: Path,
    password: str,
    *,
    steps: Sequence[str] = ("password",),
    questions: Sequence[Sequence[tuple[str, str]]] = (),
    names_all: bool = False,
    fault: str = "",
    copies_for: float | None = None,
    version: int = 3,
    kind: str = "ed25519",
    user_kind: str = "ed25519",
    algorithms: Mapping[str, Sequence[str]] | None = None,
    setup: str = "",
) -> Iterator[SftpServer]:
    """Run AsyncSSH's server until the block ends.

    Args:
        folder: an empty folder for all it writes; made when it is not there.
        password: of its one user.
        steps: of a sign-in, in order; without any, the user's name is enough.
        questions: of the step keyboard-interactive, round by round, each with its answer.
        names_all: whether it names all steps whenever it names the ways to sign in.
        fault: ``full``, ``quota``, ``expired`` (the password), ``cut`` (a rename that copies, when it begins); none when empty.
        copies_for: seconds that a rename copies the file, None to rename at once.
        version: the highest of SFTP that it speaks.
        kind: of its host key.
        user_kind: of the user's key.
        algorithms: arguments of AsyncSSH that name what it allows, such as ``kex_algs``.
        setup: shell commands to run before, in its private view of the file system.
    """
    server = prepared(folder, kind=kind, user_kind=user_kind)
    options = {
        "password": password,
        "steps": steps,
        "questions": questions,
        "names_all": names_all,
        "fault": fault,
        "copies_for": copies_for,
        "version": version,
        "algorithms": dict(algorithms or {}),
    }
    with program(server, [sys.executable, str(_PROGRAM)], options, setup=setup):
        yield server
