"""How a person seems to feel, by the look of the face."""
