"""Sessions: a source, its avatars, the consent of the person in front of it."""
