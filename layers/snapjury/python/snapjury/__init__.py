"""Snapjury keeps an image database clean: assets are validated, then a jury of QAs decides."""
