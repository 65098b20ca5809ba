# SPDX-License-Identifier: Apache-2.0
"""LiveKit: real sessions with a scripted model, a silent voice, and a speaker and an ear that are fakes."""
