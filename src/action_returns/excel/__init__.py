"""The ribbon buttons on the open workbook."""
