# SPDX-License-Identifier: Apache-2.0
"""Tests of phonefsm; each states a rule."""
