"""Two people beside one ledger, and a batch that needs the approval of the second one."""

from datetime import UTC, datetime

from action_returns.batch.csv_format import make_csv
from action_returns.ledger.approval_records import NewRequest
from action_returns.ledger.records import NewBatch
from tests.support.ledgers import ROWS, batch_of

WANTED = NewBatch(*(getattr(batch_of(), name) for name in ("sender", "channel", "destination", "source")), True)


class Two:
    """Two people beside one ledger: ``amy`` prepares, ``ben`` approves."""

    def __init__(self, amy, ben, names=("", ""), places=()):
        self.amy, self.ben, self.names, self.places = amy, ben, names, places

    def request(self, rows=ROWS, batch=WANTED, **facts):
        facts = {"options": "--only-ready", **facts}
        request = NewRequest(batch.sender, batch.channel, batch.destination, batch.source, self.names[0], facts)
        return self.amy.request_approval(request, make_csv(rows))

    def approve(self, number=1, rows=ROWS):
        return self.ben.approve(number, make_csv(rows).sha256, self.names[1])

    def state(self, number=1):
        return self.amy.approval(number).state(datetime.now(UTC))
