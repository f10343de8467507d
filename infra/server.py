"""Runs the whole system on this machine until Ctrl-C: `make server`."""

import contextlib
import json
import os
import shlex
import signal
import sys
import threading
import time
from types import FrameType

from infra.aws import signing_secret
from infra.deploy import LOG as DEPLOY_LOG
from infra.deploy import DeploymentError, build_and_deploy, local_parameters
from infra.emulator import Emulator, EmulatorError
from infra.logs import LogFollower
from infra.places import ASSETS, api_url, shown
from infra.receiver import Receiver
from infra.samples import draw_samples, upload_sample


class ServerError(Exception):
    """The system cannot run; the message says what to do."""


def serve(port: int, receiver_port: int) -> None:
    """Start everything, show what can be done with it, and follow the logs until somebody interrupts."""
    began = time.monotonic()
    emulator = Emulator(port)
    with contextlib.ExitStack() as running:
        say("Starting the emulator ...")
        running.enter_context(emulator)
        running.callback(say, "Stopping; the data is kept for the next `make server` ...")
        receiver = running.enter_context(open_receiver(receiver_port, emulator))
        say("Building and deploying ...")
        build_and_deploy(emulator.endpoint, local_parameters(port))
        draw_samples(ASSETS)
        upload_sample(emulator.endpoint)
        running.enter_context(LogFollower(emulator.endpoint, say))
        say(welcome(port, receiver.url, emulator, time.monotonic() - began))
        while not emulator.has_ended():
            time.sleep(0.2)
        log = shown(emulator.log)
        raise ServerError(f"The emulator ended by itself. Its last words ({log}):\n{emulator.last_words()}")


def open_receiver(port: int, emulator: Emulator) -> Receiver:
    """The receiver that shows webhooks. It looks up the signing secret at each, so it may start before there is one."""
    try:
        return Receiver(port=port, secret=lambda: signing_secret(emulator.endpoint), report=say)
    except OSError:
        raise ServerError(
            f"Port {port}, for the webhook receiver, is in use by another program. "
            f"Stop that, or choose another port: make server RECEIVER_PORT={port + 4}"
        ) from None


def welcome(port: int, receiver: str, emulator: Emulator, seconds: float) -> str:
    """What a person can do with the running system."""
    api = api_url(port)
    good = {
        "assetPath": {"location": "local", "path": "./images/foo"},
        "notifications": {name: f"{receiver}/{name}" for name in ("onStart", "onSuccess", "onFailure")},
    }
    broken = {
        "assetPath": {"location": "local", "path": "./images/png-named.jpg"},
        "notifications": {"onStart": "nowhere", "onSuccess": "ftp://a/b", "onFailure": f"{receiver}/onFailure"},
    }
    return f"""
Snapjury runs here (ready after {seconds:.0f} s): {api}

Submit a good image, then one with everything wrong with it, then see what became of them:

  {post(f"{api}/assets/image", good)}

  {post(f"{api}/assets/image", broken)}

  curl -sw '\\n' {api}/assets

Images for the location "local" lie in {shown(ASSETS)}; webhooks to {receiver} are shown here.
Logs: the functions' below, {shown(emulator.log)}, {shown(DEPLOY_LOG)}.
After a change of the code: make deploy-local. Ctrl-C stops everything and keeps the data.
"""


def post(url: str, body: object) -> str:
    """A curl command that posts JSON, to be pasted into a shell."""
    return f"curl -sw '\\n' -H 'content-type: application/json' -XPOST {url} -d {shlex.quote(json.dumps(body))}"


one_at_a_time = threading.Lock()


def say(line: str) -> None:
    """Show a line at once, whole. A terminal that is gone must not keep the system from stopping in order."""
    with one_at_a_time, contextlib.suppress(OSError, ValueError):
        print(line, flush=True)


def heed_interruptions() -> None:
    """Stop in order at Ctrl-C, a polite kill or a closed terminal; an impatient second one must not cost the data."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in signals:
        signal.signal(each, interrupt)


def port_from(variable: str, default: int) -> int:
    """A port number from the environment."""
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ServerError(f"{variable}={text} is not a port number: give one between 1 and 65535.")
    return int(text)


def main() -> None:
    """Run until interrupted."""
    heed_interruptions()
    try:
        serve(port_from("PORT", 4566), port_from("RECEIVER_PORT", 4567))
    except KeyboardInterrupt:
        say("Stopped.")
    except (ServerError, EmulatorError, DeploymentError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
