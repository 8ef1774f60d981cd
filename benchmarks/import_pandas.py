"""The import of an orders export in pandas: import_pandas.py FOLDER OUT writes the rows and prints the counts as JSON.

Only the columns that are needed are read, as texts; money is exact cents.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(name: str, columns: list[str]) -> pd.DataFrame:
    """Read columns as texts."""
    return pd.read_csv(folder / name, usecols=columns, dtype=str, keep_default_na=False, na_filter=False)


def keys(orders: pd.Series) -> pd.Series:
    """Compute the loose keys of order ids; most of them are numbers already, which need nothing."""
    orders = orders.str.strip().str.removeprefix("#")
    rest = orders.str.lstrip("0")
    return rest.mask(rest == "", orders.str[:1]).str.lower()


def cents(amounts: pd.Series) -> np.ndarray:
    """Convert amounts with two places to cents, exactly."""
    if not amounts.str.fullmatch(r"[0-9]+\.[0-9]{2}").all():
        raise SystemExit("an amount has not two places")
    return amounts.str.replace(".", "", regex=False).astype("int64").to_numpy()


wanted = ["Name", "Financial Status", "Currency", "Total", "Cancelled at", "Refunded Amount"]
export = read("orders.csv", wanted)
export = export[export["Financial Status"] != ""].reset_index(drop=True)
export["key"] = keys(export["Name"])
export["refund"], export["total"] = cents(export["Refunded Amount"]), cents(export["Total"])
ended = export["Financial Status"].isin(["refunded", "voided"])
export["is_back"] = ended | (export["Cancelled at"] != "")

pending = read("pending.csv", ["Action ID", "Action Date", "OID", "Amount", "Currency", "Locking Date"])
count, as_of = len(pending), pending["Action Date"].max()
if (pending["Currency"] != pending["Currency"].iloc[0]).any():
    raise SystemExit("the download mixes currencies")
pending["key"] = keys(pending["OID"])
pending = pending[pending["key"].isin(export["key"])].drop_duplicates("Action ID")
pending["several"] = pending["key"].duplicated(keep=False)
pending["current"] = cents(pending["Amount"])
first = pending.drop_duplicates("key").rename(columns={"Currency": "action_currency"})
joined = export.merge(first.drop(columns=["OID", "Amount", "Action Date"]), on="key", how="left")

code = np.select(
    [
        (joined["refund"] == 0) & ~joined["is_back"],
        joined["Action ID"].isna(),
        joined["several"].eq(True),
        joined["Locking Date"] < now,
        joined["Currency"] != joined["action_currency"],
        joined["refund"] > joined["current"],
        joined["total"] != joined["current"],
    ],
    [
        "nothing-refunded",
        "order-unknown",
        "order-several-actions",
        "action-locked",
        "currency-differs",
        "refund-above-amount",
        "total-differs",
    ],
    "rows",
)
rows = joined[code == "rows"]
new = np.where(rows["is_back"], 0, rows["current"] - rows["refund"]).astype("int64")
whole, places = pd.Series(new // 100).astype(str), pd.Series(new % 100).astype(str).str.zfill(2)
amounts = (whole + "." + places).mask(new == 0, "0").to_numpy()
reasons = np.where(new == 0, "REJECTED", "ORDER_UPDATE")
written = pd.DataFrame({"ActionId": rows["Action ID"].to_numpy(), "Amount": amounts, "Reason": reasons})
written.to_csv(out, index=False, lineterminator="\r\n")
counts = {name: int(number) for name, number in zip(*np.unique(code, return_counts=True), strict=True)}
moment = datetime.fromisoformat(as_of).isoformat()
print(json.dumps({**counts, "actions": count, "as of": moment}, sort_keys=True))
