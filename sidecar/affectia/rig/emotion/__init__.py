"""What feelings look like on an avatar, and which of them it shows."""
