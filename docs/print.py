"""Prints the reference pages from the product itself, so that they cannot drift: run it with `make docs`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from action_returns import errors
from action_returns.batch.rule import Rule
from action_returns.batch.rules import REFUSALS, RULES
from action_returns.cli.app import COMMANDS, tree
from action_returns.errors import Exit
from action_returns.excel import clicks
from action_returns.excel.button import BUTTONS
from action_returns.excel.ribbon import addin_texts
from action_returns.files import packaged_file
from docs import config_page, house

HERE = Path(__file__).parent
_EXITS = {
    Exit.DONE: "done; for send: delivered or handed over",
    Exit.UNEXPECTED: "unexpected error",
    Exit.USAGE: "wrong usage",
    Exit.BATCH_HAS_ERRORS: "the batch has errors",
    Exit.WARNINGS: "warnings, with --strict",
    Exit.CANNOT_CONNECT: "cannot connect or sign in",
    Exit.NOT_DELIVERED: "certainly not delivered",
    Exit.UNKNOWN: "outcome unknown: do not send again blindly",
    Exit.DUPLICATE: "nothing new to send: this list, or rows of it, may have arrived before",
    Exit.CONFIGURATION: "configuration or secret missing or wrong",
    Exit.DIFFERENCES: "reconcile found differences (later)",
    Exit.LEDGER: "the record (ledger) cannot be reached or written, or a part of it is broken; nothing was sent",
    Exit.APPROVAL: "send waits for the approval of a second person; nothing was sent",
    Exit.INTERRUPTED: "interrupted",
}
_JSON = """## JSON

With `--json`, wherever it stands on the line, every command prints one JSON object on standard output and nothing else.
It does so on every exit: also when the line is wrong, when the command is refused, when an error is unexpected, and
after Ctrl-C. Sentences for people stay on standard error.

| key | meaning |
|---|---|
| `problem` | the code of the refusal; null when the command did its work, whatever it found |
| `message` | what happened, why, and what to do |
| others | what the command knows; a refusal keeps what was known before it |

Rows with errors or a failed delivery are a result, not a refusal: the exit code and keys such as `errors`, `outcome` or
`works` tell them.

Lists have a name: `batches` (history list, history export), `profiles` (profile list), `passwords` (secret status),
`checks` (doctor), `delivered` (demo). Where a file goes to standard output otherwise (`export -o -`, `history file`), the
object has the facts of that file and `output` is null. `history export` puts the record itself into the lists
`batches` and `approvals`.

Codes of `problem`, beside those of [files refused as a whole](rules.md):"""


def rules() -> str:
    """Print every finding."""
    lines = [
        "# Findings",
        "",
        "An error keeps its row from being sent, a warning does not. Where a fix is offered, it can mean only one thing;",
        "`action-returns fix` makes it in a new file.",
    ]
    for title, chosen in _groups():
        lines += ["", f"## {title}", "", "| code | | what it says | fix |", "|---|---|---|---|"]
        lines += [
            f"| `{rule.code}` | {rule.severity} | {_words(rule)} | {'offered' if rule.safe_fix else ''} |"
            for rule in chosen
        ]
    lines += ["", "## Files refused as a whole", "", "| code | meaning |", "|---|---|"]
    lines += [f"| `{code}` | {meaning} |" for code, meaning in REFUSALS.items()]
    return "\n".join(lines) + "\n"


def _groups() -> Iterator[tuple[str, list[Rule]]]:
    for column in ("ActionId", "Amount", "Reason"):
        yield column, [rule for rule in RULES if rule.column == column]
    yield "Any of the three", [rule for rule in RULES if rule.column is None]


def _words(rule: Rule) -> str:
    """Return the texts of a rule with its placeholders as ``<found>``."""
    return f"{rule.what} {rule.why} {rule.todo}".replace("{", "<").replace("}", ">").replace("|", "\\|")


def cli() -> str:
    """Print every command with its options."""
    lines = ["# Commands", "", "```", _help(tree, None, "action-returns"), "```"]
    context = click.Context(tree, info_name="action-returns", **tree.context_settings)
    for name in COMMANDS:
        command = tree.get_command(context, name)
        assert command is not None  # noqa: S101  # it is in the list
        lines += ["", f"## {name}", "", "```", _help(command, context, name), "```"]
        if isinstance(command, click.Group):
            inner = click.Context(command, parent=context, info_name=name)
            for sub in command.list_commands(inner):
                found = command.get_command(inner, sub)
                if found is not None:
                    lines += ["", "```", _help(found, inner, sub), "```"]
    lines += ["", _JSON, "", "| code | exit | meaning |", "|---|---|---|", *_problems()]
    lines += ["", "## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {int(code)} | {meaning} |" for code, meaning in _EXITS.items()]
    return "\n".join(lines) + "\n"


def _problems() -> Iterator[str]:
    """Return a line for each code of a refusal, from the tree of errors."""
    yield f"| `unexpected` | {int(Exit.UNEXPECTED)} | An unexpected error. The message names the file with its details. |"
    yield f"| `interrupted` | {int(Exit.INTERRUPTED)} | Ctrl-C, or the answer to a question was no. |"
    for error in vars(errors).values():
        is_refusal = isinstance(error, type) and issubclass(error, errors.ActionReturnsError)
        if is_refusal and error is not errors.ActionReturnsError and "problem" in vars(error):
            yield f"| `{error.problem}` | {int(error.exit_code)} | {(error.__doc__ or '').splitlines()[0]} |"


def _help(command: click.Command, parent: click.Context | None, name: str) -> str:
    # As the program itself sets it up: click keeps the names of the help option once it has made them.
    settings = {**tree.context_settings, "max_content_width": 100, "terminal_width": 100}
    context = click.Context(command, parent=parent, info_name=name, **settings)
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def buttons() -> dict[Path, str]:
    """Print the ribbon and its VBA from the buttons that the module ``clicks`` declares.

    Returns:
        File of ``addin/`` -> its text.
    """
    assert all(hasattr(clicks, name) for name in BUTTONS)  # noqa: S101  # the import fills the table
    return addin_texts(packaged_file("addin"), BUTTONS)


PAGES = {"rules.md": rules, "cli.md": cli, "config.md": config_page.page, "architecture.md": house.page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8", newline="\n")
        sys.stdout.write(f"printed {name}\n")
    for path, text in buttons().items():
        path.write_text(text, encoding="ascii", newline="\n")
        sys.stdout.write(f"printed {path.name}\n")
