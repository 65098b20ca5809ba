# SPDX-License-Identifier: Apache-2.0
"""Phone-number capture for language-model agents, as an explicit finite-state machine."""
