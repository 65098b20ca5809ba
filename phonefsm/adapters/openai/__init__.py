# SPDX-License-Identifier: Apache-2.0
"""OpenAI's three formats: ``chat`` (which many other servers speak), ``responses`` and ``realtime``."""
