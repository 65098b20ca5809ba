# SPDX-License-Identifier: Apache-2.0
"""The command ``phonefsm``: whatever goes wrong is one line on stderr and an exit code, never a traceback."""

import io
import os
import sys
from collections.abc import Sequence
from typing import Final

from phonefsm.errors import PhoneFsmError

INTERRUPTED: Final = 130
"""Exit code after Ctrl-C: 128 and the signal's number, as shells have it."""
WRONG: Final = 2
"""Exit code for wrong input."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with ``arguments`` (``None``: those of the process) and return its exit code."""
    _open_streams()
    try:
        import typer  # here, since the extra may be missing

        from phonefsm.cli.app import app
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        return _wrong(f"the command line needs {error.name}: pip install 'phonefsm[cli]'")
    try:
        code = app(list(sys.argv[1:] if arguments is None else arguments), prog_name="phonefsm", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError as error:
        if not error.filename:  # standard output: its reader has left, or its disk is full
            _drop_output()
        return 1 if isinstance(error, BrokenPipeError) else _wrong(f"{error.filename or 'output'}: {error.strerror}")
    except PhoneFsmError as error:
        return _wrong(str(error))
    except RecursionError:
        return _wrong("the input is nested too deeply")
    except Exception as error:
        # Usage errors; which class they have depends on typer's version, this method does not.
        told = getattr(error, "format_message", None)
        if told is None:
            raise
        return _wrong(told())
    return code if isinstance(code, int) else 0


def _open_streams() -> None:
    """Put a void in place of a closed stream, and keep what a stream cannot encode from being a failure."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _drop_output() -> None:
    """Send what is still buffered nowhere, or Python fails on it again when it closes the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _wrong(cause: str) -> int:
    """Tell ``cause`` on one line, without what a terminal would act on."""
    sys.stderr.write("phonefsm: " + "".join(char if char.isprintable() else " " for char in cause) + "\n")
    return WRONG
