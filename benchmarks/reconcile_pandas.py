"""The usual way in pandas to see what became of rows that were sent: reconcile_pandas.py FOLDER prints the counts as JSON.

A plain merge of three files: the rows, the list from before and the later one. Only needed columns are read, as texts.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

folder = Path(sys.argv[1])


def read(name: str, columns: list[str]) -> pd.DataFrame:
    """Read columns as texts."""
    return pd.read_csv(folder / name, usecols=columns, dtype=str, keep_default_na=False, na_filter=False)


def cents(amounts: pd.Series) -> pd.Series:
    """Convert amounts with two places to cents, exactly."""
    return amounts.str.replace(".", "", regex=False).astype("int64")


sent = read("returns.csv", ["ActionId", "Amount"])
before = read("rows_before.csv", ["ActionId", "Amount"]).rename(columns={"Amount": "before"})
later = read("later.csv", ["Action ID", "Amount", "Currency", "Status", "Locking Date"])
if (later["Currency"] != later["Currency"].iloc[0]).any():
    raise SystemExit("the download mixes currencies")
later = later.rename(columns={"Action ID": "ActionId", "Amount": "now"})
joined = sent.merge(before, on="ActionId", how="left").merge(later, on="ActionId", how="left")
is_there = joined["now"].notna()
now = cents(joined["now"].where(is_there, "-0.01"))
wanted = cents(joined["Amount"])
is_reversal = wanted == 0
verdict = np.select(
    [
        is_there & (now == wanted),
        ~is_there & is_reversal & ~joined["Status"].isin(["APPROVED"]).any(),
        ~is_there,
        joined["Status"].isin(["APPROVED", "LOCKED"]),
    ],
    ["applied", "applied", "missing", "locked"],
    "different",
)
pd.DataFrame({"ActionId": joined["ActionId"], "verdict": verdict, "now": joined["now"]}).to_csv(
    folder / "results.csv", index=False
)
found = pd.Series(verdict).value_counts()
names = ("applied", "different", "missing", "locked", "refused", "too_early")
print(json.dumps({name: int(found.get(name, 0)) for name in names}))
