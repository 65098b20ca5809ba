# SPDX-License-Identifier: Apache-2.0
"""Pipecat: real pipelines with a scripted model, a silent speaker, and a caller of text."""

import contextlib
import warnings

with contextlib.suppress(ModuleNotFoundError), warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    # Pipecat warns of itself when it is imported, and of audioop, which Python 3.13 has no more.
    import pipecat.flows
    import pipecat.services.tts_service  # noqa: F401
