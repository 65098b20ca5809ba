# SPDX-License-Identifier: Apache-2.0
"""``phonefsm mcp``: a server for one conversation over stdio, or for many over HTTP."""

import sys
from collections.abc import Iterable

from phonefsm import CapturePolicy, PhoneFsmError

try:
    import anyio

    from phonefsm.adapters import mcp
except ModuleNotFoundError as error:
    if error.name not in ("anyio", "mcp"):
        raise
    raise PhoneFsmError("phonefsm mcp needs mcp: pip install 'phonefsm[mcp]'") from None

import structlog
import typer


def serve(policy: CapturePolicy, *, observes: Iterable[str], address: str | None) -> None:
    """Serve until the client leaves, or at ``address``, HOST:PORT, until it is stopped.

    Raises:
        PhoneFsmError: a policy or an observation does not hold.
        typer.BadParameter: the address is none.
    """
    # Over stdio the standard output is the protocol's.
    logger = structlog.wrap_logger(structlog.PrintLogger(sys.stderr))
    phone = mcp.PhoneServer(policy, observes=observes, logger=logger)
    if address is None:
        anyio.run(mcp.stdio, phone)
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise typer.BadParameter("--http: HOST:PORT, such as 127.0.0.1:8000")
    anyio.run(mcp.http, phone, host.strip("[]"), int(port))
