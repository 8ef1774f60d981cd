"""Decide which batches on record belong to the account that a profile sends for.

All live profiles are one account, unless their key ``account`` names another. A test profile is an account of its own,
unless its channel leads to the same receiver as a live profile: rows that it sends arrive where live ones do, so what
either of them sent counts for both.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

LIVE: Final = "live"
_ALL_LIVE: Final = "all live profiles"


class Way(NamedTuple):
    """The way that batches take: of a profile in config.toml, or of batches on record.

    Args:
        account: the account's name in the ledger, as :func:`account_name` makes it.
        environment: ``live`` or ``test``.
        profile: the profile.
        receiver: who gets the file, as the channel's settings tell it; ``""`` where that was not recorded.
    """

    account: str
    environment: str
    profile: str
    receiver: str


def account_name(environment: str, profile: str, account: str | None) -> str:
    """Return the name in the ledger of the account that a profile belongs to by its own settings.

    Args:
        environment: ``live`` or ``test``.
        profile: the profile's name.
        account: its key ``account``, None where it is left out.
    """
    if account is not None:
        return f"account {account.casefold()}"
    return _ALL_LIVE if environment == LIVE else f"{environment} profile {profile}"


@dataclass(frozen=True, slots=True)
class Sender:
    """A profile that sends, and the live profiles beside it in config.toml.

    Args:
        profile: its name.
        environment: ``live`` or ``test``.
        account: its key ``account``, None where it is left out.
        receiver: who gets its files.
        live: the ways of the live profiles in config.toml, its own among them or not.
    """

    profile: str
    environment: str
    account: str | None = None
    receiver: str = ""
    live: tuple[Way, ...] = ()

    @property
    def way(self) -> Way:
        """Its own way, by its own settings."""
        name = account_name(self.environment, self.profile, self.account)
        return Way(name, self.environment, self.profile, self.receiver)


@dataclass(frozen=True, slots=True)
class AccountBatches:
    """Which batches on record belong to an account.

    Args:
        names: the account's names in the ledger; new batches are recorded under the first one.
        receivers: who gets the account's files; a test batch that went there belongs to the account, too.
    """

    names: tuple[str, ...]
    receivers: tuple[str, ...] = ()

    def include(self, way: Way) -> bool:
        """Return whether a batch that took this way belongs to the account."""
        return way.account in self.names or (way.environment != LIVE and way.receiver in self.receivers)

    def condition(self) -> tuple[str, tuple[str, ...]]:
        """Return the same as SQL about the batch ``b``, with the values for its question marks."""
        names = f"b.account IN ({', '.join('?' * len(self.names))})"
        if not self.receivers:
            return names, self.names
        receivers = f"b.receiver IN ({', '.join('?' * len(self.receivers))})"
        return f"({names} OR (b.environment <> '{LIVE}' AND {receivers}))", (*self.names, *self.receivers)


def batches_of_account(sender: Sender, recorded: Collection[Way]) -> AccountBatches:
    """Return which batches on record belong to the account that a profile sends for.

    Args:
        sender: the profile.
        recorded: every way that batches on record took.
    """
    own = sender.way
    configured = [*sender.live, own] if own.environment == LIVE else list(sender.live)
    live = [*configured, *(way for way in recorded if way.environment == LIVE)]
    names = [own.account]
    if own.environment != LIVE and own.receiver:
        names = [way.account for way in live if way.receiver == own.receiver] or names
    # A profile that got another account later keeps what it sent before: nothing may go out again for that reason.
    now = {(way.profile, receiver) for way in configured if way.account in names for receiver in (way.receiver, "")}
    names += [way.account for way in recorded if way.environment == LIVE and (way.profile, way.receiver) in now]
    receivers = {way.receiver for way in live if way.account in names and way.receiver}
    return AccountBatches(tuple(dict.fromkeys(names)), tuple(sorted(receivers)))
