"""Calibration: what a face is like at rest and how far it goes, learned from a few seconds of it, kept by name."""
