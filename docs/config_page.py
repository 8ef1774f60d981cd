"""Builds the page about config.toml from the settings classes, with examples that can be pasted."""

from collections.abc import Iterable, Iterator, Sequence

import tomlkit

from action_returns.channels import KINDS, settings_class
from action_returns.channels.setting import Setting
from action_returns.channels.time_limits import ALL_STEPS, file_seconds
from action_returns.operations.texts import TEST_UPLOADS
from action_returns.settings.api import ApiSettings
from action_returns.settings.profile import ConfigFile, Profile

_HEAD = [
    "# config.toml",
    "",
    "The profiles of this computer. `action-returns doctor` says where the file lies; `action-returns profile add NAME` makes",
    "it. Every key below can be changed there, or from the terminal, which leaves the rest of the file as it is:",
    "",
    "```",
    "action-returns profile set acme max_amount=500 reasons.RETURNED=reverse channel.port=2121",
    "action-returns profile unset acme max_amount",
    "```",
    "",
    "A key that is not known, a value that is not allowed and a password written into the file are refused, with the table,",
    "the key and what is allowed. Each block on this page is a whole file that can be pasted. Text stands in quotes; a path",
    "on Windows in single ones (`'C:\\returns'`), because a backslash means something in double ones.",
]
_PASSWORDS = [
    "## Passwords",
    "",
    "A password never stands in this file. `password`, `ledger_password` and `auth_token` say where it is kept:",
    "",
    "| value | where | how it gets there |",
    "|---|---|---|",
    "| `keyring` | the password store of Windows, macOS or the desktop | `action-returns secret set NAME`; for the ledger `action-returns secret set NAME --ledger`, for the API `action-returns secret set NAME --api` |",
    "| `env:NAME` | the environment variable NAME | whatever starts the program sets it |",
    "| `file:PATH` | a file of yours with nothing but the password; no other user may read it (mode 0600), or replace it in its folder | you write it |",
]
_API = "It needs a package that `action-returns doctor` names where it is missing; nothing is changed at the network."
_TIME = [
    "## How long a server may take",
    "",
    "Every delivery by FTP, SFTP or e-mail ends, however slow a server is. It has:",
    "",
    f"- {ALL_STEPS:g} seconds for all steps before the file together: connecting, encrypting, signing in, finding the",
    "  folder. A connection that broke off is made again, twice (by e-mail only until the sign-in). A server that used up the time is not",
    "  tried again.",
    f"- {file_seconds(0):g} seconds for the file and one more for each 10 kB, {file_seconds(10**9) / 60:g} minutes at most. A file",
    "  of 1 MB may leave at 4 kB a second, one of 35 MB at 20 kB a second.",
    "- for its answer to the file 60 seconds (FTP), 30 seconds (SFTP) or 10 minutes (e-mail: it may look for viruses).",
    f"- {ALL_STEPS:g} seconds for all that follows, such as asking for the size of the file there. After a connection that was",
    "  lost, the program looks three times what the server holds, and each look has as long.",
    "",
    "A server that takes longer before the file leaves gets nothing: the outcome is failed. From the first byte on, the outcome",
    "is unknown, unless a look at the server shows more. A mail server must throw away a message whose last line it has not",
    "seen, so there the outcome is failed until then.",
    "",
    "How long the name of a server is looked up is set on this computer (on Linux in resolv.conf). At most six addresses of a",
    "name are tried.",
]


def page() -> str:
    """Return the whole page."""
    lines = [*_HEAD, "", *_block(_profile(["environment"]), _channel("ftp", ["host", "username", "password"]))]
    lines += ["", *_table(ConfigFile.settings())]
    every_key = [setting.key for setting in Profile.settings()]
    lines += ["", "## The profile: [profiles.NAME]", "", "NAME is 1 to 64 letters, digits, _ or -."]
    lines += ["", *_block(_profile(every_key), _channel("outbox", ["directory"])), "", *_table(Profile.settings())]
    lines += ["", f"`environment` has no default: you are always asked. {TEST_UPLOADS}", "", *_PASSWORDS]
    for kind in KINDS:
        declared = settings_class(kind).settings()
        lines += [
            "",
            f'## The channel, kind = "{kind}": [profiles.NAME.channel]',
            "",
            str(settings_class(kind).__doc__),
        ]
        lines += ["", *_block(_profile(["environment"]), _channel(kind, [setting.key for setting in declared]))]
        lines += ["", *_table(declared)]
    declared = ApiSettings.settings()
    lines += ["", "## The API: [profiles.NAME.api]", "", f"{ApiSettings.__doc__} {_API}", ""]
    lines += [*_block(_profile(["environment"]), _channel("outbox", ["directory"]), _api()), "", *_table(declared)]
    lines += ["", *_TIME]
    return "\n".join(lines) + "\n"


def _block(*tables: Iterable[str]) -> Iterator[str]:
    yield from ("```toml", 'default_profile = "acme"')
    for table in tables:
        yield ""
        yield from table
    yield "```"


def _profile(keys: Sequence[str]) -> Iterator[str]:
    yield "[profiles.acme]"
    yield from (_line(setting) for setting in Profile.settings() if setting.key in keys)


def _channel(kind: str, keys: Sequence[str]) -> Iterator[str]:
    yield from ("[profiles.acme.channel]", f'kind = "{kind}"')
    yield from (_line(setting) for setting in settings_class(kind).settings() if setting.key in keys)


def _api() -> Iterator[str]:
    yield "[profiles.acme.api]"
    yield from (_line(setting) for setting in ApiSettings.settings())


def _line(setting: Setting) -> str:
    return f"{setting.key} = {_toml(setting, setting.example)}"


def _toml(setting: Setting, text: str) -> str:
    """Return a value as config.toml has it."""
    if setting.is_table:
        return text
    return (
        tomlkit.string(text, literal=True).as_string()
        if "\\" in text
        else tomlkit.item(setting.value(text)).as_string()
    )


def _table(declared: Sequence[Setting]) -> Iterator[str]:
    yield "| key | what it is | allowed | when left out |"
    yield "|---|---|---|---|"
    for setting in declared:
        left_out = "it must be there" if setting.is_required else "nothing"
        if setting.default:
            left_out = f"`{_toml(setting, setting.default)}`"
        yield f"| `{setting.key}` | {setting.description} | {setting.allowed} | {left_out} |"
