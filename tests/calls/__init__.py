# SPDX-License-Identifier: Apache-2.0
"""Whole calls side by side: the same callers, sound and small model drive LiveKit's task and phonefsm's."""
