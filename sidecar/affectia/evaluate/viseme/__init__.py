"""How good tracks of visemes are: what was said, what is shown of it, and figures."""
