"""``action-returns profile``: the accounts, their rules, and the way to their receivers."""

import sys
from typing import TYPE_CHECKING, Any

import click

from action_returns.channels import KINDS, settings_class
from action_returns.cli.options import CommandContext, global_options
from action_returns.operations.texts import TEST_UPLOADS
from action_returns.settings.config import load_settings
from action_returns.settings.editing import add_profile, remove_profile, use_profile
from action_returns.settings.secrets import delete_secret, has_secret, ledger_account, set_secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from action_returns.channels.setting import Setting


_KINDS = click.Choice(list(KINDS))
_ENVIRONMENTS = click.Choice(["live", "test"])


@click.group("profile", short_help="Accounts, their rules, and where their files go.")
def profile_command() -> None:
    """Set up the accounts. They live in config.toml; passwords do not."""


@profile_command.command("list")
@global_options
def list_profiles(context: CommandContext) -> None:
    """List the profiles."""
    settings = load_settings(context.paths.config_file)
    rows = [
        (name, profile.environment, profile.channel.kind, "default" if name == settings.default_profile else "")
        for name, profile in settings.profiles.items()
    ]
    if context.output.as_json:
        keys = ("name", "environment", "channel", "default")
        context.output.json({"profiles": [dict(zip(keys, row, strict=True)) for row in rows]})
        return
    if rows:
        context.output.table(("Profile", "Environment", "Channel", ""), rows)
    else:
        context.output.info("There is no profile yet. Make one: action-returns profile add NAME")


@profile_command.command("show")
@click.argument("name", required=False)
@global_options
def show(context: CommandContext, *, name: str | None) -> None:
    """Show a profile; passwords are not in it."""
    chosen, profile = load_settings(context.paths.config_file).choose(name or context.profile)
    facts = profile.model_dump(mode="json", exclude_none=True)
    channel = facts.pop("channel")
    if "password" in channel:
        channel["password"] = profile.channel.password_reference
    if profile.ledger_password is not None:
        facts["ledger_password"] = profile.ledger_password.get_secret_value()  # the same
    if context.output.as_json:
        context.output.json({"name": chosen, **facts, "channel": channel, "file": str(context.paths.config_file)})
        return
    rows = [(key, str(value)) for key, value in facts.items()]
    rows += [(f"channel.{key}", str(value)) for key, value in channel.items()]
    context.output.table(("Profile", chosen), rows)
    if profile.environment == "test":
        context.output.info(TEST_UPLOADS, style="warning")
    context.output.info(f"Kept in {context.paths.config_file}", style="quiet")


@profile_command.command("add")
@click.argument("name")
@click.option("--environment", type=_ENVIRONMENTS, help="Whether files of this profile are real. Always asked.")
@click.option("--kind", type=_KINDS, help="How the file gets to the receiver.")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the channel, such as host=..."
)
@global_options
def add(
    context: CommandContext, *, name: str, environment: str | None, kind: str | None, settings: tuple[str, ...]
) -> None:
    """Make a profile; what is not given is asked for."""
    environment = environment or _ask_for(
        context, "Environment", "--environment live or --environment test", _ENVIRONMENTS
    )
    kind = kind or _ask_for(context, "How does the file get to the receiver", "--kind", _KINDS, "ftp")
    channel = settings_class(kind)
    declared = channel.settings()
    values: dict[str, Any] = {"kind": kind, **_channel_values(settings, declared)}
    for setting in declared:
        if setting.asked == "always" and not setting.is_password and setting.key not in values:
            option = f"--set {setting.key}={setting.example}"
            answer = _ask_for(context, f"{setting.label} ({setting.key})", option, None, setting.default or None)
            values[setting.key] = setting.value(answer)
    if channel.needs_password(values):
        values.setdefault("password", "keyring")
    add_profile(context.paths.config_file, name, {"environment": environment, "channel": values})
    context.output.info(f"Profile {name} is in {context.paths.config_file}.", style="good")
    if environment == "test":
        context.output.info(TEST_UPLOADS, style="warning")
    if values.get("password") == "keyring":
        context.output.info(f"Next: action-returns secret set {name}, then action-returns probe --profile {name}")
    else:
        context.output.info(f"Next: action-returns probe --profile {name}")


@profile_command.command("use")
@click.argument("name")
@global_options
def use(context: CommandContext, *, name: str) -> None:
    """Make a profile the default one."""
    use_profile(context.paths.config_file, name)
    context.output.info(f"{name} is the default profile now.", style="good")


@profile_command.command("remove")
@click.argument("name")
@global_options
def remove(context: CommandContext, *, name: str) -> None:
    """Remove a profile. Its password and what was sent under it stay."""
    remove_profile(context.paths.config_file, name)
    context.output.info(
        f"Profile {name} is removed. Its password goes with: action-returns secret delete {name}", style="good"
    )


def _channel_values(texts: "Iterable[str]", declared: "Iterable[Setting]") -> dict[str, object]:
    """Return key -> value of the ``--set`` options; an unknown key stays, and the reader of config.toml refuses it."""
    settings = {setting.key: setting for setting in declared}
    values: dict[str, object] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f'--set {text} has no "=". Write it like --set host=batch.impact.com')
        values[key] = settings[key].value(value) if key in settings else value
    return values


def _ask_for(
    context: CommandContext, question: str, option: str, choices: click.Choice[str] | None, default: str | None = None
) -> str:
    if not context.output.can_ask():
        if default is not None:
            return default
        raise click.UsageError(f"Cannot ask for {question}: {context.output.why_not_ask}. Add {option}")
    answer: str = click.prompt(question, type=choices, default=default, err=True)
    return answer


@click.group("secret", short_help="Passwords, in the operating system's store.")
def secret_command() -> None:
    """Keep passwords in the operating system's store. They are never shown."""


_of_the_ledger = click.option(
    "--ledger", "is_of_ledger", is_flag=True, help="The password of the team's ledger instead of the channel's."
)


@secret_command.command("set")
@click.argument("name", metavar="PROFILE")
@_of_the_ledger
@click.option("--password-stdin", is_flag=True, help="Read it from standard input instead of asking.")
@global_options
def set_(context: CommandContext, *, name: str, is_of_ledger: bool, password_stdin: bool) -> None:
    """Store the password of a profile."""
    if password_stdin:
        password = sys.stdin.readline().removesuffix("\n")
    elif context.output.can_ask():
        password = click.prompt(
            f"Password of {_password_owner(name, is_of_ledger)}", hide_input=True, confirmation_prompt=True, err=True
        )
    else:
        raise click.UsageError(
            f"Cannot ask for the password: {context.output.why_not_ask}. Pipe it in with --password-stdin."
        )
    if not password:
        raise click.UsageError("The password is empty. Nothing was stored.")
    set_secret(ledger_account(name) if is_of_ledger else name, password)
    context.output.info(
        f"Stored. Next: action-returns {'doctor' if is_of_ledger else f'probe --profile {name}'}", style="good"
    )


@secret_command.command("delete")
@click.argument("name", metavar="PROFILE")
@_of_the_ledger
@global_options
def delete(context: CommandContext, *, name: str, is_of_ledger: bool) -> None:
    """Remove the password of a profile from the store."""
    was_there = delete_secret(ledger_account(name) if is_of_ledger else name)
    whose = _password_owner(name, is_of_ledger)
    context.output.info(f"The password of {whose} is removed." if was_there else f"There was no password for {whose}.")


@secret_command.command("status")
@global_options
def status(context: CommandContext) -> None:
    """Show for each profile whether its password can be fetched; passwords are not shown."""
    rows = []
    for name, profile in load_settings(context.paths.config_file).profiles.items():
        rows.append((name, "channel", *_password_state(profile.channel.password_reference, name)))
        if profile.ledger_password is not None:
            rows.append(
                (name, "ledger", *_password_state(profile.ledger_password.get_secret_value(), ledger_account(name)))
            )
    if context.output.as_json:
        keys = ("profile", "of", "kept", "status")
        context.output.json({"passwords": [dict(zip(keys, row, strict=True)) for row in rows]})
    elif rows:
        context.output.table(("Profile", "Password of", "Kept in", "Status"), rows)
    else:
        context.output.info("There is no profile yet. Make one: action-returns profile add NAME")


def _password_owner(name: str, is_of_ledger: bool) -> str:
    return f"the team's ledger of profile {name}" if is_of_ledger else f"profile {name}"


def _password_state(reference: str | None, account: str) -> tuple[str, str]:
    """Return where a password is kept, and whether it is there."""
    if reference is None:
        return "none", "not needed"
    return reference, "there" if has_secret(reference, profile=account) else "missing"
