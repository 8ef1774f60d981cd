"""What can be wrong with the set-up. Nothing was sent when one of these is raised.

SettingsProblem
├── ConfigProblem   config.toml: a file, key or value that is not allowed
└── SecretProblem   a password that is missing or must not be used
"""


class SettingsProblem(Exception):
    """Something is wrong with the set-up. The message names file, key, value and what is allowed."""


class ConfigProblem(SettingsProblem):
    """A file, key or value of the configuration is not allowed."""


class SecretProblem(SettingsProblem):
    """A secret is missing, or stored where it must not be used."""
