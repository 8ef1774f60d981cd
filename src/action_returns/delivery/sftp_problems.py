"""What interrupts a conversation over SFTP. Neither of these leaves the package."""


class Refused(Exception):
    """The server answered no.

    Args:
        status: its code (draft-ietf-secsh-filexfer-02, 7).
        text: what it said.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{text or 'no reason given'}, status {status}")
        self.status = status


class Lost(ConnectionError):
    """No answer came; nobody knows what the server did with what it was last asked."""
