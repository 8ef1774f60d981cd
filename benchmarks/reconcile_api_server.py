"""Serves prepared pages of the Brand API: reconcile_api_server.py FOLDER CERTIFICATE. Prints its port, ends with its input.

The pages are made and packed before the first question, so that the server costs the client nothing but the transfer.
"""

import csv
import gzip
import json
import ssl
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 20_000
ACCOUNT = "/Advertisers/IRabc123"


def action(row: dict[str, str]) -> dict[str, Any]:
    """Return an action as a batch changed it."""
    amount = float(row["Amount"])
    at = "2026-11-20T10:42:38-07:00"
    return {
        "Id": row["ActionId"], "CampaignId": 8882, "CampaignName": "Acme Campaign", "ActionTrackerId": 2240,
        "ActionTrackerName": "Sale", "EventCode": "", "MediaPartnerId": 10000, "MediaPartnerName": "Acme Partner",
        "State": "PENDING" if amount else "REVERSED", "AdId": 506720, "ClientCost": 0.88, "Payout": 0.88, "DeltaPayout": 0.88,
        "IntendedPayout": 0.88, "Amount": amount, "DeltaAmount": -3.5, "IntendedAmount": 121.99, "Currency": "EUR",
        "ReferringDate": at, "EventDate": at, "CreationDate": at, "LockingDate": "2099-09-26T00:00:00-07:00",
        "ClearedDate": "", "ReferringType": "CLICK_COOKIE", "ReferringDomain": "", "PromoCode": "WINTER", "Oid": row["ActionId"][-7:],
        "CustomerId": "BCZ2WVSH674563PDPYOTM3AXDQ", "CustomerStatus": "NEW", "CustomerPostCode": "15122", "CustomerArea": "",
        "CustomerCity": "Berlin", "CustomerRegion": "Berlin", "CustomerCountry": "DE", "IpAddress": "0" * 32,
        "SharedId": "", "CallerId": "", "Note": "", "Uri": f"{ACCOUNT}/Actions/{row['ActionId']}",
    }  # fmt: skip


def listed(key: str, rows: list[dict[str, Any]], path: str) -> list[bytes]:
    """Return the packed pages of a list."""
    pages = max(1, -(-len(rows) // PAGE))
    return [
        gzip.compress(
            json.dumps(
                {
                    "@page": str(page),
                    "@numpages": str(pages),
                    "@total": str(len(rows)),
                    "@nextpageuri": f"{ACCOUNT}/{path}?Page={page + 1}" if page < pages else "",
                    key: rows[(page - 1) * PAGE : page * PAGE],
                }
            ).encode(),
            6,
        )
        for page in range(1, pages + 1)
    ]


def main() -> None:
    """Make the pages, and serve them until the input ends."""
    files, actions = [], []
    for at, path in enumerate(sorted(Path(sys.argv[1]).glob("*.csv")), 1):
        with path.open(encoding="ascii", newline="") as file:
            rows = list(csv.DictReader(file))
        actions += map(action, rows)
        files.append(
            {
                "BatchId": f"F-{at}",
                "SubmissionDate": datetime.now(UTC).isoformat(),
                "FileName": path.name,
                "Type": "Modification",
                "Status": "Complete",
                "TotalRecords": len(rows),
                "TotalErrors": 0,
                "ErrorsUri": "",
            }
        )
    pages = {"Actions": listed("Actions", actions, "Actions")}
    pages["FTPFileSubmissions"] = listed("FTPFileSubmissions", files, "FTPFileSubmissions")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            page = int(parse_qs(parts.query).get("Page", ["1"])[0])
            content = pages[parts.path.rpartition("/")[2]][page - 1]
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
