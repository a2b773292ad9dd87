"""How the edge speech emotion head was made: corpus, sound, features, head, evaluation, export; `build.py` runs all of it."""
