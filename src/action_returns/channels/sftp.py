"""SFTP with a pinned host key: look first, send once, believe only positive evidence.

Until right before the file is made a failure is certain, and what may pass is tried again. From then on nothing is tried
again: what the server holds is looked up over new connections, and where that does not settle it, the outcome is unknown.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from action_returns.channels.base import (
    BeforeFirstByte,
    DeliveryEndedError,
    Outcome,
    OutgoingFile,
    Phase,
    State,
    do_nothing,
    retry,
)
from action_returns.channels.sftp_client import NO_SUCH_FILE, SftpClient
from action_returns.channels.ssh_auth import Credentials, load_credentials, sign_in
from action_returns.channels.ssh_connection import ConnectionLostError, RequestRejectedError, connect
from action_returns.channels.upload import Upload, UploadTexts, upload_name

_NO_SPACE: Final = ("space", "quota")
"""Words of servers whose disk is full; version 3 of SFTP has no code for it."""


@dataclass(frozen=True, slots=True)
class SftpChannel:
    """Uploads to one folder of an SFTP server.

    Args:
        host: the server.
        port: its port.
        username: case-sensitive.
        password: fetches the password, or what opens the private key, when it is needed; None where there is none.
        private_key: file of the private key; None to sign in with the password.
        host_key: fingerprint of the server's key (``SHA256:`` and 43 letters); None until somebody has confirmed it.
        directory: folder at the server; ``/`` is where the user arrives.
        upload: ``direct`` under the final name, or ``temp-rename`` under another one first.
        connect_timeout: seconds for connecting, and again for agreeing on keys.
        command_timeout: seconds for each answer.
        looks: seconds before each look at what the server holds, after the connection was lost in mid course.
        pause: waits that many seconds.
    """

    host: str
    port: int
    username: str
    password: Callable[[], str] | None = field(default=None, repr=False)
    private_key: Path | None = None
    host_key: str | None = None
    directory: str = "/"
    upload: Literal["direct", "temp-rename"] = "direct"
    connect_timeout: float = 15
    command_timeout: float = 30
    looks: tuple[float, ...] = (2, 8, 30)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)

    @property
    def destination(self) -> str:
        """The folder as people are shown it."""
        port = "" if self.port == 22 else f":{self.port}"  # noqa: PLR2004
        folder = f"/{self.directory.strip('/')}/".replace("//", "/")
        return f"sftp://{self.host}{port}{folder}"

    def deliver(self, parcel: OutgoingFile, leaving: BeforeFirstByte = do_nothing) -> Outcome:
        """Upload the file once."""
        try:
            credentials = self._credentials()
            folder = retry(lambda: self._prepared(parcel.name, credentials), self.pause)
        except DeliveryEndedError as stopped:
            return stopped.outcome
        with closing(folder):
            leaving()
            upload = _SftpUpload(
                parcel,
                upload_name(parcel, self.upload),
                self._words,
                lambda: self._arrived(credentials),
                self.looks,
                self.pause,
            )
            return upload.run(folder)

    def probe(self) -> Outcome:
        """Connect, sign in and look at the folder. Whether it may be written to shows only when something is sent."""
        try:
            credentials = self._credentials()
            folder = retry(lambda: self._arrived(credentials), self.pause)
        except DeliveryEndedError as stopped:
            return stopped.outcome
        with closing(folder):
            return Outcome(
                State.SENT,
                f"The connection to {self.destination} works: the server has the key that was confirmed, signed in, the "
                "folder is there. Nothing was sent; whether the folder may be written to was not tested.",
                evidence=folder.evidence,
            )

    @property
    def _words(self) -> UploadTexts:
        return UploadTexts(self.host, self.directory, self.destination)

    def _credentials(self) -> Credentials:
        if self.host_key is None:
            raise DeliveryEndedError(
                Outcome(
                    State.FAILED,
                    f"Nobody has confirmed yet that {self.host} is the right server. Nothing was sent. Show its key and "
                    "confirm it: action-returns probe",
                    Phase.CONNECT,
                )
            )
        return load_credentials(self.username, self.private_key, None if self.password is None else self.password())

    def _arrived(self, credentials: Credentials) -> "_Folder":
        """Connect to the server that has the pinned key, sign in and find the folder."""
        connection = connect(self.host, self.port, self.host_key, self.connect_timeout)
        try:
            sign_in(connection, credentials, self.host, self.command_timeout)
            with self._certain(Phase.CONNECT):
                folder = _Folder(SftpClient(connection, self.command_timeout), self.directory)
                self._refuse_missing(folder)
        except BaseException:
            connection.close()
            raise
        return folder

    def _prepared(self, name: str, credentials: Credentials) -> "_Folder":
        """Do all that can be done before the file leaves."""
        folder = self._arrived(credentials)
        try:
            with self._certain(Phase.TRANSFER):
                self._refuse_taken(folder, name)
        except BaseException:
            folder.close()
            raise
        return folder

    def _refuse_missing(self, folder: "_Folder") -> None:
        if not folder.is_there():
            raise DeliveryEndedError(self._words.no_folder("no such folder"))

    def _refuse_taken(self, folder: "_Folder", name: str) -> None:
        size = folder.size(name)
        if size is not None:
            raise DeliveryEndedError(self._words.name_taken(name, size))

    @contextmanager
    def _certain(self, phase: Phase) -> Iterator[None]:
        """Turn what breaks a conversation before the file leaves into the outcome: certainly not delivered."""
        try:
            yield
        except ConnectionLostError as lost:
            raise DeliveryEndedError(
                Outcome(
                    State.FAILED,
                    f"The connection to {self.host} broke off ({lost}). Nothing was sent. Try again; if it stays, ask "
                    "whoever runs the server whether it offers SFTP to this user.",
                    phase,
                ),
                may_pass=True,
            ) from None


class _SftpUpload(Upload):
    """The requests that bring a file there."""

    def run(self, folder: "_Folder") -> Outcome:
        """Upload; never raises for what a server or network may do."""
        try:
            return self._store(folder)
        except ConnectionLostError as lost:
            folder.close()
            return self.look_again(str(lost))

    def _store(self, folder: "_Folder") -> Outcome:
        try:
            handle = folder.create(self.name)
        except RequestRejectedError as refused:
            return self.words.refused(str(refused), no_space=_is_no_space(str(refused)))
        refusal = folder.write(handle, self.parcel.content)
        if refusal is not None:
            return self.taken_back(folder, refusal, no_space=_is_no_space(refusal))
        return self.confirmed(folder, folder.evidence, lambda: self._rename(folder))

    def _rename(self, folder: "_Folder") -> str | None:
        self.renaming = True
        return folder.rename(self.name, self.parcel.name)


class _Folder:
    """The receiving folder, seen over a conversation that stands.

    Args:
        client: the conversation.
        directory: the folder; ``/`` is where the user arrives.
    """

    def __init__(self, client: SftpClient, directory: str) -> None:
        self._client = client
        self._directory = "" if directory in {"", ".", "/"} else directory.rstrip("/") + "/"

    @property
    def security(self) -> str:
        """What protects the conversation."""
        return self._client.connection.security

    @property
    def evidence(self) -> dict[str, str | int]:
        """What there is to know about the server and the encryption."""
        return self._client.connection.evidence

    def is_there(self) -> bool:
        """Tell whether it is a folder; one that shows nothing of itself may be one."""
        try:
            return not self._client.facts(self._directory or ".", follow=True).is_no_folder
        except RequestRejectedError as refused:
            return refused.status != NO_SUCH_FILE

    def size(self, name: str) -> int | None:
        """Give how many bytes a file there has; None when there is none or the server does not tell."""
        try:
            return self._client.facts(self._directory + name).size
        except RequestRejectedError:
            return None

    def create(self, name: str) -> bytes:
        """Make a file that was not there, and give the handle to write to it.

        Raises:
            RequestRejectedError: when the server did not; whatever lies there under this name is not ours.
        """
        return self._client.create(self._directory + name)

    def write(self, handle: bytes, content: bytes) -> str | None:
        """Write all of a file and close it; give the words with which the server refused that."""
        refusal = None
        try:
            self._client.write(handle, content)
        except RequestRejectedError as refused:
            refusal = str(refused)
        try:
            self._client.close(handle)
        except RequestRejectedError as refused:
            refusal = refusal or str(refused)
        return refusal

    def rename(self, old: str, new: str) -> str | None:
        """Give a file another name; give the words with which the server refused that."""
        try:
            self._client.rename(self._directory + old, self._directory + new)
        except RequestRejectedError as refused:
            return str(refused)
        return None

    def remove(self, name: str) -> bool:
        """Remove a file; tell whether the server did."""
        try:
            self._client.remove(self._directory + name)
        except RequestRejectedError:
            return False
        return True

    def close(self) -> None:
        """End the conversation."""
        self._client.connection.close()


def _is_no_space(said: str) -> bool:
    return any(word in said.lower() for word in _NO_SPACE)
