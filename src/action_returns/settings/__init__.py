"""Profiles, secrets and places on disk."""

from action_returns.settings.config import Settings, load_settings
from action_returns.settings.errors import ConfigProblem, SecretProblem, SettingsProblem
from action_returns.settings.files import write_atomically
from action_returns.settings.places import Places, find_places, shipped
from action_returns.settings.secrets import resolve

__all__ = [
    "ConfigProblem",
    "Places",
    "SecretProblem",
    "Settings",
    "SettingsProblem",
    "find_places",
    "load_settings",
    "resolve",
    "shipped",
    "write_atomically",
]
