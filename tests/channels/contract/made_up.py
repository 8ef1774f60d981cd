"""A channel that only these tests know: a file carried by a pigeon. It is registered by one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from action_returns.channels.base import Outcome, ProbeResult, State
from action_returns.channels.settings_base import ChannelSettings, Host, Line, Port, Secret, password_reader, setting

LINE = "tests.channels.contract.made_up:PigeonSettings"
CARRIED = []


class PigeonSettings(ChannelSettings):
    """A pigeon that carries the file."""

    kind: Literal["pigeon"]
    loft: Host = setting("Loft", "Where the pigeon lives.", example="loft.example.com")
    height: Port = setting("Height", "Metres above the ground.", example="30", default=20, asked="in the window")
    speed: Literal["slow", "fast"] = setting("Speed", "How it flies.", example="slow", default="fast")
    ring: Line | None = setting(
        "Ring", "The number on its ring.", example="R1", default=None, asked="never", cleared_by=("loft",)
    )
    at_night: bool = setting("At night?", "Whether it flies at night.", example="no", default=False)
    password: Secret | None = setting("Password", "What it answers to.", example="keyring", default=None)

    @classmethod
    def needs_password(cls, values: Mapping[str, object]) -> bool:
        """Only at night."""
        return values.get("at_night") is True

    def receiver(self):
        """Return the loft."""
        return f"pigeon to {self.loft.lower()}"

    def open(self, read_secret):
        """Return the channel."""
        return Pigeon(self.loft, None if self.password is None else password_reader(self.password, read_secret))


@dataclass(frozen=True, slots=True)
class Pigeon:
    """Carries a file."""

    loft: str
    password: object = None

    @property
    def destination(self):
        """The loft."""
        return f"pigeon://{self.loft}"

    def deliver(self, file, before_first_byte):
        """Carry the file."""
        before_first_byte()
        CARRIED.append(file)
        return Outcome(State.SENT, f"The pigeon is at {self.loft}.", evidence={"loft": self.loft})

    def probe(self, _ask, _accepted):
        """Look at the pigeon."""
        return ProbeResult(works=True, message=f"The pigeon of {self.loft} is awake.")
