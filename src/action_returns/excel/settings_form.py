"""What the settings window asks for each channel, and how the answers become a profile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from action_returns.files import Paths

if TYPE_CHECKING:
    from action_returns.operations.doctor import NewServer
    from action_returns.settings.models import Profile


ENVIRONMENTS: Final = ("test", "live")
PASSWORD_KINDS: Final = frozenset({"ftp", "sftp", "email"})


@dataclass(frozen=True, slots=True)
class Question:
    """One setting the window asks for.

    Args:
        key: its name in config.toml.
        label: how it is asked.
        usual: what stands there first.
        choices: what may be picked, nothing when it is typed.
    """

    key: str
    label: str
    usual: str = ""
    choices: tuple[str, ...] = ()


_PLAIN: Final = Question("accept_plaintext", "Accept plain, unencrypted?", "no", ("no", "yes"))

QUESTIONS: Final[Mapping[str, tuple[Question, ...]]] = {
    "ftp": (
        Question("host", "Server", "batch.impact.com"),
        Question("port", "Port", "21"),
        Question("security", "Encryption", "explicit-tls", ("explicit-tls", "implicit-tls", "plain")),
        _PLAIN,
        Question("username", "User name"),
        Question("directory", "Folder on the server", "/"),
    ),
    "sftp": (
        Question("host", "Server"),
        Question("port", "Port", "22"),
        Question("username", "User name"),
        Question("private_key", "Private key, if any (file)"),
        Question("directory", "Folder on the server", "/"),
    ),
    "email": (
        Question("host", "Mail server"),
        Question("port", "Port", "587"),
        Question("security", "Encryption", "starttls", ("starttls", "implicit-tls", "plain")),
        _PLAIN,
        Question("username", "User name"),
        Question("sender", "From"),
        Question("recipient", "To"),
    ),
    "outbox": (Question("directory", "Folder"),),
    "draft": (Question("directory", "Folder"), Question("sender", "From"), Question("recipient", "To")),
}
"""Kind of channel -> what is asked."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody filled in.

    Args:
        profile: its name.
        environment: ``live`` or ``test``.
        kind: kind of channel.
        settings: key -> what stands in the field.
    """

    profile: str = "main"
    environment: str = "test"
    kind: str = "ftp"
    settings: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Give the profile as it stands in config.toml; a blank field takes its setting out."""
        channel: dict[str, Any] = {"kind": self.kind}
        for question in QUESTIONS[self.kind]:
            channel[question.key] = _typed(question.key, self.settings.get(question.key, "").strip())
        # A private key may need a password or not: it is kept when one is typed.
        if (
            self.kind == "ftp"
            or (self.kind == "sftp" and not channel["private_key"])
            or (self.kind == "email" and channel["username"])
        ):
            channel["password"] = "keyring"  # noqa: S105  # where it is kept
        return {"environment": self.environment, "channel": channel}


def _typed(key: str, text: str) -> object:
    if not text:
        return None
    if key == "port" and text.isascii() and text.isdigit():
        return int(text)
    return (True if text == "yes" else None) if key == "accept_plaintext" else text


def answers_of(name: str, profile: "Profile") -> Answers:
    """Give a profile as the window shows it."""
    facts = profile.channel.model_dump(mode="json", exclude_none=True)
    shown = {key: {True: "yes", False: "no"}.get(value, str(value)) for key, value in facts.items()}
    return Answers(name, profile.environment, profile.channel.kind, shown)


def save(answers: Answers, password: str, places: Paths) -> str:
    """Keep the profile in config.toml, and its password in the password store of the system.

    Args:
        answers: what was filled in.
        password: the new password, ``""`` to leave the one that is kept.
        places: where profiles lie.

    Returns:
        What was done, in words.

    Raises:
        action_returns.errors.SettingsError: when something is not allowed, or there is no password store.
    """
    from action_returns.settings.editing import change_profile
    from action_returns.settings.secrets import set_secret

    values = answers.values()
    if password and answers.kind in PASSWORD_KINDS:
        values["channel"]["password"] = "keyring"  # noqa: S105  # where it is kept
    if _is_another_server(answers, places):
        values["channel"]["host_key"] = None  # the key that was confirmed is not the new one's
    change_profile(places.config_file, answers.profile, values)
    if not password or answers.kind not in PASSWORD_KINDS:
        return f"Saved: profile {answers.profile}."
    set_secret(answers.profile, password)
    return f"Saved: profile {answers.profile}, and its password in the password store of this computer."


def _is_another_server(answers: Answers, places: Paths) -> bool:
    from action_returns.settings.config import load_settings

    before = load_settings(places.config_file).profiles.get(answers.profile)
    if answers.kind != "sftp" or before is None:
        return False
    facts, shown = answers.values()["channel"], answers_of(answers.profile, before).settings
    return any(str(facts[key]) != shown.get(key) for key in ("host", "port"))


def test(answers: Answers, places: Paths, confirm: Callable[["NewServer"], bool]) -> str:
    """Connect, sign in and look, with what is saved; sends nothing.

    Args:
        answers: what was filled in.
        places: where profiles lie.
        confirm: asks whether a new SFTP server is the right one.

    Raises:
        action_returns.errors.SettingsError: when the profile is not saved yet.
    """
    from action_returns.operations.account import open_account
    from action_returns.operations.doctor import probe

    return probe(open_account(places, answers.profile), places, confirm=confirm).message
