"""How well a face is seen."""
