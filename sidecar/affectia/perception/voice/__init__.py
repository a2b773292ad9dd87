"""Perception of a voice: whether somebody speaks, and which visemes the mouth shows."""
