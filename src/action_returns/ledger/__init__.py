"""Record what was sent, when, by whom, with which outcome."""
