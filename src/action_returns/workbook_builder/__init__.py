"""Build .xlsm and .xlsx workbooks from addin/ and workbook_templates/."""
