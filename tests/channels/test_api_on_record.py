"""What the ledger holds of rows that went over the API one by one, sent by a program as its users send."""

import pytest
import tomlkit

from action_returns.errors import ChannelRefusesRowsError
from action_returns.ledger.ledger import open_ledger
from action_returns.operations import api
from tests.servers.brand_api_server import SID, TOKEN, brand_api_server, refused
from tests.servers.loopback import LOOPBACK
from tests.support.batches import LIST, ONE, TWO


@pytest.fixture
def server(authority):
    with brand_api_server(authority) as running:
        yield running


@pytest.fixture
def send(paths, server, authority, monkeypatch, tmp_path):
    """Sends the two rows of LIST; keywords change the channel."""
    monkeypatch.setenv("API_TOKEN", TOKEN)
    (tmp_path / "urgent.csv").write_text(LIST, newline="")

    def command(**changes):
        channel = {
            "kind": "api", "account_sid": SID, "password": "env:API_TOKEN", "host": LOOPBACK, "port": server.port,
            "ca_file": str(authority.bundle), **changes,
        }  # fmt: skip
        acme = {"environment": "test", "channel": channel}
        paths.config_file.write_text(tomlkit.dumps({"profiles": {"acme": acme}}), encoding="utf-8", newline="")
        checked = api.check(api.load(tmp_path / "urgent.csv"), paths=paths)
        return api.send(checked, confirmed_rows=2, paths=paths)

    return command


def test_each_row_is_on_record_with_what_became_of_it(send, server, paths):
    server.faults.extend([None, refused(404, "Action not found")])
    result = send()
    assert result.submission.outcome.is_partial
    with open_ledger(paths.ledger_file) as ledger:
        assert ledger.batch(1).channel == "api"
        assert ledger.row_states(1) == {ONE: "sent", TWO: "failed"}
        kinds = [event.kind for event in ledger.events(1)]
    assert kinds == ["prepared", "confirmed", "sending", *["row-sending", "row-outcome"] * 2, "outcome"]


def test_rows_that_the_channel_cannot_send_are_refused_before_anything_is_recorded(send, server, paths):
    with pytest.raises(ChannelRefusesRowsError, match="these are 2"):
        send(most_rows=1)
    assert server.clients == []
    assert not paths.ledger_file.exists()
