"""What a workbook records of its profile and version: the sheets ``_meta`` and ``xlwings.conf``, and the banner.

A click reads it to see whether the profile has changed, so it imports neither pydantic nor XlsxWriter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from action_returns.batch.context import DEFAULT_POLICY, Policy

PENDING_FACTS: Final = ("pending_as_of", "pending_basis", "pending_currency", "pending_count", "pending_notes")
"""Keys of the facts about the pending download on the sheet Pending; blank until one is loaded."""

_DEFINED_NAMES: Final = {
    "profile": "profile_name",
    "environment": "profile_environment",
    "banner": "profile_banner",
    "reasons": "profile_reasons",
}
"""Key -> defined name, where the two differ."""


@dataclass(frozen=True, slots=True)
class WorkbookInfo:
    """What differs between two workbooks made from the same template.

    Args:
        tool_version: version of the program that made it.
        profile: name of the profile it was made for, ``""`` without one.
        environment: ``live``, ``test`` or ``""``.
        policy: the account's rules: its reason codes, its own pattern of ids, the amount worth a warning.
        interpreter: xlwings' configuration key -> absolute path of the Python that runs the buttons.
        book_id: an id that no other workbook has, ``""`` for the template that is shipped.
    """

    tool_version: str
    profile: str = ""
    environment: str = ""
    policy: Policy = field(default_factory=lambda: DEFAULT_POLICY)
    interpreter: Mapping[str, str] = field(default_factory=dict)
    book_id: str = ""

    def conf_rows(self) -> list[tuple[str, str]]:
        """Return the rows of the sheet ``xlwings.conf``: keys in column A, values in column B, as xlwings reads them.

        ADD_WORKBOOK_TO_PYTHONPATH is off, so that no ``csv.py`` beside the workbook runs instead of Python's own. The
        UDF server is off, because Office gives up on it after 90 seconds and it blocks upgrades.
        """
        return [
            *self.interpreter.items(),
            ("ADD_WORKBOOK_TO_PYTHONPATH", "False"),
            ("USE UDF SERVER", "False"),
            ("SHOW CONSOLE", "False"),
        ]

    @property
    def banner(self) -> str:
        """The text that names the profile of the workbook and its environment, and what sending does there."""
        if not self.profile:
            return "No profile yet. Say once where your returns go: Settings, on the ribbon tab Action Returns"
        meaning = "not practice, files are really uploaded" if self.environment == "test" else "what is sent counts"
        return f"Profile {self.profile} · {self.environment.upper()}: {meaning}"

    def meta_rows(self, template_version: int) -> list[tuple[str, str, str | float | bool]]:
        """Return the rows of the sheet ``_meta``: key, defined name, value."""
        return [
            ("tool_version", "tool_version", self.tool_version),
            ("template_version", "template_version", template_version),
            ("book_id", "book_id", self.book_id),
            *((key, _DEFINED_NAMES.get(key, key), value) for key, value in self.profile_values().items()),
            *((key, key, "") for key in PENDING_FACTS),
        ]

    def profile_values(self) -> dict[str, str | float | bool]:
        """Return the values on ``_meta`` that come from the profile; a button updates them after a change of it."""
        return {
            "profile": self.profile,
            "environment": self.environment,
            "own_id_pattern": self.policy.action_id_pattern is not None,
            "most_without_warning": self.policy.max_cents / 100,
            "banner": self.banner,
            "reasons": " ".join(f"{code}={kind.value}" for code, kind in self.policy.reasons.items()),
        }
