"""Upload one file over FTP."""

import re
from collections.abc import Mapping
from typing import Final

from action_returns.channels.base import InvalidReplyError, Outcome
from action_returns.channels.connection_errors import reason
from action_returns.channels.ftp_client import FtpClient
from action_returns.channels.ftp_data import FileConnection
from action_returns.channels.ftp_refusals import without_names
from action_returns.channels.line_protocol import Reply
from action_returns.channels.upload import Upload
from action_returns.channels.upload_texts import Cause

_REFUSED: Final = 400  # and above; below 500 it may go well later (RFC 959, 4.2.1)
_COMPLETE: Final = (226, 250)  # RFC 959, 5.4
_GOES_ON: Final = (2, 3)
"""First digits of the reply to RNFR after which RNTO follows. It should be 350 (RFC 959, 5.4); some servers answer 250."""
_CAUSES: Final[Mapping[int, Cause]] = {
    421: "not now",  # service not available, closing control connection
    425: "no data connection",  # can't open data connection (RFC 959, 4.2.2)
    426: "no data connection",  # connection closed, transfer aborted
    450: "not now",  # file unavailable, for example busy
    452: "no space",  # insufficient storage
    552: "no space",  # exceeded storage allocation
    522: "no data encryption",  # wants the TLS session resumed (vsftpd, pure-ftpd), or other encryption (RFC 4217, 9)
}
"""Reply -> what it says about the cause."""
_LOCAL_ERROR: Final = 451
"""What vsftpd, ProFTPD and Pure-FTPd answer when the disk fills up while they write."""
_FULL: Final = re.compile(
    r"ENOSPC|no space|not enough (disk )?space|out of (disk )?space|disk (is )?full|quota|insufficient (disk|storage)",
    re.IGNORECASE,
)


class FtpUpload(Upload):
    """The FTP commands that upload a file."""

    def run(self, client: FtpClient, data: FileConnection, data_timeout: float, reply_timeout: float) -> Outcome:
        """Upload; never raises for what a server or network may do.

        Args:
            client: signed in, and in the folder.
            data: the connection for the file.
            data_timeout: seconds for each part of the file.
            reply_timeout: seconds for the reply after the last byte.
        """
        try:
            return self._store(client, data, data_timeout, reply_timeout)
        except OSError as error:  # InvalidReplyError too: after an invalid reply no later one can be trusted
            client.wire.close()
            return self.check_on_server(reason(error))

    def _store(self, client: FtpClient, data: FileConnection, data_timeout: float, reply_timeout: float) -> Outcome:
        client.begin_steps()
        reply = client.store(self.name, data)
        if reply.code // 100 != 1:
            data.close()  # a server may wait for that before it answers again
            return self.rejected_before_upload(client, str(reply), cause=_cause(reply, data))
        try:
            refusal = client.send_content(data, self.file.content, timeout=data_timeout)
        except InvalidReplyError:
            raise
        except OSError as error:
            # The server may say why. A confirmation cannot be true: not all bytes left.
            refusal = self._refusal(client, reply_timeout, f"the connection for the file broke off ({reason(error)})")
            refusal = data.explain(refusal)
        else:
            self.has_left = refusal is None
        client.begin_steps(reply_timeout)
        reply = refusal or client.reply(reply_timeout)
        if reply.code in _COMPLETE:
            evidence = {"security": client.security, "reply": str(reply)}
            return self.confirmed(client, evidence, lambda: self._rename(client, reply_timeout))
        if reply.code < _REFUSED:
            raise InvalidReplyError(f"it said: {reply}")
        return self.rejected_after_upload(client, str(reply), cause=_cause(reply, data, was_taken=True))

    def _refusal(self, client: FtpClient, timeout: float, problem: str) -> Reply:
        """Return what the server says about a file of which not all bytes left.

        Raises:
            ConnectionError: with the problem, when the server says nothing about it.
        """
        client.begin_steps(timeout)
        try:
            refusal = client.reply(timeout)
        except OSError:
            raise ConnectionError(problem) from None
        if refusal.code < _REFUSED:
            raise ConnectionError(problem)
        return refusal

    def _rename(self, client: FtpClient, timeout: float) -> tuple[str, bool]:
        """Rename the file to its final name; return the server's answer, and whether it is a yes."""
        reply = client.ask(f"RNFR {self.name}")
        if reply.code // 100 in _GOES_ON:
            self.renaming = True
            client.say(f"RNTO {self.file.name}")
            reply = client.reply(timeout)  # it may copy the file
        if not reply.is_positive and reply.code < _REFUSED:
            raise InvalidReplyError(f"it said: {reply}")
        return str(reply), reply.is_positive


def _cause(reply: Reply, data: FileConnection, *, was_taken: bool = False) -> Cause:
    """Return why a server refused a file.

    Args:
        reply: its refusal.
        data: the connection for the file.
        was_taken: whether it had agreed to take the file.
    """
    if data.is_untrusted:
        return "no trust"
    cause = _CAUSES.get(reply.code, "maybe no space" if was_taken and reply.code == _LOCAL_ERROR else "")
    may_be_room = cause in {"", "maybe no space", "not now"}
    return "no space" if may_be_room and _FULL.search(without_names(reply.text)) else cause
