"""What a face does: distances, shapes, action units."""
