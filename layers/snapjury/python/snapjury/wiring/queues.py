"""The queues of the system, as admins name them."""

from snapjury.settings import CatalogSettings, OperationsSettings

QUEUES = ("validation", "notification", "import", "export", "scoring")


def queue_urls(settings: CatalogSettings | OperationsSettings) -> dict[str, tuple[str, str]]:
    """By its name each queue's URL, and that of its dead letters."""
    return {name: (getattr(settings, f"{name}_queue"), getattr(settings, f"{name}_dead_letters")) for name in QUEUES}
