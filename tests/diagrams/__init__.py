# SPDX-License-Identifier: Apache-2.0
"""The diagrams under the tools that people open them with."""
