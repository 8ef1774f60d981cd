"""The e-mail that carries the file: one plain text, one CSV attachment, nothing else."""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from action_returns.delivery.outcome import Parcel


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to go.

    Args:
        message_id: its own Message-ID, the handle for looking it up later (RFC 5322, 3.6.4).
        content: the message as bytes with CRLF line ends.
    """

    message_id: str
    content: bytes


def write_letter(
    parcel: Parcel, *, sender: str, recipient: str, subject: str | None, now: datetime, draft: bool = False
) -> Letter:
    """Write the message.

    Args:
        parcel: the file to attach, under its own name.
        sender: address it comes from; bounces go there.
        recipient: the one address it goes to.
        subject: its subject, the file's name when None.
        now: its date, with the time zone.
        draft: whether the user's mail program is to open it as an unsent draft.

    Raises:
        ValueError: when an address or the subject holds a line break; such a header is never written.
    """
    message = EmailMessage(policy=policy.SMTP)
    message_id = make_msgid(domain=sender.rpartition("@")[2] or "action-returns.invalid")
    if sender:
        message["From"] = sender
    if recipient:
        message["To"] = recipient
    message["Subject"] = subject or parcel.name.removesuffix(".csv")
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    if draft:
        message["X-Unsent"] = "1"  # Outlook opens such a file as a draft
    rows = parcel.content.count(b"\n") - 1
    message.set_content(f"Action modifications and reversals: {rows} rows in {parcel.name}\r\n")
    message.add_attachment(parcel.content, maintype="text", subtype="csv", filename=parcel.name)
    return Letter(message_id, message.as_bytes())
