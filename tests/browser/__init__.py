# SPDX-License-Identifier: Apache-2.0
"""Tests in a real browser."""
