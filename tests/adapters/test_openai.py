# SPDX-License-Identifier: Apache-2.0
"""OpenAI chat completions and responses, through the real client."""

from typing import Any, ClassVar

import pytest

from phonefsm.adapters.openai import chat, responses
from tests.adapters.conversations import ORDER
from tests.adapters.formats import Create, FormatAdapter, FormatConformance
from tests.adapters.providers import OpenAIChat, OpenAIResponses

openai = pytest.importorskip("openai", reason="openai is not installed: pip install 'phonefsm[openai]'")


def _client(address: str) -> Any:
    return openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)


class Chat(FormatAdapter):
    name = "openai chat"
    format: ClassVar = chat
    provider = OpenAIChat
    own: ClassVar = [
        {
            "type": "function",
            "function": {
                "name": ORDER.name,
                "description": ORDER.description,
                "parameters": ORDER.parameters,
                "strict": True,
            },
        }
    ]

    def create(self, address: str) -> Create:
        client = _client(address)
        return lambda request: client.chat.completions.create(model="m", **request)


class ChatStreamed(Chat):
    name = "openai chat, streamed"

    def create(self, address: str) -> Create:
        client = _client(address)
        return lambda request: chat.collect(client.chat.completions.create(model="m", stream=True, **request))


class Responses(FormatAdapter):
    name = "openai responses"
    format: ClassVar = responses
    provider = OpenAIResponses
    own: ClassVar = [
        {
            "type": "function",
            "name": ORDER.name,
            "description": ORDER.description,
            "parameters": ORDER.parameters,
            "strict": True,
        }
    ]

    def create(self, address: str) -> Create:
        client = _client(address)
        return lambda request: client.responses.create(model="m", **request)


class ResponsesStreamed(Responses):
    name = "openai responses, streamed"

    def create(self, address: str) -> Create:
        client = _client(address)
        return lambda request: responses.collect(client.responses.create(model="m", stream=True, **request))


class TestChat(FormatConformance):
    adapter = Chat()


class TestChatStreamed(FormatConformance):
    adapter = ChatStreamed()


class TestResponses(FormatConformance):
    adapter = Responses()


class TestResponsesStreamed(FormatConformance):
    adapter = ResponsesStreamed()
