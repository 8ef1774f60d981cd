"""The settings of a user: config.toml, where everything lies, and a profile whose channel is a folder."""

import tomlkit

from action_returns.files import default_paths


def paths_of(home):
    """Return where the program keeps everything when this folder is its home."""
    return default_paths({"ACTION_RETURNS_HOME": str(home)})


def write_profile(home, channel, **settings):
    """Write a config.toml with one profile, acme; what the product would refuse is written too."""
    profile = {"environment": "test", **settings, "channel": channel}
    (home / "config.toml").write_text(
        tomlkit.dumps({"default_profile": "acme", "profiles": {"acme": profile}}), "utf-8"
    )


def make_outbox(home, folder, **settings):
    """Make a folder that is the channel of profile acme, and return it."""
    folder.mkdir(parents=True)
    write_profile(home, {"kind": "outbox", "directory": str(folder)}, **settings)
    return folder
