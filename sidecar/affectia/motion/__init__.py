"""Weights in time: smoothing and correctors."""
