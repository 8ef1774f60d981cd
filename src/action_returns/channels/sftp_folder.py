"""The receiving folder over SFTP: what it shows, and what is asked of it."""

from collections.abc import Callable

from action_returns.channels.looks import FREE, Look, Taken, Unseen
from action_returns.channels.sftp_client import Opening, RequestRejectedError, SftpClient, Status


class SftpFolder:
    """The receiving folder, over an open connection. Every method raises ConnectionLostError when it broke off.

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
            return rejected.status != Status.NO_SUCH_FILE

    def look(self, name: str) -> Look:
        """Return what the server shows under a name.

        A name that exists is taken whatever its attributes say; a link that leads nowhere has the name too. Some servers
        answer FAILURE for a name that does not exist; then the list of the folder tells.
        """
        try:
            return Taken(self._client.facts(self._directory + name).size)
        except RequestRejectedError as rejected:
            if rejected.status == Status.NO_SUCH_FILE:
                return FREE
            return self._look_in_list(name, str(rejected))

    def look_otherwise(self, _name: str) -> None:
        """Return None: :meth:`look` has asked in every way."""

    def _look_in_list(self, name: str, answer: str) -> Look:
        try:
            names = self._client.names(self._directory or ".")
        except RequestRejectedError as rejected:
            return Unseen(f"{answer}; {rejected}")
        if names is None:
            return Unseen(f"{answer}; the folder holds too many files")
        facts = names.get(name.encode())
        return FREE if facts is None else Taken(facts.size)

    def open(self, name: str, how: Opening) -> bytes:
        """Open a file, and return the handle to write to it.

        Raises:
            RequestRejectedError: when the server refuses; a file of that name, if there is one, is not ours.
        """
        return self._client.open(self._directory + name, how)

    def write(
        self, handle: bytes, content: bytes, before_last_piece: Callable[[], None]
    ) -> RequestRejectedError | None:
        """Write all of a file and close it; return the server's refusal, None where there is none.

        Args:
            handle: of the open file.
            content: of the file.
            before_last_piece: called once right before the server can have all of the file.
        """
        refusal = None
        try:
            self._client.write(handle, content, before_last_piece)
        except RequestRejectedError as rejected:
            refusal = rejected
        not_closed = self.close_file(handle)
        return refusal or not_closed

    def close_file(self, handle: bytes) -> RequestRejectedError | None:
        """Close a file; return the server's refusal, None where there is none."""
        try:
            self._client.close(handle)
        except RequestRejectedError as rejected:
            return rejected
        return None

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
