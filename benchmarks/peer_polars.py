"""polars with fastexcel: expressions over whole columns."""

import sys

import polars as pl

frame = pl.read_excel(
    sys.argv[1], table_name="Actions", schema_overrides=dict.fromkeys(("ActionId", "Amount", "Reason"), pl.String)
)
amount = pl.col("Amount").str.extract(r"^([0-9]+(?:\.[0-9]{1,2})?)$").cast(pl.Float64)
checks = {
    "id": pl.col("ActionId").str.contains(r"^M\.[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,15}$").fill_null(value=False),
    "unique": pl.col("ActionId").is_first_distinct(),
    "amount": amount.is_not_null(),
    "reason": pl.col("Reason").is_in(["ORDER_UPDATE", "REJECTED"]).fill_null(value=False),
    "agree": ((amount == 0) == (pl.col("Reason") == "REJECTED")).fill_null(value=True),
}
verdicts = frame.select(**checks)
found = sum((~verdicts[name]).arg_true().len() for name in checks)
good = frame.filter(verdicts.select(pl.all_horizontal(pl.all())).to_series())
good = good.with_columns(
    Amount=pl.when(amount == 0).then(pl.lit("0")).otherwise(amount.round(2).map_elements("{:.2f}".format, pl.String))
)
good.write_csv(sys.argv[2], line_terminator="\r\n")
print(found)
