"""Where things lie in this repository, and how the local system is addressed."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".snapjury"  # all that a local run leaves behind; git-ignored
ASSETS = LOCAL / "assets"  # the asset root of the local system

STACK = "snapjury"
REGION = "us-east-1"
SOURCE_BUCKET = "snapjury-source"  # holds images that are submitted with the location "s3"
PAGE_BUCKET = "snapjury"  # holds the page, and is the first part of its path


def environment(name: str) -> Path:
    """The Python of one of the virtual environments that the Makefile makes: "" for `.venv`, "sam" for `.venv-sam`."""
    folder = f".venv-{name}" if name else ".venv"
    return ROOT / folder / "bin" / "python"


def shown(path: Path) -> str:
    """A path as a person in the repository would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def api_url(endpoint: str) -> str:
    """The API of the stack that is deployed to the emulator at this URL."""
    return f"{endpoint}/_aws/execute-api/{STACK}/v1"


def page_url(endpoint: str) -> str:
    """The page of that stack. It has to be opened where `public_endpoint` says, so that pictures are of its origin."""
    return f"{endpoint}/{PAGE_BUCKET}/index.html"


def public_endpoint(port: int) -> str:
    """How a person on this machine reaches the emulator."""
    return f"http://localhost:{port}"
