"""Channels that deliver a file, and the result of a delivery."""
