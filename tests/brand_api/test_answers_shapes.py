"""The tests' API answers with the keys and the types that its documents have: a table in this project's own words."""

from datetime import UTC, datetime

import pytest

from tests.servers.brand_api_server import SID
from tests.servers.brand_network import Literal, Network, action

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
TEXT, NUMBER = str, Literal
PAGES = ("@page", "@numpages", "@pagesize", "@total", "@uri", "@nextpageuri")
"""Keys of a list about its pages; their values are texts."""
SHAPES = {
    "Actions": {
        "Id": TEXT, "CampaignId": NUMBER, "MediaPartnerName": TEXT, "State": TEXT, "Payout": NUMBER, "Amount": NUMBER,
        "DeltaAmount": NUMBER, "IntendedAmount": NUMBER, "Currency": TEXT, "EventDate": TEXT, "CreationDate": TEXT,
        "LockingDate": TEXT, "ClearedDate": TEXT, "Oid": TEXT,
    },
    "ActionUpdates": {
        "Id": TEXT, "ActionId": TEXT, "CampaignId": NUMBER, "State": TEXT, "StateDetail": TEXT, "Disposition": TEXT,
        "DeltaAmount": NUMBER, "DeltaPayout": NUMBER, "Currency": TEXT, "UpdateDate": TEXT, "Sku": TEXT, "Quantity": TEXT,
    },
    "FTPFileSubmissions": {
        "BatchId": TEXT, "SubmissionDate": TEXT, "FileName": TEXT, "Type": TEXT, "Status": TEXT, "TotalRecords": NUMBER,
        "TotalErrors": NUMBER, "CompletionDate": TEXT, "ErrorsUri": TEXT, "Uri": TEXT,
    },
    "FTPFileSubmissions/F-1/ErrorDetails": {
        "Line": NUMBER, "CampaignId": NUMBER, "OrderId": TEXT, "Status": TEXT, "Reason": TEXT, "Uri": TEXT,
    },
    "APISubmissions/A-1": {
        "BatchId": TEXT, "SubmissionDate": TEXT, "Type": TEXT, "Status": TEXT, "CompletionDate": TEXT, "ErrorType": TEXT,
        "ErrorReason": TEXT, "Uri": TEXT,
    },
}  # fmt: skip
"""Path -> key -> type of its value in JSON, for the keys that this program reads or that tell what the others mean."""
KEYS = {"FTPFileSubmissions/F-1/ErrorDetails": "ErrorDetail"}
"""Key of the rows where it is not the path."""


@pytest.fixture(scope="module")
def network():
    found = Network(SID, [action("M.1000.7.1")])
    found.receive_file("a.csv", b"ActionId,Amount,Reason\r\nM.1000.7.1,1.00,ORDER_UPDATE\r\nM.1.1.1,0,REJECTED\r\n", AT)
    found.receive_change("A-1", "Reversal", {"ActionId": "M.1.1.1", "DispositionCode": "REJECTED"}, AT)
    found.process(AT)
    return found


@pytest.mark.parametrize("path", SHAPES)
def test_an_answer_has_the_documented_keys_and_types(network, path):
    asked = {
        "CampaignId": "1000",
        **{
            f"{name}Date": moment
            for name, moment in (("Start", "2026-11-01T00:00:00Z"), ("End", "2026-12-01T00:00:00Z"))
        },
        "SubmissionDateStart": "2026-11-01T00:00:00Z",
        "SubmissionDateEnd": "2026-12-01T00:00:00Z",
    }
    found = network.answer(path, asked)
    if isinstance(found, tuple):
        key, (row,) = found
        assert key == KEYS.get(path, path)
    else:
        row = found
    assert {key: type(row[key]) for key in SHAPES[path]} == SHAPES[path]


def test_a_change_is_answered_as_queued(network):
    answer = network.receive_change("A-9", "Modification", {"ActionId": "M.1.1.1", "Reason": "OTHER"}, AT)
    assert answer == {"Status": "QUEUED", "QueuedUri": f"/Advertisers/{SID}/APISubmissions/A-9"}
