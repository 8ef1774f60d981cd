"""An SFTP server on Node's ssh2, on loopback: it allows one request for a sign-in, and knows few ways to open a file."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from tests.servers.sftp_make import SftpServer, prepared, program
from tests.support.available import NODE

_PROGRAM: Final = Path(__file__).with_suffix(".js")


@contextmanager
def ssh2_server(
    folder: Path,
    password: str,
    *,
    steps: Sequence[str] = ("password",),
    questions: Sequence[Sequence[tuple[str, str]]] = (),
    names: Literal["next", "all", "none"] = "next",
    flags: Literal["strings", "numbers"] = "strings",
    fault: str = "",
    kind: str = "ed25519",
    user_kind: str = "ed25519",
    passphrase: str = "",
    algorithms: Mapping[str, Sequence[str]] | None = None,
    setup: str = "",
) -> Iterator[SftpServer]:
    """Run the server until the block ends.

    Args:
        folder: an empty folder for all it writes; made when it is not there.
        password: of its one user.
        steps: of a sign-in, in order; without any, the user's name is enough.
        questions: of the step keyboard-interactive, round by round, each with its answer.
        names: which ways to sign in it names: the next one, all, or none (as ``reject()`` does).
        flags: whether it opens files by ssh2's own ``flagsToString``, or by the flags one by one.
        fault: ``full`` (its disk), ``sha1`` (the only digest of signatures that it takes), ``refused`` (a question
            without a question); none when empty.
        kind: of its host key.
        user_kind: of the user's key.
        passphrase: that opens the user's key, none when empty.
        algorithms: what it allows, as ssh2's option of that name.
        setup: shell commands to run before, in its private view of the file system.
    """
    server = prepared(folder, kind=kind, user_kind=user_kind, passphrase=passphrase)
    options = {
        "modules": str(NODE),
        "password": password,
        "steps": steps,
        "questions": questions,
        "names": names,
        "flags": flags,
        "fault": fault,
        "algorithms": dict(algorithms or {}) or None,
    }
    with program(server, [shutil.which("node") or "node", str(_PROGRAM)], options, setup=setup):
        yield server
