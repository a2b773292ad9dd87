"""From weights to frames, and out."""
