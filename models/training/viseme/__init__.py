"""How the viseme network was made: voices, corpus, training, export, evaluation; `build.py` runs all of it."""
