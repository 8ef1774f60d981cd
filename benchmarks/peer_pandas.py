"""pandas with calamine, checked by pandera."""

import sys

import pandas as pd
import pandera.pandas as pa

schema = pa.DataFrameSchema(
    {
        "ActionId": pa.Column(
            str, [pa.Check.str_matches(r"^M\.[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,15}$")], unique=True, nullable=False
        ),
        "Amount": pa.Column(float, [pa.Check.ge(0), pa.Check(lambda s: (s * 100).round() / 100 == s)], nullable=False),
        "Reason": pa.Column(str, [pa.Check.isin(["ORDER_UPDATE", "REJECTED"])], nullable=False),
    },
    checks=pa.Check(lambda frame: (frame["Amount"] == 0) == (frame["Reason"] == "REJECTED")),
)
frame = pd.read_excel(sys.argv[1], sheet_name="Actions", engine="calamine")
frame["Amount"] = pd.to_numeric(frame["Amount"], errors="coerce")
found = 0
try:
    schema.validate(frame, lazy=True)
except pa.errors.SchemaErrors as errors:
    cases = errors.failure_cases
    found = len(cases)
    frame = frame.drop(index=cases["index"].dropna().unique())
frame["Amount"] = frame["Amount"].map(lambda value: f"{value:.2f}" if value else "0")
frame.to_csv(sys.argv[2], index=False, lineterminator="\r\n")
print(found)
