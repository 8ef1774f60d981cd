"""``action-returns secret``: the passwords of the profiles, in the operating system's store."""

import functools
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import click

from action_returns.cli.options import CommandContext, global_options
from action_returns.errors import Exit, NoSuchProfileError, SecretError
from action_returns.settings.config import load_settings
from action_returns.settings.repeated import close_match
from action_returns.settings.secrets import (
    api_account,
    delete_secret,
    ledger_account,
    password_state,
    set_secret,
    shown_reference,
)

if TYPE_CHECKING:
    from action_returns.settings.profile import Profile


@click.group("secret", short_help="Passwords, in the operating system's store.")
def secret_command() -> None:
    """Keep passwords in the operating system's store. They are never shown."""


Of: TypeAlias = Literal["channel", "ledger", "api"]
"""What a password is of."""

_KEYS: Final[Mapping[Of, str]] = {"channel": "channel.password", "ledger": "ledger_password", "api": "api.auth_token"}
"""The keys of a profile that say where its passwords are kept."""


def _of_what(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options --ledger and --api to a command, which gets what they say as ``of``."""

    @functools.wraps(function)
    def with_of(*, is_of_ledger: bool, is_of_api: bool, **options: Any) -> Any:
        if is_of_ledger and is_of_api:
            raise click.UsageError("--ledger and --api name two passwords. Name one of them, and then the other.")
        return function(of="ledger" if is_of_ledger else "api" if is_of_api else "channel", **options)

    with_of = click.option(
        "--api",
        "is_of_api",
        is_flag=True,
        help="The auth token of the network's API instead of the channel's password.",
    )(with_of)
    return click.option(
        "--ledger", "is_of_ledger", is_flag=True, help="The password of the team's ledger instead of the channel's."
    )(with_of)


class _OneProfile(click.Command):
    """A command that takes the name of a profile; a further word may be a password, so it is not repeated."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption:
            raise
        except click.UsageError as error:
            if not error.message.startswith("Got unexpected"):
                raise
            raise click.UsageError(
                f"{ctx.info_name} takes one word, the name of a profile. The others are not repeated: they may be a "
                f"password. {_IN_HISTORY}",
                ctx,
            ) from None


_IN_HISTORY: Final = (
    "The password is asked for, never part of the command: the shell keeps its commands. If it was one, change it."
)


@secret_command.command("set", cls=_OneProfile)
@click.argument("name", metavar="PROFILE")
@_of_what
@click.option("--password-stdin", is_flag=True, help="Read it from standard input instead of asking.")
@global_options
def set_(context: CommandContext, *, name: str, of: Of, password_stdin: bool) -> None:
    """Store the password of a profile."""
    settings = load_settings(context.paths.config_file)
    if settings.profiles and name not in settings.profiles and not close_match(name, settings.profiles):
        raise NoSuchProfileError(
            f"There is no such profile in {settings.path}. There is: {', '.join(settings.profiles)}. The word is not "
            f"repeated: it may be a password. {_IN_HISTORY}"
        )
    _, profile = settings.choose(name)
    if password_stdin:
        password = _piped_password()
    elif context.output.can_ask():
        question = f"{'Auth token' if of == 'api' else 'Password'} of {_password_owner(name, of)}"
        password = context.output.prompt(question, hide_input=True, confirmation_prompt=True)
    else:
        raise click.UsageError(
            f"Cannot ask for the password: {context.output.why_not_ask}. Pipe it in with --password-stdin."
        )
    if not password:
        raise click.UsageError("The password is empty. Nothing was stored.")
    set_secret(_account(name, of), password)
    reference = _references(profile)[of]
    then = {"ledger": "doctor", "api": f"pending fetch --profile {name}"}.get(of, f"probe --profile {name}")
    if reference != "keyring":
        key = _KEYS[of]
        kept = "not set" if reference is None else shown_reference(reference)
        context.output.info(f"Profile {name} does not read it: {key} is {kept}.", style="warning")
        if of != "channel" or profile.channel.takes_password():
            then = f"profile set {name} {key}=keyring"
        if of == "api" and reference is None:
            then += " api.account_sid=SID api.campaigns=NUMBER"
    context.output.info(f"Stored. Next: action-returns {then}", style="good")


def _piped_password() -> str:
    """Return the first line of standard input.

    Raises:
        click.UsageError: it is not UTF-8; which letters it holds depends on the program that wrote it.
    """
    line = sys.stdin.buffer.readline()
    try:
        return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8-sig")  # PowerShell 5.1 may begin with a BOM
    except UnicodeDecodeError:
        raise click.UsageError(
            "The password on standard input is not in UTF-8, so its letters cannot be told. Nothing was stored. "
            "Leave --password-stdin out to be asked for it."
        ) from None


@secret_command.command("delete", cls=_OneProfile)
@click.argument("name", metavar="PROFILE")
@_of_what
@global_options
def delete(context: CommandContext, *, name: str, of: Of) -> None:
    """Remove the password of a profile from the store."""
    was_there = delete_secret(_account(name, of))
    whose = _password_owner(name, of)
    if was_there:
        context.output.info(f"The password of {whose} is removed.")
    else:  # the word may be a password itself
        is_known = name in load_settings(context.paths.config_file).profiles
        context.output.info(f"There was no password for {whose if is_known else 'a profile of that name'}.")


@secret_command.command("status")
@global_options
def status(context: CommandContext) -> int:
    """Show for each profile whether its password can be fetched; passwords are not shown."""
    rows = [
        {"profile": name, "of": of, **_password_facts(reference, _account(name, of))}
        for name, profile in load_settings(context.paths.config_file).profiles.items()
        for of, reference in _references(profile).items()
        if of == "channel" or reference is not None
    ]
    reasons = list(dict.fromkeys(row["reason"] for row in rows if "reason" in row))
    if context.output.as_json:
        context.output.json({"passwords": rows, **({"problem": SecretError.problem} if reasons else {})})
    elif rows:
        shown = [(row["profile"], row["of"], row["kept"], row["status"]) for row in rows]
        context.output.table(("Profile", "Password of", "Kept in", "Status"), shown)
    else:
        context.output.info("There is no profile yet. Make one: action-returns profile add NAME")
    for reason in reasons:
        context.output.info(reason, style="warning")
    return Exit.CONFIGURATION if reasons else Exit.DONE


def _account(name: str, of: Of) -> str:
    """Return the name under which a password is kept."""
    return {"ledger": ledger_account, "api": api_account}[of](name) if of != "channel" else name


def _references(profile: "Profile") -> "dict[Of, str | None]":
    """Return where the passwords of a profile are kept: of its channel, of its team's ledger, and of the API."""
    of_ledger = profile.ledger_password
    return {
        "channel": profile.channel.password_reference,
        "ledger": None if of_ledger is None else of_ledger.get_secret_value(),
        "api": None if profile.api is None else profile.api.token_reference,
    }


def _password_owner(name: str, of: Of) -> str:
    return {"ledger": "the team's ledger of ", "api": "the API of "}.get(of, "") + f"profile {name}"


def _password_facts(reference: str | None, account: str) -> dict[str, str]:
    """Return where a password is kept, whether it can be fetched, and why not where that is unknown."""
    if reference is None:
        return {"kept": "none", "status": "not needed"}
    state, reason = password_state(reference, profile=account)
    facts = {"kept": shown_reference(reference), "status": state or "there"}
    return facts if state in {None, "missing"} else {**facts, "reason": reason}
