"""The content of the settings window: its fields, and how the answers become a profile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from action_returns.channels import settings_class
from action_returns.errors import ConfigError, SecretError
from action_returns.files import Paths
from action_returns.operations.texts import TEST_UPLOADS

if TYPE_CHECKING:
    from action_returns.channels.base import Ask
    from action_returns.channels.setting import Setting
    from action_returns.settings.profile import Profile


ENVIRONMENTS: Final = ("test", "live")


def fields(kind: str) -> "tuple[Setting, ...]":
    """Return the settings that the window asks for; the password has a field of its own."""
    declared = settings_class(kind).settings()
    return tuple(setting for setting in declared if setting.asked != "never" and not setting.is_password)


@dataclass(frozen=True, slots=True)
class Answers:
    """The texts in the window.

    Args:
        profile: its name.
        environment: ``live`` or ``test``; ``""`` until the user has chosen.
        kind: kind of channel.
        settings: key -> text in the field.
    """

    profile: str = "main"
    environment: str = ""
    kind: str = "ftp"
    settings: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Return the profile as it is written in config.toml; a blank field removes its setting.

        Raises:
            ConfigError: when no environment is chosen.
        """
        if not self.environment:
            raise ConfigError("Nothing was saved: no environment is chosen. Choose test or live.")
        channel: dict[str, Any] = {"kind": self.kind}
        for setting in fields(self.kind):
            text = self.settings.get(setting.key, "").strip()
            value = setting.value(text) if text else None
            channel[setting.key] = None if isinstance(value, bool) and text == setting.default else value
        if settings_class(self.kind).needs_password(channel):
            channel["password"] = "keyring"  # noqa: S105  # where it is kept
        return {"environment": self.environment, "channel": channel}


def answers_of(name: str, profile: "Profile") -> Answers:
    """Return a profile as the window shows it."""
    values = profile.channel.model_dump(mode="json", exclude_none=True)
    texts = {key: {True: "yes", False: "no"}.get(value, str(value)) for key, value in values.items()}
    return Answers(name, profile.environment, profile.channel.kind, texts)


def save(answers: Answers, password: str, paths: Paths) -> str:
    """Write the profile to config.toml, and its password to the password store of the system.

    Args:
        answers: the texts in the window.
        password: the new password, ``""`` to leave the one that is kept.
        paths: where the profiles are.

    Returns:
        What was done, as a sentence.

    Raises:
        action_returns.errors.SettingsError: when something is not allowed, or there is no password store.
    """
    from action_returns.settings.editing import change_profile
    from action_returns.settings.secrets import set_secret

    values = answers.values()
    has_password = bool(password) and settings_class(answers.kind).takes_password()
    if has_password:
        values["channel"]["password"] = "keyring"  # noqa: S105  # where it is kept
    values["channel"].update(dict.fromkeys(_outdated_keys(answers, paths)))
    change_profile(paths.config_file, answers.profile, values)
    saved = f"Saved: profile {answers.profile}"
    if has_password:
        try:
            set_secret(answers.profile, password)
        except SecretError as error:
            raise SecretError(f"{saved}, but not its password. {error}", error.state) from None
        saved += ", and its password in the password store of this computer"
    return f"{saved}. {TEST_UPLOADS}" if answers.environment == "test" else f"{saved}."


def _outdated_keys(answers: Answers, paths: Paths) -> list[str]:
    """Return the settings that no longer hold, such as the confirmed key when the server is another one."""
    from action_returns.settings.config import load_settings
    from action_returns.settings.keys import outdated_keys

    before = load_settings(paths.config_file).profiles.get(answers.profile)
    if before is None:
        return []
    old, new = answers_of(answers.profile, before).settings, answers.values()["channel"]
    return outdated_keys(answers.kind, old, new)


def test(answers: Answers, paths: Paths, confirm: "Ask") -> str:
    """Connect, sign in and look, with the saved settings; sends nothing.

    Args:
        answers: the texts in the window.
        paths: where the profiles are.
        confirm: asks whether a new SFTP server is the right one.

    Raises:
        action_returns.errors.SettingsError: when the profile is not saved yet.
    """
    from action_returns.operations.account import open_account
    from action_returns.operations.doctor import probe

    return probe(open_account(paths, answers.profile), paths, confirm=confirm).message
