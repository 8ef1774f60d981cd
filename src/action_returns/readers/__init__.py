"""Files to columns of cells. Nothing is ever written."""
