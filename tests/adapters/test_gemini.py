# SPDX-License-Identifier: Apache-2.0
"""Gemini, through the real client."""

from typing import Any, ClassVar

import pytest

from phonefsm.adapters import gemini
from tests.adapters.conversations import ORDER, Need
from tests.adapters.formats import Create, FormatAdapter, FormatConformance
from tests.adapters.providers import Gemini

genai = pytest.importorskip("google.genai", reason="google-genai is not installed: pip install 'phonefsm[gemini]'")


def _client(address: str) -> Any:
    return genai.Client(api_key="none", http_options={"base_url": address})


class GenerateContent(FormatAdapter):
    name = "gemini"
    format: ClassVar = gemini
    provider = Gemini
    lacks: ClassVar = {Need.RAW_ARGUMENTS: "a call's arguments are always an object"}
    own: ClassVar = [
        {
            "function_declarations": [
                {"name": ORDER.name, "description": ORDER.description, "parameters_json_schema": ORDER.parameters}
            ]
        }
    ]

    def create(self, address: str) -> Create:
        client = _client(address)
        return lambda request: client.models.generate_content(model="m", **request)


class GenerateContentStreamed(GenerateContent):
    name = "gemini, streamed"

    def create(self, address: str) -> Create:
        client = _client(address)
        return lambda request: gemini.collect(client.models.generate_content_stream(model="m", **request))


class TestGenerateContent(FormatConformance):
    adapter = GenerateContent()


class TestGenerateContentStreamed(FormatConformance):
    adapter = GenerateContentStreamed()
