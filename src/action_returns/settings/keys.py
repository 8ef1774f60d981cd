"""The keys of a profile as users write them on the command line, such as ``max_amount`` or ``channel.host``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from action_returns.channels import KINDS, settings_class
from action_returns.errors import UsageError
from action_returns.settings.repeated import close_match, repeated_key, repeated_value

if TYPE_CHECKING:
    from action_returns.channels.setting import Setting

Steps: TypeAlias = tuple[str, ...]
"""Where a key is, from the table of its profile: ``("channel", "host")``."""

KIND: Final[Steps] = ("channel", "kind")

API_TOKEN: Final[Steps] = ("api", "auth_token")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a profile.

    Args:
        steps: where it is.
        setting: what is known of it, None for the kind of the channel.
    """

    steps: Steps
    setting: "Setting | None"

    def __str__(self) -> str:
        return ".".join(self.steps)

    def value(self, text: str, profile: str) -> object:
        """Return the value that a text stands for.

        Args:
            text: as the user wrote it.
            profile: name of the profile, for the command that an error names.

        Raises:
            UsageError: the text is blank, or it seems to be a password.
        """
        if not text.strip():
            raise UsageError(
                f"{self} has no value. Nothing was changed. To take it out: action-returns profile unset {profile} {self}"
            )
        from action_returns.channels.settings_base import is_password_reference

        if self.setting is None or (self.setting.is_table and len(self.steps) > 1):
            return text
        if self.setting.is_password and not is_password_reference(text):
            of = {("ledger_password",): " --ledger", API_TOKEN: " --api"}.get(self.steps, "")
            raise UsageError(
                f"{self} says where the password is kept: {self.setting.allowed}. Nothing was changed, and the text is "
                f"not repeated here. To store a password: action-returns secret set {profile}{of}"
            )
        return self.setting.value(text)


def find_key(text: str, kind: str) -> Key:
    """Return the key that a user means.

    Args:
        text: ``max_amount``, ``reasons.RETURNED``, ``channel.host``, or ``host`` for the same.
        kind: of the profile's channel.

    Raises:
        UsageError: there is no such key.
    """
    known = _known_keys(kind)
    table, _, code = text.partition(".")
    if table in {"reasons", "return_reasons"} and code:
        return Key((table, code), known[table].setting)
    found = known.get(text) or known.get(f"channel.{text}")
    if found is None:
        names = [*known, *_without_table(known)]
        name = repeated_key(text, names)
        unknown = (
            "There is no such setting." if name is None else f"There is no setting {name}.{close_match(name, names)}"
        )
        raise UsageError(f"{unknown} A profile with the channel {kind} has: {', '.join(known)}. Nothing was changed.")
    return found


def _without_table(keys: Iterable[str]) -> list[str]:
    return [key.removeprefix("channel.") for key in keys]


def _known_keys(kind: str) -> dict[str, Key]:
    from action_returns.settings.api import ApiSettings
    from action_returns.settings.profile import Profile

    keys = [Key((setting.key,), setting) for setting in Profile.settings()]
    keys.append(Key(KIND, None))
    keys += [Key(("channel", setting.key), setting) for setting in settings_class(kind).settings()]
    keys += [Key(("api", setting.key), setting) for setting in ApiSettings.settings()]
    return {str(key): key for key in keys}


def read_changes(words: Iterable[tuple[str, str]], kind: str, profile: str) -> dict[Steps, object]:
    """Return the changes that the words on a command line stand for.

    Args:
        words: keys and texts.
        kind: of the channel as it is; a change of it counts for the other keys.
        profile: name of the profile.

    Raises:
        UsageError: a key is not known, a text is blank or seems to be a password, or the kind is not known.
    """
    listed = list(words)
    kind = next((text for key, text in listed if key in {"kind", "channel.kind"}), kind)
    if kind not in KINDS:
        is_repeated = repeated_value(kind, key="kind", known=KINDS) is not None
        unknown = f"There is no channel {kind}." if is_repeated else "There is no such channel."
        raise UsageError(f"{unknown} Allowed is {', '.join(KINDS)}.{close_match(kind, KINDS)} Nothing was changed.")
    return {
        key.steps: key.value(text, profile) for key, text in ((find_key(name, kind), text) for name, text in listed)
    }


def outdated_keys(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the settings of a channel that no longer hold, such as the confirmed key when the server is another one.

    Args:
        kind: of the channel.
        before: its settings, as they were.
        after: as they are to be; None or absent where a setting is left out.
    """
    return [
        setting.key
        for setting in settings_class(kind).settings()
        if before.get(setting.key) is not None
        and any(str(before.get(key)) != str(after.get(key)) for key in setting.cleared_by)
    ]
