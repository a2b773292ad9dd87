"""Turns registry.toml and the .proto files into source for every language."""
