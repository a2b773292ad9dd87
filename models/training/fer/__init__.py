"""How the face emotion network was made: faces, augmentation, training, export, quantization, parity; `build.py` runs all of it."""
