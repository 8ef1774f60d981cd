"""Upload one file over SFTP into a folder."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from action_returns.channels.base import ConnectionLostError, DeliveryEndedError, Outcome
from action_returns.channels.looks import FREE, Look, Taken, Unseen
from action_returns.channels.sftp_client import Opening, RequestRejectedError, Status
from action_returns.channels.sftp_folder import SftpFolder
from action_returns.channels.sftp_texts import SftpTexts
from action_returns.channels.time_limits import file_seconds
from action_returns.channels.upload import Upload
from action_returns.channels.upload_texts import Cause

_NO_SPACE: Final = ("space", "quota")
"""Words of servers whose disk is full; version 3 of SFTP has no code for it."""
_FULL: Final = frozenset({Status.NO_SPACE, Status.QUOTA_EXCEEDED})
_NEW: Final = Opening.WRITE | Opening.CREAT
_EXCLUSIVE: Final = (_NEW | Opening.EXCL, _NEW | Opening.TRUNC | Opening.EXCL)
"""Ways to create a file only where none has the name. Node's ssh2 knows the second one only, and answers NO_SUCH_FILE to the
first. The second could empty a file at a server that ignores EXCL; such a server takes the first."""
_NOT_EXCLUSIVE: Final = (_NEW, _NEW | Opening.TRUNC)
_MAY_NOT_KNOW: Final = frozenset({Status.NO_SUCH_FILE, Status.FAILURE, Status.BAD_MESSAGE, Status.UNSUPPORTED})
"""Answers of servers to a way to open a file that they do not know."""
_says_unknown_way = re.compile(
    r"exclusive|\bexcl\b|\bmode\b|\bflags?\b|not (supported|implemented)|unsupported", re.IGNORECASE
).search
_says_no_right = re.compile(r"permi|denied|read[- ]?only|not allowed|forbidden|access", re.IGNORECASE).search


@dataclass(slots=True)
class SftpUpload(Upload):
    """The SFTP requests that upload a file."""

    texts: SftpTexts

    def run(self, folder: SftpFolder, steps_timeout: float) -> Outcome:
        """Upload; never raises for what a server or network may do.

        Args:
            folder: where to.
            steps_timeout: seconds for all steps together, the writing of the file not included.
        """
        try:
            return self._store(folder, steps_timeout)
        except DeliveryEndedError as ended:
            return ended.outcome
        except ConnectionLostError as error:
            folder.close()
            return self.check_on_server(str(error))

    def _store(self, folder: SftpFolder, steps_timeout: float) -> Outcome:
        folder.begin(steps_timeout)
        handle = self._create(folder, _EXCLUSIVE if self.must_see else _EXCLUSIVE + _NOT_EXCLUSIVE)
        folder.begin(file_seconds(len(self.file.content)), "for the file")
        refusal = folder.write(handle, self.file.content, self._leave)
        folder.begin(steps_timeout)
        if refusal is not None:
            # It has created the file, so the user may write there.
            cause = _cause(refusal) or ("" if refusal.status == Status.PERMISSION_DENIED else "maybe no space")
            return self.rejected_after_upload(folder, str(refusal), cause=cause)
        return self.confirmed(folder, folder.evidence, lambda: self._rename(folder))

    def _create(self, folder: SftpFolder, ways: Sequence[Opening]) -> bytes:
        """Create the file, and return the handle to write to it.

        Args:
            folder: where to.
            ways: to open it, each tried when the server may not know the one before.

        Raises:
            DeliveryEndedError: when the server does not create it; a file that has its name is left as it is.
        """
        how, *others = ways
        try:
            handle = folder.open(self.name, how)
        except RequestRejectedError as rejected:
            look = self._look(folder)
            if others and look == FREE and rejected.status in _MAY_NOT_KNOW and not _cause(rejected):
                return self._create(folder, others)
            raise DeliveryEndedError(self._not_created(folder, rejected, look)) from None
        if not self.is_renamed:  # no other program has a random name
            self._refuse_other_file(folder, handle)
            self.was_seen = self.was_seen or how in _EXCLUSIVE
        return handle

    def _look(self, folder: SftpFolder) -> Look:
        """Return what the server shows under the name that it refused; a lost connection changes nothing of the refusal."""
        try:
            return folder.look(self.name)
        except ConnectionLostError as error:
            return Unseen(str(error))

    def _refuse_other_file(self, folder: SftpFolder, handle: bytes) -> None:
        """Raise where a file with content was opened: a server that does not keep EXCL opens a file of another sender."""
        look = folder.look(self.name)
        if isinstance(look, Taken) and look.size:
            folder.close_file(handle)
            raise DeliveryEndedError(self.texts.name_taken(self.name, look))

    def _not_created(self, folder: SftpFolder, rejected: RequestRejectedError, look: Look) -> Outcome:
        answer = str(rejected)
        if isinstance(look, Taken) and look.size != 0 and not self.is_renamed:
            return self.texts.name_taken(self.name, look, "Nothing was delivered.")
        cause = _cause(rejected)
        may_be_about_the_way = rejected.status in _MAY_NOT_KNOW and not _says_no_right(answer) and not cause
        if look == FREE and self.must_see and may_be_about_the_way:
            is_told = rejected.status in {Status.BAD_MESSAGE, Status.UNSUPPORTED} or bool(_says_unknown_way(answer))
            return self.texts.no_exclusive_creation(answer, is_told=is_told)
        return self.rejected_before_upload(folder, answer, cause=cause)

    def _leave(self) -> None:
        self.has_left = True

    def _rename(self, folder: SftpFolder) -> tuple[str, bool]:
        self.renaming = True
        return folder.rename(self.name, self.file.name)


def _cause(rejected: RequestRejectedError) -> Cause:
    is_told = rejected.status in _FULL or any(word in str(rejected).lower() for word in _NO_SPACE)
    return "no space" if is_told else ""
