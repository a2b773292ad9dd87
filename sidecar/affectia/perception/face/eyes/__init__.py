"""Lids and gaze."""
