"""The programs that write workbooks and CSV files: the same rows are given to all of them."""
