"""Decide what became of the rows of a batch, and which rows restore what it changed. Pure: no file, network, Excel or clock."""
