"""What an upload asks of an SFTP server, and what is true when one of its answers is lost."""

from action_returns.channels.base import State

UPLOADS = {
    "direct": ["STAT", "LSTAT", "OPEN", "LSTAT", "WRITE", "CLOSE", "LSTAT"],
    "temp-rename": ["STAT", "LSTAT", "OPEN", "WRITE", "CLOSE", "LSTAT", "LSTAT", "RENAME", "LSTAT"],
}
"""What is asked, in order, after the version: an answer for each."""


def truth(asked, upload, *, earlier, always):
    """What is true when the answer to what was asked is lost; ``earlier`` is what was asked before."""
    if "OPEN" not in earlier and asked != "OPEN":  # before the first byte: tried again
        return State.FAILED if always else State.SENT
    if upload == "direct":
        if "WRITE" not in earlier and asked != "WRITE":  # an empty file lies under the final name
            return State.UNKNOWN
        if asked == "LSTAT":  # the server had confirmed every byte
            return State.SENT
        return State.UNKNOWN if always else State.SENT
    if asked != "RENAME" and "RENAME" not in earlier:
        return State.FAILED
    return State.UNKNOWN if always else State.SENT
