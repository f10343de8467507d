"""TCP ports of this machine."""

import socket
import sys

HOST = "127.0.0.1"


def is_taken(port: int) -> bool:
    """Whether another program listens on the port."""
    with socket.socket() as caller:
        caller.settimeout(1)
        if caller.connect_ex((HOST, port)) == 0:
            return True
    with socket.socket() as listener:
        # As a server would: an address that only remembers closed connections is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return True
    return False


def free_port() -> int:
    """A port that nothing listens on right now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":  # a health check: is anybody listening?
    sys.exit(not is_taken(int(sys.argv[1])))
