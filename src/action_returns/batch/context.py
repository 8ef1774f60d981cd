"""What is known about the actions beside the batch itself. Facts only: the clock is passed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from action_returns.batch.pending import Pending


@dataclass(frozen=True, slots=True)
class SentAction:
    """What was sent for one action before, in batches that may have arrived.

    Args:
        times: how many batches held it.
        rows: cents and reason -> label of the latest batch that held exactly that (``0007``).
    """

    times: int
    rows: Mapping[tuple[int, str], str]


@dataclass(frozen=True, slots=True)
class Context:
    """Facts from outside the batch that some rules need.

    Args:
        pending: the pending-actions download, None when none was given.
        now: the moment of the check, with its time zone; lock dates are compared with it.
        sent: ActionId -> what was sent for it before; only actions of which something was.
    """

    pending: Pending | None = None
    now: datetime | None = None
    sent: Mapping[str, SentAction] = field(default_factory=dict)


NO_CONTEXT = Context()
