"""The use cases: check, review, export, submit. What the command line and the workbook's buttons both call."""
