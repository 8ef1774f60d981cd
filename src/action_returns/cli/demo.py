"""``action-returns demo``: the whole job on sample data, from a shop's export to the receipt, over real FTP and e-mail to servers on this machine."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import click

from action_returns.cli.options import CommandContext, global_options
from action_returns.errors import ActionReturnsError, Exit, OutputFileError
from action_returns.files import default_paths, make_folder, once_free, packaged_file, what_to_do
from action_returns.operations.export import write_bytes
from action_returns.operations.texts import command
from action_returns.settings.editing import add_profile

_PASSWORD_NAME = "ACTION_RETURNS_DEMO_PASSWORD"  # noqa: S105  # the name of a variable
_SAMPLES = "workbook_templates/samples"
_RAISE = "1099.21"
"""What one row of the samples raises order value by: more than a profile allows unasked."""
_FIRST_BATCH = 1
"""The batch that went out by FTP, whose results the next day tells."""
_NEEDED = ("pyftpdlib", "aiosmtpd", "trustme", "OpenSSL")


@click.command("demo", short_help="The whole job on sample data, to servers on this machine.")
@click.option("--keep", metavar="FOLDER", help="Keep all files in this folder.")
@global_options
def demo_command(context: CommandContext, *, keep: str | None) -> int:
    """Check, correct, export and send sample returns over real FTP and e-mail to servers on this machine.

    Uses a folder of its own: your profiles and your history are not touched. Leaves nothing running.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        from action_returns.extras import install_command

        raise click.UsageError(
            f"The demo needs its own servers, which are not installed ({', '.join(missing)}). "
            f"Install them: {install_command('demo')}"
        )
    with ExitStack() as stack:
        folder = Path(keep) if keep is not None else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with _in_words(f"{folder} cannot be used"):
            make_folder(folder)
        if context.output.as_json:
            stack.enter_context(redirect_stdout(sys.stderr))  # the commands inside the demo print for people
        _Demo(context, folder.resolve(), stack).play()
    context.output.json({"folder": keep, "message": "Both servers hold exactly the bytes that were shown."})
    context.output.info(f"All files are in {keep}" if keep is not None else "Keep the files with --keep FOLDER.")
    return Exit.DONE


@contextmanager
def _in_words(problem: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        todo = what_to_do(error, "Choose another folder.")
        raise OutputFileError(f"{problem}: {error.strerror or error}. Nothing was sent. {todo}") from None


class _Demo:
    """The steps of the demo.

    Args:
        context: of the command.
        folder: where all files go.
        stack: ends the servers and the changed environment.
    """

    def __init__(self, context: CommandContext, folder: Path, stack: ExitStack) -> None:
        self._context, self._output = context, context.output
        self._folder = folder
        self._stack = stack
        self._home = folder / "home"

    def play(self) -> None:
        """Run every step.

        Raises:
            ActionReturnsError: when a step ends otherwise than expected, or a server got other bytes than were shown.
        """
        from action_returns.cli import demo_servers

        shutil.rmtree(self._home, ignore_errors=True)
        password = os.urandom(12).hex()
        certificates = demo_servers.make_certificates(self._folder)
        inbox = self._folder / "ftp-server"
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir()
        sign_in = {"username": "demo", "password": password}
        ftp_port = self._stack.enter_context(demo_servers.ftp_server(inbox, **sign_in, certificates=certificates))
        mail = self._stack.enter_context(demo_servers.mail_server(**sign_in, certificates=certificates))
        variables = {
            "ACTION_RETURNS_HOME": str(self._home),
            "SSL_CERT_FILE": str(certificates.authority),
            _PASSWORD_NAME: password,
        }
        self._stack.enter_context(_environment(variables))
        self._make_profiles(demo_servers.HOST, ftp_port, mail.port)
        batch, clean = self._prepare()
        self._title("An amount above the current one is sent only when the raise is confirmed, here with --max-raise")
        send = ("send", *batch, "--only-ready", "--yes", "--max-raise", _RAISE, "--profile")
        self._run_command(*send[:-3], "--profile", "demo-ftp", expected=Exit.USAGE)
        self._title("Delivered by FTP with TLS")
        self._run_command(*send, "demo-ftp", expected=Exit.DONE)
        self._title("By e-mail nothing goes out: both profiles are one account, so every row may have arrived before")
        self._run_command(*send, "demo-mail", expected=Exit.DUPLICATE)
        self._title("Sent again by e-mail with STARTTLS, on purpose: the record says so")
        self._run_command(*send, "demo-mail", "--include-sent", expected=Exit.DONE)
        self._title("The receipt")
        self._run_command("history", "receipt", "1", expected=Exit.DONE)
        self._compare(clean, inbox, mail.attachments())
        self._close_the_loop()

    def _make_profiles(self, host: str, ftp_port: int, mail_port: int) -> None:
        config = self._home / "config.toml"
        shared = {"host": host, "username": "demo", "password": f"env:{_PASSWORD_NAME}"}
        ftp = {"kind": "ftp", "port": ftp_port, "security": "explicit-tls", **shared}
        mail = {
            "kind": "email",
            "port": mail_port,
            "security": "starttls",
            **shared,
            "sender": "returns@brand.example",
            "recipient": "account-1234@batch.example",
        }
        account = {"environment": "test", "account": "demo"}
        add_profile(config, "demo-ftp", {**account, "channel": ftp})
        add_profile(config, "demo-mail", {**account, "channel": mail})

    def _prepare(self) -> tuple[tuple[str, ...], Path]:
        returns, orders, pending = (
            str(self._folder / name) for name in ("returns.xlsm", "shopify_orders.csv", "pending_actions.csv")
        )
        for path in map(Path, (orders, pending)):
            write_bytes(path, packaged_file(f"{_SAMPLES}/{path.name}").read_bytes(), overwrite=True)
        self._title("A shop's export of orders and the pending actions: what would become rows, and what would not")
        export = ("import", orders, "--pending", pending, "--profile", "demo-ftp")
        self._run_command(*export, "--dry-run", expected=Exit.DONE)
        self._title("The workbook that people fill in, here with sample returns")
        with _in_words(f"{returns} of an earlier demo cannot be removed"):
            for earlier in (Path(returns), *self._folder.glob("returns before import *.xlsm")):
                once_free(partial(earlier.unlink, missing_ok=True))
        self._run_command("new", returns, "--samples", "--profile", "demo-ftp", expected=Exit.DONE)
        self._title("The rows of the export go below them; one is there already. The workbook as it was is kept")
        self._run_command(*export, "--quiet", "--into", returns, expected=Exit.DONE)
        repaired, clean = self._folder / "repaired.xlsx", self._folder / "clean.csv"
        self._title("A sheet of returns, as people fill it in, compared with the pending download")
        self._run_command("check", returns, "--pending", pending, expected=Exit.BATCH_HAS_ERRORS)
        self._title("What can only mean one thing is corrected, in a new file")
        self._run_command("fix", returns, "-o", str(repaired), "--force", expected=Exit.DONE)
        self._title("What would leave, and the exact file")
        batch = (str(repaired), "--pending", pending)
        self._run_command("review", *batch, expected=Exit.BATCH_HAS_ERRORS)
        self._run_command("export", *batch, "-o", str(clean), "--force", expected=Exit.BATCH_HAS_ERRORS)
        return batch, clean

    def _close_the_loop(self) -> None:
        """Find out what became of the first batch, and draft the way back.

        Raises:
            ActionReturnsError: other rows are refused or different than those of the files.
        """
        from action_returns.cli.demo_next_day import write_next_day

        (sent,) = (self._home / "submissions" / "0001").glob("*.csv")
        result, pending = write_next_day(sent, self._folder, self._context.now())
        account = ("--profile", "demo-ftp")
        self._title("The next day, a result file of the network: one row is refused")
        self._run_command("reconcile", "1", "--result", str(result), *account, expected=Exit.DIFFERENCES)
        self._title("A new pending download: exactly that row is refused and one is different; all others are applied")
        self._run_command("reconcile", "1", "--pending", str(pending), *account, expected=Exit.DIFFERENCES)
        self._refuse_other_results()
        self._title("The way back: a batch that restores what this one changed. It is a draft; nothing is sent")
        undo = str(self._folder / "undo.csv")
        self._run_command("undo", "1", "-o", undo, "--force", "--pending", str(pending), *account, expected=Exit.DONE)
        self._title("The statement of the month")
        self._run_command("history", "statement", f"{self._context.now():%Y-%m}", *account, expected=Exit.DONE)

    def _refuse_other_results(self) -> None:
        """Stop unless exactly one row is refused, one is different, and all others are applied.

        Raises:
            ActionReturnsError: the rows are others.
        """
        from action_returns.operations.account import open_ledger_to_read

        with open_ledger_to_read(default_paths(os.environ)) as ledger:
            found = ledger.latest_reconciled()[_FIRST_BATCH].detail
        if (found["refused"], found["different"], found["applied"]) != (1, 1, int(found["rows"]) - 2):
            raise ActionReturnsError(
                "The results are not those of the files: one row refused, one different, the rest applied."
            )

    def _title(self, text: str) -> None:
        self._output.info(f"\n== {text}", style="strong")

    def _run_command(self, *arguments: str, expected: Exit) -> None:
        """Print one command and run it as a user does."""
        from action_returns.cli.app import run

        shown = [Path(word).name if os.sep in word else word for word in arguments]
        self._output.info(f"\n$ {command(*shown)}", style="strong")
        sys.stderr.flush()
        code = run(arguments)
        sys.stdout.flush()
        if code == Exit.INTERRUPTED:
            raise KeyboardInterrupt
        if code != expected:
            raise ActionReturnsError(f"The demo expected exit code {int(expected)} here and got {code}.")

    def _compare(self, clean: Path, inbox: Path, attachments: list[tuple[str, bytes]]) -> None:
        content = clean.read_bytes()
        uploads = [("FTP server", path.name, path.read_bytes()) for path in inbox.iterdir()]
        arrived = uploads + [("mail server", name, got) for name, got in attachments]
        self._title("What the servers hold, byte by byte")
        for server, name, got in arrived:
            same = got == content
            verdict = "identical to the file shown" if same else "DIFFERENT from the file shown"
            self._output.info(f"{server}: {name}, {len(got):,} bytes, {verdict}", style="good" if same else "error")
        files = [
            {"server": server, "file": name, "bytes": len(got), "identical": got == content}
            for server, name, got in arrived
        ]
        self._output.json({"delivered": files})
        if len(uploads) != 1 or len(attachments) != 1 or not all(file["identical"] for file in files):
            raise ActionReturnsError("The servers do not hold exactly the one file that was shown.")


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
