"""The service on a port, as a program behind a web server that has the certificate, or on a machine of its own."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pipeline.errors import UsageError

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

_AT_ONCE: Final = 200
"""Requests; more are told to come again."""


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; port 0 takes a free one. Raises ``UsageError``."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"{host} port {port} cannot be used ({error.strerror or error}); choose others with --host and --port"
        ) from error


def server_of(service: ASGIApp) -> uvicorn.Server:
    """Return a server for ``service`` that says nothing about itself, and logs nobody."""
    import uvicorn

    config = uvicorn.Config(
        service,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_AT_ONCE,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


def run(service: ASGIApp, bound: socket.socket) -> None:
    """Serve ``service`` on the socket ``bound`` until interrupted."""
    with bound, suppress(KeyboardInterrupt):
        server_of(service).run(sockets=[bound])
