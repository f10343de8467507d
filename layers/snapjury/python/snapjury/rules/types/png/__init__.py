"""PNG images."""
