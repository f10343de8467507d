"""Runs the whole system on this machine until Ctrl-C: `make server`."""

import contextlib
import os
import signal
import sys
import threading
import time
from types import FrameType

from infra.aws import signing_secret
from infra.deploy import LOG as DEPLOY_LOG
from infra.deploy import DeploymentError, build_and_deploy, with_those_asked_for
from infra.emulator import Emulator, EmulatorError
from infra.logs import LogFollower
from infra.parameters import local_parameters
from infra.places import ASSETS, shown
from infra.receiver import Receiver
from infra.samples import draw_samples, upload_sample
from infra.seed import SeedError, seed
from infra.welcome import welcome


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
        build_and_deploy(emulator.endpoint, with_those_asked_for(local_parameters(port)))
        draw_samples(ASSETS)
        upload_sample(emulator.endpoint)
        say("Setting up the demo ...")
        try:
            seed(emulator.endpoint, ASSETS)
        except SeedError as error:  # kept data may hold another password, for one; the system itself is fine
            say(f"{error}\nThe system runs without it. To begin anew: make clean")
        running.enter_context(LogFollower(emulator.endpoint, say))
        ready = f"ready after {time.monotonic() - began:.0f} s"
        say(welcome(port, receiver.url, ready, shown(ASSETS)))
        say(f"Logs: the functions' below, {shown(emulator.log)}, {shown(DEPLOY_LOG)}.")
        say("After a change of the code: make deploy-local. Ctrl-C stops everything and keeps the data.\n")
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


one_at_a_time = threading.Lock()  # the receiver, the follower and we speak from threads of our own


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
