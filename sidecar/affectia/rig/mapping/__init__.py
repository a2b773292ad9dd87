"""Ways to put a captured face on an avatar: as it is measured, out of action units, or by what is felt."""
