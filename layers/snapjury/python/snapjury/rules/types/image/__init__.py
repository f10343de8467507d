"""JPEG images, the type of the first route: `POST /assets/image`."""
