"""The landmark network, the head and the mesh."""
