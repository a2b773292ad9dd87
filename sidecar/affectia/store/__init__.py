"""Small files that the process keeps: where it listens, and locks. Nothing about a person."""
