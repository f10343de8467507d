"""The receiver's container has what the layer of dependencies has, and `infra`: nothing else may be imported there."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / "layers" / "dependencies" / "requirements.txt"

IMPORT_WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError(f"No module named {{name!r}}")
sys.meta_path.insert(0, Missing())
import infra.receiver
"""


def test_the_receiver_imports_only_what_its_container_has() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    there = {name.lower() for name in re.findall(r"^([\w.-]+)==", INSTALLED.read_text(), re.MULTILINE)}
    missing = {"snapjury"} | {
        module
        for module, distributions in packages_distributions().items()
        if not there & {each.lower() for each in distributions}
    }

    done = subprocess.run(
        [sys.executable, "-c", IMPORT_WITHOUT.format(missing=sorted(missing - {"infra"}))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "COPY --chown=snapjury layers/dependencies/requirements.txt" in dockerfile
    assert "boto3" in missing
    assert done.returncode == 0, done.stderr
