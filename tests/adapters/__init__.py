# SPDX-License-Identifier: Apache-2.0
"""Adapters: each is driven through its real framework or SDK, and must come to what the bare core comes to."""
