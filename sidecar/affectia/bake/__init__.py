"""Bake: a whole clip, far faster than it plays, into a track that an engine samples at its playback position."""
