"""What avatars are asked to act: emotions, overrides, gestures, gazes, layers, routes."""
