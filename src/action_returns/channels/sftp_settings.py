"""The settings of an SFTP server, as config.toml, forms and the settings window ask for them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import field_validator, model_validator

from action_returns.channels.settings_base import (
    ChannelSettings,
    Fingerprint,
    Folder,
    Host,
    Line,
    Port,
    ReadSecret,
    Secret,
    UserName,
    name_check_setting,
    password_reader,
    server_receiver,
    setting,
)
from action_returns.errors import ConfigError

if TYPE_CHECKING:  # not at run time: to read config.toml needs nothing that an upload needs
    from action_returns.channels.sftp import SftpChannel

_KEY_TEXT: Final = "the path of the file that holds the private key; never the key itself, which is not repeated here"
_LONGEST_PATH: Final = 1_000
_is_a_key = re.compile(
    r"-----BEGIN|PRIVATE KEY|PuTTY-User-Key|[\r\n]"  # what the first line of a key says
    r"|^b3BlbnNzaC1rZXkt|^MII[A-Za-z0-9+/]{60}"  # what stands below it: "openssh-key-", or a sequence (X.690, 8.9)
    rf"|^.{{{_LONGEST_PATH}}}"
).search


class SftpSettings(ChannelSettings):
    """An SFTP server with a pinned host key."""

    kind: Literal["sftp"]
    host: Host = setting("Server", "The SFTP server.", example="sftp.example.com")
    port: Port = setting("Port", "The port.", example="22", default=22, asked="in the window")
    username: UserName = setting("User name", "The user name; upper and lower case matter.", example="brand-12345")
    password: Secret | None = setting(
        "Password",
        "Where the password is kept, or the one that opens the private key.",
        example="keyring",
        default=None,
    )
    private_key: Folder | None = setting(
        "Private key, if any (file)",
        "The file of the private key, to sign in without a password.",
        example="~/.ssh/id_ed25519",
        default=None,
        asked="in the window",
    )
    host_key: Fingerprint | None = setting(
        "Key of the server",
        "The fingerprint of the server's key; `action-returns probe` asks about it and writes it here.",
        example="SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
        default=None,
        asked="never",
        cleared_by=("host", "port"),  # the key that was confirmed is not the key of another server
    )
    directory: Line = setting(
        "Folder on the server", "Where the file is uploaded; `/` is where the user arrives.", example="/", default="/"
    )
    upload: Literal["direct", "temp-rename"] = setting(
        "Upload",
        "`direct` under the final name, or `temp-rename` under another name that is changed when the file is whole.",
        example="direct",
        default="direct",
        asked="never",
    )
    name_check: Literal["required", "when-possible"] = name_check_setting()

    @field_validator("private_key")
    @classmethod
    def _check_private_key(cls, path: Path | None) -> Path | None:
        """Refuse the key itself in the place of its path, which messages and forms would show."""
        if path is not None and _is_a_key(path.as_posix()):  # on Windows, str() would change the / of a key
            raise ValueError(_KEY_TEXT)
        return path

    @model_validator(mode="after")
    def _check_sign_in(self) -> Self:
        if self.password is None and self.private_key is None:
            raise ValueError("password, private_key (the path of the file), or both")
        return self

    @classmethod
    def needs_password(cls, values: Mapping[str, object]) -> bool:
        """Return whether there is no private key. A key may need a password; then the user sets one."""
        return not values.get("private_key")

    def receiver(self) -> str:
        """Return the server, the user and the folder."""
        return server_receiver(self.kind, self.host, self.port, self.username, self.directory)

    def open(self, read_secret: ReadSecret) -> "SftpChannel":
        """Return the channel; the password is read when it is needed.

        Raises:
            ConfigError: when paramiko is not installed.
        """
        from importlib.util import find_spec

        if find_spec("paramiko") is None:
            from action_returns.extras import install_command

            raise ConfigError(
                "SFTP needs a part of this program that is not installed here. Nothing was sent. "
                f"Install it: {install_command('sftp')}"
            )
        from action_returns.channels.sftp import SftpChannel

        return SftpChannel(
            host=self.host,
            port=self.port,
            username=self.username,
            password=None if self.password is None else password_reader(self.password, read_secret),
            private_key=self.private_key,
            host_key=self.host_key,
            directory=self.directory,
            upload=self.upload,
            name_check=self.name_check,
        )
