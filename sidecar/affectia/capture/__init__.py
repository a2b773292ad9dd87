"""Where samples come from: a camera, a file, or a source that makes faces up."""
