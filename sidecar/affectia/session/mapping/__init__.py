"""Which way a session's faces are put on its avatars, and what is kept to compare the ways."""
