# SPDX-License-Identifier: Apache-2.0
"""Thin translations between a capture and a framework or a provider's format; none is imported until it is used."""

from phonefsm.adapters._tools import AdapterError

__all__ = ["AdapterError"]
