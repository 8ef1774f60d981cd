"""``action-returns profile``: the accounts, their rules, and the way to their receivers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from action_returns.channels import KINDS, settings_class
from action_returns.cli.options import CommandContext, global_options
from action_returns.operations.texts import TEST_UPLOADS
from action_returns.settings.config import load_settings
from action_returns.settings.editing import add_profile, change_keys, remove_profile, use_profile
from action_returns.settings.keys import find_key, read_changes
from action_returns.settings.repeated import NOT_REPEATED, repeated_key, repeated_value
from action_returns.settings.secrets import shown_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from action_returns.settings.editing import Change
    from action_returns.settings.keys import Steps


class _Words(click.Choice[str]):
    """The words that an option takes; another one is repeated only where it cannot be a password."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        known = [str(choice) for choice in self.choices]
        if repeated_value(value, key="", known=known) is None:
            return f"It is none of {', '.join(known)}. {NOT_REPEATED}"
        return super().get_invalid_choice_message(value, ctx)


_KINDS = _Words(list(KINDS))
_ENVIRONMENTS = _Words(["live", "test"])


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
    facts["reasons"] = {code: use.value for code, use in profile.policy().reasons.items()}
    if not profile.return_reasons:
        del facts["return_reasons"]
    channel = facts.pop("channel")
    if "password" in channel:
        channel["password"] = shown_reference(profile.channel.password_reference or "")  # where it is kept
    if profile.ledger_password is not None:
        facts["ledger_password"] = shown_reference(profile.ledger_password.get_secret_value())  # the same
    if profile.api is not None:
        facts["api"]["auth_token"] = shown_reference(profile.api.token_reference)
    if context.output.as_json:
        context.output.json({"name": chosen, **facts, "channel": channel, "file": str(context.paths.config_file)})
        return
    api = facts.pop("api", {})
    rows = [(key, _shown(value)) for key, value in facts.items()]
    rows += [(f"channel.{key}", _shown(value)) for key, value in channel.items()]
    rows += [(f"api.{key}", _shown(value)) for key, value in api.items()]
    context.output.table(("Profile", chosen), rows)
    if profile.environment == "test":
        context.output.info(TEST_UPLOADS, style="warning")
    context.output.info(f"Kept in {context.paths.config_file}", style="quiet")


@profile_command.command("add")
@click.argument("name")
@click.option("--environment", type=_ENVIRONMENTS, help="Whether files of this profile are real. Always asked.")
@click.option("--kind", type=_KINDS, help="How the file gets to the receiver.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting, such as host=batch.impact.com or max_amount=500; may be repeated.",
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
    values: dict[str, Any] = {"environment": environment, "channel": {"kind": kind}}
    for steps, value in read_changes(_pairs(settings), kind, name).items():
        table = values.setdefault(steps[0], {}) if len(steps) > 1 else values
        table[steps[-1]] = value
    of_channel = values["channel"]
    for setting in channel.settings():
        if setting.asked == "always" and not setting.is_password and setting.key not in of_channel:
            option = f"--set {setting.key}={setting.example}"
            answer = _ask_for(context, f"{setting.label} ({setting.key})", option, None, setting.default or None)
            of_channel[setting.key] = setting.value(answer)
    if channel.needs_password(of_channel):
        of_channel.setdefault("password", "keyring")
    add_profile(context.paths.config_file, name, values)
    context.output.info(f"Profile {name} is in {context.paths.config_file}.", style="good")
    if environment == "test":
        context.output.info(TEST_UPLOADS, style="warning")
    if of_channel.get("password") == "keyring":
        context.output.info(f"Next: action-returns secret set {name}, then action-returns probe --profile {name}")
    else:
        context.output.info(f"Next: action-returns probe --profile {name}")


@profile_command.command("set")
@click.argument("name")
@click.argument("words", nargs=-1, required=True, metavar="KEY=VALUE...")
@global_options
def set_keys(context: CommandContext, *, name: str, words: tuple[str, ...]) -> None:
    """Change settings of a profile; the rest of config.toml stays as it is.

    KEY is a key of config.toml: max_amount, reasons.RETURNED, channel.host (or just host). KEY VALUE works for a single
    one. Every key is explained in docs/config.md.
    """
    is_single = "=" not in words[0] and len(words) == 2  # noqa: PLR2004  # KEY VALUE
    pairs = [(words[0], words[1])] if is_single else _pairs(words)
    _, profile = load_settings(context.paths.config_file).choose(name)
    _change(context, name, read_changes(pairs, profile.channel.kind, name))


@profile_command.command("unset")
@click.argument("name")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@global_options
def unset(context: CommandContext, *, name: str, keys: tuple[str, ...]) -> None:
    """Take settings out of a profile, so that what holds without them holds again."""
    _, profile = load_settings(context.paths.config_file).choose(name)
    _change(context, name, {find_key(key, profile.channel.kind).steps: None for key in keys})


def _change(context: CommandContext, name: str, changes: "Mapping[Steps, object]") -> None:
    """Change keys of a profile, and show what they were."""
    done = change_keys(context.paths.config_file, name, changes)
    for change in done:
        context.output.info(f"{name}: {_change_text(change)}", style="good")
    file = str(context.paths.config_file)
    context.output.json({"name": name, "file": file, "changed": [_change_json(change) for change in done]})
    if any(change.key == "environment" and change.after == "test" for change in done):
        context.output.info(TEST_UPLOADS, style="warning")
    if any(change.key.startswith("channel.") for change in done):
        context.output.info(f"Next: action-returns probe --profile {name}")
    elif any(change.key.startswith("api.") and change.after is not None for change in done):
        context.output.info(f"Next: action-returns pending fetch --profile {name}")


def _change_json(change: "Change") -> dict[str, Any]:
    return {
        **change._asdict(),
        "before": _without_secret(change.key, change.before),
        "after": _without_secret(change.key, change.after),
    }


def _without_secret(key: str, value: Any) -> Any:
    """Return a value as it may be shown; of a password only where it is kept."""
    return (
        shown_reference(value) if ("password" in key or key == "api.auth_token") and isinstance(value, str) else value
    )


def _change_text(change: "Change") -> str:
    before, after = (_without_secret(change.key, value) for value in (change.before, change.after))
    if change.before == change.after:
        return f"{change.key} was not set." if change.after is None else f"{change.key} is {_shown(after)} already."
    was = "not set" if before is None else _shown(before)
    now = "taken out" if after is None else f"{_shown(after)} now"
    return f"{change.key} is {now} (before: {was})."


def _shown(value: object) -> str:
    """Return a value of config.toml as ``profile set`` takes it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={inner}" for key, inner in value.items()) or "none"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


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


def _pairs(words: "Iterable[str]") -> "Iterator[tuple[str, str]]":
    """Return key and text of words such as ``host=batch.impact.com``."""
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            shown = repeated_key(word, ()) or "A word (not repeated: it may hold a password)"
            raise click.UsageError(f'{shown} has no "=". Write it like host=batch.impact.com')
        yield key.strip(), text


def _ask_for(
    context: CommandContext, question: str, option: str, choices: click.Choice[str] | None, default: str | None = None
) -> str:
    if not context.output.can_ask():
        if default is not None:
            return default
        raise click.UsageError(f"Cannot ask for {question}: {context.output.why_not_ask}. Add {option}")
    return context.output.prompt(question, type=choices, default=default)
