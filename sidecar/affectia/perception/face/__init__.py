"""Faces: landmarks, blendshapes, head pose."""
