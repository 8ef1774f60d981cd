"""Read .xlsx and .xlsm workbooks exactly and fast."""
