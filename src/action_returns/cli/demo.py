"""``action-returns demo``: the whole job on sample data, over real FTP and e-mail to servers on this machine."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import click

from action_returns.cli.options import CommandContext, CommandEndedError, global_options
from action_returns.errors import Exit
from action_returns.files import packaged_file
from action_returns.settings.editing import add_profile

_PASSWORD_NAME = "ACTION_RETURNS_DEMO_PASSWORD"  # noqa: S105  # the name of a variable
_SAMPLES = "workbook_templates/samples"
_NEEDED = ("pyftpdlib", "aiosmtpd", "trustme", "OpenSSL")


@click.command("demo", short_help="The whole job on sample data, to servers on this machine.")
@click.option("--keep", metavar="FOLDER", help="Keep all files in this folder.")
@global_options
def demo_command(run: CommandContext, *, keep: str | None) -> int:
    """Check, correct, export and send sample returns over real FTP and e-mail to servers on this machine.

    Uses a folder of its own: your profiles and your history are not touched. Leaves nothing running.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise click.UsageError(
            f"The demo needs its own servers, which are not installed ({', '.join(missing)}). "
            'Install them: pip install "action-returns[demo]"'
        )
    with ExitStack() as stack:
        folder = Path(keep) if keep is not None else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        right = _Demo(run, folder.resolve(), stack).play()
    run.words.say(f"All files lie in {keep}" if keep is not None else "Keep the files with --keep FOLDER.")
    return Exit.DONE if right else Exit.UNEXPECTED


class _Demo:
    """One run of the demo."""

    def __init__(self, run: CommandContext, folder: Path, stack: ExitStack) -> None:
        self._words = run.words
        self._folder = folder
        self._stack = stack
        self._home = folder / "home"

    def play(self) -> bool:
        """Play it; tell whether the servers got exactly the bytes that were shown."""
        from action_returns.cli import demo_servers

        shutil.rmtree(self._home, ignore_errors=True)
        password = os.urandom(12).hex()
        authority = demo_servers.make_authority(self._folder)
        inbox = self._folder / "ftp-server"
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir()
        ftp = self._stack.enter_context(
            demo_servers.ftp_server(inbox, username="demo", password=password, authority=authority)
        )
        mail = self._stack.enter_context(
            demo_servers.mail_server(username="demo", password=password, authority=authority)
        )
        changes = {
            "ACTION_RETURNS_HOME": str(self._home),
            "SSL_CERT_FILE": str(authority.bundle),
            _PASSWORD_NAME: password,
        }
        self._stack.enter_context(_environment(changes))
        self._make_profiles(ftp.host, ftp.port, mail.port)
        batch, clean = self._prepare()
        self._act("send", *batch, "--profile", "demo-ftp", "--only-ready", "--yes", expected=Exit.DONE)
        self._act("send", *batch, "--profile", "demo-mail", "--only-ready", "--yes", expected=Exit.DONE)
        self._title("Sending the same list again is refused")
        self._act("send", *batch, "--profile", "demo-ftp", "--only-ready", "--yes", expected=Exit.DUPLICATE)
        self._title("The receipt")
        self._act("history", "receipt", "1", expected=Exit.DONE)
        return self._compare(clean, inbox, mail.attachments())

    def _make_profiles(self, host: str, ftp_port: int, mail_port: int) -> None:
        config = self._home / "config.toml"
        common_facts = {"host": host, "username": "demo", "password": f"env:{_PASSWORD_NAME}"}
        ftp = {"kind": "ftp", "port": ftp_port, "security": "explicit-tls", **common_facts}
        mail = {
            "kind": "email",
            "port": mail_port,
            "security": "starttls",
            **common_facts,
            "sender": "returns@brand.example",
            "recipient": "account-1234@batch.example",
        }
        add_profile(config, "demo-ftp", {"environment": "test", "channel": ftp})
        add_profile(config, "demo-mail", {"environment": "test", "channel": mail})

    def _prepare(self) -> tuple[tuple[str, ...], Path]:
        returns, pending = str(self._folder / "returns.xlsm"), str(self._folder / "pending_actions.csv")
        shutil.copyfile(packaged_file(f"{_SAMPLES}/pending_actions.csv"), pending)
        self._title("The workbook that people fill in, here with sample returns")
        Path(returns).unlink(missing_ok=True)  # of an earlier demo in the same folder
        self._act("new", returns, "--samples", "--profile", "demo-ftp", expected=Exit.DONE)
        repaired, clean = self._folder / "repaired.xlsx", self._folder / "clean.csv"
        self._title("A sheet of returns, as people fill it in, compared with the pending-actions download")
        self._act("check", returns, "--pending", pending, expected=Exit.BATCH_HAS_ERRORS)
        self._title("What can only mean one thing is corrected, in a new file")
        self._act("fix", returns, "-o", str(repaired), "--force", expected=Exit.DONE)
        self._title("What would leave, and the exact file")
        batch = (str(repaired), "--pending", pending)
        self._act("review", *batch, expected=Exit.BATCH_HAS_ERRORS)
        self._act("export", *batch, "-o", str(clean), "--force", expected=Exit.BATCH_HAS_ERRORS)
        self._title("Delivered by FTP with TLS, and by e-mail with STARTTLS")
        return batch, clean

    def _title(self, text: str) -> None:
        self._words.say(f"\n== {text}", style="strong")

    def _act(self, *arguments: str, expected: Exit) -> None:
        """Run one command as a user would, and show it."""
        from action_returns.cli.app import run

        shown = [Path(word).name if os.sep in word else word for word in arguments]
        self._words.say(f"\n$ action-returns {' '.join(shown)}", style="strong")
        sys.stderr.flush()
        code = run(arguments)
        sys.stdout.flush()
        if code != expected:
            self._words.refuse(f"the demo expected exit code {int(expected)} here and got {code}.")
            raise CommandEndedError(Exit.UNEXPECTED)

    def _compare(self, clean: Path, inbox: Path, attachments: list[tuple[str, bytes]]) -> bool:
        content = clean.read_bytes()
        arrived = [(path.name, path.read_bytes()) for path in inbox.iterdir()]
        self._title("What the servers hold, byte by byte")
        right = len(arrived) == len(attachments) == 1
        for server, (name, got) in [("FTP server", file) for file in arrived] + [
            ("mail server", file) for file in attachments
        ]:
            same = got == content
            right = right and same
            verdict = "identical to the file shown" if same else "DIFFERENT from the file shown"
            self._words.say(f"{server}: {name}, {len(got):,} bytes, {verdict}", style="good" if same else "error")
        return right


@contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
