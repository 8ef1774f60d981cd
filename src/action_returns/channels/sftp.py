"""The SFTP channel: check the server's key and the folder, upload once, then verify the size on the server.

Until right before the file is created a failure is certain, and a temporary one is tried again. From then on nothing is
tried again: what the server holds is checked over new connections. Where that is not enough, the outcome is unknown.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

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
from action_returns.channels.time_limits import ALL_STEPS, Clock

if TYPE_CHECKING:  # not at run time: they import paramiko, which only an upload needs
    from action_returns.channels.sftp_folder import SftpFolder
    from action_returns.channels.sftp_texts import SftpTexts
    from action_returns.channels.ssh_credentials import Credentials


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
