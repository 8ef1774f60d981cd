"""What was sent, when, by whom, with which outcome."""
