"""The desk on a port of this machine, and nowhere else."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from pipeline.desk.guard import HOST
from pipeline.errors import UsageError

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp


def listening(port: int) -> socket.socket:
    """Return a socket that listens on ``port`` of 127.0.0.1; 0 takes a free one. Raises ``UsageError``."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise UsageError(f"port {port} cannot be used ({error.strerror}); choose another with --port") from error


def server_of(desk: ASGIApp) -> uvicorn.Server:
    """Return a server for ``desk`` that says nothing about itself."""
    import uvicorn

    config = uvicorn.Config(
        desk,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def serve(desk: ASGIApp, bound: socket.socket) -> None:
    """Serve ``desk`` on the socket ``bound`` until interrupted."""
    with bound, suppress(KeyboardInterrupt):
        server_of(desk).run(sockets=[bound])
