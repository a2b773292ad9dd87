"""Generated from protos/affectia/v1; see protos/generate.py."""
