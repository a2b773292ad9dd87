"""Affectia: watches a face, streams what an avatar needs.

See also: ARCHITECTURE.md for the way through, `affectia.client` for a subscriber in ten lines.
"""
