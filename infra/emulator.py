"""MiniStack, the embedded emulator of AWS, as a child process that keeps its data between runs."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Self

from infra.places import LOCAL, ROOT, environment, shown
from infra.ports import HOST, is_taken
from infra.processes import command_of, signal_group

START_SECONDS = 60.0
STOP_SECONDS = 30.0  # it writes its data when it is asked to end
NEEDED_MB = 500  # what a suite of tests fills; a full disk shows as functions that never run

# What the emulator, and with it every function, sees of this machine's environment. Proxies and AWS profiles of
# the person who runs it are no part of that.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


class EmulatorError(Exception):
    """The emulator cannot be started; the message says what to do."""


class Emulator:
    """One emulator on one port, its data in one folder.

    The folder belongs to the port: queue addresses contain it, so the data is of no use on another one. A `fresh`
    emulator begins without the data of earlier runs.
    """

    def __init__(self, port: int, home: Path | None = None, fresh: bool = False) -> None:
        self.port = port
        self._fresh = fresh
        self.home = home or LOCAL / f"emulator-{port}"
        self.log = self.home / "emulator.log"
        self._pid_file = self.home / "pid"
        self._temporary = self.home / "tmp"
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """The URL for AWS clients."""
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The process that runs it; EmulatorError if none does."""
        if self._process is None:
            raise EmulatorError("The emulator does not run.")
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it answers. An emulator that a killed run left behind is ended first."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            self._end_leftover()
            if is_taken(self.port):
                raise EmulatorError(
                    f"Port {self.port} is in use by another program. "
                    f"Stop that, or choose another port: make server PORT={self.port + 4}"
                )
            self._check_space()
            self._launch()
            self._wait_until_healthy()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it and every function it runs; its data is on disk afterwards. Harmless when it does not run."""
        if self._process is not None:
            end(self._process)
            self._process = None
            self._pid_file.unlink(missing_ok=True)
            shutil.rmtree(self._temporary, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def has_ended(self) -> bool:
        """Whether it was started and is gone without having been stopped."""
        return self._process is not None and self._process.poll() is not None

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _take_lock(self) -> None:
        # The lock ends with the process that holds it, however that ends; the pid file may outlive it.
        self._lock = (self.home / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            self._lock = None
            raise EmulatorError(
                f"The local system already runs on port {self.port}. "
                "Deploy to it with `make deploy-local`, or stop it with Ctrl-C where it runs."
            ) from None

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.home).free // 1_000_000
        if free < NEEDED_MB:
            raise EmulatorError(
                f"The disk below {shown(self.home)} has {free} MB free, and the local system needs {NEEDED_MB}: "
                "make room; `make clean` removes what earlier runs left here."
            )

    def _end_leftover(self) -> None:
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return
        if "ministack" in command_of(pid):
            print("An earlier run was killed and left its emulator behind: ending that first.", flush=True)
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while command_of(pid) and time.monotonic() < deadline:
                time.sleep(0.1)
            signal_group(pid, signal.SIGKILL)
        self._pid_file.unlink()

    def _launch(self) -> None:
        # What functions run from lies below the temporary folder, and stays there when the emulator is killed.
        for leftover in ["tmp", "state", "objects"] if self._fresh else ["tmp"]:
            shutil.rmtree(self.home / leftover, ignore_errors=True)
        self._temporary.mkdir()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(environment("ministack")), "-P", str(ROOT / "infra" / "start_ministack.py")],
                cwd=self.home,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is for us, who then ask it to end
            )
        self._pid_file.write_text(str(self._process.pid))

    def _environment(self) -> dict[str, str]:
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return passed_on | {
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": HOST,  # else the whole network may use it
            "AUTH": "true",  # functions may do what their roles allow, and no more
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.home / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.home / "objects"),
            "TMPDIR": str(self._temporary),
            "LOG_LEVEL": "INFO",
            "IOT_MTLS_ENABLED": "0",  # services of no use here that would listen on ports of their own
            "SFTP_ENABLED": "0",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_healthy(self.endpoint):
            if self.has_ended() or time.monotonic() > deadline:
                raise EmulatorError(
                    f"The emulator did not start. Its last words ({shown(self.log)}):\n{self.last_words()}"
                )
            time.sleep(0.1)


def is_healthy(endpoint: str) -> bool:
    """Whether an emulator answers at this URL."""
    try:
        with urllib.request.urlopen(f"{endpoint}/_localstack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask an emulator to write its data and end, then make sure that nothing of its group is left."""
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    signal_group(process.pid, signal.SIGKILL)
