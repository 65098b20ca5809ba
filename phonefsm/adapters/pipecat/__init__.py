# SPDX-License-Identifier: Apache-2.0
"""Pipecat: a capture in a pipeline, with ``pipecat.flows`` or without, for pipecat-ai 1.5 and newer.

    from phonefsm.adapters.pipecat import PhoneProcessor

    phone = PhoneProcessor(llm, aggregators, default_region="US", on_end=ended)
    pipeline = Pipeline([
        transport.input(), stt, aggregators.user(), phone, llm, tts, transport.output(), aggregators.assistant()
    ])

Then ``phone.begin()`` begins a capture in a plain pipeline, and ``phone.node(flow, then=...)`` is its node in a flow.
"""

from phonefsm.adapters._tools import missing

try:
    import pipecat as _pipecat
except ModuleNotFoundError as error:
    raise missing("pipecat-ai", "pipecat") from error

from phonefsm.adapters.pipecat.processor import PhoneProcessor

__all__ = ["PhoneProcessor"]

del _pipecat
