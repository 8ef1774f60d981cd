"""``action-returns secret``: passwords, in the operating system's store."""

import sys
from typing import TYPE_CHECKING

import click

from action_returns.cli.options import Run, common
from action_returns.settings import load_settings
from action_returns.settings.secrets import delete_secret, ledger_account, secret_is_there, set_secret

if TYPE_CHECKING:
    from pydantic import SecretStr


@click.group("secret", short_help="Passwords, in the operating system's store.")
def command() -> None:
    """Keep passwords in the operating system's store. They are never shown."""


_of_the_ledger = click.option(
    "--ledger", "is_of_ledger", is_flag=True, help="The password of the team's ledger instead of the channel's."
)


@command.command("set")
@click.argument("name", metavar="PROFILE")
@_of_the_ledger
@click.option("--password-stdin", is_flag=True, help="Read it from standard input instead of asking.")
@common
def set_(run: Run, *, name: str, is_of_ledger: bool, password_stdin: bool) -> None:
    """Store the password of a profile."""
    if password_stdin:
        password = sys.stdin.readline().removesuffix("\n")
    elif run.words.can_ask():
        password = click.prompt(
            f"Password of {_whose(name, is_of_ledger)}", hide_input=True, confirmation_prompt=True, err=True
        )
    else:
        raise click.UsageError("Nobody is here to type it. Pipe it in with --password-stdin.")
    if not password:
        raise click.UsageError("The password is empty. Nothing was stored.")
    set_secret(ledger_account(name) if is_of_ledger else name, password)
    run.words.say(
        f"Stored. Next: action-returns {'doctor' if is_of_ledger else f'probe --profile {name}'}", style="good"
    )


@command.command("delete")
@click.argument("name", metavar="PROFILE")
@_of_the_ledger
@common
def delete(run: Run, *, name: str, is_of_ledger: bool) -> None:
    """Remove the password of a profile from the store."""
    there = delete_secret(ledger_account(name) if is_of_ledger else name)
    whose = _whose(name, is_of_ledger)
    run.words.say(f"The password of {whose} is removed." if there else f"There was no password for {whose}.")


@command.command("status")
@common
def status(run: Run) -> None:
    """Tell for each profile whether its password can be fetched; shows none."""
    rows = []
    for name, profile in load_settings(run.places.config_file).profiles.items():
        rows.append((name, "channel", *_where(getattr(profile.channel, "password", None), name)))
        if profile.ledger_password is not None:
            rows.append((name, "ledger", *_where(profile.ledger_password, ledger_account(name))))
    if run.words.as_json:
        run.words.json([dict(zip(("profile", "of", "kept", "status"), row, strict=True)) for row in rows])
    elif rows:
        run.words.table(("Profile", "Password of", "Kept in", "Status"), rows)
    else:
        run.words.say("There is no profile yet. Make one: action-returns profile add NAME")


def _whose(name: str, is_of_ledger: bool) -> str:
    return f"the team's ledger of profile {name}" if is_of_ledger else f"profile {name}"


def _where(kept: "SecretStr | None", account: str) -> tuple[str, str]:
    """Tell where a password is kept and whether it is there."""
    if kept is None:
        return "none", "not needed"
    reference = kept.get_secret_value()
    return reference, "there" if secret_is_there(reference, profile=account) else "missing"
