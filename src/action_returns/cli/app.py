"""The tree of commands, and the end of every command: its exit code, its refusal, its JSON object."""

import gc
import importlib
import io
import os
import re
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout, suppress
from dataclasses import dataclass
from typing import Final

import click

from action_returns import __version__
from action_returns.clean_text import clean
from action_returns.cli.output import Output, write_end, write_facts
from action_returns.errors import ActionReturnsError, Exit

COMMANDS: Final = {
    "new": "workbooks:new_command",
    "check": "check:check_command",
    "import": "import_returns:import_command",
    "fix": "files:fix_command",
    "review": "check:review_command",
    "export": "files:export_command",
    "send": "send:send_command",
    "probe": "setup:probe_command",
    "pending": "pending:pending_command",
    "approval": "approval:approval_command",
    "reconcile": "reconcile:reconcile_command",
    "undo": "undo:undo_command",
    "history": "history:history_command",
    "action": "action:action_command",
    "upgrade-workbook": "workbooks:upgrade_workbook_command",
    "profile": "profiles:profile_command",
    "secret": "secrets:secret_command",
    "doctor": "setup:doctor_command",
    "demo": "demo:demo_command",
    "completion": "setup:completion_command",
}
"""Command -> module and function, in the order of the work."""
_NO_PLACE: Final = re.compile(
    r"(Got unexpected extra arguments?|No such command|There is no command) [('\"]?+([^)'\"\s]*+(?: [^)'\"\s]++)*+)"
)
"""Begin messages of click and of this module about words that no command takes."""
COMPLETION_VARIABLE: Final = "_ACTION_RETURNS_COMPLETE"
"""Variable through which a shell asks for completions; the script that `completion` prints sets it."""


class _Tree(click.Group):
    """A group that loads a command's module only when the command is called: start-up is most of a small check."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"action_returns.cli.{module}"), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            similar = get_close_matches(args[0], COMMANDS, n=1)
            suggestion = f" Did you mean {similar[0]}?" if similar else ""
            ctx.fail(f"There is no command {args[0]}.{suggestion} See: action-returns --help")
        return super().resolve_command(ctx, args)


@click.command(
    cls=_Tree,
    # \b keeps the lines of a paragraph apart.
    help="Report returned mobile-app actions to impact.com: check the file, make the exact CSV, deliver it.\n\n"
    "\b\n"
    "action-returns new returns.xlsm      make the workbook to fill in\n"
    "action-returns import orders.csv     make rows of a shop's export\n"
    "action-returns check returns.xlsx    what is wrong, where, and what to do\n"
    "action-returns review returns.xlsx   totals, money effect, destination\n"
    "action-returns send returns.xlsx     deliver it over the profile's channel, with proof\n",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="action-returns", message="%(prog)s %(version)s")
def tree() -> None:
    """Hold the commands; it does nothing by itself."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a command ended: its exit code, the code of the refusal (None when there is none), and the message."""

    code: int
    problem: str | None
    message: str


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    With ``--json``, wherever it stands on the line, standard output gets one JSON object on every exit.

    Args:
        arguments: as they stand on the command line, without the program's name.

    Returns:
        The exit code.
    """
    # One command is one short process with a few large lists. Searching them for cycles takes a tenth of its time
    # and finds none.
    gc.disable()
    try:
        words, as_json, debug = _without_flags(arguments)
        return _run(words, as_json=as_json, debug=debug)
    finally:
        gc.enable()


def _run(words: list[str], *, as_json: bool, debug: bool) -> int:
    output = Output(as_json=as_json)
    printed = io.StringIO()  # by click or a library: the help, the version
    try:
        with redirect_stdout(printed) if as_json else nullcontext():
            code = _invoke(words, output)
        ending = _Ending(code, output.facts.get("problem"), output.message or printed.getvalue().strip() or "Done.")
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the last place to catch it, so that a user never sees a traceback
        ending = _ending(error, output, debug=debug)
    try:
        if as_json:
            ending = _print_object(output, ending, debug=debug)
        sys.stdout.flush()
    except OSError as error:
        is_closed = _is_closed_pipe(error)  # what standard output is can be told before it is pointed to nothing
        _discard_stdout()
        if is_closed:  # by its reader; the command itself has ended
            return ending.code
        # Such as a full disk.
        output.error(f"Standard output cannot be written: {error.strerror or error}. The result was: {ending.message}")
        return ending.code or Exit.UNEXPECTED
    return ending.code


def _without_flags(arguments: Sequence[str]) -> tuple[list[str], bool, bool]:
    """Return the words for click, whether there is ``--json``, and whether there is ``--debug``."""
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    options = words[:end]
    for_click = [word for word in options if word not in {"--json", "--debug"}]
    return for_click + words[end:], "--json" in options, "--debug" in options


def _invoke(words: list[str], output: Output) -> int:
    if os.environ.get(COMPLETION_VARIABLE):
        tree.main(words, "action-returns", complete_var=COMPLETION_VARIABLE)
    # Not tree.main: it ends in silence when a network connection breaks (EPIPE, EOFError), as if the user had stopped it.
    try:
        with tree.make_context("action-returns", words, obj=output) as context:
            return int(tree.invoke(context) or 0)
    except click.exceptions.Exit as error:  # after --help and --version
        return error.exit_code


def _ending(error: BaseException, output: Output, *, debug: bool) -> _Ending:
    """Print why a command stopped, and return it."""
    if debug:
        print(clean("".join(traceback.format_exception(error))), end="", file=sys.stderr)
    from action_returns.settings.repeated import without_sign_in

    match error:
        case click.exceptions.NoArgsIsHelpError():
            error.show()
            path = error.ctx.command_path
            return _Ending(Exit.USAGE, "usage", f"There is no command after {path}. See: {path} --help")
        case click.ClickException():
            message, usage = error.format_message(), io.StringIO()
            told = without_sign_in(_without_words(message))
            error.show(usage)  # it repeats the words of the command line, which may be the name of a file of others
            print(clean(usage.getvalue().replace(message, told)), end="", file=sys.stderr)
            return _Ending(Exit.USAGE, "usage", told)
        case click.exceptions.Abort():
            ending = _Ending(Exit.INTERRUPTED, "interrupted", "Interrupted. Nothing was sent.")
        case KeyboardInterrupt():
            text = "Interrupted. Nothing more was done. See what was sent: action-returns history list"
            ending = _Ending(Exit.INTERRUPTED, "interrupted", text)
        # With --json, nothing is printed before the command has ended: the error is of another pipe.
        case OSError() if not output.as_json and _is_closed_pipe(error) and _stdout_is_closed():
            text = "Standard output was closed by its reader before everything was printed."
            ending = _Ending(Exit.INTERRUPTED, "interrupted", text)
        case ActionReturnsError():
            ending = _Ending(error.exit_code, error.problem, without_sign_in(error.message))
        case _:
            text = f"Unexpected error ({type(error).__name__}). {_save_details(error)}"
            ending = _Ending(Exit.UNEXPECTED, "unexpected", text)
    if ending.code:
        output.error(ending.message)
    else:  # the user was asked and said no, and reads what that means even when the command is quiet
        output.quiet = False
        output.info(ending.message)
    return ending


def _without_words(message: str) -> str:
    """Return a message of click without the words that belong nowhere: one of them may be a password."""
    from action_returns.settings.repeated import NOT_REPEATED, repeated_key

    found = _NO_PLACE.match(message)
    if found is None or all(repeated_key(word, COMMANDS) for word in _words_of(found)):
        return message
    if "extra" in found[1]:
        return f"There are more words than this command takes; a name with spaces stands in quotes. {NOT_REPEATED}"
    return f"There is no such command. {NOT_REPEATED} See: action-returns --help"


def _words_of(found: re.Match[str]) -> list[str]:
    words = found[2].split()
    return words if "extra" in found[1] else [words[0].removesuffix(".")] if words else []


def _print_object(output: Output, ending: _Ending, *, debug: bool) -> _Ending:
    """Print the one JSON object. Return the ending, or another one when a fact cannot be computed."""
    facts = {key: value for key, value in output.facts.items() if key not in {"problem", "message"}}
    try:
        write_facts(facts, sys.stdout)
    except OSError:  # standard output cannot be written; the facts themselves are known
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the object has begun, so it has to be ended
        ending = _ending(error, output, debug=debug)
    write_end(ending.problem, ending.message, sys.stdout)
    return ending


def _save_details(error: BaseException) -> str:
    """Write the details of an unexpected error to a file, and return a sentence that names it."""
    from action_returns.files import default_paths
    from action_returns.operations.error_details import save_error_details

    path = None
    with suppress(ActionReturnsError):  # there is no place for them
        path = save_error_details(error, default_paths(os.environ))
    if path is None:
        return "Run the command again with --debug to see the details."
    return f"Details are in {path}. What was sent, if anything, shows in: action-returns history list"


def _is_closed_pipe(error: OSError) -> bool:
    """Return whether an error may say that the reader of standard output has closed it."""
    if os.name == "nt" and not isinstance(error, BrokenPipeError):
        from action_returns.cli.windows_streams import says_closed_pipe

        return says_closed_pipe(error, sys.stdout)
    return isinstance(error, BrokenPipeError)


def _stdout_is_closed() -> bool:
    """Return whether the reader of standard output has closed it."""
    if sys.platform == "win32":  # it has no poll
        from action_returns.cli.windows_streams import reader_is_gone

        return reader_is_gone(sys.stdout)
    import select

    try:
        sys.stdout.flush()
        poll = select.poll()  # output that is not buffered has nothing left to flush
        poll.register(sys.stdout.fileno(), 0)
        return bool(poll.poll(0))
    except BrokenPipeError:
        return True
    except (AttributeError, OSError, ValueError):  # standard output may be no file
        return False


def _discard_stdout() -> None:
    """Point standard output to nothing, so that Python does not fail when it flushes it at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
