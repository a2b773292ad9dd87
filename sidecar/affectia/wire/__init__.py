"""Bytes of the wire: protos/avatar_frame.md in Python. No sockets, no clock."""
