"""Writes the description to where people read it and where the API serves it from: `make openapi`."""

import json

import yaml

from infra.openapi.document import description
from infra.places import ROOT, shown

DOCUMENT = ROOT / "docs" / "openapi.yaml"
SERVED = ROOT / "functions" / "assets" / "openapi.json"
HEAD = "# The API's description, made of the code's types: by `make openapi`, never by hand.\n"


def written() -> dict[str, str]:
    """What each file holds, by its path in the repository."""
    document = description()
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    served = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return {shown(DOCUMENT): HEAD + text, shown(SERVED): served + "\n"}


def main() -> None:
    """Write the files."""
    for path, content in written().items():
        (ROOT / path).write_text(content)
        print(path)


if __name__ == "__main__":
    main()
