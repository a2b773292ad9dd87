"""The tools behind run.py: plain Python 3.11, standard library only, not part of the product."""
