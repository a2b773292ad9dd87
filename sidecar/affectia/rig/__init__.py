"""From a state to weights: what an avatar shows of it."""
