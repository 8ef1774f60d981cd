"""The SFTP channel: check the server's key and the folder, upload once, then verify the size on the server.

Until right before the file is created a failure is certain, and a temporary one is tried again. From then on nothing is
tried again: what the server holds is checked over new connections. Where that is not enough, the outcome is unknown.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import field_validator, model_validator

from action_returns.channels.base import (
    Ask,
    BeforeFirstByte,
    ConnectionLostError,
    DeliveryEndedError,
    NewServer,
    Outcome,
    OutgoingFile,
    Phase,
    ProbeResult,
    answer_no,
    bracketed,
    do_nothing,
    probe_failed,
    retry,
)
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
from action_returns.channels.time_limits import ALL_STEPS, Clock
from action_returns.errors import ConfigError

if TYPE_CHECKING:  # not at run time: reading config.toml imports this module, and paramiko may be missing
    from action_returns.channels.sftp_folder import SftpFolder
    from action_returns.channels.sftp_texts import SftpTexts
    from action_returns.channels.ssh_credentials import Credentials

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


@dataclass(frozen=True, slots=True)
class SftpChannel:
    """Uploads to one folder of an SFTP server.

    Args:
        host: the server.
        port: its port.
        username: case-sensitive.
        password: reads the password, or the one that opens the private key, when it is needed; None where there is none.
        private_key: file of the private key; None to sign in with the password.
        host_key: fingerprint of the server's key (``SHA256:`` and 43 letters); None until the user has confirmed it.
        directory: folder at the server; ``/`` is where the user arrives.
        upload: ``direct`` under the final name, or ``temp-rename`` under another one first.
        name_check: ``required`` to create the file only where the server keeps those of others, or ``when-possible``.
        connect_timeout: seconds for connecting, and again for agreeing on keys.
        command_timeout: seconds for each answer.
        reply_timeout: seconds for the answer to the end of the file, and to its new name.
        steps_timeout: seconds for all steps before the file together, and again for those after it.
        recheck_delays: seconds before each check of what the server holds, after the connection was lost during the upload.
        pause: waits that many seconds.
        clock: see :data:`~action_returns.channels.time_limits.Clock`.
    """

    host: str
    port: int
    username: str
    password: Callable[[], str] | None = field(default=None, repr=False)
    private_key: Path | None = None
    host_key: str | None = None
    directory: str = "/"
    upload: Literal["direct", "temp-rename"] = "direct"
    name_check: Literal["required", "when-possible"] = "required"
    connect_timeout: float = 15
    command_timeout: float = 30
    reply_timeout: float = 60
    steps_timeout: float = ALL_STEPS
    recheck_delays: tuple[float, ...] = (2, 8, 30)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Clock = field(default=time.monotonic, repr=False)

    @property
    def destination(self) -> str:
        """The folder as it is shown to users."""
        port = "" if self.port == 22 else f":{self.port}"  # noqa: PLR2004
        folder = f"/{self.directory.strip('/')}/".replace("//", "/")
        return f"sftp://{bracketed(self.host)}{port}{folder}"

    def deliver(self, file: OutgoingFile, before_first_byte: BeforeFirstByte = do_nothing, /) -> Outcome:
        """Upload the file once."""
        from action_returns.channels.sftp_upload import SftpUpload
        from action_returns.channels.upload import upload_name

        try:
            credentials = self._credentials()
            folder, was_seen = retry(lambda: self._open_for_file(file.name, credentials), self.pause)
        except DeliveryEndedError as ended:
            return ended.outcome
        with closing(folder):
            before_first_byte()
            upload = SftpUpload(
                file,
                upload_name(file, self.upload),
                self._texts,
                lambda: self._open_folder(credentials),
                self.recheck_delays,
                self.pause,
                was_seen=was_seen,
                must_see=self.name_check == "required",
            )
            return upload.run(folder, self.steps_timeout)

    def probe(self, ask: Ask = answer_no, accepted: str | None = None, /) -> ProbeResult:
        """Connect, sign in and look at the folder. Whether it may be written to shows only when something is sent.

        A server without a confirmed key is asked for its key first. The user confirms it before anyone signs in.
        """
        if self.host_key is not None:
            return self._probe_folder()
        from action_returns.channels.ssh_connection import read_host_key

        try:
            key = read_host_key(self.host, self.port, accepted, timeout=self.connect_timeout)
        except DeliveryEndedError as ended:
            return probe_failed(ended.outcome)
        if not ask(NewServer(self.host, self.port, key.fingerprint)):
            return self._texts.key_refused(key.fingerprint)
        return replace(self, host_key=key.fingerprint).probe()

    def _probe_folder(self) -> ProbeResult:
        from action_returns.channels.upload import unused_name

        try:
            credentials = self._credentials()
            folder = retry(lambda: self._open_folder(credentials), self.pause)
            with closing(folder), self._failing_in(Phase.TRANSFER):
                works = self._texts.works(folder.evidence)
                if self.upload == "direct":  # the server creates the file only where none has its name
                    return works
                look = folder.look(unused_name())
        except DeliveryEndedError as ended:
            return probe_failed(ended.outcome)
        return self._texts.tested(works, look, is_required=self.name_check == "required")

    @property
    def _texts(self) -> "SftpTexts":
        from action_returns.channels.sftp_texts import SftpTexts

        return SftpTexts(self.host, self.directory, self.destination)

    def _credentials(self) -> "Credentials":
        from action_returns.channels.ssh_credentials import load_credentials

        if self.host_key is None:
            raise DeliveryEndedError(self._texts.key_unconfirmed())
        return load_credentials(self.username, self.private_key, None if self.password is None else self.password())

    def _open_folder(self, credentials: "Credentials") -> "SftpFolder":
        """Connect to the server that has the pinned key, sign in and find the folder."""
        from action_returns.channels.sftp_client import SftpClient
        from action_returns.channels.sftp_folder import SftpFolder
        from action_returns.channels.ssh_auth import sign_in
        from action_returns.channels.ssh_connection import connect

        connection = connect(
            self.host,
            self.port,
            self.host_key,
            self.connect_timeout,
            steps_timeout=self.steps_timeout,
            words=credentials.words,
            clock=self.clock,
        )
        try:
            sign_in(connection, credentials, self.host, self.command_timeout)
            with self._failing_in(Phase.CONNECT):
                folder = SftpFolder(SftpClient(connection, self.command_timeout, self.reply_timeout), self.directory)
                self._refuse_missing(folder)
        except BaseException:
            connection.close()
            raise
        return folder

    def _open_for_file(self, name: str, credentials: "Credentials") -> "tuple[SftpFolder, bool]":
        """Open the folder and check that the name is free; return whether it was seen. No byte of the file leaves in it."""
        folder = self._open_folder(credentials)
        try:
            with self._failing_in(Phase.TRANSFER):
                return folder, self._is_free(folder, name)
        except BaseException:
            folder.close()
            raise

    def _refuse_missing(self, folder: "SftpFolder") -> None:
        if not folder.exists():
            raise DeliveryEndedError(self._texts.no_folder("no such folder"))

    def _is_free(self, folder: "SftpFolder", name: str) -> bool:
        from action_returns.channels.looks import FREE, Taken, Unseen

        look = folder.look(name)
        if isinstance(look, Taken):
            raise DeliveryEndedError(self._texts.name_taken(name, look))
        # Under the final name the server creates a file only where none has it; a server may rename over one.
        if isinstance(look, Unseen) and self.upload == "temp-rename" and self.name_check == "required":
            raise DeliveryEndedError(self._texts.name_unseen(name, look))
        return look == FREE

    @contextmanager
    def _failing_in(self, phase: Phase) -> Iterator[None]:
        """Convert a lost connection before the file leaves to the outcome: certainly not delivered."""
        from action_returns.channels.connection_errors import is_retryable

        try:
            yield
        except ConnectionLostError as error:
            outcome = self._texts.broken_off(str(error), phase)
            raise DeliveryEndedError(outcome, retryable=is_retryable(error)) from None
