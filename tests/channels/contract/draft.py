"""A folder for drafts. One that refuses holds a draft of that name already."""

from contextlib import contextmanager
from email import message_from_bytes, policy

from action_returns.channels.base import State
from tests.channels.contract import NAME, THEIRS, Receiver, files_in

CAN = {"refuses", "holds"}


@contextmanager
def receiver(folder, _authority, behaviour):
    drafts = folder / "drafts"
    drafts.mkdir()
    if behaviour.refuses or behaviour.holds:
        (drafts / NAME).with_suffix(".eml").write_bytes(THEIRS)

    def arrived():
        found = {}
        for name, content in files_in(drafts).items():
            attached = list(message_from_bytes(content, policy=policy.SMTP).iter_attachments())
            found |= {part.get_filename(): part.get_payload(decode=True) for part in attached} or {name: content}
        return found

    yield Receiver({"kind": "draft", "directory": str(drafts)}, arrived, State.HANDED_OVER)
