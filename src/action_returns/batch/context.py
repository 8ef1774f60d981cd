"""What is known about the actions beside the batch itself. Facts only: the clock is passed in."""

from dataclasses import dataclass
from datetime import datetime

from action_returns.batch.pending import Pending


@dataclass(frozen=True, slots=True)
class Context:
    """Facts from outside the batch that some rules need.

    Args:
        pending: the pending-actions download, None when none was given.
        now: the moment of the check, with its time zone; lock dates are compared with it.
    """

    pending: Pending | None = None
    now: datetime | None = None


NO_CONTEXT = Context()
