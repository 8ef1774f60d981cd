"""The FTP channel: check the folder, upload once, then verify the size on the server."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NoReturn

from action_returns.channels.base import (
    Ask,
    BeforeFirstByte,
    DeliveryEndedError,
    InvalidReplyError,
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
from action_returns.channels.looks import FREE, Taken, Unseen
from action_returns.channels.settings_base import (
    EncryptedServer,
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

if TYPE_CHECKING:  # not at run time: reading config.toml imports this module, and ssl takes long
    import ssl
    from pathlib import Path

    from action_returns.channels.ftp_client import FtpClient
    from action_returns.channels.ftp_data import FileConnection
    from action_returns.channels.ftp_sign_in import FtpSignIn
    from action_returns.channels.ftp_texts import FtpTexts


class FtpSettings(EncryptedServer):
    """An FTP server, with TLS unless plain was accepted."""

    kind: Literal["ftp"]
    host: Host = setting("Server", "The FTP server.", example="batch.impact.com", suggestion="batch.impact.com")
    port: Port = setting(
        "Port", "The port; 990 is usual with implicit-tls.", example="21", default=21, asked="in the window"
    )
    security: Literal["explicit-tls", "implicit-tls", "plain"] = setting(
        "Encryption",
        "`explicit-tls`, `implicit-tls`, or `plain` with accept_plaintext.",
        example="explicit-tls",
        default="explicit-tls",
        asked="in the window",
    )
    username: UserName = setting("User name", "The user name; upper and lower case matter.", example="brand-12345")
    password: Secret = setting("Password", "Where the password is kept.", example="keyring")
    directory: Line = setting("Folder on the server", "Where the file is uploaded.", example="/", default="/")
    upload: Literal["direct", "temp-rename"] = setting(
        "Upload",
        "`direct` under the final name, or `temp-rename` under another name that is changed when the file is whole.",
        example="direct",
        default="direct",
        asked="never",
    )
    name_check: Literal["required", "when-possible"] = name_check_setting()

    def receiver(self) -> str:
        """Return the server, the user and the folder."""
        return server_receiver(self.kind, self.host, self.port, self.username, self.directory)

    def open(self, read_secret: ReadSecret) -> "FtpChannel":
        """Return the channel; the password is read when it is needed."""
        return FtpChannel(
            host=self.host,
            port=self.port,
            security=self.security,
            username=self.username,
            password=password_reader(self.password, read_secret),
            directory=self.directory,
            upload=self.upload,
            name_check=self.name_check,
            ca_file=self.ca_file,
        )


@dataclass(frozen=True, slots=True)
class FtpChannel:
    """Uploads the file to an FTP server.

    Args:
        host: the server.
        port: its port; 21, with implicit TLS usually 990.
        security: ``explicit-tls``, ``implicit-tls``, or ``plain`` where that was accepted.
        username: case-sensitive.
        password: reads the password when it is needed.
        directory: folder at the server.
        upload: ``direct`` under the final name, or ``temp-rename`` under another one first.
        name_check: ``required`` to send only where the server shows that the name is free, or ``when-possible``.
        ca_file: certificates that are trusted for this server, beside those that this computer trusts.
        context: TLS settings; what this computer and ca_file trust when None.
        connect_timeout: seconds for connecting, and for each TLS handshake.
        reply_timeout: seconds for the reply after the last byte.
        command_timeout: seconds for every other reply.
        data_timeout: seconds for each part of the file.
        steps_timeout: seconds for all steps before the file together, and again for those after it.
        recheck_delays: seconds before each check of what the server holds, after the connection was lost during the upload.
        pause: waits that many seconds.
        clock: see :data:`~action_returns.channels.time_limits.Clock`.
    """

    host: str
    port: int
    security: Literal["explicit-tls", "implicit-tls", "plain"]
    username: str
    password: Callable[[], str] = field(repr=False)
    directory: str = "/"
    upload: Literal["direct", "temp-rename"] = "direct"
    name_check: Literal["required", "when-possible"] = "required"
    ca_file: "Path | None" = None
    context: "ssl.SSLContext | None" = field(default=None, repr=False)
    connect_timeout: float = 15
    reply_timeout: float = 60
    command_timeout: float = 30
    data_timeout: float = 30
    steps_timeout: float = ALL_STEPS
    recheck_delays: tuple[float, ...] = (2, 8, 30)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Clock = field(default=time.monotonic, repr=False)

    @property
    def destination(self) -> str:
        """The server and the folder, as they are shown to users."""
        scheme = "ftps" if self.security == "implicit-tls" else "ftp"
        usual = 990 if self.security == "implicit-tls" else 21
        port = "" if self.port == usual else f":{self.port}"
        return f"{scheme}://{bracketed(self.host)}{port}/{self.directory.strip('/')}"

    def deliver(self, file: OutgoingFile, before_first_byte: BeforeFirstByte = do_nothing, /) -> Outcome:
        """Upload the file once."""
        from action_returns.channels.ftp_upload import FtpUpload
        from action_returns.channels.upload import upload_name

        try:
            password = self._read_password()
            client, data, was_seen = retry(lambda: self._open_for_file(file, password), self.pause)
        except DeliveryEndedError as ended:
            return ended.outcome
        with contextlib.closing(client), contextlib.closing(data):
            before_first_byte()
            upload = FtpUpload(
                file,
                upload_name(file, self.upload),
                self._texts,
                lambda: self._open_folder(password),
                self.recheck_delays,
                self.pause,
                was_seen=was_seen,
                must_see=self.name_check == "required",
            )
            return upload.run(client, data, self.data_timeout, self.reply_timeout)

    def probe(self, _ask: Ask = answer_no, _accepted: str | None = None, /) -> ProbeResult:
        """Connect, sign in, go to the folder and look at a name. Whether it may be written to shows only a delivery."""
        from action_returns.channels.upload import unused_name

        try:
            password = self._read_password()
            client = retry(lambda: self._open_folder(password), self.pause)
            with contextlib.closing(client), self._failing_in(Phase.TRANSFER):
                works = self._texts.works(client.security, offers_tls=client.offers_tls)
                look = client.look(unused_name())
        except DeliveryEndedError as ended:
            return probe_failed(ended.outcome)
        return self._texts.tested(works, look, is_required=self.name_check == "required")

    def _read_password(self) -> str:
        """Return the password, before anything is connected."""
        password = self.password()
        if "\r" in password or "\n" in password:
            raise DeliveryEndedError(self._texts.password_of_two_lines())
        return password

    @property
    def _texts(self) -> "FtpTexts":
        from action_returns.channels.ftp_texts import FtpTexts

        return FtpTexts(self.host, self.directory, self.destination, self.security == "plain")

    def _open_for_file(self, file: OutgoingFile, password: str) -> "tuple[FtpClient, FileConnection, bool]":
        """Open a connection for the file where its name is free. No byte of the file leaves in it.

        Returns:
            The client, the connection, and whether the name was seen to be free.
        """
        client = self._open_folder(password)
        try:
            with self._failing_in(Phase.TRANSFER):
                look = client.look(file.name, closely=self.upload == "direct")  # else it is looked at again later
                if isinstance(look, Taken):
                    self._refuse(self._texts.name_taken(file.name, look))
                data = self._data_connection(client)  # a firewall is told as one, although LIST needs it too
                if isinstance(look, Unseen) and self.name_check == "required":
                    data.close()
                    self._refuse(self._texts.name_unseen(file.name, look))
                return client, data, look == FREE
        except BaseException:
            client.close()
            raise

    def _refuse(self, outcome: Outcome) -> NoReturn:
        raise DeliveryEndedError(outcome)

    def _data_connection(self, client: "FtpClient") -> "FileConnection":
        from action_returns.channels.ftp_client import DataConnectionError
        from action_returns.channels.ftp_sign_in import refused
        from action_returns.channels.line_protocol import Reply

        try:
            data = client.open_data()
        except DataConnectionError as error:
            outcome = self._texts.no_data_connection(error.port, error.problem)
            raise DeliveryEndedError(outcome, retryable=True) from None
        if isinstance(data, Reply):
            raise refused(self._texts, "opened no connection for the file", data, Phase.TRANSFER)
        return data

    def _open_folder(self, password: str) -> "FtpClient":
        """Connect, sign in and go to the folder; a second time, and carefully, where the server stumbled."""
        from action_returns.channels.ftp_sign_in import StumbledError

        try:
            return self._signed_in(password)
        except StumbledError:
            return self._signed_in(password, carefully=True)

    def _signed_in(self, password: str, *, carefully: bool = False) -> "FtpClient":
        from action_returns.channels.ftp_client import FtpClient
        from action_returns.channels.line_connection import tls_settings
        from action_returns.channels.server_words import ServerWords

        tls = tls_settings(self.security, self.context, self.ca_file)
        with self._failing_in(Phase.CONNECT):
            client = FtpClient(
                self.host,
                self.port,
                connect_timeout=self.connect_timeout,
                reply_timeout=self.command_timeout,
                tls=tls if self.security == "implicit-tls" else None,
                steps_timeout=self.steps_timeout,
                words=ServerWords(password),
                clock=self.clock,
            )
        try:
            with self._failing_in(Phase.CONNECT):
                self._sign_in(password, tls).run(client, carefully=carefully)
        except BaseException:
            client.close()
            raise
        return client

    def _sign_in(self, password: str, tls: "ssl.SSLContext | None") -> "FtpSignIn":
        from action_returns.channels.ftp_sign_in import FtpSignIn

        return FtpSignIn(
            self.username,
            password,
            self.directory,
            self.port,
            tls,
            self.security == "explicit-tls",
            self._texts,
            self.connect_timeout,
            self.pause,
        )

    @contextlib.contextmanager
    def _failing_in(self, phase: Phase) -> Iterator[None]:
        """Convert an error of the connection before the file leaves to the outcome: certainly not delivered."""
        from action_returns.channels.connection_errors import connection_failed, is_retryable

        try:
            yield
        except InvalidReplyError as error:
            raise DeliveryEndedError(self._texts.not_ftp(str(error), self.port, phase)) from None
        except OSError as error:
            outcome = replace(connection_failed(error, self.host, self.port), phase=phase)
            raise DeliveryEndedError(outcome, retryable=is_retryable(error)) from None
