"""Timings: never a test, always figures with the command that gives them."""
