"""The network's Brand API: one HTTPS connection, and the actions that are read over it."""
