"""Which ports of this machine are free."""

import random
import socket


def free_port(preferred: int | None = None) -> int:
    """Returns the preferred port if nobody listens there, else a free one below the range of outgoing connections."""
    candidates = [preferred] if preferred else []
    for port in candidates + random.SystemRandom().sample(range(15_000, 32_000), 50):
        if is_port_free("127.0.0.1", port):
            return port
    raise OSError("No free port on 127.0.0.1.")


def is_port_free(host: str, port: int) -> bool:
    """Tells whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
