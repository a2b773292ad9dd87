"""Frozen values that travel between stages: samples, observations, states, weights, frames."""
