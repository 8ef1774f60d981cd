"""``action-returns secret``: passwords, in the operating system's store."""

import sys

import click

from action_returns.cli.options import Run, common
from action_returns.settings import load_settings
from action_returns.settings.secrets import delete_secret, secret_is_there, set_secret


@click.group("secret", short_help="Passwords, in the operating system's store.")
def command() -> None:
    """Keep passwords in the operating system's store. They are never shown."""


@command.command("set")
@click.argument("name", metavar="PROFILE")
@click.option("--password-stdin", is_flag=True, help="Read it from standard input instead of asking.")
@common
def set_(run: Run, *, name: str, password_stdin: bool) -> None:
    """Store the password of a profile."""
    if password_stdin:
        password = sys.stdin.readline().removesuffix("\n")
    elif run.words.can_ask():
        password = click.prompt(f"Password of profile {name}", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise click.UsageError("Nobody is here to type it. Pipe it in with --password-stdin.")
    if not password:
        raise click.UsageError("The password is empty. Nothing was stored.")
    set_secret(name, password)
    run.words.say(f"Stored. Next: action-returns probe --profile {name}", style="good")


@command.command("delete")
@click.argument("name", metavar="PROFILE")
@common
def delete(run: Run, *, name: str) -> None:
    """Remove the password of a profile from the store."""
    there = delete_secret(name)
    run.words.say(f"The password of {name} is removed." if there else f"There was no password for {name}.")


@command.command("status")
@common
def status(run: Run) -> None:
    """Tell for each profile whether its password can be fetched; shows none."""
    rows = []
    for name, profile in load_settings(run.places.config_file).profiles.items():
        kept = getattr(profile.channel, "password", None)
        if kept is None:
            rows.append((name, "none", "not needed"))
        else:
            reference = kept.get_secret_value()
            rows.append((name, reference, "there" if secret_is_there(reference, profile=name) else "missing"))
    if run.words.as_json:
        run.words.json([dict(zip(("profile", "kept", "status"), row, strict=True)) for row in rows])
    elif rows:
        run.words.table(("Profile", "Kept in", "Status"), rows)
    else:
        run.words.say("There is no profile yet. Make one: action-returns profile add NAME")
