"""The door for tools: a gRPC service on loopback that steers the sidecar and never stands in the way of a frame."""
