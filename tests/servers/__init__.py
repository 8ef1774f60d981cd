"""Real servers for tests, on loopback, stopped with the test."""
