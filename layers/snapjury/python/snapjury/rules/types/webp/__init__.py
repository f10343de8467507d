"""WebP images."""
