"""The live workbook through xlwings: one function for each button."""
