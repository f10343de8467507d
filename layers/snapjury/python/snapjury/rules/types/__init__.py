"""What customers may submit: a folder for each type of asset, and `registry.py`, which lists them."""
