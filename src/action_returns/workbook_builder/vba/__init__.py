"""Write a VBA project from the text of its modules (MS-OVBA, MS-CFB)."""
