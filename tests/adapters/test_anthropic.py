# SPDX-License-Identifier: Apache-2.0
"""Anthropic messages, through the real client."""

from typing import Any, ClassVar

import pytest

from phonefsm.adapters import anthropic
from tests.adapters.conversations import ORDER, Need
from tests.adapters.formats import Create, FormatAdapter, FormatConformance
from tests.adapters.providers import Anthropic

sdk = pytest.importorskip("anthropic", reason="anthropic is not installed: pip install 'phonefsm[anthropic]'")


def _client(address: str) -> Any:
    return sdk.Anthropic(base_url=address, api_key="none", max_retries=0)


class Messages(FormatAdapter):
    name = "anthropic"
    format: ClassVar = anthropic
    provider = Anthropic
    lacks: ClassVar = {Need.RAW_ARGUMENTS: "a call's input is always an object"}
    own: ClassVar = [{"name": ORDER.name, "description": ORDER.description, "input_schema": ORDER.parameters}]

    def create(self, address: str) -> Create:
        client = _client(address)
        return lambda request: client.messages.create(model="m", max_tokens=100, **request)


class MessagesStreamed(Messages):
    name = "anthropic, streamed"

    def create(self, address: str) -> Create:
        client = _client(address)
        return lambda request: anthropic.collect(
            client.messages.create(model="m", max_tokens=100, stream=True, **request)
        )


class TestMessages(FormatConformance):
    adapter = Messages()


class TestMessagesStreamed(FormatConformance):
    adapter = MessagesStreamed()
