"""The network's API. One that refuses takes no change of any action; what it holds is shown as a file of its changes.

It takes calls and no file, so it has none that another sender's could meet, none that it hides, and no half of one.
"""

from contextlib import contextmanager

from action_returns.channels.base import OutgoingFile, State
from tests.channels.contract import NAME, REFERENCE, Receiver
from tests.servers.brand_api_server import SID, brand_api_server, hang_up, refused
from tests.servers.loopback import LOOPBACK

CAN = {"refuses", "loses_answers"}

FILE = OutgoingFile(NAME, b"ActionId,Amount,Reason\r\nM.1.2.3,0,REJECTED\r\nM.1.2.4,12.50,ORDER_UPDATE\r\n")
"""One call for each row: it takes no file of thousands."""


@contextmanager
def receiver(_folder, authority, behaviour):
    from tests.channels.contract import PASSWORD

    with brand_api_server(authority, token=PASSWORD) as server:
        if behaviour.refuses or behaviour.loses_answers:
            server.faults.extend([refused(404, "No such action") if behaviour.refuses else hang_up] * 10)

        def arrived():
            if behaviour.refuses or not server.changes:
                return {}
            rows = [
                f"{form['ActionId']},{form.get('Amount', '0')},{form.get('Reason') or form['DispositionCode']}\r\n"
                for _, _, form, _ in server.changes
            ]
            return {NAME: b"ActionId,Amount,Reason\r\n" + "".join(rows).encode()}

        table = {
            "kind": "api",
            "account_sid": SID,
            "password": REFERENCE,
            "host": LOOPBACK,
            "port": server.port,
            "ca_file": str(authority.bundle),
        }
        yield Receiver(table, arrived, State.SENT)
