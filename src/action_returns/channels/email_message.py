"""The e-mail that carries the file: one plain text, one CSV attachment, nothing else."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

from action_returns.channels.base import OutgoingFile

_ADDRESS: Final = re.compile(r"(?=.{3,254}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_LONGEST_SUBJECT: Final = 200
# A longer one is written in pieces (RFC 2231, 3), which some mailboxes that read batches do not put together again.
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,56}\.csv")


@dataclass(frozen=True, slots=True)
class EmailWithFile:
    """A message ready to be sent.

    Args:
        message_id: its Message-ID, by which it can be looked up later (RFC 5322, 3.6.4).
        content: the message as bytes with CRLF line ends.
    """

    message_id: str
    content: bytes


def build_email(
    file: OutgoingFile, *, sender: str, recipient: str, subject: str | None, now: datetime, draft: bool = False
) -> EmailWithFile:
    """Build the message.

    Args:
        file: the file to attach, under its own name.
        sender: address it comes from; bounces go there.
        recipient: the one address it goes to.
        subject: its subject, the file's name when None.
        now: its date, with the time zone.
        draft: whether the user's mail program opens it as an unsent draft; it may lack the addresses.

    Raises:
        ValueError: when an address, the subject or the file's name is not plain enough to be written into a header
            and read back as the same.
    """
    if not _FILE_NAME.fullmatch(file.name):
        raise ValueError(f"The file name {file.name!a} may hold letters, digits, _ and - only, and at most 60 in all.")
    for field, address in (("sender", sender), ("recipient", recipient)):
        if address or not draft:
            _check_address(field, address)
    title = subject or file.name.removesuffix(".csv")
    _check_subject(title)
    message = EmailMessage(policy=policy.SMTP)
    message_id = make_msgid(domain=sender.rpartition("@")[2] or "action-returns.invalid")
    if sender:
        message["From"] = sender
    if recipient:
        message["To"] = recipient
    message["Subject"] = title
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    if draft:
        message["X-Unsent"] = "1"  # Outlook opens such a file as a draft
    rows = file.content.count(b"\n") - 1
    message.set_content(f"Action modifications and reversals: {rows} rows in {file.name}\r\n")
    # Base64, so that no mail server on the way breaks a line or changes a line end (RFC 2045, 6.8).
    message.add_attachment(
        file.content,
        maintype="text",
        subtype="csv",
        cte="base64",
        params={"charset": "utf-8"},
        filename=file.name,
    )
    return EmailWithFile(message_id, message.as_bytes())


def _check_address(field: str, address: str) -> None:
    if not _ADDRESS.fullmatch(address) or "=?" in address:
        raise ValueError(f"The {field} {address!a} is not one plain e-mail address such as returns@example.com.")


def _check_subject(subject: str) -> None:
    if len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
        raise ValueError(f"The subject {subject[:60]!a} must be one line of at most {_LONGEST_SUBJECT} characters.")
    # The email package decodes it while it writes the header, line breaks included, so "=?utf-8?q?=0D=0ABcc:_...?="
    # becomes a header of its own (CVE-2024-6923; Python 3.11.9 and older do not even look).
    if "=?" in subject:
        raise ValueError(f"The subject {subject[:60]!a} must not hold the signs =? beside each other.")
