"""Upload one file over SFTP into a folder."""

from typing import Final

from action_returns.channels.base import ConnectionLostError, Outcome
from action_returns.channels.looks import FREE, Look, Taken, Unseen
from action_returns.channels.sftp_client import NO_SUCH_FILE, RequestRejectedError, SftpClient
from action_returns.channels.time_limits import file_seconds
from action_returns.channels.upload import Upload
from action_returns.channels.upload_texts import Cause

_NO_SPACE: Final = ("space", "quota")
"""Words of servers whose disk is full; version 3 of SFTP has no code for it."""


class SftpFolder:
    """The receiving folder, over an open connection.

    Args:
        client: the connection.
        directory: the folder; ``/`` is where the user arrives.
    """

    def __init__(self, client: SftpClient, directory: str) -> None:
        self._client = client
        self._directory = "" if directory in {"", ".", "/"} else directory.rstrip("/") + "/"

    def begin(self, seconds: float, what: str = "in all") -> None:
        """Begin steps that must be over in so many seconds together; ``what`` follows "it took longer than N seconds"."""
        self._client.connection.begin(seconds, what)

    @property
    def security(self) -> str:
        """What protects the connection."""
        return self._client.connection.security

    @property
    def evidence(self) -> dict[str, str | int]:
        """Facts about the server and the encryption, for the receipt."""
        return self._client.connection.evidence

    def exists(self) -> bool:
        """Return whether the folder exists. A folder whose facts are refused may exist."""
        try:
            return not self._client.facts(self._directory or ".", follow=True).is_no_folder
        except RequestRejectedError as rejected:
            return rejected.status != NO_SUCH_FILE

    def look(self, name: str) -> Look:
        """Return what the server shows under a name."""
        try:
            return Taken(self._client.facts(self._directory + name).size)
        except RequestRejectedError as rejected:
            return FREE if rejected.status == NO_SUCH_FILE else Unseen(str(rejected))

    def look_otherwise(self, _name: str) -> None:
        """Return None: SFTP has no other way to ask for a name."""

    def create(self, name: str) -> bytes:
        """Create a file that was not there, and return the handle to write to it.

        Raises:
            RequestRejectedError: when the server refuses; a file of that name, if there is one, is not ours.
        """
        return self._client.create(self._directory + name)

    def write(self, handle: bytes, content: bytes) -> str | None:
        """Write all of a file and close it; return the server's refusal, None where there is none."""
        refusal = None
        try:
            self._client.write(handle, content)
        except RequestRejectedError as rejected:
            refusal = str(rejected)
        try:
            self._client.close(handle)
        except RequestRejectedError as rejected:
            refusal = refusal or str(rejected)
        return refusal

    def rename(self, old: str, new: str) -> tuple[str, bool]:
        """Rename a file; return the server's answer, and whether it is a yes."""
        try:
            self._client.rename(self._directory + old, self._directory + new)
        except RequestRejectedError as rejected:
            return str(rejected), False
        return "renamed", True

    def remove(self, name: str) -> bool:
        """Remove a file; return whether the server did."""
        try:
            self._client.remove(self._directory + name)
        except RequestRejectedError:
            return False
        return True

    def close(self) -> None:
        """Close the connection."""
        self._client.connection.close()


class SftpUpload(Upload):
    """The SFTP requests that upload a file."""

    def run(self, folder: SftpFolder, steps_timeout: float) -> Outcome:
        """Upload; never raises for what a server or network may do.

        Args:
            folder: where to.
            steps_timeout: seconds for all steps together, the writing of the file not included.
        """
        try:
            return self._store(folder, steps_timeout)
        except ConnectionLostError as error:
            folder.close()
            return self.check_on_server(str(error))

    def _store(self, folder: SftpFolder, steps_timeout: float) -> Outcome:
        folder.begin(steps_timeout)
        try:
            handle = folder.create(self.name)
        except RequestRejectedError as rejected:
            return self.texts.refused(str(rejected), cause=_cause(str(rejected)))
        folder.begin(file_seconds(len(self.file.content)), "for the file")
        refusal = folder.write(handle, self.file.content)
        folder.begin(steps_timeout)
        if refusal is not None:
            return self.rejected_after_upload(folder, refusal, cause=_cause(refusal))
        return self.confirmed(folder, folder.evidence, lambda: self._rename(folder))

    def _rename(self, folder: SftpFolder) -> tuple[str, bool]:
        self.renaming = True
        return folder.rename(self.name, self.file.name)


def _cause(answer: str) -> Cause:
    return "no space" if any(word in answer.lower() for word in _NO_SPACE) else ""
