"""From observations to a state: what is held to be true of each person now, and how surely."""
