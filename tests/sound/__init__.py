# SPDX-License-Identifier: Apache-2.0
"""Real calls over a phone line in one process: a synthesiser speaks, a recogniser hears, a capture decides."""
