"""The folder in which a server keeps what it was sent."""

from pathlib import Path


class Inbox:
    """A server with a folder for uploads."""

    __slots__ = ()
    inbox: Path

    def files(self) -> dict[str, bytes]:
        """Return every file that arrived, by name."""
        return {path.name: path.read_bytes() for path in self.inbox.iterdir() if path.is_file()}

    def clear(self) -> None:
        """Remove every file that arrived, and every empty folder."""
        for path in self.inbox.iterdir():
            path.unlink() if path.is_file() else path.rmdir()
