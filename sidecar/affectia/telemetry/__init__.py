"""Counts and durations of the process itself; never anything about a person."""
