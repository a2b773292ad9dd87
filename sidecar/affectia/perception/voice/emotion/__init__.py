"""How somebody feels, by the sound of the voice."""
