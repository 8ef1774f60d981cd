"""What a workbook records of its profile and version: the sheets ``_meta`` and ``xlwings.conf``, and the banner.

A click reads it to see whether the profile has changed, so it imports neither pydantic nor XlsxWriter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from action_returns.batch.context import DEFAULT_POLICY, Policy

PENDING_FACTS: Final = ("pending_as_of", "pending_basis", "pending_currency", "pending_count", "pending_notes")
"""Keys of the facts about the pending download on the sheet Pending; blank until one is loaded."""

IMPORT_FACTS: Final = "import_facts"
"""Key of what the sheet Import shows, as JSON; blank until an export was read."""

INTERPRETER_KEYS: Final = ("INTERPRETER_WIN", "INTERPRETER_MAC")
"""Keys of the sheet ``xlwings.conf`` that hold the path of Python on each system; one that is not known is blank."""

_XLWINGS_SETTINGS: Final = {
    # Blank means "python", whichever comes first; the buttons refuse to work without one of the two above.
    "INTERPRETER": "",
    # No csv.py beside the workbook runs instead of Python's own.
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    "PYTHONPATH": "",
    # Conda is started when both are filled.
    "CONDA PATH": "",
    "CONDA ENV": "",
    # Read on Windows only, which puts the folder in its place. Blank would be the root of the drive.
    "TEMP DIR": "%TEMP%",
    # Compared as texts; a blank cell is no truth value and stops the click. Office gives up on the UDF server after 90
    # seconds, and it blocks upgrades.
    "USE UDF SERVER": "False",
    "DEBUG UDFS": "False",
    "SHOW CONSOLE": "False",
    "SHOW_ERROR_POPUPS": "True",
    "UDF MODULES": "",
    # With one, xlwings would run sheets whose names end in .py.
    "LICENSE_KEY": "",
    # Python looks up a blank one in the user's own settings and environment.
    "ONEDRIVE_CONSUMER_WIN": "",
    "ONEDRIVE_CONSUMER_MAC": "",
    "ONEDRIVE_COMMERCIAL_WIN": "",
    "ONEDRIVE_COMMERCIAL_MAC": "",
    "SHAREPOINT_WIN": "",
    "SHAREPOINT_MAC": "",
}
"""The settings of xlwings 0.37.8 in every workbook: what its VBA asks for with GetConfig."""

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
        interpreter: xlwings' configuration key -> path of the Python that runs the buttons, absolute or with a variable that
            xlwings replaces at its beginning.
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

        Every key that xlwings asks for is here. One that is not here it looks up in a file ``xlwings.conf`` in the
        folder of the workbook, then in one of the user (GetConfig in xlwings.bas), and there PYTHONPATH, CONDA PATH or
        TEMP DIR would decide which code a click runs.
        """
        return [
            *((key, self.interpreter.get(key, "")) for key in INTERPRETER_KEYS),
            *_XLWINGS_SETTINGS.items(),
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
            (IMPORT_FACTS, IMPORT_FACTS, ""),
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
