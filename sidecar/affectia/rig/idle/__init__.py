"""Idle life: what an avatar does that nobody directs; seeded, and a function of time alone."""
